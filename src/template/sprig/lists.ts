import { type FunctionMap, fail, fn } from '../function.js'
import { compareStrings, GoSlice, type GoValue, itemsOf, kindOf, stringSlice } from '../value.js'
import { deepEqual, isEmpty, isNothing, listItems, toInt64, toText, toTexts } from './convert.js'

type Values = GoValue[]

const first = (list: GoValue): GoValue => listItems(list, 'Cannot find first on type')[0] ?? null
const last = (list: GoValue): GoValue => listItems(list, 'Cannot find last on type').at(-1) ?? null
const rest = fn('any', (list: GoValue) => withoutEnds(listItems(list, 'Cannot find rest on type'), 1, 0))
const initial = fn('any', (list: GoValue) => withoutEnds(listItems(list, 'Cannot find initial on type'), 0, 1))
const push = fn('any any', (list: GoValue, item: GoValue) => [...listItems(list, 'Cannot push on type'), item])
const prepend = fn('any any', (list: GoValue, item: GoValue) => [item, ...listItems(list, 'Cannot prepend on type')])
const reverse = fn('any', (list: GoValue) => [...listItems(list, 'Cannot find reverse on type')].reverse())
const compact = fn('any', (list: GoValue) => listItems(list, 'Cannot compact on type').filter(item => !isEmpty(item)))
const uniq = fn('any', (list: GoValue) => distinct(listItems(list, 'Cannot find uniq on type')))
const without = fn('any ...any', (list: GoValue, ...omit: Values) =>
  listItems(list, 'Cannot find without on type').filter(item => !includes(omit, item)),
)
const has = fn('any any', (needle: GoValue, list: GoValue) =>
  isNothing(list) ? false : includes(listItems(list, 'Cannot find has on type'), needle),
)
const slice = fn('any ...any', sliceList)
const chunk = fn('int any', chunkList)
const list = fn('...any', (...items: Values) => items)

export const LISTS: FunctionMap = {
  list,
  tuple: list,
  first: fn('any', first),
  mustFirst: fn('any', first),
  last: fn('any', last),
  mustLast: fn('any', last),
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  append: push,
  mustAppend: push,
  push,
  mustPush: push,
  prepend,
  mustPrepend: prepend,
  reverse,
  mustReverse: reverse,
  compact,
  mustCompact: compact,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  slice,
  mustSlice: slice,
  chunk,
  mustChunk: chunk,
  concat: fn('...any', (...lists: Values) => lists.flatMap(concatItems)),
  join: fn('string any', (separator: string, value: GoValue) => toTexts(value).join(separator)),
  sortAlpha: fn('any', (value: GoValue) =>
    stringSlice(itemsOf(value) === undefined ? [toText(value)] : toTexts(value).sort(compareStrings)),
  ),
  toStrings: fn('any', (value: GoValue) => stringSlice(toTexts(value))),
}

function withoutEnds(items: readonly GoValue[], before: number, after: number): GoValue {
  return items.length === 0 ? new GoSlice('[]interface {}', [], true) : items.slice(before, items.length - after)
}

function includes(items: readonly GoValue[], needle: GoValue): boolean {
  return items.some(item => deepEqual(needle, item))
}

function distinct(items: readonly GoValue[]): GoValue[] {
  const kept: GoValue[] = []
  for (const item of items) if (!includes(kept, item)) kept.push(item)
  return kept
}

function sliceList(value: GoValue, ...indexes: Values): GoValue {
  const items = listItems(value, 'list should be type of slice or array but')
  if (items.length === 0) return null
  const from = indexes.length > 0 ? Number(toInt64(indexes[0])) : 0
  const to = indexes.length > 1 ? Number(toInt64(indexes[1])) : items.length
  if (from < 0 || to < from || to > items.length) fail('reflect.Value.Slice: slice index out of bounds')
  return value instanceof GoSlice ? new GoSlice(value.type, items.slice(from, to)) : items.slice(from, to)
}

function chunkList(size: number, value: GoValue): GoValue {
  const items = listItems(value, 'Cannot chunk type')
  if (size <= 0) fail('runtime error: makeslice: len out of range')
  const chunks: GoValue[] = []
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size))
  return new GoSlice('[][]interface {}', chunks)
}

function concatItems(value: GoValue): readonly GoValue[] {
  if (isNothing(value)) fail('runtime error: invalid memory address or nil pointer dereference')
  return itemsOf(value) ?? fail(`Cannot concat type ${kindOf(value)} as list`)
}
