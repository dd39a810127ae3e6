import { equalJson, isJsonObject, type Json, type JsonObject } from '../lang/json.js'

/** One difference between two documents; `path` such as `virtualHosts[web:80].routes[0].route.timeout`. */
export type FieldChange =
  | { readonly kind: 'added'; readonly path: string; readonly after: Json }
  | { readonly kind: 'removed'; readonly path: string; readonly before: Json }
  | { readonly kind: 'changed'; readonly path: string; readonly before: Json; readonly after: Json }
  /** Items of a list that stand in another order. */
  | { readonly kind: 'moved'; readonly path: string }

/**
 * Differences by field. Items of a list are matched by name or address where all have one of their own; else equal items are
 * matched first (the longest common sequence), and what is left between them in order.
 */
export function differencesOf(before: Json, after: Json): readonly FieldChange[] {
  const found: FieldChange[] = []
  compare(before, after, '', found)
  return found
}

function compare(before: Json, after: Json, path: string, found: FieldChange[]): void {
  if (equalJson(before, after)) return
  if (isJsonObject(before) && isJsonObject(after)) compareObjects(before, after, path, found)
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, path, found)
  else found.push({ kind: 'changed', path, before, after })
}

function compareObjects(before: JsonObject, after: JsonObject, path: string, found: FieldChange[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const inner = pathTo(path, key)
    const [was, is] = [own(before, key), own(after, key)]
    if (was === undefined && is !== undefined) found.push({ kind: 'added', path: inner, after: is })
    else if (was !== undefined && is === undefined) found.push({ kind: 'removed', path: inner, before: was })
    else if (was !== undefined && is !== undefined) compare(was, is, inner, found)
  }
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function pathTo(path: string, key: string): string {
  if (!/^[\w@-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

function compareLists(before: readonly Json[], after: readonly Json[], path: string, found: FieldChange[]): void {
  const [was, is] = [namesOf(before), namesOf(after)]
  if (was === undefined || is === undefined) {
    compareInOrder(before, after, path, found)
    return
  }
  for (const [name, item] of was) {
    const now = is.get(name)
    const inner = `${path}[${name}]`
    if (now === undefined) found.push({ kind: 'removed', path: inner, before: item })
    else compare(item, now, inner, found)
  }
  for (const [name, item] of is)
    if (!was.has(name)) found.push({ kind: 'added', path: `${path}[${name}]`, after: item })
  const order = (names: ReadonlyMap<string, Json>, other: ReadonlyMap<string, Json>): string =>
    JSON.stringify([...names.keys()].filter(name => other.has(name)))
  if (order(was, is) !== order(is, was)) found.push({ kind: 'moved', path })
}

/** Items by what they are called; undefined where some has no name, or two have the same. */
function namesOf(items: readonly Json[]): ReadonlyMap<string, Json> | undefined {
  const names = new Map<string, Json>()
  for (const item of items) {
    const name = nameOf(item)
    if (name === '' || names.has(name)) return undefined
    names.set(name, item)
  }
  return names
}

function nameOf(item: Json): string {
  if (typeof item === 'string') return item
  if (!isJsonObject(item)) return ''
  const name = item['name'] ?? item['clusterName'] ?? item['key']
  if (typeof name === 'string' && name !== '') return name
  const address = valueAt(item, ['endpoint', 'address', 'socketAddress']) ?? valueAt(item, ['address', 'socketAddress'])
  if (isJsonObject(address ?? null)) {
    const { address: ip, portValue } = address as JsonObject
    return `${String(ip)}:${String(portValue ?? 0)}`
  }
  const locality = item['locality']
  return isJsonObject(locality ?? null) && Array.isArray(item['lbEndpoints'])
    ? [...Object.values(locality as JsonObject), item['priority'] ?? 0].join('/')
    : ''
}

function valueAt(item: Json, path: readonly string[]): Json | undefined {
  let here: Json | undefined = item
  for (const key of path) here = isJsonObject(here ?? null) ? own(here as JsonObject, key) : undefined
  return here
}

/** Pairs of positions that are equal, in order. */
type Pairs = readonly (readonly [before: number, after: number])[]

function compareInOrder(before: readonly Json[], after: readonly Json[], path: string, found: FieldChange[]): void {
  const text = (item: Json): string => JSON.stringify(item)
  betweenPairs(commonSequence(before.map(text), after.map(text)), before.length, after.length, gap => {
    // What says when it applies is the same item as long as it says the same.
    const [was, is] = [before.slice(gap.i, gap.x), after.slice(gap.j, gap.y)]
    const alike = commonSequence(was.map(conditionOf), is.map(conditionOf))
    for (const [i, j] of alike) compare(was[i]!, is[j]!, `${path}[${gap.j + j}]`, found)
    betweenPairs(alike, was.length, is.length, ({ i, j, x, y }) => {
      for (let step = 0; i + step < x || j + step < y; step++) {
        const [old, now] = [i + step < x ? was[i + step] : undefined, j + step < y ? is[j + step] : undefined]
        const place = `${path}[${now === undefined ? gap.i + i + step : gap.j + j + step}]`
        if (old !== undefined && now !== undefined) compare(old, now, place, found)
        else if (now !== undefined) found.push({ kind: 'added', path: place, after: now })
        else if (old !== undefined) found.push({ kind: 'removed', path: place, before: old })
      }
    })
  })
}

/** Items `i` to before `x` of one list, `j` to before `y` of the other. */
interface Gap {
  readonly i: number
  readonly j: number
  readonly x: number
  readonly y: number
}

function betweenPairs(pairs: Pairs, before: number, after: number, visit: (gap: Gap) => void): void {
  let [i, j] = [0, 0]
  for (const [x, y] of [...pairs, [before, after] as const]) {
    if (i < x || j < y) visit({ i, j, x, y })
    ;[i, j] = [x + 1, y + 1]
  }
}

/** The condition of a route or filter chain; items without one are like no other. */
function conditionOf(item: Json): string | undefined {
  const condition = isJsonObject(item) ? (item['match'] ?? item['filterChainMatch']) : undefined
  return condition === undefined ? undefined : JSON.stringify(condition)
}

/** Longer lists without names are compared position by position: the table below has a cell for each pair of items. */
const MAX_CELLS = 250_000

/** Undefined equals nothing. */
function commonSequence(was: readonly (string | undefined)[], is: readonly (string | undefined)[]): Pairs {
  if (was.length * is.length > MAX_CELLS) return []
  const width = is.length + 1
  const lengths = new Uint32Array((was.length + 1) * width)
  const isEqual = (i: number, j: number): boolean => was[i] !== undefined && was[i] === is[j]
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = was.length - 1; i >= 0; i--)
    for (let j = is.length - 1; j >= 0; j--)
      lengths[i * width + j] = isEqual(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < was.length && j < is.length; )
    if (isEqual(i, j)) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  return pairs
}
