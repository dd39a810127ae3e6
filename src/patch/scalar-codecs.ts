import type { GoType } from '../lang/gotypes.js'
import type { Json } from '../lang/json.js'
import { canonicalQuantity } from '../lang/quantity.js'
import type { Carry } from './typed-carry.js'

/** What one decoding knows besides the value. */
export interface Decoding {
  /** Bare YAML scalars become text where the field is text. */
  fromYaml: boolean
  /** The first value that did not fit. Go reports the first one too, and reads on. */
  failure: string | undefined
  /** Where decoding stands; kept only in the second run, after a failure, to say where it was. */
  readonly trail: (string | number)[] | undefined
  failedAt: readonly (string | number)[]
}

/** One Go type's reading and printing, as one function. */
export interface Codec {
  /** The value as Go prints it after reading it; the value itself where nothing changes. Null reads as Go's zero value. */
  readonly convert: (value: Json, decoding: Decoding) => Json
  /** Go's zero value as printed. Objects are frozen: they are shared by all results. */
  readonly zero: Json
  /** Whether `omitempty` drops a printed value: false, 0, "", nil, and empty lists and maps, but no struct of any kind. */
  readonly isEmpty: (printed: Json) => boolean
  /** For structs, pointers to them and lists of them, as they are printed: carries changes to what was received. */
  readonly carry: Carry | undefined
}

/** All codecs are of one form to V8, which then reads them by place: a tenth less for reading and printing a pod. */
export function codecOf(
  zero: Json,
  isEmpty: Codec['isEmpty'],
  convert: Codec['convert'],
  carry: Codec['carry'] = undefined,
): Codec {
  return { convert, zero, isEmpty, carry }
}

const never = (): boolean => false
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

export function fail(decoding: Decoding, wanted: string, value: Json): void {
  if (decoding.failure !== undefined) return
  decoding.failure = `must be ${wanted}, not ${describe(value)}`
  if (decoding.trail !== undefined) decoding.failedAt = [...decoding.trail]
}

/** A value in a message: its kind, and the text of scalars as far as it fits. */
export function describe(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  const kind = typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'boolean' : 'number'
  return `the ${kind} ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`
}

const text = codecOf(
  '',
  printed => printed === '',
  (value, decoding) => {
    if (typeof value === 'string') return value
    if (value === null) return ''
    if (decoding.fromYaml && typeof value !== 'object') return yamlScalarText(value)
    fail(decoding, 'text', value)
    return ''
  },
)

const bool = codecOf(
  false,
  printed => printed === false,
  (value, decoding) => {
    if (typeof value === 'boolean') return value
    if (value !== null) fail(decoding, 'true or false', value)
    return false
  },
)

const int32 = integer('a whole number of 32 bits', -(2 ** 31), 2 ** 31 - 1)
const int64 = integer('a whole number of 64 bits', -(2 ** 63), 2 ** 63 - 1)

function integer(wanted: string, min: number, max: number): Codec {
  return codecOf(
    0,
    printed => printed === 0,
    (value, decoding) => {
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
      if (typeof value === 'bigint' && max > 2 ** 53 && value >= MIN_INT64 && value <= MAX_INT64) return value
      if (value !== null) fail(decoding, wanted, value)
      return 0
    },
  )
}

const quantity = codecOf('0', never, (value, decoding) => {
  if (value === null) return '0'
  if (typeof value === 'string' && isPlainQuantity(value)) return value
  if (typeof value === 'object' || typeof value === 'boolean') {
    fail(decoding, 'a quantity such as 100m or 1Gi', value)
    return '0'
  }
  const canonical = canonicalQuantity(String(value).trim())
  if (canonical.ok) return canonical.value
  fail(decoding, 'a quantity such as 100m or 1Gi', value)
  return '0'
})

/**
 * Whether a quantity is canonical at first sight, as nearly all are: a short whole number that no larger suffix could
 * shorten. The full reading takes arithmetic on big integers.
 */
function isPlainQuantity(value: string): boolean {
  const match = /^([1-9]\d{0,5})(m|k|M|G|Ki|Mi|Gi|)$/.exec(value)
  if (match === null) return false
  const [, digits = '', suffix = ''] = match
  return suffix.endsWith('i') ? Number(digits) % 1024 !== 0 : !digits.endsWith('000')
}

const time = codecOf(null, never, (value, decoding) => {
  if (value === null) return null
  const printed = typeof value === 'string' ? utcSeconds(value) : undefined
  if (printed !== undefined) return printed === GO_ZERO_TIME ? null : printed
  fail(decoding, 'a time such as 2026-01-31T12:00:00Z', value)
  return null
})
/** Go's zero time is a moment like any other in text, and prints as null. */
const GO_ZERO_TIME = '0001-01-01T00:00:00Z'

/** RFC 3339 in UTC and whole seconds, as metav1.Time prints it; undefined if the text is no such time. */
function utcSeconds(value: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(Z|[+-](\d\d):(\d\d))$/.exec(value)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [zoneHour, zoneMinute] = [Number(match[8] ?? 0), Number(match[9] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined
  const moment = new Date(0)
  moment.setUTCFullYear(year, month - 1, day)
  if (moment.getUTCMonth() !== month - 1 || moment.getUTCDate() !== day) return undefined
  const offset = (zoneHour * 60 + zoneMinute) * (match[7]?.startsWith('-') ? -1 : 1)
  moment.setUTCHours(hour, minute - offset, second)
  return moment.toISOString().replace('.000Z', 'Z')
}

const intOrString = codecOf(0, never, (value, decoding) => {
  if (typeof value === 'string') return value
  const before = decoding.failure
  const number = int32.convert(value, decoding)
  if (decoding.failure !== before)
    decoding.failure = `must be a whole number of 32 bits or text, not ${describe(value)}`
  return number
})

const raw = codecOf(null, never, value => value)

const SCALARS: { readonly [kind in GoType['kind']]?: Codec } = {
  string: text,
  bool,
  int32,
  int64,
  quantity,
  time,
  intOrString,
  raw,
}

/** The codec of a type without parts. The generated tables use no other kinds today; a new one must be written here first. */
export function scalarCodec(kind: GoType['kind']): Codec {
  const codec = SCALARS[kind]
  if (codec === undefined) throw new Error(`Go kind ${kind} has no codec`)
  return codec
}

/**
 * A bare YAML scalar in a text field, as sigs.k8s.io/yaml writes it: whole numbers in digits, other numbers in Go's shortest
 * form, which takes an exponent from a million on.
 */
function yamlScalarText(value: number | bigint | boolean): string {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
