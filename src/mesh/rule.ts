import type { Subset, TrafficPolicy } from '../config/istio-types.generated.js'
import type { Labels } from '../config/object.js'
import type { Hostname } from './hostname.js'

/** DestinationRules for one host in one namespace, merged (reference: xds.md section 8). */
export interface ConsolidatedRule {
  /** `<namespace>/<name>` of the rules in it, oldest first: the first gave the policy, and names the cluster's `config` metadata. */
  readonly from: readonly string[]
  readonly namespace: string
  readonly name: string
  readonly host: Hostname
  /** Not resolved against ports: `portLevelSettings` are inside. */
  readonly trafficPolicy: TrafficPolicy | undefined
  /** The first of a name; their labels and policies as written. */
  readonly subsets: readonly Subset[]
  /** Resolved as a service's; mesh default applied. */
  readonly exportTo: readonly string[]
  /** Undefined: for every workload. */
  readonly selector: Labels | undefined
}
