import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  HAS_SCENARIOS,
  loadScenario,
  type Scenario,
  type ScenarioProxy,
  scenarioNames,
} from '../../test/kit/scenario.js'
import type { ConfigObject } from '../config/object.js'
import type { Engine, Input } from '../engine/index.js'
import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import { openSource } from '../xds/resources/source.js'
import { TRANSLATORS } from '../xds/resources/translators.js'
import { type TracedKind, traceResources } from './resources-all.js'
import { idOf } from './resources-trace.js'

const NOWHERE = { sourceOf: () => undefined, place: () => undefined, meshField: () => undefined }

const TYPES: Readonly<Record<TracedKind, string>> = {
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  listeners: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
  nameTable: 'istio.networking.nds.v1.NameTable',
}
/** All scenarios take too long for every run; of those that are left out none has an object that is missed (when this was written). */
const EVERY = 2
const KINDS = ['clusters', 'endpoints', 'listeners', 'routes', 'nameTable'] as const

type Rendered = Readonly<Record<TracedKind, ReadonlyMap<string, JsonObject>>>

function render({ graph }: Scenario, { node }: ScenarioProxy): Rendered {
  using source = openSource(graph, node)
  const list = (kind: TracedKind) =>
    new Map(
      [...source.list(`type.googleapis.com/${TYPES[kind]}`).values()].map(({ name, bytes }) => [
        name,
        decode(TYPES[kind], bytes) as JsonObject,
      ]),
    )
  return {
    clusters: list('clusters'),
    endpoints: list('endpoints'),
    listeners: list('listeners'),
    routes: list('routes'),
    nameTable: list('nameTable'),
  }
}

interface Found {
  /** Resources that changed as an object went, and had it among their origins. */
  hits: number
  readonly misses: string[]
  /** Origins in all. */
  listed: number
}

/** Takes each object out in turn, and the labels of each Pod: what of a proxy's resources changes must have named it. */
function removeEach(name: string, found: Found): void {
  const scenario = loadScenario(name, TRANSLATORS)
  const { engine, graph } = scenario
  for (const proxy of scenario.proxies.filter(({ node }) => node.type === 'sidecar').slice(0, 1)) {
    const before = render(scenario, proxy)
    const ids = new Map<string, ReadonlySet<string>>()
    for (const kind of KINDS) {
      const traced = traceResources(graph, proxy.row(), kind, [...before[kind].values()], NOWHERE)
      for (const [index, key] of [...before[kind].keys()].entries())
        ids.set(`${kind} ${key}`, new Set(traced[index]?.origins.map(idOf)))
    }
    for (const [id, remove, restore] of removals(scenario)) {
      engine.commit(remove)
      const after = render(scenario, proxy)
      engine.commit(restore)
      for (const kind of KINDS)
        for (const [key, resource] of before[kind]) {
          if (isDeepStrictEqual(resource, after[kind].get(key))) continue
          if (ids.get(`${kind} ${key}`)?.has(id) === true) found.hits++
          else found.misses.push(`${name} ${proxy.name}: ${kind} ${key} without ${id}`)
        }
    }
    for (const each of ids.values()) found.listed += each.size
  }
}

type Write = Parameters<Engine['commit']>[0]

function* removals({ engine, graph }: Scenario): Generator<[id: string, remove: Write, restore: Write]> {
  const { cluster, config } = graph.tables.inputs
  for (const [type, table] of Object.entries({ ...cluster, ...config })) {
    const input = table as unknown as Input<string, unknown>
    for (const [key, row] of engine.read(read => read.all(input))) {
      const id = type in cluster ? `${type}/${key}` : `${type}//${key}`
      const restore: Write = tx => tx.put(input, key, row)
      yield [id, tx => tx.remove(input, key), restore]
      if (type === 'Pod') yield [id, tx => tx.put(input, key, unlabelled(row)), restore]
    }
  }
}

/** Without its Pod a proxy is taken at its word; with one that has no labels it is of no service, and nothing selects it. */
function unlabelled(row: unknown): unknown {
  const pod = row as { readonly object: ConfigObject }
  return { ...pod, object: { ...pod.object, labels: {} } }
}

describe.skipIf(!HAS_SCENARIOS)('objects behind resources', () => {
  it('name every object without which a resource would be another', { timeout: 120_000 }, () => {
    const found: Found = { hits: 0, misses: [], listed: 0 }
    for (const name of scenarioNames().filter((_, index) => index % EVERY === 0)) removeEach(name, found)
    expect(found.misses).toEqual([])
    expect(found.hits).toBeGreaterThan(500)
    // Most of what is listed is needed; the rest had a part that others have too, such as one of two pods of an account.
    expect(found.hits / found.listed).toBeGreaterThan(0.6)
  })
})
