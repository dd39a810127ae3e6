import type { InjectionConfig } from '../config/injection-config.js'
import type { InjectionValues } from '../config/injection-values.js'
import type { MeshConfig } from '../config/mesh-config.js'
import type { ProxyConfigResource } from '../config/proxy-config.js'
import type { Json, JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { JsonPatchOperation } from '../patch/index.js'
import type { CompiledTemplate } from './compile.js'

/** Facts about the injector's surroundings. Shells read them (environment, Node objects); the core only uses them. */
export interface InjectionEnvironment {
  /** ENABLE_NATIVE_SIDECARS as written; anything but `true`, `false`, `auto` counts as `false`, with a warning. */
  readonly nativeSidecars: string
  /** Node objects by cluster id. A cluster that is absent is unknown, and `auto` then means not native. */
  readonly nodes: ReadonlyMap<string, readonly NodeFacts[]>
  /** PLATFORM; only `openshift` matters. */
  readonly platform: string
  /** COMPLIANCE_POLICY. */
  readonly compliancePolicy: string
  /** What the template function `env` may see. */
  readonly variables: ReadonlyMap<string, string>
}

export interface NodeFacts {
  readonly name: string
  /** `status.nodeInfo.kubeletVersion`, such as `v1.33.1`. */
  readonly kubeletVersion: string
}

/** Everything that is the same for every pod until a configuration file changes. Made by `injectionSetup`. */
export interface InjectionSetup {
  readonly config: InjectionConfig
  readonly templates: ReadonlyMap<string, CompiledTemplate>
  readonly values: InjectionValues
  readonly mesh: MeshConfig
  readonly proxyConfigs: readonly ProxyConfigResource[]
  /** `""` is the default revision. */
  readonly revision: string
  readonly environment: InjectionEnvironment
}

/** One pod to look at. */
export interface InjectionRequest {
  /** The pod as received, untouched; the patch applies to exactly this. */
  readonly pod: JsonObject
  /** Namespace of the request; the pod's own wins. */
  readonly namespace: string
  /** Path parameters (`ISTIO_META_CLUSTER_ID`, `ISTIO_META_NETWORK`, other environment names). */
  readonly parameters?: ReadonlyMap<string, string>
  /** Annotations of the pod's Namespace object, where it is known (OpenShift ids). */
  readonly namespaceAnnotations?: ReadonlyMap<string, string>
  /**
   * `webhook` (default): policy, selectors, default templates and injectedAnnotations of the configuration apply.
   * `manifest`: as kube-inject; the policy is `enabled`, there are no selectors, the template is `sidecar`.
   */
  readonly mode?: 'webhook' | 'manifest'
  /** Owner facts that a workload knows better than its pod (kube-inject). */
  readonly workload?: WorkloadIdentity
  /** Provenance costs a second pass: only on demand. */
  readonly explain?: boolean
}

export interface WorkloadIdentity {
  readonly type: { readonly kind: string; readonly apiVersion: string }
  readonly name: string
  readonly namespace: string
}

/** Where a fact was read. A shell turns `path` into file:line:column with the document's `locate`. */
export interface FactSource {
  readonly document: 'pod' | 'request' | 'injection-config' | 'values' | 'mesh-config' | 'built-in'
  readonly path: readonly (string | number)[]
}

export type GateCode =
  | 'host-network'
  | 'ignored-namespace'
  | 'inject-setting'
  | 'never-inject-selector'
  | 'always-inject-selector'
  | 'policy'

/** Stable; the reason label of the skip metric, of events and of log lines. */
export type DecisionReason =
  | 'host-network'
  | 'ignored-namespace'
  | 'inject-true'
  | 'inject-false'
  | 'never-inject-selector'
  | 'always-inject-selector'
  | 'policy-enabled'
  | 'policy-disabled'
  | 'policy-invalid'

/** One step of the decision flow, in the order in which they are asked. */
export interface Gate {
  readonly code: GateCode
  /** What this gate says on its own: `inject`, `refuse`, or nothing either way. */
  readonly says: 'inject' | 'refuse' | 'nothing'
  /** `decides`: the verdict is its own. `overruled`: it had an opinion, a stronger gate another. `not-reached`: settled earlier. */
  readonly role: 'decides' | 'passes' | 'overruled' | 'not-reached'
  /** The value looked at, null where there is none. */
  readonly value: Json
  readonly source: FactSource
  /** One sentence for people. */
  readonly message: string
}

export interface Decision {
  readonly inject: boolean
  readonly reason: DecisionReason
  readonly gates: readonly Gate[]
  /** Things a user asked for that were overruled or not understood; texts for AdmissionReview `warnings`. */
  readonly warnings: readonly InjectionWarning[]
}

export interface InjectionWarning {
  readonly code: string
  readonly message: string
  readonly source?: FactSource
}

/** Where in the injected pod a thing stands, and what put it there. */
export interface Provenance {
  /** Path in the injected pod, list items by position: `['spec', 'containers', 1, 'env', 3]`. */
  readonly path: readonly (string | number)[]
  /** Such as `container istio-proxy` or `env PROXY_CONFIG of istio-proxy`. */
  readonly what: string
  readonly origin:
    | { readonly by: 'template'; readonly template: string; readonly line: number }
    | { readonly by: 'step'; readonly step: InjectionStep }
    | { readonly by: 'pod' }
}

export type InjectionStep =
  | 'user-override'
  | 'native-move'
  | 'run-as'
  | 'cluster-env'
  | 'prometheus-merge'
  | 'prometheus-secure-port'
  | 'probe-rewrite'
  | 'network-label'
  | 'status'
  | 'injected-annotations'

/** What one `inject` did. `refused`: the decision said no. `failed`: admission has to be denied. */
export type InjectionOutcome =
  | { readonly verdict: 'refused'; readonly decision: Decision; readonly warnings: readonly InjectionWarning[] }
  | {
      readonly verdict: 'failed'
      readonly decision: Decision
      readonly warnings: readonly InjectionWarning[]
      readonly failure: InjectionFailure
    }
  | {
      readonly verdict: 'injected'
      readonly decision: Decision
      readonly warnings: readonly InjectionWarning[]
      /** The injected pod, decoded and encoded by Go's rules for a typed Pod. */
      readonly pod: JsonObject
      /** RFC 6902, against `request.pod` as received. */
      readonly patch: readonly JsonPatchOperation[]
      readonly templates: readonly string[]
      /** With `explain` only. */
      readonly provenance?: readonly Provenance[]
    }

/** `message` is one text for the AdmissionReview; `problems` are its parts (all invalid annotations at once). */
export interface InjectionFailure {
  readonly code:
    | 'pod-decode'
    | 'invalid-annotations'
    | 'unknown-template'
    | 'template-execution'
    | 'template-output'
    | 'invalid-overrides'
    | 'prometheus-ports'
    | 'proxy-config'
    | 'structure-changed'
  readonly message: string
  readonly problems: readonly Problem[]
}
