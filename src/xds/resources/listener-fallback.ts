import type { ConfigListenerFilter } from '../../proto/envoy-types.generated.js'
import type { ListenerFacts } from './listener-facts.js'
import { BLACK_HOLE_CLUSTER, outboundClusterName, PASSTHROUGH_CLUSTER } from './names.js'
import { tcpProxyTo } from './tcp-proxy.js'

/** Where connections go that are to no known service: on, through the egress proxy of the Sidecar, or nowhere. */
export function fallbackFilters(facts: ListenerFacts): ConfigListenerFilter[] {
  return tcpProxyTo(facts, fallbackCluster(facts))
}

function fallbackCluster({ scope }: ListenerFacts): string {
  const { mode, egressProxy } = scope.outbound
  if (mode === 'REGISTRY_ONLY') return BLACK_HOLE_CLUSTER
  if (egressProxy === undefined) return PASSTHROUGH_CLUSTER
  return outboundClusterName(egressProxy.port?.number ?? 0, egressProxy.subset ?? '', egressProxy.host ?? '')
}
