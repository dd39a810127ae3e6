import { formatProtoDuration, parseDuration } from '../lang/duration.js'
import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { ENUMS, MESSAGES } from './mesh-schema.generated.js'

/**
 * The proto3 JSON mapping for the few messages that people write in mesh configuration. A message is kept as an object
 * without prototype, by camelCase names, holding only what is set (a scalar at its default is not, unless the field has
 * presence); enums are names, durations are canonical text (`1.500s`), 64-bit integers are decimal strings.
 *
 * A library would do, but reading one takes 60 ms of start-up (measured) and the table of fields less than one.
 */
export type MessageName = string

export interface ProtoError {
  /** Path of the value in the JSON, camelCase or as written. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

export type ProtoKind =
  | { readonly kind: 'scalar'; readonly scalar: string }
  | { readonly kind: 'enum'; readonly name: string }
  | { readonly kind: 'message'; readonly name: MessageName }

export interface ProtoField {
  /** `status_port`. */
  readonly name: string
  /** `statusPort`. */
  readonly json: string
  /** `StatusPort`, as templates write it. */
  readonly go: string
  readonly label: 'single' | 'list' | 'map'
  /** Set and default are told apart. Messages always are. */
  readonly hasPresence: boolean
  /** camelCase name of the oneof that it belongs to. */
  readonly oneof?: string
  readonly type: ProtoKind
}

/** What stands for an unset value of a field without presence. */
export type ProtoDefault = '' | 0 | false | '0'

const fieldsByMessage = new Map<MessageName, readonly ProtoField[]>()
const fieldsByName = new Map<MessageName, ReadonlyMap<string, ProtoField>>()

/** Fields in declaration order. A message that the table does not have has none. */
export function protoFields(message: MessageName): readonly ProtoField[] {
  const known = fieldsByMessage.get(message)
  if (known !== undefined) return known
  const fields = (MESSAGES[message] ?? []).map(parseField)
  fieldsByMessage.set(message, fields)
  return fields
}

/** Enum value names by number, in declaration order. */
export function protoEnum(name: string): ReadonlyMap<string, number> {
  return new Map(
    (ENUMS[name] ?? []).map(row => [row.slice(0, row.indexOf('=')), Number(row.slice(row.indexOf('=') + 1))]),
  )
}

/** Name of the enum's zero value. */
export function enumZero(name: string): string {
  for (const [value, number] of protoEnum(name)) if (number === 0) return value
  return ''
}

/** Reads a whole message. Unknown fields are ignored; wrong types, unknown enum names and bad numbers fail. */
export function decodeProto(message: MessageName, json: Json): Result<JsonObject, ProtoError> {
  return applyProto(message, emptyObject(), json)
}

/**
 * Sets on `base` what `json` names (null sets nothing) and returns a new message in declaration order: scalars, lists,
 * maps and messages replace what was there as a whole.
 */
export function applyProto(message: MessageName, base: JsonObject, json: Json): Result<JsonObject, ProtoError> {
  if (!isJsonObject(json)) return fail([], `expected an object, not ${describe(json)}`)
  const named = fieldsNamed(message)
  const values = new Map<string, Json | undefined>()
  const oneofs = new Set<string>()
  for (const key of Object.keys(json)) {
    const field = named.get(key)
    const value = json[key] ?? null
    if (field === undefined || value === null) continue
    if (field.oneof !== undefined) {
      if (oneofs.has(field.oneof)) return fail([key], `only one field of ${field.oneof} may be set`)
      oneofs.add(field.oneof)
    }
    const read = decodeField(field, value)
    if (!read.ok) return fail([key, ...read.error.path], read.error.message)
    values.set(field.json, isUnset(field, read.value) ? undefined : read.value)
  }
  return ok(inOrder(message, base, values, oneofs))
}

