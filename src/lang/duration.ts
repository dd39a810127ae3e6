import { err, ok, type Result } from './result.js'

const NANOSECOND: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const SECOND = 1_000_000_000n
const MAX_INT64 = 2n ** 63n - 1n

const PART = /([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)/y

/** Reads a Go duration such as `1h30m`, `-1.5s` or `0`, to nanoseconds in 64 bits. */
export function parseDuration(text: string): Result<bigint, string> {
  const invalid = err(`invalid duration '${text}': expected a number with a unit (ns, us, ms, s, m, h), such as 1m30s`)
  const isNegative = text.startsWith('-')
  const body = isNegative || text.startsWith('+') ? text.slice(1) : text
  if (body === '0') return ok(0n)
  if (body === '') return invalid
  let total = 0n
  let at = 0
  while (at < body.length) {
    PART.lastIndex = at
    const match = PART.exec(body)
    if (match === null) return invalid
    const [whole, integer = '', fraction = '', unit = ''] = match
    if (integer === '' && fraction === '') return invalid
    total += partOf(integer, fraction, NANOSECOND[unit]!)
    at += whole.length
  }
  if (total > (isNegative ? MAX_INT64 + 1n : MAX_INT64)) return err(`duration '${text}' is out of range`)
  return ok(isNegative ? -total : total)
}

function partOf(integer: string, fraction: string, unit: bigint): bigint {
  return BigInt(integer || '0') * unit + fractionOf(fraction, unit)
}

/** Go takes as many digits as fit 63 bits and multiplies in floating point; the last nanosecond depends on it. */
function fractionOf(fraction: string, unit: bigint): bigint {
  let digits = 0n
  let scale = 1
  for (const char of fraction) {
    if (digits > MAX_INT64 / 10n) break
    digits = digits * 10n + BigInt(char)
    scale *= 10
  }
  return BigInt(Math.trunc(Number(digits) * (Number(unit) / scale)))
}

/** Go's text of a duration in nanoseconds: `1m30s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`
  if (size < SECOND) return `${sign}${decimal(size, 6)}ms`
  const minutes = size / NANOSECOND['m']!
  const seconds = `${decimal(size % NANOSECOND['m']!, 9)}s`
  if (minutes === 0n) return sign + seconds
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

/** value / 10^places without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  const whole = digits.slice(0, -places)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** Largest second of google.protobuf.Duration: about 10,000 years. */
const MAX_PROTO_SECONDS = 315_576_000_000n

const PROTO = /^(-?)([0-9]+)(?:\.([0-9]{0,9}))?s$/

/** Reads the JSON form of google.protobuf.Duration: seconds with at most nine decimals and the unit `s`. */
export function parseProtoDuration(text: string): Result<bigint, string> {
  const match = PROTO.exec(text)
  if (match === null) return err(`invalid duration '${text}': expected seconds with the unit s, such as 1.5s`)
  const [, sign, seconds = '0', fraction = ''] = match
  const total = BigInt(seconds) * SECOND + BigInt(fraction.padEnd(9, '0'))
  if (BigInt(seconds) > MAX_PROTO_SECONDS) return err(`duration '${text}' is out of range`)
  return ok(sign === '-' ? -total : total)
}

/** The JSON form of google.protobuf.Duration: 0, 3, 6 or 9 decimals: `7s`, `1.500s`. */
export function formatProtoDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = (size % SECOND).toString().padStart(9, '0')
  const shown = fraction.replace(/(?:000){1,3}$/, '')
  return `${nanoseconds < 0n ? '-' : ''}${size / SECOND}${shown === '' ? '' : `.${shown}`}s`
}
