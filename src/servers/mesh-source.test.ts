import { describe, expect, it } from 'vitest'
import { formatProblem } from '../lang/problem.js'
import { ok } from '../lang/result.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import { createMeshSource } from './mesh-source.js'

function service(name: string): string {
  return `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {clusterIP: 10.0.0.1, ports: [{port: 80}]}}`
}

describe('what is read for a cluster', () => {
  it('is all that is named for it, the home cluster included, and the same once more changes nothing', () => {
    const mesh = createMeshSource({
      homeCluster: 'home',
      objects: ['/mesh'],
      clusters: [
        { id: 'far', path: '/one' },
        { id: 'far', path: '/two' },
        { id: 'home', path: '/more' },
      ],
      mesh: undefined,
      networks: undefined,
    })
    const snapshot: FileSnapshot = new Map(
      ['/mesh', '/more', '/one', '/two'].map(folder => [`${folder}/a.yaml`, ok(service(folder.slice(1)))]),
    )
    expect(mesh.apply(snapshot)).toEqual([])
    const read = () => [...mesh.objects()].map(({ cluster, object }) => `${cluster}/${object.name}`)
    expect(read()).toEqual(['home/mesh', 'home/more', 'far/one', 'far/two'])
    const { revision } = mesh.graph.engine
    expect([mesh.apply(snapshot), mesh.events(), read().length]).toEqual([[], [], 4])
    expect(mesh.graph.engine.revision).toBe(revision)
  })
})

describe('a VirtualService that delegates to what is not there', () => {
  it('is a problem with a place, the one that it has now, until it is there', () => {
    const mesh = createMeshSource({
      ...{ homeCluster: 'home', clusters: [], mesh: undefined, networks: undefined },
      objects: ['/mesh'],
    })
    const virtual = (name: string, spec: object): string =>
      JSON.stringify({
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name, namespace: 'shop' },
        spec,
      })
    const root = virtual('root', { hosts: ['shop.example'], http: [{ delegate: { name: 'team' } }] })
    const team = virtual('team', { http: [{ route: [{ destination: { host: 'cart' } }] }] })
    const apply = (text: string) => mesh.apply(new Map([['/mesh/a.yaml', ok(text)]])).map(formatProblem)
    const why = 'VirtualService shop/root: there is no VirtualService shop/team: its routes are missing'
    expect(apply(root)).toEqual([`/mesh/a.yaml:1:1: ${why} (spec.http[0].delegate)`])
    expect(apply(`# moved\n${root}`)).toEqual([`/mesh/a.yaml:2:1: ${why} (spec.http[0].delegate)`])
    expect(apply(`${root}\n---\n${team}`)).toEqual([])
  })
})
