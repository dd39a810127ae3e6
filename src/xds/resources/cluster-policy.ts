import type { Subset, TrafficPolicy } from '../../config/istio-types.generated.js'
import type { ConsolidatedRule, MeshSettings } from '../../mesh/index.js'

/** A policy for one port: its `portLevelSettings` are applied and gone. */
export type PortPolicy = Omit<TrafficPolicy, 'portLevelSettings'>

/**
 * What holds for one port of a service, or of a subset when one is given. Blocks of the subset replace those of the service; a
 * `portLevelSettings` of the port replaces load balancer, pool, outlier detection and TLS together: those it leaves out are
 * back at their defaults. `defaults`, of mesh config, is what holds for blocks that no rule has. https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-PortTrafficPolicy
 */
export function portPolicyOf(
  rule: ConsolidatedRule | undefined,
  subset: Subset | undefined,
  port: number,
  defaults: MeshSettings['defaultTrafficPolicy'] = {},
): PortPolicy {
  const policy = overlay(overlay({}, rule?.trafficPolicy, port), subset?.trafficPolicy, port)
  return { ...present(defaults), ...present(policy) }
}

/** Of an inbound cluster: the rule of the service itself counts, subsets do not. */
export function overlay(base: PortPolicy, policy: TrafficPolicy | undefined, port: number): PortPolicy {
  if (policy === undefined) return base
  const { portLevelSettings, ...top } = policy
  const merged: PortPolicy = { ...base, ...present(top) }
  const level = portLevelSettings?.find(setting => setting.port?.number === port)
  if (level === undefined) return merged
  const { loadBalancer, connectionPool, outlierDetection, tls, ...kept } = merged
  return {
    ...kept,
    ...present({
      loadBalancer: level.loadBalancer,
      connectionPool: level.connectionPool,
      outlierDetection: level.outlierDetection,
      tls: level.tls,
    }),
  }
}

/**
 * The TLS mode that a rule asks of endpoints. Unlike in `portPolicyOf`, a port level without TLS inherits the one above it: an
 * endpoint is marked for mutual TLS by this rule in the reference.
 */
export function tlsModeOf(
  rule: ConsolidatedRule | undefined,
  subset: Subset | undefined,
  port: number,
): string | undefined {
  return tlsModeIn(subset?.trafficPolicy, port) ?? tlsModeIn(rule?.trafficPolicy, port)
}

function tlsModeIn(policy: TrafficPolicy | undefined, port: number): string | undefined {
  const level = policy?.portLevelSettings?.find(setting => setting.port?.number === port)
  const tls = level?.tls ?? policy?.tls
  return tls === undefined ? undefined : (tls.mode ?? 'DISABLE')
}

function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}
