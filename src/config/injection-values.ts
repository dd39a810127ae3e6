import type { Json, JsonObject } from '../lang/json.js'
import type { Position } from '../lang/problem.js'

/** The `values` key of the injector's ConfigMap: whole for templates, and the few that Pillion itself reads. */
export interface InjectionValues {
  /** As templates see it. */
  readonly raw: JsonObject
  readonly hub: string
  /** As written; a number is allowed. */
  readonly tag: Json
  readonly variant: string
  readonly proxyImage: string
  readonly proxyInitImage: string
  readonly clusterName: string
  readonly network: string
  readonly isHoldingApplication: boolean
  readonly isRewritingProbes: boolean
  readonly file?: string
  readonly locate: (path: readonly (string | number)[]) => Position | undefined
}
