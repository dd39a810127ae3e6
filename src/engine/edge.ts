import type { Channel } from './channel.js'
import type { ComputedTable } from './computed-table.js'
import { type Few, itemsOf, withItem, withoutItem } from './few.js'
import { SmallMap } from './small-map.js'
import type { StepRun } from './step-run.js'
import type { Revision } from './types.js'

/** Before every revision: of an edge that has seen nothing. */
export const NOTHING_SEEN = -1 as Revision

/**
 * One thing that rows of a table watch through an edge: a key, a bucket, or (`key` undefined) everything. Shared by all
 * rows that watch it, so that a read costs a row one pointer.
 */
export interface Subject {
  readonly edge: Edge
  readonly key: string | undefined
  watchers: Few<StepRun>
  /** The last run that read it. */
  runId: number
}

/** That a table reads a channel: the only kind of edge there is. Rows hang on it, streams and proxies do not. */
export class Edge {
  readonly channel: Channel
  readonly reader: ComputedTable
  /** Changes up to here have been turned into dirty rows; below every revision at first. */
  seen: Revision
  readonly #subjects = new SmallMap<Subject>()
  #whole: Subject | undefined

  constructor(channel: Channel, reader: ComputedTable, seen: Revision) {
    this.channel = channel
    this.reader = reader
    this.seen = seen
  }

  get size(): number {
    return this.#subjects.size + (this.#whole === undefined ? 0 : 1)
  }

  subject(key: string | undefined): Subject {
    if (key === undefined) return (this.#whole ??= { edge: this, key, watchers: undefined, runId: 0 })
    let subject = this.#subjects.get(key)
    if (subject === undefined) {
      subject = { edge: this, key, watchers: undefined, runId: 0 }
      this.#subjects.set(key, subject)
      this.channel.watched(key)
    }
    return subject
  }

  /** Rows to run again when these keys or buckets have changed; `undefined`: anything may have. */
  *affected(changed: ReadonlySet<string> | undefined): Iterable<StepRun> {
    if (changed === undefined) {
      for (const subject of this.#subjects.values()) yield* watchersOf(subject)
    } else {
      for (const key of changed) yield* watchersOf(this.#subjects.get(key))
    }
    if (changed?.size !== 0) yield* watchersOf(this.#whole)
  }

  forget({ key }: Subject): void {
    if (key === undefined) this.#whole = undefined
    else if (this.#subjects.delete(key)) this.channel.unwatched(key)
  }

  /** The reader is gone. */
  release(): void {
    this.channel.dropReader(this)
    for (const key of this.#subjects.keys()) this.channel.unwatched(key)
    this.#subjects.clear()
  }
}

export function addWatcher(subject: Subject, run: StepRun): void {
  subject.watchers = withItem(subject.watchers, run)
}

export function removeWatcher(subject: Subject, run: StepRun): void {
  subject.watchers = withoutItem(subject.watchers, run)
  forgetUnwatched(subject)
}

export function forgetUnwatched(subject: Subject): void {
  if (subject.watchers === undefined) subject.edge.forget(subject)
}

function watchersOf(subject: Subject | undefined): Iterable<StepRun> {
  return itemsOf(subject?.watchers)
}
