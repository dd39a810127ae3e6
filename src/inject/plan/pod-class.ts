import { emptyObject, type Json } from '../../lang/json.js'
import { shapeOfParts } from '../../lang/yaml/shapes.js'
import type { DynamicParts, Specialised } from '../../template/index.js'
import { type ContextInput, templateContext } from '../context.js'
import { isSuspicious } from '../inert.js'
import { OVERRIDES_ANNOTATION, STATUS_ANNOTATION } from '../names.js'
import { contextInput, prepare } from '../pipeline.js'
import { annotationOf } from '../pod.js'
import { isSuspectConfig } from '../proof.js'
import type { Run } from '../run.js'
import type { Decision, InjectionSetup, WorkloadIdentity } from '../types.js'
import type { Reader } from '../views/struct.js'
import { cutAnswer } from './build.js'
import type { Carrier, MarkedPod } from './carrier.js'
import { type CutText, markedAt } from './marks.js'
import { type Expected, expectedFrom, holesOf, type Outline, outlineOf, slotTexts } from './rendered.js'

/** Plans of one class: they differ in what templates make of open texts. */
const MAX_PLANS = 4
/** Times that making a plan is tried for one class; each costs as much as some injections. */
const MAX_ATTEMPTS = 8

interface Plan {
  /** By template. */
  readonly expected: readonly Expected[]
  readonly outlines: readonly Outline[]
  readonly answer: CutText
}

interface ClassParts {
  readonly setup: InjectionSetup
  readonly decision: Decision
  readonly reading: Reading
  readonly templates: readonly Specialised[]
}

/** Pods that differ in open texts only, with all that is the same for them. */
export class PodClass {
  readonly decision: Decision
  readonly #setup: InjectionSetup
  readonly #reading: Reading
  readonly #templates: readonly Specialised[]
  readonly #plans: Plan[] = []
  #attempts = 0

  constructor({ setup, decision, reading, templates }: ClassParts) {
    this.decision = decision
    this.#setup = setup
    this.#reading = reading
    this.#templates = templates
  }

