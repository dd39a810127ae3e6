import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario } from '../../../test/kit/scenario.js'
import { translateClusters, translateFixedClusters, translateInboundClusters } from './clusters.js'
import { translateAssignments } from './endpoints.js'
import { openSource } from './source.js'

const CDS = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const EDS = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'
const translators = {
  clusters: translateClusters,
  fixedClusters: translateFixedClusters,
  inboundClusters: translateInboundClusters,
  assignments: translateAssignments,
}

describe.skipIf(!HAS_SCENARIOS)('source of a proxy', () => {
  it('lists clusters in the order of the wire, and what they warm', () => {
    const { graph, proxies } = loadScenario('k8s-http-basic', translators)
    using source = openSource(graph, proxies[0]!.node)
    const recorded = proxies[0]!.golden('wire-order') as { received: { clusters: string[]; endpoints: string[] } }
    expect([...source.list(CDS).keys()]).toEqual(recorded.received.clusters)
    expect([...source.list(EDS).keys()].sort()).toEqual([...recorded.received.endpoints].sort())
    expect(source.get(EDS, 'nothing')?.bytes.length).toBeGreaterThan(0)
    expect(source.list(CDS)).toBe(source.list(CDS))
  })

  it('tells an endpoint change as one assignment and nothing else', () => {
    const { engine, graph, proxies } = loadScenario('k8s-http-basic', translators)
    using source = openSource(graph, proxies[0]!.node)
    source.list(CDS)
    source.list(EDS)
    const before = source.revision()
    const slices = graph.tables.inputs.cluster.EndpointSlice
    const [key, row] = [...engine.read(read => read.all(slices))][0]!
    const [endpoint, ...rest] = row.object.spec.endpoints
    const spec = { ...row.object.spec, endpoints: [{ ...endpoint!, ready: false }, ...rest] }
    engine.commit(tx => tx.put(slices, key, { ...row, object: { ...row.object, spec } }))
    expect(told(source.changes(EDS, before))).toEqual({ changed: 1, removed: 0 })
    expect(told(source.changes(CDS, before))).toEqual({ changed: 0, removed: 0 })
  })

  it('tells nothing when only labels that nobody reads change', () => {
    const { engine, graph, proxies } = loadScenario('k8s-http-basic', translators)
    using source = openSource(graph, proxies[0]!.node)
    source.list(CDS)
    source.list(EDS)
    const before = source.revision()
    const pods = graph.tables.inputs.cluster.Pod
    for (const [key, row] of engine.read(read => read.all(pods)))
      engine.commit(tx =>
        tx.put(pods, key, { ...row, object: { ...row.object, labels: { ...row.object.labels, seen: 'yes' } } }),
      )
    expect(told(source.changes(EDS, before))).toEqual({ changed: 0, removed: 0 })
    expect(told(source.changes(CDS, before))).toEqual({ changed: 0, removed: 0 })
  })
})

function told(changes: ReturnType<ReturnType<typeof openSource>['changes']>): unknown {
  if (changes.kind === 'reset') return 'reset'
  return { changed: [...changes.changed].length, removed: [...changes.removed].length }
}
