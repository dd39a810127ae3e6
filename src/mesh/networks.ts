import type { MeshNetworks } from '../config/istio-types.generated.js'
import { parseCidr, parseIp, prefixContains } from '../lang/cidr.js'
import type { NetworkGateway } from './network.js'
import { compare } from './selection.js'

/** The network of an address of a cluster: the cluster's own (label of its system namespace), else by MeshNetworks. */
export function networkOfAddress(
  address: string,
  cluster: string,
  clusterNetwork: string,
  networks: MeshNetworks | undefined,
): string {
  if (clusterNetwork !== '') return clusterNetwork
  const all = Object.entries(networks?.networks ?? {}).sort(([a], [b]) => compare(a, b))
  const ip = parseIp(address)
  if (ip.ok)
    for (const [name, { endpoints = [] }] of all)
      for (const { fromCidr } of endpoints) {
        const prefix = fromCidr === undefined ? undefined : parseCidr(fromCidr)
        if (prefix?.ok && prefixContains(prefix.value, ip.value)) return name
      }
  return all.find(([, { endpoints = [] }]) => endpoints.some(({ fromRegistry }) => fromRegistry === cluster))?.[0] ?? ''
}

/** Gateways with addresses, as MeshNetworks names them. */
export function gatewaysOfNetworks(networks: MeshNetworks | undefined): readonly NetworkGateway[] {
  return Object.entries(networks?.networks ?? {}).flatMap(([network, { gateways = [] }]) =>
    gateways
      .filter(({ address }) => address !== undefined && address !== '')
      .map(({ address = '', port = 0 }) => ({ network, cluster: '', address, port, hbonePort: 0 })),
  )
}

export function compareGateways(a: NetworkGateway, b: NetworkGateway): number {
  return compare(a.address, b.address) || a.port - b.port || compare(a.cluster, b.cluster)
}
