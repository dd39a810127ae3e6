import { TableState } from './table-state.js'
import type { Input } from './types.js'

/** Rows that commits write: always fresh. */
export class InputTable extends TableState implements Input<string, unknown> {
  readonly isInput = true
  readonly isFresh = true

  refresh(): boolean {
    return true
  }

  flag(): void {}

  upstream(): readonly TableState[] {
    return []
  }

  /** Writes what differs (`undefined` removes). Call {@link differs} first: this bumps history at the present revision. */
  apply(changes: ReadonlyMap<string, unknown>): void {
    for (const [key, row] of changes) this.write(key, row)
    this.publish()
  }

  /** Those writes that are a change. */
  differs(writes: ReadonlyMap<string, unknown>): Map<string, unknown> {
    const changes = new Map<string, unknown>()
    for (const [key, row] of writes) {
      const isSame = row === undefined ? !this.rows.has(key) : this.isSame(key, row)
      if (!isSame) changes.set(key, row)
    }
    return changes
  }
}
