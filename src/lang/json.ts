/**
 * Data as it comes out of JSON or YAML. Objects built from input have no prototype, so that `__proto__` is a key like any
 * other. Integers beyond 2^53 are `bigint`.
 */
export type Json = null | boolean | number | bigint | string | JsonArray | JsonObject
export type JsonArray = Json[]
export interface JsonObject {
  [key: string]: Json
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Its instances inherit from an object that is empty for ever and inherits from none, so every key is data; unlike those of
 * `Object.create(null)` they are no hash tables to V8, which makes building and reading them a good tenth cheaper.
 */
function BareObject(): void {}
BareObject.prototype = Object.freeze(Object.create(null))
const Bare = BareObject as unknown as new () => JsonObject

/** An empty object that inherits nothing. */
export function emptyObject(): JsonObject {
  return new Bare()
}

/** A deep copy; objects of the copy have no prototype. */
export function cloneJson<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloneJson) as unknown as T
  const copy = emptyObject()
  for (const key of Object.keys(value)) copy[key] = cloneJson((value as JsonObject)[key] ?? null)
  return copy as T
}

/** Deep equality; key order does not count, list order does. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i]))
  }
  if (Array.isArray(b)) return false
  let more = 0
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !equalJson(a[key], b[key])) return false
    more++
  }
  for (const _ in b) more--
  return more === 0
}
