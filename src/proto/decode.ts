import { hasSpecialJson } from './encode.js'
import { NULL_VALUE } from './encode-scalar.js'
import { ProtoError, within } from './error.js'
import {
  type Reader,
  readBytes,
  readerOf,
  readLength,
  readText,
  readVarint,
  readVarint64,
  skipField,
} from './reader.js'
import { type FieldTable, findTable, type MessageTable, type Scalar, tableOf, type ValueKind } from './tables.js'
import { formatDuration, formatTimestamp } from './time.js'

type Fields = Record<string, unknown>

/** As protobuf implementations have it: what nests deeper is an attack, not a message. */
const MAX_DEPTH = 100

/** See index.ts. */
export function decode(typeName: string, bytes: Uint8Array): object {
  return readMessage(readerOf(bytes), tableOf(typeName), 0) as object
}

function readMessage(reader: Reader, table: MessageTable, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new ProtoError(`messages nest more than ${MAX_DEPTH} deep`)
  const message: Fields = Object.create(null) as Fields
  readFields(reader, table, message, depth)
  const toJson = SPECIAL.get(table.typeName)
  return toJson === undefined ? message : toJson(message, depth)
}

function readFields(reader: Reader, table: MessageTable, message: Fields, depth: number): void {
  while (reader.at < reader.end) {
    const tag = readVarint(reader)
    const wire = tag % 8
    const number = Math.floor(tag / 8)
    if (number === 0 || tag > 0xffffffff) throw new ProtoError('a field has no valid number')
    const field = table.byNumber.get(number)
    if (field === undefined) {
      skipField(reader, wire)
      continue
    }
    try {
      readField(reader, field, wire, message, depth)
    } catch (error) {
      throw within(error, field.name)
    }
  }
}

function readField(reader: Reader, field: FieldTable, wire: number, message: Fields, depth: number): void {
  const { name, value, shape } = field
  if (shape === 'list' && wire === 2 && value.wire !== 2) readPacked(reader, field, listOf(message, name))
  else if (wire !== (shape === 'map' ? 2 : value.wire)) skipField(reader, wire)
  else if (shape === 'map') readEntry(reader, field, message, depth)
  else if (shape === 'list') listOf(message, name).push(readValue(reader, value, depth))
  else readOne(reader, field, message, depth)
}

function readOne(reader: Reader, field: FieldTable, message: Fields, depth: number): void {
  const { name, value } = field
  const before = message[name]
  for (const rival of field.rivals) delete message[rival]
  const read = readValue(reader, value, depth, before)
  // Only an implicit field may be told to be zero and mean that it is absent.
  if (field.isImplicit && isZero(read, value)) delete message[name]
  else message[name] = read
}

function isZero(value: unknown, kind: ValueKind): boolean {
  if (kind.kind === 'enum') return value === kind.enum.byNumber.get(0)
  if (kind.kind === 'scalar' && kind.scalar !== 'string' && value === '0') return true
  return value === '' || value === false || (value === 0 && !Object.is(value, -0))
}

function listOf(message: Fields, name: string): unknown[] {
  const list = message[name]
  if (Array.isArray(list)) return list
  const fresh: unknown[] = []
  message[name] = fresh
  return fresh
}

function readPacked(reader: Reader, field: FieldTable, list: unknown[]): void {
  const length = readLength(reader)
  const outer = reader.end
  reader.end = reader.at + length
  while (reader.at < reader.end) list.push(readValue(reader, field.value, 0))
  reader.end = outer
}

function readEntry(reader: Reader, field: FieldTable, message: Fields, depth: number): void {
  const length = readLength(reader)
  const outer = reader.end
  reader.end = reader.at + length
  let key: unknown = ''
  let value: unknown
  while (reader.at < reader.end) {
    const tag = readVarint(reader)
    if (tag === 1 * 8 + field.key.wire) key = readValue(reader, field.key, depth)
    else if (tag === 2 * 8 + field.value.wire) value = readValue(reader, field.value, depth, value)
    else skipField(reader, tag % 8)
  }
  reader.end = outer
  const map = (message[field.name] ??= Object.create(null) as Fields) as Fields
  map[String(key)] = value ?? emptyValue(field.value, depth)
}

/** What an entry without a value, or an element without bytes, stands for. */
function emptyValue(kind: ValueKind, depth: number): unknown {
  if (kind.kind === 'message') return readMessage(readerOf(new Uint8Array()), kind.table(), depth + 1)
  if (kind.kind === 'enum') return kind.enum.byNumber.get(0) ?? 0
  return EMPTY_SCALARS.get(kind.scalar) ?? 0
}

const EMPTY_SCALARS = new Map<Scalar, unknown>([
  ['string', ''],
  ['bytes', ''],
  ['bool', false],
  ['int64', '0'],
  ['uint64', '0'],
])

