import { ScalarType } from '@bufbuild/protobuf'
import { ProtoError, within } from './error.js'
import { type FieldTable, findTable, type MessageTable, tableOf, type ValueKind } from './tables.js'
import { parseDuration, parseTimestamp } from './time.js'
import {
  createWriter,
  resetWriter,
  takeBytes,
  type Writer,
  writeBytes,
  writeDouble,
  writeFixed32,
  writeFixed64,
  writeFloat,
  writeText,
  writeVarint,
  writeVarint64,
} from './writer.js'

type Write = (writer: Writer, value: unknown) => void
type Fields = Record<string, unknown>

/** One for all: encoding is synchronous and never calls out. */
const shared = createWriter()

/** See index.ts. */
export function encode(typeName: string, message: object): Uint8Array {
  resetWriter(shared)
  writeMessageOf(shared, tableOf(typeName), message)
  return takeBytes(shared)
}

/** The well-known types have a JSON form of their own. */
function writeMessageOf(writer: Writer, table: MessageTable, value: unknown): void {
  const special = SPECIAL.get(table.typeName)
  if (special !== undefined) special(writer, value)
  else writeFields(writer, table, asObject(value))
}

function writeFields(writer: Writer, table: MessageTable, message: Fields): void {
  const present = fieldsOf(table, message)
  for (let i = present.length - 1; i >= 0; i--) {
    const [field, value] = present[i] as readonly [FieldTable, unknown]
    try {
      writeField(writer, field, value)
    } catch (error) {
      throw within(error, field.name)
    }
  }
}

function fieldsOf(table: MessageTable, message: Fields): (readonly [FieldTable, unknown])[] {
  const present: (readonly [FieldTable, unknown])[] = []
  let isAscending = true
  let last = 0
  for (const key of Object.keys(message)) {
    if (key === '@type') continue
    const value = message[key]
    const field = table.byName.get(key)
    if (field === undefined) throw new ProtoError(`${table.typeName} has no field ${JSON.stringify(key)}`)
    if (value === undefined || (value === null && !acceptsNull(field))) continue
    if (field.rivals.length > 0) rejectRivals(field, message)
    if (field.number <= last) isAscending = false
    last = field.number
    present.push([field, value])
  }
  if (!isAscending) sortFields(present)
  return present
}

function sortFields(present: (readonly [FieldTable, unknown])[]): void {
  present.sort(([a], [b]) => a.number - b.number)
  const twice = present.find(([field], i) => present[i + 1]?.[0] === field)
  if (twice !== undefined) throw new ProtoError(`is given twice, under both of its names`, twice[0].name)
}

function acceptsNull({ value, shape }: FieldTable): boolean {
  return shape === 'one' && value.kind === 'message' && value.typeName === 'google.protobuf.Value'
}

function rejectRivals(field: FieldTable, message: Fields): void {
  for (const rival of field.rivals) {
    const other = Object.hasOwn(message, rival) ? message[rival] : undefined
    if (other !== undefined && other !== null) {
      throw new ProtoError(`is set, but only one of it and ${rival} may be`, field.name)
    }
  }
}

function writeField(writer: Writer, field: FieldTable, value: unknown): void {
  if (field.shape === 'list') writeList(writer, field, value)
  else if (field.shape === 'map') writeMap(writer, field, asObject(value))
  else {
    if (field.isImplicit && isZero(value)) return
    const before = writer.at
    writeValue(writer, field.value, value)
    // A zero in another notation ("0", the enum's first name): the bytes say so.
    if (field.isImplicit && isZeroBytes(writer, before, field.value)) writer.at = before
    else writeVarint(writer, field.number * 8 + field.value.wire)
  }
}

function isZero(value: unknown): boolean {
  return value === '' || value === false || (value === 0 && !Object.is(value, -0))
}

