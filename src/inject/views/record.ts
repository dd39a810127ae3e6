import { type FieldAnswer, type GoKind, GoObject, type GoValue, NO_FIELD } from '../../template/value.js'

/** What makes each field of a record out of what the record is about. One table for all records of a type. */
export type FieldMakers<T> = ReadonlyMap<string, (about: T) => GoValue>

/** A struct given by its fields; each is made when a template first asks. */
export class RecordView<T> extends GoObject {
  readonly goType: string
  readonly goKind: GoKind = 'struct'
  readonly #makers: FieldMakers<T>
  readonly #about: T
  readonly #seen = new Map<string, GoValue>()

  readonly #keeps: boolean

  /** `keeps`: a field is made once, however often it is asked for. */
  constructor(goType: string, makers: FieldMakers<T>, about: T, keeps = true) {
    super()
    this.#keeps = keeps
    this.goType = goType
    this.#makers = makers
    this.#about = about
  }

  field(name: string): FieldAnswer {
    const seen = this.#seen.get(name)
    if (seen !== undefined || this.#seen.has(name)) return seen
    const make = this.#makers.get(name)
    if (make === undefined) return NO_FIELD
    const value = make(this.#about)
    if (this.#keeps) this.#seen.set(name, value)
    return value
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    return [...this.#makers.keys()].map(name => [name, this.field(name) as GoValue] as const)
  }

  override json(): GoValue {
    const result = Object.create(null)
    for (const [name, value] of this.fields()) result[name] = value instanceof GoObject ? value.json() : value
    return result
  }
}
