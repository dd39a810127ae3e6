import { type Labels, objectKey } from '../config/object.js'
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

/**
 * Sidecars of one namespace that no workload can get, since an older one selects all that they select: by the same labels, or by
 * some of them, or both by none.
 */
export function sidecarConflicts(sidecars: readonly SidecarObject[]): readonly SidecarConflict[] {
  const older: SidecarObject[] = []
  return [...sidecars].sort(byAge).flatMap(sidecar => {
    const winner = older.find(each => covers(labelsOf(each), labelsOf(sidecar)))
    if (winner === undefined) older.push(sidecar)
    return winner === undefined ? [] : [conflict(sidecar, winner)]
  })
}

function labelsOf({ spec }: SidecarObject): Labels {
  return spec.workloadSelector?.labels ?? {}
}

/** Without labels it is the namespace's, for workloads that no other selects. */
function covers(winner: Labels, loser: Labels): boolean {
  const wanted = Object.entries(winner)
  if (wanted.length === 0) return Object.keys(loser).length === 0
  return wanted.every(([key, value]) => Object.hasOwn(loser, key) && loser[key] === value)
}

function selectorText(labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => compare(a, b))
  return sorted.map(([key, value]) => `${key}=${value}`).join(',')
}

function conflict(loser: SidecarObject, winner: SidecarObject): SidecarConflict {
  const selector = selectorText(labelsOf(winner))
  const whom = selector === '' ? `all workloads of namespace ${loser.namespace}` : `workloads with ${selector}`
  const message = `Sidecar ${objectKey(loser)} has no effect: ${objectKey(winner)} is older and selects ${whom} too`
  const position = loser.source === undefined ? {} : { position: loser.source }
  return {
    loser: objectKey(loser),
    winner: objectKey(winner),
    problem: { severity: 'warning', code: 'sidecar-conflict', message, path: 'spec.workloadSelector', ...position },
  }
}
