import type { Json } from '../lang/json.js'

/** JSON merge patch (RFC 7386): maps merge, null deletes, all else replaces. Inputs stay as they are; subtrees are shared. */
export function jsonMergePatch(_base: Json, _patch: Json): Json {
  throw new Error('not yet')
}
