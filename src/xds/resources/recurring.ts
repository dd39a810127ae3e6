import { keepRecent } from '../../lang/recent.js'
import { constant } from '../../proto/index.js'

/** More than a mesh has kinds of what is asked for. */
const MAX_KEPT = 256

const kept = keepRecent<object>(MAX_KEPT)

/**
 * A message that many others have too, though nobody knows beforehand which it is: those that are made of the same are one object, whose
 * wire form is made once. `made`: what it is made of, as JSON; the first of it says what kind of message it is.
 */
export function recurring<T extends object>(
  made: readonly [kind: string, ...of: readonly unknown[]],
  make: () => T,
): T {
  return kept(JSON.stringify(made), () => constant(make())) as T
}
