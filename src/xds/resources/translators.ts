import type { Service } from '../../mesh/index.js'
import type { Cluster, ClusterLoadAssignment, Listener } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { translateClusters, translateFixedClusters, translateInboundClusters } from './clusters.js'
import { translateAssignments } from './endpoints.js'
import { translateFixedListeners, translateInboundListeners, translateListeners } from './listeners.js'

/** What the tables call to make resources of one kind. Each is a pure function. */
export interface Translators {
  /** Outbound clusters of one service in scope: for each port the plain one, then its subsets. */
  readonly clusters: (context: ProxyContext, service: Service) => readonly Cluster[]
  /** BlackHoleCluster, PassthroughCluster and others that depend on no service. */
  readonly fixedClusters: (context: ProxyContext) => readonly Cluster[]
  /** `inbound|…` and InboundPassthroughCluster. */
  readonly inboundClusters: (context: ProxyContext) => readonly Cluster[]
  /** Of one service's EDS clusters, the same names as `clusters` gives. Empty ones too. */
  readonly assignments: (context: ProxyContext, service: Service) => readonly ClusterLoadAssignment[]
  /** Outbound listeners of a port, of what is in `context.scope`: not virtualOutbound. */
  readonly listeners: (context: ProxyContext, port: number) => readonly Listener[]
  /** virtualOutbound, http proxy. */
  readonly fixedListeners: (context: ProxyContext) => readonly Listener[]
  /** virtualInbound, listeners of a Sidecar's ingress. */
  readonly inboundListeners: (context: ProxyContext) => readonly Listener[]
}

/** Those of this package. */
export const TRANSLATORS: Translators = {
  clusters: translateClusters,
  fixedClusters: translateFixedClusters,
  inboundClusters: translateInboundClusters,
  assignments: translateAssignments,
  listeners: translateListeners,
  fixedListeners: translateFixedListeners,
  inboundListeners: translateInboundListeners,
}