  /** Undefined where there is no plan for it, and none can be made of it. `carrierToPlan` is asked before one is made, and may refuse. */
  answer(open: readonly string[], carrierToPlan: () => Carrier | undefined): string | undefined {
    this.#reading.begin(open)
    const parts: DynamicParts[] = []
    for (let i = 0; i < this.#templates.length; i++) {
      const written = this.#templates[i]!.execute()
      if (written === undefined) return undefined
      parts.push(written)
    }
    // Whether a value becomes structure is settled elsewhere (proof.ts).
    if (this.#reading.isSuspect) return undefined
    for (const plan of this.#plans) {
      const answer = filled(plan, parts, open)
      if (answer !== undefined) return answer
    }
    if (this.#plans.length >= MAX_PLANS || this.#attempts >= MAX_ATTEMPTS) return undefined
    const carrier = carrierToPlan()
    if (carrier === undefined) return undefined
    this.#attempts++
    return this.#make(carrier, parts)
  }

  /** A plan is kept if it gives what injecting gives. */
  #make(carrier: Carrier, parts: readonly DynamicParts[]): string | undefined {
    const plan = this.#planFor(carrier, parts)
    const answer = plan === undefined ? undefined : filled(plan, parts, carrier.open)
    if (plan === undefined || answer === undefined || carrier.direct(this.decision) !== answer) return undefined
    this.#plans.push(plan)
    return answer
  }

  #planFor(carrier: Carrier, parts: readonly DynamicParts[]): Plan | undefined {
    const expected = parts.map(expectedFrom)
    const documents = []
    for (const [i, template] of this.#templates.entries()) {
      const shape = shapeOfParts(template.compose(parts[i]!))
      const holes = holesOf(expected[i]!, parts[i]!)
      const outline = shape === undefined || holes === undefined ? undefined : outlineOf(shape, holes)
      if (shape === undefined || outline === undefined) return undefined
      documents.push({ shape, outline })
    }
    const answer = cutAnswer({ setup: this.#setup, carrier, documents })
    return answer === undefined ? undefined : { expected, outlines: documents.map(({ outline }) => outline), answer }
  }
}

/** `marked` is one of them. Undefined for pods that are not injected, or by steps that look at open texts. */
export function podClassOf(
  setup: InjectionSetup,
  decision: Decision,
  marked: MarkedPod | undefined,
  open: readonly string[],
): PodClass | undefined {
  if (!decision.inject || marked === undefined) return undefined
  const { request, original } = marked
  if ([STATUS_ANNOTATION, OVERRIDES_ANNOTATION].some(name => annotationOf(original, name) !== undefined))
    return undefined
  let isWarned = false
  const warn = (): void => {
    isWarned = true
  }
  const run: Run = { setup, request, original, warn }
  const ready = prepare(run)
  if (!ready.ok || isWarned || isSuspectConfig(run, ready.value.proxyConfig)) return undefined
  const input = contextInput(run, ready.value)
  // Ids of the namespace's own would have to be exact.
  if (input.namespaceAnnotations !== undefined) return undefined
  const reading = new Reading(marked.workload)
  reading.begin(open)
  const data = templateContext(setup, inputFor(input, reading))
  const templates: Specialised[] = []
  for (const { template } of ready.value.templates) {
    const special = template.specialise(data, () => reading.wasTouched())
    if (special === undefined) return undefined
    templates.push(special)
  }
  return reading.isSuspect ? undefined : new PodClass({ setup, decision, reading, templates })
}

/** Reads the texts that marks stand for: those of one pod after the other. */
class Reading implements Reader {
  readonly isStandIn = true
  readonly #workloadOf: MarkedPod['workload']
  #open: readonly string[] = []
  #workload: WorkloadIdentity | undefined = undefined
  #isTouched = false
  /** A text of this pod was read that could be more than text. */
  isSuspect = false

  constructor(workload: MarkedPod['workload']) {
    this.#workloadOf = workload
  }

  begin(open: readonly string[]): void {
    this.#open = open
    this.#workload = undefined
    this.#isTouched = false
    this.isSuspect = false
  }

  read(text: string): string {
    const at = markedAt(text)
    if (at !== undefined) this.#isTouched = true
    const meant = at === undefined ? text : this.#open[at]!
    this.tell(meant)
    return meant
  }

  tell(text: string): void {
    if (isSuspicious(text)) this.isSuspect = true
  }

  /** Made of names and labels. */
  workload(): WorkloadIdentity {
    this.#isTouched = true
    this.#workload ??= this.#workloadOf(value => copied(value, this.#open) as typeof value)
    return this.#workload
  }

  /** Whether anything was read that a mark stands for, since this was asked last. */
  wasTouched(): boolean {
    const was = this.#isTouched
    this.#isTouched = false
    return was
  }
}

function inputFor({ pod, proxyConfig, isNative, namespaceAnnotations }: ContextInput, reader: Reading): ContextInput {
  return { pod, workload: () => reader.workload(), proxyConfig, isNative, namespaceAnnotations, reader }
}

/** A copy with the texts that marks stand for. */
function copied(value: Json, open: readonly string[]): Json {
  if (typeof value === 'string') {
    const at = markedAt(value)
    return at === undefined ? value : open[at]!
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(item => copied(item, open))
  const result = emptyObject()
  for (const key in value) result[key] = copied(value[key]!, open)
  return result
}

/** The answer of a plan with the texts of one pod; undefined where the plan does not fit. */
function filled(
  { expected, outlines, answer }: Plan,
  parts: readonly DynamicParts[],
  open: readonly string[],
): string | undefined {
  const texts: string[] = open.slice()
  for (let i = 0; i < parts.length; i++) {
    const holes = holesOf(expected[i]!, parts[i]!)
    const own = holes === undefined ? undefined : slotTexts(outlines[i]!, holes)
    if (own === undefined) return undefined
    for (let j = 0; j < own.length; j++) texts.push(own[j]!)
  }
  const { pieces, holes } = answer
  const all: string[] = [pieces[0]!]
  for (let i = 0; i < holes.length; i++) {
    const { at, write } = holes[i]!
    all.push(write(texts[at]!), pieces[i + 1]!)
  }
  return all.join('')
}
