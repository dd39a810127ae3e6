import type { GoType } from '../lang/gotypes.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { own, setOwn } from './json-object.js'
import { formatPath } from './json-path.js'
import { mergeOrder, sortBy } from './merge-order.js'
import { type PatchField, patchField, patchListField } from './patch-schema.js'
import { describe } from './scalar-codecs.js'

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const SET_ORDER = '$setElementOrder/'
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
  const context: Context = { path: [] }
  try {
    if (patch !== null && !isJsonObject(patch)) refuse(context, `a patch must be a map, not ${describe(patch)}`)
    if (base !== null && !isJsonObject(base)) refuse(context, `only a map can be patched, not ${describe(base)}`)
    return ok(mergeMap(base ?? {}, patch ?? {}, { kind: 'struct', name: typeName }, context))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const path = formatPath(context.path)
    return err({ severity: 'error', code: 'strategic-merge', message: error.message, ...(path === '' ? {} : { path }) })
  }
}

interface Context {
  /** Where the merge stands; left as it is when it is refused. */
  readonly path: (string | number)[]
}

/** Ends a merge from any depth; `strategicMerge` is the only boundary, and turns it into a Problem. */
class Refusal extends Error {}

function refuse(_context: Context, message: string): never {
  throw new Refusal(message)
}

