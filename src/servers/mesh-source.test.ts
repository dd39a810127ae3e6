import { describe, expect, it } from 'vitest'
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
