import { ProtoError } from './error.js'
import type { EnumTable, Scalar } from './tables.js'
import {
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

/** Writes a value, without its tag; throws ProtoError for what is none of its kind. */
export type Write = (writer: Writer, value: unknown) => void

export function scalarWriter(scalar: Scalar): Write {
  return SCALARS.get(scalar) ?? writeSfixed64
}

export function writeString(writer: Writer, value: unknown): void {
  if (typeof value !== 'string') throw new ProtoError(`a string is expected, not ${describe(value)}`)
  const end = writer.at - writer.buffer.length
  writeText(writer, value)
  writeVarint(writer, writer.buffer.length + end - writer.at)
}

/** The one value of the enum that stands for JSON's null, and is written as that. */
export const NULL_VALUE = 'NULL_VALUE'

/** By name or by number, as proto3 JSON has it. */
export function enumWriter({ byName, typeName }: EnumTable): Write {
  return (writer, value) => {
    const number = typeof value === 'string' ? byName.get(value) : value === null ? byName.get(NULL_VALUE) : value
    if (number === undefined) throw new ProtoError(`${typeName} has no value ${describe(value)}`)
    writeInt32(writer, number)
  }
}

const writeInt32 = integerWriter(-0x80000000, 0x7fffffff)

function integerWriter(min: number, max: number): Write {
  return (writer, value) => {
    const number = typeof value === 'number' ? value : Number(asBigInt(value, BigInt(min), BigInt(max)))
    if (!Number.isInteger(number) || number < min || number > max) {
      throw new ProtoError(`an integer from ${min} to ${max} is expected, not ${describe(value)}`)
    }
    if (number >= 0) writeVarint(writer, number)
    else writeVarint64(writer, BigInt(number))
  }
}

function writeBool(writer: Writer, value: unknown): void {
  if (typeof value !== 'boolean') throw new ProtoError(`true or false is expected, not ${describe(value)}`)
  writeVarint(writer, value ? 1 : 0)
}

function writeBase64(writer: Writer, value: unknown): void {
  const bytes = base64Bytes(value)
  writeBytes(writer, bytes)
  writeVarint(writer, bytes.length)
}

function writeUint64(writer: Writer, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) writeVarint(writer, value)
  else writeVarint64(writer, asBigInt(value, 0n, 2n ** 64n - 1n))
}

function writeInt64(writer: Writer, value: unknown): void {
  writeVarint64(writer, asBigInt(value, -(2n ** 63n), 2n ** 63n - 1n))
}

function zigzagWriter(bits: bigint): Write {
  return (writer, value) => {
    const wide = asBigInt(value, -(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n)
    writeVarint64(writer, wide < 0n ? -wide * 2n - 1n : wide * 2n)
  }
}

function writeSfixed64(writer: Writer, value: unknown): void {
  writeFixed64(writer, asBigInt(value, -(2n ** 63n), 2n ** 63n - 1n))
}

const SCALARS: ReadonlyMap<Scalar, Write> = new Map<Scalar, Write>([
  ['string', writeString],
  ['bool', writeBool],
  ['uint32', integerWriter(0, 0xffffffff)],
  ['int32', writeInt32],
  ['bytes', writeBase64],
  ['double', (writer, value) => writeDouble(writer, asFloat(value))],
  ['float', (writer, value) => writeFloat(writer, asFloat(value))],
  ['uint64', writeUint64],
  ['int64', writeInt64],
  ['sint32', zigzagWriter(32n)],
  ['sint64', zigzagWriter(64n)],
  ['fixed32', (writer, value) => writeFixed32(writer, Number(asBigInt(value, 0n, 0xffffffffn)), false)],
  ['sfixed32', (writer, value) => writeFixed32(writer, Number(asBigInt(value, -0x80000000n, 0x7fffffffn)), true)],
  ['fixed64', (writer, value) => writeFixed64(writer, asBigInt(value, 0n, 2n ** 64n - 1n))],
  ['sfixed64', writeSfixed64],
])

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

export function base64Bytes(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) {
    throw new ProtoError(`base64 is expected, not ${describe(value)}`)
  }
  return Buffer.from(value, 'base64')
}

export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtoError(`an object is expected, not ${describe(value)}`)
  }
  return value as Record<string, unknown>
}

/** For error messages: short, whatever it is. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
