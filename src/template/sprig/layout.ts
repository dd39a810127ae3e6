import { err, ok, type Result } from '../../lang/result.js'
import { goQuote } from '../quote.js'
import { type Civil, daysFromCivil, fixedZone, momentOf, type Zone } from './clock.js'

/** Go's date layouts: the reference time Mon Jan 2 15:04:05 MST 2006, written as the date shall look. */

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Longest first where one begins another. `Jan` and `Mon` are none inside a longer word in small letters. */
const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|_2(?!006)|002|0[1-6]|15|[12345]|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?![0-9])/g

const two = (value: number): string => String(value).padStart(2, '0')

export function formatCivil(civil: Civil, layout: string): string {
  return layout.replace(ELEMENT, element => formatElement(element, civil))
}

function formatElement(element: string, civil: Civil): string {
  const { year, month, day, hour, minute, second, yearDay, weekday } = civil
  switch (element) {
    case 'January':
      return MONTHS[month - 1] ?? ''
    case 'Jan':
      return (MONTHS[month - 1] ?? '').slice(0, 3)
    case 'Monday':
      return WEEKDAYS[weekday] ?? ''
    case 'Mon':
      return (WEEKDAYS[weekday] ?? '').slice(0, 3)
    case 'MST':
      return civil.abbreviation === '' ? formatOffset('-0700', civil.offset) : civil.abbreviation
    case '2006':
      return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
    case '06':
      return two(Math.abs(year) % 100)
    case '__2':
      return String(yearDay).padStart(3, ' ')
    case '002':
      return String(yearDay).padStart(3, '0')
    case '_2':
      return String(day).padStart(2, ' ')
    case '01':
      return two(month)
    case '1':
      return String(month)
    case '02':
      return two(day)
    case '2':
      return String(day)
    case '15':
      return two(hour)
    case '03':
      return two(hour % 12 || 12)
    case '3':
      return String(hour % 12 || 12)
    case '04':
      return two(minute)
    case '4':
      return String(minute)
    case '05':
      return two(second)
    case '5':
      return String(second)
    case 'PM':
      return hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return hour >= 12 ? 'pm' : 'am'
  }
  return /^[.,]/.test(element) ? formatFraction(element, civil.nanosecond) : formatOffset(element, civil.offset)
}

function formatFraction(element: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, element.length - 1)
  if (element[1] === '0') return element[0] + digits.padEnd(element.length - 1, '0')
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : element[0] + trimmed
}

function formatOffset(element: string, offset: number): string {
  if (element.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const parts = [two(Math.floor(size / 3600)), two(Math.floor(size / 60) % 60), two(size % 60)]
  const digits = element.replace(/\D/g, '').length / 2
  const sign = offset < 0 ? '-' : '+'
  return sign + parts.slice(0, digits).join(element.includes(':') ? ':' : '')
}

/** A parsed time. */
export interface Moment {
  readonly nanoseconds: bigint
  readonly zone: Zone
}

interface Read {
  year?: number
  month?: number
  day?: number
  yearDay?: number
  hour?: number
  minute?: number
  second?: number
  nanosecond?: number
  isAfternoon?: boolean
  isHalfDay?: boolean
  offset?: number
  zoneName?: string
}

/** time.ParseInLocation. */
export function parseTime(layout: string, text: string, zone: Zone): Result<Moment, string> {
  const failure = (element: string, rest: string, extra = ''): Result<Moment, string> =>
    err(
      `parsing time ${goQuote(text)} as ${goQuote(layout)}: ${extra === '' ? `cannot parse ${goQuote(rest)} as ${goQuote(element)}` : extra.trimStart()}`,
    )
  const read: Read = {}
  let rest = text
  let at = 0
  for (const match of layout.matchAll(ELEMENT)) {
    const literal = layout.slice(at, match.index)
    const skipped = skipLiteral(rest, literal)
    if (skipped === undefined) return failure(literal, rest)
    rest = skipped
    at = match.index + match[0].length
    const used = readElement(match[0], rest, read)
    if (used === undefined) return failure(match[0], rest)
    rest = rest.slice(used)
    // A fraction may follow the seconds although the layout has none.
    const fraction =
      /^0?5$/.test(match[0]) && !/^[.,][09]/.test(layout.slice(at)) ? /^[.,][0-9]+/.exec(rest)?.[0] : undefined
    if (fraction !== undefined) rest = rest.slice(readElement(fraction, rest, read) ?? 0)
  }
  const tail = layout.slice(at)
  const left = skipLiteral(rest, tail)
  if (left === undefined) return failure(tail, rest)
  if (left !== '') return err(`parsing time ${goQuote(text)}: extra text: ${goQuote(left)}`)
  const built = build(read, zone)
  return typeof built === 'string' ? err(`parsing time ${goQuote(text)}: ${built} out of range`) : ok(built)
}

/** Runs of blanks in the layout match runs of blanks. */
function skipLiteral(text: string, literal: string): string | undefined {
  let rest = text
  for (let i = 0; i < literal.length; ) {
    if (literal[i] === ' ') {
      if (rest !== '' && !rest.startsWith(' ')) return undefined
      rest = rest.replace(/^ +/, '')
      while (literal[i] === ' ') i++
      continue
    }
    if (rest[0] !== literal[i]) return undefined
    rest = rest.slice(1)
    i++
  }
  return rest
}

/** Reads one element from the start of the text; how much it took. */
function readElement(element: string, text: string, read: Read): number | undefined {
  const number = (pattern: RegExp, set: (value: number) => void): number | undefined => {
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) set(Number(found))
    return found?.length
  }
  const name = (names: readonly string[], length: number | undefined, set: (index: number) => void) => {
    const index = names.findIndex(full => text.toLowerCase().startsWith(full.slice(0, length).toLowerCase()))
    if (index === -1) return undefined
    set(index)
    return (names[index] ?? '').slice(0, length).length
  }
  switch (element) {
    case '2006':
      return number(/^[0-9]{4}/, value => (read.year = value))
    case '06':
      return number(/^[0-9]{2}/, value => (read.year = value >= 69 ? 1900 + value : 2000 + value))
    case 'January':
      return name(MONTHS, undefined, index => (read.month = index + 1))
    case 'Jan':
      return name(MONTHS, 3, index => (read.month = index + 1))
    case 'Monday':
      return name(WEEKDAYS, undefined, () => {})
    case 'Mon':
      return name(WEEKDAYS, 3, () => {})
    case '01':
      return number(/^[0-9]{2}/, value => (read.month = value))
    case '1':
      return number(/^[0-9]{1,2}/, value => (read.month = value))
    case '02':
      return number(/^[0-9]{2}/, value => (read.day = value))
    case '2':
      return number(/^[0-9]{1,2}/, value => (read.day = value))
    case '_2':
      return number(/^ ?[0-9]{1,2}/, value => (read.day = value))
    case '002':
      return number(/^[0-9]{3}/, value => (read.yearDay = value))
    case '__2':
      return number(/^ {0,2}[0-9]{1,3}/, value => (read.yearDay = value))
    case '15':
      return number(/^[0-9]{1,2}/, value => (read.hour = value))
    case '03':
    case '3':
      read.isHalfDay = true
      return number(element === '3' ? /^[0-9]{1,2}/ : /^[0-9]{2}/, value => (read.hour = value))
    case '04':
      return number(/^[0-9]{2}/, value => (read.minute = value))
    case '4':
      return number(/^[0-9]{1,2}/, value => (read.minute = value))
    case '05':
      return number(/^[0-9]{2}/, value => (read.second = value))
    case '5':
      return number(/^[0-9]{1,2}/, value => (read.second = value))
    case 'PM':
    case 'pm': {
      const found = (element === 'PM' ? /^[AP]M/ : /^[ap]m/).exec(text)?.[0]
      if (found !== undefined) read.isAfternoon = found.toUpperCase() === 'PM'
      return found?.length
    }
    case 'MST': {
      const found = /^(?:[A-Z]{3,5}|GMT[+-][0-9]{1,2}|[+-][0-9]{2,4})/.exec(text)?.[0]
      if (found !== undefined) read.zoneName = found
      return found?.length
    }
  }
  return /^[.,]/.test(element) ? readFraction(element, text, read) : readOffset(element, text, read)
}

