import type { Problem } from '../lang/problem.js'
import { BucketIndex } from './bucket-index.js'
import { type Channel, KeyChannel } from './channel.js'
import type { Clockwork } from './clockwork.js'
import { isSameData } from './equality.js'
import { SortedRows } from './sorted-rows.js'
import type { Index, Table, TableOptions } from './types.js'

/** Asked after each row; absent for work that must be finished. */
export type IsOver = () => boolean

/** What input and derived tables have in common: rows, their histories, their readers. Rows are opaque in here. */
export abstract class TableState implements Table<string, unknown> {
  readonly name: string
  readonly clockwork: Clockwork
  readonly rows = new SortedRows()
  readonly keys: Channel
  /** Of its keys, then of its indexes. */
  readonly channels: Channel[]
  readonly #equals: (before: unknown, after: unknown) => boolean
  /** Problems of the table itself (merges, comparisons) by key of this table. */
  faults: Map<string, readonly Problem[]> | undefined
  watchers: Set<() => void> | undefined
  /** The commit that flagged this table last: each commit visits a table once. */
  flaggedAt = -1
  isFreed = false
  /** Above that of every table that it reads, so that most reads cannot close a cycle. */
  level = 0

  constructor(name: string, clockwork: Clockwork, { equals = Object.is }: TableOptions<unknown>) {
    this.name = name
    this.clockwork = clockwork
    this.#equals = equals
    this.keys = this.keyChannel(name)
    this.channels = [this.keys]
  }

  abstract readonly isInput: boolean
  abstract readonly isFresh: boolean
  /** Brings the rows up to date; false when it ran over, with all progress kept. */
  abstract refresh(isOver?: IsOver): boolean
  abstract flag(): void
  abstract upstream(): Iterable<TableState>

  index<I extends string>(
    name: string,
    extract: (row: unknown, key: string) => Iterable<I>,
  ): Index<I, string, unknown> {
    const index = new BucketIndex(`${this.name}#${name}`, this, extract)
    if (this.channels.some(channel => channel.name === index.name))
      throw new Error(`table ${this.name} already has an index ${name}`)
    this.channels.push(index)
    return index as unknown as Index<I, string, unknown>
  }

  /** Problems of indexes and of the table itself, with the key of this table that they are about. */
  *ownProblems(): Iterable<readonly [string, Problem]> {
    for (const [key, problems] of this.faults ?? []) for (const problem of problems) yield [key, problem]
    for (const channel of this.channels) if (channel instanceof BucketIndex) yield* channel.faults
  }

  /** For claims: by content even where no `equals` is given, since which of equal objects a table keeps is history. */
  doAgree(one: unknown, other: unknown): boolean {
    return this.#equals === Object.is ? isSameData(one, other) : this.#equals(one, other)
  }

  /** Whether `after` is no change. May throw, as the table's `equals` may. */
  isSame(key: string, after: unknown): boolean {
    return this.rows.has(key) && this.#equals(this.rows.get(key), after)
  }

  /** Writes one row (`undefined` removes it) into table and indexes; into history with {@link publish}. */
  write(key: string, after: unknown): void {
    const before = this.rows.get(key)
    if (after === undefined) this.rows.delete(key)
    else this.rows.set(key, after)
    const { channels } = this
    for (let i = 0; i < channels.length; i++) channels[i]!.changed(key, before, after)
  }

  protected keyChannel(name: string): KeyChannel {
    return new KeyChannel(name, this)
  }

  get isRead(): boolean {
    return this.channels.some(({ readers }) => readers !== undefined)
  }

  publish(): void {
    for (const channel of this.channels) channel.publish()
  }

  /** Whoever still has the table after this has let go of what held it: reading it is a bug. */
  free(): void {
    this.isFreed = true
    this.watchers = undefined
  }

  assertLive(): void {
    if (this.isFreed) throw new Error(`table ${this.name} was freed: hold the member of its family`)
  }
}

/** The state behind the face; a table of another make is a bug of the caller. */
export function stateOf(table: Table<string, unknown>): TableState {
  if (!(table instanceof TableState)) throw new Error(`${table.name} is no table of this engine`)
  return table
}
