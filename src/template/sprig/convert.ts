import { formatPlain } from '../format.js'
import { fail } from '../function.js'
import { MAX_VALUE_DEPTH } from '../limits.js'
import { parseFloatLiteral, parseInteger } from '../number.js'
import {
  type GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  indirect,
  integerOf,
  itemsOf,
  kindOf,
  StringMap,
  typeName,
} from '../value.js'

/** Conversions that many sprig functions share. */

const MAX_INT = (1n << 63n) - 1n
const MIN_INT = -(1n << 63n)

/** Any value as int64: numbers are cut, text is read with Go's prefixes, anything else is 0. */
export function toInt64(value: GoValue): bigint {
  const whole = integerOf(value)
  if (whole !== undefined) return BigInt.asIntN(64, whole)
  switch (typeof value) {
    case 'number':
      return cut(value)
    case 'boolean':
      return value ? 1n : 0n
    case 'string':
      return textToInt(value)
  }
  return 0n
}

/** Conversion of what does not fit is what amd64 makes of it. */
function cut(value: number): bigint {
  const isInRange = value >= -(2 ** 63) && value < 2 ** 63
  return isInRange ? BigInt(Math.trunc(value)) : MIN_INT
}

function textToInt(text: string): bigint {
  const value = parseInteger(text.replace(/^([^.]+)\.0+$/, '$1'))
  return value === undefined || value > MAX_INT || value < MIN_INT ? 0n : value
}

export function toFloat64(value: GoValue): number {
  const whole = integerOf(value)
  if (whole !== undefined) return Number(whole)
  switch (typeof value) {
    case 'number':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'string':
      return textToFloat(value)
  }
  return 0
}

function textToFloat(text: string): number {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?nan$/i.test(text) ? NaN : (parseFloatLiteral(text) ?? 0)
}

/** Text of any value. */
export function toText(value: GoValue): string {
  return typeof value === 'string' ? value : formatPlain(value)
}

/** Texts of a list, nil items left out; a single value is a list of one. */
export function toTexts(value: GoValue): string[] {
  const items = itemsOf(value)
  if (items !== undefined) return items.filter(item => !isNothing(item)).map(toText)
  return isNothing(value) ? [] : [toText(value)]
}

export function isNothing(value: GoValue): value is null | undefined {
  return value === null || value === undefined
}

/** sprig's `empty`: the zero value of its type; a struct never is. */
export function isEmpty(value: GoValue): boolean {
  switch (typeof value) {
    case 'string':
      return value === ''
    case 'boolean':
      return !value
    case 'number':
      return value === 0
    case 'bigint':
      return value === 0n
    case 'undefined':
      return true
  }
  if (value === null) return true
  const whole = integerOf(value)
  if (whole !== undefined) return whole === 0n
  const items = itemsOf(value)
  if (items !== undefined) return items.length === 0
  if (value instanceof GoObject) return value.isNil
  return Object.keys(value instanceof StringMap ? value.entries : value).length === 0
}

/** The items of a list, or a failure that says what could not be done. */
export function listItems(value: GoValue, message: string): readonly GoValue[] {
  if (isNothing(value)) fail('runtime error: invalid memory address or nil pointer dereference')
  return itemsOf(value) ?? fail(`${message} ${kindOf(value)}`)
}

/** reflect.DeepEqual: types count, so `1` as int and as float64 differ. */
export function deepEqual(a: GoValue, b: GoValue, depth = 0): boolean {
  if (depth > MAX_VALUE_DEPTH) fail(`value is nested more than ${MAX_VALUE_DEPTH} deep`)
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b)
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  if (a === b) return true
  if (typeName(a) !== typeName(b)) return false
  const whole = integerOf(a)
  if (whole !== undefined) return whole === integerOf(b)
  if (a instanceof GoObject && b instanceof GoObject) return equalObjects(a, b, depth)
  const [items, others] = [itemsOf(a), itemsOf(b)]
  if (items !== undefined && others !== undefined) {
    if (items.length !== others.length || isNilList(a) !== isNilList(b)) return false
    return items.every((item, i) => deepEqual(item, others[i], depth + 1))
  }
  return equalMaps(mapOf(a), mapOf(b), depth)
}

function isNilList(value: GoValue): boolean {
  return value instanceof GoSlice && value.isNil
}

function equalObjects(a: GoObject, b: GoObject, depth: number): boolean {
  if (a.isNil || b.isNil) return a.isNil === b.isNil
  const [fromA, fromB] = [indirect(a), indirect(b)]
  return fromA !== a ? deepEqual(fromA, fromB, depth + 1) : deepEqual(a.json(), b.json(), depth + 1)
}

function mapOf(value: GoValue): Readonly<Record<string, GoValue>> {
  return value instanceof StringMap ? value.entries : (value as GoMap)
}

function equalMaps(a: Readonly<Record<string, GoValue>>, b: Readonly<Record<string, GoValue>>, depth: number): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every(key => Object.hasOwn(b, key) && deepEqual(a[key], b[key], depth + 1))
}
