import type { Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'

/**
 * Kubernetes' strategic merge patch against the struct's patch tags. The result is untyped (`normalise` types it); it
 * shares untouched subtrees with both inputs, which are never changed: treat it as read-only.
 *
 * A null or empty patch returns the base. Errors: code `strategic-merge`, with the path in the patch.
 */
export function strategicMerge(_base: Json, _patch: Json, _typeName: string): Result<Json, Problem> {
  throw new Error('not yet')
}
