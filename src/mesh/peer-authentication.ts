import type { PeerAuthentication, PeerAuthentication_MutualTLS } from '../config/istio-types.generated.js'
import { type ConfigObject, type Labels, objectKey } from '../config/object.js'
import type { MtlsMode, WorkloadMtls } from './mtls.js'
import { byAge, selects } from './selection.js'

export type PeerPolicy = ConfigObject<PeerAuthentication>

/**
 * The mode for a workload: its own policy over its namespace's over the root namespace's, the oldest of each; what is unset
 * comes from below, last PERMISSIVE. `policies` are those of both namespaces. A policy with a selector counts only in its own
 * namespace, and in the root namespace not at all.
 */
export function mtlsOfWorkload(
  policies: readonly PeerPolicy[],
  namespace: string,
  rootNamespace: string,
  labels: Labels,
): WorkloadMtls {
  const sorted = [...policies].sort(byAge)
  const mesh = sorted.find(policy => policy.namespace === rootNamespace && !hasSelector(policy))
  const own = sorted.find(
    policy => policy.namespace === namespace && namespace !== rootNamespace && !hasSelector(policy),
  )
  const workload = sorted.find(
    policy =>
      policy.namespace === namespace &&
      namespace !== rootNamespace &&
      hasSelector(policy) &&
      selects(policy.spec.selector?.matchLabels ?? {}, labels),
  )
  const chain = [workload, own, mesh].filter(policy => policy !== undefined)
  const mode = chain.map(policy => modeOf(policy.spec.mtls)).find(found => found !== undefined) ?? 'PERMISSIVE'
  return { mode, ports: portModes(workload, mode), from: chain.map(objectKey) }
}

/** Of the namespace as a whole: workload policies do not count. */
export function mtlsOfNamespace(policies: readonly PeerPolicy[], namespace: string, rootNamespace: string): MtlsMode {
  return mtlsOfWorkload(policies, namespace, rootNamespace, {}).mode
}

function hasSelector({ spec }: PeerPolicy): boolean {
  return Object.keys(spec.selector?.matchLabels ?? {}).length > 0
}

function portModes(policy: PeerPolicy | undefined, mode: MtlsMode): Readonly<Record<number, MtlsMode>> {
  const ports = Object.entries(policy?.spec.portLevelMtls ?? {})
  return Object.fromEntries(ports.map(([port, mtls]) => [port, modeOf(mtls) ?? mode]))
}

function modeOf(mtls: PeerAuthentication_MutualTLS | undefined): MtlsMode | undefined {
  return mtls?.mode === undefined || mtls.mode === 'UNSET' ? undefined : mtls.mode
}
