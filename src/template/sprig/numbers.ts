import { sprint } from '../format.js'
import { type FunctionMap, fail, fn } from '../function.js'
import { MAX_ITEMS } from '../limits.js'
import { type GoInt, GoSlice, type GoValue, int64 } from '../value.js'
import { toFloat64, toInt64 } from './convert.js'
import { addDecimal, divideDecimal, multiplyDecimal, subtractDecimal, toDecimalNumber } from './decimal.js'

type Values = GoValue[]
type Operation = typeof addDecimal

export const NUMBERS: FunctionMap = {
  int: fn('any', (value: GoValue) => toInt64(value)),
  int64: fn('any', (value: GoValue) => int64(toInt64(value))),
  float64: fn('any', toFloat64),
  atoi: fn('string', (text: string) => (/^[+-]?[0-9]+$/.test(text) ? inRange(BigInt(text)) : 0n)),
  toDecimal: fn('any', toDecimal),
  add1: fn('any', (value: GoValue) => int64(toInt64(value) + 1n)),
  add: fn('...any', (...values: Values) => int64(values.reduce<bigint>((sum, value) => sum + toInt64(value), 0n))),
  sub: fn('any any', (a: GoValue, b: GoValue) => int64(toInt64(a) - toInt64(b))),
  mul: fn('any ...any', (first: GoValue, ...others: Values) =>
    others.reduce<GoInt>((product, value) => int64(product.value * toInt64(value)), int64(toInt64(first))),
  ),
  div: fn('any any', (a: GoValue, b: GoValue) => int64(toInt64(a) / divisor(b))),
  mod: fn('any any', (a: GoValue, b: GoValue) => int64(toInt64(a) % divisor(b))),
  add1f: fn('any', (value: GoValue) => decimal(value, [1n], addDecimal)),
  addf: fn('...any', (...values: Values) => decimal(0, values, addDecimal)),
  subf: fn('any ...any', (first: GoValue, ...others: Values) => decimal(first, others, subtractDecimal)),
  mulf: fn('any ...any', (first: GoValue, ...others: Values) => decimal(first, others, multiplyDecimal)),
  divf: fn('any ...any', (first: GoValue, ...others: Values) => decimal(first, others, divideDecimal)),
  biggest: fn('any ...any', (...values: Values) => int64(values.map(toInt64).reduce((a, b) => (b > a ? b : a)))),
  max: fn('any ...any', (...values: Values) => int64(values.map(toInt64).reduce((a, b) => (b > a ? b : a)))),
  min: fn('any ...any', (...values: Values) => int64(values.map(toInt64).reduce((a, b) => (b < a ? b : a)))),
  maxf: fn('any ...any', (...values: Values) => Math.max(...values.map(toFloat64))),
  minf: fn('any ...any', (...values: Values) => Math.min(...values.map(toFloat64))),
  ceil: fn('any', (value: GoValue) => Math.ceil(toFloat64(value))),
  floor: fn('any', (value: GoValue) => Math.floor(toFloat64(value))),
  round: fn('any int ...float64', round),
  until: fn('int', (count: number) => intSlice(steps(0, count, count < 0 ? -1 : 1))),
  untilStep: fn('int int int', (from: number, to: number, step: number) => intSlice(steps(from, to, step))),
  seq: fn('...int', seq),
}

function inRange(value: bigint): bigint {
  const high = (1n << 63n) - 1n
  return value > high ? high : value < -high - 1n ? -high - 1n : value
}

function divisor(value: GoValue): bigint {
  const by = toInt64(value)
  return by === 0n ? fail('runtime error: integer divide by zero') : by
}

/** Octal text as a number; what is none is 0. */
function toDecimal(value: GoValue): GoInt {
  const text = sprint([value])
  if (!/^[+-]?[0-7]+$/.test(text)) return int64(0n)
  const magnitude = BigInt(`0o${text.replace(/^[+-]/, '')}`)
  return magnitude < 1n << 63n ? int64(text.startsWith('-') ? -magnitude : magnitude) : int64(0n)
}

function decimal(first: GoValue, others: Values, operation: Operation): number {
  let value = toDecimalNumber(toFloat64(first))
  for (const other of others) value = operation(value, toDecimalNumber(toFloat64(other)))
  return Number(`${value.digits}e${value.exponent}`)
}

function round(value: GoValue, places: number, ...options: number[]): number {
  const roundOn = options[0] ?? 0.5
  const power = 10 ** places
  const digit = power * toFloat64(value)
  const fraction = digit - Math.trunc(digit)
  return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power
}

function intSlice(values: readonly number[]): GoSlice {
  return new GoSlice('[]int', values.map(BigInt))
}

function steps(from: number, to: number, step: number): number[] {
  const values: number[] = []
  if (to < from ? step >= 0 : step <= 0) return values
  if (Math.abs((to - from) / step) > MAX_ITEMS) fail(`more than ${MAX_ITEMS} numbers`)
  for (let i = from; to < from ? i > to : i < to; i += step) values.push(i)
  return values
}

/** `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`. */
function seq(...params: number[]): string {
  const [a = 0, b = 0, c = 0] = params
  switch (params.length) {
    case 1:
      return inclusive(1, a, a < 1 ? -1 : 1)
    case 2:
      return inclusive(a, b, b < a ? -1 : 1)
    case 3:
      return c < a && b > 0 ? '' : inclusive(a, c, b)
  }
  return ''
}

function inclusive(from: number, to: number, step: number): string {
  return steps(from, to + (to < from ? -1 : 1), step).join(' ')
}
