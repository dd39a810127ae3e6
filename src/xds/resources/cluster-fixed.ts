import type { Cluster } from '../../proto/envoy-types.generated.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'
import { upstreamFiltersOf } from './cluster-filters.js'
import { bufferFields, circuitBreakersOf, connectionOptionsOf, connectTimeoutOf, settingsOf } from './cluster-pool.js'
import { passthroughHttpOptions } from './cluster-protocol.js'
import { unknownHostClusters } from './dynamic-dns.js'
import { altStatName, BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER } from './names.js'

/** Idle connections to unknown destinations are given up, as nothing tells when those are gone. */
const PASSTHROUGH_IDLE = '300s'
/** Connections from here are not captured again by the redirection of a pod's own traffic. */
const INBOUND_SOURCE_V4 = '127.0.0.6'
const INBOUND_SOURCE_V6 = '::6'

/** BlackHoleCluster, and for sidecars PassthroughCluster (reference: xds.md section 10). */
export function translateFixedClusters(context: ProxyContext): readonly Cluster[] {
  const blackHole: Cluster = {
    name: BLACK_HOLE_CLUSTER,
    altStatName: altStatName(BLACK_HOLE_CLUSTER),
    type: 'STATIC',
    connectTimeout: connectTimeoutOf(context.mesh),
  }
  if (context.view.type === 'router') return [blackHole]
  const passthrough = { ...passthroughOf(context), name: PASSTHROUGH_CLUSTER, ...upstreamFiltersOf(context.view) }
  return [blackHole, passthrough, ...unknownHostClusters(context)]
}

/** For ports of the workload that no service names. Its statistics have always stood under the outbound cluster's name. */
export function inboundPassthroughCluster(context: ProxyContext): Cluster {
  return {
    ...passthroughOf(context),
    name: INBOUND_PASSTHROUGH_CLUSTER,
    upstreamBindConfig: inboundBindConfig(context.view.ipMode),
  }
}

/** `upstream_bind_config` of connections from the proxy to its own workload. */
export function inboundBindConfig(ipMode: ProxyView['ipMode']): NonNullable<Cluster['upstreamBindConfig']> {
  const v6 = { address: INBOUND_SOURCE_V6, portValue: 0 }
  if (ipMode === 'v6') return { sourceAddress: v6 }
  return {
    sourceAddress: { address: INBOUND_SOURCE_V4, portValue: 0 },
    ...(ipMode === 'dual' && { extraSourceAddresses: [{ address: v6 }] }),
  }
}

function passthroughOf(context: ProxyContext): Cluster {
  const { mesh } = context
  const settings = settingsOf(context)
  const pool = mesh.defaultTrafficPolicy?.connectionPool
  return {
    altStatName: altStatName(PASSTHROUGH_CLUSTER),
    type: 'ORIGINAL_DST',
    lbPolicy: 'CLUSTER_PROVIDED',
    connectTimeout: connectTimeoutOf(mesh, pool),
    circuitBreakers: circuitBreakersOf(pool),
    ...connectionOptionsOf(mesh, pool),
    ...bufferFields(settings),
    ...passthroughHttpOptions(PASSTHROUGH_IDLE, settings),
  }
}
