import { describe, expect, it } from 'vitest'
import type { MeshNetworks } from '../config/istio-types.generated.js'
import type { KubeService } from '../config/kinds/kubernetes/service.js'
import type { ConfigObject } from '../config/object.js'
import type { NetworkGateway } from './network.js'
import { gatewaysOfService, networkOfAddress, weightScale } from './networks.js'

const NETWORKS: MeshNetworks = {
  networks: {
    east: {
      endpoints: [{ fromRegistry: 'c2' }],
      gateways: [{ registryServiceName: 'ingress.istio-system.svc.cluster.local', port: 443 }],
    },
    vms: { endpoints: [{ fromCidr: '10.3.0.0/16' }], gateways: [{ address: '192.0.2.1', port: 15443 }] },
  },
}

describe('networkOfAddress', () => {
  it.each<[string, string, string, string, MeshNetworks | undefined, string]>([
    ['the label of the cluster first', '10.3.0.1', 'c2', 'own', NETWORKS, 'own'],
    ['then what is said of the cluster', '10.3.0.1', 'c2', '', NETWORKS, 'east'],
    ['then what is said of addresses', '10.3.0.1', 'c1', '', NETWORKS, 'vms'],
    ['a name has no prefix', 'vm.example', 'c1', '', NETWORKS, ''],
    ['nothing is said', '10.3.0.1', 'c1', '', undefined, ''],
  ])('%s', (_, address, cluster, label, networks, expected) => {
    expect(networkOfAddress(address, cluster, label, networks)).toBe(expected)
  })
})

describe('gatewaysOfService', () => {
  const object = (labels: Record<string, string>, spec: Partial<KubeService>, name = 'ingress') =>
    ({ name, namespace: 'istio-system', labels, spec }) as unknown as ConfigObject<KubeService>
  const open: Partial<KubeService> = { loadBalancerIngress: [{ ip: '192.0.2.9' }], externalIPs: ['192.0.2.10'] }
  const label = { 'topology.istio.io/network': 'west' }
  const at = (network: string, port: number) => [
    [network, '192.0.2.9', port],
    [network, '192.0.2.10', port],
  ]

  it.each<[string, ConfigObject<KubeService>, string, unknown[]]>([
    ['by label', object(label, open), 'c1', at('west', 15443)],
    [
      'by label, with its port',
      object({ ...label, 'networking.istio.io/gatewayPort': '9' }, open),
      'c1',
      at('west', 9),
    ],
    ...['x', '0', '65536', '-1', '1.5', ''].map((port): [string, ConfigObject<KubeService>, string, unknown[]] => [
      `by label, with a text for a port: ${JSON.stringify(port)}`,
      object({ ...label, 'networking.istio.io/gatewayPort': port }, open),
      'c1',
      at('west', 15443),
    ]),
    ['by the name in MeshNetworks, in the cluster of that network', object({}, open), 'c2', at('east', 443)],
    ['not in another cluster', object({}, open), 'c1', []],
    ['not by another name', object({}, open, 'other'), 'c2', []],
    ['not without a public address', object(label, {}), 'c1', []],
  ])('%s', (_, service, cluster, expected) => {
    const made = gatewaysOfService(service, cluster, () => NETWORKS, 'cluster.local')
    expect(made.map(({ network, address, port }) => [network, address, port])).toEqual(expected)
  })
})

describe('weightScale', () => {
  const gateway = (network: string, cluster: string): NetworkGateway => ({
    network,
    cluster,
    address: '',
    port: 1,
    hbonePort: 0,
  })

  it.each<[string, NetworkGateway[], number]>([
    ['no gateways', [], 1],
    ['one each', [gateway('a', ''), gateway('b', '')], 1],
    ['two and three', [...'ab'].map(() => gateway('a', '')).concat([...'abc'].map(() => gateway('b', ''))), 6],
    ['three, two of them of one cluster', [gateway('a', 'x'), gateway('a', 'x'), gateway('a', 'y')], 6],
  ])('%s', (_, gateways, expected) => {
    expect(weightScale(gateways)).toBe(expected)
  })
})
