import type { GoType } from '../lang/gotypes.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { own, setOwn } from './json-object.js'
import { DIRECTIVE, type MergeContext, refuse } from './merge-context.js'
import { inOrder, itemKind, type MergedList, mergeList, orderKey, partition } from './merge-list.js'
import { mergeOrder } from './merge-order.js'
import { type PatchField, patchListField } from './patch-schema.js'
import { describe } from './scalar-codecs.js'
import { withoutDirectives } from './without-directives.js'

export const SET_ORDER = '$setElementOrder/'

/** Merges every list that has a `$setElementOrder/key`; returns the keys that are done with. */
export function applyOrderLists(
  merged: JsonObject,
  patch: JsonObject,
  keys: readonly string[],
  type: GoType,
  context: MergeContext,
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
  context: MergeContext,
): Json[] | undefined {
  const base = own(merged, name)
  for (const list of [order, base, patch]) {
    if (list !== undefined && !Array.isArray(list)) refuse(`an order needs lists, not ${describe(list)}`)
  }
  const field = patchListField(type, name)
  const [baseList, patchList, orderList] = [base, patch, order] as [Json[] | undefined, Json[] | undefined, Json[]]
  checkOrder(patchList ?? [], orderList, field.mergeKey)
  if (baseList === undefined && patchList === undefined) return undefined
  const { list, places } = mergeForOrder(baseList, patchList, field, context)
  const readKey = orderKey(field.mergeKey)
  const wanted = orderList.map(readKey)
  const named = new Set(wanted)
  const [fromPatch, fromBase] = partition(list, item => named.has(readKey(item)))
  if (itemKind(baseList ?? [], patchList ?? []) === undefined) refuse('an order for a list without items')
  const placed = places.map(readKey)
  return mergeOrder(inOrder(fromPatch, wanted, readKey), inOrder(fromBase, placed, readKey), placed, readKey)
}

function mergeForOrder(
  base: Json[] | undefined,
  patch: Json[] | undefined,
  field: PatchField,
  context: MergeContext,
): MergedList {
  if (base === undefined) return { list: withoutDirectives(patch!, true) as Json[], places: [] }
  if (patch === undefined) return { list: base, places: base }
  return field.strategy === 'merge' ? mergeList(base, patch, field, context) : { list: patch, places: base }
}

/** The patch's items must stand in the order list, in the same order; items with a directive do not count. */
function checkOrder(patch: readonly Json[], order: readonly Json[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return
  const readKey = orderKey(mergeKey)
  let at = 0
  for (const item of patch) {
    const directive = mergeKey !== '' && isJsonObject(item) ? own(item, DIRECTIVE) : undefined
    if (directive === 'delete' || (directive !== undefined && at < order.length)) continue
    const key = directive === undefined ? readKey(item) : DIRECTIVE
    while (at < order.length && readKey(order[at]!) !== key) at++
    if (at === order.length)
      refuse(`the item ${describe(key)} of the patch stands elsewhere or nowhere in the order list`)
    at++
  }
}
