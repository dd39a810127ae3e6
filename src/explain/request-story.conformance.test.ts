import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario, type ScenarioProxy, scenarioNames } from '../../test/kit/scenario.js'
import { parseNode } from '../proxy/node.js'
import { nodeOf } from '../xds/resources/bootstrap.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import { TRANSLATORS } from '../xds/resources/translators.js'
import { nameOf, renderedOf } from './proxy-resources.js'
import { traceRequest } from './request.js'
import { addressesOf } from './request-addresses.js'
import type { SimulatedRequest } from './request-match.js'
import { type RequestStory, type StoryFacts, tellRequest } from './request-story.js'

const PLACES = { sourceOf: () => undefined, place: () => undefined, meshField: () => undefined }
/** Of the services of a scope, evenly: some have a thousand. */
const SERVICES = 5

const sidecarOf: StoryFacts['nodeOf'] = (workload, interceptionMode) => {
  const { name, namespace, addresses, labels, serviceAccount, cluster, network } = workload
  const json = nodeOf({
    ...{ type: 'sidecar', name, namespace, ip: addresses[0] ?? '127.0.0.1', labels: { ...labels }, network },
    ...{ interceptionMode, serviceAccount, clusterId: cluster, istioVersion: '1.32.0', domain: 'cluster.local' },
  })
  const node = parseNode(json)
  return node.ok ? node.value : undefined
}

function stories(graph: XdsGraph, { node, row: rowOf }: ScenarioProxy): [string, RequestStory, Set<string>][] {
  const row = rowOf()
  const rendered = renderedOf(graph, node)
  const names = new Set(
    (['clusters', 'endpoints', 'listeners', 'routes'] as const).flatMap(kind =>
      rendered[kind].map(resource => `${kind} ${nameOf(resource)}`),
    ),
  )
  const services = graph.engine.read(read => graph.context(read, row).scope.services)
  const every = Math.ceil(services.length / SERVICES)
  return services
    .filter((_, index) => index % every === 0)
    .flatMap(({ host, ports }) => ports.slice(0, 2).map(({ port }) => ({ host: host.replace('*', 'any'), port })))
    .flatMap(({ host, port }) =>
      (['http', 'https'] as const).map(scheme => {
        const request: SimulatedRequest = { method: 'GET', scheme, host, port, path: '/a', headers: new Map() }
        const isRedirected = row.view.interception !== 'NONE'
        const trace = traceRequest(rendered, request, addressesOf(graph, row, host), isRedirected)
        const story = tellRequest({ graph, row, rendered, places: PLACES, nodeOf: sidecarOf }, trace)
        return [`${scheme}://${host}:${port}`, story, names] as [string, RequestStory, Set<string>]
      }),
    )
}

describe.skipIf(!HAS_SCENARIOS)('the way of a request through recorded meshes', () => {
  const outcomes = new Map<string, number>()

  it.each(scenarioNames())('%s: each step is at something that the proxy has', name => {
    const { graph, proxies } = loadScenario(name, TRANSLATORS)
    for (const proxy of proxies.filter(({ node }) => node.type === 'sidecar')) {
      for (const [url, { outcome, steps }, names] of stories(graph, proxy)) {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        const homeless = steps.filter(({ at }) => at !== undefined && !names.has(`${at.resource} ${at.name}`))
        expect([proxy.name, url, homeless]).toEqual([proxy.name, url, []])
        // Who says that it does not know says what.
        if (outcome === 'unknown') expect(steps.map(({ text }) => text).join('\n')).toMatch(UNKNOWN)
        if (outcome === 'denied' || outcome === 'partly' || outcome === 'refused')
          expect(steps.map(({ text }) => text).join('\n')).toMatch(FAILURE)
      }
    }
  })

  it('ends in every way that is recorded', () => {
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['served', 'forwarded', 'refused', 'denied']))
  })
})

const UNKNOWN = /not understood|not known|could end|no listener takes|neither HTTP nor TCP/
const FAILURE = /denied|closed|503|404|400|no routes|handshake/
