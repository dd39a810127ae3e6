import type { Revision } from './types.js'

/** Kept whatever the size of the table, in entries: a small table that changes often still answers with deltas. */
const CAP_FLOOR = 1_024
/** Below this many entries trimming is not worth its pass. */
const TRIM_FLOOR = 64

/**
 * Which keys changed and when. Answers "what changed since r" for every r from `floor` on, and says so when it cannot.
 * It keeps no rows: a delta carries the newest row of each key, so intermediate states cost nothing.
 */
export class ChangeLog {
  /** Parallel to `#keys`, ascending. A key may stand here many times. */
  #revisions: Revision[] = []
  #keys: string[] = []
  #staged: string[] = []
  /** Changes at or before this revision are forgotten. */
  #floor: Revision
  /** Length at which the next trim is due: twice what the last one left, so that trimming is linear over all. */
  #trimAt = TRIM_FLOOR

  constructor(floor: Revision) {
    this.#floor = floor
  }

  get size(): number {
    return this.#keys.length
  }

  get isTrimDue(): boolean {
    return this.#keys.length >= this.#trimAt
  }

  /** Notes a change that is not yet to be seen: the table is being written, perhaps in slices over several commits. */
  stage(key: string): void {
    this.#staged.push(key)
  }

  /** Nobody can have missed what was staged: no history for it. */
  unstage(): void {
    this.#staged = []
  }

  /** The table is whole again: what was staged happened at this revision. */
  publish(revision: Revision): void {
    for (const key of this.#staged) {
      this.#revisions.push(revision)
      this.#keys.push(key)
    }
    this.#staged = []
  }

  /** Whether there is anything to tell after `since`; true as well where history does not reach back that far. */
  hasAfter(since: Revision): boolean {
    const last = this.#revisions.at(-1)
    return since < this.#floor || (last !== undefined && last > since)
  }

  /** Keys changed after `since`, each once; `undefined` where history does not reach back that far. */
  since(since: Revision): ReadonlySet<string> | undefined {
    if (since < this.#floor) return undefined
    return new Set(this.#keys.slice(this.#firstAfter(since)))
  }

  /**
   * Forgets what nobody needs: `oldest` is the lowest revision that a holder still asks from, `rows` the size of the
   * table. A history longer than the table is worth no more than a reset, so that is the cap.
   */
  trim(oldest: Revision, rows: number): void {
    this.#drop(this.#firstAfter(oldest), oldest)
    const cap = Math.max(CAP_FLOOR, rows)
    if (this.#keys.length > cap) this.#compact()
    const excess = this.#keys.length - cap
    if (excess > 0) this.#drop(excess, this.#revisions[excess - 1]!)
    this.#trimAt = Math.max(TRIM_FLOOR, 2 * this.#keys.length)
  }

  /** For a table that is filled for the first time: one reset instead of an entry for each row. */
  forget(revision: Revision): void {
    this.#staged = []
    this.#drop(this.#keys.length, revision)
  }

  #drop(count: number, floor: Revision): void {
    if (floor > this.#floor) this.#floor = floor
    if (count === 0) return
    this.#revisions = this.#revisions.slice(count)
    this.#keys = this.#keys.slice(count)
  }

  /** Keeps the last entry of each key: what `since` answers stays the same for every revision. */
  #compact(): void {
    const last = new Map(this.#keys.map((key, at) => [key, at]))
    const isLast = (_: unknown, at: number): boolean => last.get(this.#keys[at]!) === at
    const revisions = this.#revisions.filter(isLast)
    this.#keys = this.#keys.filter(isLast)
    this.#revisions = revisions
  }

  /** Binary search: position of the first entry after `revision`. */
  #firstAfter(revision: Revision): number {
    let [low, high] = [0, this.#revisions.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#revisions[middle]! > revision) high = middle
      else low = middle + 1
    }
    return low
  }
}
