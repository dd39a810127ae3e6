/**
 * A list that is kept for every row, where nearly all have no item or one: then it is the item itself. A list that was
 * grown by `push` is copied, for it has room for sixteen more. T is never an array.
 */
export type Packed<T extends object> = T | readonly T[]

const NONE: readonly never[] = []

export function pack<T extends object>(list: readonly T[]): Packed<T> {
  if (list.length === 0) return NONE
  return list.length === 1 ? list[0]! : list.slice()
}

export function unpack<T extends object>(packed: Packed<T>): readonly T[] {
  return isList(packed) ? packed : [packed]
}

function isList<T extends object>(packed: Packed<T>): packed is readonly T[] {
  return Array.isArray(packed)
}
