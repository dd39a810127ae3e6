import {
  type Decision,
  type FactSource,
  type Gate,
  type InjectionFailure,
  type InjectionOutcome,
  type InjectionRequest,
  type InjectionSetup,
  type InjectionWarning,
  inject,
  type Provenance,
  positionInFile,
} from '../inject/index.js'
import { pathSteps } from '../lang/path-steps.js'
import type { Position, Problem } from '../lang/problem.js'
import { explainCall } from './call.js'
import { pathOf } from './criteria.js'
import { hasPath } from './objects.js'
import type {
  CallExplanation,
  ClusterFacts,
  DecisionExplanation,
  EntryExplanation,
  InjectedPart,
  InjectionDetails,
  InjectionExplanation,
  LocatedGate,
  LocatedWarning,
  Subject,
  Verdict,
} from './types.js'

export interface ExplainInput {
  readonly setup: InjectionSetup
  readonly cluster: ClusterFacts
  readonly subject: Subject
  /** What the path of a webhook's address tells the webhook (cluster, network); absent: nothing. */
  readonly parametersOf?: (path: string) => ReadonlyMap<string, string>
  /** Default true. Where each part came from costs a second look at all of them. */
  readonly provenance?: boolean
}

/** Both halves of the answer for one pod: would the API server call, and what would the webhook do. Never throws. */
export function explainInjection(input: ExplainInput): InjectionExplanation {
  const { setup, cluster, subject } = input
  const call = withRevision(explainCall(cluster, subject), input)
  const request = requestOf(input, call)
  const outcome = inject(setup, request)
  const place = placer(input)
  const decision = locateDecision(outcome.decision, place, subject)
  const { kind, name, namespace, position, controllerLabels } = subject
  const base = {
    subject: { kind, name, namespace: namespace.name, namespaceFrom: namespace.from, position, controllerLabels },
    verdict: verdictOf(call, decision, outcome),
    call,
    decision,
    warnings: locateWarnings(outcome, place),
  }
  if (outcome.verdict === 'failed') return { ...base, failure: locateFailure(outcome.failure, subject) }
  return outcome.verdict === 'injected' ? { ...base, injection: detailsOf(setup, outcome) } : base
}

/** What the API server would send for the subject's pod, by way of the webhook that matched. */
function requestOf(
  { cluster, subject, parametersOf, provenance }: ExplainInput,
  call: CallExplanation,
): InjectionRequest {
  const caller = callerOf(call)
  const annotations = cluster.namespaces.get(subject.namespace.name)?.annotations
  return {
    pod: subject.pod,
    namespace: subject.namespace.name,
    explain: provenance !== false,
    ...(caller === undefined || parametersOf === undefined ? {} : { parameters: parametersOf(clientPath(caller)) }),
    ...(annotations === undefined ? {} : { namespaceAnnotations: annotations }),
  }
}

/** The configuration at hand may be that of another revision than the one that is called. */
function withRevision(call: CallExplanation, { setup, cluster }: ExplainInput): CallExplanation {
  const caller = callerOf(call)
  const revision = cluster.webhooks.find(({ name }) => name === caller?.configuration)?.labels[REVISION_LABEL]
  const own = setup.revision === '' ? 'default' : setup.revision
  if (revision === undefined || revision === own) return call
  const warning = `the call goes to revision ${revision}, and what follows is decided with the configuration of revision ${own} (see -r)`
  return { ...call, warnings: [...call.warnings, warning] }
}

const REVISION_LABEL = 'istio.io/rev'

function callerOf(call: CallExplanation): EntryExplanation | undefined {
  return call.entries.find(({ isInjector, outcome }) => isInjector && outcome === 'calls')
}

function clientPath({ client }: EntryExplanation): string {
  return client.kind === 'service' ? client.path : pathOf(client.url)
}

interface Place {
  readonly position?: Position
  readonly note?: string
}

type Placer = (source: FactSource) => Place

/** Turns a fact's source into a place in a file, or words where there is none. */
function placer({ setup, subject }: ExplainInput): Placer {
  return source => {
    if (source.document === 'pod') return podPlace(subject, source)
    if (source.document === 'request') return namespacePlace(subject)
    const position = source.document === 'injection-config' ? setup.config.locate(source.path) : undefined
    return position === undefined ? {} : { position }
  }
}

function podPlace(subject: Subject, { path }: FactSource): Place {
  const position = subject.locate(path)
  if (position !== undefined) return { position }
  return subject.controller !== undefined && hasPath(subject.pod, path)
    ? { note: `set by the ${subject.controller.kind} controller` }
    : {}
}

function namespacePlace(subject: Subject): Place {
  const { from, position } = subject.namespace
  if (from === 'given') return { note: 'given, the manifest names none' }
  if (from === 'default') return { note: 'no namespace is named' }
  return position === undefined ? {} : { position }
}

