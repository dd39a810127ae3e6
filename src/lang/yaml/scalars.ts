/**
 * What an unquoted YAML scalar means to Kubernetes: sigs.k8s.io/yaml reads YAML 1.1 words for booleans and several bases of
 * integers, but leaves dates and base 60 numbers as text.
 */

/** `.inf` and `.nan` come back as the JavaScript numbers; JSON has none, so a reader must refuse them. */
export type PlainScalar = null | boolean | number | bigint | string

const WORDS = new Map<string, PlainScalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(word => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(word => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map(word => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map(word => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(word => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map(word => [word, Number.NEGATIVE_INFINITY] as const),
])

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** Text that begins with a point takes underscores only between digits; elsewhere they may stand anywhere. */
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/
/** A sign behind the prefix is an accident of the reference that documents can rely on. */
const SIGNED_BINARY = /^0b[-+][01]+$/

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n
const MAX_UINT64 = 2n ** 64n - 1n

/** Bit per ASCII code: 1 = may begin a word of the table, 2 = a digit or sign, 4 = a full stop. */
const HINTS = new Uint8Array(128)
for (const char of 'yYnNtTfFoO~') HINTS[char.charCodeAt(0)] = 1
for (const char of '0123456789+-') HINTS[char.charCodeAt(0)] = 2
HINTS['.'.charCodeAt(0)] = 4

/** The value of an unquoted scalar without a tag. */
export function resolvePlain(text: string): PlainScalar {
  if (text === '') return null
  const first = text.charCodeAt(0)
  const hint = first < 128 ? HINTS[first]! : 0
  if (hint === 0) return text
  if (hint === 1) return text.length > 5 ? text : wordOr(text, text)
  return wordOr(text, undefined) ?? numberOr(text, hint)
}

/**
 * The string that stands for an unquoted map key, which JSON needs; undefined for null, which cannot be a key. A float is
 * printed with the precision of 32 bits, as the reference does.
 */
export function plainKey(text: string): string | undefined {
  const value = resolvePlain(text)
  if (typeof value === 'string') return value
  if (value === null) return undefined
  if (typeof value !== 'number' || isIntegerText(text)) return String(value)
  return floatKey(value)
}

function isIntegerText(text: string): boolean {
  const plain = text.replaceAll('_', '')
  return text[0] !== '.' && (INTEGER.test(plain) || SIGNED_BINARY.test(plain))
}

function floatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  const single = Math.fround(value)
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf'
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits))
    if (Math.fround(shorter) === single) return formatGoFloat(shorter)
  }
  return formatGoFloat(Number(single.toPrecision(9)))
}

function wordOr<T extends PlainScalar | undefined>(text: string, otherwise: T): PlainScalar | T {
  const word = WORDS.get(text)
  return word === undefined ? otherwise : word
}

function numberOr(text: string, hint: number): PlainScalar {
  if (hint === 4) return POINT_FLOAT.test(text) ? finiteOr(text.replaceAll('_', ''), text) : text
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  if (INTEGER.test(plain)) return toInteger(plain) ?? floatOr(plain, text)
  if (SIGNED_BINARY.test(plain)) return (plain[2] === '-' ? -1 : 1) * Number.parseInt(plain.slice(3), 2)
  return floatOr(plain, text)
}

function floatOr(plain: string, text: string): PlainScalar {
  return FLOAT.test(plain) ? finiteOr(plain, text) : text
}

/** A float too large to be finite stays text. */
function finiteOr(plain: string, text: string): PlainScalar {
  const value = Number(plain)
  return Number.isFinite(value) ? value : text
}

/** The integer, or undefined when it fits neither int64 nor (without a sign) uint64. */
function toInteger(plain: string): number | bigint | undefined {
  const isSigned = plain[0] === '-' || plain[0] === '+'
  const digits = isSigned ? plain.slice(1) : plain
  const isNegative = plain[0] === '-'
  const literal = digits.length > 1 && digits[0] === '0' && isDigit(digits[1]!) ? `0o${digits.slice(1)}` : digits
  const small = Number(literal)
  if (Number.isSafeInteger(small)) return isNegative ? 0 - small : small
  const value = isNegative ? -BigInt(literal) : BigInt(literal)
  if (value >= MIN_INT64 && value <= (isSigned ? MAX_INT64 : MAX_UINT64)) return value
  return undefined
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}

const BASE60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** True when the text, unquoted, would be read back as this very string by every YAML 1.1 reader. */
export function isPlainString(text: string): boolean {
  if (text === '') return false
  const first = text.charCodeAt(0)
  if (first >= 128) return true
  const hint = HINTS[first]!
  if (hint === 0) return true
  if (typeof resolvePlain(text) !== 'string') return false
  return hint !== 2 || !(BASE60.test(text) || isTimestamp(text))
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt]| +)(.*))?$/s
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(.*)$/s
const ZONE = /^(?:Z|[-+](\d\d):(\d\d))$/

/** The forms that the reference recognises as a time: a date, or a date and a time with (T) or without (space) a zone. */
export function isTimestamp(text: string): boolean {
  const date = DATE.exec(text)
  if (date === null || !isDate(Number(date[1]), Number(date[2]), Number(date[3]))) return false
  const separator = date[4]
  if (separator === undefined) return true
  const time = TIME.exec(date[5]!)
  if (time === null || Number(time[1]) > 23 || Number(time[2]) > 59 || Number(time[3]) > 59) return false
  if (separator.startsWith(' ')) return time[4] === ''
  const zone = ZONE.exec(time[4]!)
  return zone !== null && (zone[1] === undefined || (Number(zone[1]) <= 24 && Number(zone[2]) < 60))
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
  return day <= days
}

/** Go's shortest 'g' format: an exponent is used below 1e-4 and from 1e6 on. */
export function formatGoFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 6) {
    const digits = String(Math.abs(exponent)).padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  return plainDigits(mantissa, exponent)
}

function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace(/[-.]/g, '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}
