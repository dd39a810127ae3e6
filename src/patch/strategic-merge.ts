import type { GoType } from '../lang/gotypes.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { own, setOwn } from './json-object.js'
import { formatPath } from './json-path.js'
import { DIRECTIVE, type MergeContext, Refusal, refuse } from './merge-context.js'
import { itemKind, mergeList } from './merge-list.js'
import { applyOrderLists, SET_ORDER } from './order-list.js'
import { patchField, patchListField } from './patch-schema.js'
import { describe } from './scalar-codecs.js'
import { withoutDirectives } from './without-directives.js'

const RETAIN_KEYS = '$retainKeys'
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/'

/**
 * Kubernetes' strategic merge patch against the struct's patch tags. The result is untyped (`normalise` types it); it
 * shares untouched subtrees with both inputs, which are never changed: treat it as read-only.
 *
 * A null or empty patch returns the base. Errors: code `strategic-merge`, with the path in the patch. Where the reference's
 * outcome depends on the order of a hash map (a list and its deletion list in one patch, without an order list), items are
 * deleted in the order in which the patch was written.
 */
export function strategicMerge(base: Json, patch: Json, typeName: string): Result<Json, Problem> {
  const context: MergeContext = { path: [], mergeMap }
  try {
    if (patch !== null && !isJsonObject(patch)) refuse(`a patch must be a map, not ${describe(patch)}`)
    if (base !== null && !isJsonObject(base)) refuse(`only a map can be patched, not ${describe(base)}`)
    return ok(mergeMap(base ?? {}, patch ?? {}, { kind: 'struct', name: typeName }, context))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const path = formatPath(context.path)
    return err({ severity: 'error', code: 'strategic-merge', message: error.message, ...(path === '' ? {} : { path }) })
  }
}

function mergeMap(base: JsonObject, patch: JsonObject, type: GoType, context: MergeContext): JsonObject {
  const directive = own(patch, DIRECTIVE)
  if (directive === 'replace') return without(patch, DIRECTIVE)
  if (directive === 'delete') return {}
  if (directive !== undefined) refuse(`unknown directive $patch: ${describe(directive)}; replace or delete`)

  const keys = Object.keys(patch)
  if (keys.length === 0) return base
  const merged = own(patch, RETAIN_KEYS) === undefined ? { ...base } : retainKeys(base, patch)
  const done = applyOrderLists(merged, patch, keys, type, context)
  for (const key of keys) {
    if (key === RETAIN_KEYS || key.startsWith(SET_ORDER) || done?.has(key)) continue
    const value = patch[key]!
    context.path.push(key)
    if (key.startsWith(DELETE_FROM_LIST))
      deleteFromList(merged, key.slice(DELETE_FROM_LIST.length), value, type, context)
    else mergeKey(merged, key, value, type, context)
    context.path.pop()
  }
  return merged

  function retainKeys(base: JsonObject, patch: JsonObject): JsonObject {
    const names = own(patch, RETAIN_KEYS)!
    if (!Array.isArray(names)) refuse(`$retainKeys must be a list of field names, not ${describe(names)}`)
    for (const key of Object.keys(patch)) {
      if (key === RETAIN_KEYS || key.startsWith(SET_ORDER) || key.startsWith(DELETE_FROM_LIST)) continue
      if (patch[key] !== null && !names.includes(key)) refuse(`${key} is in the patch but not in its $retainKeys`)
    }
    const kept: JsonObject = {}
    for (const key of Object.keys(base)) if (names.includes(key)) setOwn(kept, key, base[key]!)
    return kept
  }
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object
  return rest
}

function mergeKey(merged: JsonObject, key: string, value: Json, type: GoType, context: MergeContext): void {
  if (value === null) {
    delete merged[key]
    return
  }
  const before = own(merged, key)
  if (isJsonObject(before) && isJsonObject(value)) {
    const field = patchField(type, key)
    setOwn(merged, key, field.strategy === 'replace' ? value : mergeMap(before, value, field.type, context))
  } else if (Array.isArray(before) && Array.isArray(value)) {
    const field = patchListField(type, key)
    setOwn(merged, key, field.strategy === 'merge' ? mergeList(before, value, field, context).list : value)
  } else {
    takeAsNew(merged, key, value)
  }
}

/** A patch value that meets nothing of its own kind: nulls and maps with a directive have nothing to act on. */
function takeAsNew(merged: JsonObject, key: string, value: Json): void {
  const plain = withoutDirectives(value, false)
  if (plain === undefined) delete merged[key]
  else setOwn(merged, key, plain)
}

/** `$deleteFromPrimitiveList/key`: whatever the field's strategy is, and nothing where there is no such list. */
function deleteFromList(merged: JsonObject, key: string, value: Json, type: GoType, context: MergeContext): void {
  const before = own(merged, key)
  if (value === null) {
    delete merged[key]
  } else if (Array.isArray(before) && Array.isArray(value)) {
    const field = patchListField(type, key)
    const isOfMaps = itemKind(before, value) === 'map'
    const left = isOfMaps ? mergeList(before, value, field, context).list : before.filter(item => !value.includes(item))
    setOwn(merged, key, left)
  } else if (
    before !== undefined &&
    typeof before === typeof value &&
    before !== null &&
    isJsonObject(before) === isJsonObject(value)
  ) {
    // No deletion list at all: the reference takes it for the field's own patch.
    mergeKey(merged, key, value, type, context)
  }
}
