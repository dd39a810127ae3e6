import type { Json, JsonArray, JsonObject } from '../json.js'
import { keptTexts } from '../shared-json.js'
import { KeyOrders } from './key-order.js'
import { formatGoFloat, isPlainString } from './scalars.js'

/**
 * Prints a value as sigs.k8s.io/yaml does: sorted keys, two spaces, lists level with their key, text folded at the first
 * space behind column 80, a trailing newline. Numbers must be finite.
 */
export function stringifyYaml(value: Json): string {
  return `${node(value, 0, 'root', 0)}\n`
}

/** Where a node stands: behind nothing, behind `key:`, or behind `- ` or `? `. */
type Place = 'root' | 'value' | 'item'

/** `column` counts the characters in front of a scalar on its line; for maps and lists it does not matter. */
function node(value: Json, indent: number, place: Place, column: number): string {
  if (typeof value === 'object' && value !== null) {
    const kept = indent > MAX_KEPT_INDENT ? undefined : keptTexts(value)
    return kept === undefined
      ? collection(value, indent, place)
      : (kept[variantOf(indent, place)] ??= collection(value, indent, place))
  }
  if (typeof value !== 'string') return place === 'value' ? ` ${otherScalar(value)}` : otherScalar(value)
  const text = yamlScalar(value, place === 'item' ? indent : indent + 2, column)
  return place === 'value' ? ` ${text}` : text
}

function collection(value: JsonArray | JsonObject, indent: number, place: Place): string {
  return Array.isArray(value) ? list(value, indent, place) : map(value, indent, place)
}

/** Deeper parts of values that are shared between documents (lang/shared-json.ts) are printed every time. */
const MAX_KEPT_INDENT = 40

/** Indentation is always an even number of spaces. */
function variantOf(indent: number, place: Place): number {
  return (indent >> 1) * 3 + (place === 'root' ? 0 : place === 'value' ? 1 : 2)
}

/** Deeper indentation is made when it is needed. */
const MAX_KEPT_SPACES = 128
const SPACES = Array.from({ length: MAX_KEPT_SPACES }, (_, count) => ' '.repeat(count))
const BREAKS = SPACES.map(spaces => `\n${spaces}`)

function spacesOf(count: number): string {
  return SPACES[count] ?? ' '.repeat(count)
}

/** A line break and the spaces behind it. */
function breakOf(indent: number): string {
  return BREAKS[indent] ?? `\n${' '.repeat(indent)}`
}

function list(items: JsonArray, indent: number, place: Place): string {
  if (items.length === 0) return place === 'value' ? ' []' : '[]'
  const inner = indent + 2
  const dash = `${breakOf(indent)}- `
  let text = place === 'value' ? dash : '- '
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += dash
    text += node(items[i]!, inner, 'item', inner)
  }
  return text
}

function map(object: JsonObject, indent: number, place: Place): string {
  const { keys, heads } = orders.of(object)
  if (keys.length === 0) return place === 'value' ? ' {}' : '{}'
  const own = place === 'value' ? indent + 2 : indent
  const start = breakOf(own)
  let text = place === 'value' ? start : ''
  for (let i = 0; i < keys.length; i++) {
    if (i > 0) text += start
    const [key, head] = [keys[i]!, heads[i]]
    const value = object[key] ?? null
    if (head === undefined) text += complexEntry(key, value, own)
    else text += head + node(value, own, 'value', own + lengthOf(head) + 1)
  }
  return text
}

/** Longest key, in bytes of UTF-8, that is printed as `key:`; longer ones and those with line breaks need `? key`. */
const MAX_SIMPLE_KEY = 128

const orders = new KeyOrders(headOf)

/** A key with its colon; undefined for one that needs a question mark. */
function headOf(key: string): string | undefined {
  if (key.length <= MAX_SIMPLE_KEY && isOrdinary(key)) return `${key}:`
  return isSimpleKey(key) ? `${newScalar(key, 0, UNFOLDED)}:` : undefined
}

function complexEntry(key: string, value: Json, indent: number): string {
  const inner = indent + 2
  // Behind the colon of a complex key a map or list starts on the same line, as it does behind a dash.
  return `? ${yamlScalar(key, inner, inner)}${breakOf(indent)}: ${node(value, inner, 'item', inner)}`
}

function isSimpleKey(key: string): boolean {
  if (LINE_BREAK.test(key)) return false
  return key.length * 3 <= MAX_SIMPLE_KEY || new TextEncoder().encode(key).length <= MAX_SIMPLE_KEY
}

function otherScalar(value: null | boolean | number | bigint): string {
  if (typeof value === 'bigint') return isGoInteger(value) ? String(value) : formatGoFloat(Number(value))
  if (typeof value !== 'number') return String(value)
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value)
  return Number.isInteger(value) ? otherScalar(BigInt(value)) : formatGoFloat(value)
}

/** What fits int64 or uint64 is printed digit by digit, anything larger as a float. */
function isGoInteger(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 64n
}

/** To an expression of whole characters pairs are none. A property's name in its place would have its table made. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu
const LINE_BREAK = /[\n\r\u0085\u2028\u2029]/
/** The ordinary key: nothing in it can be taken for anything but text, and there is nowhere to fold it. */
const ORDINARY = /^[A-Za-z_/$][A-Za-z0-9_./$()=@-]*$/

