const keys = new WeakMap<object, string>()
let count = 0

/**
 * A name of an object that no other has, for keys of memos whose parameters hold rows: rows are immutable, and a table keeps the
 * row that it has when an equal one comes. Not the same from one run of the process to the next.
 */
export function keyOfObject(row: object): string {
  const known = keys.get(row)
  if (known !== undefined) return known
  const key = (++count).toString(36)
  keys.set(row, key)
  return key
}
