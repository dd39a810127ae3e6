/**
 * Rows by key, iterated in the order of keys. Sorting is put off until somebody iterates, and a map that was handed
 * out is never written again: the next write works on a copy. Point reads and writes therefore cost what a Map's do. A table
 * of one row has no map until somebody asks for it.
 */
export class SortedRows {
  #map: Map<string, unknown> | undefined
  /** The only row, while there is no map. A row is never undefined. */
  #key = ''
  #row: unknown
  /** Whether the map's own order is the order of keys. */
  #isSorted = true
  /** No key in the map is greater, while it is sorted. */
  #greatest = ''
  #isLent = false

  get size(): number {
    return this.#map?.size ?? (this.#row === undefined ? 0 : 1)
  }

  get(key: string): unknown {
    if (this.#map !== undefined) return this.#map.get(key)
    return key === this.#key ? this.#row : undefined
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  set(key: string, row: unknown): void {
    if (this.#map === undefined && (this.#row === undefined || key === this.#key)) {
      this.#key = key
      this.#row = row
      return
    }
    const map = this.#own()
    if (!map.has(key)) {
      if (map.size === 0 || key > this.#greatest) this.#greatest = key
      else this.#isSorted = false
    }
    map.set(key, row)
  }

  delete(key: string): void {
    if (this.#map !== undefined) this.#own().delete(key)
    else if (key === this.#key) this.#row = undefined
  }

  /** In no order that means anything; not to be kept. */
  keys(): Iterable<string> {
    return this.#map?.keys() ?? (this.#row === undefined ? [] : [this.#key])
  }

  /** In the order of keys; never changes afterwards. */
  sorted(): ReadonlyMap<string, unknown> {
    const map = this.#whole()
    this.#isLent = true
    if (this.#isSorted) return map
    const keys = [...map.keys()].sort()
    this.#map = new Map(keys.map(key => [key, map.get(key)]))
    this.#greatest = keys.at(-1) ?? ''
    this.#isSorted = true
    return this.#map
  }

  #own(): Map<string, unknown> {
    const map = this.#whole()
    if (!this.#isLent) return map
    this.#isLent = false
    this.#map = new Map(map)
    return this.#map
  }

  #whole(): Map<string, unknown> {
    if (this.#map === undefined) {
      this.#map = new Map(this.#row === undefined ? [] : [[this.#key, this.#row]])
      this.#greatest = this.#key
      this.#row = undefined
    }
    return this.#map
  }
}
