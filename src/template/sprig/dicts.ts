import { type FunctionMap, fail, fn } from '../function.js'
import { MAX_VALUE_DEPTH } from '../limits.js'
import {
  emptyMap,
  type GoMap,
  GoSlice,
  type GoValue,
  isMap,
  itemsOf,
  StringMap,
  sortedKeys,
  stringSlice,
  typeName,
} from '../value.js'
import { isEmpty, isNothing, toText } from './convert.js'

type Dict = GoMap | null
type Values = GoValue[]

const mergeMissing = fn('dict ...dict', (target: Dict, ...sources: Dict[]) => mergeAll(target, sources, false))
const mergeOver = fn('dict ...dict', (target: Dict, ...sources: Dict[]) => mergeAll(target, sources, true))
const deepCopy = fn('any', (value: GoValue) =>
  value === null ? fail('reflect: call of reflect.Value.Type on zero Value') : copy(value, 0),
)

/** Where Go's order of keys is random (`keys`, `values`), here it is sorted. */
export const DICTS: FunctionMap = {
  dict: fn('...any', dict),
  get: fn('dict string', (map: Dict, key: string) => (has(map, key) ? map[key] : '')),
  set: fn('dict string any', set),
  unset: fn('dict string', unset),
  hasKey: fn('dict string', (map: Dict, key: string) => has(map, key)),
  pluck: fn('string ...dict', (key: string, ...maps: Dict[]) => maps.flatMap(map => (has(map, key) ? [map[key]] : []))),
  keys: fn('...dict', (...maps: Dict[]) => stringSlice(maps.flatMap(map => sortedKeys(map ?? {})))),
  values: fn('dict', (map: Dict) => sortedKeys(map ?? {}).map(key => map?.[key])),
  pick: fn('dict ...string', (map: Dict, ...keys: string[]) =>
    select(
      map,
      keys.filter(key => has(map, key)),
    ),
  ),
  omit: fn('dict ...string', (map: Dict, ...keys: string[]) =>
    select(
      map,
      Object.keys(map ?? {}).filter(key => !keys.includes(key)),
    ),
  ),
  dig: fn('...any', dig),
  merge: mergeMissing,
  mustMerge: mergeMissing,
  mergeOverwrite: mergeOver,
  mustMergeOverwrite: mergeOver,
  deepCopy,
  mustDeepCopy: deepCopy,
}

function has(map: Dict, key: string): map is GoMap {
  return map !== null && Object.hasOwn(map, key)
}

function dict(...pairs: Values): GoMap {
  const map = emptyMap()
  for (let i = 0; i < pairs.length; i += 2) map[toText(pairs[i])] = i + 1 < pairs.length ? pairs[i + 1] : ''
  return map
}

function set(map: Dict, key: string, value: GoValue): GoMap {
  if (map === null) fail('assignment to entry in nil map')
  map[key] = value
  return map
}

function unset(map: Dict, key: string): GoValue {
  if (has(map, key)) delete map[key]
  return map
}

function select(map: Dict, keys: readonly string[]): GoMap {
  const selected = emptyMap()
  for (const key of keys) selected[key] = map?.[key]
  return selected
}

function dig(...args: Values): GoValue {
  if (args.length < 3) fail('dig needs at least three arguments')
  let value = args.at(-1)
  const path = args.slice(0, -2)
  for (const key of path) {
    if (typeof key !== 'string') fail(`interface conversion: interface {} is ${typeName(key)}, not string`)
    if (!isMap(value)) fail(`interface conversion: interface {} is ${typeName(value)}, not map[string]interface {}`)
    if (!Object.hasOwn(value, key)) return args.at(-2)
    value = value[key]
  }
  return value
}

function mergeAll(target: Dict, sources: readonly Dict[], overwrites: boolean): GoValue {
  const result = target ?? emptyMap()
  for (const source of sources) if (source !== null) merge(result, source, overwrites, 0)
  return result
}

/**
 * Deep merge in place. Without `overwrites` only what is missing or empty is filled; with it everything but an empty
 * source wins, nil included.
 */
function merge(target: GoMap, source: GoMap, overwrites: boolean, depth: number): void {
  if (depth > MAX_VALUE_DEPTH) fail(`value is nested more than ${MAX_VALUE_DEPTH} deep`)
  for (const key of Object.keys(source)) {
    const from = source[key]
    const isThere = Object.hasOwn(target, key)
    const into = isThere ? target[key] : undefined
    if (isNothing(from)) {
      if (overwrites) target[key] = null
      continue
    }
    if (isMap(from) && isMap(into)) {
      merge(into, from, overwrites, depth + 1)
      if (isEmpty(into)) target[key] = from
      continue
    }
    if (itemsOf(from) !== undefined && isThere && !isEmpty(into) && itemsOf(into) !== undefined) {
      if (overwrites) target[key] = from
      continue
    }
    if (overwrites || !isThere || isEmpty(into)) target[key] = from
  }
}

function copy(value: GoValue, depth: number): GoValue {
  if (depth > MAX_VALUE_DEPTH) fail(`value is nested more than ${MAX_VALUE_DEPTH} deep`)
  if (Array.isArray(value)) return value.map(item => copy(item, depth + 1))
  if (value instanceof GoSlice)
    return new GoSlice(
      value.type,
      value.items.map(item => copy(item, depth + 1)),
    )
  if (value instanceof StringMap || !isMap(value)) return value
  const map = emptyMap()
  for (const key of Object.keys(value)) map[key] = copy(value[key], depth + 1)
  return map
}
