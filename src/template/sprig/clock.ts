/** Time zones and the calendar. */

export const SECOND = 1_000_000_000n
const DAY = 86_400

const RECENT = [new Date('2020-01-01'), new Date('2020-07-01')]

/** A time zone: what clocks there show at a moment. */
export interface Zone {
  readonly name: string
  at(unixSeconds: number): { readonly offset: number; readonly abbreviation: string }
}

export const UTC: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) }
const zones = new Map<string, Zone>()

export function fixedZone(offset: number, abbreviation: string): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) }
}

/** A zone of the tz database; an unknown name is UTC, as sprig has it. */
export function zoneNamed(name: string): Zone {
  if (name === 'UTC' || name === '' || name === 'Local') return UTC
  const known = zones.get(name)
  if (known !== undefined) return known
  try {
    const zone = databaseZone(name)
    zones.set(name, zone)
    return zone
  } catch {
    return UTC
  }
}

function databaseZone(name: string): Zone {
  if (!/^[A-Za-z]/.test(name)) throw new RangeError(name)
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const names = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'].map(
    locale => new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' }),
  )
  const offsetAt = (date: Date): number => {
    const part = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]))
    const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
    const days = daysFromCivil(year, Number(part['month']), Number(part['day']))
    const ofDay = Number(part['hour']) * 3600 + Number(part['minute']) * 60 + Number(part['second'])
    return days * DAY + ofDay - Math.floor(date.getTime() / 1000)
  }
  // The formatter knows no letters for dates before 1970: take those that the same offset has in 2020.
  const recent = (offset: number): string | undefined => {
    const same = RECENT.find(date => offsetAt(date) === offset)
    return same === undefined ? undefined : abbreviationOf(names, same)
  }
  return {
    name,
    at(unixSeconds) {
      const date = new Date(unixSeconds * 1000)
      const offset = offsetAt(date)
      return { offset, abbreviation: abbreviationOf(names, date) ?? recent(offset) ?? offsetText(offset) }
    },
  }
}

/** The zone's letters in whichever English has them. */
function abbreviationOf(names: readonly Intl.DateTimeFormat[], date: Date): string | undefined {
  for (const format of names) {
    const name = format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    if (/^[A-Z]+$/.test(name)) return name
  }
  return undefined
}

/** Zones without letters are named by their offset, as in the tz database. */
function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / 60
  const digits = String(Math.floor(minutes / 60)).padStart(2, '0')
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${digits}${rest}`
}

/** Days since 1970 of a date in the proleptic Gregorian calendar. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

/** What a calendar and a clock show. */
export interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly yearDay: number
  readonly offset: number
  readonly abbreviation: string
}

/** What clocks of a zone show at a moment. */
export function civilAt(nanoseconds: bigint, zone: Zone): Civil {
  const seconds = floorSeconds(nanoseconds)
  const { offset, abbreviation } = zone.at(seconds)
  const shown = seconds + offset
  const days = Math.floor(shown / DAY)
  const ofDay = shown - days * DAY
  const { year, month, day } = civilFromDays(days)
  return {
    year,
    month,
    day,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond: Number(nanoseconds - BigInt(seconds) * SECOND),
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(year, 1, 1) + 1,
    offset,
    abbreviation,
  }
}

/** The moment at which a zone's clocks show a date and time. */
export function momentOf(
  days: number,
  clock: Pick<Civil, 'hour' | 'minute' | 'second' | 'nanosecond'>,
  zone: Zone,
): bigint {
  const shown = days * DAY + clock.hour * 3600 + clock.minute * 60 + clock.second
  const guess = shown - zone.at(shown).offset
  const seconds = shown - zone.at(guess).offset
  return BigInt(seconds) * SECOND + BigInt(clock.nanosecond)
}

export function floorSeconds(nanoseconds: bigint): number {
  const whole = nanoseconds / SECOND
  return Number(nanoseconds < 0n && whole * SECOND !== nanoseconds ? whole - 1n : whole)
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const index = Math.floor((5 * ofYear + 2) / 153)
  const month = index < 10 ? index + 3 : index - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * index + 2) / 5) + 1,
  }
}
