import type { Json, JsonObject } from '../../lang/json.js'
import { stringifyYaml } from '../../lang/yaml/index.js'
import { decodeTyped, encodeTyped } from '../../patch/index.js'
import { decide } from '../decide.js'
import { workloadOf } from '../deploy-meta.js'
import { type Injected, printedPod, warnAboutPorts } from '../pipeline.js'
import { metadataOf } from '../pod.js'
import type { Run } from '../run.js'
import type { Decision, InjectionRequest, InjectionSetup } from '../types.js'
import { type FoundKind, fullName, hasTemplate, requestFor, type WorkloadKind, withPod } from '../workload.js'
import type { Carrier, MarkedPod, TextAt } from './carrier.js'
import { keyOf, type PodKey, withOpen } from './key.js'
import { documentRule, type Rule } from './leaves.js'
import { cutYaml, hasMark, markOf, textMeant } from './marks.js'
import { type PodClass, podClassOf } from './pod-class.js'

/** A document that holds a pod and is injected by a plan. */
export interface PlannedDocument {
  /** As printed. */
  readonly output: string
  /** See `fullName`. */
  readonly name: string
  readonly decision: Decision
}

/** Documents that are injected without a look at their class: few documents have few of one, and would only pay for it. */
const FIRST = 8
/** Documents of a class that are injected before a plan is made for it. */
const MET_BEFORE = 5
/** What making takes, in injections: of a class, and of a plan. */
const COST = { class: 3, plan: 5 }
/**
 * What may be spent on making: this much, one injection for so many documents, and two for each that a plan answered, since kinds that came
 * again go on to.
 */
const BUDGET = { free: 8, documents: 16, answered: 2 }
/** Documents after which plans are given up where they answered fewer than one in so many. */
const PATIENCE = { documents: 256, share: 8 }
/** Classes at a time; then all are forgotten. One with a plan of a stock template takes some 60 KB. */
const MAX_CLASSES = 256

interface DocumentClass {
  readonly pods: PodClass
  /** With marks. */
  readonly name: string
}

interface Limits {
  readonly first: number
  readonly metBefore: number
  /** In injections. */
  readonly free: number
}

const LIMITS: Limits = { first: FIRST, metBefore: MET_BEFORE, free: BUDGET.free }

/** The classes of documents that were met with one setup. */
export class DocumentPlans {
  readonly #setup: InjectionSetup
  readonly #limits: Limits
  readonly #rules = new Map<string, Rule>()
  /** How often one without a class was met; null where there can be none. */
  readonly #classes = new Map<string, DocumentClass | number | null>()
  #seen = 0
  #answered = 0
  /** In injections. */
  #spent = 0

  constructor(setup: InjectionSetup, limits = LIMITS) {
    this.#setup = setup
    this.#limits = limits
  }

