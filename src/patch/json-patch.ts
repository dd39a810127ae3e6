import type { Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'

/** One operation of RFC 6902. `path` and `from` are JSON pointers (RFC 6901). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string }

export interface JsonPatchOptions {
  /** `add` makes the maps that its path lacks (never lists). Default false, as the RFC says. */
  readonly createMissingParents?: boolean
}

/**
 * The document after the operations, all or nothing. The input is never changed; untouched subtrees are shared.
 * `operations` is unchecked input: a malformed operation is an error like any other.
 *
 * Errors: code `json-patch`, `path` is `[index]` of the operation, the message names its pointer and what stands there.
 */
export function applyJsonPatch(
  _document: Json,
  _operations: unknown,
  _options: JsonPatchOptions = {},
): Result<Json, Problem> {
  throw new Error('not yet')
}
