/**
 * Whether two values of plain data (what JSON has, plus Map, Set and typed arrays) are the same. Order of an object's
 * members does not count, order of a Map or Set does: they are iterated. Anything else is compared by identity.
 */
export function isSameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && isSameList(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && isSameBytes(a, b)
  if (a instanceof Map) return b instanceof Map && a.size === b.size && isSameList([...a], [...b])
  if (a instanceof Set) return b instanceof Set && a.size === b.size && isSameList([...a], [...b])
  return isPlain(a) && isPlain(b) && isSameObject(a, b)
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => isSameData(item, b[i]))
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Literals, and objects without inherited members: `Object.create(null)`, and those of `emptyObject`, whose prototype is bare. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isSameObject(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every(key => Object.hasOwn(b, key) && isSameData(a[key], b[key]))
}
