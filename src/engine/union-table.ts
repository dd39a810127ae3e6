import type { Clockwork } from './clockwork.js'
import { ComputedTable } from './computed-table.js'
import { Edge, NOTHING_SEEN } from './edge.js'
import type { IsOver, TableState } from './table-state.js'
import type { Claim, DeriveOptions } from './types.js'

/** The rows of several tables under their own keys. Nothing runs and nothing is kept for a row but the row. */
export class UnionTable extends ComputedTable {
  /** In the order in which claims are heard. */
  readonly #edges: readonly Edge[]

  constructor(
    name: string,
    clockwork: Clockwork,
    sources: readonly TableState[],
    options: DeriveOptions<string, unknown>,
  ) {
    super(name, clockwork, options)
    this.#edges = sources.map(({ keys }) => new Edge(keys, this, NOTHING_SEEN))
    for (const { keys } of sources) this.raiseAbove(keys.table)
    for (const edge of this.#edges) edge.channel.addReader(edge)
  }

  override upstream(): readonly TableState[] {
    return this.#edges.map(({ channel }) => channel.table)
  }

  refresh(isOver?: IsOver): boolean {
    if (this.isFresh || this.isFreed) return true
    for (const table of this.upstream()) if (!table.refresh(isOver)) return false
    for (const edge of this.#edges) this.#collect(edge)
    if (!this.settle(isOver)) return false
    this.finish()
    return true
  }

  override free(): void {
    super.free()
    for (const edge of this.#edges) edge.channel.dropReader(edge)
  }

  protected claimsOf(key: string): readonly Claim<unknown>[] {
    const claimants = this.upstream().filter(({ rows }) => rows.has(key))
    return claimants.map(({ name, rows }) => ({ from: name, row: rows.get(key) }))
  }

  protected shareRow(): void {}

  #collect(edge: Edge): void {
    const changed = edge.channel.log.since(edge.seen)
    edge.seen = this.clockwork.revision
    for (const key of changed ?? edge.channel.names()) this.touch(key)
    if (changed === undefined) for (const key of [...this.rows.keys()]) this.touch(key)
  }
}
