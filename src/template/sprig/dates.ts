import { formatDuration, parseDuration } from '../../lang/duration.js'
import { type FunctionMap, fail, fn } from '../function.js'
import type { TemplateHost } from '../host.js'
import { GoInt, type GoValue } from '../value.js'
import { zoneNamed } from './clock.js'
import { formatCivil, parseTime } from './layout.js'
import { TimeValue } from './time.js'

const SECOND = 1_000_000_000n
const HTML_DATE = '2006-01-02'

/** Dates. The clock and the local time zone are the host's; without a zone, local is UTC. */
export function dateFunctions(host: TemplateHost): FunctionMap {
  const local = host.timeZone ?? 'UTC'
  const now = (): TimeValue => {
    const milliseconds = host.now?.() ?? fail('needs a clock, which this host does not give')
    return new TimeValue(BigInt(Math.round(milliseconds)) * 1_000_000n, zoneNamed(local))
  }
  const timeOf = (value: GoValue): TimeValue => {
    if (value instanceof TimeValue) return value
    const seconds = wholeSeconds(value)
    return seconds === undefined ? now() : new TimeValue(seconds * SECOND, zoneNamed('UTC'))
  }
  const inZone = (layout: string, date: GoValue, zone: string): string =>
    formatCivil(
      timeOf(date)
        .inZone(zoneNamed(zone === 'Local' ? local : zone))
        .civil(),
      layout,
    )
  const modify = (isStrict: boolean) => (text: string, date: GoValue) => {
    if (!(date instanceof TimeValue)) fail('expected time.Time')
    const duration = parseDuration(text)
    if (duration.ok) return date.plus(duration.value)
    return isStrict ? fail(duration.error) : date
  }
  const toDate = (layout: string, text: string): GoValue => {
    const parsed = parseTime(layout, text, zoneNamed(local))
    return parsed.ok ? new TimeValue(parsed.value.nanoseconds, parsed.value.zone) : ZERO
  }
  const dateInZone = fn('string any string', inZone)
  const dateModify = fn('string time.Time', modify(false))
  const mustDateModify = fn('string time.Time', modify(true))
  return {
    now: fn('', now),
    date: fn('string any', (layout: string, date: GoValue) => inZone(layout, date, 'Local')),
    dateInZone,
    date_in_zone: dateInZone,
    htmlDate: fn('any', (date: GoValue) => inZone(HTML_DATE, date, 'Local')),
    htmlDateInZone: fn('any string', (date: GoValue, zone: string) => inZone(HTML_DATE, date, zone)),
    dateModify,
    date_modify: dateModify,
    mustDateModify,
    must_date_modify: mustDateModify,
    ago: fn('any', (date: GoValue) => {
      const since = now().nanoseconds - (isInt32(date) ? now() : timeOf(date)).nanoseconds
      return formatDuration(roundedToSecond(since))
    }),
    duration: fn('any', (seconds: GoValue) => formatDuration(BigInt.asIntN(64, durationSeconds(seconds) * SECOND))),
    durationRound: fn('any', (value: GoValue) => roundDuration(durationOf(value, now))),
    toDate: fn('string string', toDate),
    mustToDate: fn('string string', (layout: string, text: string) => {
      const parsed = parseTime(layout, text, zoneNamed(local))
      return parsed.ok ? new TimeValue(parsed.value.nanoseconds, parsed.value.zone) : fail(parsed.error)
    }),
    unixEpoch: fn('time.Time', (date: GoValue) => String(date instanceof TimeValue ? date.unixSeconds : 0n)),
  }
}

/** Go's zero time, 1 January of year 1. */
const ZERO = new TimeValue(-62_135_596_800n * SECOND, zoneNamed('UTC'))

function isInt32(value: GoValue): boolean {
  return value instanceof GoInt && value.type === 'int32'
}

/** int, int32 and int64 are seconds since 1970; nothing else is a time. */
function wholeSeconds(value: GoValue): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof GoInt && (value.type === 'int64' || value.type === 'int32') ? value.value : undefined
}

function durationSeconds(value: GoValue): bigint {
  if (typeof value === 'string') return /^[+-]?[0-9]+$/.test(value) ? BigInt(value) : 0n
  return value instanceof GoInt && value.type === 'int64' ? value.value : 0n
}

function durationOf(value: GoValue, now: () => TimeValue): bigint {
  if (value instanceof TimeValue) return now().nanoseconds - value.nanoseconds
  if (value instanceof GoInt && value.type === 'int64') return value.value
  if (typeof value !== 'string') return 0n
  const parsed = parseDuration(value)
  return parsed.ok ? parsed.value : 0n
}

/** Halves away from zero. */
function roundedToSecond(nanoseconds: bigint): bigint {
  const half = nanoseconds < 0n ? -SECOND / 2n : SECOND / 2n
  return ((nanoseconds + half) / SECOND) * SECOND
}

const UNITS: readonly (readonly [suffix: string, seconds: bigint])[] = [
  ['y', 365n * 86_400n],
  ['mo', 30n * 86_400n],
  ['d', 86_400n],
  ['h', 3_600n],
  ['m', 60n],
  ['s', 1n],
]

/** The largest unit of which there is more than one whole; the sign is dropped. */
function roundDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const unit = UNITS.find(([, seconds]) => size > seconds * SECOND)
  return unit === undefined ? '0s' : `${size / (unit[1] * SECOND)}${unit[0]}`
}
