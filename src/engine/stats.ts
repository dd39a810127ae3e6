import type { Clockwork } from './clockwork.js'
import { DerivedTable } from './derived-table.js'
import { itemsOf } from './few.js'
import type { Scope } from './scope.js'
import type { EngineStats } from './types.js'

/** Counted on demand, by a walk over tables and edges: nothing is kept for it but a few counters. */
export function statsOf(clockwork: Clockwork, scope: Scope): EngineStats {
  const tables = [...scope.tables()]
  const derived = tables.filter(table => table instanceof DerivedTable)
  const channels = tables.flatMap(table => table.channels)
  // From the side of what is read: an edge that a freed table left behind counts.
  const edges = channels.flatMap(({ readers }) => [...itemsOf(readers)])
  const families = [...scope.families()]
  const { revision, runs, suspended, flags, pins } = clockwork
  return {
    revision,
    runs,
    suspended,
    flags,
    runsByTable: new Map(derived.map(table => [table.name, table.runs])),
    tables: tables.length,
    rows: sum(tables.map(table => table.rows.size)),
    claimedKeys: sum(derived.map(table => table.claimedKeys)),
    edges: edges.length,
    subjects: sum(edges.map(edge => edge.size)),
    historyEntries: sum(channels.map(({ log }) => log.size)),
    members: new Map(families.map(family => [family.name, family.size])),
    holds: sum(families.map(family => family.holds)),
    pins: sum([...pins.values()]),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