function mergeMap(base: JsonObject, patch: JsonObject, type: GoType, context: Context): JsonObject {
  const directive = own(patch, DIRECTIVE)
  if (directive === 'replace') return without(patch, DIRECTIVE)
  if (directive === 'delete') return {}
  if (directive !== undefined) refuse(context, `unknown directive $patch: ${describe(directive)}; replace or delete`)

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
    if (!Array.isArray(names)) refuse(context, `$retainKeys must be a list of field names, not ${describe(names)}`)
    for (const key of Object.keys(patch)) {
      if (key === RETAIN_KEYS || key.startsWith(SET_ORDER) || key.startsWith(DELETE_FROM_LIST)) continue
      if (patch[key] !== null && !names.includes(key))
        refuse(context, `${key} is in the patch but not in its $retainKeys`)
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

function mergeKey(merged: JsonObject, key: string, value: Json, type: GoType, context: Context): void {
  if (value === null) {
    delete merged[key]
    return
  }
  const before = own(merged, key)
  if (isJsonObject(before) && isJsonObject(value)) {
    const field = fieldOf(patchField(type, key), context)
    setOwn(merged, key, field.strategy === 'replace' ? value : mergeMap(before, value, field.type, context))
  } else if (Array.isArray(before) && Array.isArray(value)) {
    const field = fieldOf(patchListField(type, key), context)
    setOwn(merged, key, field.strategy === 'merge' ? mergeList(before, value, field, context).list : value)
  } else {
    takeAsNew(merged, key, value)
  }
}

function fieldOf(field: Result<PatchField, string>, context: Context): PatchField {
  return field.ok ? field.value : refuse(context, field.error)
}

/** A patch value that meets nothing of its own kind: nulls and maps with a directive have nothing to act on. */
function takeAsNew(merged: JsonObject, key: string, value: Json): void {
  const plain = withoutDirectives(value, false)
  if (plain === undefined) delete merged[key]
  else setOwn(merged, key, plain)
}

/** The value without maps that carry `$patch` and, unless they are to stay, without null fields; itself if it has neither. */
function withoutDirectives(value: Json, keepsNulls: boolean): Json | undefined {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(item => withoutDirectives(item, keepsNulls))
    return items.every((item, i) => item === value[i]) ? value : items.filter(item => item !== undefined)
  }
  if (Object.hasOwn(value, DIRECTIVE) && (keepsNulls || value[DIRECTIVE] !== null)) return undefined
  let changed: JsonObject | undefined
  for (const key of Object.keys(value)) {
    const item = value[key] === null && !keepsNulls ? undefined : withoutDirectives(value[key]!, keepsNulls)
    if (item === value[key]) continue
    changed ??= { ...value }
    if (item === undefined) delete changed[key]
    else setOwn(changed, key, item)
  }
  return changed ?? value
}

/** `$deleteFromPrimitiveList/key`: whatever the field's strategy is, and nothing where there is no such list. */
function deleteFromList(merged: JsonObject, key: string, value: Json, type: GoType, context: Context): void {
  const before = own(merged, key)
  if (value === null) {
    delete merged[key]
  } else if (Array.isArray(before) && Array.isArray(value)) {
    const field = fieldOf(patchListField(type, key), context)
    if (itemKind(before, value, context) === 'map') setOwn(merged, key, mergeList(before, value, field, context).list)
    else
      setOwn(
        merged,
        key,
        before.filter(item => !value.includes(item)),
      )
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

interface MergedList {
  readonly list: Json[]
  /**
   * The base's places after deleting and adding in place, which the reference takes for the base's order when there is an
   * order list: an item added after a deletion counts as an old one.
   */
  readonly places: readonly Json[]
}

function mergeList(base: Json[], patch: Json[], field: PatchField, context: Context): MergedList {
  const kind = itemKind(base, patch, context)
  if (kind === undefined) return { list: base, places: base }
  if (kind === 'map') return mergeMaps(base as JsonObject[], patch as JsonObject[], field, context)
  if (field.mergeKey !== '') refuse(context, `items must be maps with ${field.mergeKey}, not ${kind}`)
  const all = [...new Set([...base, ...patch])]
  const [fromPatch, fromBase] = partition(all, item => patch.includes(item))
  return { list: mergeOrder(sortBy(fromPatch, patch), sortBy(fromBase, base), base), places: base }
}

/** Items of both lists must be of one kind, because the reference compares them as they are. */
function itemKind(base: readonly Json[], patch: readonly Json[], context: Context): string | undefined {
  let kind: string | undefined
  for (const list of [base, patch]) {
    for (const item of list) {
      const found = kindOf(item)
      if (found === 'list' || found === 'null')
        refuse(context, `cannot merge a list with an item that is ${found === 'null' ? 'null' : 'a list'}`)
      if (kind !== undefined && kind !== found)
        refuse(context, `cannot merge lists with items of different kinds: ${kind}, ${found}`)
      kind = found
    }
  }
  return kind
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'map'
  return typeof value === 'number'
    ? Number.isInteger(value)
      ? 'integer'
      : 'fraction'
    : typeof value === 'bigint'
      ? 'integer'
      : typeof value
}

function mergeMaps(
  base: readonly JsonObject[],
  patch: readonly JsonObject[],
  field: PatchField,
  context: Context,
): MergedList {
  const { mergeKey } = field
  if (mergeKey === '') refuse(context, 'the list has no merge key, so lists of maps cannot be merged')
  const places = [...base]
  const length = applyDeletions(places, patch, mergeKey, context)
  const items = patch.filter(item => !Object.hasOwn(item, DIRECTIVE))
  const isReplaced = patch.some(item => own(item, DIRECTIVE) === 'replace')
  const list = isReplaced
    ? addItems([...items], items.length, [], field, context)
    : addItems(places, length, items, field, context)
  return { list, places: places.slice(0, base.length) }
}

/** Merges the items of a patch into the first `length` of `places`, in place, and orders the result. */
function addItems(
  places: JsonObject[],
  length: number,
  items: readonly JsonObject[],
  { mergeKey, type }: PatchField,
  context: Context,
): Json[] {
  const readKey = orderKey(mergeKey, context)
  const original = places.slice(0, length).map(readKey)
  const keys = items.map(readKey)
  let end = length
  for (let i = 0; i < items.length; i++) {
    const at = places.findIndex((place, index) => index < end && own(place, mergeKey) === keys[i])
    if (at === -1) places[end++] = items[i]!
    else places[at] = mergeMap(places[at]!, items[i]!, type, context)
  }
  const [fromPatch, fromBase] = partition<Json>(places.slice(0, end), item => keys.includes(readKey(item)))
  return mergeOrder(inOrder(fromPatch, keys, readKey), inOrder(fromBase, original, readKey), original, readKey)
}

/** `sortBy`, but for deletions that were left standing (in an item new to the base they have nothing to act on): they go last. */
function inOrder(items: readonly Json[], order: readonly Json[], readKey: (item: Json) => Json): Json[] {
  const isDeletion = (item: Json): boolean => isJsonObject(item) && own(item, DIRECTIVE) === 'delete'
  if (!items.some(isDeletion)) return sortBy(items, order, readKey)
  const [deletions, others] = partition(items, isDeletion)
  return [...sortBy(others, order, readKey), ...deletions]
}

/** Takes the items that `$patch: delete` names out of `places`, in place; returns how many are left. */
function applyDeletions(
  places: JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
  context: Context,
): number {
  let length = places.length
  for (const item of patch) {
    const directive = own(item, DIRECTIVE)
    if (directive === undefined || directive === 'replace') continue
    if (directive !== 'delete')
      refuse(context, `unknown directive $patch: ${describe(directive)} in a list; replace or delete`)
    const key = keyOf(item, mergeKey, context)
    for (let at = 0; at < length; ) {
      if (own(places[at]!, mergeKey) !== key) at++
      else places.copyWithin(at, at + 1, length--)
    }
  }
  return length
}

function keyOf(item: JsonObject, mergeKey: string, context: Context): Json {
  const key = own(item, mergeKey)
  if (key === undefined) refuse(context, `an item has no ${mergeKey}, which tells the items of this list apart`)
  if (typeof key === 'object' && key !== null)
    refuse(context, `${mergeKey} must be text or a number, not ${describe(key)}`)
  return key
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const parts: [T[], T[]] = [[], []]
  for (const item of items) parts[isFirst(item) ? 0 : 1].push(item)
  return parts
}

/** Merges every list that has a `$setElementOrder/key`; returns the keys that are done with. */
function applyOrderLists(
  merged: JsonObject,
  patch: JsonObject,
  keys: readonly string[],
  type: GoType,
  context: Context,
): Set<string> | undefined {
  let done: Set<string> | undefined
  for (const key of keys) {
    if (!key.startsWith(SET_ORDER)) continue
    const name = key.slice(SET_ORDER.length)
    context.path.push(key)
    const list = orderedList(merged, own(patch, name), name, patch[key]!, type, context)
    if (list !== undefined) {
      setOwn(merged, name, list)
      done ??= new Set()
      done.add(name)
    }
    context.path.pop()
  }
  return done
}

function orderedList(
  merged: JsonObject,
  patch: Json | undefined,
  name: string,
  order: Json,
  type: GoType,
  context: Context,
): Json[] | undefined {
  const base = own(merged, name)
  for (const list of [order, base, patch]) {
    if (list !== undefined && !Array.isArray(list)) refuse(context, `an order needs lists, not ${describe(list)}`)
  }
  const field = fieldOf(patchListField(type, name), context)
  const [baseList, patchList, orderList] = [base, patch, order] as [Json[] | undefined, Json[] | undefined, Json[]]
  checkOrder(patchList ?? [], orderList, field.mergeKey, context)
  if (baseList === undefined && patchList === undefined) return undefined
  const { list, places } = mergeForOrder(baseList, patchList, field, context)
  const readKey = orderKey(field.mergeKey, context)
  const wanted = orderList.map(readKey)
  const [fromPatch, fromBase] = partition(list, item => wanted.includes(readKey(item)))
  if (itemKind(baseList ?? [], patchList ?? [], context) === undefined)
    refuse(context, 'an order for a list without items')
  const placed = places.map(readKey)
  return mergeOrder(inOrder(fromPatch, wanted, readKey), inOrder(fromBase, placed, readKey), placed, readKey)
}

function mergeForOrder(
  base: Json[] | undefined,
  patch: Json[] | undefined,
  field: PatchField,
  context: Context,
): MergedList {
  if (base === undefined) return { list: withoutDirectives(patch!, true) as Json[], places: [] }
  if (patch === undefined) return { list: base, places: base }
  return field.strategy === 'merge' ? mergeList(base, patch, field, context) : { list: patch, places: base }
}

function orderKey(mergeKey: string, context: Context): (item: Json) => Json {
  return item => {
    if (mergeKey !== '') {
      if (!isJsonObject(item)) refuse(context, `items must be maps with ${mergeKey}, not ${describe(item)}`)
      return keyOf(item, mergeKey, context)
    }
    if (typeof item === 'object' && item !== null) refuse(context, 'maps and lists without a merge key have no order')
    return item
  }
}

/** The patch's items must stand in the order list, in the same order; items with a directive do not count. */
function checkOrder(patch: readonly Json[], order: readonly Json[], mergeKey: string, context: Context): void {
  if (patch.length === 0 || order.length === 0) return
  const readKey = orderKey(mergeKey, context)
  let at = 0
  for (const item of patch) {
    const directive = mergeKey !== '' && isJsonObject(item) ? own(item, DIRECTIVE) : undefined
    if (directive === 'delete' || (directive !== undefined && at < order.length)) continue
    const key = directive === undefined ? readKey(item) : DIRECTIVE
    while (at < order.length && readKey(order[at]!) !== key) at++
    if (at === order.length)
      refuse(context, `the item ${describe(key)} of the patch stands elsewhere or nowhere in the order list`)
    at++
  }
}
