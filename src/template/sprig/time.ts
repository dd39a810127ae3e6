import { formatDuration } from '../../lang/duration.js'
import { fail } from '../function.js'
import { type FieldAnswer, GoInt, type GoKind, GoObject, type GoValue, NO_FIELD } from '../value.js'
import { type Civil, civilAt, daysFromCivil, floorSeconds, momentOf, SECOND, UTC, type Zone } from './clock.js'
import { formatCivil, MONTHS, WEEKDAYS } from './layout.js'

/** time.Time. */
export class TimeValue extends GoObject {
  readonly goType = 'time.Time'
  readonly goKind: GoKind = 'struct'
  /** Since 1970. */
  readonly nanoseconds: bigint
  readonly zone: Zone

  constructor(nanoseconds: bigint, zone: Zone) {
    super()
    this.nanoseconds = nanoseconds
    this.zone = zone
  }

  get unixSeconds(): bigint {
    return BigInt(floorSeconds(this.nanoseconds))
  }

  inZone(zone: Zone): TimeValue {
    return new TimeValue(this.nanoseconds, zone)
  }

  plus(duration: bigint): TimeValue {
    return new TimeValue(this.nanoseconds + duration, this.zone)
  }

  civil(): Civil {
    return civilAt(this.nanoseconds, this.zone)
  }

  field(name: string): FieldAnswer {
    const civil = this.civil()
    switch (name) {
      case 'Year':
        return BigInt(civil.year)
      case 'Month':
        return new NamedNumber('time.Month', civil.month, MONTHS[civil.month - 1] ?? '')
      case 'Day':
        return BigInt(civil.day)
      case 'Hour':
        return BigInt(civil.hour)
      case 'Minute':
        return BigInt(civil.minute)
      case 'Second':
        return BigInt(civil.second)
      case 'Nanosecond':
        return BigInt(civil.nanosecond)
      case 'Weekday':
        return new NamedNumber('time.Weekday', civil.weekday, WEEKDAYS[civil.weekday] ?? '')
      case 'YearDay':
        return BigInt(civil.yearDay)
      case 'Unix':
        return new GoInt(this.unixSeconds, 'int64')
      case 'UnixMilli':
        return new GoInt(this.nanoseconds / 1_000_000n, 'int64')
      case 'UnixMicro':
        return new GoInt(this.nanoseconds / 1_000n, 'int64')
      case 'UnixNano':
        return new GoInt(this.nanoseconds, 'int64')
      case 'UTC':
        return this.inZone(UTC)
      case 'IsZero':
        return civil.year === 1 && this.nanoseconds === -62_135_596_800n * SECOND
      case 'String':
        return this.text()
    }
    return NO_FIELD
  }

  override method(name: string): ((args: readonly GoValue[]) => GoValue) | undefined {
    switch (name) {
      case 'Format':
        return ([layout]) => (typeof layout === 'string' ? formatCivil(this.civil(), layout) : fail('expected string'))
      case 'AddDate':
        return args => this.#addDate(args)
      case 'Equal':
        return ([other]) => this.#compared(other) === 0n
      case 'Before':
        return ([other]) => this.#compared(other) < 0n
      case 'After':
        return ([other]) => this.#compared(other) > 0n
      case 'Sub':
        return ([other]) => new DurationValue(this.#compared(other))
    }
    return undefined
  }

  #compared(other: GoValue): bigint {
    return other instanceof TimeValue ? this.nanoseconds - other.nanoseconds : fail('expected time.Time')
  }

  #addDate(args: readonly GoValue[]): GoValue {
    const [years, months, days] = args.map(value =>
      typeof value === 'bigint' ? Number(value) : fail('expected integer'),
    )
    const civil = this.civil()
    const month = civil.month - 1 + (months ?? 0)
    const year = civil.year + (years ?? 0) + Math.floor(month / 12)
    const date = daysFromCivil(year, (((month % 12) + 12) % 12) + 1, 1) + civil.day - 1 + (days ?? 0)
    return new TimeValue(momentOf(date, civil, this.zone), this.zone)
  }

  override text(): string {
    return formatCivil(this.civil(), '2006-01-02 15:04:05.999999999 -0700 MST')
  }

  override json(): GoValue {
    return formatCivil(this.civil(), '2006-01-02T15:04:05.999999999Z07:00')
  }
}

/** An int with names: a month, a weekday. */
class NamedNumber extends GoObject {
  readonly goKind: GoKind = 'int'
  readonly goType: string
  readonly #value: number
  readonly #text: string
  constructor(type: string, value: number, text: string) {
    super()
    this.goType = type
    this.#value = value
    this.#text = text
  }
  override get integer(): bigint {
    return BigInt(this.#value)
  }
  field(name: string): FieldAnswer {
    return name === 'String' ? this.#text : NO_FIELD
  }
  override text(): string {
    return this.#text
  }
  override json(): GoValue {
    return BigInt(this.#value)
  }
}

/** time.Duration. */
class DurationValue extends GoObject {
  readonly goType = 'time.Duration'
  readonly goKind: GoKind = 'int64'
  readonly #value: bigint
  constructor(value: bigint) {
    super()
    this.#value = value
  }
  override get integer(): bigint {
    return this.#value
  }
  field(name: string): FieldAnswer {
    const seconds = Number(this.#value) / 1e9
    switch (name) {
      case 'Hours':
        return seconds / 3600
      case 'Minutes':
        return seconds / 60
      case 'Seconds':
        return seconds
      case 'Milliseconds':
        return new GoInt(this.#value / 1_000_000n, 'int64')
      case 'String':
        return this.text()
    }
    return NO_FIELD
  }
  override text(): string {
    return formatDuration(this.#value)
  }
  override json(): GoValue {
    return this.#value
  }
}
