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

describe("a cluster's folder in the home cluster's", () => {
  it('is its own alone', () => {
    const mesh = createMeshSource({
      homeCluster: 'home',
      objects: ['/mesh'],
      clusters: [{ id: 'far', path: '/mesh/far' }],
      mesh: undefined,
      networks: undefined,
    })
    const files = {
      '/mesh/a.yaml': service('a'),
      '/mesh/far/b.yaml': service('b'),
      '/mesh/farther/c.yaml': service('c'),
    }
    expect(mesh.apply(new Map(Object.entries(files).map(([path, text]) => [path, ok(text)])))).toEqual([])
    const read = [...mesh.objects()].map(({ cluster, object }) => `${cluster}/${object.name}`)
    expect(read).toEqual(['home/a', 'home/c', 'far/b'])
  })
})

describe("an object of Istio in another cluster's files", () => {
  it('is ignored, and told of as long as it is there', () => {
    const mesh = createMeshSource({
      homeCluster: 'home',
      objects: ['/mesh'],
      clusters: [{ id: 'far', path: '/far' }],
      mesh: undefined,
      networks: undefined,
    })
    const rule = (host: string): string =>
      JSON.stringify({
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { host },
      })
    const apply = (files: Readonly<Record<string, string>>): string[] =>
      mesh.apply(new Map(Object.entries(files).map(([path, text]) => [path, ok(text)]))).map(formatProblem)
    const rules = mesh.graph.tables.inputs.config.DestinationRule
    const hosts = () => mesh.graph.engine.read(read => [...read.all(rules).values()].map(({ spec }) => spec.host))
    const [home, far] = [{ '/mesh/a.yaml': rule('one.example') }, { '/far/a.yaml': rule('two.example') }]
    const told =
      '/far/a.yaml:1:1: DestinationRule shop/web is ignored: of cluster far only objects of Kubernetes are read, those of Istio belong into --configDir'
    expect(apply({ ...home, ...far })).toEqual([told])
    expect(hosts()).toEqual(['one.example'])
    expect(apply({ ...home, ...far, '/mesh/b.yaml': service('web') })).toEqual([told])
    expect([...mesh.objects()].map(({ cluster, object }) => `${cluster}/${object.kind}`)).toEqual([
      'home/DestinationRule',
      'home/Service',
    ])
    expect(apply(home)).toEqual([])
    expect(hosts()).toEqual(['one.example'])
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
