import { byteLength, sliceBytes, toBytes } from './bytes.js'
import { escapeHtml, escapeQuery, escapeScript } from './escape.js'
import { sprint, sprintf, sprintln } from './format.js'
import { type FunctionMap, fail, fn, withPure } from './function.js'
import {
  compareStrings,
  GoInt,
  GoObject,
  GoSlice,
  type GoValue,
  indirect,
  integerOf,
  isMap,
  isTrue,
  itemsOf,
  kindOf,
  StringMap,
  typeName,
} from './value.js'

type Values = GoValue[]

/** `and` and `or` are here for their parameters; the compiler gives them their short circuit. */
const FUNCTIONS: FunctionMap = {
  and: fn('value ...value', (first: GoValue) => first),
  or: fn('value ...value', (first: GoValue) => first),
  not: fn('value', (value: GoValue) => !isTrue(value)),
  call: fn('value ...value', callValue),
  html: fn('...any', (...args: Values) => escapeHtml(joined(args))),
  js: fn('...any', (...args: Values) => escapeScript(joined(args))),
  urlquery: fn('...any', (...args: Values) => escapeQuery(joined(args))),
  index: fn('value ...value', index),
  slice: fn('value ...value', slice),
  len: fn('value', length),
  print: fn('...any', (...args: Values) => sprint(args)),
  println: fn('...any', (...args: Values) => sprintln(args)),
  printf: fn('string ...any', (format: string, ...args: Values) => sprintf(format, args)),
  eq: fn('value ...value', equal),
  ne: fn('value value', (a: GoValue, b: GoValue) => !equal(a, b)),
  lt: fn('value value', less),
  le: fn('value value', lessOrEqual),
  gt: fn('value value', (a: GoValue, b: GoValue) => !lessOrEqual(a, b)),
  ge: fn('value value', (a: GoValue, b: GoValue) => !less(a, b)),
}

/** All but `call`, which calls what it is given. */
export const BUILTINS: FunctionMap = withPure(
  FUNCTIONS,
  'and or not html js urlquery index slice len print println printf eq ne lt le gt ge',
)

/** Functions are no values here, so nothing can be called. */
function callValue(value: GoValue): never {
  if (value === null || value === undefined) fail('call of nil')
  fail(`non-function of type ${typeName(value)}`)
}

function joined(args: Values): string {
  const [only] = args
  return args.length === 1 && typeof only === 'string' ? only : sprint(args.map(shown))
}

/** As an action prints it. */
function shown(value: GoValue): GoValue {
  return value === null || value === undefined ? '<no value>' : indirect(value)
}

function length(value: GoValue): GoValue {
  const item = indirect(value)
  if (typeof item === 'string') return BigInt(byteLength(item))
  const items = itemsOf(item)
  if (items !== undefined) return BigInt(items.length)
  if (item === null || (item instanceof GoObject && item.isNil)) fail('len of nil pointer')
  if (item === undefined) fail('reflect: call of reflect.Value.Type on zero Value')
  if (item instanceof StringMap) return BigInt(Object.keys(item.entries).length)
  return isMap(item) ? BigInt(Object.keys(item).length) : fail(`len of type ${typeName(item)}`)
}

function index(value: GoValue, ...indexes: Values): GoValue {
  if (value === null || value === undefined) fail('index of untyped nil')
  let item: GoValue = value
  for (const at of indexes) item = indexOnce(indirect(item), at)
  return item
}

function indexOnce(item: GoValue, at: GoValue): GoValue {
  if (item === null || item === undefined || (item instanceof GoObject && item.isNil)) fail('index of nil pointer')
  const items = itemsOf(item)
  if (items !== undefined) return items[position(at, items.length, true)] ?? zeroItem(item)
  if (typeof item === 'string') {
    const bytes = toBytes(item)
    return new GoInt(BigInt(bytes[position(at, bytes.length, true)] ?? 0), 'uint8')
  }
  if (item instanceof StringMap) return item.get(mapKey(at)) ?? ''
  if (!isMap(item)) fail(`can't index item of type ${typeName(item)}`)
  const key = mapKey(at)
  return Object.hasOwn(item, key) ? item[key] : undefined
}

