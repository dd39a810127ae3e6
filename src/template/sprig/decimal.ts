import { fail } from '../function.js'

/** Exact decimal arithmetic, so that 0.1 + 0.2 is 0.3. The value is digits times 10 to the exponent. */
export interface DecimalNumber {
  readonly digits: bigint
  readonly exponent: number
}

/** Digits behind the point that a quotient has. */
const DIVISION_PLACES = 16

/** The shortest decimal that stands for a float. */
export function toDecimalNumber(value: number): DecimalNumber {
  if (!Number.isFinite(value)) fail(`Cannot create a Decimal from ${value}`)
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const places = mantissa.split('.')[1]?.length ?? 0
  return { digits: BigInt(mantissa.replace('.', '')), exponent: Number(exponent) - places }
}

export function addDecimal(a: DecimalNumber, b: DecimalNumber): DecimalNumber {
  const exponent = Math.min(a.exponent, b.exponent)
  return { digits: scaled(a, exponent) + scaled(b, exponent), exponent }
}

export function subtractDecimal(a: DecimalNumber, b: DecimalNumber): DecimalNumber {
  return addDecimal(a, { digits: -b.digits, exponent: b.exponent })
}

export function multiplyDecimal(a: DecimalNumber, b: DecimalNumber): DecimalNumber {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent }
}

/** Rounded to 16 places, halves away from zero. */
export function divideDecimal(a: DecimalNumber, b: DecimalNumber): DecimalNumber {
  if (b.digits === 0n) fail('decimal division by 0')
  const shift = a.exponent - b.exponent + DIVISION_PLACES
  const numerator = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits
  const denominator = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift)
  const quotient = numerator / denominator
  const rest = numerator % denominator
  const isHalf = 2n * magnitude(rest) >= magnitude(denominator)
  const sign = numerator < 0n === denominator < 0n ? 1n : -1n
  return { digits: isHalf ? quotient + sign : quotient, exponent: -DIVISION_PLACES }
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function scaled(value: DecimalNumber, exponent: number): bigint {
  return value.digits * 10n ** BigInt(value.exponent - exponent)
}
