import type { AuthorizationPolicy, RequestAuthentication } from '../config/istio-types.generated.js'
import type { ConfigObject, Labels } from '../config/object.js'
import { byAge, selects } from './selection.js'

export type AuthorizationObject = ConfigObject<AuthorizationPolicy>
export type TokenObject = ConfigObject<RequestAuthentication>

/**
 * The policies of one kind that hold for a workload, oldest first: those of its namespace and of the root namespace, each without a selector or
 * with one of this workload. `policies` are those of both namespaces. Policies that name targets are for gateways and waypoints.
 */
export function policiesOfWorkload<Policy extends AuthorizationObject | TokenObject>(
  policies: readonly Policy[],
  labels: Labels,
): readonly Policy[] {
  return policies.filter(policy => isFor(policy, labels)).sort(byAge)
}

function isFor({ spec }: AuthorizationObject | TokenObject, labels: Labels): boolean {
  if (spec.targetRef !== undefined || (spec.targetRefs ?? []).length > 0) return false
  const wanted = spec.selector?.matchLabels ?? {}
  return Object.keys(wanted).length === 0 || selects(wanted, labels)
}
