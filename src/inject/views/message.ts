import { enumZero, type MessageName, type ProtoField, protoEnum, protoFields } from '../../config/proto-json.js'
import { parseProtoDuration } from '../../lang/duration.js'
import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import {
  decodedJson,
  type FieldAnswer,
  GoInt,
  type GoKind,
  GoObject,
  GoSlice,
  type GoValue,
  NIL_POINTER,
  NO_FIELD,
  StringMap,
} from '../../template/value.js'

/**
 * A protobuf message as templates see it: a pointer to Go's generated struct, with fields and getters. `message` is its
 * canonical JSON (src/config/proto-json.ts), null for a nil pointer, whose getters work all the same.
 */
export class MessageView extends GoObject {
  readonly goType: string
  readonly goKind: GoKind = 'ptr'
  readonly name: MessageName
  readonly message: JsonObject | null
  readonly #seen = new Map<string, FieldAnswer>()

  constructor(name: MessageName, message: JsonObject | null) {
    super()
    this.name = name
    this.goType = `*${goTypeOf(name)}`
    this.message = message
  }

  override get isNil(): boolean {
    return this.message === null
  }

  override get isMessage(): boolean {
    return true
  }

  field(name: string): FieldAnswer {
    const seen = this.#seen.get(name)
    if (seen !== undefined) return seen
    const answer = this.#read(name)
    this.#seen.set(name, answer)
    return answer
  }

  #read(name: string): FieldAnswer {
    const fields = fieldsByGoName(this.name)
    const direct = fields.get(name)
    // Members of a oneof have getters only.
    if (direct !== undefined && direct.oneof === undefined) {
      return this.message === null ? NIL_POINTER : fieldValue(direct, this.message)
    }
    const got = name.startsWith('Get') ? fields.get(name.slice('Get'.length)) : undefined
    return got === undefined ? NO_FIELD : fieldValue(got, this.message ?? {})
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    const { message } = this
    if (message === null) return []
    return protoFields(this.name).map(field => [field.go, fieldValue(field, message)] as const)
  }

  override json(): GoValue {
    return this.message === null ? null : decodedJson(this.message)
  }
}

/** An enum: prints its name, compares as its number. */
export class EnumView extends GoObject {
  readonly goType: string
  readonly goKind: GoKind = 'int32'
  readonly #value: string | number
  readonly #enum: string
  constructor(name: string, value: string | number) {
    super()
    this.goType = goTypeOf(name)
    this.#enum = name
    this.#value = value
  }

