import { emptyObject, type Json, type JsonObject } from '../../lang/json.js'
import { jsonString } from '../../lang/json-text.js'
import { shapeOfParts } from '../../lang/yaml/shapes.js'
import { operationsText } from '../../patch/index.js'
import type { DynamicParts, Specialised } from '../../template/index.js'
import { type ContextInput, templateContext } from '../context.js'
import { decide } from '../decide.js'
import { workloadOf } from '../deploy-meta.js'
import { isSuspicious } from '../inert.js'
import { inject, readPod } from '../inject.js'
import { OVERRIDES_ANNOTATION, STATUS_ANNOTATION } from '../names.js'
import { contextInput, prepare } from '../pipeline.js'
import { annotationOf, metadataOf } from '../pod.js'
import { isSuspectConfig } from '../proof.js'
import type { Run } from '../run.js'
import type { DecisionReason, InjectionRequest, InjectionSetup, InjectionWarning, WorkloadIdentity } from '../types.js'
import type { Reader } from '../views/struct.js'
import { cutPatch, hasOpenNamespace, markedRequest } from './build.js'
import type { PodKey } from './key.js'
import type { PodRules } from './leaves.js'
import { type CutText, markedAt, markOf } from './marks.js'
import { type Expected, expectedFrom, holesOf, type Outline, outlineOf, slotTexts } from './rendered.js'

/** What a pod that is injected by a plan gets. */
export interface PlannedAnswer {
  readonly reason: DecisionReason
  readonly warnings: readonly InjectionWarning[]
  /** JSON text of the operations. */
  readonly patch: string
}

/** Plans of one class: they differ in what templates make of open texts. */
const MAX_PLANS = 4
/** Times that making a plan is tried for one class; each costs as much as some injections. */
const MAX_ATTEMPTS = 8

interface Plan {
  /** By template. */
  readonly expected: readonly Expected[]
  readonly outlines: readonly Outline[]
  readonly patch: CutText
}

/** Pods that differ in open texts only, with all that is the same for them. */
export class PodClass {
  readonly #setup: InjectionSetup
  readonly #rules: PodRules
  readonly #reason: DecisionReason
  readonly #warnings: readonly InjectionWarning[]
  readonly #reading: Reading
  readonly #templates: readonly Specialised[]
  readonly #plans: Plan[] = []
  #attempts = 0

  constructor(about: ClassParts) {
    this.#setup = about.setup
    this.#rules = about.rules
    this.#reason = about.reason
    this.#warnings = about.warnings
    this.#reading = about.reading
    this.#templates = about.templates
  }

  /** Undefined where there is no plan for it, and none can be made of it. */
  answer(request: InjectionRequest, key: PodKey): PlannedAnswer | undefined {
    const open = openTexts(this.#rules, request, key)
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
      const patch = filled(plan, parts, open)
      if (patch !== undefined) return this.#answerOf(patch)
    }
    return this.#make(request, key, parts, open)
  }

  #answerOf(patch: string): PlannedAnswer {
    return { reason: this.#reason, warnings: this.#warnings, patch }
  }

