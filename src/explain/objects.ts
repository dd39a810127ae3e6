import { isWebhookConfiguration, parseWebhookConfiguration } from '../config/webhook-configuration.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import type { YamlDocument } from '../lang/yaml/index.js'
import { namespaceLabelsOf, type StringMap } from '../rules/index.js'
import type { ClusterFacts, LocatedObject, NamespaceFacts, Path } from './types.js'

/** A file of manifests, as `parseYamlStream` read it. */
export interface ManifestDocuments {
  readonly file: string
  readonly documents: readonly YamlDocument[]
}

/** Every object of the documents, those of Lists one by one. */
export function locatedObjects({ file, documents }: ManifestDocuments): LocatedObject[] {
  return documents.flatMap(document => objectsAt(document, [], document.value, file))
}

function objectsAt(document: YamlDocument, path: Path, value: Json, file: string): LocatedObject[] {
  if (!isJsonObject(value)) return []
  const items = value['items']
  if (typeof value['kind'] === 'string' && value['kind'].endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, i) => objectsAt(document, [...path, 'items', i], item, file))
  }
  return [new Located(document, path, value, file)]
}

/** Finding a place reads the document once more, so places are looked up when they are asked for, and kept. */
class Located implements LocatedObject {
  readonly value: JsonObject
  readonly #document: YamlDocument
  readonly #base: Path
  readonly #file: string
  readonly #known = new Map<string, Position | undefined>()

  constructor(document: YamlDocument, base: Path, value: JsonObject, file: string) {
    this.#document = document
    this.#base = base
    this.#file = file
    this.value = value
  }

  get position(): Position {
    return this.locate([]) ?? { file: this.#file, line: this.#document.line, column: 1 }
  }

  readonly locate = (path: Path): Position | undefined => {
    const key = JSON.stringify(path)
    if (!this.#known.has(key)) {
      this.#known.set(key, hasPath(this.value, path) ? this.#document.locate([...this.#base, ...path]) : undefined)
    }
    return this.#known.get(key)
  }
}

/** Whether the path leads to something. */
export function hasPath(value: Json, path: Path): boolean {
  let here: Json = value
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return false
    here = (here as { [key: string]: Json })[step] ?? null
  }
  return true
}

export interface ReadCluster {
  readonly cluster: ClusterFacts
  readonly problems: readonly Problem[]
}

/** Namespace and MutatingWebhookConfiguration objects; of two with one name the last one counts. */
export function clusterFacts(objects: readonly LocatedObject[]): ReadCluster {
  const namespaces = new Map<string, NamespaceFacts>()
  const webhooks = new Map<string, ClusterFacts['webhooks'][number]>()
  const problems: Problem[] = []
  for (const object of objects) {
    const { value, locate } = object
    const namespace = namespaceOf(object)
    if (namespace !== undefined) namespaces.set(namespace.name, namespace)
    if (!isWebhookConfiguration(value)) continue
    const read = parseWebhookConfiguration(value, path => locate(path) ?? locate(path.slice(0, 2)) ?? object.position)
    if (read.ok) webhooks.set(read.value.name, read.value)
    else problems.push(...read.error)
  }
  const sorted = [...webhooks.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { cluster: { namespaces, webhooks: sorted }, problems }
}

function namespaceOf({ value, locate }: LocatedObject): NamespaceFacts | undefined {
  const metadata = value['metadata']
  if (value['kind'] !== 'Namespace' || value['apiVersion'] !== 'v1' || !isJsonObject(metadata)) return undefined
  const name = metadata['name']
  if (typeof name !== 'string') return undefined
  // The API server itself adds a label with the name.
  const document: Pick<YamlDocument, 'value'> = { value }
  const labels: StringMap = namespaceLabelsOf([document as YamlDocument]).get(name) ?? {}
  return { name, labels, annotations: annotationsOf(metadata), locate }
}

function annotationsOf(metadata: JsonObject): ReadonlyMap<string, string> {
  const map = metadata['annotations']
  if (!isJsonObject(map)) return new Map()
  return new Map(Object.keys(map).flatMap(key => (typeof map[key] === 'string' ? [[key, map[key]] as const] : [])))
}
