import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { carryTyped, decodeTyped, diffJson, type JsonPatchOperation } from '../patch/index.js'
import { decide } from './decide.js'
import { clearAssignedIds } from './openshift.js'
import { type Injected, misfit, printedPod, runPipeline, warnAboutPorts } from './pipeline.js'
import { metadataOf, type Pod, textIn, withMetadata, withoutField } from './pod.js'
import { failure, type Run, type StepResult } from './run.js'
import { Tracer } from './trace.js'
import type { Decision, InjectionOutcome, InjectionRequest, InjectionSetup, InjectionWarning } from './types.js'

/** Decides and, if the answer is yes, injects. Never throws for any pod, annotation or template. */
export function inject(setup: InjectionSetup, request: InjectionRequest): InjectionOutcome {
  const decision = decide(setup, request)
  const warnings: InjectionWarning[] = [...decision.warnings]
  const read = readPod(setup, request)
  if (!read.ok) {
    const why = failure('pod-decode', `cannot read the pod: ${read.error.message}`, [read.error])
    return { verdict: 'failed', decision, warnings, failure: why }
  }
  if (!decision.inject) return { verdict: 'refused', decision, warnings }
  const { pod, original } = read.value
  const tracer = request.explain === true ? new Tracer(original) : undefined
  const warn = (warning: InjectionWarning): void => void warnings.push(warning)
  const run: Run = {
    setup,
    request,
    original,
    warn,
    ...(tracer === undefined ? {} : { observer: tracer }),
  }
  const outcome = outcomeOf(run, pod, decision, warnings, runPipeline(run))
  if (outcome.verdict !== 'injected' || tracer === undefined) return outcome
  const { pod: done } = outcome
  return { ...outcome, pod: done, provenance: tracer.report(done) }
}

export interface ReadPod {
  /** Decoded, with the namespace of the request. */
  readonly pod: Pod
  /** The same, as injection takes it. */
  readonly original: Pod
}

export function readPod(setup: InjectionSetup, request: InjectionRequest): Result<ReadPod, Problem> {
  const decoded = decodeTyped('v1.Pod', request.pod)
  if (!decoded.ok) return decoded
  const pod = withNamespace(decoded.value as Pod, request)
  return ok({ pod, original: setup.environment.platform === 'openshift' ? clearAssignedIds(pod) : pod })
}

/** As `inject` for a pod that is decoded already and stands in no request of its own: no patch. */
export function injectDecoded(
  setup: InjectionSetup,
  request: InjectionRequest,
  warnings: InjectionWarning[],
): StepResult<Injected> {
  const warn = (warning: InjectionWarning): void => void warnings.push(warning)
  const run: Run = { setup, request, original: request.pod, warn }
  const injected = runPipeline(run)
  if (!injected.ok) return injected
  const printed = printedPod(injected.value)
  if (!printed.ok) return printed
  warnAboutPorts(printed.value, run)
  return ok({ ...injected.value, pod: printed.value })
}

function outcomeOf(
  run: Run,
  read: Pod,
  decision: Decision,
  warnings: readonly InjectionWarning[],
  result: StepResult<Injected>,
): InjectionOutcome {
  if (!result.ok) return { verdict: 'failed', decision, warnings, failure: result.error }
  const injected = result.value
  const patch = patchFor(run, read, injected)
  if (!patch.ok) return { verdict: 'failed', decision, warnings, failure: patch.error }
  const { templates } = injected
  return new InjectedPod({ decision, warnings, patch: patch.value, templates }, injected, run.request.pod)
}

/** What turns the pod as received into the injected one. `read` is the pod as decoded. */
export function patchFor(run: Run, read: Pod, injected: Injected): StepResult<JsonPatchOperation[]> {
  const received = run.request.pod
  const after = carryTyped('v1.Pod', received, read, withNamespaceOf(read, received, injected.pod))
  if (!after.ok) return err(misfit(after.error))
  warnAboutPorts(after.value as Pod, run)
  return ok(diffJson(received, after.value))
}

type Outcome = Extract<InjectionOutcome, { verdict: 'injected' }>

/**
 * Prints the pod when it is asked for, which the webhook never does. A class, because an object with a getter of its own gets a
 * hidden class of its own from V8 as well, in old space, and that holds the whole request until the next full collection.
 */
class InjectedPod implements Outcome {
  readonly verdict = 'injected'
  readonly decision: Outcome['decision']
  readonly warnings: Outcome['warnings']
  readonly patch: Outcome['patch']
  readonly templates: Outcome['templates']
  readonly #injected: Injected
  readonly #received: Pod
  #pod: Pod | undefined

  constructor(outcome: Omit<Outcome, 'verdict' | 'pod'>, injected: Injected, received: Pod) {
    this.decision = outcome.decision
    this.warnings = outcome.warnings
    this.patch = outcome.patch
    this.templates = outcome.templates
    this.#injected = injected
    this.#received = received
  }

  get pod(): Pod {
    this.#pod ??= printed(this.#injected, this.#received)
    return this.#pod
  }
}

function printed(injected: Injected, received: Pod): Pod {
  const pod = printedPod(injected)
  // All that was printed of it for the patch did fit.
  if (!pod.ok) throw new Error(pod.error.message)
  return withReceivedNamespace(pod.value, received)
}

/** What the pod says about its namespace never changes. */
function withNamespaceOf(read: Pod, received: Pod, pod: Pod): Pod {
  const [was, is] = [metadataOf(read)['namespace'], metadataOf(pod)['namespace']]
  if (textIn(metadataOf(received), 'namespace') === undefined)
    return is === undefined ? pod : { ...pod, metadata: withoutField(metadataOf(pod), 'namespace') }
  return was === is || was === undefined ? pod : withMetadata(pod, { namespace: was })
}

/** The API server knows the namespace of a pod that does not name its own; it is never part of the patch. */
function withNamespace(pod: Pod, request: InjectionRequest): Pod {
  const metadata = metadataOf(pod)
  const clean = metadata['managedFields'] === undefined ? pod : withoutManagedFields(pod)
  if (request.mode === 'manifest' || request.namespace === '' || (textIn(metadata, 'namespace') ?? '') !== '')
    return clean
  return withMetadata(clean, { namespace: request.namespace })
}

function withoutManagedFields(pod: Pod): Pod {
  return { ...pod, metadata: withoutField(metadataOf(pod), 'managedFields') }
}

function withReceivedNamespace(pod: Pod, received: Pod): Pod {
  const own = textIn(metadataOf(received), 'namespace')
  if (own !== undefined) return withMetadata(pod, { namespace: own })
  return { ...pod, metadata: withoutField(metadataOf(pod), 'namespace') }
}
