import type { Problem } from '../lang/problem.js'
import { type BucketIndex, stateOfIndex } from './bucket-index.js'
import type { Channel } from './channel.js'
import type { DerivedTable } from './derived-table.js'
import { forgetUnwatched, type Subject } from './edge.js'
import { stateOfMemo } from './memo-state.js'
import { stateOf, type TableState } from './table-state.js'
import type { Family, Hold, Index, Memo, Reader, Table } from './types.js'

/**
 * The reader of one run of a step. It records each thing read once, in order. In a sliced refresh a read of a stale
 * table stops the run, and the table names what must be refreshed first; a step that catches the stop does not
 * matter, for the run is thrown away whole.
 */
export class StepReader implements Reader {
  readonly reads: Subject[] = []
  readonly problems: Problem[] = []
  readonly holds: Hold<unknown>[] = []
  readonly #table: DerivedTable
  readonly #runId: number
  readonly #mayWait: boolean
  #isOpen = true
  /** The stale table that the run stopped at. */
  waitsFor: TableState | undefined

  constructor(table: DerivedTable, mayWait: boolean) {
    this.#table = table
    this.#runId = ++table.clockwork.runId
    this.#mayWait = mayWait
  }

  one<K extends string, V>(table: Table<K, V>, key: K): V | undefined {
    const state = stateOf(table)
    this.#record(state.keys, key)
    return state.rows.get(key) as V | undefined
  }

  where<I extends string, K extends string, V>(index: Index<I, K, V>, value: I): readonly V[] {
    const state: BucketIndex = stateOfIndex(index)
    this.#record(state, value)
    return state.rows(value) as readonly V[]
  }

  all<K extends string, V>(table: Table<K, V>): ReadonlyMap<K, V> {
    const state = stateOf(table)
    this.#record(state.keys, undefined)
    return state.rows.sorted() as ReadonlyMap<K, V>
  }

  memo<P, V>(memo: Memo<P, V>, param: P): V {
    const state = stateOfMemo(memo)
    const key = state.keyOf(param)
    this.#record(state.keys, key)
    this.waitsFor = state.ensure(key, param, this.#mayWait)
    if (this.waitsFor !== undefined) throw new Error(`waits for table ${this.waitsFor.name}`)
    const row = state.rows.get(key)
    if (row === undefined) throw new Error(`${state.name} has no row for ${key}: its step failed`)
    return row as V
  }

  report(problem: Problem): void {
    this.#assertOpen()
    this.problems.push(problem)
  }

  member<P, T>(family: Family<P, T>, param: P): T {
    this.#assertOpen()
    const hold = family.hold(param)
    this.holds.push(hold)
    return hold.value
  }

  /** The run is over: a reader that outlives it reads nothing unrecorded. */
  close(): void {
    this.#isOpen = false
  }

  /** The run does not count: what it alone looked at is watched by nobody. */
  discard(): void {
    for (const subject of this.reads) forgetUnwatched(subject)
  }

  #record(channel: Channel, key: string | undefined): void {
    this.#assertOpen()
    const edge = this.#table.edgeTo(channel)
    if (!channel.table.isFresh) this.#freshen(channel.table)
    const subject = edge.subject(key)
    if (subject.runId === this.#runId) return
    subject.runId = this.#runId
    this.reads.push(subject)
  }

  #freshen(table: TableState): void {
    if (!this.#mayWait) {
      table.refresh()
      return
    }
    this.waitsFor = table
    throw new Error(`waits for table ${table.name}`)
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new Error(`a reader of table ${this.#table.name} was used after its step`)
    if (this.waitsFor !== undefined) throw new Error(`waits for table ${this.waitsFor.name}`)
  }
}