function isZeroBytes(writer: Writer, before: number, kind: ValueKind): boolean {
  if (kind.kind === 'message') return false
  if (kind.wire === 2 || kind.wire === 0) return before - writer.at === 1 && writer.buffer[writer.at] === 0
  for (let at = writer.at; at < before; at++) if (writer.buffer[at] !== 0) return false
  return true
}

function writeList(writer: Writer, field: FieldTable, value: unknown): void {
  if (!Array.isArray(value)) throw new ProtoError(`a list is expected, not ${describe(value)}`)
  const items: readonly unknown[] = value
  const end = writer.at - writer.buffer.length
  for (let i = items.length - 1; i >= 0; i--) {
    try {
      writeValue(writer, field.value, items[i])
    } catch (error) {
      throw within(error, `[${i}]`)
    }
    if (!field.isPacked) writeVarint(writer, field.number * 8 + field.value.wire)
  }
  if (field.isPacked && items.length > 0) {
    writeVarint(writer, writer.buffer.length + end - writer.at)
    writeVarint(writer, field.number * 8 + 2)
  }
}

function writeMap(writer: Writer, field: FieldTable, map: Fields): void {
  const keys = Object.keys(map).sort()
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string
    const end = writer.at - writer.buffer.length
    try {
      writeValue(writer, field.value, map[key])
      writeVarint(writer, 2 * 8 + field.value.wire)
      writeValue(writer, field.key, field.key.kind === 'scalar' ? mapKey(field.key.scalar, key) : key)
      writeVarint(writer, 1 * 8 + field.key.wire)
    } catch (error) {
      throw within(error, `[${JSON.stringify(key)}]`)
    }
    writeVarint(writer, writer.buffer.length + end - writer.at)
    writeVarint(writer, field.number * 8 + 2)
  }
}

function mapKey(scalar: ScalarType, key: string): unknown {
  return scalar === ScalarType.BOOL ? key === 'true' : key
}

function writeValue(writer: Writer, kind: ValueKind, value: unknown): void {
  if (kind.kind === 'message') {
    const end = writer.at - writer.buffer.length
    writeMessageOf(writer, kind.table(), value)
    writeVarint(writer, writer.buffer.length + end - writer.at)
  } else if (kind.kind === 'enum') {
    const number = typeof value === 'string' ? kind.enum.byName.get(value) : value
    if (number === undefined) throw new ProtoError(`${kind.enum.typeName} has no value ${describe(value)}`)
    writeInteger(writer, number, -0x80000000, 0x7fffffff)
  } else writeScalar(writer, kind.scalar, value)
}

function writeScalar(writer: Writer, scalar: ScalarType, value: unknown): void {
  switch (scalar) {
    case ScalarType.STRING: {
      if (typeof value !== 'string') throw new ProtoError(`a string is expected, not ${describe(value)}`)
      const end = writer.at - writer.buffer.length
      writeText(writer, value)
      writeVarint(writer, writer.buffer.length + end - writer.at)
      return
    }
    case ScalarType.BOOL:
      if (typeof value !== 'boolean') throw new ProtoError(`true or false is expected, not ${describe(value)}`)
      writeVarint(writer, value ? 1 : 0)
      return
    case ScalarType.UINT32:
      writeInteger(writer, value, 0, 0xffffffff)
      return
    case ScalarType.INT32:
      writeInteger(writer, value, -0x80000000, 0x7fffffff)
      return
    case ScalarType.BYTES: {
      const bytes = base64Bytes(value)
      writeBytes(writer, bytes)
      writeVarint(writer, bytes.length)
      return
    }
    case ScalarType.DOUBLE:
      writeDouble(writer, asFloat(value))
      return
    case ScalarType.FLOAT:
      writeFloat(writer, asFloat(value))
      return
    default:
      writeRareScalar(writer, scalar, value)
      return
  }
}

