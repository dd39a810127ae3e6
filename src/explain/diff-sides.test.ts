import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario, type Scenario, scenarioNames } from '../../test/kit/scenario.js'
import type { Input } from '../engine/index.js'
import { TRANSLATORS } from '../xds/resources/translators.js'
import type { ConfigDiff } from './diff.js'
import type { DiffSide } from './diff-objects.js'
import { diffConfigs } from './diff-sides.js'

const NOWHERE = { sourceOf: () => undefined, place: () => undefined, meshField: () => undefined }
/** All scenarios take too long for every run. */
const EVERY = 5

function sideOf({ engine, graph }: Scenario): DiffSide {
  const { cluster, config } = graph.tables.inputs
  const objects = function* (): ReturnType<DiffSide['objects']> & Generator {
    for (const table of Object.values(cluster))
      yield* engine.read(read => [...read.all(table as unknown as (typeof cluster)['Pod']).values()])
    for (const table of Object.values(config))
      for (const object of engine.read(read => read.all(table as unknown as (typeof config)['Sidecar']).values()))
        yield { cluster: graph.tables.identity.configCluster, object }
  }
  return { graph, places: NOWHERE, objects }
}

function diff(before: Scenario, after: Scenario): ConfigDiff {
  const proxies = before.proxies
    .filter(({ node }) => node.type === 'sidecar')
    .map(({ name, node }) => ({ name, before: node, after: node }))
  return diffConfigs(sideOf(before), sideOf(after), proxies)
}

function inputsOf({ graph }: Scenario): Map<string, Input<string, unknown>> {
  const { cluster, config } = graph.tables.inputs
  return new Map(Object.entries({ ...cluster, ...config } as unknown as Record<string, Input<string, unknown>>))
}

describe.skipIf(!HAS_SCENARIOS)('diff of configurations', () => {
  const names = scenarioNames().filter((_, index) => index % EVERY === 1)

  it.each(names)('%s: every change has the object as its cause that was taken out', name => {
    const [before, after] = [loadScenario(name, TRANSLATORS), loadScenario(name, TRANSLATORS)]
    expect(diff(before, after)).toMatchObject({ changed: 0, objects: [], groups: [], push: { sotw: 0, delta: 0 } })
    for (const [type, input] of inputsOf(after))
      for (const [key, row] of after.engine.read(read => read.all(input))) {
        after.engine.commit(tx => tx.remove(input, key))
        const { objects, groups } = diff(before, after)
        expect(objects).toMatchObject([{ change: 'removed', object: { type }, hasEffect: groups.length > 0 }])
        const unexplained = groups.flatMap(({ changes }) => changes.filter(({ causes }) => causes.length === 0))
        expect(unexplained.map(change => `${change.kind} ${change.name} without ${type} ${key}`)).toEqual([])
        after.engine.commit(tx => tx.put(input, key, row))
      }
  })
})
