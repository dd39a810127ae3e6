import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { own } from './json-object.js'
import { DIRECTIVE, type MergeContext, refuse } from './merge-context.js'
import { mergeOrder, ranks, sortBy } from './merge-order.js'
import type { PatchField } from './patch-schema.js'
import { describe } from './scalar-codecs.js'

export interface MergedList {
  readonly list: Json[]
  /**
   * The base's places after deleting and adding in place, which the reference takes for the base's order when there is an
   * order list: an item added after a deletion counts as an old one.
   */
  readonly places: readonly Json[]
}

export function mergeList(base: Json[], patch: Json[], field: PatchField, context: MergeContext): MergedList {
  const kind = itemKind(base, patch)
  if (kind === undefined) return { list: base, places: base }
  if (kind === 'map') return mergeMaps(base as JsonObject[], patch as JsonObject[], field, context)
  if (field.mergeKey !== '') refuse(`items must be maps with ${field.mergeKey}, not ${kind}`)
  const named = new Set(patch)
  const [fromPatch, fromBase] = partition([...new Set([...base, ...patch])], item => named.has(item))
  return { list: mergeOrder(sortBy(fromPatch, patch), sortBy(fromBase, base), base), places: base }
}

/** Items of both lists must be of one kind, because the reference compares them as they are. */
export function itemKind(base: readonly Json[], patch: readonly Json[]): string | undefined {
  let kind: string | undefined
  for (const list of [base, patch]) {
    for (const item of list) {
      const found = kindOf(item)
      if (found === 'list' || found === 'null')
        refuse(`cannot merge a list with an item that is ${found === 'null' ? 'null' : 'a list'}`)
      if (kind !== undefined && kind !== found)
        refuse(`cannot merge lists with items of different kinds: ${kind}, ${found}`)
      kind = found
    }
  }
  return kind
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'map'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction'
  return typeof value === 'bigint' ? 'integer' : typeof value
}

function mergeMaps(
  base: readonly JsonObject[],
  patch: readonly JsonObject[],
  field: PatchField,
  context: MergeContext,
): MergedList {
  const { mergeKey } = field
  if (mergeKey === '') refuse('the list has no merge key, so lists of maps cannot be merged')
  const places = [...base]
  const length = applyDeletions(places, patch, mergeKey)
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
  context: MergeContext,
): Json[] {
  if (length === places.length && areStrangers(places, items, mergeKey)) return [...items, ...places]
  const readKey = orderKey(mergeKey)
  const original = places.slice(0, length).map(readKey)
  const keys = items.map(readKey)
  const placeOf = ranks(original)
  let end = length
  for (let i = 0; i < items.length; i++) {
    const key = keys[i]!
    const at = placeOf.get(key)
    if (at === undefined) {
      placeOf.set(key, end)
      places[end++] = items[i]!
    } else {
      context.path.push({ field: mergeKey, value: String(key) })
      places[at] = context.mergeMap(places[at]!, items[i]!, type, context)
      context.path.pop()
    }
  }
  const named = new Set(keys)
  const [fromPatch, fromBase] = partition<Json>(places.slice(0, end), item => named.has(readKey(item)))
  return mergeOrder(inOrder(fromPatch, keys, readKey), inOrder(fromBase, original, readKey), original, readKey)
}

/** Beyond so many pairs, comparing each with each is no longer the shorter way. */
const MAX_PAIRS = 256

/**
 * Whether no two of all these items have the same key, and all have one: then they only stand one behind the other, those of
 * the patch first.
 */
function areStrangers(base: readonly JsonObject[], items: readonly JsonObject[], mergeKey: string): boolean {
  const count = base.length + items.length
  if (count * count > MAX_PAIRS) return false
  const keyAt = (at: number): Json | undefined => own(at < base.length ? base[at]! : items[at - base.length]!, mergeKey)
  for (let i = 0; i < count; i++) {
    const key = keyAt(i)
    if (typeof key !== 'string') return false
    for (let j = 0; j < i; j++) if (keyAt(j) === key) return false
  }
  return base.every(isNoDeletion)
}

function isNoDeletion(item: JsonObject): boolean {
  return !Object.hasOwn(item, DIRECTIVE)
}

/** `sortBy`, but for deletions that were left standing (in an item new to the base they have nothing to act on): they go last. */
export function inOrder(items: readonly Json[], order: readonly Json[], readKey: (item: Json) => Json): Json[] {
  const isDeletion = (item: Json): boolean => isJsonObject(item) && own(item, DIRECTIVE) === 'delete'
  if (!items.some(isDeletion)) return sortBy(items, order, readKey)
  const [deletions, others] = partition(items, isDeletion)
  return [...sortBy(others, order, readKey), ...deletions]
}

/** Takes the items that `$patch: delete` names out of `places`, in place; returns how many are left. */
function applyDeletions(places: JsonObject[], patch: readonly JsonObject[], mergeKey: string): number {
  let length = places.length
  for (const item of patch) {
    const directive = own(item, DIRECTIVE)
    if (directive === undefined || directive === 'replace') continue
    if (directive !== 'delete') refuse(`unknown directive $patch: ${describe(directive)} in a list; replace or delete`)
    const key = keyOf(item, mergeKey)
    for (let at = 0; at < length; ) {
      if (own(places[at]!, mergeKey) !== key) at++
      else places.copyWithin(at, at + 1, length--)
    }
  }
  return length
}

function keyOf(item: JsonObject, mergeKey: string): Json {
  const key = own(item, mergeKey)
  if (key === undefined) refuse(`an item has no ${mergeKey}, which tells the items of this list apart`)
  if (typeof key === 'object' && key !== null) refuse(`${mergeKey} must be text or a number, not ${describe(key)}`)
  return key
}

export function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const parts: [T[], T[]] = [[], []]
  for (const item of items) parts[isFirst(item) ? 0 : 1].push(item)
  return parts
}

/** Reads what tells the items of a list apart: the merge key of maps, scalars themselves. */
export function orderKey(mergeKey: string): (item: Json) => Json {
  return item => {
    if (mergeKey !== '') {
      if (!isJsonObject(item)) refuse(`items must be maps with ${mergeKey}, not ${describe(item)}`)
      return keyOf(item, mergeKey)
    }
    if (typeof item === 'object' && item !== null) refuse('maps and lists without a merge key have no order')
    return item
  }
}
