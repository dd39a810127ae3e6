import type { Json } from '../lang/json.js'

type ReadKey = (item: Json) => Json | undefined
const itself: ReadKey = item => item

/**
 * The order of a merged list. `first` are the items that the patch names, in its order; `second` the others, in the base's.
 * An item of `second` goes before the head of `first` only if both were in the base, it ahead of the other: so new items of
 * a patch come before those that the patch does not name.
 */
export function mergeOrder(
  first: readonly Json[],
  second: readonly Json[],
  base: readonly Json[],
  key: ReadKey = itself,
): Json[] {
  const rank = ranks(base)
  const list: Json[] = []
  let at = 0
  for (const item of first) {
    const limit = rank.get(key(item))
    while (limit !== undefined && at < second.length && (rank.get(key(second[at]!)) ?? limit) < limit)
      list.push(second[at++]!)
    list.push(item)
  }
  return list.concat(second.slice(at))
}

/** Items by where their key stands in `order`, equal keys as they are; items not there go first, the last of them foremost. */
export function sortBy(items: readonly Json[], order: readonly (Json | undefined)[], key: ReadKey = itself): Json[] {
  const rank = ranks(order)
  const placed = items.map(item => ({ item, at: rank.get(key(item)) }))
  const isComplete = placed.every(({ at }) => at !== undefined)
  return (isComplete ? placed.sort((a, b) => a.at! - b.at!) : insertUnordered(placed)).map(({ item }) => item)
}

interface Placed {
  readonly item: Json
  readonly at: number | undefined
}

/**
 * The reference compares an item without a place as before any other, either way round, which is no order; what comes of it
 * is what insertion makes of it. Only an order list that is empty leads here.
 */
function insertUnordered(items: readonly Placed[]): Placed[] {
  const sorted: Placed[] = []
  for (const item of items) {
    let at = sorted.length
    while (at > 0 && goesBefore(item.at, sorted[at - 1]!.at)) at--
    sorted.splice(at, 0, item)
  }
  return sorted
}

function goesBefore(left: number | undefined, right: number | undefined): boolean {
  return left === undefined || right === undefined || left < right
}

/** Where each key stands first. */
export function ranks(order: readonly (Json | undefined)[]): Map<Json | undefined, number> {
  const rank = new Map<Json | undefined, number>()
  for (let at = 0; at < order.length; at++) if (!rank.has(order[at])) rank.set(order[at], at)
  return rank
}
