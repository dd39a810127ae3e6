import { err, ok, type Result } from './result.js'

/** How a quantity was written, which decides how it is printed. */
export type QuantityFormat = 'decimal' | 'binary' | 'exponent'

export interface Quantity {
  /** In billionths of the unit: a quantity has no finer parts, finer text is rounded away from zero. */
  readonly nanos: bigint
  readonly format: QuantityFormat
  /** The text itself where the reference takes it for canonical and prints it again (`1.234`, `+5`, `2E3`). */
  readonly canonicalText?: string
}

const SHAPE = /^([-+]?)([0-9]*)(?:\.([0-9]*))?(|[numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]+)$/
const DECIMAL_EXPONENT: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY_EXPONENT: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const NANOS = 1_000_000_000n
/** Larger values with a binary suffix are cut to this. */
const MAX_NANOS = (2n ** 63n - 1n) * NANOS
/** A written exponent must fit 32 bits; beyond this every value is cut or rounded to the same result. */
const MAX_EXPONENT = 1_000

/** Reads a Kubernetes resource.Quantity. The error names the text and what is accepted. */
export function parseQuantity(text: string): Result<Quantity, string> {
  const match = SHAPE.exec(text)
  if (match === null) return invalid(text)
  const [, sign, integer = '', fraction = '', suffix = ''] = match
  // A sign or suffix without digits is zero to the reference; only no text at all is refused.
  if (text === '') return invalid(text)
  const scale = scaleOf(suffix)
  if (scale === undefined) return invalid(text)
  const nanos = scaled(BigInt(integer + fraction || '0'), scale.exponent - fraction.length, scale.factor)
  const size = scale.format === 'binary' && nanos > MAX_NANOS ? MAX_NANOS : nanos
  const quantity = { nanos: sign === '-' ? -size : size, format: scale.format }
  const isKept = isTakenForCanonical(integer.replace(/^0+/, '') || '0', fraction, scale)
  return ok(isKept ? { ...quantity, canonicalText: text } : quantity)
}

/** Decimal digits that surely fit 64 bits. */
const SAFE_DIGITS = 18

/** The reference's own test, with its oversights: a fraction of three digits and a sign pass. */
function isTakenForCanonical(integer: string, fraction: string, scale: Scale): boolean {
  const digits = integer + fraction
  if (scale.format === 'binary') {
    const room = SAFE_DIGITS - 4 - integer.length - Math.trunc(scale.bits * 0.3)
    return fraction === '' && room >= 0 && BigInt(integer) % 8n !== 0n
  }
  const exponent = scale.exponent - fraction.length
  if (digits.length > SAFE_DIGITS || exponent < -9 || exponent % 3 !== 0) return false
  return digits[0] !== '0' && !digits.endsWith('000')
}

function invalid(text: string): Result<Quantity, string> {
  return err(
    `'${text}' is not a quantity: expected a number with an optional suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or e3)`,
  )
}

interface Scale {
  readonly exponent: number
  readonly factor: bigint
  /** Power of two of a binary suffix. */
  readonly bits: number
  readonly format: QuantityFormat
}

function scaleOf(suffix: string): Scale | undefined {
  const binary = BINARY_EXPONENT[suffix]
  if (binary !== undefined) return { exponent: 0, factor: 2n ** BigInt(binary), bits: binary, format: 'binary' }
  const decimal = DECIMAL_EXPONENT[suffix]
  if (decimal !== undefined) return { exponent: decimal, factor: 1n, bits: 0, format: 'decimal' }
  const exponent = Number(suffix.slice(1))
  if (exponent > 2 ** 31 - 1 || exponent < -(2 ** 31)) return undefined
  const bounded = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, exponent))
  return { exponent: bounded, factor: 1n, bits: 0, format: 'exponent' }
}

function scaled(digits: bigint, exponent: number, factor: bigint): bigint {
  const places = exponent + 9
  const value = digits * factor
  if (places >= 0) return value * 10n ** BigInt(places)
  const divisor = 10n ** BigInt(-places)
  return (value + divisor - 1n) / divisor
}

/** The text that a decoded quantity is printed as: `2000m` is `2`, `1024Mi` is `1Gi`. Text that is no quantity is an error. */
export function canonicalQuantity(text: string): Result<string, string> {
  const quantity = parseQuantity(text)
  if (!quantity.ok) return quantity
  return ok(quantity.value.canonicalText ?? formatQuantity(quantity.value))
}

/** Prints a quantity with no fraction, no lost precision and the largest suffix that allows both. */
export function formatQuantity(quantity: Quantity): string {
  const { nanos, format } = quantity
  if (nanos === 0n) return '0'
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  // Binary suffixes only make sense from 1Ki up, and only for whole numbers.
  if (format === 'binary' && size >= 1024n * NANOS && size % NANOS === 0n) return sign + binaryText(size / NANOS)
  return sign + decimalText(size, format === 'exponent')
}

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

function binaryText(value: bigint): string {
  let rest = value
  let power = 0
  while (rest % 1024n === 0n && power < BINARY_SUFFIXES.length - 1) {
    rest /= 1024n
    power++
  }
  return `${rest}${BINARY_SUFFIXES[power]}`
}

const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']

function decimalText(nanos: bigint, isExponent: boolean): string {
  let rest = nanos
  let power = 0
  while (rest % 1000n === 0n && power < DECIMAL_SUFFIXES.length - 1) {
    rest /= 1000n
    power++
  }
  if (!isExponent) return `${rest}${DECIMAL_SUFFIXES[power]}`
  const exponent = power * 3 - 9
  return exponent === 0 ? `${rest}` : `${rest}e${exponent}`
}