/** A copy of `message` with its fields in declaration order, `values` put over `base`. */
function inOrder(
  message: MessageName,
  base: JsonObject,
  values: ReadonlyMap<string, Json | undefined>,
  oneofs: ReadonlySet<string>,
): JsonObject {
  const result = emptyObject()
  for (const field of protoFields(message)) {
    const isReplaced = values.has(field.json) || (field.oneof !== undefined && oneofs.has(field.oneof))
    const value = isReplaced ? values.get(field.json) : base[field.json]
    if (value !== undefined) result[field.json] = value
  }
  return result
}

function parseField(row: string): ProtoField {
  const [name = '', ...words] = row.split(' ')
  const typeText = words.pop() ?? ''
  const modifier = words[0] ?? ''
  const type = parseKind(typeText)
  const json = camelCase(name)
  const oneof = modifier.startsWith('oneof.') ? camelCase(modifier.slice('oneof.'.length)) : undefined
  return {
    name,
    json,
    go: goName(name),
    label: modifier === 'list' || modifier === 'map' ? modifier : 'single',
    hasPresence: modifier === 'optional' || oneof !== undefined || type.kind === 'message',
    ...(oneof === undefined ? {} : { oneof }),
    type,
  }
}

function parseKind(text: string): ProtoKind {
  if (text.startsWith('m:')) return { kind: 'message', name: text.slice(2) }
  if (text.startsWith('e:')) return { kind: 'enum', name: text.slice(2) }
  return { kind: 'scalar', scalar: text }
}

/** `default_config` -> `defaultConfig`; digits after an underscore lose it as protobuf does. */
export function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The name that Go's generator gives: an underscore stays before a digit. */
function goName(name: string): string {
  const joined = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return joined.charAt(0).toUpperCase() + joined.slice(1)
}

function fieldsNamed(message: MessageName): ReadonlyMap<string, ProtoField> {
  const known = fieldsByName.get(message)
  if (known !== undefined) return known
  const named = new Map<string, ProtoField>()
  for (const field of protoFields(message)) {
    named.set(field.name, field)
    named.set(field.json, field)
  }
  fieldsByName.set(message, named)
  return named
}

function isUnset(field: ProtoField, value: Json): boolean {
  if (field.label !== 'single') return Object.keys(value as object).length === 0
  if (field.hasPresence) return false
  if (field.type.kind === 'enum') return value === enumZero(field.type.name)
  return value === '' || value === 0 || value === false || value === '0'
}

function decodeField(field: ProtoField, value: Json): Result<Json, ProtoError> {
  if (field.label === 'list') return decodeList(field.type, value)
  if (field.label === 'map') return decodeMap(field.type, value)
  return decodeValue(field.type, value)
}

function decodeList(type: ProtoKind, value: Json): Result<Json, ProtoError> {
  if (!Array.isArray(value)) return fail([], `expected a list, not ${describe(value)}`)
  const items: Json[] = []
  for (const [index, item] of value.entries()) {
    const read = decodeValue(type, item)
    if (!read.ok) return fail([index, ...read.error.path], read.error.message)
    items.push(read.value)
  }
  return ok(items)
}

function decodeMap(type: ProtoKind, value: Json): Result<Json, ProtoError> {
  if (!isJsonObject(value)) return fail([], `expected a map, not ${describe(value)}`)
  const result = emptyObject()
  for (const key of Object.keys(value)) {
    const read = decodeValue(type, value[key] ?? null)
    if (!read.ok) return fail([key, ...read.error.path], read.error.message)
    result[key] = read.value
  }
  return ok(result)
}

function decodeValue(type: ProtoKind, value: Json): Result<Json, ProtoError> {
  switch (type.kind) {
    case 'enum':
      return decodeEnum(type.name, value)
    case 'message':
      return type.name.startsWith('google.protobuf.')
        ? decodeWellKnown(type.name, value)
        : decodeProto(type.name, value)
    case 'scalar':
      return decodeScalar(type.scalar, value)
  }
}