  /** `direct`: what the usual steps print; undefined where there is anything else to say. */
  answer(value: JsonObject, found: FoundKind, direct: () => string | undefined): PlannedDocument | undefined {
    if (++this.#seen <= this.#limits.first || this.#isGivenUp()) return undefined
    const rule = this.#ruleOf(found)
    const key = keyOf('', value, rule)
    if (key === undefined) return undefined
    const carrier = (): DocumentCarrier => documentCarrier(value, found, rule, key, direct)
    const own = this.#classOf(key.text, () => documentClassOf(this.#setup, found, carrier()))
    const output = own?.pods.answer(key.open, () => (this.#spend(COST.plan) ? carrier() : undefined))
    if (own === undefined || output === undefined) return undefined
    this.#answered++
    return { output, name: textMeant(own.name, key.open), decision: own.pods.decision }
  }

  #isGivenUp(): boolean {
    return this.#seen > PATIENCE.documents && this.#answered * PATIENCE.share < this.#seen
  }

  /** False where plans have not saved enough to pay for another. */
  #spend(cost: number): boolean {
    const earned = this.#seen / BUDGET.documents + this.#answered * BUDGET.answered
    if (this.#spent > this.#limits.free + earned) return false
    this.#spent += cost
    return true
  }

  #ruleOf({ name, kind }: FoundKind): Rule {
    let rule = this.#rules.get(name)
    if (rule === undefined) this.#rules.set(name, (rule = documentRule(kind)))
    return rule
  }

  #classOf(key: string, make: () => DocumentClass | undefined): DocumentClass | undefined {
    const known = this.#classes.get(key) ?? (this.#classes.has(key) ? null : 0)
    if (typeof known !== 'number') return known ?? undefined
    if (known >= this.#limits.metBefore && this.#spend(COST.class)) {
      const made = make()
      this.#classes.set(key, made ?? null)
      return made
    }
    if (this.#classes.size >= MAX_CLASSES && known === 0) this.#classes.clear()
    this.#classes.set(key, known + 1)
    return undefined
  }
}

/** A document that was read, and what is asked about its pod. */
interface ReadDocument {
  readonly object: JsonObject
  readonly request: InjectionRequest
}

function readDocument(value: Json, { name, kind }: FoundKind): ReadDocument | undefined {
  const decoded = decodeTyped(kind.type, value, { fromYaml: true })
  if (!decoded.ok || !hasTemplate(decoded.value as JsonObject, kind)) return undefined
  const object = decoded.value as JsonObject
  return { object, request: requestFor(object, name, kind) }
}

function documentClassOf(setup: InjectionSetup, found: FoundKind, carrier: DocumentCarrier): DocumentClass | undefined {
  const read = carrier.marked(markOf)
  if (read === undefined) return undefined
  // What is decided by is exact.
  const pods = podClassOf(setup, decide(setup, read.request), markedPod(read, found), carrier.open)
  // What is warned about names the pod.
  if (pods === undefined || pods.decision.warnings.length > 0) return undefined
  return { pods, name: fullName(read.object, read.request.pod) }
}

interface DocumentCarrier extends Carrier {
  marked(textAt: TextAt): ReadDocument | undefined
}

function documentCarrier(
  value: JsonObject,
  found: FoundKind,
  rule: Rule,
  { text: exact, open }: PodKey,
  direct: () => string | undefined,
): DocumentCarrier {
  const marked = (textAt: TextAt): ReadDocument | undefined => readDocument(withOpen(value, rule, textAt), found)
  return {
    exact,
    open,
    marked,
    read(textAt) {
      const read = marked(textAt)
      return read === undefined ? undefined : markedPod(read, found)
    },
    // What was overwritten might be the same as what came instead.
    cut: yaml => (open.every((_, at) => yaml.includes(markOf(at))) ? cutYaml(yaml) : undefined),
    direct,
  }
}

function markedPod({ object, request }: ReadDocument, { kind }: FoundKind): MarkedPod {
  const { pod } = request
  const known = request.workload!
  return {
    request,
    original: pod,
    workload: meant =>
      kind.type === 'v1.Pod'
        ? workloadOf({ metadata: meant(metadataOf(pod)) })
        : { ...known, name: meant(known.name), namespace: meant(known.namespace) },
    answer: (run, injected) => printedText(object, kind, run, injected),
  }
}

/** The whole document with the pod injected. */
function printedText(object: JsonObject, kind: WorkloadKind, run: Run, injected: Injected): string | undefined {
  const pod = printedPod(injected)
  if (!pod.ok) return undefined
  warnAboutPorts(pod.value, run)
  const printed = encodeTyped(kind.type, withPod(object, kind, pod.value))
  return hasWholeMarks(printed) ? stringifyYaml(printed) : undefined
}

/** Whether marks are texts of their own, and in no key. */
function hasWholeMarks(value: Json): boolean {
  if (typeof value === 'string') return value.length === 1 || !hasMark(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(hasWholeMarks)
  return Object.keys(value).every(key => !hasMark(key) && hasWholeMarks(value[key]!))
}

const plans = new WeakMap<InjectionSetup, DocumentPlans>()

/** What the usual steps print of a document, where documents that differ in nothing that matters were injected before; else undefined. */
export function injectDocumentByPlan(
  setup: InjectionSetup,
  value: JsonObject,
  found: FoundKind,
  direct: () => string | undefined,
): PlannedDocument | undefined {
  let own = plans.get(setup)
  if (own === undefined) plans.set(setup, (own = new DocumentPlans(setup)))
  return own.answer(value, found, direct)
}
