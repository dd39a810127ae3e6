import { constant } from '../../proto/index.js'

/** Kept in two generations of so many: more than a mesh has kinds of what is asked for. */
const MAX_KEPT = 256

let young = new Map<string, object>()
let old = new Map<string, object>()

/**
 * A message that many others have too, though nobody knows beforehand which it is: those that are made of the same are one object, whose
 * wire form is made once. `made`: what it is made of, as JSON; the first of it says what kind of message it is.
 */
export function recurring<T extends object>(
  made: readonly [kind: string, ...of: readonly unknown[]],
  make: () => T,
): T {
  const key = JSON.stringify(made)
  const known = young.get(key) ?? old.get(key) ?? constant(make())
  if (!young.has(key)) keep(key, known)
  return known as T
}

function keep(key: string, message: object): void {
  if (young.size >= MAX_KEPT) {
    old = young
    young = new Map()
  }
  young.set(key, message)
}
