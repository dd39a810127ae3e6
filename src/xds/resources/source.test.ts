import { describe, expect, it } from 'vitest'
import { ok } from '../../lang/result.js'
import { parseNode } from '../../proxy/node.js'
import { createMeshSource } from '../../servers/mesh-source.js'
import { openSource } from './source.js'

const MESH = `
{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}]}}
`
const CLUSTERS = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'

describe('a proxy that is gone', () => {
  it('leaves nothing behind, though no configuration changes', () => {
    const { graph, apply } = createMeshSource({
      ...{ homeCluster: 'home', clusters: [], mesh: undefined, networks: undefined },
      objects: ['/mesh'],
    })
    apply(new Map([['/mesh/a.yaml', ok(MESH)]]))
    const comeAndGo = (): void => {
      const node = parseNode({ id: 'sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local', metadata: {} })
      if (!node.ok) throw new Error(node.error)
      using source = openSource(graph, node.value)
      expect(source.list(CLUSTERS).size).toBeGreaterThan(0)
    }
    comeAndGo()
    const { rows, subjects, edges, holds } = graph.engine.stats()
    for (let i = 0; i < 20; i++) comeAndGo()
    expect(graph.engine.stats()).toMatchObject({ rows, subjects, edges, holds })
  })
})
