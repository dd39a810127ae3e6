/** The little of DER that keys and certificates need. */

export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const length = size < 0x80 ? [size] : lengthBytes(size)
  const out = new Uint8Array(1 + length.length + size)
  out.set([tag, ...length])
  let at = 1 + length.length
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function lengthBytes(size: number): number[] {
  const bytes: number[] = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(0x30, ...parts)
export const octets = (bytes: Uint8Array): Uint8Array => der(0x04, bytes)
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array => der(0x03, Uint8Array.of(unused), bytes)
export const utf8 = (text: string): Uint8Array => der(0x0c, new TextEncoder().encode(text))
export const printable = (text: string): Uint8Array => der(0x13, new TextEncoder().encode(text))

/** A non-negative integer. */
export function integer(value: bigint): Uint8Array {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Buffer.from(even, 'hex')
  return (bytes[0] ?? 0) >= 0x80 ? der(0x02, Uint8Array.of(0), bytes) : der(0x02, bytes)
}

export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

/** UTCTime up to 2049, GeneralizedTime from then on. */
export function timeOf(milliseconds: number): Uint8Array {
  const digits = new Date(milliseconds).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')
  const isShort = digits < '2050' && digits >= '1950'
  return der(isShort ? 0x17 : 0x18, new TextEncoder().encode(isShort ? digits.slice(2) : digits))
}

export interface DerValue {
  readonly tag: number
  readonly body: Uint8Array
  /** Header included. */
  readonly whole: Uint8Array
}

/** The values that stand one after another in some bytes. Throws RangeError on what is no DER. */
export function readDer(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2)
    const count = first < 0x80 ? 0 : first & 0x7f
    const start = at + 2 + count
    const size = count === 0 ? first : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0)
    if (start + size > bytes.length) throw new RangeError('truncated DER')
    values.push({ tag, body: bytes.subarray(start, start + size), whole: bytes.subarray(at, start + size) })
    at = start + size
  }
  return values
}

export function integerValue({ body }: DerValue): bigint {
  return BigInt(`0x${Buffer.from(body).toString('hex') || '0'}`)
}

export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
