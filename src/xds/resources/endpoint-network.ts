import type { Endpoint, NetworkGateway } from '../../mesh/index.js'
import type { LbEndpoint } from '../../proto/envoy-types.generated.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'
import { addressOf, endpointMetadata, lbEndpointOf, NO_WORKLOAD, type Placed, weightOf } from './endpoint.js'

/** Largest uint32, Envoy's limit for one weight and for the sum of a locality. */
export const MAX_WEIGHT = 4294967295

/**
 * Endpoints as one proxy reaches them: directly, or through the gateways of their network. A gateway stands for all endpoints behind
 * it, with the sum of their weights; weights are multiplied so that it can be split evenly over several gateways. What does not speak
 * mutual TLS cannot be reached through a gateway: server names are how it routes.
 */
export function acrossNetworks(
  context: ProxyContext,
  endpoints: readonly Endpoint[],
  isMutual: (endpoint: Endpoint) => boolean,
): readonly Placed[] {
  const scale = context.lookup.weightScale()
  const direct: Placed[] = []
  const shares = new Map<NetworkGateway, number>()
  for (const endpoint of endpoints) {
    const weight = Math.min(weightOf(endpoint) * scale, MAX_WEIGHT)
    const gateways = isNear(context.view, endpoint) ? [] : gatewaysTo(context, endpoint)
    const lb = { ...lbEndpointOf(endpoint, isMutual(endpoint)), loadBalancingWeight: weight }
    if (gateways.length === 0) direct.push({ lb, labels: endpoint.labels })
    else if (isMutual(endpoint)) share(shares, gateways, weight)
  }
  return [...direct, ...[...shares].sort(byAddress).map(([gateway, weight]) => gatewayEndpoint(gateway, weight))]
}

/** Not knowing one's network, or that of the endpoint, counts as being in the same one. */
function isNear(view: ProxyView, endpoint: Endpoint): boolean {
  return view.network === '' || endpoint.network === '' || view.network === endpoint.network
}

/** Gateways of the endpoint's own cluster, if there are any; sorted by the lookup. */
function gatewaysTo({ lookup }: ProxyContext, endpoint: Endpoint): readonly NetworkGateway[] {
  const usable = lookup.gateways(endpoint.network).filter(({ port }) => port > 0)
  const own = usable.filter(({ cluster }) => cluster !== '' && cluster === endpoint.cluster)
  return own.length > 0 ? own : usable
}

function share(shares: Map<NetworkGateway, number>, gateways: readonly NetworkGateway[], weight: number): void {
  const part = Math.floor(weight / gateways.length)
  if (part === 0) return
  for (const gateway of gateways) shares.set(gateway, Math.min((shares.get(gateway) ?? 0) + part, MAX_WEIGHT))
}

function byAddress([a]: readonly [NetworkGateway, number], [b]: readonly [NetworkGateway, number]): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1
  return a.port - b.port
}

function gatewayEndpoint(gateway: NetworkGateway, weight: number): Placed {
  const lb: LbEndpoint = {
    endpoint: { address: addressOf(gateway.address, gateway.port) },
    loadBalancingWeight: weight,
    metadata: { filterMetadata: endpointMetadata(true, NO_WORKLOAD) },
  }
  return {
    lb,
    labels: {
      ...(gateway.cluster && { 'topology.istio.io/cluster': gateway.cluster }),
      'topology.istio.io/network': gateway.network,
    },
  }
}