/** By name, or by number: a number without a name is kept. */
function decodeEnum(name: string, value: Json): Result<Json, ProtoError> {
  const values = protoEnum(name)
  if (typeof value === 'string') {
    if (values.has(value)) return ok(value)
    return fail([], `unknown value "${value}"; expected one of ${[...values.keys()].join(', ')}`)
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) return fail([], `expected a name, not ${describe(value)}`)
  for (const [known, number] of values) if (number === value) return ok(known)
  return ok(value)
}

const INTEGERS: ReadonlyMap<string, readonly [bigint, bigint]> = new Map([
  ['int32', [-(2n ** 31n), 2n ** 31n - 1n]],
  ['uint32', [0n, 2n ** 32n - 1n]],
  ['int64', [-(2n ** 63n), 2n ** 63n - 1n]],
  ['uint64', [0n, 2n ** 64n - 1n]],
])

function decodeScalar(scalar: string, value: Json): Result<Json, ProtoError> {
  switch (scalar) {
    case 'string':
    case 'bytes':
      return typeof value === 'string' ? ok(value) : fail([], `expected a string, not ${describe(value)}`)
    case 'bool':
      return typeof value === 'boolean' ? ok(value) : fail([], `expected true or false, not ${describe(value)}`)
    case 'float':
    case 'double':
      return decodeFloat(value)
    default:
      return decodeInteger(scalar, value)
  }
}

function decodeFloat(value: Json): Result<Json, ProtoError> {
  if (typeof value === 'number') return ok(value)
  if (typeof value === 'bigint') return ok(Number(value))
  if (typeof value === 'string' && /^[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?$/.test(value) && !Number.isNaN(Number(value))) {
    return ok(Number(value))
  }
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return ok(value)
  return fail([], `expected a number, not ${describe(value)}`)
}

/** Numbers may be quoted, as protobuf itself writes the 64-bit ones. */
function decodeInteger(scalar: string, value: Json): Result<Json, ProtoError> {
  const range = INTEGERS.get(scalar)
  const number = integerOf(value)
  if (range === undefined || number === undefined) return fail([], `expected a whole number, not ${describe(value)}`)
  if (number < range[0] || number > range[1]) return fail([], `${number} is outside the range of ${scalar}`)
  return ok(scalar.endsWith('64') ? String(number) : Number(number))
}

function integerOf(value: Json): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value)) return BigInt(value)
  return undefined
}

function decodeWellKnown(name: MessageName, value: Json): Result<Json, ProtoError> {
  switch (name) {
    case 'google.protobuf.Duration':
      return decodeDuration(value)
    case 'google.protobuf.BoolValue':
      return decodeScalar('bool', value)
    case 'google.protobuf.StringValue':
    case 'google.protobuf.Timestamp':
      return decodeScalar('string', value)
    case 'google.protobuf.Int32Value':
      return decodeScalar('int32', value)
    case 'google.protobuf.UInt32Value':
      return decodeScalar('uint32', value)
    case 'google.protobuf.Int64Value':
      return decodeScalar('int64', value)
    case 'google.protobuf.UInt64Value':
      return decodeScalar('uint64', value)
    case 'google.protobuf.FloatValue':
    case 'google.protobuf.DoubleValue':
      return decodeFloat(value)
    default:
      // Struct, Value, ListValue, Any: JSON as it is.
      return ok(value)
  }
}

function decodeDuration(value: Json): Result<Json, ProtoError> {
  if (typeof value !== 'string') return fail([], `expected a duration such as 5s or 500ms, not ${describe(value)}`)
  // Not protobuf's grammar alone: the reference reads Go's durations here.
  const nanos = parseDuration(value)
  return nanos.ok ? ok(formatProtoDuration(nanos.value)) : fail([], nanos.error)
}

function describe(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : JSON.stringify(typeof value === 'bigint' ? String(value) : value)
}

function fail(path: readonly (string | number)[], message: string): Result<never, ProtoError> {
  return err({ path, message })
}
