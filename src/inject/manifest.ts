import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { readYamlStream, stringifyYaml, type YamlDocument } from '../lang/yaml/index.js'
import { decodeTyped, encodeTyped } from '../patch/index.js'
import { decide } from './decide.js'
import { injectDecoded } from './inject.js'
import { injectDocumentByPlan } from './plan/documents.js'
import type { Decision, InjectionFailure, InjectionSetup, InjectionWarning } from './types.js'
import {
  type FoundKind,
  fullName,
  hasTemplate,
  pathInWorkload,
  requestFor,
  type WorkloadKind,
  withPod,
  workloadKindOf,
} from './workload.js'

export interface ManifestOptions {
  /** Named in positions. */
  readonly file?: string
}

/** One injectable object of a document; a List has several. */
export interface InjectedObject {
  readonly kind: string
  /** `namespace/name`, or the name alone. */
  readonly name: string
  readonly decision: Decision
  /** Notes beyond the reference's, such as a port that two containers want. */
  readonly warnings: readonly InjectionWarning[]
}

/** What became of one document of the stream. */
export interface InjectedDocument {
  /** Exact text to write for this document, without the `---` that follows it; `""` for one that failed. */
  readonly output: string
  readonly result: 'injected' | 'skipped' | 'copied' | 'failed'
  /** Line of the stream on which the document starts, from 1. */
  readonly line: number
  /** Reference texts, in order, as kube-inject writes them to standard error. */
  readonly warnings: readonly string[]
  readonly objects: readonly InjectedObject[]
  /** With `failed`: the whole reason in one text, and its parts. */
  readonly message?: string
  readonly failure?: InjectionFailure
  readonly problems?: readonly Problem[]
}

/**
 * kube-inject on a stream of documents. The text to write is every `output` followed by `---\n`. Work stops at the first
 * document that fails, which is the last element then; those before it stand.
 */
export function injectStream(setup: InjectionSetup, text: string, options: ManifestOptions = {}): InjectedDocument[] {
  return [...injectDocuments(setup, text, options)]
}

/** As `injectStream`, one document after the other: none of them needs to be held until the last one is done. */
export function* injectDocuments(
  setup: InjectionSetup,
  text: string,
  options: ManifestOptions = {},
): Generator<InjectedDocument> {
  for (const document of readYamlStream(text, options)) {
    const result = injectDocument(setup, document)
    yield result
    if (result.result === 'failed') return
  }
}

/** What goes wrong with one object. */
interface ObjectFailure {
  readonly message: string
  readonly problems: readonly Problem[]
  readonly failure?: InjectionFailure
}

/** Collects what is said along the way. */
interface Notes {
  readonly warnings: string[]
  readonly objects: InjectedObject[]
}

function injectDocument(setup: InjectionSetup, document: YamlDocument): InjectedDocument {
  const notes: Notes = { warnings: [], objects: [] }
  const errors = document.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0)
    return failed(document, notes, { message: errors.map(formatProblem).join('\n'), problems: errors })
  const planned = injectByPlan(setup, document.value, notes)
  if (planned !== undefined) return { ...described(document, notes), output: planned, result: 'injected' }
  const rewritten = injectValue(setup, document.value, notes)
  if (rewritten === undefined) return { ...described(document, notes), output: ended(document.text), result: 'copied' }
  if (!rewritten.ok) return failed(document, notes, rewritten.error)
  const isInjected = notes.objects.some(({ decision }) => decision.inject)
  const output = stringifyYaml(rewritten.value)
  return { ...described(document, notes), output, result: isInjected ? 'injected' : 'skipped' }
}

function described(
  { line }: YamlDocument,
  { warnings, objects }: Notes,
): Pick<InjectedDocument, 'line' | 'warnings' | 'objects'> {
  return { line, warnings, objects }
}

function failed(document: YamlDocument, notes: Notes, { message, problems, failure }: ObjectFailure): InjectedDocument {
  const base = { ...described(document, notes), output: '', result: 'failed', message, problems } as const
  return failure === undefined ? base : { ...base, failure }
}

