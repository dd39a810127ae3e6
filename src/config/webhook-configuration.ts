import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { type LabelSelector, parseLabelSelector } from '../lang/selector.js'

type Path = readonly (string | number)[]
type Locate = (path: Path) => Position | undefined

/** How the API server reaches a webhook. */
export type WebhookClient =
  | {
      readonly kind: 'service'
      readonly name: string
      readonly namespace: string
      readonly port: number
      readonly path: string
    }
  | { readonly kind: 'url'; readonly url: string }

/** One item of `rules`: operations on resources. */
export interface WebhookRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT' | '*')[]
  readonly scope: 'Cluster' | 'Namespaced' | '*'
}

/** One webhook of a configuration, with the defaults that the API server fills in. */
export interface WebhookEntry {
  readonly name: string
  readonly client: WebhookClient
  readonly resources: readonly WebhookRule[]
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
  /** CEL, as written: the layer that evaluates it compiles it. */
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[]
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly reinvocationPolicy: 'Never' | 'IfNeeded'
  /** Seconds. */
  readonly timeoutSeconds: number
  /** Where the entry stands in its object: `['webhooks', 2]`. */
  readonly path: Path
}

/** A MutatingWebhookConfiguration of admissionregistration.k8s.io/v1, read. */
export interface WebhookConfiguration {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly entries: readonly WebhookEntry[]
  readonly locate: Locate
}

export function isWebhookConfiguration(value: Json): value is JsonObject {
  return (
    isJsonObject(value) &&
    value['kind'] === 'MutatingWebhookConfiguration' &&
    typeof value['apiVersion'] === 'string' &&
    value['apiVersion'].startsWith('admissionregistration.k8s.io/')
  )
}

/** Reads one object; the errors are all that an API server would refuse it for, each with its position. */
export function parseWebhookConfiguration(
  object: JsonObject,
  locate: Locate = () => undefined,
): Result<WebhookConfiguration, readonly Problem[]> {
  const reader = new Reader(locate)
  const metadata = reader.object(['metadata'], object['metadata'])
  const name = reader.text(['metadata', 'name'], metadata['name'])
  if (name === '') reader.fail(['metadata'], 'a MutatingWebhookConfiguration needs metadata.name')
  const labels = reader.object(['metadata', 'labels'], metadata['labels'])
  const entries = reader
    .list(['webhooks'], object['webhooks'])
    .map((entry, i) => readEntry(reader, ['webhooks', i], entry))
  reportRepeated(reader, entries)
  if (reader.problems.length > 0) return err(reader.problems)
  return ok({ name, labels: stringsOf(labels), entries, locate })
}

function readEntry(reader: Reader, path: Path, value: Json): WebhookEntry {
  const entry = reader.object(path, value)
  const at = (key: string): Path => [...path, key]
  const name = reader.text(at('name'), entry['name'])
  if (name === '') reader.fail(path, 'every webhook needs a name')
  return {
    name,
    path,
    client: readClient(reader, at('clientConfig'), entry['clientConfig']),
    resources: reader.list(at('rules'), entry['rules']).map((rule, i) => readRule(reader, [...at('rules'), i], rule)),
    namespaceSelector: readSelector(reader, at('namespaceSelector'), entry['namespaceSelector']),
    objectSelector: readSelector(reader, at('objectSelector'), entry['objectSelector']),
    matchConditions: readConditions(reader, at('matchConditions'), entry['matchConditions']),
    failurePolicy: reader.choice(at('failurePolicy'), entry['failurePolicy'], ['Fail', 'Ignore']),
    reinvocationPolicy: reader.choice(at('reinvocationPolicy'), entry['reinvocationPolicy'], ['Never', 'IfNeeded']),
    timeoutSeconds: reader.number(at('timeoutSeconds'), entry['timeoutSeconds'], DEFAULT_TIMEOUT_S),
  }
}

/** What the API server waits where nothing is said, in seconds. */
const DEFAULT_TIMEOUT_S = 10
/** A service's port where nothing is said. */
const DEFAULT_PORT = 443

