/** Of things that are nearly always none or one: no set until there are two. Never a Set itself. */
export type Few<T extends object> = T | Set<T> | undefined

export function withItem<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === undefined || few === item) return item
  return few instanceof Set ? few.add(item) : new Set([few, item])
}

export function withoutItem<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === item) return undefined
  if (few instanceof Set && few.delete(item) && few.size === 0) return undefined
  return few
}

/** The set itself where there is one: whoever adds or removes items meanwhile copies it. */
export function itemsOf<T extends object>(few: Few<T>): Iterable<T> {
  if (few === undefined) return NONE
  return few instanceof Set ? few : [few]
}

const NONE: readonly never[] = []
