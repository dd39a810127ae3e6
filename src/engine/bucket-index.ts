import type { Problem } from '../lang/problem.js'
import { Channel } from './channel.js'
import { internalProblem } from './faults.js'
import type { TableState } from './table-state.js'
import type { Index } from './types.js'

type Extract = (row: unknown, key: string) => Iterable<string>

interface Bucket {
  readonly keys: Set<string>
  /** Rows in the order of keys, made on the first read after a change and shared by all readers. */
  rows: readonly unknown[] | undefined
}

const EMPTY: readonly never[] = []

/** An index: keys by bucket, and the history of buckets that changed. A bucket changes with its members and their rows. */
export class BucketIndex extends Channel implements Index<string, string, unknown> {
  readonly #extract: Extract
  /** Absent until the first read: an index that nobody reads costs nothing. */
  #buckets: Map<string, Bucket> | undefined
  /** Rows on which `extract` threw: they are in no bucket. */
  readonly faults = new Map<string, Problem>()

  constructor(name: string, table: TableState, extract: Extract) {
    super(name, table)
    this.#extract = extract
  }

  /** In the order of keys. The list does not change afterwards. */
  rows(value: string): readonly unknown[] {
    const bucket = this.#built().get(value)
    if (bucket === undefined) return EMPTY
    return (bucket.rows ??= this.keys(value).map(key => this.table.rows.get(key)))
  }

  names(): Iterable<string> {
    return this.#built().keys()
  }

  has(name: string): boolean {
    return this.#built().has(name)
  }

  rowOf(name: string): readonly unknown[] {
    return this.rows(name)
  }

  keys(value: string): readonly string[] {
    return [...(this.#built().get(value)?.keys ?? EMPTY)].sort()
  }

  changed(key: string, before: unknown, after: unknown): void {
    if (this.#buckets === undefined) return
    const left = before === undefined ? EMPTY : this.#valuesOf(before, key)
    this.faults.delete(key)
    const joined = after === undefined ? EMPTY : this.#valuesOf(after, key)
    for (const value of left) this.#leave(value, key)
    for (const value of joined) this.#join(value, key)
    for (const value of new Set([...left, ...joined])) this.log.stage(value)
  }

  #built(): Map<string, Bucket> {
    if (this.#buckets !== undefined) return this.#buckets
    this.#buckets = new Map()
    for (const key of this.table.rows.keys()) {
      for (const value of this.#valuesOf(this.table.rows.get(key), key)) this.#join(value, key)
    }
    return this.#buckets
  }

  #join(value: string, key: string): void {
    const bucket = this.#buckets!.get(value)
    if (bucket === undefined) {
      this.#buckets!.set(value, { keys: new Set([key]), rows: undefined })
    } else {
      bucket.keys.add(key)
      bucket.rows = undefined
    }
  }

  #leave(value: string, key: string): void {
    const bucket = this.#buckets!.get(value)
    if (bucket === undefined) return
    bucket.keys.delete(key)
    bucket.rows = undefined
    if (bucket.keys.size === 0) this.#buckets!.delete(value)
  }

  #valuesOf(row: unknown, key: string): readonly string[] {
    try {
      return [...this.#extract(row, key)]
    } catch (error) {
      const problem = internalProblem(`index ${this.name}`, key, error)
      this.faults.set(key, problem)
      this.table.clockwork.onFault(problem)
      return EMPTY
    }
  }
}

/** The state behind the face; an index of another make is a bug of the caller. */
export function stateOfIndex(index: Index<string, string, unknown>): BucketIndex {
  if (!(index instanceof BucketIndex)) throw new Error(`${index.name} is no index of this engine`)
  return index
}