function readFraction(element: string, text: string, read: Read): number | undefined {
  const isExact = element[1] === '0'
  const found = (isExact ? new RegExp(`^[.,][0-9]{${element.length - 1}}`) : /^[.,][0-9]{1,}/).exec(text)?.[0]
  if (found === undefined) return isExact ? undefined : 0
  read.nanosecond = Number(found.slice(1, 10).padEnd(9, '0'))
  return found.length
}

function readOffset(element: string, text: string, read: Read): number | undefined {
  if (element.startsWith('Z') && text.startsWith('Z')) {
    read.offset = 0
    return 1
  }
  const colon = element.includes(':') ? ':' : ''
  const count = element.replace(/\D/g, '').length / 2
  const pattern = new RegExp(`^[+-]${Array.from({ length: count }, () => '([0-9]{2})').join(colon)}`)
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number)
  read.offset = (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
  return match[0].length
}

/** The moment, or which part is out of range. */
function build(read: Read, zone: Zone): Moment | string {
  const { year = 0, minute = 0, second = 0, nanosecond = 0 } = read
  let { hour = 0, month, day } = read
  if (hour > 23 || (read.isHalfDay === true && hour > 12)) return 'hour'
  if (minute > 59) return 'minute'
  if (second > 59) return 'second'
  if (read.isAfternoon === true && hour < 12) hour += 12
  if (read.isAfternoon === false && hour === 12) hour = 0
  if (month !== undefined && (month < 1 || month > 12)) return 'month'
  let days: number
  if (read.yearDay !== undefined && month === undefined) {
    days = daysFromCivil(year, 1, 1) + read.yearDay - 1
    if (read.yearDay < 1 || days >= daysFromCivil(year + 1, 1, 1)) return 'day-of-year'
  } else {
    month ??= 1
    day ??= 1
    days = daysFromCivil(year, month, day)
    const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1)
    if (day < 1 || days >= next) return 'day'
  }
  const its = zoneOf(read, zone, days)
  return { nanoseconds: momentOf(days, { hour, minute, second, nanosecond }, its), zone: its }
}

function zoneOf({ offset, zoneName }: Read, zone: Zone, days: number): Zone {
  if (offset === undefined && zoneName === undefined) return zone
  if (zoneName === 'UTC' || (offset === 0 && zoneName === undefined)) return fixedZone(0, 'UTC')
  const here = zone.at(days * 86_400)
  if (offset !== undefined) return offset === here.offset ? zone : fixedZone(offset, zoneName ?? '')
  return zoneName === here.abbreviation ? zone : fixedZone(namedOffset(zoneName ?? ''), zoneName ?? '')
}

/** `GMT+3` says its offset; other letters are kept, at offset 0. */
function namedOffset(name: string): number {
  return name.startsWith('GMT') ? Number(name.slice(3)) * 3600 : 0
}
