import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import type { Shape } from '../../lang/yaml/shapes.js'
import { finish, prepare } from '../pipeline.js'
import { containersOf, metadataOf, nameOf, objectsIn, type Pod, specOf } from '../pod.js'
import type { Rendered, Run } from '../run.js'
import type { InjectionSetup, InjectionWarning } from '../types.js'
import type { Carrier, TextAt } from './carrier.js'
import { RANDOM_NAME_PREFIX } from './leaves.js'
import { ANY_MARK, type CutText, hasMark, MAX_MARKS, markOf, withoutDifferences } from './marks.js'
import { type Outline, renderedWith } from './rendered.js'

/** One pod whose answer is to become a plan. */
export interface Subject {
  readonly setup: InjectionSetup
  readonly carrier: Carrier
  /** What each template rendered, in order. */
  readonly documents: readonly { readonly shape: Shape; readonly outline: Outline }[]
}

/**
 * The answer's text, cut where open texts of the pod and slots of templates stand: it is made with marks in their place, by the same steps as any
 * answer. Undefined where anything happened to a mark but being copied, and where another trial, with one mark for all, says otherwise:
 * then some step compares texts.
 */
export function cutAnswer(subject: Subject): CutText | undefined {
  const { carrier, documents } = subject
  const total = documents.reduce((sum, { outline }) => sum + outline.slots.length, carrier.open.length)
  // Marks of its own would be taken for ours.
  if (total > MAX_MARKS || hasMark(carrier.exact)) return undefined
  const names = new Set<number>()
  const text = answerWith(subject, (at, isName) => {
    if (isName) names.add(at)
    return markOf(at)
  })
  if (text === undefined) return undefined
  const again = answerWith(subject, (at, isName) => (isName ? markOf(at) : ANY_MARK))
  return again === withoutDifferences(text, names) ? carrier.cut(text) : undefined
}

/** Everything after the templates, with texts of the caller's; undefined where a plan would not be safe. */
function answerWith({ setup, carrier, documents }: Subject, textAt: TextAt): string | undefined {
  const marked = carrier.read(textAt)
  if (marked === undefined) return undefined
  const { request, original } = marked
  const warnings: InjectionWarning[] = []
  const run: Run = { setup, request, original, warn: warning => void warnings.push(warning) }
  const ready = prepare(run)
  if (!ready.ok) return undefined
  let first = carrier.open.length
  const rendered = documents.map(({ shape, outline }, i): Rendered => {
    const from = first
    first += outline.slots.length
    const value = renderedWith(shape, outline, slot => textAt(from + slot, false))
    return { template: ready.value.templates[i]!.source.name, value }
  })
  if (!rendered.every(({ value }) => isPlainOverlay(value as JsonObject, original))) return undefined
  const injected = finish(run, ready.value, rendered)
  const answer = injected.ok ? marked.answer(run, injected.value) : undefined
  return warnings.length > 0 ? undefined : answer
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
