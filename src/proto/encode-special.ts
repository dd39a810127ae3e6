import { asObject, describe, scalarWriter, type Write, writeString } from './encode-scalar.js'
import { ProtoError, within } from './error.js'
import type { Scalar } from './tables.js'
import { parseDuration, parseTimestamp } from './time.js'
import { type Writer, writeDouble, writeVarint, writeVarint64 } from './writer.js'

/** The well-known types whose JSON is not an object of their fields; `Any` is written where the other messages are. */
export const SPECIAL: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['google.protobuf.Duration', writeDuration],
  ['google.protobuf.Timestamp', (writer, value) => writeSecondsAndNanos(writer, parseTimestamp(value))],
  ['google.protobuf.Struct', writeStruct],
  ['google.protobuf.ListValue', writeListValue],
  ['google.protobuf.Value', writeJsonValue],
  ['google.protobuf.FieldMask', writeFieldMask],
  ['google.protobuf.DoubleValue', wrapper('double', 1)],
  ['google.protobuf.FloatValue', wrapper('float', 5)],
  ['google.protobuf.Int64Value', wrapper('int64', 0)],
  ['google.protobuf.UInt64Value', wrapper('uint64', 0)],
  ['google.protobuf.Int32Value', wrapper('int32', 0)],
  ['google.protobuf.UInt32Value', wrapper('uint32', 0)],
  ['google.protobuf.BoolValue', wrapper('bool', 0)],
  ['google.protobuf.StringValue', wrapper('string', 2)],
  ['google.protobuf.BytesValue', wrapper('bytes', 2)],
])

/** Bytes written since `end`, which is a place counted from the buffer's end: the buffer may have grown. */
function written(writer: Writer, end: number): number {
  return writer.buffer.length + end - writer.at
}

/** Whole seconds are what nearly all durations are. */
function writeDuration(writer: Writer, value: unknown): void {
  const seconds = typeof value === 'string' && /^\d{1,9}s$/.test(value) ? Number.parseInt(value, 10) : undefined
  if (seconds === undefined) writeSecondsAndNanos(writer, parseDuration(value))
  else if (seconds !== 0) {
    writeVarint(writer, seconds)
    writeVarint(writer, 1 * 8)
  }
}

const writeNanos = scalarWriter('int32')

function writeSecondsAndNanos(
  writer: Writer,
  { seconds, nanos }: { readonly seconds: bigint; readonly nanos: number },
): void {
  if (nanos !== 0) {
    writeNanos(writer, nanos)
    writeVarint(writer, 2 * 8)
  }
  if (seconds !== 0n) {
    writeVarint64(writer, seconds)
    writeVarint(writer, 1 * 8)
  }
}

/** A zero is not written: the wrapper being there says it. */
function wrapper(scalar: Scalar, wire: number): Write {
  const write = scalarWriter(scalar)
  return (writer, value) => {
    const end = writer.at - writer.buffer.length
    try {
      write(writer, value)
    } catch (error) {
      throw within(error, 'value')
    }
    if (isZero(writer, written(writer, end), wire)) writer.at += written(writer, end)
    else writeVarint(writer, 1 * 8 + wire)
  }
}

/** Whether the last bytes written are the value zero, or text without any characters. */
export function isZero({ buffer, at }: Writer, size: number, wire: number): boolean {
  if (wire === 2 || wire === 0) return size === 1 && buffer[at] === 0
  for (let i = at; i < at + size; i++) if (buffer[i] !== 0) return false
  return true
}

function writeStruct(writer: Writer, value: unknown): void {
  const fields = asObject(value)
  const keys = Object.keys(fields).sort()
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string
    const end = writer.at - writer.buffer.length
    try {
      writeNested(writer, 2, inner => writeJsonValue(inner, fields[key]))
      writeString(writer, key)
      writeVarint(writer, 1 * 8 + 2)
    } catch (error) {
      throw within(error, `[${JSON.stringify(key)}]`)
    }
    writeVarint(writer, written(writer, end))
    writeVarint(writer, 1 * 8 + 2)
  }
}

function writeListValue(writer: Writer, value: unknown): void {
  if (!Array.isArray(value)) throw new ProtoError(`a list is expected, not ${describe(value)}`)
  const items: readonly unknown[] = value
  for (let i = items.length - 1; i >= 0; i--) writeNested(writer, 1, inner => writeJsonValue(inner, items[i]))
}

function writeNested(writer: Writer, number: number, write: (writer: Writer) => void): void {
  const end = writer.at - writer.buffer.length
  write(writer)
  writeVarint(writer, written(writer, end))
  writeVarint(writer, number * 8 + 2)
}

function writeJsonValue(writer: Writer, value: unknown): void {
  if (value === null || value === undefined) {
    writeVarint(writer, 0)
    writeVarint(writer, 1 * 8)
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    writeDouble(writer, Number(value))
    writeVarint(writer, 2 * 8 + 1)
  } else if (typeof value === 'string') {
    writeString(writer, value)
    writeVarint(writer, 3 * 8 + 2)
  } else if (typeof value === 'boolean') {
    writeVarint(writer, value ? 1 : 0)
    writeVarint(writer, 4 * 8)
  } else if (Array.isArray(value)) writeNested(writer, 6, inner => writeListValue(inner, value))
  else writeNested(writer, 5, inner => writeStruct(inner, value))
}

function writeFieldMask(writer: Writer, value: unknown): void {
  if (typeof value !== 'string')
    throw new ProtoError(`a field mask is expected, such as "a.b,c", not ${describe(value)}`)
  const paths = value === '' ? [] : value.split(',')
  for (const path of paths.reverse()) {
    writeString(
      writer,
      path.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
    )
    writeVarint(writer, 1 * 8 + 2)
  }
}
