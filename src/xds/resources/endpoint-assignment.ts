import { parseIp } from '../../lang/cidr.js'
import type { Endpoint } from '../../mesh/index.js'
import type { ClusterLoadAssignment, LocalityLbEndpoints } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { discoveryOf, isDns } from './cluster-discovery.js'
import { type Outbound, outboundNameOf } from './cluster-outbound.js'
import { portPolicyOf } from './cluster-policy.js'
import { labelOf, localityOf } from './endpoint.js'
import { mutualTlsTest } from './endpoint-mtls.js'
import { acrossNetworks } from './endpoint-network.js'
import { localityPlanOf } from './locality.js'
import { groupOf, type LocalityGroup, planLocalities } from './locality-priority.js'

/**
 * Endpoints of one outbound cluster as one proxy is to use them: by locality (sorted by name), with weights, health, and whether
 * mutual TLS is spoken (reference: xds.md section 11). Without endpoints it has a name only.
 */
export function assignmentOf(context: ProxyContext, outbound: Outbound): ClusterLoadAssignment {
  const clusterName = outboundNameOf(outbound)
  const endpoints = endpointsOf(context, outbound)
  if (endpoints.length === 0) return { clusterName }
  const groups = plannedGroups(context, outbound, groupsOf(context, outbound, endpoints))
  return groups.length === 0 ? { clusterName } : { clusterName, endpoints: groups.map(localityEndpoints) }
}

/** Those of the port and the subset that this proxy may use. */
function endpointsOf({ view, lookup }: ProxyContext, { service, port, subset, mode }: Outbound): readonly Endpoint[] {
  const labels = Object.entries(subset?.labels ?? {})
  const acceptsNames = isDns(discoveryOf(service, view.type === 'router'))
  return lookup
    .endpoints(service)
    .filter(
      endpoint =>
        endpoint.servicePortName === port.name &&
        labels.every(
          ([key, value]) => labelOf(endpoint.labels, key) === value && Object.hasOwn(endpoint.labels, key),
        ) &&
        (!service.isNodeLocal || endpoint.nodeName === view.nodeName) &&
        (view.networkView.length === 0 || endpoint.network === '' || view.networkView.includes(endpoint.network)) &&
        (mode === 'plain' || endpoint.tlsMode === 'istio') &&
        (acceptsNames || isAddress(endpoint.addresses[0] ?? '')),
    )
}

/** Names are for DNS to answer; Envoy refuses a whole assignment that has one. */
function isAddress(text: string): boolean {
  return text.startsWith('unix://') || parseIp(text).ok
}

function groupsOf(context: ProxyContext, outbound: Outbound, endpoints: readonly Endpoint[]): readonly LocalityGroup[] {
  const isMutual = mutualTlsTest(context, outbound)
  const byLocality = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    const group = byLocality.get(endpoint.locality)
    if (group === undefined) byLocality.set(endpoint.locality, [endpoint])
    else group.push(endpoint)
  }
  return [...byLocality]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([locality, group]) => groupOf(localityOf(locality), acrossNetworks(context, group, isMutual)))
}

function plannedGroups(
  { view, mesh }: ProxyContext,
  { service, port, rule, subset }: Outbound,
  groups: readonly LocalityGroup[],
): readonly LocalityGroup[] {
  const policy = portPolicyOf(rule, subset, port.port, mesh.defaultTrafficPolicy)
  const plan = localityPlanOf(service, policy, mesh, view)
  return plan === undefined ? groups : planLocalities(groups, plan, view)
}

function localityEndpoints({ locality, endpoints, weight, priority }: LocalityGroup): LocalityLbEndpoints {
  return {
    locality,
    ...(endpoints.length > 0 && { lbEndpoints: endpoints.map(({ lb }) => lb) }),
    ...(weight > 0 && { loadBalancingWeight: weight }),
    ...(priority > 0 && { priority }),
  }
}
