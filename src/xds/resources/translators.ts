import type { Service } from '../../mesh/index.js'
import type { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'

/**
 * What the graph calls. Each is a pure function; its owner exports a function of that type under that name:
 *
 * | name | file | owner |
 * |---|---|---|
 * | `translateClusters`, `translateFixedClusters`, `translateInboundClusters` | clusters.ts | clusters |
 * | `translateAssignments` | endpoints.ts | clusters |
 * | `translateListeners`, `translateFixedListeners` | listeners.ts | listeners |
 * | `translateRoutes` (`route`) | routes.ts | routes |
 */
export interface Translators {
  /** Outbound clusters of one service in scope: for each port the plain one, then its subsets. */
  readonly clusters: (context: ProxyContext, service: Service) => readonly Cluster[]
  /** BlackHoleCluster, PassthroughCluster and others that depend on no service. */
  readonly fixedClusters: (context: ProxyContext) => readonly Cluster[]
  /** `inbound|…` and InboundPassthroughCluster. */
  readonly inboundClusters: (context: ProxyContext) => readonly Cluster[]
  /** Of one service's EDS clusters, the same names as `clusters` gives. Empty ones too. */
  readonly assignments: (context: ProxyContext, service: Service) => readonly ClusterLoadAssignment[]
  /** Outbound listeners of everything in `context.scope` (the graph may narrow the scope to one port): not virtualOutbound. */
  readonly listeners: (context: ProxyContext) => readonly Listener[]
  /** virtualOutbound and virtualInbound, ingress and inbound listeners (interception NONE), http proxy. */
  readonly fixedListeners: (context: ProxyContext) => readonly Listener[]
  /** The route configuration of that name; undefined: there is none of that name in scope. */
  readonly route: (context: ProxyContext, name: string) => RouteConfiguration | undefined
}