function isOrdinary(text: string): boolean {
  return ORDINARY.test(text) && isPlainString(text)
}

/** Last column in front of which a space is never folded. */
const WIDTH = 80
/** Passed as the column of what must stay on one line. */
const UNFOLDED = Number.NEGATIVE_INFINITY

/**
 * Printable, without spaces, quotes and backslashes, and no indicator where it would count: what is printed as it is, or
 * between double quotes where it would be read as something else than text.
 */
const WORD = /^[A-Za-z0-9_/$](?:[!#-&(-[\]-~]*[!#-&(-9;-[\]-~])?$/

/**
 * A text as it stands in a document. `inner` is the number of spaces in front of every further line, `column` that of the characters in
 * front of it on its own.
 */
export function yamlScalar(text: string, inner: number, column: number): string {
  if (WORD.test(text)) return isPlainString(text) ? text : `"${text}"`
  const known = printed.get(text)
  if (known !== undefined && known.inner === inner && known.column === column) return known.text
  const made = newScalar(text, inner, column)
  if (text.length <= MAX_PRINTED_LENGTH) {
    if (printed.size >= MAX_PRINTED) printed.clear()
    printed.set(text, { inner, column, text: made })
  }
  return made
}

/** Scalars that are remembered, and the longest of them, in UTF-16 units: many are the same in all workloads. */
const MAX_PRINTED = 256
const MAX_PRINTED_LENGTH = 2_048
/** Scalars as they were printed where they were met last. */
const printed = new Map<string, { readonly inner: number; readonly column: number; readonly text: string }>()

function newScalar(text: string, inner: number, column: number): string {
  const value = text.replace(LONE_SURROGATE, '\ufffd')
  const shape = analyse(value)
  const spaces = spacesOf(inner)
  if (value.includes('\n') && column !== UNFOLDED && shape.isLiteralAllowed) return literal(value, spaces)
  if (value.includes('\n') || !isPlainString(value)) return doubleQuoted(value, spaces, column)
  if (shape.isPlainAllowed) return fold(value, spaces, column, 0)
  return shape.isSingleAllowed ? singleQuoted(value, spaces, column) : doubleQuoted(value, spaces, column)
}

/**
 * Breaks at single spaces behind column 80. `edge` is the number of quotes around the text; next to those no space is
 * touched.
 */
function fold(text: string, inner: string, column: number, edge: 0 | 1): string {
  if (column + text.length <= WIDTH) return text
  const chars = [...text]
  let at = column
  let folded = ''
  for (let i = 0; i < chars.length; i++) {
    const isSingle = chars[i] === ' ' && chars[i - 1] !== ' ' && chars[i + 1] !== ' '
    if (isSingle && at > WIDTH && i > edge && i < chars.length - 1 - edge) {
      folded += `\n${inner}`
      at = inner.length
    } else {
      folded += chars[i]
      at = isLineBreak(chars[i]!) ? 0 : at + 1
    }
  }
  return folded
}

function isLineBreak(char: string): boolean {
  return char === '\n' || char === '\u2028' || char === '\u2029'
}

/** In characters, as the reference counts columns. */
function lengthOf(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) length--
  return length
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

/** Breaks other than \n are kept as they are; each line that follows a break is indented. */
const LINE_START = /([\n\u2028\u2029])(?=[^\n\u2028\u2029])/g

function literal(text: string, inner: string): string {
  const hint = /^[ \n\u2028\u2029]/.test(text) ? '2' : ''
  const chomp = !/[\n\u2028\u2029]$/.test(text) ? '-' : /^.?$|[\n\u2028\u2029].$/su.test(text) ? '+' : ''
  const body = `\n${text}`.replace(LINE_START, `$1${inner}`)
  return `|${hint}${chomp}${body.endsWith('\n') ? body.slice(0, -1) : body}`
}

function singleQuoted(text: string, inner: string, column: number): string {
  const quoted = `'${text.replaceAll("'", "''").replace(LINE_START, `$1${inner}`)}'`
  return fold(quoted, inner, column, 1)
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

const ESCAPED = /[\0-\x1f"\\\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu

function doubleQuoted(text: string, inner: string, column: number): string {
  // An accident of the reference: behind a leading byte order mark every character is escaped.
  const escaped = text.replace(text.startsWith('\ufeff') ? /./gsu : ESCAPED, escapeChar)
  return column + escaped.length < WIDTH ? `"${escaped}"` : `"${foldEscaped(escaped, inner, column + 1)}"`
}

/** As `fold`, but the first space of several may be a fold, too: a backslash keeps the next one. */
function foldEscaped(text: string, inner: string, column: number): string {
  let at = column
  let folded = ''
  const chars = [...text]
  for (let i = 0; i < chars.length; i++) {
    if (chars[i] === ' ' && chars[i - 1] !== ' ' && at > WIDTH && i > 0 && i < chars.length - 1) {
      const keeper = chars[i + 1] === ' ' ? '\\' : ''
      folded += `\n${inner}${keeper}`
      at = inner.length + keeper.length
    } else {
      folded += chars[i]
      at++
    }
  }
  return folded
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
