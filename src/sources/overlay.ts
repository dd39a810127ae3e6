/** A map with changes that are not in it yet: to be taken over, or forgotten. */
export interface Overlay<V> {
  get(key: string): V | undefined
  /** Undefined removes it. */
  set(key: string, value: V | undefined): void
  /** All of it, what changed last. */
  entries(): Iterable<readonly [string, V]>
  /** Writes the changes into the map. */
  settle(): void
}

export function overlay<V>(base: Map<string, V>): Overlay<V> {
  const changes = new Map<string, V | undefined>()
  return {
    get: key => (changes.has(key) ? changes.get(key) : base.get(key)),
    set: (key, value) => void changes.set(key, value),
    *entries() {
      for (const entry of base) if (!changes.has(entry[0])) yield entry
      for (const [key, value] of changes) if (value !== undefined) yield [key, value] as const
    },
    settle: () => {
      for (const [key, value] of changes) {
        if (value === undefined) base.delete(key)
        else base.set(key, value)
      }
      changes.clear()
    },
  }
}
