import type { MeshNetworks, Network } from '../config/istio-types.generated.js'
import type { KubeService } from '../config/kinds/kubernetes/service.js'
import type { ConfigObject } from '../config/object.js'
import { parseCidr, parseIp, prefixContains } from '../lang/cidr.js'
import { kubernetesHost } from './hostname.js'
import { NETWORK_LABEL } from './locality.js'
import type { NetworkGateway } from './network.js'
import { compare } from './selection.js'

/**
 * The network of an address of a cluster: the cluster's own (label of its system namespace), else by MeshNetworks, where what is said
 * of the cluster goes before what is said of addresses.
 */
export function networkOfAddress(
  address: string,
  cluster: string,
  clusterNetwork: string,
  networks: MeshNetworks | undefined,
): string {
  return clusterNetwork || networkOfCluster(cluster, networks) || networkByPrefix(address, networks)
}

function networkOfCluster(cluster: string, networks: MeshNetworks | undefined): string {
  const isOf = ({ endpoints = [] }: Network): boolean => endpoints.some(({ fromRegistry }) => fromRegistry === cluster)
  return inOrder(networks).find(([, network]) => isOf(network))?.[0] ?? ''
}

function networkByPrefix(address: string, networks: MeshNetworks | undefined): string {
  const ip = parseIp(address)
  if (!ip.ok) return ''
  for (const [name, { endpoints = [] }] of inOrder(networks))
    for (const { fromCidr } of endpoints) {
      const prefix = fromCidr === undefined ? undefined : parseCidr(fromCidr)
      if (prefix?.ok && prefixContains(prefix.value, ip.value)) return name
    }
  return ''
}

function inOrder(networks: MeshNetworks | undefined): (readonly [name: string, network: Network])[] {
  return Object.entries(networks?.networks ?? {}).sort(([a], [b]) => compare(a, b))
}

/** Gateways with addresses, as MeshNetworks names them. */
export function gatewaysOfNetworks(networks: MeshNetworks | undefined): readonly NetworkGateway[] {
  return inOrder(networks).flatMap(([network, { gateways = [] }]) =>
    gateways
      .filter(({ address }) => address !== undefined && address !== '')
      .map(({ address = '', port = 0 }) => ({ network, cluster: '', address, port, hbonePort: 0 })),
  )
}

const GATEWAY_PORT_LABEL = 'networking.istio.io/gatewayPort'
const GATEWAY_PORT = 15_443

/**
 * Gateways that a Service of a cluster is: of the network that its label names, else where MeshNetworks names it as the gateway of
 * the cluster's network. It has to have addresses outside of the cluster.
 */
export function gatewaysOfService(
  { spec, labels, name, namespace }: ConfigObject<KubeService>,
  cluster: string,
  networks: () => MeshNetworks | undefined,
  domain: string,
): readonly NetworkGateway[] {
  const { externalIPs = [], loadBalancerIngress = [] } = spec
  const written = [...loadBalancerIngress.map(({ ip, hostname }) => ip ?? hostname ?? ''), ...externalIPs]
  const addresses = written.filter(Boolean)
  if (addresses.length === 0) return []
  const labelled = labels[NETWORK_LABEL] ?? ''
  const roles =
    labelled === ''
      ? rolesOf(kubernetesHost(name, namespace, domain), cluster, networks())
      : [{ network: labelled, port: portOf(labels[GATEWAY_PORT_LABEL]) }]
  return roles.flatMap(role => addresses.map(address => ({ ...role, cluster, address, hbonePort: 0 })))
}

/** A label is any text: one that is no port would be refused by every proxy that is sent it. */
function portOf(label = ''): number {
  const port = /^\d{1,5}$/.test(label) ? Number(label) : 0
  return port > 0 && port <= 65_535 ? port : GATEWAY_PORT
}

function rolesOf(host: string, cluster: string, networks: MeshNetworks | undefined) {
  const network = networkOfCluster(cluster, networks)
  return (networks?.networks?.[network]?.gateways ?? [])
    .filter(({ registryServiceName }) => registryServiceName === host)
    .map(({ port = 0 }) => ({ network, port }))
}

/**
 * What all weights of endpoints are multiplied with, so that the share of a network can be divided evenly among its gateways, and
 * among those of one cluster: 1 in a mesh whose networks have one each.
 */
export function weightScale(gateways: readonly NetworkGateway[]): number {
  const counts = new Map<string, number>()
  for (const { network, cluster } of gateways)
    for (const group of [network, `${network}/${cluster}`]) counts.set(group, (counts.get(group) ?? 0) + 1)
  return [...counts.values()].reduce(leastMultiple, 1)
}

function leastMultiple(a: number, b: number): number {
  return (a / greatestDivisor(a, b)) * b
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

export function compareGateways(a: NetworkGateway, b: NetworkGateway): number {
  return compare(a.address, b.address) || a.port - b.port || compare(a.cluster, b.cluster)
}