function readValue(reader: Reader, kind: ValueKind, depth: number, before?: unknown): unknown {
  if (kind.kind === 'message') return readNested(reader, kind.table(), depth + 1, before)
  if (kind.kind === 'enum') {
    const number = Number(BigInt.asIntN(32, readVarint64(reader)))
    const name = kind.enum.byNumber.get(number) ?? number
    return name === NULL_VALUE && kind.enum.typeName === 'google.protobuf.NullValue' ? null : name
  }
  return readScalar(reader, kind.scalar)
}

function readNested(reader: Reader, table: MessageTable, depth: number, before: unknown): unknown {
  const length = readLength(reader)
  const outer = reader.end
  reader.end = reader.at + length
  let value: unknown
  if (before !== undefined && !hasSpecialJson(table.typeName)) {
    // The same field twice: messages merge.
    if (depth > MAX_DEPTH) throw new ProtoError(`messages nest more than ${MAX_DEPTH} deep`)
    value = before
    readFields(reader, table, before as Fields, depth)
  } else value = readMessage(reader, table, depth)
  reader.end = outer
  return value
}

function readScalar(reader: Reader, scalar: Scalar): unknown {
  switch (scalar) {
    case 'string':
      return readText(reader)
    case 'bool':
      return readVarint(reader) !== 0
    case 'uint32':
      return readVarint(reader) % 0x100000000
    case 'int32':
      return Number(BigInt.asIntN(32, readVarint64(reader)))
    case 'uint64':
      return String(readVarint64(reader))
    case 'int64':
      return String(BigInt.asIntN(64, readVarint64(reader)))
    case 'bytes':
      return readBytes(reader, readLength(reader)).toString('base64')
    case 'double':
      return floatJson(readBytes(reader, 8).readDoubleLE())
    case 'float':
      return floatJson(shortestFloat(readBytes(reader, 4).readFloatLE()))
    default:
      return readRareScalar(reader, scalar)
  }
}

function readRareScalar(reader: Reader, scalar: Scalar): unknown {
  switch (scalar) {
    case 'sint32':
      return Number(zigzag(readVarint64(reader)))
    case 'sint64':
      return String(zigzag(readVarint64(reader)))
    case 'fixed32':
      return readBytes(reader, 4).readUInt32LE()
    case 'sfixed32':
      return readBytes(reader, 4).readInt32LE()
    case 'fixed64':
      return String(readBytes(reader, 8).readBigUInt64LE())
    default:
      return String(readBytes(reader, 8).readBigInt64LE())
  }
}

function zigzag(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n
}

function floatJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

/** The number with the fewest digits that is this 32-bit float: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

function anyJson(any: Fields, depth: number): unknown {
  const url = any['typeUrl']
  if (typeof url !== 'string') return Object.create(null)
  const packed = typeof any['value'] === 'string' ? any['value'] : ''
  const table = findTable(url.slice(url.lastIndexOf('/') + 1))
  if (table === undefined) return withType(url, packed === '' ? {} : { value: packed })
  const inner = readMessage(readerOf(Buffer.from(packed, 'base64')), table, depth + 1)
  return withType(url, hasSpecialJson(table.typeName) ? { value: inner } : (inner as Fields))
}

function withType(url: string, message: Fields): Fields {
  return Object.assign(Object.create(null), { '@type': url }, message) as Fields
}

function valueJson(value: Fields): unknown {
  for (const name of ['structValue', 'listValue', 'stringValue', 'numberValue', 'boolValue']) {
    if (value[name] !== undefined) return value[name]
  }
  return null
}

function secondsOf(message: Fields): readonly [bigint, number] {
  return [BigInt((message['seconds'] as string | undefined) ?? '0'), (message['nanos'] as number | undefined) ?? 0]
}

type ToJson = (message: Fields, depth: number) => unknown
const wrapped =
  (empty: unknown): ToJson =>
  message =>
    message['value'] ?? empty

const SPECIAL: ReadonlyMap<string, ToJson> = new Map<string, ToJson>([
  ['google.protobuf.Any', anyJson],
  ['google.protobuf.Duration', message => formatDuration(...secondsOf(message))],
  ['google.protobuf.Timestamp', message => formatTimestamp(...secondsOf(message))],
  ['google.protobuf.Struct', message => message['fields'] ?? Object.create(null)],
  ['google.protobuf.ListValue', message => message['values'] ?? []],
  ['google.protobuf.Value', valueJson],
  ['google.protobuf.FieldMask', message => ((message['paths'] as string[] | undefined) ?? []).map(camelPath).join(',')],
  ['google.protobuf.BoolValue', wrapped(false)],
  ['google.protobuf.StringValue', wrapped('')],
  ['google.protobuf.BytesValue', wrapped('')],
  ['google.protobuf.Int64Value', wrapped('0')],
  ['google.protobuf.UInt64Value', wrapped('0')],
  ['google.protobuf.Int32Value', wrapped(0)],
  ['google.protobuf.UInt32Value', wrapped(0)],
  ['google.protobuf.DoubleValue', wrapped(0)],
  ['google.protobuf.FloatValue', wrapped(0)],
])

function camelPath(path: string): string {
  return path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
