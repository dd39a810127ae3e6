import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { setOwn } from './json-object.js'

/** JSON merge patch (RFC 7386): maps merge, null deletes, all else replaces. Inputs stay as they are; subtrees are shared. */
export function jsonMergePatch(base: Json, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const merged: JsonObject = isJsonObject(base) ? { ...base } : {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (value === null) delete merged[key]
    else setOwn(merged, key, jsonMergePatch(Object.hasOwn(merged, key) ? merged[key]! : null, value))
  }
  return merged
}