function writeRareScalar(writer: Writer, scalar: ScalarType, value: unknown): void {
  switch (scalar) {
    case ScalarType.UINT64:
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) writeVarint(writer, value)
      else writeVarint64(writer, asBigInt(value, 0n, 2n ** 64n - 1n))
      return
    case ScalarType.INT64:
      writeVarint64(writer, asBigInt(value, -(2n ** 63n), 2n ** 63n - 1n))
      return
    case ScalarType.SINT32:
    case ScalarType.SINT64: {
      const bits = scalar === ScalarType.SINT32 ? 32n : 64n
      const wide = asBigInt(value, -(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n)
      writeVarint64(writer, wide < 0n ? -wide * 2n - 1n : wide * 2n)
      return
    }
    case ScalarType.FIXED32:
      writeFixed32(writer, Number(asBigInt(value, 0n, 0xffffffffn)), false)
      return
    case ScalarType.SFIXED32:
      writeFixed32(writer, Number(asBigInt(value, -0x80000000n, 0x7fffffffn)), true)
      return
    case ScalarType.FIXED64:
      writeFixed64(writer, asBigInt(value, 0n, 2n ** 64n - 1n))
      return
    default:
      writeFixed64(writer, asBigInt(value, -(2n ** 63n), 2n ** 63n - 1n))
      return
  }
}

function writeInteger(writer: Writer, value: unknown, min: number, max: number): void {
  const number = typeof value === 'number' ? value : Number(asBigInt(value, BigInt(min), BigInt(max)))
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new ProtoError(`an integer from ${min} to ${max} is expected, not ${describe(value)}`)
  }
  if (number >= 0) writeVarint(writer, number)
  else writeVarint64(writer, BigInt(number))
}

/** JSON has 64-bit integers as strings; numbers with no fraction are accepted, `1e3` and `"1.0"` included. */
function asBigInt(value: unknown, min: bigint, max: bigint): bigint {
  const wide = toBigInt(value)
  if (wide === undefined || wide < min || wide > max) {
    throw new ProtoError(`an integer from ${min} to ${max} is expected, not ${describe(value)}`)
  }
  return wide
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? BigInt(number) : undefined
}

function asFloat(value: unknown): number {
  if (typeof value === 'number') return value
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value)
  throw new ProtoError(`a number is expected, not ${describe(value)}`)
}

function base64Bytes(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) {
    throw new ProtoError(`base64 is expected, not ${describe(value)}`)
  }
  return Buffer.from(value, 'base64')
}

function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtoError(`an object is expected, not ${describe(value)}`)
  }
  return value as Fields
}

