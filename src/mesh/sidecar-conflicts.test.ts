import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario } from '../../test/kit/scenario.js'

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
