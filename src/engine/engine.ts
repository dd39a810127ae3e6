import { stateOfIndex } from './bucket-index.js'
import { type Clockwork, newClockwork, pinAt, unpinAt } from './clockwork.js'
import { applyWrites, stage } from './commit.js'
import { DerivedTable } from './derived-table.js'
import { explainRow } from './explain.js'
import { stateOfMemo } from './memo-state.js'
import { unpack } from './packed.js'
import { Scope } from './scope.js'
import { statsOf } from './stats.js'
import { stateOf, type TableState } from './table-state.js'
import type {
  Changes,
  Engine,
  EngineOptions,
  Index,
  Lookup,
  Memo,
  Pin,
  Reported,
  Revision,
  Table,
  Transaction,
} from './types.js'

/** Tables that keep themselves up to date: see docs/adr/0005-engine.md. Not shared between threads. */
export function createEngine(options: EngineOptions = {}): Engine {
  const clockwork = newClockwork(options)
  const scope = new Scope('', clockwork)
  const fresh = (table: Table<string, unknown>): TableState => freshened(clockwork, stateOf(table))
  const lookup = lookupOf(fresh)
  return {
    get revision() {
      return clockwork.revision
    },
    input: (name, tableOptions) => scope.input(name, tableOptions),
    derive: scope.derive.bind(scope),
    union: (name, tables, tableOptions) => scope.union(name, tables, tableOptions),
    family: (name, key, build) => scope.family(name, key, build),
    memo: (name, key, step, tableOptions) => scope.memo(name, key, step, tableOptions),
    member: (family, param) => scope.member(family, param),
    commit: write => commit(clockwork, write),
    read: body => {
      assertOutsideSteps(clockwork, 'read')
      clockwork.reading++
      try {
        return body(lookup)
      } finally {
        clockwork.reading--
      }
    },
    changes: <K extends string, V>(table: Table<K, V>, since: Revision) =>
      changesOf(fresh(table), since) as unknown as Changes<K, V>,
    changedKeys: (memo, since) => freshened(clockwork, stateOfMemo(memo)).keys.log.since(since),
    watch: (table, stale) => watch(stateOf(table), stale),
    pin: (revision = clockwork.revision) => pin(clockwork, revision),
    refresh: (tables, isOver) => {
      assertOutsideSteps(clockwork, 'refresh')
      for (const table of tables) if (!stateOf(table).refresh(isOver)) return false
      return true
    },
    problems: table => problemsOf(fresh(table)),
    explain: (table, key, limit) => explainRow(fresh(table), key, limit),
    stats: () => statsOf(clockwork, scope),
  }
}

function freshened(clockwork: Clockwork, table: TableState): TableState {
  assertOutsideSteps(clockwork, 'read')
  table.assertLive()
  table.refresh()
  return table
}

/** A step that went around its reader would miss a dependency. */
function assertOutsideSteps({ running }: Clockwork, what: string): void {
  if (running > 0) throw new Error(`${what} inside a step: a step learns everything through its reader`)
}

function lookupOf(fresh: (table: Table<string, unknown>) => TableState): Lookup {
  return {
    one: <K extends string, V>(table: Table<K, V>, key: K) => fresh(table).rows.get(key) as V | undefined,
    where: <I extends string, K extends string, V>(index: Index<I, K, V>, value: I) => {
      fresh(index.table)
      return stateOfIndex(index).rows(value) as readonly V[]
    },
    all: <K extends string, V>(table: Table<K, V>) => fresh(table).rows.sorted() as ReadonlyMap<K, V>,
    memo: <P, V>(memo: Memo<P, V>, param: P) => {
      const state = stateOfMemo(memo)
      return state.rowFor(state.keyOf(param), param) as V
    },
  }
}

function commit(clockwork: Clockwork, write: (tx: Transaction) => void): Revision {
  assertOutsideSteps(clockwork, 'commit')
  if (clockwork.reading > 0) throw new Error('commit inside a read: a read is at one revision')
  const watchers = applyWrites(clockwork, stage(write))
  const { revision } = clockwork
  const errors: unknown[] = []
  for (const stale of watchers) {
    try {
      stale()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'a watcher threw; the commit stands')
  return revision
}

const NO_ROWS: ReadonlyMap<string, unknown> = new Map()
const NO_KEYS: readonly string[] = []

function changesOf({ rows, keys, clockwork: { revision } }: TableState, since: Revision): Changes<string, unknown> {
  if (!keys.log.hasAfter(since)) return { kind: 'delta', revision, put: NO_ROWS, removed: NO_KEYS }
  const changed = keys.log.since(since)
  if (changed === undefined) return { kind: 'reset', revision, rows: rows.sorted() }
  const ordered = [...changed].sort()
  const put = ordered.filter(key => rows.has(key)).map(key => [key, rows.get(key)] as const)
  return { kind: 'delta', revision, put: new Map(put), removed: ordered.filter(key => !rows.has(key)) }
}

function watch(table: TableState, stale: () => void): Disposable {
  table.assertLive()
  // One entry per call of `watch`, even where two pass the same function.
  const watcher = (): void => stale()
  table.watchers ??= new Set()
  table.watchers.add(watcher)
  return { [Symbol.dispose]: () => void table.watchers?.delete(watcher) }
}

function pin(clockwork: Clockwork, from: Revision): Pin {
  let at: Revision | undefined = from
  pinAt(clockwork, from)
  return {
    get revision() {
      return at ?? from
    },
    moveTo(revision) {
      if (at === undefined) throw new Error('a pin was moved after its release')
      pinAt(clockwork, revision)
      unpinAt(clockwork, at)
      at = revision
    },
    [Symbol.dispose]() {
      if (at !== undefined) unpinAt(clockwork, at)
      from = at ?? from
      at = undefined
    },
  }
}

function problemsOf(table: TableState): readonly Reported[] {
  const found = [...table.ownProblems()].map(([key, problem]) => ({ table: table.name, key, problem }))
  if (table instanceof DerivedTable) {
    for (const run of table.stepRuns.values()) {
      for (const problem of unpack(run.problems)) found.push({ table: table.name, key: run.key, problem })
    }
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}
