/** Go's string literals: strconv.Quote and strconv.Unquote. */
import { fromBytes } from './bytes.js'

const SIMPLE: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}
/** Whether strconv.IsPrint holds: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const PLAIN = /^[ !#-[\]-~]*$/

/** A double-quoted literal; with `ascii`, everything beyond ASCII is escaped (`%+q`). */
export function goQuote(text: string, ascii = false): string {
  return PLAIN.test(text) ? `"${text}"` : quoteWith(text, '"', ascii)
}

/** A character literal, `'x'`. */
export function goQuoteCharacter(point: number, ascii = false): string {
  const isValid = point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
  return quoteWith(String.fromCodePoint(isValid ? point : 0xfffd), "'", ascii)
}

function quoteWith(text: string, quote: string, ascii: boolean): string {
  let out = quote
  for (const c of text) out += escapeOne(c, quote, ascii)
  return out + quote
}

function escapeOne(c: string, quote: string, ascii: boolean): string {
  if (c === quote) return `\\${c}`
  const simple = SIMPLE[c]
  if (simple !== undefined) return simple
  const point = c.codePointAt(0) ?? 0
  if (point < 0x7f && point >= 0x20) return c
  if (point >= 0xdc80 && point <= 0xdcff) return `\\x${(point - 0xdc00).toString(16)}`
  if (!ascii && PRINTABLE.test(c)) return c
  if (point < 0x20 || point === 0x7f) return `\\x${point.toString(16).padStart(2, '0')}`
  return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`
}

const ESCAPE = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y
const CONTROL: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The text of a quoted, raw or character literal, or undefined if it is none. */
export function goUnquote(literal: string): string | undefined {
  const quote = literal[0]
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined
  const body = literal.slice(1, -1)
  if (quote === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '')
  if (!body.includes('\\')) return body
  return unescapeBody(body, quote)
}

function unescapeBody(body: string, quote: string | undefined): string | undefined {
  let out = ''
  let bytes: number[] = []
  for (let i = 0; i < body.length; ) {
    if (body[i] !== '\\') {
      out += flush(bytes) + body[i++]
      bytes = []
      continue
    }
    ESCAPE.lastIndex = i
    const match = ESCAPE.exec(body)
    if (match === null) return undefined
    i += match[0].length
    const [, control, hex, short, long, octal] = match
    if (control !== undefined) {
      if ((control === '"' || control === "'") && control !== quote) return undefined
      out += flush(bytes) + (CONTROL[control] ?? control)
      bytes = []
    } else if (hex !== undefined || octal !== undefined) {
      const byte = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16)
      if (byte > 0xff) return undefined
      bytes.push(byte)
    } else {
      const point = Number.parseInt(short ?? long ?? '', 16)
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined
      out += flush(bytes) + String.fromCodePoint(point)
      bytes = []
    }
  }
  return out + flush(bytes)
}

function flush(bytes: readonly number[]): string {
  return bytes.length === 0 ? '' : fromBytes(Uint8Array.from(bytes))
}
