import { type EncodedResource, sizeOf, type TypeUrl } from './resource.js'

export type Protocol = 'sotw' | 'delta'

/** What a response says around its resources. */
export interface ResponseHead {
  readonly type: TypeUrl
  readonly version: string
  readonly nonce: string
  /** Delta. */
  readonly removed: readonly string[]
}

/**
 * Resources as they stand in a response, one after the other. A protobuf message may be cut between fields: so this, by far the
 * larger part, is the same for every stream that is sent the same resources.
 */
export function encodeResources(protocol: Protocol, type: TypeUrl, resources: readonly EncodedResource[]): Buffer {
  const typeField = textField(1, type)
  const measured = resources.map(resource => measure(protocol, typeField.length, resource))
  const buffer = Buffer.allocUnsafeSlow(measured.reduce((sum, { total }) => sum + total, 0))
  let at = 0
  for (const [i, resource] of resources.entries()) {
    const size = measured[i] as Measured
    at = writeBefore(buffer, at, { protocol, typeField, resource, size })
    for (const piece of piecesOf(resource)) {
      buffer.set(piece, at)
      at += piece.length
    }
    if (protocol === 'delta') at = writeTextField(buffer, at, 3, resource.name, size.name)
  }
  return buffer
}

/** The same of one resource, in parts: its own bytes are not copied. */
export function encodeAround(protocol: Protocol, type: TypeUrl, resource: EncodedResource): readonly Uint8Array[] {
  const typeField = textField(1, type)
  const size = measure(protocol, typeField.length, resource)
  const after = protocol === 'delta' ? textField(3, resource.name) : undefined
  const before = Buffer.allocUnsafe(size.total - sizeOf(resource) - (after?.length ?? 0))
  writeBefore(before, 0, { protocol, typeField, resource, size })
  return [before, ...piecesOf(resource), ...(after === undefined ? [] : [after])]
}

function piecesOf(resource: EncodedResource): readonly Uint8Array[] {
  return resource.pieces?.list ?? [resource.bytes]
}

interface Element {
  readonly protocol: Protocol
  readonly typeField: Buffer
  readonly resource: EncodedResource
  readonly size: Measured
}

/** All that stands before the resource's own bytes. */
function writeBefore(buffer: Buffer, start: number, { protocol, typeField, resource, size }: Element): number {
  let at = writeTag(buffer, start, 2, size.outer)
  if (protocol === 'delta') {
    at = writeTextField(buffer, at, 1, resource.version, size.version)
    at = writeTag(buffer, at, 2, size.any)
  }
  at += typeField.copy(buffer, at)
  return writeTag(buffer, at, 2, sizeOf(resource))
}

interface Measured {
  readonly any: number
  readonly version: number
  readonly name: number
  /** Of the whole element without its tag and length. */
  readonly outer: number
  readonly total: number
}

function measure(protocol: Protocol, typeSize: number, resource: EncodedResource): Measured {
  const any = typeSize + fieldSize(sizeOf(resource))
  if (protocol === 'sotw') return { any, version: 0, name: 0, outer: any, total: fieldSize(any) }
  const version = Buffer.byteLength(resource.version)
  const name = Buffer.byteLength(resource.name)
  const outer = fieldSize(version) + fieldSize(any) + fieldSize(name)
  return { any, version, name, outer, total: fieldSize(outer) }
}

/** The fields of a response that differ from stream to stream. */
export function encodeHead(protocol: Protocol, head: ResponseHead): Buffer {
  const parts = [textField(1, head.version), textField(4, head.type), textField(5, head.nonce)]
  if (protocol === 'delta') for (const name of head.removed) parts.push(textField(6, name))
  return Buffer.concat(parts)
}

/** Field numbers below 16 have tags of one byte. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** The tag of a field that has its length before it, and that length. */
function writeTag(buffer: Buffer, start: number, field: number, length: number): number {
  let at = start
  buffer[at++] = field * 8 + 2
  let rest = length
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80
  buffer[at++] = rest
  return at
}

function writeTextField(buffer: Buffer, start: number, field: number, text: string, size: number): number {
  const at = writeTag(buffer, start, field, size)
  return at + buffer.write(text, at)
}

/** One field of a message, for field numbers below 16. */
export function textField(field: number, text: string): Buffer {
  const size = Buffer.byteLength(text)
  const buffer = Buffer.allocUnsafe(fieldSize(size))
  writeTextField(buffer, 0, field, text, size)
  return buffer
}
