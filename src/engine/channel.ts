import { ChangeLog } from './change-log.js'
import { oldestPinned } from './clockwork.js'
import type { Edge } from './edge.js'
import { type Few, itemsOf, withItem, withoutItem } from './few.js'
import type { TableState } from './table-state.js'
import { BEGINNING, type Revision } from './types.js'

/**
 * What readers of a table follow: its keys, or the buckets of one of its indexes. Both are a history of names that
 * changed, and the edges that watch them.
 */
export abstract class Channel {
  readonly name: string
  readonly table: TableState
  readers: Few<Edge>
  readonly log: ChangeLog

  constructor(name: string, table: TableState) {
    this.name = name
    this.table = table
    this.log = new ChangeLog(table.clockwork.revision)
  }

  /** The names that exist now, in no order that means anything. */
  abstract names(): Iterable<string>
  abstract has(name: string): boolean
  /** What a step that derives from this channel gets as its row. */
  abstract rowOf(name: string): unknown

  /** The row of a key came (`before` undefined), changed, or went (`after` undefined). */
  abstract changed(key: string, before: unknown, after: unknown): void

  /** An edge has begun or ceased to watch a name; for tables whose rows exist only while they are watched. */
  watched(_name: string): void {}
  unwatched(_name: string): void {}

  addReader(edge: Edge): void {
    this.readers = withItem(this.readers, edge)
  }

  dropReader(edge: Edge): void {
    this.readers = withoutItem(this.readers, edge)
  }

  /** What was written may be seen now. */
  publish(): void {
    this.log.publish(this.table.clockwork.revision)
    this.#trim()
  }

  /** Down to the oldest revision that a reader or a pin will ask from; a reader that has seen nothing needs no history. */
  #trim(): void {
    if (!this.log.isTrimDue) return
    let oldest: Revision = oldestPinned(this.table.clockwork)
    for (const { seen } of itemsOf(this.readers)) if (seen >= BEGINNING && seen < oldest) oldest = seen
    this.log.trim(oldest, this.table.rows.size)
  }
}

/** The rows of a table by their keys. */
export class KeyChannel extends Channel {
  names(): Iterable<string> {
    return this.table.rows.keys()
  }

  changed(key: string): void {
    this.log.stage(key)
  }

  has(name: string): boolean {
    return this.table.rows.has(name)
  }

  rowOf(name: string): unknown {
    return this.table.rows.get(name)
  }
}
