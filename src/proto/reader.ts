import { ProtoError } from './error.js'

/** A window of a buffer that is read forwards. Reading past `end` throws ProtoError. */
export interface Reader {
  readonly buffer: Buffer
  at: number
  end: number
}

const TEXT = new TextDecoder('utf-8', { fatal: true })
const SHORT_STRING = 128

export function readerOf(bytes: Uint8Array): Reader {
  return { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0, end: bytes.byteLength }
}

/** An unsigned integer; exact below 2^53, which is all that tags, lengths and 32-bit values need. */
export function readVarint(reader: Reader): number {
  const { buffer, end } = reader
  let value = 0
  let unit = 1
  for (let i = 0; i < 10; i++) {
    if (reader.at >= end) throw new ProtoError('the message ends within a number')
    const byte = buffer[reader.at++] as number
    value += (byte & 0x7f) * unit
    if (byte < 0x80) return value
    unit *= 0x80
  }
  throw new ProtoError('a number is longer than 10 bytes')
}

/** The lower 64 bits, unsigned. */
export function readVarint64(reader: Reader): bigint {
  const start = reader.at
  const value = readVarint(reader)
  if (value <= Number.MAX_SAFE_INTEGER) return BigInt(value)
  let wide = 0n
  for (let at = reader.at - 1; at >= start; at--) wide = (wide << 7n) | BigInt((reader.buffer[at] as number) & 0x7f)
  return BigInt.asUintN(64, wide)
}

/** The length of what follows, checked against the window. */
export function readLength(reader: Reader): number {
  const length = readVarint(reader)
  if (length > reader.end - reader.at) throw new ProtoError('the message ends within a field')
  return length
}

export function readBytes(reader: Reader, length: number): Buffer {
  if (length > reader.end - reader.at) throw new ProtoError('the message ends within a field')
  const start = reader.at
  reader.at += length
  return reader.buffer.subarray(start, reader.at)
}

/** Text with its length before it. Throws for what is not UTF-8. */
export function readText(reader: Reader): string {
  const length = readLength(reader)
  const { buffer } = reader
  const start = reader.at
  reader.at += length
  if (length <= SHORT_STRING) {
    let isAscii = true
    for (let i = start; i < reader.at && isAscii; i++) isAscii = (buffer[i] as number) < 0x80
    if (isAscii) return buffer.toString('latin1', start, reader.at)
  }
  try {
    return TEXT.decode(buffer.subarray(start, reader.at))
  } catch {
    throw new ProtoError('a string is not UTF-8')
  }
}

export function skipField(reader: Reader, wire: number, depth = 0): void {
  if (wire === 0) readVarint(reader)
  else if (wire === 1) readBytes(reader, 8)
  else if (wire === 2) readBytes(reader, readLength(reader))
  else if (wire === 5) readBytes(reader, 4)
  else if (wire === 3 && depth < 100) skipGroup(reader, depth)
  else throw new ProtoError(`wire type ${wire} is not valid here`)
}

function skipGroup(reader: Reader, depth: number): void {
  for (;;) {
    const tag = readVarint(reader)
    if (tag % 8 === 4) return
    skipField(reader, tag % 8, depth + 1)
  }
}
