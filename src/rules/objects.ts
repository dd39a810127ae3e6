import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { YamlDocument } from '../lang/yaml/index.js'

/** String entries of a map, such as labels or the data of a ConfigMap. */
export type StringMap = Readonly<Record<string, string>>

/** `data` of every ConfigMap among the documents, by `namespace/name`; a ConfigMap without a namespace is in `default`. */
export function configMapsOf(documents: readonly YamlDocument[]): Map<string, StringMap> {
  const found = new Map<string, StringMap>()
  for (const { object, namespace, name } of objectsOf(documents, 'ConfigMap')) {
    found.set(`${namespace === '' ? 'default' : namespace}/${name}`, stringsOf(object['data'] ?? null))
  }
  return found
}

/** Labels by name of every Namespace among the documents, with the one that the API server itself sets. */
export function namespaceLabelsOf(documents: readonly YamlDocument[]): Map<string, StringMap> {
  const found = new Map<string, StringMap>()
  for (const { object, name } of objectsOf(documents, 'Namespace')) {
    found.set(name, { 'kubernetes.io/metadata.name': name, ...stringsOf(member(object['metadata'], 'labels')) })
  }
  return found
}

interface NamedObject {
  readonly object: JsonObject
  readonly namespace: string
  readonly name: string
}

function objectsOf(documents: readonly YamlDocument[], kind: string): NamedObject[] {
  return documents.flatMap(({ value }) => {
    if (!isJsonObject(value) || value['apiVersion'] !== 'v1' || value['kind'] !== kind) return []
    const [name, namespace] = [member(value['metadata'], 'name'), member(value['metadata'], 'namespace')]
    return typeof name === 'string'
      ? [{ object: value, name, namespace: typeof namespace === 'string' ? namespace : '' }]
      : []
  })
}

function member(value: Json | undefined, key: string): Json {
  return isJsonObject(value) && Object.hasOwn(value, key) ? (value[key] ?? null) : null
}

/** The string members of an object, in a map without a prototype; anything else is left out. */
export function stringsOf(value: Json): StringMap {
  const strings = Object.create(null) as Record<string, string>
  if (!isJsonObject(value)) return strings
  for (const key of Object.keys(value)) {
    const text = value[key]
    if (typeof text === 'string') strings[key] = text
  }
  return strings
}
