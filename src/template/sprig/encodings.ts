import { fromBytes, toBytes } from '../bytes.js'
import { type FunctionMap, fn } from '../function.js'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Decoders answer with the error's text, as sprig's do. */
export const ENCODINGS: FunctionMap = {
  b64enc: fn('string', (text: string) => Buffer.from(toBytes(text)).toString('base64')),
  b64dec: fn('string', decodeBase64),
  b32enc: fn('string', encodeBase32),
  b32dec: fn('string', decodeBase32),
}

function decodeBase64(source: string): string {
  const bytes = base64Bytes(source)
  return typeof bytes === 'number' ? `illegal base64 data at input byte ${bytes}` : fromBytes(bytes)
}

/** The bytes, or where the text is wrong. Line breaks are skipped; padding has to be there. */
export function base64Bytes(source: string): Uint8Array | number {
  const text = source.replace(/[\r\n]/g, '')
  const bad = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length
  const padding = text.slice(bad)
  const isComplete = text.length % 4 === 0 && (padding === '' || padding === '=' || padding === '==')
  if (isComplete) return Buffer.from(text, 'base64')
  const isCharacter = padding !== '' && !/^=/.test(padding)
  if (isCharacter) return bad
  if (padding === '') return text.length - (text.length % 4)
  return bad % 4 < 2 ? bad : Math.min(text.length, bad - (bad % 4) + 4)
}

function encodeBase32(text: string): string {
  let out = ''
  let [buffer, bits] = [0, 0]
  for (const byte of toBytes(text)) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      out += BASE32[(buffer >> bits) & 31]
    }
    buffer &= (1 << bits) - 1
  }
  if (bits > 0) out += BASE32[(buffer << (5 - bits)) & 31]
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=')
}

function decodeBase32(source: string): string {
  const text = source.replace(/[\r\n]/g, '')
  const digits = text.replace(/=+$/, '')
  const bad = Array.from(digits).findIndex(c => !BASE32.includes(c))
  if (bad !== -1) return `illegal base32 data at input byte ${bad}`
  const isComplete = text.length % 8 === 0 && [0, 2, 4, 5, 7].includes(digits.length % 8)
  if (!isComplete) return `illegal base32 data at input byte ${text.length - (text.length % 8)}`
  const bytes: number[] = []
  let [buffer, bits] = [0, 0]
  for (const c of digits) {
    buffer = (buffer << 5) | BASE32.indexOf(c)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((buffer >> bits) & 255)
    buffer &= (1 << bits) - 1
  }
  return fromBytes(Uint8Array.from(bytes))
}
