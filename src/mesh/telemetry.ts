import type { Telemetry } from '../config/istio-types.generated.js'
import type { ConfigObject, Labels } from '../config/object.js'
import { byAge, selects } from './selection.js'

export type TelemetryObject = ConfigObject<Telemetry>

/**
 * What holds for a workload, from the widest to the narrowest: the root namespace's, its namespace's, its own; the oldest of each.
 * `policies` are those of both namespaces. One that names targets is for gateways and waypoints.
 * https://istio.io/latest/docs/reference/config/telemetry/
 */
export function telemetryOfWorkload(
  policies: readonly TelemetryObject[],
  namespace: string,
  rootNamespace: string,
  labels: Labels,
): readonly TelemetryObject[] {
  const sorted = policies.filter(({ spec }) => spec.targetRef === undefined && !spec.targetRefs?.length).sort(byAge)
  const wide = (where: string) => sorted.find(policy => policy.namespace === where && labelsOf(policy) === undefined)
  const own = sorted.find(policy => policy.namespace === namespace && selects(labelsOf(policy) ?? {}, labels))
  const root = wide(rootNamespace)
  const levels = [root, namespace === rootNamespace ? undefined : wide(namespace), own]
  return levels.filter(level => level !== undefined)
}

function labelsOf({ spec }: TelemetryObject): Labels | undefined {
  const labels = spec.selector?.matchLabels ?? {}
  return Object.keys(labels).length === 0 ? undefined : labels
}
