import { encodeGoJson, parseJson } from '../lang/gojson.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { decodeTyped, encodeTyped, strategicMerge } from '../patch/index.js'
import { OVERRIDES_ANNOTATION, STATUS_ANNOTATION } from './names.js'
import {
  annotationOf,
  type Container,
  type ContainerList,
  containersOf,
  findContainer,
  nameOf,
  objectsIn,
  type Pod,
  withAnnotations,
  withContainers,
  withoutField,
} from './pod.js'
import { parseStatus } from './status.js'

/** What the user said about containers that templates also name. */
export interface Overrides {
  readonly containers: readonly Container[]
  readonly initContainers: readonly Container[]
}

/** An image that means: the template's. */
const AUTO_IMAGE = 'auto'

const LISTS = ['containers', 'initContainers'] as const

/** Reads the annotation that an earlier injection left; an absent one says nothing. */
export function readOverrides(pod: Pod): Result<Overrides, string> {
  const text = annotationOf(pod, OVERRIDES_ANNOTATION)
  if (text === undefined) return ok({ containers: [], initContainers: [] })
  const read = parseJson(text)
  if (!read.ok) return err(read.error.message)
  if (read.value !== null && !isJsonObject(read.value)) return err('expected a JSON object')
  const source = read.value ?? {}
  const spec: JsonObject = {}
  for (const list of LISTS) if (Object.hasOwn(source, list)) spec[list] = source[list] ?? []
  const decoded = decodeTyped('v1.PodSpec', spec)
  if (!decoded.ok) return err(decoded.error.message)
  const value = decoded.value as JsonObject
  return ok({ containers: objectsIn(value, 'containers'), initContainers: objectsIn(value, 'initContainers') })
}

/** Containers that the user overrode and a strip took away come back, at the end. */
export function reinsertOverrides(pod: Pod, overrides: Overrides): Pod {
  let result = pod
  for (const list of LISTS) {
    const missing = overrides[list].filter(({ name }) => findContainer(pod, list, String(name)) === undefined)
    if (missing.length > 0) result = withContainers(result, list, [...containersOf(result, list), ...missing])
  }
  return result
}

/**
 * Lays what the user says about a container over what the templates say, and records it for a later injection, which sees
 * both as one.
 */
export function applyOverrides(
  merged: Pod,
  original: Pod,
  templatePod: Pod,
  recorded: Overrides,
): Result<{ readonly pod: Pod; readonly applied: Overrides }, string> {
  const status = parseStatus(annotationOf(original, STATUS_ANNOTATION))
  const applied: Record<ContainerList, Container[]> = { containers: [], initContainers: [] }
  let pod = merged
  for (const list of LISTS) {
    for (const name of containersOf(templatePod, list).map(nameOf)) {
      if (status?.[list].includes(name)) continue
      const match = recorded[list].find(container => nameOf(container) === name) ?? usersContainer(original, list, name)
      if (match === undefined) continue
      const overlay = match['image'] === AUTO_IMAGE ? withoutField(match, 'image') : match
      const laid = strategicMerge(pod, { spec: { [list]: [overlay] } }, 'v1.Pod')
      if (!laid.ok) return err(laid.error.message)
      pod = laid.value as JsonObject
      applied[list].push(overlay)
    }
  }
  const isFirst = annotationOf(original, STATUS_ANNOTATION) === undefined
  const isAny = applied.containers.length > 0 || applied.initContainers.length > 0
  return ok({ pod: isFirst && isAny ? record(pod, applied) : pod, applied })
}

/** An init container of a template may be the user's regular container: native sidecars. */
function usersContainer(pod: Pod, list: ContainerList, name: string): Container | undefined {
  if (list === 'containers') return findContainer(pod, 'containers', name)
  return findContainer(pod, 'containers', name) ?? findContainer(pod, 'initContainers', name)
}

function record(pod: Pod, applied: Overrides): Pod {
  const text: JsonObject = {}
  for (const list of LISTS) {
    if (applied[list].length > 0)
      text[list] = applied[list].map((container): Json => encodeTyped('v1.Container', container))
  }
  return withAnnotations(pod, [[OVERRIDES_ANNOTATION, encodeGoJson(text)]])
}
