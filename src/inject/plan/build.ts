import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import type { Shape } from '../../lang/yaml/shapes.js'
import { type JsonPatchOperation, operationsText } from '../../patch/index.js'
import { parsePointer } from '../../patch/json-pointer.js'
import { patchFor, readPod } from '../inject.js'
import { finish, prepare } from '../pipeline.js'
import { containersOf, metadataOf, nameOf, objectsIn, type Pod, specOf } from '../pod.js'
import type { Rendered, Run } from '../run.js'
import type { InjectionRequest, InjectionSetup, InjectionWarning } from '../types.js'
import { type PodKey, withOpen } from './key.js'
import { type PodRules, RANDOM_NAME_PREFIX } from './leaves.js'
import { ANY_MARK, type CutText, cutAtMarks, hasMark, MAX_MARKS, markOf, withoutDifferences } from './marks.js'
import { type Outline, renderedWith } from './rendered.js'

/** One pod whose answer is to become a plan. */
export interface Subject {
  readonly setup: InjectionSetup
  readonly request: InjectionRequest
  readonly rules: PodRules
  readonly key: PodKey
  /** What each template rendered, in order. */
  readonly documents: readonly { readonly shape: Shape; readonly outline: Outline }[]
}

/** Whether the namespace of the request is one of the open texts: the last. */
export function hasOpenNamespace({ isNamespaceOpen }: PodRules, { namespace }: InjectionRequest): boolean {
  return isNamespaceOpen && namespace !== ''
}

/** The request with other texts in the place of open ones. */
export function markedRequest(
  { request, rules, key }: Pick<Subject, 'request' | 'rules' | 'key'>,
  textAt: (at: number, isName: boolean) => string,
): InjectionRequest {
  const pod = withOpen(request.pod, rules.pod, textAt) as JsonObject
  return hasOpenNamespace(rules, request)
    ? { ...request, pod, namespace: textAt(key.open.length, false) }
    : { ...request, pod }
}

/**
 * The patch's text, cut where open texts of the pod and slots of templates stand: it is made with marks in their place, by the same steps as any
 * patch. Undefined where anything happened to a mark but being copied, and where another trial, with one mark for all, says otherwise:
 * then some step compares texts.
 */
export function cutPatch(subject: Subject): CutText | undefined {
  const { request, rules, key, documents } = subject
  const open = key.open.length + (hasOpenNamespace(rules, request) ? 1 : 0)
  const total = documents.reduce((sum, { outline }) => sum + outline.slots.length, open)
  // Marks of its own would be taken for ours.
  if (total > MAX_MARKS || hasMark(key.text)) return undefined
  const names = new Set<number>()
  const text = patchWith(subject, open, (at, isName) => {
    if (isName) names.add(at)
    return markOf(at)
  })
  if (text === undefined) return undefined
  const again = patchWith(subject, open, (at, isName) => (isName ? markOf(at) : ANY_MARK))
  return again === withoutDifferences(text, names) ? cutAtMarks(text) : undefined
}

/** Everything after the templates, with texts of the caller's; undefined where a plan would not be safe. */
function patchWith(
  subject: Subject,
  open: number,
  textAt: (at: number, isName: boolean) => string,
): string | undefined {
  const { setup, documents } = subject
  const request = markedRequest(subject, textAt)
  const read = readPod(setup, request)
  if (!read.ok) return undefined
  const warnings: InjectionWarning[] = []
  const run: Run = { setup, request, original: read.value.original, warn: warning => void warnings.push(warning) }
  const ready = prepare(run)
  if (!ready.ok) return undefined
  let first = open
  const rendered = documents.map(({ shape, outline }, i): Rendered => {
    const from = first
    first += outline.slots.length
    const value = renderedWith(shape, outline, slot => textAt(from + slot, false))
    return { template: ready.value.templates[i]!.source.name, value }
  })
  if (!rendered.every(({ value }) => isPlainOverlay(value as JsonObject, read.value.original))) return undefined
  const injected = finish(run, ready.value, rendered)
  if (!injected.ok) return undefined
  const patch = patchFor(run, read.value.pod, injected.value)
  if (!patch.ok || warnings.length > 0 || patch.value.length === 0) return undefined
  return patch.value.every(operation => isSafe(operation, request.pod)) ? operationsText(patch.value) : undefined
}

/**
 * Whether merging what a template rendered needs no open text of the pod: no directives, which may name any text; no list whose items go by
 * an open text; no container of the pod.
 */
function isPlainOverlay(value: JsonObject, original: Pod): boolean {
  if (Object.keys(value).some(key => !TOP_FIELDS.includes(key)) || hasOddText(value)) return false
  if (Object.keys(metadataOf(value)).some(key => key.toLowerCase() === 'ownerreferences')) return false
  const spec = specOf(value)
  // Spelled otherwise they would be the same fields all the same.
  const isOdd = (key: string): boolean => !CONTAINERS.includes(key) && CONTAINERS_FOLDED.includes(key.toLowerCase())
  if (Object.keys(spec).some(isOdd)) return false
  const own = new Set(
    [...containersOf(original, 'containers'), ...containersOf(original, 'initContainers')].map(nameOf),
  )
  return CONTAINERS.every(list => objectsIn(spec, list).every(container => !own.has(nameOf(container))))
}

const TOP_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec']
const CONTAINERS = ['containers', 'initContainers']
const CONTAINERS_FOLDED = CONTAINERS.map(name => name.toLowerCase())

/** A directive of a merge, or what might be a random name. */
function hasOddText(value: Json): boolean {
  if (typeof value === 'string') return value.startsWith(RANDOM_NAME_PREFIX)
  if (Array.isArray(value)) return value.some(hasOddText)
  return isJsonObject(value) && Object.keys(value).some(key => key.startsWith('$') || hasOddText(value[key]!))
}

/**
 * Whether an operation comes about whatever the open texts are. What is replaced or removed was compared with what comes instead, and
 * so were items of lists without names: for other texts they might be equal.
 */
function isSafe(operation: JsonPatchOperation, pod: Pod): boolean {
  const { op, path } = operation
  if (op === 'add') return !isItemPath(path, pod) || isNamedItem(operation.value)
  if (op !== 'replace' && op !== 'remove') return false
  return !hasMarks(valueAt(pod, path)) && (op === 'remove' || !hasMarks(operation.value))
}

function isNamedItem(item: Json): boolean {
  if (!hasMarks(item)) return true
  const name = isJsonObject(item) && Object.hasOwn(item, 'name') ? item['name'] : undefined
  return typeof name === 'string' && !hasMark(name)
}

function isItemPath(path: string, pod: Pod): boolean {
  return Array.isArray(valueAt(pod, path.slice(0, path.lastIndexOf('/'))))
}

/** Undefined where there is nothing. */
function valueAt(pod: Json, path: string): Json | undefined {
  const keys = parsePointer(path)
  let value: Json | undefined = keys.ok ? pod : undefined
  for (const key of keys.ok ? keys.value : []) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined
  }
  return value
}

function hasMarks(value: Json | undefined): boolean {
  if (typeof value === 'string') return hasMark(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(item => hasMarks(item as Json))
}
