import type { LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting } from '../../config/istio-types.generated.js'
import type { MeshSettings, Service, TrafficDistribution } from '../../mesh/index.js'
import type { Cluster_CommonLbConfig } from '../../proto/envoy-types.generated.js'
import type { ProxyView } from '../../proxy/view.js'
import type { PortPolicy } from './cluster-policy.js'

/** How endpoints are preferred by where they are. */
export type LocalityPlan = PreferencePlan | ZonePlan

export interface PreferencePlan {
  readonly kind: 'preference'
  readonly setting: LocalityLoadBalancerSetting
  /** Endpoints are ordered by preference: only where Envoy finds out that one is down, or the service asks for it. */
  readonly hasFailover: boolean
}

/** Envoy keeps requests in the proxy's zone as far as the endpoints there can take them; other regions are for when there are none. */
export interface ZonePlan {
  readonly kind: 'zones'
  readonly setting: ZoneAwareLoadBalancerSetting
}

/** Of a client, what decides whether Envoy can: it has to know how the proxies of its own kind are spread over zones. */
type Client = { readonly meta: Pick<ProxyView['meta'], 'hasSelfDiscovery'> }

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
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ZoneAwareLoadBalancerSetting
 */
export function localityPlanOf(
  service: Pick<Service, 'trafficDistribution'>,
  policy: Pick<PortPolicy, 'loadBalancer' | 'outlierDetection'>,
  mesh: MeshSettings,
  { meta }: Client,
): LocalityPlan | undefined {
  const { loadBalancer: own, outlierDetection } = policy
  const hasFailover = outlierDetection !== undefined
  const ownZones = zonesOf(own?.zoneAwareLbSetting, meta)
  if (ownZones !== undefined) return ownZones
  if (own?.localityLbSetting !== undefined) return planOf(own.localityLbSetting, hasFailover)
  if (service.trafficDistribution !== 'any') {
    const setting = { failoverPriority: PREFERENCES[service.trafficDistribution] }
    return { kind: 'preference', setting, hasFailover: true }
  }
  const zones = own?.zoneAwareLbSetting === undefined ? zonesOf(mesh.zoneAwareLbSetting, meta) : undefined
  return zones ?? planOf(mesh.localityLbSetting, hasFailover)
}

function zonesOf(setting: ZoneAwareLoadBalancerSetting | undefined, meta: Client['meta']): ZonePlan | undefined {
  return setting?.enabled === true && meta.hasSelfDiscovery ? { kind: 'zones', setting } : undefined
}

function planOf(setting: LocalityLoadBalancerSetting | undefined, hasFailover: boolean): PreferencePlan | undefined {
  return setting === undefined || setting.enabled === false ? undefined : { kind: 'preference', setting, hasFailover }
}

/**
 * `common_lb_config` of an outbound cluster. No panic threshold: a service has few endpoints, so half of them failing is no reason
 * to use the failed ones. Weights of localities count only where a setting gives them a meaning, as they bend other algorithms.
 */
export function commonLbConfigOf(
  plan: LocalityPlan | undefined,
  { meta }: Client,
  minHealthPercent = 0,
): Cluster_CommonLbConfig {
  return {
    ...panicConfigOf(minHealthPercent),
    ...(isWeighted(plan) ? { localityWeightedLbConfig: {} } : zoneConfigOf(plan, meta)),
  }
}

/** The part of it for algorithms that are configured apart, which refuse the rest. */
export function panicConfigOf(minHealthPercent = 0): Cluster_CommonLbConfig {
  return { healthyPanicThreshold: minHealthPercent > 0 ? { value: minHealthPercent } : {} }
}

/** A proxy that knows how its own kind is spread would look at zones even if nobody asked it to. */
function zoneConfigOf(plan: LocalityPlan | undefined, meta: Client['meta']): Cluster_CommonLbConfig {
  if (!meta.hasSelfDiscovery) return {}
  if (plan?.kind !== 'zones') return { zoneAwareLbConfig: { routingEnabled: { value: 0 } } }
  const { minClusterSize } = plan.setting
  return {
    zoneAwareLbConfig: { routingEnabled: { value: 100 }, ...(minClusterSize === undefined ? {} : { minClusterSize }) },
  }
}

/** Whether weights of localities count. */
export function isWeighted(plan: LocalityPlan | undefined): boolean {
  if (plan?.kind !== 'preference') return false
  const { setting, hasFailover } = plan
  if ((setting.distribute ?? []).length > 0) return true
  return hasFailover && ((setting.failover ?? []).length > 0 || (setting.failoverPriority ?? []).length > 0)
}
