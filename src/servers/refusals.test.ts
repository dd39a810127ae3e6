import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ProxyNode, parseNode } from '../proxy/node.js'
import { readPaths } from '../sources/snapshot.js'
import { CDS, LDS, VHDS } from '../xds/delivery/index.js'
import { createMeshSource, type MeshSource, meshFiles } from './mesh-source.js'
import { causeText, createRefusals } from './refusals.js'

const MESH = `
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.0.0.2, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec: {host: cart, subsets: [{name: v1, labels: {version: v1}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec: {hosts: [cart], http: [{route: [{destination: {host: cart}}]}]}
`
const CART = 'outbound|80|v1|cart.shop.svc.cluster.local'
const folder = mkdtempSync(join(tmpdir(), 'pillion-refusals-'))
let mesh: MeshSource
let node: ProxyNode

beforeAll(async () => {
  writeFileSync(join(folder, 'mesh.yaml'), MESH)
  const paths = { homeCluster: 'Kubernetes', objects: [folder], clusters: [], mesh: undefined, networks: undefined }
  mesh = createMeshSource(paths)
  const read = await readPaths(meshFiles(paths))
  if (read !== undefined) mesh.apply(read.snapshot)
  const parsed = parseNode({
    id: 'sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local',
    metadata: { NAMESPACE: 'shop' },
  })
  if (!parsed.ok) throw new Error(parsed.error)
  node = parsed.value
})
afterAll(() => rmSync(folder, { recursive: true }))

const nack = (message: string, ...resources: string[]) => ({ message, resources, version: '1', at: 0 })

describe('what proxies refuse', () => {
  it('is traced to its objects', () => {
    const found = createRefusals(mesh).note('a', node, CDS, nack('no', CART)) ?? []
    expect(causeText(found)).toBe(`DestinationRule shop/cart (${join(folder, 'mesh.yaml')}:7)`)
  })

  it('is traced when somebody asks, where there is no time for it; once for all that refuse the same', () => {
    const refusals = createRefusals(mesh, 0)
    expect(refusals.note('a', node, CDS, nack('no', CART))).toBeUndefined()
    const found = refusals.of('a', CDS)
    expect(causeText(found)).toContain('DestinationRule shop/cart (')
    expect(refusals.note('b', node, CDS, nack('no', CART))).toEqual(found)
    expect(refusals.note('c', node, CDS, nack('no!', CART))).toBeUndefined()
    expect(refusals.of('c', LDS)).toEqual([])
    refusals.forget('a')
    expect(refusals.of('a', CDS)).toEqual([])
  })

  it('may be a virtual host of its own', () => {
    const host = '80/cart.shop.svc.cluster.local:80'
    const found = createRefusals(mesh).note('a', node, VHDS, nack('no', host)) ?? []
    const [file, ...routing] = [join(folder, 'mesh.yaml'), `VirtualService shop/cart (`, `Service shop/cart (`]
    expect(found.map(({ name }) => name)).toEqual([host])
    for (const each of routing) expect(causeText(found)).toContain(`${each}${file}`)
  })

  it('may be gone by now', () => {
    const gone = 'outbound|81||gone.shop.svc.cluster.local'
    const found = createRefusals(mesh).note('a', node, CDS, nack('no', gone)) ?? []
    expect(found).toEqual([{ name: gone, origins: [] }])
    expect(causeText(found)).toBeUndefined()
  })
})