  /** A plan is kept if it gives what injecting gives. */
  #make(
    request: InjectionRequest,
    key: PodKey,
    parts: readonly DynamicParts[],
    open: readonly string[],
  ): PlannedAnswer | undefined {
    if (this.#plans.length >= MAX_PLANS || this.#attempts >= MAX_ATTEMPTS) return undefined
    this.#attempts++
    const plan = this.#planFor(request, key, parts)
    const patch = plan === undefined ? undefined : filled(plan, parts, open)
    if (plan === undefined || patch === undefined) return undefined
    const direct = inject(this.#setup, request)
    const isRight =
      direct.verdict === 'injected' &&
      direct.decision.reason === this.#reason &&
      direct.warnings.length === this.#warnings.length &&
      operationsText(direct.patch) === patch
    if (!isRight) return undefined
    this.#plans.push(plan)
    return this.#answerOf(patch)
  }

  #planFor(request: InjectionRequest, key: PodKey, parts: readonly DynamicParts[]): Plan | undefined {
    const expected = parts.map(expectedFrom)
    const documents = []
    for (const [i, template] of this.#templates.entries()) {
      const shape = shapeOfParts(template.compose(parts[i]!))
      const holes = holesOf(expected[i]!, parts[i]!)
      const outline = shape === undefined || holes === undefined ? undefined : outlineOf(shape, holes)
      if (shape === undefined || outline === undefined) return undefined
      documents.push({ shape, outline })
    }
    const patch = cutPatch({ setup: this.#setup, request, rules: this.#rules, key, documents })
    if (patch === undefined) return undefined
    return { expected, outlines: documents.map(({ outline }) => outline), patch }
  }
}

interface ClassParts {
  readonly setup: InjectionSetup
  readonly rules: PodRules
  readonly reason: DecisionReason
  readonly warnings: readonly InjectionWarning[]
  readonly reading: Reading
  readonly templates: readonly Specialised[]
}

/** Undefined for pods that are not injected, or by steps that look at open texts. */
export function podClassOf(
  setup: InjectionSetup,
  rules: PodRules,
  request: InjectionRequest,
  key: PodKey,
): PodClass | undefined {
  const decision = decide(setup, request)
  const marked = markedRequest({ request, rules, key }, markOf)
  const read = readPod(setup, marked)
  if (!decision.inject || !read.ok) return undefined
  const { original } = read.value
  if ([STATUS_ANNOTATION, OVERRIDES_ANNOTATION].some(name => annotationOf(original, name) !== undefined))
    return undefined
  let isWarned = false
  const warn = (): void => {
    isWarned = true
  }
  const run: Run = { setup, request: marked, original, warn }
  const ready = prepare(run)
  if (!ready.ok || isWarned || isSuspectConfig(run, ready.value.proxyConfig)) return undefined
  const input = contextInput(run, ready.value)
  // Ids of the namespace's own would have to be exact.
  if (input.namespaceAnnotations !== undefined) return undefined
  const reading = new Reading(metadataOf(input.pod))
  reading.begin(openTexts(rules, request, key))
  const data = templateContext(setup, inputFor(input, reading))
  const templates: Specialised[] = []
  for (const { template } of ready.value.templates) {
    const special = template.specialise(data, () => reading.wasTouched())
    if (special === undefined) return undefined
    templates.push(special)
  }
  if (reading.isSuspect) return undefined
  const { reason, warnings } = decision
  return new PodClass({ setup, rules, reason, warnings, reading, templates })
}

function openTexts(rules: PodRules, request: InjectionRequest, { open }: PodKey): readonly string[] {
  return hasOpenNamespace(rules, request) ? [...open, request.namespace] : open
}

/** Reads the texts that marks stand for: those of one pod after the other. */
class Reading implements Reader {
  readonly isStandIn = true
  readonly #metadata: JsonObject
  #open: readonly string[] = []
  #workload: WorkloadIdentity | undefined = undefined
  #isTouched = false
  /** A text of this pod was read that could be more than text. */
  isSuspect = false

  /** `metadata` is that of all of them, with marks. */
  constructor(metadata: JsonObject) {
    this.#metadata = metadata
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
    this.#workload ??= workloadOf({ metadata: meantBy(this.#metadata, this.#open) })
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
function meantBy<T extends Json>(value: T, open: readonly string[]): T {
  return copied(value, open) as T
}

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

/** The patch of a plan with the texts of one pod; undefined where the plan does not fit. */
function filled(
  { expected, outlines, patch }: Plan,
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
  const { pieces, holes } = patch
  const all: string[] = [pieces[0]!]
  for (let i = 0; i < holes.length; i++) all.push(jsonString(texts[holes[i]!]!), pieces[i + 1]!)
  return all.join('')
}
