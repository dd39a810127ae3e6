import type {
  ConnectionPoolSettings,
  ConnectionPoolSettings_TCPSettings_TcpKeepalive as Keepalive,
  TrafficPolicy_RetryBudget,
} from '../../config/istio-types.generated.js'
import { parseDuration } from '../../lang/duration.js'
import type { MeshSettings } from '../../mesh/index.js'
import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds,
  Cluster,
  TcpKeepalive,
  UpstreamConnectionOptions,
} from '../../proto/envoy-types.generated.js'
import { type ClusterSettings, clusterSettingsOf } from '../../proxy/cluster-settings.js'
import type { ProxyContext } from '../../proxy/view.js'

/** Envoy's own limits (1,024 each) are too low for a mesh: no limit unless a rule gives one. Largest uint32. */
const UNLIMITED = 4294967295
const NANOSECONDS_PER_SECOND = 1_000_000_000n
/** Envoy's defaults, which the reference's documentation gives too. */
const DEFAULT_BUDGET_PERCENT = 20
const DEFAULT_BUDGET_CONCURRENCY = 3

/** `circuit_breakers`, from connectionPool limits; 0 means not given.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings */
export function circuitBreakersOf(
  pool: ConnectionPoolSettings | undefined,
  budget?: TrafficPolicy_RetryBudget | undefined,
): CircuitBreakers {
  const { http, tcp } = pool ?? {}
  const thresholds: CircuitBreakers_Thresholds = {
    maxConnections: tcp?.maxConnections || UNLIMITED,
    maxPendingRequests: http?.http1MaxPendingRequests || UNLIMITED,
    maxRequests: http?.http2MaxRequests || UNLIMITED,
    maxRetries: http?.maxRetries || UNLIMITED,
    ...(budget !== undefined && { retryBudget: retryBudgetOf(budget) }),
  }
  return { thresholds: [thresholds] }
}

function retryBudgetOf(budget: TrafficPolicy_RetryBudget): NonNullable<CircuitBreakers_Thresholds['retryBudget']> {
  return {
    budgetPercent: { value: budget.percent ?? DEFAULT_BUDGET_PERCENT },
    minRetryConcurrency: budget.minRetryConcurrency || DEFAULT_BUDGET_CONCURRENCY,
    ...(budget.budgetInterval !== undefined && { budgetInterval: budget.budgetInterval }),
  }
}

/** What the proxy's own ProxyConfig, else the mesh's, says of its connections to others. */
export function settingsOf({ view, mesh }: Pick<ProxyContext, 'view' | 'mesh'>): ClusterSettings {
  return view.meta.clusterSettings ?? clusterSettingsOf(mesh.defaultConfig)
}

/** `per_connection_buffer_limit_bytes`; absent: Envoy's own. */
export function bufferFields({ bufferLimit }: ClusterSettings): Pick<Cluster, 'perConnectionBufferLimitBytes'> {
  return bufferLimit > 0 ? { perConnectionBufferLimitBytes: bufferLimit } : {}
}

/** `connect_timeout`: the rule's, else the mesh's. */
export function connectTimeoutOf(mesh: MeshSettings, pool?: ConnectionPoolSettings | undefined): string {
  return pool?.tcp?.connectTimeout ?? mesh.connectTimeout ?? '10s'
}

/** `upstream_connection_options`: each field from the rule, else from the mesh; absent when nobody sets any. */
export function connectionOptionsOf(
  mesh: MeshSettings,
  pool?: ConnectionPoolSettings | undefined,
): { readonly upstreamConnectionOptions?: UpstreamConnectionOptions } {
  const own = pool?.tcp?.tcpKeepalive
  const shared = mesh.tcpKeepalive
  if (own === undefined && shared === undefined) return {}
  return { upstreamConnectionOptions: { tcpKeepalive: { ...keepaliveOf(shared), ...keepaliveOf(own) } } }
}

function keepaliveOf(settings: Keepalive | undefined): TcpKeepalive {
  if (settings === undefined) return {}
  return {
    ...(settings.probes !== undefined && settings.probes > 0 && { keepaliveProbes: settings.probes }),
    ...(settings.time !== undefined && { keepaliveTime: wholeSeconds(settings.time) }),
    ...(settings.interval !== undefined && { keepaliveInterval: wholeSeconds(settings.interval) }),
  }
}

/** Configs are validated before, so what is no duration can only be 0. */
function wholeSeconds(duration: string): number {
  const parsed = parseDuration(duration)
  return parsed.ok ? Number(parsed.value / NANOSECONDS_PER_SECOND) : 0
}