function zeroItem(_list: GoValue): GoValue {
  return null
}

function mapKey(at: GoValue): string {
  if (typeof at === 'string') return at
  if (at === null || at === undefined) fail('value is nil; should be of type string')
  fail(`value has type ${typeName(at)}; should be string`)
}

/** An index that is one; `isItem` also excludes the length itself, where Go's runtime panics. */
function position(at: GoValue, length: number, isItem: boolean): number {
  if (at === null || at === undefined) fail('cannot index slice/array with nil')
  const whole = integerOf(at)
  if (whole === undefined) fail(`cannot index slice/array with type ${typeName(at)}`)
  if (whole < 0n || whole > BigInt(length)) fail(`index out of range: ${whole}`)
  if (isItem && whole === BigInt(length)) fail('reflect: slice index out of range')
  return Number(whole)
}

function slice(value: GoValue, ...indexes: Values): GoValue {
  const item = indirect(value)
  if (item === null || item === undefined) fail('slice of untyped nil')
  if (indexes.length > 3) fail(`too many slice indexes: ${indexes.length}`)
  const items = itemsOf(item)
  if (typeof item === 'string' && indexes.length === 3) fail('cannot 3-index slice a string')
  if (typeof item !== 'string' && items === undefined) fail(`can't slice item of type ${typeName(item)}`)
  const length = typeof item === 'string' ? byteLength(item) : (items?.length ?? 0)
  const [from = 0, to = length, cap = length] = indexes.map(at => position(at, length, false))
  if (from > to) fail(`invalid slice index: ${from} > ${to}`)
  if (to > cap) fail(`invalid slice index: ${to} > ${cap}`)
  if (typeof item === 'string') return sliceBytes(item, from, to)
  return item instanceof GoSlice ? new GoSlice(item.type, item.items.slice(from, to)) : (items?.slice(from, to) ?? [])
}

// Comparison: values of one basic kind compare; nothing is converted, except that integers compare whatever their size.

type BasicKind = 'bool' | 'string' | 'int' | 'float' | 'other'

function basicKind(value: GoValue): BasicKind {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'string':
      return 'string'
    case 'number':
      return 'float'
    case 'bigint':
      return 'int'
  }
  return integerOf(value) === undefined ? 'other' : 'int'
}

function equal(first: GoValue, ...others: Values): boolean {
  if (others.length === 0) fail('missing argument for comparison')
  const kind = basicKind(first)
  for (const other of others) if (equalOne(first, kind, other)) return true
  return false
}

function equalOne(a: GoValue, kind: BasicKind, b: GoValue): boolean {
  const otherKind = basicKind(b)
  if (kind !== otherKind) {
    if (isNothing(a) || isNothing(b)) return false
    fail(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
  }
  if (kind === 'int') return integerOf(a) === integerOf(b)
  if (kind !== 'other') return a === b
  return equalOther(a, b)
}

function equalOther(a: GoValue, b: GoValue): boolean {
  if (!isNothing(a) && !isNothing(b) && kindOf(a) !== kindOf(b)) {
    fail(`non-comparable types ${sprint([a])}: ${typeName(a)}, ${typeName(b)}: ${sprint([b])}`)
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b)
  if (!(b instanceof GoObject)) fail(`non-comparable type ${sprint([b])}: ${typeName(b)}`)
  return a === b
}

function isNothing(value: GoValue): boolean {
  return value === null || value === undefined
}

function isNil(value: GoValue): boolean {
  if (isNothing(value)) return true
  if (value instanceof StringMap || value instanceof GoSlice || value instanceof GoObject) return value.isNil
  return false
}

function less(a: GoValue, b: GoValue): boolean {
  const [kind, otherKind] = [basicKind(a), basicKind(b)]
  if (kind === 'other' || otherKind === 'other') fail('invalid type for comparison')
  if (kind !== otherKind) fail(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
  if (kind === 'bool') fail('invalid type for comparison')
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b) < 0
  if (typeof a === 'number' && typeof b === 'number') return a < b
  return (integerOf(a) ?? 0n) < (integerOf(b) ?? 0n)
}

function lessOrEqual(a: GoValue, b: GoValue): boolean {
  return less(a, b) || equal(a, b)
}
