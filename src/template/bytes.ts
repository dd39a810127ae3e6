/**
 * Go strings are bytes, JavaScript's are UTF-16. Text is the same in both; bytes that are not UTF-8 (from `b64dec`, or a
 * character cut in two by `trunc`) are kept as lone low surrogates U+DC80 to U+DCFF, and come back as they were. Where such a
 * string leaves the process, an encoder writes U+FFFD.
 */
const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ASCII = /^[\x00-\x7f]*$/
const LONE = /[\udc80-\udcff]/

export function isAscii(text: string): boolean {
  return ASCII.test(text)
}

export function toBytes(text: string): Uint8Array {
  if (!LONE.test(text)) return encoder.encode(text)
  const out: number[] = []
  for (const c of text) {
    const point = c.codePointAt(0) ?? 0
    if (point >= 0xdc80 && point <= 0xdcff) out.push(point - 0xdc00)
    else out.push(...encoder.encode(c))
  }
  return Uint8Array.from(out)
}

export function fromBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return decodeLoosely(bytes)
  }
}

function decodeLoosely(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i)
    out += length === 0 ? String.fromCharCode(0xdc00 + (bytes[i] ?? 0)) : strict.decode(bytes.subarray(i, i + length))
    i += length === 0 ? 1 : length
  }
  return out
}

/** Bytes of the valid character at `i`, or 0. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  if (length === 0 || i + length > bytes.length) return 0
  try {
    strict.decode(bytes.subarray(i, i + length))
    return length
  } catch {
    return 0
  }
}

/** Length in bytes. */
export function byteLength(text: string): number {
  return isAscii(text) ? text.length : toBytes(text).length
}

/** Bytes `from` to `to`. */
export function sliceBytes(text: string, from: number, to: number): string {
  return isAscii(text) ? text.slice(from, to) : fromBytes(toBytes(text).subarray(from, to))
}
