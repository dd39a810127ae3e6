import { formatProtoDuration, parseDuration } from '../lang/duration.js'
import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { type FieldTable, type MessageTable, type Scalar, tableOf, type ValueKind } from '../proto/tables.js'
import { type Path, quote, type Report } from './finding.js'

/**
 * Reads a message in any form that proto3 JSON allows (camelCase or snake_case, enum names or numbers, numbers as text, Go's
 * durations) and returns the canonical one: camelCase, enum names, `"1.5s"`, 64-bit integers as text, nothing that is unset.
 * Unknown fields, wrong types and two members of one oneof are reported with their path and left out. The input is not changed.
 */
export function normalise<T>(message: string, json: Json, path: Path, report: Report): T {
  const reader: Reader = { path: [...path], report }
  return readMessage(tableOf(message), json, reader) as T
}

interface Reader {
  /** Of the value that is being read; grows and shrinks in place, because errors are rare and documents many. */
  readonly path: (string | number)[]
  readonly report: Report
}

const WRONG_TYPE = 'wrong-type'

function readMessage(table: MessageTable, json: Json, reader: Reader): JsonObject {
  const result = emptyObject()
  if (!isJsonObject(json)) {
    wrongType(reader, 'an object', json)
    return result
  }
  for (const key of Object.keys(json)) {
    const value = json[key] ?? null
    const field = table.byName.get(key)
    reader.path.push(key)
    if (field === undefined) unknownField(table, key, reader)
    else if (value !== null) setField(result, field, value, reader)
    reader.path.pop()
  }
  return result
}

function setField(result: JsonObject, field: FieldTable, value: Json, reader: Reader): void {
  const rival = field.rivals.find(name => name in result)
  if (rival !== undefined) {
    fail(reader, 'conflicting-fields', `only one of ${rival} and ${field.name} may be set`)
    return
  }
  if (field.name in result) {
    fail(reader, 'conflicting-fields', `${field.name} is set twice, by two spellings of its name`)
    return
  }
  const read = readField(field, value, reader)
  if (read !== undefined && !isUnset(field, read)) result[field.name] = read
}

function isUnset(field: FieldTable, value: Json): boolean {
  if (field.shape !== 'one') return typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (!field.isImplicit) return false
  if (field.value.kind === 'enum') return field.value.enum.byNumber.get(0) === value
  return value === '' || value === 0 || value === false || value === '0'
}

function readField(field: FieldTable, value: Json, reader: Reader): Json | undefined {
  if (field.shape === 'one') return readValue(field.value, value, reader)
  if (field.shape === 'list') return readList(field.value, value, reader)
  return readMap(field, value, reader)
}

function readList(kind: ValueKind, value: Json, reader: Reader): Json | undefined {
  if (!Array.isArray(value)) return wrongType(reader, 'a list', value)
  const items: Json[] = []
  for (const [index, item] of value.entries()) {
    reader.path.push(index)
    const read = readValue(kind, item, reader)
    if (read !== undefined) items.push(read)
    reader.path.pop()
  }
  return items
}

function readMap(field: FieldTable, value: Json, reader: Reader): Json | undefined {
  if (!isJsonObject(value)) return wrongType(reader, 'a map', value)
  const result = emptyObject()
  for (const key of Object.keys(value)) {
    reader.path.push(key)
    const name = mapKey(field, key, reader)
    const read = name === undefined ? undefined : readValue(field.value, value[key] ?? null, reader)
    if (name !== undefined && read !== undefined) result[name] = read
    reader.path.pop()
  }
  return result
}

/** Keys that are numbers are checked, and written one way: `08` would be another key than `8`. */
function mapKey(field: FieldTable, key: string, reader: Reader): string | undefined {
  if (field.key.kind !== 'scalar' || field.key.scalar === 'string') return key
  const read = readScalar(field.key.scalar, key, reader)
  return read === undefined ? undefined : String(read)
}

function readValue(kind: ValueKind, value: Json, reader: Reader): Json | undefined {
  switch (kind.kind) {
    case 'scalar':
      return readScalar(kind.scalar, value, reader)
    case 'enum':
      return readEnum(kind, value, reader)
    case 'message':
      return kind.typeName.startsWith(WELL_KNOWN)
        ? readWellKnown(kind.typeName.slice(WELL_KNOWN.length), value, reader)
        : readMessage(kind.table(), value, reader)
  }
}

const WELL_KNOWN = 'google.protobuf.'

