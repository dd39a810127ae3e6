import type {
  LoadBalancerSettings_BackendUtilizationLB as BackendUtilization,
  LoadBalancerSettings_ConsistentHashLB as ConsistentHash,
  LoadBalancerSettings,
  WarmupConfiguration,
} from '../../config/istio-types.generated.js'
import type {
  Cluster,
  Cluster_SlowStartConfig,
  LoadBalancingPolicy,
  LoadBalancingPolicy_Policy,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'

/** Small enough to build fast, large enough to spread evenly (the reference's documented default). */
const DEFAULT_RING_SIZE = 1024
/** Weight that a new endpoint starts with: percent. */
const DEFAULT_WARMUP_PERCENT = 10
/** Envoy wants some runtime key beside a default value; nobody sets this one. */
const NO_RUNTIME_KEY = '('

type Balancing = Pick<
  Cluster,
  | 'lbPolicy'
  | 'loadBalancingPolicy'
  | 'ringHashLbConfig'
  | 'maglevLbConfig'
  | 'leastRequestLbConfig'
  | 'roundRobinLbConfig'
>

/**
 * `lb_policy` and its settings, for clusters that balance (not ORIGINAL_DST). `isWeighted`: localities get shares by weight, which only
 * algorithms that are configured apart have to be told here.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 */
export function balancingOf(settings: LoadBalancerSettings | undefined, isWeighted: boolean): Balancing {
  if (settings?.backendUtilization !== undefined)
    return { loadBalancingPolicy: byUtilization(settings.backendUtilization, isWeighted) }
  if (settings?.consistentHash !== undefined) return consistentHashOf(settings.consistentHash)
  const slowStart = slowStartOf(settings)
  switch (settings?.simple) {
    case 'RANDOM':
      return { lbPolicy: 'RANDOM' }
    case 'ROUND_ROBIN':
      return {
        lbPolicy: 'ROUND_ROBIN',
        ...(slowStart !== undefined && { roundRobinLbConfig: { slowStartConfig: slowStart } }),
      }
    default:
      return {
        lbPolicy: 'LEAST_REQUEST',
        ...(slowStart !== undefined && { leastRequestLbConfig: { slowStartConfig: slowStart } }),
      }
  }
}

/** Endpoints report how busy they are (ORCA), and get the fewer requests for it. */
function byUtilization(settings: BackendUtilization, isWeighted: boolean): LoadBalancingPolicy {
  const { weightStabilizationPeriod, weightExpirationPeriod, weightUpdatePeriod } = settings
  const { errorUtilizationPenaltyPercent: penalty, metricNamesForComputingUtilization: metrics = [] } = settings
  const policy = policyOf(
    'envoy.load_balancing_policies.client_side_weighted_round_robin',
    packAny(
      'envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin',
      {
        ...(weightStabilizationPeriod !== undefined && { blackoutPeriod: weightStabilizationPeriod }),
        ...(weightExpirationPeriod !== undefined && { weightExpirationPeriod }),
        ...(weightUpdatePeriod !== undefined && { weightUpdatePeriod }),
        ...(penalty !== undefined && { errorUtilizationPenalty: penalty / 100 }),
        ...(metrics.length > 0 && { metricNamesForComputingUtilization: metrics }),
      },
    ),
  )
  if (!isWeighted) return policy
  return policyOf(
    'envoy.load_balancing_policies.wrr_locality',
    packAny('envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality', { endpointPickingPolicy: policy }),
  )
}

type TypedConfig = NonNullable<LoadBalancingPolicy_Policy['typedExtensionConfig']>['typedConfig']

function policyOf(name: string, typedConfig: TypedConfig): LoadBalancingPolicy {
  return { policies: [{ typedExtensionConfig: { name, typedConfig } }] }
}

/** Whether connections go where the client meant them, whatever the service says. */
export function isPassthrough(settings: LoadBalancerSettings | undefined): boolean {
  return settings?.simple === 'PASSTHROUGH'
}

function consistentHashOf(hash: ConsistentHash): Balancing {
  if (hash.maglev !== undefined) {
    const { tableSize } = hash.maglev
    return { lbPolicy: 'MAGLEV', ...(isGiven(tableSize) && { maglevLbConfig: { tableSize: String(tableSize) } }) }
  }
  // The older field stands beside the algorithms, the newer one in the algorithm.
  const size = hash.ringHash?.minimumRingSize ?? (hash.ringHash === undefined ? hash.minimumRingSize : undefined)
  return {
    lbPolicy: 'RING_HASH',
    ringHashLbConfig: { minimumRingSize: String(isGiven(size) ? size : DEFAULT_RING_SIZE) },
  }
}

function isGiven(size: number | string | undefined): boolean {
  return size !== undefined && Number(size) !== 0
}

function slowStartOf(settings: LoadBalancerSettings | undefined): Cluster_SlowStartConfig | undefined {
  if (settings?.warmup !== undefined) return warmupOf(settings.warmup)
  return settings?.warmupDurationSecs === undefined ? undefined : { slowStartWindow: settings.warmupDurationSecs }
}

function warmupOf({ duration, minimumPercent, aggression }: WarmupConfiguration): Cluster_SlowStartConfig {
  return {
    ...(duration !== undefined && { slowStartWindow: duration }),
    ...(aggression !== undefined && { aggression: { defaultValue: aggression, runtimeKey: NO_RUNTIME_KEY } }),
    minWeightPercent: { value: minimumPercent ?? DEFAULT_WARMUP_PERCENT },
  }
}
