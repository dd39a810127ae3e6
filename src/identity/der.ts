// A DER writer of just what certificates need (ITU-T X.690). Values are nested byte strings, so every function takes the
// encoded content and returns the encoded element; nothing is buffered or patched up afterwards.

export type Der = Uint8Array

const UNIVERSAL = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Any element by its identifier byte; `content` is already encoded. */
function element(tag: number, ...content: readonly Der[]): Der {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

export function sequence(...items: readonly Der[]): Der {
  return element(UNIVERSAL.sequence, ...items)
}

export function set(...items: readonly Der[]): Der {
  return element(UNIVERSAL.set, ...items)
}

/** `[n] EXPLICIT`. */
export function explicit(n: number, content: Der): Der {
  return element(0xa0 | n, content)
}

/** `[n] IMPLICIT` of a primitive type, such as a GeneralName. */
export function implicit(n: number, content: Der): Der {
  return element(0x80 | n, content)
}

export function boolean(value: boolean): Der {
  return element(UNIVERSAL.boolean, Buffer.from([value ? 0xff : 0]))
}

/** A non-negative integer, big-endian; a leading zero byte keeps the sign bit clear. */
export function integer(magnitude: Der): Der {
  const start = magnitude.findIndex(byte => byte !== 0)
  const bytes = start === -1 ? Buffer.from([0]) : magnitude.subarray(start)
  return element(UNIVERSAL.integer, ...((bytes[0] ?? 0) >= 0x80 ? [Buffer.from([0]), bytes] : [bytes]))
}

export function bitString(bytes: Der, unusedBits = 0): Der {
  return element(UNIVERSAL.bitString, Buffer.from([unusedBits]), bytes)
}

export function octetString(bytes: Der): Der {
  return element(UNIVERSAL.octetString, bytes)
}

export function utf8String(text: string): Der {
  return element(UNIVERSAL.utf8String, Buffer.from(text, 'utf8'))
}

/** Dotted form, such as `2.5.29.17`. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(UNIVERSAL.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050; whole seconds, UTC. */
export function time(at: Date): Der {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '')
  return at.getUTCFullYear() < 2050
    ? element(UNIVERSAL.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : element(UNIVERSAL.generalizedTime, Buffer.from(digits, 'ascii'))
}

/** PEM with lines of 64 characters. */
export function toPem(label: string, der: Der): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
