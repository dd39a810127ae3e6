import type { WebhookClient, WebhookConfiguration } from '../config/webhook-configuration.js'
import type { DecisionReason, Gate, InjectionFailure, InjectionStep, InjectionWarning } from '../inject/index.js'
import type { JsonObject } from '../lang/json.js'
import type { Position } from '../lang/problem.js'
import type { JsonPatchOperation } from '../patch/index.js'
import type { MatchStep } from '../rules/index.js'

export type Path = readonly (string | number)[]

/** An object of a manifest that can tell where its parts stand. */
export interface LocatedObject {
  readonly value: JsonObject
  /** Where the object begins. */
  readonly position: Position
  /** The key or item at the path; undefined where the object has none. */
  readonly locate: (path: Path) => Position | undefined
}

/** What is known of a namespace; only the labels and annotations count. */
export interface NamespaceFacts {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: ReadonlyMap<string, string>
  readonly locate: (path: Path) => Position | undefined
}

/** Objects of the home cluster that decide whether the API server calls a webhook. */
export interface ClusterFacts {
  readonly namespaces: ReadonlyMap<string, NamespaceFacts>
  /** In the API server's order: by name. */
  readonly webhooks: readonly WebhookConfiguration[]
  /** True where the list is known to be all there is: no injection webhook then means no call. */
  readonly isComplete?: boolean
}

/** A pod to explain: one of its own, or the one that a controller would create for a workload. */
export interface Subject {
  readonly kind: string
  readonly name: string
  /** Where the namespace was read: the manifest, the caller's choice, or Kubernetes' `default`. */
  readonly namespace: {
    readonly name: string
    readonly from: 'manifest' | 'given' | 'default'
    readonly position?: Position
  }
  readonly position: Position
  readonly pod: JsonObject
  /** Owner facts, as the pod's ownerReferences would tell the webhook. */
  readonly controller?: {
    readonly kind: string
    readonly apiVersion: string
    readonly name: string
    readonly user: string
  }
  /** Labels that no manifest names and the controller sets. */
  readonly controllerLabels: readonly string[]
  /** Position of a path of the pod in the manifest; undefined for what the controller adds. */
  readonly locate: (path: Path) => Position | undefined
}

export type CallOutcome = 'called' | 'not-called' | 'rejected' | 'unknown' | 'no-configuration'

/** Would the API server call the injection webhook for this pod? */
export interface CallExplanation {
  readonly outcome: CallOutcome
  /** One sentence. */
  readonly summary: string
  /** Every webhook of every configuration, in the order in which the API server asks them. */
  readonly entries: readonly EntryExplanation[]
  /** With `not-called`: the smallest changes of labels, each of which would lead to a call. */
  readonly nearest: readonly NearMiss[]
  readonly warnings: readonly string[]
}

export interface EntryExplanation {
  readonly configuration: string
  readonly entry: string
  /** Index of the entry in its configuration, and where it stands. */
  readonly index: number
  readonly position?: Position
  /** False for webhooks that have nothing to do with injection. */
  readonly isInjector: boolean
  readonly outcome: 'calls' | 'does not call' | 'rejects' | 'unknown'
  readonly client: WebhookClient
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly reinvocationPolicy: 'Never' | 'IfNeeded'
  /** In the API server's order; ends with the first that is not met. */
  readonly criteria: readonly CriterionFinding[]
}

export interface CriterionFinding extends MatchStep {
  readonly position?: Position
  /** Of a selector: each of its requirements. */
  readonly requirements?: readonly RequirementFinding[]
}

export interface RequirementFinding {
  readonly requirement: string
  readonly isMet: boolean
  readonly key: string
  /** The label's value; null where it is absent. */
  readonly value: string | null
  /** Where the label stands. */
  readonly position?: Position
}

export interface LabelChange {
  readonly on: 'pod' | 'namespace'
  readonly key: string
  /** null removes the label. */
  readonly value: string | null
}

/** An entry that would match after these changes. */
export interface NearMiss {
  readonly configuration: string
  readonly entry: string
  readonly changes: readonly LabelChange[]
}

/** A gate of the decision with the place of what it looked at. */
export interface LocatedGate extends Gate {
  readonly position?: Position
  /** Where the value came from if not from a file: `set by the Job controller`. */
  readonly note?: string
}

export interface LocatedWarning extends InjectionWarning {
  readonly position?: Position
}

export interface DecisionExplanation {
  readonly inject: boolean
  readonly reason: DecisionReason
  readonly gates: readonly LocatedGate[]
}

/** One thing of the injected pod that the user did not write. */
export interface InjectedPart {
  readonly kind: 'container' | 'init-container' | 'env' | 'volume' | 'label' | 'annotation' | 'field'
  /** `istio-proxy`, `PROXY_CONFIG`, `readinessProbe`. */
  readonly name: string
  /** Container that an env entry or a field belongs to. */
  readonly container?: string
  readonly path: Path
  readonly origin:
    | { readonly by: 'template'; readonly template: string; readonly line: number; readonly position?: Position }
    | { readonly by: 'step'; readonly step: InjectionStep }
}

export interface InjectionDetails {
  readonly templates: readonly string[]
  readonly parts: readonly InjectedPart[]
  readonly patch: readonly JsonPatchOperation[]
  readonly pod: JsonObject
}

/**
 * `injected`: the pod gets its sidecar. `refused`: the webhook is asked and leaves it alone. `not-called`: nobody asks the
 * webhook. `failed`, `rejected`: the pod is not created at all, by the webhook or by the API server.
 */
export type VerdictCode = 'injected' | 'refused' | 'not-called' | 'failed' | 'rejected'

export interface Verdict {
  readonly code: VerdictCode
  /** The reason code of the decision, or of the call. */
  readonly reason: string
  readonly isInjected: boolean
  /** False where it hangs on facts that are missing (no webhook configuration, an unknown namespace): it assumes a call. */
  readonly isCertain: boolean
  /** The decisive fact in one sentence. */
  readonly because: string
  readonly position?: Position
}

export interface InjectionExplanation {
  readonly subject: {
    readonly kind: string
    readonly name: string
    readonly namespace: string
    readonly namespaceFrom: Subject['namespace']['from']
    readonly position: Position
    readonly controllerLabels: readonly string[]
  }
  readonly verdict: Verdict
  readonly call: CallExplanation
  readonly decision: DecisionExplanation
  readonly warnings: readonly LocatedWarning[]
  /** With a decision to inject. */
  readonly injection?: InjectionDetails
  readonly failure?: InjectionFailure
}
