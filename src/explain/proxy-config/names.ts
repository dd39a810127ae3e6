import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'

/** The parts of `outbound|9080|v1|reviews.shop.svc.cluster.local`; another name is all host. */
export interface ClusterName {
  readonly direction: string
  readonly port: string
  readonly subset: string
  readonly host: string
}

export function clusterName(name: string): ClusterName {
  const separator = name.includes('|') ? '|' : '_.'
  const parts = name.split(separator)
  if (parts.length < 4) return { direction: '', port: '', subset: '', host: name }
  const [direction = '', port = '', subset = ''] = parts
  return { direction, port, subset, host: parts.slice(3).join(separator) }
}

/** `cart.shop` of the object that a resource names as its configuration; empty: it names none, or of another kind. */
export function configOf(resource: JsonObject, kind: 'destination-rule' | 'virtual-service'): string {
  const path = textAt(resource, 'metadata', 'filterMetadata', 'istio', 'config')
  const [, namespace, found, name] = /\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  return found === kind ? `${name}.${namespace}` : ''
}

/** Undefined where something on the way is no object, or absent. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value
  for (const key of path) found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  return found
}

/** Text and numbers as text; else empty. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'bigint' ? String(found) : ''
}

/** The objects of a list; else none. */
export function listAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isJsonObject) : []
}

/** The text items of a list; else none. */
export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(item => typeof item === 'string') : []
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** By number where both are numbers. */
export function comparePorts(a: string, b: string): number {
  return Number(a) - Number(b) || compareText(a, b)
}
