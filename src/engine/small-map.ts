/**
 * A map by keys that holds its first entry itself. Members of families are many, and most of their tables have one row, one run
 * and one claim: a Map for each would be the larger part of them.
 */
export class SmallMap<V extends object> {
  #key = ''
  /** Undefined: there is no entry, or all are in the map. */
  #value: V | undefined
  #map: Map<string, V> | undefined

  get size(): number {
    return this.#map?.size ?? (this.#value === undefined ? 0 : 1)
  }

  get(key: string): V | undefined {
    if (this.#map !== undefined) return this.#map.get(key)
    return key === this.#key ? this.#value : undefined
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  set(key: string, value: V): void {
    if (this.#map !== undefined) this.#map.set(key, value)
    else if (this.#value === undefined || key === this.#key) {
      this.#key = key
      this.#value = value
    } else {
      this.#map = new Map([[this.#key, this.#value]]).set(key, value)
      this.#key = ''
      this.#value = undefined
    }
  }

  delete(key: string): boolean {
    if (this.#map !== undefined) return this.#map.delete(key)
    if (key !== this.#key || this.#value === undefined) return false
    this.#key = ''
    this.#value = undefined
    return true
  }

  clear(): void {
    this.#key = ''
    this.#value = undefined
    this.#map = undefined
  }

  keys(): Iterable<string> {
    return this.#map?.keys() ?? (this.#value === undefined ? [] : [this.#key])
  }

  values(): Iterable<V> {
    return this.#map?.values() ?? (this.#value === undefined ? [] : [this.#value])
  }
}