/** A separator has to stand on a line of its own. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

/** The text of a document that differs from others in nothing that matters; undefined for any other. */
function injectByPlan(setup: InjectionSetup, value: Json, notes: Notes): string | undefined {
  const found = workloadKindOf(value)
  if (found === undefined) return undefined
  const direct = (): string | undefined => injectedText(setup, value, found)
  const planned = injectDocumentByPlan(setup, value as JsonObject, found, direct)
  if (planned === undefined) return undefined
  const { name, decision, output } = planned
  notes.objects.push({ kind: found.name, name, decision, warnings: [] })
  return output
}

/** By the usual steps; undefined where there is anything to say. */
function injectedText(setup: InjectionSetup, value: Json, { name, kind }: FoundKind): string | undefined {
  const notes: Notes = { warnings: [], objects: [] }
  const injected = injectObject(setup, value, name, kind, notes)
  const isSilent = notes.warnings.length === 0 && notes.objects.every(({ warnings }) => warnings.length === 0)
  return injected.ok && isSilent ? stringifyYaml(injected.value) : undefined
}

/** Undefined for objects of other kinds, which stay as they are. */
function injectValue(setup: InjectionSetup, value: Json, notes: Notes): Result<Json, ObjectFailure> | undefined {
  if (isJsonObject(value) && value['kind'] === 'List') return injectList(setup, value, notes)
  const found = workloadKindOf(value)
  return found === undefined ? undefined : injectObject(setup, value, found.name, found.kind, notes)
}

function injectList(setup: InjectionSetup, value: JsonObject, notes: Notes): Result<Json, ObjectFailure> {
  const decoded = decodeTyped('v1.List', value, { fromYaml: true })
  if (!decoded.ok) return err({ message: formatProblem(decoded.error), problems: [decoded.error] })
  const list = encodeTyped('v1.List', decoded.value) as JsonObject
  const items: Json[] = []
  for (const [index, item] of (Array.isArray(list['items']) ? list['items'] : []).entries()) {
    const result = injectValue(setup, item, notes)
    if (result?.ok === false) return err(within(`items[${index}]`, result.error))
    items.push(result === undefined ? item : result.value)
  }
  return ok({ ...list, items })
}

/** A failure of an item, with the places that its list has. */
function within(item: string, failure: ObjectFailure): ObjectFailure {
  const placed = failure.problems.map(problem =>
    problem.position === undefined ? { ...problem, path: [item, problem.path].filter(Boolean).join('.') } : problem,
  )
  return { ...failure, problems: placed }
}

/** A problem of the pod, with the place that the pod has in the workload. */
function ofWorkload(problem: Problem, kind: WorkloadKind): Problem {
  const { path, position } = problem
  return path === undefined || position !== undefined ? problem : { ...problem, path: pathInWorkload(path, kind) }
}

function injectObject(
  setup: InjectionSetup,
  value: Json,
  kindName: string,
  kind: WorkloadKind,
  notes: Notes,
): Result<Json, ObjectFailure> {
  const decoded = decodeTyped(kind.type, value, { fromYaml: true })
  if (!decoded.ok) return err({ message: formatProblem(decoded.error), problems: [decoded.error] })
  const object = decoded.value as JsonObject
  if (!hasTemplate(object, kind)) return err({ message: 'spec.template is required value', problems: [] })
  const request = requestFor(object, kindName, kind)
  const decision = decide(setup, request)
  const name = fullName(object, request.pod)
  const warnings: InjectionWarning[] = [...decision.warnings]
  notes.objects.push({ kind: kindName, name, decision, warnings })
  if (!decision.inject) {
    notes.warnings.push(skipText(kindName, name, decision))
    return ok(encodeTyped(kind.type, object))
  }
  const injected = injectDecoded(setup, request, warnings)
  if (!injected.ok) {
    const message = `${kindName} ${JSON.stringify(name)}: ${injected.error.message}`
    const problems = injected.error.problems.map(problem => ofWorkload(problem, kind))
    return err({ message, problems, failure: injected.error })
  }
  return ok(encodeTyped(kind.type, withPod(object, kind, injected.value.pod)))
}

/** The reference's words. */
function skipText(kind: string, name: string, decision: Decision): string {
  const why = decision.reason === 'host-network' ? 'has host networking enabled' : 'has sidecar injection disabled'
  return `===> Skipping injection because ${kind} ${JSON.stringify(name)} ${why}\n`
}
