import { KeyChannel } from './channel.js'
import type { Clockwork } from './clockwork.js'
import { DerivedTable } from './derived-table.js'
import { InputTable } from './input-table.js'
import type { MemoState } from './memo-state.js'
import type { IsOver, TableState } from './table-state.js'
import type { Memo, MemoHold, MemoStep, TableOptions } from './types.js'

/** Counts who watches each key, so that rows go when nobody does. */
class WatchedKeys extends KeyChannel {
  readonly #wanted: (key: string) => void
  readonly #unwanted: (key: string) => void

  constructor(name: string, table: TableState, wanted: (key: string) => void, unwanted: (key: string) => void) {
    super(name, table)
    this.#wanted = wanted
    this.#unwanted = unwanted
  }

  override watched(key: string): void {
    this.#wanted(key)
  }

  override unwatched(key: string): void {
    this.#unwanted(key)
  }
}

/** Rows that nobody asks for stay until the table changes, as they may be asked for again; where nothing changes, at most so many. */
const MAX_IDLE = 10_000

/**
 * A table whose rows exist while somebody asks for them. The source of its steps are the parameters that were asked with: they
 * are written when a row is first asked for, at no revision of their own, as nobody can have seen the row's absence.
 */
export class MemoTable extends DerivedTable implements Memo<unknown, unknown>, MemoState {
  readonly #params: InputTable
  readonly #keyOf: (param: unknown) => string
  /** Readers (tables, not rows) and holds of each key. */
  readonly #askers = new Map<string, number>()
  /** Rows to drop at the next change of the table unless they are asked for again: what moves from one reader to another stays. */
  readonly #idle = new Set<string>()

  constructor(
    name: string,
    clockwork: Clockwork,
    keyOf: (param: unknown) => string,
    step: MemoStep<unknown, unknown>,
    options: TableOptions<unknown>,
  ) {
    const params = new InputTable(`${name}?`, clockwork, {})
    super(name, clockwork, params.keys, (param, key, read) => [[key, step(param, read)]], options)
    this.#params = params
    this.#keyOf = keyOf
  }

  protected override keyChannel(name: string): KeyChannel {
    return new WatchedKeys(
      name,
      this,
      key => this.#wants(key),
      key => this.#leaves(key),
    )
  }

  keyOf(param: unknown): string {
    return this.#keyOf(param)
  }

  ensure(key: string, param: unknown, mayWait: boolean): TableState | undefined {
    if (this.stepRuns.has(key)) return undefined
    if (this.#idle.size > Math.max(MAX_IDLE, this.#askers.size)) this.#sweep()
    this.#params.rows.set(key, param)
    const run = this.add(key)
    const waitsFor = this.runStep(run, mayWait)
    if (waitsFor !== undefined) {
      this.withdraw(run)
      this.#params.rows.delete(key)
    } else if (!this.#askers.has(key)) this.#idle.add(key)
    this.settle(undefined)
    this.keys.log.unstage()
    return waitsFor
  }

  override refresh(isOver?: IsOver): boolean {
    if (!this.isFresh && !this.isFreed) this.#sweep()
    return super.refresh(isOver)
  }

  rowFor(key: string, param: unknown): unknown {
    this.assertLive()
    this.refresh()
    this.ensure(key, param, false)
    const row = this.rows.get(key)
    if (row === undefined) throw new Error(`${this.name} has no row for ${key}: its step failed`)
    return row
  }

  hold(param: unknown): MemoHold<unknown> {
    const key = this.#keyOf(param)
    this.#wants(key)
    let isHeld = true
    const value = (): unknown => this.rowFor(key, param)
    const release = (): void => {
      if (!isHeld) return
      isHeld = false
      this.#leaves(key)
      // Parameters of shells (the proxies of streams) do not come back: nothing need change for their rows to go.
      if (this.#idle.has(key) && this.isFresh && !this.isFreed) this.#drop(key)
    }
    return {
      key,
      get value() {
        return value()
      },
      [Symbol.dispose]: release,
    }
  }

  #wants(key: string): void {
    this.#askers.set(key, (this.#askers.get(key) ?? 0) + 1)
    this.#idle.delete(key)
  }

  #leaves(key: string): void {
    const left = (this.#askers.get(key) ?? 1) - 1
    if (left > 0) this.#askers.set(key, left)
    else {
      this.#askers.delete(key)
      this.#idle.add(key)
    }
  }

  /** At no revision: nobody watches it. */
  #drop(key: string): void {
    this.#idle.delete(key)
    this.withdraw(this.stepRuns.get(key))
    this.#params.rows.delete(key)
    this.settle(undefined)
    this.keys.log.unstage()
  }

  #sweep(): void {
    for (const key of this.#idle) {
      this.withdraw(this.stepRuns.get(key))
      this.#params.rows.delete(key)
    }
    this.#idle.clear()
  }
}