  override get integer(): bigint {
    return BigInt(typeof this.#value === 'number' ? this.#value : (protoEnum(this.#enum).get(this.#value) ?? 0))
  }

  field(name: string): FieldAnswer {
    if (name === 'String') return this.text()
    return name === 'Number' ? new GoInt(this.integer, 'int32', 'protoreflect.EnumNumber') : NO_FIELD
  }

  override text(): string {
    return String(this.#value)
  }

  override json(): GoValue {
    return Number(this.integer)
  }
}

/** A wrapper (`*wrapperspb.BoolValue`); nil-safe through `GetValue`. */
export class WrapperView extends GoObject {
  readonly goType: string
  readonly goKind: GoKind = 'ptr'
  /** `google.protobuf.BoolValue`. */
  readonly name: MessageName
  /** Undefined for nil. */
  readonly value: Json | undefined
  constructor(name: MessageName, value: Json | undefined) {
    super()
    this.name = name
    this.goType = `*wrapperspb.${name.slice('google.protobuf.'.length)}`
    this.value = value
  }

  override get isNil(): boolean {
    return this.value === undefined
  }

  override get isMessage(): boolean {
    return true
  }

  field(name: string): FieldAnswer {
    if (name === 'GetValue') return wrapped(this.name, this.value)
    if (name !== 'Value') return NO_FIELD
    return this.value === undefined ? NIL_POINTER : wrapped(this.name, this.value)
  }

  override text(): string | undefined {
    return this.value === undefined ? undefined : `value:${String(this.value)}`
  }

  override json(): GoValue {
    return decodedJson(this.value ?? null)
  }
}

/** A `*durationpb.Duration`. */
export class DurationView extends GoObject {
  readonly goType = '*durationpb.Duration'
  readonly goKind: GoKind = 'ptr'
  /** Canonical text (`7.500s`), undefined for nil. */
  readonly value: string | undefined
  constructor(value: string | undefined) {
    super()
    this.value = value
  }

  override get isNil(): boolean {
    return this.value === undefined
  }

  override get isMessage(): boolean {
    return true
  }

  get nanoseconds(): bigint {
    const read = parseProtoDuration(this.value ?? '0s')
    return read.ok ? read.value : 0n
  }

  field(name: string): FieldAnswer {
    const isGetter = name.startsWith('Get')
    const plain = isGetter ? name.slice('Get'.length) : name
    if (name === 'AsDuration') return new GoInt(this.nanoseconds, 'int64', 'time.Duration')
    if (plain !== 'Seconds' && plain !== 'Nanos') return NO_FIELD
    if (this.isNil && !isGetter) return NIL_POINTER
    const second = 1_000_000_000n
    return plain === 'Seconds'
      ? new GoInt(this.nanoseconds / second, 'int64')
      : new GoInt(this.nanoseconds % second, 'int32')
  }

  override text(): string | undefined {
    if (this.value === undefined) return undefined
    const [seconds, nanos] = [this.nanoseconds / 1_000_000_000n, this.nanoseconds % 1_000_000_000n]
    return [seconds === 0n ? '' : `seconds:${seconds}`, nanos === 0n ? '' : `nanos:${nanos}`].filter(Boolean).join(' ')
  }

  override json(): GoValue {
    return this.value ?? null
  }
}

const tables = new Map<MessageName, ReadonlyMap<string, ProtoField>>()

function fieldsByGoName(name: MessageName): ReadonlyMap<string, ProtoField> {
  const known = tables.get(name)
  if (known !== undefined) return known
  const table = new Map(protoFields(name).map(field => [field.go, field]))
  tables.set(name, table)
  return table
}

function fieldValue(field: ProtoField, message: JsonObject): GoValue {
  const value = Object.hasOwn(message, field.json) ? message[field.json] : undefined
  if (field.label === 'list') return listValue(field, value)
  if (field.label === 'map') return mapValue(field, value)
  return singleValue(field, value)
}

function listValue(field: ProtoField, value: Json | undefined): GoValue {
  const items = Array.isArray(value) ? value.map(item => singleValue(field, item)) : []
  return new GoSlice(`[]${elementType(field)}`, items, items.length === 0)
}

function mapValue(field: ProtoField, value: Json | undefined): GoValue {
  const isText = field.type.kind === 'scalar' && field.type.scalar === 'string'
  if (isText) return new StringMap(isJsonObject(value) ? (value as Record<string, string>) : null)
  const result = Object.create(null)
  if (isJsonObject(value)) for (const key of Object.keys(value)) result[key] = singleValue(field, value[key])
  return result
}

function singleValue(field: ProtoField, value: Json | undefined): GoValue {
  const { type } = field
  switch (type.kind) {
    case 'enum':
      return new EnumView(
        type.name,
        typeof value === 'string' || typeof value === 'number' ? value : enumZero(type.name),
      )
    case 'scalar':
      return scalarValue(type.scalar, value)
    case 'message':
      return messageValue(type.name, value)
  }
}

function messageValue(name: MessageName, value: Json | undefined): GoValue {
  if (name === 'google.protobuf.Duration') return new DurationView(typeof value === 'string' ? value : undefined)
  if (/^google\.protobuf\.[A-Za-z0-9]+Value$/.test(name) && name !== 'google.protobuf.ListValue') {
    return new WrapperView(name, value)
  }
  if (name.startsWith('google.protobuf.')) return decodedJson(value ?? null)
  return new MessageView(name, isJsonObject(value) ? value : null)
}

function scalarValue(scalar: string, value: Json | undefined): GoValue {
  switch (scalar) {
    case 'string':
    case 'bytes':
      return typeof value === 'string' ? value : ''
    case 'bool':
      return value === true
    case 'float':
    case 'double':
      return typeof value === 'number' ? value : 0
    default:
      return new GoInt(BigInt(typeof value === 'number' || typeof value === 'string' ? value : 0), integerKind(scalar))
  }
}

function wrapped(name: MessageName, value: Json | undefined): GoValue {
  const word = name.slice('google.protobuf.'.length, -'Value'.length).toLowerCase()
  return scalarValue(word, value)
}

function integerKind(scalar: string): 'int32' | 'int64' | 'uint32' | 'uint64' {
  return scalar === 'int64' || scalar === 'uint32' || scalar === 'uint64' ? scalar : 'int32'
}

function elementType({ type }: ProtoField): string {
  if (type.kind === 'message') return `*${goTypeOf(type.name)}`
  return type.kind === 'enum' ? goTypeOf(type.name) : type.scalar
}

/** `istio.mesh.v1alpha1.MeshConfig.TLSConfig` is Go's `v1alpha1.MeshConfig_TLSConfig`. */
function goTypeOf(name: string): string {
  const parts = name.split('.')
  const first = parts.findIndex(part => /^[A-Z]/.test(part))
  return `${parts[first - 1]}.${parts.slice(first).join('_')}`
}
