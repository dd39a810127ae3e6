/**
 * Rows by key, iterated in the order of keys. Sorting is put off until somebody iterates, and a map that was handed
 * out is never written again: the next write works on a copy. Point reads and writes therefore cost what a Map's do.
 */
export class SortedRows {
  #map = new Map<string, unknown>()
  /** Whether the map's own order is the order of keys. */
  #isSorted = true
  /** No key in the map is greater, while it is sorted. */
  #greatest = ''
  #isLent = false

  get size(): number {
    return this.#map.size
  }

  get(key: string): unknown {
    return this.#map.get(key)
  }

  has(key: string): boolean {
    return this.#map.has(key)
  }

  set(key: string, row: unknown): void {
    this.#own()
    if (!this.#map.has(key)) {
      if (this.#map.size === 0 || key > this.#greatest) this.#greatest = key
      else this.#isSorted = false
    }
    this.#map.set(key, row)
  }

  delete(key: string): void {
    this.#own()
    this.#map.delete(key)
  }

  /** In no order that means anything; not to be kept. */
  unsorted(): ReadonlyMap<string, unknown> {
    return this.#map
  }

  /** In the order of keys; never changes afterwards. */
  sorted(): ReadonlyMap<string, unknown> {
    if (!this.#isSorted) {
      const keys = [...this.#map.keys()].sort()
      this.#map = new Map(keys.map(key => [key, this.#map.get(key)]))
      this.#greatest = keys.at(-1) ?? ''
      this.#isSorted = true
    }
    this.#isLent = true
    return this.#map
  }

  #own(): void {
    if (!this.#isLent) return
    this.#map = new Map(this.#map)
    this.#isLent = false
  }
}
