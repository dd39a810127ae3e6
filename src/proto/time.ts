import { ProtoError } from './error.js'

interface SecondsAndNanos {
  readonly seconds: bigint
  /** Of the same sign as the seconds in a duration, never negative in a timestamp. */
  readonly nanos: number
}

/** `"1.5s"`. */
export function parseDuration(value: unknown): SecondsAndNanos {
  const match = typeof value === 'string' ? /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(value) : null
  if (match === null) throw new ProtoError(`a duration is expected, such as "1.5s", not ${JSON.stringify(value)}`)
  const [, sign, whole = '0', fraction = ''] = match
  const nanos = Number(fraction.padEnd(9, '0'))
  return sign === '-' ? { seconds: -BigInt(whole), nanos: nanos === 0 ? 0 : -nanos } : { seconds: BigInt(whole), nanos }
}

export function formatDuration(seconds: bigint, nanos: number): string {
  const sign = seconds < 0n || nanos < 0 ? '-' : ''
  return `${sign}${seconds < 0n ? -seconds : seconds}${fractionOf(Math.abs(nanos))}s`
}

/** RFC 3339. */
export function parseTimestamp(value: unknown): SecondsAndNanos {
  const match =
    typeof value === 'string'
      ? /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(value)
      : null
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`.toUpperCase())
  if (match === null || Number.isNaN(ms)) {
    throw new ProtoError(`a time is expected, such as "2026-01-01T00:00:00Z", not ${JSON.stringify(value)}`)
  }
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: Number((match[2] ?? '').padEnd(9, '0')) }
}

export function formatTimestamp(seconds: bigint, nanos: number): string {
  // Years 1 to 9999 are all that RFC 3339 can say: only malformed input has others.
  if (seconds < -62135596800n || seconds > 253402300799n) throw new ProtoError(`the time ${seconds} is out of range`)
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fractionOf(nanos)}Z`
}

/** Nothing, or a dot and 3, 6 or 9 digits. */
function fractionOf(nanos: number): string {
  if (nanos === 0) return ''
  return `.${String(nanos)
    .padStart(9, '0')
    .replace(/(000){1,2}$/, '')}`
}
