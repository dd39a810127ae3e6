import { isJsonObject, type Json } from '../lang/json.js'
import type { FindPlace } from './places.js'
import { type ConfigName, type ConfigOrigin, originText } from './resources.js'

/** What is known of a resource that Envoy refused. */
export interface RefusedFacts {
  /** Envoy's own words. */
  readonly message: string
  /** The resource as proto3 JSON; undefined: it is gone by now. */
  readonly resource: Json | undefined
  /** The spec of an object that the resource was made from. */
  readonly specOf: (origin: ConfigOrigin) => unknown
  readonly place: FindPlace
}

/** An object to look at. */
export interface Suspect extends ConfigOrigin {
  /** Where in it, such as `spec.http[0].match[0].uri.regex`; empty: the whole. `source` is then the line of that. */
  readonly path: string
}

/** More objects than this are no answer to the question which one it was. */
const MAX_SUSPECTS = 5
/** Shorter words of a message stand in many objects, in characters. */
const MIN_WORD = 4

/**
 * Which of the objects behind a refused resource to look at first: those that hold what the message quotes, and where; else those
 * that the resource names as its configuration; else the first few. `origins` are all of them.
 */
export function suspectsOf(origins: readonly ConfigOrigin[], facts: RefusedFacts): readonly Suspect[] {
  const quoted = quotedBy(origins, facts)
  if (quoted.length > 0) return quoted
  const names = new Set(configsNamedIn(facts.resource).map(idOf))
  const named = origins.filter(origin => names.has(idOf(origin)))
  return (named.length > 0 ? named : origins).slice(0, MAX_SUSPECTS).map(origin => ({ ...origin, path: '' }))
}

/** Objects that hold what a message quotes, and where: all there is to go by when it names no resource. */
export function quotedBy(
  origins: readonly ConfigOrigin[],
  facts: Pick<RefusedFacts, 'message' | 'specOf' | 'place'>,
): readonly Suspect[] {
  const words = wordsOf(facts.message)
  return origins.flatMap(origin => quotedIn(origin, words, facts) ?? []).slice(0, MAX_SUSPECTS)
}

/** `VirtualService shop/web (mesh/shop.yaml:12) at spec.http[0].match[0].uri.regex` */
export function suspectText(suspect: Suspect): string {
  return suspect.path === '' ? originText(suspect) : `${originText(suspect)} at ${suspect.path}`
}

function quotedIn(
  origin: ConfigOrigin,
  words: readonly string[],
  { specOf, place }: Pick<RefusedFacts, 'specOf' | 'place'>,
): Suspect | undefined {
  const path = pathTo(specOf(origin), words, 'spec')
  return path === undefined ? undefined : { ...origin, source: place(origin.source, path), path }
}

/** What a message quotes, and words in it that are no plain English: patterns, hosts, paths. */
function wordsOf(message: string): readonly string[] {
  const quoted = [...message.matchAll(/'([^']+)'|"([^"]+)"/g)].map(match => match[1] ?? match[2] ?? '')
  const words = message.split(/\s+/).map(word => word.replace(/^[('"]+|[.,;:'"]+$/g, ''))
  const special = words.filter(word => isSpecial(word) && !word.includes('|'))
  return [...new Set([...quoted, ...special])].filter(word => word.length >= MIN_WORD)
}

/** No plain word: a pattern, a host, an address, a path. */
function isSpecial(text: string): boolean {
  return text.length >= MIN_WORD && /[^A-Za-z0-9_]/.test(text)
}

/** The first text that is more than what is quoted, or a part of it, as an address is of `address:port`. */
function pathTo(value: unknown, words: readonly string[], path: string): string | undefined {
  if (typeof value === 'string')
    return words.some(word => value.includes(word) || (isSpecial(value) && word.includes(value))) ? path : undefined
  const items = Array.isArray(value)
    ? value.map((item, index) => [`${path}[${index}]`, item] as const)
    : isJsonObject(value)
      ? Object.entries(value).map(([key, item]) => [`${path}${stepOf(key)}`, item] as const)
      : []
  for (const [next, item] of items) {
    const found = pathTo(item, words, next)
    if (found !== undefined) return found
  }
  return undefined
}

/** As paths of problems are written. */
function stepOf(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** `metadata.filterMetadata.istio.config`, wherever the resource has it: the objects that its parts name as theirs. */
export function configsNamedIn(value: unknown): readonly ConfigName[] {
  if (Array.isArray(value)) return value.flatMap(configsNamedIn)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => {
    const name = key === 'config' && typeof item === 'string' ? configAt(item) : undefined
    return name === undefined ? configsNamedIn(item) : [name]
  })
}

/** `/apis/networking.istio.io/v1/namespaces/shop/virtual-service/web` */
function configAt(path: string): ConfigName | undefined {
  const [, namespace = '', kind = '', name = ''] =
    /^\/apis\/.*\/namespaces\/([^/]*)\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  if (name === '') return undefined
  const type = kind.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
  return { type, cluster: '', namespace, name }
}

function idOf({ type, namespace, name }: ConfigName): string {
  return `${type}/${namespace}/${name}`
}
