import type { Channel } from './channel.js'
import { Claims } from './claims.js'
import type { Clockwork } from './clockwork.js'
import { ComputedTable } from './computed-table.js'
import { assertNoCycle } from './cycle.js'
import { addWatcher, Edge, NOTHING_SEEN, removeWatcher, type Subject } from './edge.js'
import { EdgeList } from './edge-list.js'
import { internalProblem } from './faults.js'
import { pack, unpack } from './packed.js'
import { SmallMap } from './small-map.js'
import { StepReader } from './step-reader.js'
import { newStepRun, type Output, type StepRun } from './step-run.js'
import type { IsOver, TableState } from './table-state.js'
import type { DeriveOptions, Step } from './types.js'

/** In place of an empty list of each table's own; never written to. */
const NOTHING: never[] = []

/**
 * A table computed from another. A refresh goes through four states: upstream tables are made fresh; their changes
 * become dirty rows; dirty rows run; the keys they touched are settled, which is when rows and indexes change. It may
 * stop after any row and goes on from there, but starts again at the top, for there may have been a commit. Nobody
 * sees a table that is not fresh, and its history moves only when it is.
 */
export class DerivedTable extends ComputedTable {
  runs = 0
  readonly isWide: boolean
  readonly #step: Step<string, unknown, string, unknown>
  /** To the source; its changed keys are rows to run. */
  readonly #source: Edge
  /** To everything that a row has read, the source's edge first (a step may read its own source). */
  readonly #edges: EdgeList
  readonly #stepRuns = new SmallMap<StepRun>()
  readonly #claims = new Claims()
  /** Something is read no longer that was. */
  #mayHaveUnused = false
  /** Keys of the source that came, changed or went: looked at again when their turn comes. */
  #arrived: string[] = NOTHING
  /** Rows to run, from `#next` on: what was done stays until all is done. */
  #dirty: StepRun[] = NOTHING
  #next = 0

