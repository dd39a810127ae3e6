import type { Clockwork } from './clockwork.js'
import { itemsOf } from './few.js'
import { InputTable } from './input-table.js'
import { stateOf, type TableState } from './table-state.js'
import type { Input, Revision, Transaction } from './types.js'

/** Writes by table and key; `undefined` removes. */
type Writes = Map<InputTable, Map<string, unknown>>

/** Collects the writes of a batch, so that a throw on the way writes nothing. */
export function stage(write: (tx: Transaction) => void): Writes {
  const writes: Writes = new Map()
  let isOpen = true
  const set = (input: Input<string, unknown>, key: string, row: unknown): void => {
    if (!isOpen) throw new Error('a transaction was used after its commit')
    const table = inputOf(input)
    const rows = writes.get(table) ?? new Map<string, unknown>()
    writes.set(table, rows.set(key, row))
  }
  write({
    put: (input, key, row) => {
      if (row === undefined) throw new Error(`table ${input.name}: ${key}: a row cannot be undefined`)
      set(input, key, row)
    },
    remove: (input, key) => set(input, key, undefined),
  })
  isOpen = false
  return writes
}

/** Writes what differs, at a revision of its own, and flags all that may depend on it. Gives the watchers to tell. */
export function applyWrites(clockwork: Clockwork, writes: Writes): ReadonlySet<() => void> {
  const changes = [...writes].map(([table, rows]) => [table, table.differs(rows)] as const)
  const changed = changes.filter(([, rows]) => rows.size > 0)
  if (changed.length === 0) return new Set()
  clockwork.revision = (clockwork.revision + 1) as Revision
  for (const [table, rows] of changed) table.apply(rows)
  return flagDownstream(
    clockwork,
    changed.map(([table]) => table),
  )
}

/** Each table once a commit, stale ones too: whoever watches is told of every commit. */
function flagDownstream(clockwork: Clockwork, tables: readonly TableState[]): ReadonlySet<() => void> {
  const told = new Set<() => void>()
  const queue = [...tables]
  for (let table = queue.pop(); table !== undefined; table = queue.pop()) {
    for (const watcher of table.watchers ?? []) told.add(watcher)
    for (const channel of table.channels) {
      for (const { reader } of itemsOf(channel.readers)) {
        if (reader.flaggedAt === clockwork.revision) continue
        reader.flaggedAt = clockwork.revision
        reader.flag()
        clockwork.flags++
        queue.push(reader)
      }
    }
  }
  return told
}

function inputOf(input: Input<string, unknown>): InputTable {
  const table = stateOf(input)
  if (!(table instanceof InputTable)) throw new Error(`table ${table.name} is no input`)
  table.assertLive()
  return table
}
