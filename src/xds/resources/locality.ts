import type { LoadBalancerSettings, LocalityLoadBalancerSetting } from '../../config/istio-types.generated.js'
import type { MeshSettings, Service, TrafficDistribution } from '../../mesh/index.js'
import type { Cluster_CommonLbConfig } from '../../proto/envoy-types.generated.js'

/** How endpoints are preferred by where they are. */
export interface LocalityPlan {
  readonly setting: LocalityLoadBalancerSetting
  /** Endpoints are ordered by preference: only where Envoy finds out that one is down, or the service asks for it. */
  readonly hasFailover: boolean
}

const NETWORK = 'topology.istio.io/network'
const REGION = 'topology.kubernetes.io/region'
const ZONE = 'topology.kubernetes.io/zone'
const SUBZONE = 'topology.istio.io/subzone'
const HOSTNAME = 'kubernetes.io/hostname'

/** https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution, as lists of labels to agree on. */
const PREFERENCES: Readonly<Record<Exclude<TrafficDistribution, 'any'>, readonly string[]>> = {
  'prefer-same-network': [NETWORK],
  'prefer-close': [NETWORK, REGION, ZONE, SUBZONE],
  'prefer-same-zone': [NETWORK, REGION, ZONE],
  'prefer-same-node': [NETWORK, REGION, ZONE, SUBZONE, HOSTNAME],
}

/**
 * The rule's setting, else the service's trafficDistribution, else the mesh's; undefined: all endpoints are alike.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export function localityPlanOf(
  service: Service,
  balancer: LoadBalancerSettings | undefined,
  hasOutlierDetection: boolean,
  mesh: MeshSettings,
): LocalityPlan | undefined {
  const own = balancer?.localityLbSetting
  if (own !== undefined) return planOf(own, hasOutlierDetection)
  if (service.trafficDistribution !== 'any')
    return { setting: { failoverPriority: PREFERENCES[service.trafficDistribution] }, hasFailover: true }
  return mesh.localityLbSetting === undefined ? undefined : planOf(mesh.localityLbSetting, hasOutlierDetection)
}

function planOf(setting: LocalityLoadBalancerSetting, hasFailover: boolean): LocalityPlan | undefined {
  return setting.enabled === false ? undefined : { setting, hasFailover }
}

/**
 * `common_lb_config` of an outbound cluster. No panic threshold: a service has few endpoints, so half of them failing is no reason
 * to use the failed ones. Weights of localities count only where a setting gives them a meaning, as they bend other algorithms.
 */
export function commonLbConfigOf(plan: LocalityPlan | undefined, minHealthPercent = 0): Cluster_CommonLbConfig {
  return {
    healthyPanicThreshold: minHealthPercent > 0 ? { value: minHealthPercent } : {},
    ...(plan !== undefined && isWeighted(plan) && { localityWeightedLbConfig: {} }),
  }
}

function isWeighted({ setting, hasFailover }: LocalityPlan): boolean {
  if ((setting.distribute ?? []).length > 0) return true
  return hasFailover && ((setting.failover ?? []).length > 0 || (setting.failoverPriority ?? []).length > 0)
}
