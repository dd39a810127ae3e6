import { BucketIndex } from './bucket-index.js'
import type { Channel } from './channel.js'
import { DerivedTable } from './derived-table.js'
import type { Subject } from './edge.js'
import { MemoTable } from './memo-table.js'
import { unpack } from './packed.js'
import type { StepRun } from './step-run.js'
import type { TableState } from './table-state.js'
import type { Explanation } from './types.js'
import { UnionTable } from './union-table.js'

/** Of an explanation, in rows, buckets and tables: what a person may still want to scroll through. */
const DEFAULT_LIMIT = 1_000

/** What was explained so far: everything is explained once, however many rows read it. */
interface Progress {
  readonly limit: number
  readonly seen: Set<string>
}

/** Walks the edges that the last runs recorded. `table` must be fresh; what is upstream of it then is too. */
export function explainRow(table: TableState, key: string, limit = DEFAULT_LIMIT): Explanation {
  return explainKey(table, key, { limit, seen: new Set() })
}

/** The input rows (`table`, `key`, present or not) that an explanation ends in, each once, in the order of reading. */
export function inputsOf(explanation: Explanation): readonly Explanation[] {
  const found = new Map<string, Explanation>()
  const visit = (part: Explanation): void => {
    if (part.isInput && part.kind === 'row') found.set(`${part.table}\0${part.key}`, part)
    for (const next of part.because) visit(next)
  }
  visit(explanation)
  return [...found.values()]
}

function explainKey(table: TableState, key: string, progress: Progress): Explanation {
  const isPresent = table.rows.has(key)
  if (table instanceof DerivedTable && table.isWide)
    return { table: table.name, key, kind: 'row', isInput: false, isPresent, because: [], omitted: 'wide' }
  return explained('row', table, table.name, key, isPresent, progress, function* () {
    if (table instanceof UnionTable) for (const source of table.upstream()) yield explainKey(source, key, progress)
    if (!(table instanceof DerivedTable)) return
    for (const run of runsBehind(table, key)) {
      // What a memo was asked with stands in its key.
      if (!(table instanceof MemoTable)) yield explainChannel(table.source, run.key, progress)
      for (const subject of unpack(run.reads)) yield explainSubject(subject, progress)
    }
  })
}

/** Those that gave the row; for an absent one the run of the same key, which might have been expected to. */
function runsBehind(table: DerivedTable, key: string): readonly StepRun[] {
  const namesake = table.stepRuns.get(key)
  const claimants = table.claimants(key)
  return claimants.length === 0 && namesake !== undefined ? [namesake] : claimants
}

function explainSubject({ edge, key }: Subject, progress: Progress): Explanation {
  return key === undefined ? explainWhole(edge.channel.table, progress) : explainChannel(edge.channel, key, progress)
}

function explainChannel(channel: Channel, key: string, progress: Progress): Explanation {
  return channel instanceof BucketIndex
    ? explainBucket(channel, key, progress)
    : explainKey(channel.table, key, progress)
}

function explainBucket(index: BucketIndex, value: string, progress: Progress): Explanation {
  const keys = index.keys(value)
  return explained('bucket', index.table, index.name, value, keys.length > 0, progress, function* () {
    for (const key of keys) yield explainKey(index.table, key, progress)
  })
}

function explainWhole(table: TableState, progress: Progress): Explanation {
  return explained('table', table, table.name, '', table.rows.size > 0, progress, function* () {
    for (const key of table.rows.sorted().keys()) yield explainKey(table, key, progress)
  })
}

function explained(
  kind: Explanation['kind'],
  { isInput }: TableState,
  table: string,
  key: string,
  isPresent: boolean,
  { limit, seen }: Progress,
  because: () => Iterable<Explanation>,
): Explanation {
  const id = `${kind}\0${table}\0${key}`
  const fact = { table, key, kind, isInput, isPresent }
  if (seen.has(id)) return { ...fact, because: [], omitted: 'repeated' }
  if (seen.size >= limit) return { ...fact, because: [], omitted: 'limit' }
  seen.add(id)
  return { ...fact, because: [...because()] }
}
