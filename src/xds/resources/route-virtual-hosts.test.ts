import { describe, expect, it } from 'vitest'
import { ok } from '../../lang/result.js'
import { decode } from '../../proto/index.js'
import { type ProxyNode, parseNode } from '../../proxy/node.js'
import { createMeshSource, type MeshSource } from '../../servers/mesh-source.js'
import type { GraphResource } from './encoded.js'
import { overlaidLists } from './overlaid-list.js'
import { openSource, type ProxySource } from './source.js'

const RDS = 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration'
const VHDS = 'type.googleapis.com/envoy.config.route.v3.VirtualHost'

const service = (name: string, namespace: string, address: string, port = 'http'): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${namespace}}, spec: {clusterIP: ${address}, ports: [{name: ${port}, port: 80}]}}`
const MESH = [
  service('cart', 'shop', '10.0.0.1'),
  service('pay', 'bank', '10.0.0.2'),
  service('any', 'bank', '10.0.0.3', 'x'),
]
const RULE = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec: {hosts: [cart], http: [{name: new, route: [{destination: {host: cart}}]}]}`

function nodeIn(namespace: string): ProxyNode {
  const node = parseNode({ id: `sidecar~10.1.0.1~web.${namespace}~${namespace}.svc.cluster.local`, metadata: {} })
  if (!node.ok) throw new Error(node.error)
  return node.value
}

function openMesh(): MeshSource & { readonly write: (documents: readonly string[]) => void } {
  const paths = { homeCluster: 'Kubernetes', clusters: [], mesh: undefined, networks: undefined, objects: ['/mesh'] }
  const mesh = createMeshSource(paths)
  const write = (documents: readonly string[]): void =>
    void mesh.apply(new Map([['/mesh/a.yaml', ok(documents.join('\n---\n'))]]))
  write(MESH)
  return { ...mesh, write }
}

const message = (type: string, { bytes }: GraphResource): Record<string, unknown> =>
  decode(type.slice(type.indexOf('/') + 1), bytes) as Record<string, unknown>
const domainsOf = (source: ProxySource, name: string): unknown => {
  const found = source.get(VHDS, name)
  return found === undefined ? undefined : message(VHDS, found)['domains']
}
const CART = '80/cart.shop.svc.cluster.local:80'
const PAY = '80/pay.bank.svc.cluster.local:80'

describe('a route configuration whose virtual hosts are discovered', () => {
  it('has none, but says where they are; each has the name of its resource', () => {
    const { graph } = openMesh()
    using source = openSource(graph, nodeIn('shop'), { discoversHosts: true })
    const shell = source.get(RDS, '80')
    expect(message(RDS, shell as GraphResource)).toEqual({
      name: '80',
      validateClusters: false,
      ignorePortInHostMatching: true,
      maxDirectResponseBodySizeBytes: 1_048_576,
      vhds: { configSource: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' } },
    })
    const hosts = [...source.list(VHDS)]
    expect(hosts.map(([name]) => name).sort()).toEqual(
      ['80/allow_any', '80/any.bank.svc.cluster.local:80', CART, PAY].sort(),
    )
    for (const [name, host] of hosts) expect(message(VHDS, host)['name']).toBe(name)
  })

  it('of one service has its host inside', () => {
    const { graph } = openMesh()
    using source = openSource(graph, nodeIn('shop'), { discoversHosts: true })
    const sniffed = message(RDS, source.get(RDS, 'any.bank.svc.cluster.local:80') as GraphResource)
    expect([sniffed['vhds'], sniffed['virtualHosts']]).toEqual([
      undefined,
      [expect.objectContaining({ domains: ['*'] })],
    ])
  })

  it('stays when one of them changes, which is the only change', () => {
    const { graph, write } = openMesh()
    using source = openSource(graph, nodeIn('bank'), { discoversHosts: true })
    const before = source.list(VHDS)
    const { version } = source.get(RDS, '80') as GraphResource
    const since = source.revision()
    write([...MESH, RULE])
    expect(source.changes(RDS, since)).toEqual({ kind: 'delta', changed: [], removed: [] })
    expect(source.changes(VHDS, since)).toEqual({ kind: 'delta', changed: [CART], removed: [] })
    expect(source.get(RDS, '80')?.version).toBe(version)
    write([MESH[1] as string])
    expect(source.changes(VHDS, since)).toMatchObject({ changed: [], removed: expect.arrayContaining([CART]) })
    expect([before.has(CART), source.get(VHDS, CART)]).toEqual([true, undefined])
  })

  it('names hosts as a client of its namespace does, which others need not be told', () => {
    const { graph } = openMesh()
    using shop = openSource(graph, nodeIn('shop'), { discoversHosts: true })
    using bank = openSource(graph, nodeIn('bank'), { discoversHosts: true })
    expect(domainsOf(shop, CART)).toContain('cart')
    expect(domainsOf(bank, CART)).not.toContain('cart')
    expect(domainsOf(bank, PAY)).toContain('pay')
    expect(shop.get(VHDS, '80/allow_any')).toBe(bank.get(VHDS, '80/allow_any'))
    expect(shop.list(VHDS).get(CART)).toBe(shop.get(VHDS, CART))
    expect(shop.list(VHDS).size).toBe(bank.list(VHDS).size)
  })

  it('is told whole to a proxy that comes back with whole ones, and to nobody who does not ask', () => {
    const { graph } = openMesh()
    using inline = openSource(graph, nodeIn('shop'))
    using returned = openSource(graph, nodeIn('shop'), { discoversHosts: true })
    const { version } = inline.get(RDS, '80') as GraphResource
    returned.returns(RDS, new Map([['80', version]]))
    expect(returned.get(RDS, '80')).toBe(inline.get(RDS, '80'))
    expect([inline, returned].map(source => source.list(VHDS).size)).toEqual([0, 0])
    using again = openSource(graph, nodeIn('shop'), { discoversHosts: true })
    again.returns(RDS, new Map([['80', again.get(RDS, '80')?.version ?? '']]))
    expect(again.list(VHDS).size).toBe(4)
  })
})

describe('a list over another', () => {
  const row = (name: string, version: string, isAbsent?: true): [string, GraphResource] => [
    name,
    { name, version, bytes: new Uint8Array(), ...(isAbsent === undefined ? {} : { isAbsent }) },
  ]
  const text = (list: ReadonlyMap<string, GraphResource>): string =>
    [...list].map(([name, { version }]) => `${name}${version}`).join(' ')

  it.each<[string, [string, GraphResource][], string]>([
    ['replaces', [row('b', '2')], 'a1 b2 c1'],
    ['adds', [row('d', '2')], 'a1 b1 c1 d2'],
    ['takes away', [row('a', '', true), row('none', '', true)], 'b1 c1'],
    ['is the other, where it is empty', [], 'a1 b1 c1'],
  ])('%s', (_, over, expected) => {
    const below = new Map([row('a', '1'), row('b', '1'), row('c', '1')])
    const lists = [new Map(over), below]
    const list = overlaidLists(lists)
    expect([text(list), list.size]).toEqual([expected, expected.split(' ').length])
    expect([...list.keys()].every(name => list.has(name) && list.get(name)?.name === name)).toBe(true)
    expect(list.has('none')).toBe(false)
    expect(overlaidLists(lists)).toBe(list)
  })
})
