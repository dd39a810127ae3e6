import { isJsonObject, type Json } from '../lang/json.js'
import type { ConfigName, ConfigOrigin } from './resources.js'

/** What is known of a resource that Envoy refused. */
export interface RefusedFacts {
  /** Envoy's own words. */
  readonly message: string
  /** The resource as proto3 JSON; undefined: it is gone by now. */
  readonly resource: Json | undefined
  /** The spec of an object that the resource was made from. */
  readonly specOf: (origin: ConfigOrigin) => unknown
}

/** More objects than this are no answer to the question which one it was. */
const MAX_SUSPECTS = 5
/** Shorter words of a message stand in many objects, in characters. */
const MIN_WORD = 4

/**
 * Which of the objects behind a refused resource to look at first: those that hold what the message quotes, else those that the
 * resource names as its configuration, else the first few. `origins` are all of them (`originsOf`).
 */
export function suspectsOf(origins: readonly ConfigOrigin[], facts: RefusedFacts): readonly ConfigOrigin[] {
  const words = wordsOf(facts.message)
  const quoted = origins.filter(origin => holds(facts.specOf(origin), words))
  const named = new Set(configsNamedIn(facts.resource).map(idOf))
  const found = quoted.length > 0 ? quoted : origins.filter(origin => named.has(idOf(origin)))
  return (found.length > 0 ? found : origins).slice(0, MAX_SUSPECTS)
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

/** A value may be more than what is quoted, or a part of it, as an address is of `address:port`. */
function holds(value: unknown, words: readonly string[]): boolean {
  if (typeof value === 'string')
    return words.some(word => value.includes(word) || (isSpecial(value) && word.includes(value)))
  if (Array.isArray(value)) return value.some(item => holds(item, words))
  return isJsonObject(value) && Object.values(value).some(item => holds(item, words))
}

/** `metadata.filterMetadata.istio.config`, wherever the resource has it: the objects that its parts name as theirs. */
export function configsNamedIn(value: unknown): readonly ConfigName[] {
  const found = new Map<string, ConfigName>()
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) for (const item of part) visit(item)
    if (!isJsonObject(part)) return
    for (const [key, item] of Object.entries(part)) {
      const name = key === 'config' && typeof item === 'string' ? configAt(item) : undefined
      if (name === undefined) visit(item)
      else found.set(idOf(name), name)
    }
  }
  visit(value)
  return [...found.values()]
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
