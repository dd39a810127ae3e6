import type { Json } from './json.js'

/**
 * Values that outlive the call that made them: the same text read again gives the same object. They are frozen through and
 * through, so that nobody can change what another request will see, and what is computed from one of them (its typed form,
 * its form without directives) may be kept beside it for as long as it lives.
 */
const shared = new WeakMap<object, (string | undefined)[]>()

/** Whether a value is one of those; anything else is somebody's own and short-lived. */
export function isShared(value: object): boolean {
  return shared.has(value)
}

/** Freezes the value and everything in it. It must be the caller's own and have no cycles. */
export function share<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null || shared.has(value)) return value
  for (const item of Object.values(value) as Json[]) share(item)
  Object.freeze(value)
  shared.set(value, [])
  return value
}

/** Keeps what a function makes of shared values; others it computes anew. `undefined` stands for "nothing". */
export function keptForShared<V extends Json>(
  compute: (value: object & Json) => V | undefined,
): (value: object & Json) => V | undefined {
  const known = new WeakMap<object, { readonly result: V | undefined }>()
  return value => {
    const kept = known.get(value)
    if (kept !== undefined) return kept.result
    const result = compute(value)
    if (shared.has(value)) known.set(value, { result: result === undefined ? undefined : share(result) })
    return result
  }
}

/**
 * Where the printer of YAML keeps what it makes of a shared value, each form at a small number of its own; undefined for other
 * values, which are printed anew.
 */
export function keptTexts(value: object): (string | undefined)[] | undefined {
  return shared.get(value)
}
