import { objectKey } from '../config/object.js'
import type { Graph, Index, Table } from '../engine/index.js'
import type { Problem } from '../lang/problem.js'
import { byAge, compare } from './selection.js'
import type { SidecarObject } from './sidecar-scope.js'

/** `<namespace>/<name>` of Sidecars that can never apply, as an older one selects the same workloads; each is a problem. */
export function declareSidecarConflicts(
  graph: Graph,
  sidecars: Index<string, string, SidecarObject>,
): Table<string, string> {
  return graph.derive('sidecarConflict', sidecars, (rows, _, read) => {
    const conflicts = sidecarConflicts(rows)
    for (const { problem } of conflicts) read.report(problem)
    return conflicts.map(({ loser, winner }) => [loser, winner] as const)
  })
}

interface SidecarConflict {
  readonly loser: string
  readonly winner: string
  readonly problem: Problem
}

/** Sidecars of one namespace with the same selector, or both without: the oldest applies. */
export function sidecarConflicts(sidecars: readonly SidecarObject[]): readonly SidecarConflict[] {
  const winners = new Map<string, SidecarObject>()
  return [...sidecars].sort(byAge).flatMap(sidecar => {
    const selector = selectorText(sidecar)
    const winner = winners.get(selector)
    if (winner === undefined) winners.set(selector, sidecar)
    return winner === undefined ? [] : [conflict(sidecar, winner, selector)]
  })
}

function selectorText({ spec }: SidecarObject): string {
  const labels = Object.entries(spec.workloadSelector?.labels ?? {}).sort(([a], [b]) => compare(a, b))
  return labels.map(([key, value]) => `${key}=${value}`).join(',')
}

function conflict(loser: SidecarObject, winner: SidecarObject, selector: string): SidecarConflict {
  const whom = selector === '' ? `all workloads of namespace ${loser.namespace}` : `workloads with ${selector}`
  const message = `Sidecar ${objectKey(loser)} has no effect: ${objectKey(winner)} is older and selects ${whom} too`
  const position = loser.source === undefined ? {} : { position: loser.source }
  return {
    loser: objectKey(loser),
    winner: objectKey(winner),
    problem: { severity: 'warning', code: 'sidecar-conflict', message, path: 'spec.workloadSelector', ...position },
  }
}