function readClient(reader: Reader, path: Path, value: Json | undefined): WebhookClient {
  const config = reader.object(path, value)
  if (typeof config['url'] === 'string') return { kind: 'url', url: config['url'] }
  if (!isJsonObject(config['service'])) reader.fail(path, 'clientConfig needs a service or a url')
  const service = reader.object([...path, 'service'], config['service'])
  return {
    kind: 'service',
    name: reader.text([...path, 'service', 'name'], service['name']),
    namespace: reader.text([...path, 'service', 'namespace'], service['namespace']),
    port: reader.number([...path, 'service', 'port'], service['port'], DEFAULT_PORT),
    path: reader.text([...path, 'service', 'path'], service['path']),
  }
}

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'] as const

function readRule(reader: Reader, path: Path, value: Json): WebhookRule {
  const rule = reader.object(path, value)
  const texts = (key: string): string[] =>
    reader.list([...path, key], rule[key]).map((item, i) => reader.text([...path, key, i], item))
  const operations = reader
    .list([...path, 'operations'], rule['operations'])
    .map((item, i) => reader.choice([...path, 'operations', i], item, OPERATIONS))
  const scope = reader.choice([...path, 'scope'], rule['scope'], ['*', 'Namespaced', 'Cluster'])
  const [apiGroups, apiVersions, resources] = [texts('apiGroups'), texts('apiVersions'), texts('resources')]
  return { apiGroups, apiVersions, resources, operations, scope }
}

function readSelector(reader: Reader, path: Path, value: Json | undefined): LabelSelector {
  const parsed = parseLabelSelector(value ?? null)
  if (parsed.ok) return parsed.value
  reader.fail(path, parsed.error)
  return { requirements: [] }
}

function readConditions(reader: Reader, path: Path, value: Json | undefined): WebhookEntry['matchConditions'] {
  return reader.list(path, value).map((item, i) => {
    const condition = reader.object([...path, i], item)
    const text = (key: string): string => reader.text([...path, i, key], condition[key])
    return { name: text('name'), expression: text('expression') }
  })
}

function reportRepeated(reader: Reader, entries: readonly WebhookEntry[]): void {
  const seen = new Set<string>()
  for (const { name, path } of entries) {
    if (name !== '' && seen.has(name)) reader.fail([...path, 'name'], `webhook ${JSON.stringify(name)} is there twice`)
    seen.add(name)
  }
}

/** Labels as they are; an API server has refused others. */
function stringsOf(object: JsonObject): Readonly<Record<string, string>> {
  const strings = Object.create(null) as Record<string, string>
  for (const key of Object.keys(object)) if (typeof object[key] === 'string') strings[key] = object[key]
  return strings
}

/** Reads values of a type and collects what does not fit. */
class Reader {
  readonly problems: Problem[] = []
  readonly #locate: Locate

  constructor(locate: Locate) {
    this.#locate = locate
  }

  fail(path: Path, message: string): void {
    const position = this.#locate(path)
    const place = { path: path.map(String).join('.'), ...(position === undefined ? {} : { position }) }
    this.problems.push({ severity: 'error', code: 'invalid-webhook-configuration', message, ...place })
  }

  object(path: Path, value: Json | undefined): JsonObject {
    if (isJsonObject(value)) return value
    if (value !== undefined && value !== null) this.fail(path, `expected a map, not ${shown(value)}`)
    return {}
  }

  list(path: Path, value: Json | undefined): readonly Json[] {
    if (Array.isArray(value)) return value
    if (value !== undefined && value !== null) this.fail(path, `expected a list, not ${shown(value)}`)
    return []
  }

  text(path: Path, value: Json | undefined): string {
    if (typeof value === 'string') return value
    if (value !== undefined && value !== null) this.fail(path, `expected text, not ${shown(value)}`)
    return ''
  }

  number(path: Path, value: Json | undefined, otherwise: number): number {
    if (typeof value === 'number') return value
    if (value !== undefined && value !== null) this.fail(path, `expected a number, not ${shown(value)}`)
    return otherwise
  }

  /** The first choice is the default. */
  choice<const T extends string>(path: Path, value: Json | undefined, choices: readonly [T, ...T[]]): T {
    if (value === undefined || value === null) return choices[0]
    const found = choices.find(choice => choice === value)
    if (found === undefined) this.fail(path, `must be one of ${choices.join(', ')}, not ${shown(value)}`)
    return found ?? choices[0]
  }
}

function shown(value: Json): string {
  if (Array.isArray(value)) return 'a list'
  return isJsonObject(value) ? 'a map' : typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