function locateDecision(
  { inject: isInjecting, reason, gates }: Decision,
  place: Placer,
  subject: Subject,
): DecisionExplanation {
  const located = gates.map(gate => ({ ...gate, ...placeOfGate(gate, place), ...controllerNote(gate, subject) }))
  return { inject: isInjecting, reason, gates: located }
}

/** A selector of the configuration may match for a label that no manifest shows. */
function controllerNote({ code, value }: Gate, { controller, controllerLabels }: Subject): Pick<Place, 'note'> {
  if (controller === undefined || value === null || !code.endsWith('-selector')) return {}
  const text = JSON.stringify(value)
  const label = controllerLabels.find(key => text.includes(JSON.stringify(key)))
  return label === undefined ? {} : { note: `the ${controller.kind} controller sets ${label}` }
}

/** A fact that is absent has no place; the policy stands in the file even when it is not reached. */
function placeOfGate(gate: Gate, place: Placer): Place {
  return gate.value === null && gate.role !== 'decides' ? {} : place(gate.source)
}

function locateWarnings({ decision, warnings }: InjectionOutcome, place: Placer): LocatedWarning[] {
  const all: InjectionWarning[] = [...new Set([...decision.warnings, ...warnings])]
  return all.map(warning => (warning.source === undefined ? warning : { ...warning, ...place(warning.source) }))
}

function verdictOf(call: CallExplanation, decision: DecisionExplanation, outcome: InjectionOutcome): Verdict {
  const isCertain = call.outcome !== 'no-configuration' && call.outcome !== 'unknown'
  if (call.outcome === 'not-called' || call.outcome === 'rejected') {
    return { code: call.outcome, reason: call.outcome, isInjected: false, isCertain, because: call.summary }
  }
  if (outcome.verdict === 'failed') {
    const because = outcome.failure.message.trim()
    return { code: 'failed', reason: outcome.failure.code, isInjected: false, isCertain, because: briefly(because) }
  }
  const gate = decision.gates.find(({ role }) => role === 'decides')
  const position = gate?.position
  return {
    code: decision.inject ? 'injected' : 'refused',
    reason: decision.reason,
    isInjected: decision.inject,
    // Refused by the webhook, or not called: there is no sidecar either way.
    isCertain: isCertain || !decision.inject,
    because: gate === undefined ? decision.reason : sentence(gate),
    ...(position === undefined ? {} : { position }),
  }
}

/** Several problems become one line; `failure` has them one by one. */
function briefly(message: string): string {
  return message.replace(/\s*\n\s*\*?\s*/g, '; ').replace(/:;/, ':')
}

function sentence({ message, note }: LocatedGate): string {
  return note === undefined ? message : `${message} (${note})`
}

/** Problems of the pod name a path in it. */
function locateFailure(failure: InjectionFailure, { locate }: Subject): InjectionFailure {
  const problems = failure.problems.map((problem): Problem => {
    const position = problem.position ?? (problem.path === undefined ? undefined : locate(pathSteps(problem.path)))
    return position === undefined ? problem : { ...problem, position }
  })
  return { ...failure, problems }
}

type Injected = Extract<InjectionOutcome, { verdict: 'injected' }>

function detailsOf(setup: InjectionSetup, { templates, provenance, patch, pod }: Injected): InjectionDetails {
  return { templates, parts: (provenance ?? []).flatMap(item => partOf(setup, item)), patch, pod }
}

/** Nothing for what is the user's own. */
function partOf(setup: InjectionSetup, { path, what, origin }: Provenance): InjectedPart[] {
  if (origin.by === 'pod') return []
  const named = nameOf(path, what)
  if (origin.by === 'step') return [{ ...named, path, origin }]
  const source = setup.templates.get(origin.template)?.source
  const position = source === undefined ? undefined : positionInFile(source, origin.line, 0)
  return [{ ...named, path, origin: { ...origin, ...(position === undefined ? {} : { position }) } }]
}

/** `what` reads `env X of c`, `readinessProbe of c`, `volume v`; the path says which of these it is. */
function nameOf(path: Provenance['path'], what: string): Pick<InjectedPart, 'kind' | 'name' | 'container'> {
  const [top, list, , field] = path
  const last = what.slice(what.lastIndexOf(' ') + 1)
  if (top === 'metadata') return { kind: list === 'labels' ? 'label' : 'annotation', name: String(path[2]) }
  if (list !== 'volumes' && list !== 'containers' && list !== 'initContainers')
    return { kind: 'field', name: String(list) }
  if (list === 'volumes') return { kind: 'volume', name: last }
  if (field === undefined) return { kind: list === 'initContainers' ? 'init-container' : 'container', name: last }
  if (field === 'env')
    return { kind: 'env', name: what.slice('env '.length, what.lastIndexOf(' of ')), container: last }
  return { kind: 'field', name: String(field), container: last }
}
