import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario, scenarioNames } from '../../../test/kit/scenario.js'
import type { GraphType } from './encoded.js'
import { openSource } from './source.js'
import { TRANSLATORS } from './translators.js'

const TYPES = {
  CDS: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  EDS: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  LDS: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  RDS: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  SHELL: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  VHDS: 'type.googleapis.com/envoy.config.route.v3.VirtualHost',
  NEAR: 'type.googleapis.com/envoy.config.route.v3.VirtualHost',
  NDS: 'type.googleapis.com/istio.networking.nds.v1.NameTable',
} satisfies Record<GraphType, string>

describe.skipIf(!HAS_SCENARIOS)('parts of proxies', () => {
  it.each(scenarioNames())('%s: read no fact of a proxy that they are not shared by', name => {
    const { graph, proxies, bugs } = loadScenario(name, TRANSLATORS)
    for (const { node } of proxies) {
      for (const [type, url] of Object.entries(TYPES) as [GraphType, string][]) {
        using source = openSource(graph, node, { discoversHosts: ['SHELL', 'VHDS', 'NEAR'].includes(type) })
        source.list(url)
        using tables = graph.resourceTables(node, type)
        expect(tables.value.length).toBeGreaterThan(0)
        graph.engine.read(read => tables.value.map(table => read.all(table).size))
      }
    }
    expect(bugs).toEqual([])
  })
})