  constructor(
    name: string,
    clockwork: Clockwork,
    from: Channel,
    step: Step<string, unknown, string, unknown>,
    options: DeriveOptions<string, unknown>,
  ) {
    super(name, clockwork, options)
    this.#step = step
    this.isWide = options.isWide ?? false
    this.#source = new Edge(from, this, NOTHING_SEEN)
    this.#edges = new EdgeList(this.#source)
    from.addReader(this.#source)
    this.raiseAbove(from.table)
  }

  get source(): Channel {
    return this.#source.channel
  }

  get stepRuns(): Pick<SmallMap<StepRun>, 'get' | 'has' | 'values'> {
    return this.#stepRuns
  }

  override upstream(): Iterable<TableState> {
    return this.#edges.all.map(({ channel }) => channel.table)
  }

  get claimedKeys(): number {
    return this.#claims.size
  }

  /** The runs whose outputs claim a key, in the order of source keys. */
  claimants(key: string): readonly StepRun[] {
    const sources = new Set(this.#claims.of(key).map(({ from }) => from))
    return [...sources].map(source => this.#stepRuns.get(source)!)
  }

  refresh(isOver?: IsOver): boolean {
    if (this.isFresh || this.isFreed) return true
    const { all } = this.#edges
    // Edges may come meanwhile.
    for (let i = 0; i < all.length; i++) if (!all[i]!.channel.table.refresh(isOver)) return false
    for (let i = 0; i < all.length; i++) this.#collect(all[i]!)
    if (!this.#admit(isOver) || !this.#runDirty(isOver) || !this.settle(isOver)) return false
    if (this.#mayHaveUnused) this.#dropUnusedEdges()
    this.finish()
    return true
  }

  /** The edge to a channel, made on the first read; throws a CycleError if it would close a cycle. */
  edgeTo(channel: Channel): Edge {
    channel.table.assertLive()
    const known = this.#edges.to(channel)
    if (known !== undefined) return known
    if (channel.table.level >= this.level && (this.isRead || channel.table === this)) assertNoCycle(this, channel.table)
    const edge = new Edge(channel, this, this.clockwork.revision)
    this.#edges.add(edge)
    channel.addReader(edge)
    this.raiseAbove(channel.table)
    return edge
  }

  override free(): void {
    super.free()
    for (const edge of this.#edges.all) edge.release()
    this.#edges.clear()
    for (const { holds } of this.#stepRuns.values()) for (const hold of unpack(holds)) hold[Symbol.dispose]()
    this.#stepRuns.clear()
  }

  #collect(edge: Edge): void {
    const { log } = edge.channel
    const since = edge.seen
    edge.seen = this.clockwork.revision
    if (!log.hasAfter(since)) return
    const changed = log.since(since)
    for (const run of edge.affected(changed)) this.#enqueue(run)
    if (edge !== this.#source) return
    if (this.#arrived === NOTHING) this.#arrived = []
    for (const key of changed ?? this.source.names()) this.#arrived.push(key)
    if (changed === undefined) for (const key of this.#stepRuns.keys()) this.#arrived.push(key)
  }

  #admit(isOver: IsOver | undefined): boolean {
    for (let key = this.#arrived.pop(); key !== undefined; key = this.#arrived.pop()) {
      const run = this.#stepRuns.get(key)
      if (!this.source.has(key)) this.withdraw(run)
      else this.#enqueue(run ?? this.add(key))
      if (isOver?.()) return false
    }
    this.#arrived = NOTHING
    return true
  }

  protected add(key: string): StepRun {
    const run = newStepRun(key)
    this.#stepRuns.set(key, run)
    return run
  }

  #enqueue(run: StepRun): void {
    if (run.isDirty) return
    run.isDirty = true
    if (this.#dirty === NOTHING) this.#dirty = []
    this.#dirty.push(run)
  }

  protected withdraw(run: StepRun | undefined): void {
    if (run === undefined) return
    run.isGone = true
    this.#stepRuns.delete(run.key)
    this.#replace(run, [], [], [])
  }

  #runDirty(isOver: IsOver | undefined): boolean {
    while (this.#next < this.#dirty.length) {
      const run = this.#dirty[this.#next]!
      const waitsFor = run.isGone ? undefined : this.runStep(run, isOver !== undefined)
      if (waitsFor !== undefined) {
        if (!waitsFor.refresh(isOver)) return false
        continue
      }
      run.isDirty = false
      this.#next++
      if (isOver?.()) return false
    }
    this.#dirty = NOTHING
    this.#next = 0
    return true
  }

  /** Runs the step for one row; gives the table to refresh first when the run had to stop. */
  protected runStep(run: StepRun, mayWait: boolean): TableState | undefined {
    const reader = new StepReader(this, mayWait)
    const outputs = this.#attempt(run, reader)
    reader.close()
    if (reader.waitsFor !== undefined) {
      this.clockwork.suspended++
      reader.discard()
      this.#mayHaveUnused = true
      // Held until the row has run: a member freed now would be built, and stopped at, again and again.
      run.holds = pack([...unpack(run.holds), ...reader.holds])
      return reader.waitsFor
    }
    this.runs++
    this.clockwork.runs++
    this.clockwork.onRun(this.name, run.key)
    this.#replace(run, outputs, reader.reads, reader.holds)
    run.problems = pack(reader.problems)
    return undefined
  }

  /** A throw keeps the earlier outputs; the reads that led to it are recorded, so it runs again when they change. */
  #attempt(run: StepRun, reader: StepReader): readonly Output[] {
    this.clockwork.running++
    try {
      const outputs: Output[] = []
      for (const [key, row] of this.#step(this.source.rowOf(run.key), run.key, reader)) {
        if (row === undefined) throw new Error(`the step gave no row for ${key}`)
        outputs.push({ from: run.key, key, row })
      }
      return outputs
    } catch (error) {
      // One that waits is run again.
      if (reader.waitsFor === undefined) this.#reportFault(reader, run, error)
      return unpack(run.outputs)
    } finally {
      this.clockwork.running--
    }
  }

  #reportFault(reader: StepReader, { key }: StepRun, error: unknown): void {
    const problem = internalProblem(`table ${this.name}`, key, error)
    reader.problems.push(problem)
    this.clockwork.onFault(problem)
  }

  #replace(run: StepRun, outputs: readonly Output[], reads: StepReader['reads'], holds: StepReader['holds']): void {
    const before = unpack(run.outputs)
    const readBefore = unpack(run.reads)
    const heldBefore = unpack(run.holds)
    run.outputs = pack(outputs)
    run.reads = pack(reads)
    run.holds = pack(holds)
    this.#claim(before, outputs)
    for (let i = 0; i < reads.length; i++) addWatcher(reads[i]!, run)
    if (readBefore.length > 0) this.#unwatch(run, readBefore, new Set(reads))
    for (let i = 0; i < heldBefore.length; i++) heldBefore[i]![Symbol.dispose]()
  }

  #unwatch(run: StepRun, before: readonly Subject[], kept: ReadonlySet<Subject>): void {
    for (const subject of before) {
      if (kept.has(subject)) continue
      removeWatcher(subject, run)
      this.#mayHaveUnused = true
    }
  }

  #claim(before: readonly Output[], after: readonly Output[]): void {
    for (let i = 0; i < before.length; i++) {
      this.touch(before[i]!.key)
      this.#claims.remove(before[i]!)
    }
    for (let i = 0; i < after.length; i++) {
      this.touch(after[i]!.key)
      this.#claims.add(after[i]!)
    }
  }

  protected claimsOf(key: string): readonly Output[] {
    return this.#claims.of(key)
  }

  protected shareRow(key: string): void {
    const [only, other] = this.#claims.of(key)
    if (only !== undefined && other === undefined) only.row = this.rows.get(key)
  }

  #dropUnusedEdges(): void {
    this.#mayHaveUnused = false
    const unused = this.#edges.all.filter(edge => edge.size === 0 && edge !== this.#source)
    this.#edges.drop(unused)
    for (const edge of unused) edge.channel.dropReader(edge)
  }
}
