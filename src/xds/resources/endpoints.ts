import type { Service } from '../../mesh/index.js'
import type { ClusterLoadAssignment } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { discoveryOf } from './cluster-discovery.js'
import { type Outbound, outboundsOf } from './cluster-outbound.js'
import { portPolicyOf } from './cluster-policy.js'
import { assignmentOf } from './endpoint-assignment.js'
import { isPassthrough } from './load-balancing.js'

/**
 * Assignments of one service's EDS clusters, under the names that `translateClusters` gives, in its order. One without endpoints is
 * sent too: Envoy waits for every name that it asked for.
 */
export function translateAssignments(context: ProxyContext, service: Service): readonly ClusterLoadAssignment[] {
  if (discoveryOf(service, context.view.type === 'router') !== 'EDS') return []
  return outboundsOf(context, service)
    .filter(isDiscovered)
    .map(outbound => assignmentOf(context, outbound))
}

/** Assignments of `translateSniClusters`: only what speaks mutual TLS, as the gateway passes on what it cannot look into. */
export function translateSniAssignments(context: ProxyContext, service: Service): readonly ClusterLoadAssignment[] {
  if (service.isMeshExternal || discoveryOf(service, true) !== 'EDS') return []
  return outboundsOf(context, service)
    .filter(isDiscovered)
    .map(outbound => assignmentOf(context, { ...outbound, mode: 'sni-dnat' }))
}

/** A rule may send connections where the client meant them: such a cluster has no endpoints. */
function isDiscovered({ rule, subset, port }: Outbound): boolean {
  return !isPassthrough(portPolicyOf(rule, subset, port.port).loadBalancer)
}
