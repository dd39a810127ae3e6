import { decide, IGNORED_NAMESPACES } from '../decide.js'
import { metadataOf, textIn } from '../pod.js'
import type { DecisionReason, InjectionRequest, InjectionSetup, InjectionWarning } from '../types.js'
import { admissionCarrier, openTexts } from './admission.js'
import type { Carrier } from './carrier.js'
import { keyOf } from './key.js'
import { type PodRules, podRules } from './leaves.js'
import { markOf } from './marks.js'
import { type PodClass, podClassOf } from './pod-class.js'

/** What a pod that is injected by a plan gets. */
interface PlannedAnswer {
  readonly reason: DecisionReason
  readonly warnings: readonly InjectionWarning[]
  /** JSON text of the operations. */
  readonly patch: string
}

/** Classes of each of two generations. One with a plan of a stock template takes some 40 KB, one that was met once its key. */
const MAX_CLASSES = 256

/** What is known of the pods of one key. */
type Known =
  | { readonly kind: 'met' }
  /** They are injected as if there were no plans. */
  | { readonly kind: 'none' }
  | { readonly kind: 'class'; readonly own: PodClass }

const MET: Known = { kind: 'met' }
const NONE: Known = { kind: 'none' }

/** The classes of pods that were met with one setup, and their plans. Two generations: what is met again stays. */
class Plans {
  readonly #setup: InjectionSetup
  readonly #rules: PodRules
  #young = new Map<string, Known>()
  #old = new Map<string, Known>()

  constructor(setup: InjectionSetup) {
    this.#setup = setup
    this.#rules = podRules(setup)
  }

  answer(request: InjectionRequest): PlannedAnswer | undefined {
    const key = keyOf(this.#prefix(request), request.pod, this.#rules.pod)
    if (key === undefined) return undefined
    const known = this.#find(key.text)
    if (known === undefined) this.#put(key.text, MET)
    if (known === undefined || known.kind === 'none' || isIgnored(request)) return undefined
    const carrier = (): Carrier => admissionCarrier(this.#setup, this.#rules, request, key)
    const own = known.kind === 'class' ? known.own : this.#make(key.text, request, carrier())
    const patch = own?.answer(openTexts(this.#rules, request, key), carrier)
    return own === undefined || patch === undefined ? undefined : answerOf(own, patch)
  }

  /** What is settled by the request apart from the pod. */
  #prefix({ parameters, namespace }: InjectionRequest): string {
    let text = ''
    for (const [name, value] of parameters ?? []) text += `${name.length}:${name}${value.length}:${value}`
    if (namespace === '') return `${text}-`
    return this.#rules.isNamespaceOpen ? `${text}*` : `${text}"${namespace.length}:${namespace}`
  }

  #make(text: string, request: InjectionRequest, carrier: Carrier): PodClass | undefined {
    const own = podClassOf(this.#setup, decide(this.#setup, request), carrier.read(markOf), carrier.open)
    this.#put(text, own === undefined ? NONE : { kind: 'class', own })
    return own
  }

  #find(text: string): Known | undefined {
    const known = this.#young.get(text)
    if (known !== undefined) return known
    const older = this.#old.get(text)
    if (older !== undefined) this.#put(text, older)
    return older
  }

  #put(text: string, known: Known): void {
    if (this.#young.size >= MAX_CLASSES && !this.#young.has(text)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(text, known)
  }
}

function answerOf({ decision: { reason, warnings } }: PodClass, patch: string): PlannedAnswer {
  return { reason, warnings, patch }
}

/** The decision is part of a class, but for this. */
function isIgnored({ pod, namespace }: InjectionRequest): boolean {
  return IGNORED_NAMESPACES.includes(textIn(metadataOf(pod), 'namespace') || namespace)
}

const plans = new WeakMap<InjectionSetup, Plans>()

/**
 * The answer of `inject` as text, where pods that differ in nothing that matters were injected before; undefined where there is no plan
 * for the pod. Plans are made here as well: of the second pod of a kind.
 */
export function injectByPlan(setup: InjectionSetup, request: InjectionRequest): PlannedAnswer | undefined {
  if (request.mode === 'manifest' || request.workload !== undefined || request.explain === true) return undefined
  let own = plans.get(setup)
  if (own === undefined) plans.set(setup, (own = new Plans(setup)))
  return own.answer(request)
}
