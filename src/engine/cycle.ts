import type { DerivedTable } from './derived-table.js'
import type { TableState } from './table-state.js'

/** Tables that end in themselves. Found when a table first reads another, so that the graph of tables never has one. */
export class CycleError extends Error {
  /** Names of the tables: each reads the next, and the last is the first. */
  readonly path: readonly string[]

  constructor(path: readonly string[]) {
    super(`tables read each other in a cycle: ${path.join(' -> ')}`)
    this.name = 'CycleError'
    this.path = path
  }
}

/**
 * Throws if `target` reads `reader`, directly or through others. Costs a walk of the tables upstream: a table whose level is below
 * the reader's needs none.
 */
export function assertNoCycle(reader: DerivedTable, target: TableState): void {
  const path = pathTo(reader, target, new Set())
  if (path !== undefined) throw new CycleError([reader.name, ...path])
}

function pathTo(reader: DerivedTable, from: TableState, visited: Set<TableState>): readonly string[] | undefined {
  if (from === reader) return [from.name]
  if (visited.has(from)) return undefined
  visited.add(from)
  for (const table of from.upstream()) {
    const path = pathTo(reader, table, visited)
    if (path !== undefined) return [from.name, ...path]
  }
  return undefined
}