/** A number without a name is kept: protobuf's enums are open, and validators may say more about it. */
function readEnum(kind: ValueKind & { kind: 'enum' }, value: Json, reader: Reader): Json | undefined {
  if (typeof value === 'string' && kind.enum.byName.has(value)) return value
  if (typeof value === 'number' && Number.isInteger(value)) return kind.enum.byNumber.get(value) ?? value
  const names = [...kind.enum.byName.keys()]
  return fail(reader, 'unknown-value', `unknown value ${quote(value)}; expected one of ${names.join(', ')}`)
}

function readScalar(scalar: Scalar, value: Json, reader: Reader): Json | undefined {
  switch (scalar) {
    case 'string':
    case 'bytes':
      return typeof value === 'string' ? value : wrongType(reader, 'text', value)
    case 'bool':
      return typeof value === 'boolean' ? value : wrongType(reader, 'true or false', value)
    case 'double':
    case 'float':
      return readFloat(value, reader)
    default:
      return readInteger(scalar, value, reader)
  }
}

function readFloat(value: Json, reader: Reader): Json | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value
  const isText = typeof value === 'string' && /^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value)
  return isText ? Number(value) : wrongType(reader, 'a number', value)
}

const UNSIGNED: readonly Scalar[] = ['uint32', 'uint64', 'fixed32', 'fixed64']
const WIDE: readonly Scalar[] = ['int64', 'uint64', 'fixed64', 'sfixed64', 'sint64']

function readInteger(scalar: Scalar, value: Json, reader: Reader): Json | undefined {
  // Nearly all are small whole numbers.
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31 && value % 1 === 0 && !WIDE.includes(scalar)) {
    return value
  }
  const number = integerOf(value)
  if (number === undefined) return wrongType(reader, 'a whole number', value)
  const bits = WIDE.includes(scalar) ? 64n : 32n
  const isUnsigned = UNSIGNED.includes(scalar)
  const [low, high] = isUnsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
  if (number < low || number > high) return fail(reader, 'out-of-range', `${number} is not between ${low} and ${high}`)
  return bits === 64n ? String(number) : Number(number)
}

function integerOf(value: Json): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  return undefined
}

const WRAPPERS: Readonly<Record<string, Scalar>> = {
  BoolValue: 'bool',
  StringValue: 'string',
  BytesValue: 'bytes',
  DoubleValue: 'double',
  FloatValue: 'float',
  Int32Value: 'int32',
  Int64Value: 'int64',
  UInt32Value: 'uint32',
  UInt64Value: 'uint64',
  Timestamp: 'string',
}

function readWellKnown(name: string, value: Json, reader: Reader): Json | undefined {
  if (name === 'Duration') return readDuration(value, reader)
  if (name === 'Struct' && !isJsonObject(value)) return wrongType(reader, 'an object', value)
  const wrapped = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
  return wrapped === undefined ? value : readScalar(wrapped, value, reader)
}

/** Go's durations, which hold protobuf's: `1h`, `1m30s` and `0.5s` are all written by users. */
function readDuration(value: Json, reader: Reader): Json | undefined {
  if (typeof value !== 'string') return wrongType(reader, 'a duration such as "5s" or "250ms"', value)
  const nanoseconds = parseDuration(value)
  if (nanoseconds.ok) return formatProtoDuration(nanoseconds.value)
  return fail(reader, WRONG_TYPE, `expected a duration such as "5s" or "250ms", not ${quote(value)}`)
}

function wrongType(reader: Reader, expected: string, value: Json): undefined {
  return fail(reader, WRONG_TYPE, `expected ${expected}, not ${quote(value)}`)
}

function fail(reader: Reader, code: string, message: string): undefined {
  reader.report.error([...reader.path], message, code)
  return undefined
}

function unknownField(table: MessageTable, key: string, reader: Reader): void {
  const names = [...new Set([...table.byName.values()].map(({ name }) => name))]
  const near = names.find(name => isNear(name, key))
  const help =
    near === undefined
      ? `expected ${names.length === 0 ? 'no fields' : `one of ${names.join(', ')}`}`
      : `did you mean ${near}?`
  fail(reader, 'unknown-field', `unknown field ${quote(key)}; ${help}`)
}

/** One letter more, less or other, or another case. */
function isNear(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase(), b.toLowerCase().replaceAll('_', '')]
  if (left === right) return true
  if (Math.abs(left.length - right.length) > 1 || left.length < 4) return false
  let start = 0
  while (start < left.length && left[start] === right[start]) start++
  let end = 0
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end++
  return Math.max(left.length, right.length) - start - end <= 2
}
