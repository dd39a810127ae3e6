/**
 * Writes protobuf from the end of a buffer towards its start. A nested message is then finished when its length is written, so
 * that nothing is measured beforehand, moved afterwards, or allocated in between.
 */
export interface Writer {
  buffer: Buffer
  /** Index of the first byte written. */
  at: number
}

/** Enough for most resources; a large route configuration doubles it a few times, once. */
const INITIAL_BYTES = 256 * 1024
/** Below this a loop beats the two calls into the runtime. */
const SHORT_STRING = 96

export function createWriter(): Writer {
  return { buffer: Buffer.allocUnsafeSlow(INITIAL_BYTES), at: INITIAL_BYTES }
}

export function resetWriter(writer: Writer): void {
  writer.at = writer.buffer.length
}

/** A copy of what was written since the reset. */
export function takeBytes(writer: Writer): Uint8Array {
  const bytes = new Uint8Array(writer.buffer.length - writer.at)
  bytes.set(writer.buffer.subarray(writer.at))
  return bytes
}

function grow(writer: Writer, needed: number): void {
  const used = writer.buffer.length - writer.at
  let size = writer.buffer.length * 2
  while (size - used < needed) size *= 2
  const buffer = Buffer.allocUnsafeSlow(size)
  writer.buffer.copy(buffer, size - used, writer.at)
  writer.buffer = buffer
  writer.at = size - used
}

/** An unsigned integer below 2^53. */
export function writeVarint(writer: Writer, value: number): void {
  if (writer.at < 10) grow(writer, 10)
  const { buffer } = writer
  if (value < 0x80) {
    buffer[--writer.at] = value
    return
  }
  if (value < 0x4000) {
    writer.at -= 2
    buffer[writer.at] = (value & 0x7f) | 0x80
    buffer[writer.at + 1] = value >> 7
    return
  }
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  writer.at -= size
  let at = writer.at
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80
  buffer[at] = rest
}

/** Any 64-bit integer, as its two's complement. */
export function writeVarint64(writer: Writer, value: bigint): void {
  let rest = BigInt.asUintN(64, value)
  const bytes: number[] = []
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  writeBytes(writer, Uint8Array.from(bytes))
}

export function writeBytes(writer: Writer, bytes: Uint8Array): void {
  if (writer.at < bytes.length) grow(writer, bytes.length)
  writer.at -= bytes.length
  writer.buffer.set(bytes, writer.at)
}

/** UTF-8, without its length. */
export function writeText(writer: Writer, text: string): void {
  const { length } = text
  if (length < SHORT_STRING && writeAscii(writer, text)) return
  const size = Buffer.byteLength(text)
  if (writer.at < size) grow(writer, size)
  writer.at -= size
  writer.buffer.write(text, writer.at, size, 'utf8')
}

function writeAscii(writer: Writer, text: string): boolean {
  if (writer.at < SHORT_STRING) grow(writer, SHORT_STRING)
  const { buffer } = writer
  let at = writer.at
  for (let i = text.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return false
    buffer[--at] = code
  }
  writer.at = at
  return true
}

export function writeFixed32(writer: Writer, value: number, isSigned: boolean): void {
  if (writer.at < 4) grow(writer, 4)
  writer.at -= 4
  if (isSigned) writer.buffer.writeInt32LE(value, writer.at)
  else writer.buffer.writeUInt32LE(value, writer.at)
}

export function writeFixed64(writer: Writer, value: bigint): void {
  if (writer.at < 8) grow(writer, 8)
  writer.at -= 8
  writer.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), writer.at)
}

export function writeFloat(writer: Writer, value: number): void {
  if (writer.at < 4) grow(writer, 4)
  writer.at -= 4
  writer.buffer.writeFloatLE(value, writer.at)
}

export function writeDouble(writer: Writer, value: number): void {
  if (writer.at < 8) grow(writer, 8)
  writer.at -= 8
  writer.buffer.writeDoubleLE(value, writer.at)
}
