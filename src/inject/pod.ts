import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'

/**
 * Reading and changing pods that are plain JSON. Pods are values: a change makes new objects along its path and shares the
 * rest, so that what came in stays as it was and the patch at the end finds what is untouched by identity.
 */
export type Pod = JsonObject
export type Container = JsonObject
export type ContainerList = 'containers' | 'initContainers'

/** The strings of a map that came from input; anything else in it is left out. */
export function stringMap(value: Json | undefined): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  if (!isJsonObject(value)) return map
  for (const key in value) {
    const text = value[key]
    if (typeof text === 'string') map.set(key, text)
  }
  return map
}

export function metadataOf(pod: Pod): JsonObject {
  return objectIn(pod, 'metadata')
}

export function specOf(pod: Pod): JsonObject {
  return objectIn(pod, 'spec')
}

export function annotationsOf(pod: Pod): ReadonlyMap<string, string> {
  return stringMap(metadataOf(pod)['annotations'])
}

export function labelsOf(pod: Pod): ReadonlyMap<string, string> {
  return stringMap(metadataOf(pod)['labels'])
}

export function annotationOf(pod: Pod, key: string): string | undefined {
  return textIn(objectIn(metadataOf(pod), 'annotations'), key)
}

export function labelOf(pod: Pod, key: string): string | undefined {
  return textIn(objectIn(metadataOf(pod), 'labels'), key)
}

export function containersOf(pod: Pod, list: ContainerList): readonly Container[] {
  return objectsIn(specOf(pod), list)
}

export function nameOf(container: Container): string {
  return textIn(container, 'name') ?? ''
}

export function findContainer(pod: Pod, list: ContainerList, name: string): Container | undefined {
  return containersOf(pod, list).find(container => nameOf(container) === name)
}

/** `istio-proxy`, among containers first, then among init containers. */
export function findSidecar(pod: Pod, name: string): { list: ContainerList; container: Container } | undefined {
  for (const list of ['containers', 'initContainers'] as const) {
    const container = findContainer(pod, list, name)
    if (container !== undefined) return { list, container }
  }
  return undefined
}

export function withContainers(pod: Pod, list: ContainerList, containers: readonly Container[]): Pod {
  return withSpec(pod, { [list]: containers as Json[] })
}

/** Puts `container` in the place of the first one of its name. */
export function withContainer(pod: Pod, list: ContainerList, container: Container): Pod {
  const containers = [...containersOf(pod, list)]
  const at = containers.findIndex(existing => nameOf(existing) === nameOf(container))
  if (at === -1) containers.push(container)
  else containers[at] = container
  return withContainers(pod, list, containers)
}

export function withSpec(pod: Pod, fields: JsonObject): Pod {
  return withFields(pod, { spec: withFields(specOf(pod), fields) })
}

export function withMetadata(pod: Pod, fields: JsonObject): Pod {
  return withFields(pod, { metadata: withFields(metadataOf(pod), fields) })
}

/** Sets annotations; null removes one. An annotation map that becomes empty stays as an empty map. */
export function withAnnotations(pod: Pod, changes: Iterable<readonly [string, string | null]>): Pod {
  return withMetadata(pod, { annotations: changed(objectIn(metadataOf(pod), 'annotations'), changes) })
}

export function withLabels(pod: Pod, changes: Iterable<readonly [string, string | null]>): Pod {
  return withMetadata(pod, { labels: changed(objectIn(metadataOf(pod), 'labels'), changes) })
}

/** A copy with `fields` put over it. */
export function withFields(object: JsonObject, fields: JsonObject): JsonObject {
  const copy = emptyObject()
  for (const key in object) copy[key] = object[key]!
  for (const key in fields) copy[key] = fields[key]!
  return copy
}

export function withoutField(object: JsonObject, field: string): JsonObject {
  const copy = emptyObject()
  for (const key in object) if (key !== field) copy[key] = object[key]!
  return copy
}

export function objectIn(object: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return isJsonObject(value) ? value : NOTHING
}

export function textIn(object: JsonObject, key: string): string | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : undefined
}

export function objectsIn(object: JsonObject, key: string): readonly JsonObject[] {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return Array.isArray(value) ? (value.every(isJsonObject) ? value : value.filter(isJsonObject)) : []
}

/** Appends an env entry to a container. */
export function withEnv(container: Container, name: string, value: string): Container {
  return withFields(container, { env: [...objectsIn(container, 'env'), { name, value }] })
}

const NOTHING: JsonObject = Object.freeze(Object.create(null) as JsonObject)

function changed(map: JsonObject, changes: Iterable<readonly [string, string | null]>): JsonObject {
  const copy = withFields(map, {})
  for (const [key, value] of changes) {
    if (value === null) delete copy[key]
    else copy[key] = value
  }
  return copy
}
