import type { GoType } from '../../lang/gotypes.js'
import { emptyObject, isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import { encodeTyped, goStruct } from '../../patch/index.js'
import {
  decodedJson,
  type FieldAnswer,
  GoInt,
  type GoKind,
  GoObject,
  GoPointer,
  GoSlice,
  type GoValue,
  type IntegerKind,
  NIL_POINTER,
  NO_FIELD,
  StringMap,
} from '../../template/value.js'
import { isSuspicious } from '../inert.js'

/** Asked for every text of the pod that a template gets to see, keys of maps included. */
export interface Reader {
  /** The text that is meant: itself, where texts do not stand for others. */
  read(text: string): string
  /** Told of a text that was made of the pod's, and stands for nothing else. */
  tell(text: string): void
  /**
   * Texts stand for others, and all that are seen are asked for, each time. Otherwise only those matter that could be more than
   * text, and those once.
   */
  readonly isStandIn: boolean
}

/** A Kubernetes object as templates see it: a Go struct, by Go field names, zero values where the JSON has nothing. */
export class StructView extends GoObject {
  readonly goType: string
  readonly goKind: GoKind
  /** Null behind a nil pointer. */
  readonly value: JsonObject | null
  readonly #name: string
  readonly #seen = new Map<string, FieldAnswer>()

  readonly #reader: Reader | undefined

  constructor(name: string, value: JsonObject | null, isPointer = false, reader?: Reader) {
    super()
    this.#name = name
    this.#reader = reader
    this.goType = isPointer ? `*${name}` : name
    this.goKind = isPointer ? 'ptr' : 'struct'
    this.value = value
  }

  override get isNil(): boolean {
    return this.value === null
  }

  field(name: string): FieldAnswer {
    const seen = this.#seen.get(name)
    if (seen !== undefined) return seen
    const answer = this.#read(name)
    if (this.#reader?.isStandIn !== true) this.#seen.set(name, answer)
    return answer
  }

  #read(name: string): FieldAnswer {
    const field = fieldsByName(this.#name).get(name)
    if (field === undefined) return NO_FIELD
    if (this.value === null) return NIL_POINTER
    return goValue(field.type, field.json === '' ? this.value : own(this.value, field.json), this.#reader)
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    if (this.value === null) return []
    return goStruct(this.#name).fields.map(({ go }) => [go, this.field(go) as GoValue] as const)
  }

  override json(): GoValue {
    if (this.value === null) return null
    return decodedJson(encodeTyped(this.#name, readAll(this.value, this.#reader)))
  }
}

/** A value that prints as text and has no fields templates care for: a quantity, a time, an int-or-string. */
export class TextView extends GoObject {
  readonly goType: string
  readonly goKind: GoKind = 'struct'
  readonly #value: string | number
  constructor(goType: string, value: string | number) {
    super()
    this.goType = goType
    this.#value = value
  }

  field(name: string): FieldAnswer {
    return name === 'String' ? String(this.#value) : NO_FIELD
  }

  override text(): string {
    return String(this.#value)
  }

  override json(): GoValue {
    return this.#value
  }
}

interface NamedField {
  readonly json: string
  readonly type: GoType
}

const fieldTables = new Map<string, ReadonlyMap<string, NamedField>>()

/** Fields by Go name; those of embedded structs are there too, and the embedded struct itself by its own name. */
function fieldsByName(struct: string): ReadonlyMap<string, NamedField> {
  const known = fieldTables.get(struct)
  if (known !== undefined) return known
  const table = new Map<string, NamedField>()
  for (const { go, json, type, inline } of goStruct(struct).fields) {
    const embedded = type.kind === 'struct' && (inline || json === '')
    table.set(go, { json: embedded ? '' : json, type })
    if (!embedded) continue
    for (const [name, field] of fieldsByName(type.name)) if (!table.has(name)) table.set(name, field)
  }
  fieldTables.set(struct, table)
  return table
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function goValue(type: GoType, value: Json | undefined, reader: Reader | undefined): GoValue {
  switch (type.kind) {
    case 'struct':
      return new StructView(type.name, isJsonObject(value) ? value : {}, false, reader)
    case 'ptr':
      return pointer(type.elem, value, reader)
    case 'slice':
      return slice(type.elem, value, reader)
    case 'map':
      return map(type.elem, value, reader)
    case 'string':
    case 'bytes':
      if (typeof value !== 'string') return ''
      return reader === undefined ? value : reader.read(value)
    case 'bool':
      return value === true
    case 'int':
      return BigInt(integer(value))
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
      return new GoInt(BigInt(integer(value)), type.kind satisfies IntegerKind)
    case 'float64':
      return typeof value === 'number' ? value : 0
    case 'quantity':
      return new TextView('resource.Quantity', textOrNumber(value, '0'))
    case 'intOrString':
      return new TextView('intstr.IntOrString', textOrNumber(readAll(value ?? null, reader), 0))
    case 'time':
    case 'microtime':
    case 'duration':
      return new TextView('v1.Time', textOrNumber(value, ''))
    case 'any':
    case 'raw':
      return decodedJson(readAll(value ?? null, reader))
  }
}

function pointer(elem: GoType, value: Json | undefined, reader: Reader | undefined): GoValue {
  if (elem.kind === 'struct') return new StructView(elem.name, isJsonObject(value) ? value : null, true, reader)
  return value === undefined || value === null ? null : new GoPointer(goValue(elem, value, reader), typeText(elem))
}

function slice(elem: GoType, value: Json | undefined, reader: Reader | undefined): GoValue {
  const type = `[]${typeText(elem)}`
  if (!Array.isArray(value)) return new GoSlice(type, [], true)
  return new GoSlice(
    type,
    value.map(item => goValue(elem, item, reader)),
  )
}

function map(elem: GoType, value: Json | undefined, reader: Reader | undefined): GoValue {
  if (elem.kind === 'string') return stringMap(isJsonObject(value) ? (value as Record<string, string>) : null, reader)
  if (!isJsonObject(value)) return Object.create(null)
  const result = Object.create(null)
  for (const key of Object.keys(value)) result[key] = goValue(elem, value[key], reader)
  return result
}

function stringMap(entries: Record<string, string> | null, reader: Reader | undefined): StringMap {
  if (reader === undefined || entries === null) return new StringMap(entries)
  return reader.isStandIn || hasSuspicious(entries) ? new ObservedStringMap(entries, reader) : new StringMap(entries)
}

function hasSuspicious(entries: Readonly<Record<string, string>>): boolean {
  for (const key of Object.keys(entries)) if (isSuspicious(key) || isSuspicious(entries[key]!)) return true
  return false
}

/** Tells which values templates ask for; all of them where one walks the whole map. */
class ObservedStringMap extends StringMap {
  readonly #known: Readonly<Record<string, string>>
  readonly #reader: Reader
  constructor(entries: Readonly<Record<string, string>>, reader: Reader) {
    super(entries)
    this.#known = entries
    this.#reader = reader
    Object.defineProperty(this, 'entries', { get: () => readAll(entries as JsonObject, reader) })
  }

  override keys(): readonly string[] {
    return Object.keys(this.#known)
  }

  override get(key: string): string | undefined {
    const value = Object.hasOwn(this.#known, key) ? this.#known[key] : undefined
    return value === undefined ? undefined : this.#reader.read(value)
  }
}

/** Reads every text in a value; itself, where none stands for another. */
function readAll<T extends Json>(value: T, reader: Reader | undefined): T {
  return reader === undefined ? value : (allRead(value, reader) as T)
}

function allRead(value: Json, reader: Reader): Json {
  if (typeof value === 'string') return reader.read(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(item => allRead(item, reader))
    return reader.isStandIn ? items : value
  }
  const result = emptyObject()
  for (const key of Object.keys(value)) {
    reader.tell(key)
    result[key] = allRead(value[key]!, reader)
  }
  return reader.isStandIn ? result : value
}

function integer(value: Json | undefined): number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? value : 0
}

function textOrNumber(value: Json | undefined, zero: string | number): string | number {
  return typeof value === 'string' || typeof value === 'number' ? value : zero
}

function typeText(type: GoType): string {
  switch (type.kind) {
    case 'struct':
      return type.name
    case 'ptr':
      return `*${typeText(type.elem)}`
    case 'slice':
      return `[]${typeText(type.elem)}`
    case 'map':
      return `map[string]${typeText(type.elem)}`
    case 'any':
      return 'interface {}'
    default:
      return type.kind
  }
}
