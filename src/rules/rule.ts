import type { Json } from '../lang/json.js'
import type { Position } from '../lang/problem.js'
import type { LabelSelector } from '../lang/selector.js'
import type { JsonPatchOperation } from '../patch/index.js'
import type { Template } from '../template/index.js'
import type { MatchCondition } from './condition.js'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** What a rule or webhook asks to see; `*` works as in admissionregistration.k8s.io/v1 `RuleWithOperations`. */
export interface ResourceRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  /** Plural names, with the subresource behind a slash where one is meant: `pods`, `pods/exec`, `*`. */
  readonly resources: readonly string[]
  readonly operations: readonly (Operation | '*')[]
  readonly scope: 'Cluster' | 'Namespaced' | '*'
}

/** The criteria by which the API server decides whether to call; the same for a rule and for a webhook entry. */
export interface MatchCriteria {
  readonly resources: readonly ResourceRule[]
  readonly namespaceSelector: LabelSelector | undefined
  readonly objectSelector: LabelSelector | undefined
  readonly matchConditions: readonly MatchCondition[]
  readonly failurePolicy: 'Fail' | 'Ignore'
}

export type Action =
  /** The template's output, YAML, is merged into the object. */
  | { readonly kind: 'merge'; readonly strategy: 'strategic' | 'json'; readonly template: Template }
  | {
      readonly kind: 'patch'
      readonly operations: readonly JsonPatchOperation[]
      readonly createMissingParents: boolean
    }
  | { readonly kind: 'deny'; readonly message: Template; readonly code: number }
  | { readonly kind: 'record'; readonly message: Template | undefined }

/** One interception of the user's own, compiled: everything that can be wrong in its file was reported when it was parsed. */
export interface Rule extends MatchCriteria {
  /** Unique in its file, a DNS-1123 label: it is the last element of the path `/mutate/<rule>`. */
  readonly name: string
  readonly action: Action
  /** Seconds, 1 to 30: how long the API server waits for the answer. */
  readonly timeoutSeconds: number
  readonly reinvocationPolicy: 'Never' | 'IfNeeded'
  readonly position: Position | undefined
}

/** An AdmissionRequest, narrowed to what rules may look at. */
export interface InterceptionRequest {
  readonly group: string
  readonly version: string
  /** Plural name: `pods`. */
  readonly resource: string
  readonly subResource: string
  readonly kind: string
  readonly operation: Operation
  readonly name: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  /** null for DELETE. */
  readonly object: Json
  /** null for CREATE. */
  readonly oldObject: Json
  /** The whole request as received, for `request.userInfo` and the like. */
  readonly request: Json
  /** Labels of the Namespace where they are known; the API server has evaluated its selector already. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined
}
