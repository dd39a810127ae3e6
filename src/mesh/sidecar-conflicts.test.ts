import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario } from '../../test/kit/scenario.js'
import { sidecarConflicts } from './sidecar-conflicts.js'
import type { SidecarObject } from './sidecar-scope.js'

describe.skipIf(!HAS_SCENARIOS)('Sidecars that conflict', () => {
  it('are reported, and the oldest stays', () => {
    const { engine, graph } = loadScenario('sidecar-conflict')
    const found = engine.problems(graph.tables.sidecarConflict)
    expect(found).toHaveLength(2)
    for (const { problem } of found) {
      expect(problem.code).toBe('sidecar-conflict')
      expect(problem.position?.line).toBeGreaterThan(0)
    }
    const other = loadScenario('sidecar-workloadselector')
    expect(other.engine.problems(other.graph.tables.sidecarConflict)).toEqual([])
  })
})

describe('a Sidecar that no workload can get', () => {
  const sidecar = (name: string, labels: Readonly<Record<string, string>>): SidecarObject =>
    ({
      ...{ type: 'Sidecar', namespace: 'shop', name, creationTimestamp: '' },
      spec: Object.keys(labels).length === 0 ? {} : { workloadSelector: { labels } },
    }) as unknown as SidecarObject

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, boolean]>([
    ['the same labels', { app: 'web' }, { app: 'web' }, true],
    ['some of its labels', { app: 'web' }, { app: 'web', version: 'v2' }, true],
    ['more labels', { app: 'web', version: 'v2' }, { app: 'web' }, false],
    ['others', { app: 'web' }, { app: 'cart', version: 'v2' }, false],
    ['none, as the older has', {}, {}, true],
    ['labels, where the older has none', {}, { app: 'web' }, false],
    ['none, where the older has labels', { app: 'web' }, {}, false],
  ])('by an older one with %s', (_, older, younger, isConflict) => {
    const found = sidecarConflicts([sidecar('b', younger), sidecar('a', older)])
    expect(found.map(({ loser, winner }) => [loser, winner])).toEqual(isConflict ? [['shop/b', 'shop/a']] : [])
  })
})