/** For error messages: short, whatever it is. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function writeAny(writer: Writer, value: unknown): void {
  const any = asObject(value)
  if (Object.keys(any).length === 0) return
  const url = any['@type']
  if (typeof url !== 'string' || !url.includes('/'))
    throw new ProtoError('@type is expected, such as type.googleapis.com/…')
  const table = findTable(url.slice(url.lastIndexOf('/') + 1))
  const end = writer.at - writer.buffer.length
  if (table === undefined) writeBytes(writer, unknownAnyBytes(any))
  else if (SPECIAL.has(table.typeName)) writeMessageOf(writer, table, any['value'])
  else writeFields(writer, table, any)
  const size = writer.buffer.length + end - writer.at
  if (size > 0) {
    writeVarint(writer, size)
    writeVarint(writer, 2 * 8 + 2)
  }
  writeScalar(writer, ScalarType.STRING, url)
  writeVarint(writer, 1 * 8 + 2)
}

function unknownAnyBytes(any: Fields): Uint8Array {
  const odd = Object.keys(any).find(key => key !== '@type' && key !== 'value')
  if (odd !== undefined) throw new ProtoError(`the type ${any['@type']} is not known, so it cannot have ${odd}`)
  return base64Bytes(any['value'] ?? '')
}

function writeSecondsAndNanos(
  writer: Writer,
  { seconds, nanos }: { readonly seconds: bigint; readonly nanos: number },
): void {
  if (nanos !== 0) {
    writeInteger(writer, nanos, -0x80000000, 0x7fffffff)
    writeVarint(writer, 2 * 8)
  }
  if (seconds !== 0n) {
    writeVarint64(writer, seconds)
    writeVarint(writer, 1 * 8)
  }
}

const STRUCT_FIELDS = (): FieldTable => tableOf('google.protobuf.Struct').byNumber.get(1) as FieldTable
const LIST_VALUES = (): FieldTable => tableOf('google.protobuf.ListValue').byNumber.get(1) as FieldTable

function writeJsonValue(writer: Writer, value: unknown): void {
  const end = writer.at - writer.buffer.length
  const finish = (number: number): void => {
    writeVarint(writer, writer.buffer.length + end - writer.at)
    writeVarint(writer, number * 8 + 2)
  }
  if (value === null || value === undefined) {
    writeVarint(writer, 0)
    writeVarint(writer, 1 * 8)
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    writeDouble(writer, Number(value))
    writeVarint(writer, 2 * 8 + 1)
  } else if (typeof value === 'string') {
    writeScalar(writer, ScalarType.STRING, value)
    writeVarint(writer, 3 * 8 + 2)
  } else if (typeof value === 'boolean') {
    writeVarint(writer, value ? 1 : 0)
    writeVarint(writer, 4 * 8)
  } else if (Array.isArray(value)) {
    writeList(writer, LIST_VALUES(), value)
    finish(6)
  } else {
    writeMap(writer, STRUCT_FIELDS(), asObject(value))
    finish(5)
  }
}

function wrapper(scalar: ScalarType): Write {
  let field: FieldTable | undefined
  return (writer, value) => {
    field ??= tableOf(`google.protobuf.${WRAPPERS.get(scalar)}`).byNumber.get(1) as FieldTable
    writeField(writer, field, value)
  }
}

const WRAPPERS = new Map<ScalarType, string>([
  [ScalarType.DOUBLE, 'DoubleValue'],
  [ScalarType.FLOAT, 'FloatValue'],
  [ScalarType.INT64, 'Int64Value'],
  [ScalarType.UINT64, 'UInt64Value'],
  [ScalarType.INT32, 'Int32Value'],
  [ScalarType.UINT32, 'UInt32Value'],
  [ScalarType.BOOL, 'BoolValue'],
  [ScalarType.STRING, 'StringValue'],
  [ScalarType.BYTES, 'BytesValue'],
])

function writeFieldMask(writer: Writer, value: unknown): void {
  if (typeof value !== 'string')
    throw new ProtoError(`a field mask is expected, such as "a.b,c", not ${describe(value)}`)
  const paths =
    value === '' ? [] : value.split(',').map(path => path.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))
  writeList(writer, tableOf('google.protobuf.FieldMask').byNumber.get(1) as FieldTable, paths)
}

const SPECIAL: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['google.protobuf.Any', writeAny],
  ['google.protobuf.Duration', (writer, value) => writeSecondsAndNanos(writer, parseDuration(value))],
  ['google.protobuf.Timestamp', (writer, value) => writeSecondsAndNanos(writer, parseTimestamp(value))],
  ['google.protobuf.Struct', (writer, value) => writeMap(writer, STRUCT_FIELDS(), asObject(value))],
  ['google.protobuf.ListValue', (writer, value) => writeList(writer, LIST_VALUES(), value)],
  ['google.protobuf.Value', writeJsonValue],
  ['google.protobuf.FieldMask', writeFieldMask],
  ...[...WRAPPERS].map(([scalar, name]): [string, Write] => [`google.protobuf.${name}`, wrapper(scalar)]),
])

/** Whether the JSON form of a message is not an object of its fields: in an `Any` it then stands under `value`. */
export function hasSpecialJson(typeName: string): boolean {
  return SPECIAL.has(typeName)
}
