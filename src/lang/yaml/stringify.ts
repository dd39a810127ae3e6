import type { Json, JsonArray, JsonObject } from '../json.js'
import { compareKeys } from './keys.js'
import { formatGoFloat, isPlainString } from './scalars.js'

/**
 * Prints a value as sigs.k8s.io/yaml does: sorted keys, two spaces, lists level with their key, no line folding, a
 * trailing newline. Numbers must be finite.
 */
export function stringifyYaml(value: Json): string {
  return `${node(value, '', 'root')}\n`
}

/** Where a node stands: behind nothing, behind `key:`, or behind `- ` or `? `. */
type Place = 'root' | 'value' | 'item'

function node(value: Json, indent: string, place: Place): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? list(value, indent, place) : map(value, indent, place)
  }
  const text = typeof value === 'string' ? stringScalar(value, indent, place) : otherScalar(value)
  return place === 'value' ? ` ${text}` : text
}

function list(items: JsonArray, indent: string, place: Place): string {
  if (items.length === 0) return place === 'value' ? ' []' : '[]'
  const inner = `${indent}  `
  let text = place === 'value' ? `\n${indent}` : ''
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += `\n${indent}`
    text += `- ${node(items[i]!, inner, 'item')}`
  }
  return text
}

function map(object: JsonObject, indent: string, place: Place): string {
  const keys = Object.keys(object)
  if (keys.length === 0) return place === 'value' ? ' {}' : '{}'
  keys.sort(compareKeys)
  const own = place === 'value' ? `${indent}  ` : indent
  let text = place === 'value' ? `\n${own}` : ''
  for (let i = 0; i < keys.length; i++) {
    if (i > 0) text += `\n${own}`
    text += entry(keys[i]!, object[keys[i]!] ?? null, own)
  }
  return text
}

/** Longest key, in bytes of UTF-8, that is printed as `key:`; longer ones and those with line breaks need `? key`. */
const MAX_SIMPLE_KEY = 128

function entry(key: string, value: Json, indent: string): string {
  if (isSimpleKey(key)) return `${stringScalar(key, indent, 'key')}:${node(value, indent, 'value')}`
  const text = `? ${stringScalar(key, `${indent}  `, 'item')}\n${indent}:`
  // Behind the colon of a complex key a map or list starts on the same line, as it does behind a dash.
  return `${text} ${node(value, `${indent}  `, 'item')}`
}

function isSimpleKey(key: string): boolean {
  if (LINE_BREAK.test(key)) return false
  return key.length * 3 <= MAX_SIMPLE_KEY || new TextEncoder().encode(key).length <= MAX_SIMPLE_KEY
}

function otherScalar(value: null | boolean | number | bigint): string {
  if (typeof value !== 'number') return String(value)
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64)
    return value === 0 ? '0' : BigInt(value).toString()
  return formatGoFloat(value, 6)
}

const LINE_BREAK = /[\n\r\u0085\u2028\u2029]/
/** The ordinary word: nothing in it can be taken for anything but text. */
const ORDINARY = /^[A-Za-z_/$][A-Za-z0-9_./$()=@-]*$/

const LONE_SURROGATE = /\p{Surrogate}/gu

function stringScalar(text: string, indent: string, place: Place | 'key'): string {
  if (ORDINARY.test(text) && isPlainString(text)) return text
  const value = text.replace(LONE_SURROGATE, '\ufffd')
  const shape = analyse(value)
  if (value.includes('\n')) return shape.isLiteralAllowed ? literal(value, indent, place) : doubleQuoted(value)
  if (!isPlainString(value)) return doubleQuoted(value)
  if (shape.isPlainAllowed) return value
  return shape.isSingleAllowed ? singleQuoted(value, indent, place) : doubleQuoted(value)
}

interface Shape {
  readonly isPlainAllowed: boolean
  readonly isSingleAllowed: boolean
  readonly isLiteralAllowed: boolean
}

/** What the printer of the reference can only write with escapes: controls but for \n, and everything beyond U+FFFF. */
const UNPRINTABLE = /[\0-\x09\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|[\ud800-\udfff]/
const LEADING_INDICATOR = /^(?:[#,[\]{}&*!|>'"%@`]|---|\.\.\.|[?:-](?:[ \t]|$))/
const INNER_INDICATOR = /:(?:[ \t]|$)|[ \t\n\0\r\u0085\u2028\u2029]#/
const EDGE_SPACE = /^[ \n\r\u0085\u2028\u2029]|[ \n\r\u0085\u2028\u2029]$/

function analyse(text: string): Shape {
  const isSpecial = UNPRINTABLE.test(text) || / [\n\r\u0085\u2028\u2029]/.test(text)
  const hasBreakSpace = /[\n\r\u0085\u2028\u2029] /.test(text)
  return {
    isPlainAllowed:
      !isSpecial &&
      !hasBreakSpace &&
      !EDGE_SPACE.test(text) &&
      !LINE_BREAK.test(text) &&
      !LEADING_INDICATOR.test(text) &&
      !INNER_INDICATOR.test(text),
    isSingleAllowed: !isSpecial && !hasBreakSpace,
    isLiteralAllowed: !isSpecial && !text.endsWith(' '),
  }
}

/** Spaces behind which the lines of a scalar stand that is printed at this place. */
function bodyIndent(indent: string, place: Place | 'key'): string {
  return place === 'item' ? indent : `${indent}  `
}

/** Breaks other than \n are kept as they are; each line that follows a break is indented. */
const LINE_START = /([\n\u2028\u2029])(?=[^\n\u2028\u2029])/g

function literal(text: string, indent: string, place: Place | 'key'): string {
  const hint = /^[ \n\u2028\u2029]/.test(text) ? '2' : ''
  const chomp = !/[\n\u2028\u2029]$/.test(text) ? '-' : /^.?$|[\n\u2028\u2029].$/su.test(text) ? '+' : ''
  const body = `\n${text}`.replace(LINE_START, `$1${bodyIndent(indent, place)}`)
  return `|${hint}${chomp}${body.endsWith('\n') ? body.slice(0, -1) : body}`
}

function singleQuoted(text: string, indent: string, place: Place | 'key'): string {
  return `'${text.replaceAll("'", "''").replace(LINE_START, `$1${bodyIndent(indent, place)}`)}'`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function doubleQuoted(text: string): string {
  return `"${text.replace(/[\0-\x1f"\\\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu, escapeChar)}"`
}

function escapeChar(char: string): string {
  const known = ESCAPES[char]
  if (known !== undefined) return known
  const code = char.codePointAt(0)!
  if (code <= 0xff) return `\\x${hex(code, 2)}`
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(code: number, width: number): string {
  return code.toString(16).toUpperCase().padStart(width, '0')
}
