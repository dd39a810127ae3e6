import { byteLength, fromBytes, isAscii, sliceBytes, toBytes } from '../bytes.js'
import { formatPlain } from '../format.js'
import { type FunctionMap, fail, fn } from '../function.js'
import { MAX_VALUE } from '../limits.js'
import { goQuote } from '../quote.js'
import { emptyMap, type GoValue, StringMap, stringSlice } from '../value.js'
import { isNothing, toText } from './convert.js'
import { camelCase, separatedCase } from './words.js'

type Values = GoValue[]

export const STRINGS: FunctionMap = {
  abbrev: fn('int string', (width: number, text: string) => (width < 4 ? text : abbreviate(text, 0, width))),
  abbrevboth: fn('int int string', (left: number, right: number, text: string) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right),
  ),
  trunc: fn('int string', truncate),
  trim: fn('string', (text: string) => trimSpace(text)),
  trimAll: fn('string string', (set: string, text: string) => trimSet(text, set)),
  trimall: fn('string string', (set: string, text: string) => trimSet(text, set)),
  trimSuffix: fn('string string', (end: string, text: string) =>
    end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text,
  ),
  trimPrefix: fn('string string', (start: string, text: string) =>
    text.startsWith(start) ? text.slice(start.length) : text,
  ),
  upper: fn('string', (text: string) => mapCase(text, toUpper)),
  lower: fn('string', (text: string) => mapCase(text, toLower)),
  title: fn('string', titleCase),
  untitle: fn('string', (text: string) => text.replace(/(^|\s)(\S)/gu, (_, gap, c) => gap + toLower(c))),
  swapcase: fn('string', swapCase),
  initials: fn('string', (text: string) =>
    bytesAsText(text).replace(/[\s\x85\xa0]*([^\s\x85\xa0]?)[^\s\x85\xa0]*/g, '$1'),
  ),
  nospace: fn('string', withoutSpace),
  snakecase: fn('string', (text: string) => separatedCase(text, '_')),
  kebabcase: fn('string', (text: string) => separatedCase(text, '-')),
  camelcase: fn('string', camelCase),
  wrap: fn('int string', (width: number, text: string) => wrapText(text, width, '\n', false)),
  wrapWith: fn('int string string', (width: number, separator: string, text: string) =>
    wrapText(text, width, separator === '' ? '\n' : separator, true),
  ),
  substr: fn('int int string', substring),
  repeat: fn('int string', repeat),
  contains: fn('string string', (part: string, text: string) => text.includes(part)),
  hasPrefix: fn('string string', (start: string, text: string) => text.startsWith(start)),
  hasSuffix: fn('string string', (end: string, text: string) => text.endsWith(end)),
  quote: fn('...any', (...values: Values) =>
    present(values)
      .map(value => goQuote(toText(value)))
      .join(' '),
  ),
  squote: fn('...any', (...values: Values) =>
    present(values)
      .map(value => `'${formatPlain(value)}'`)
      .join(' '),
  ),
  cat: fn('...any', (...values: Values) =>
    present(values)
      .map(value => formatPlain(value))
      .join(' '),
  ),
  indent: fn('int string', indent),
  nindent: fn('int string', (spaces: number, text: string) => `\n${indent(spaces, text)}`),
  replace: fn('string string string', replace),
  plural: fn('string string int', (one: string, many: string, count: number) => (count === 1 ? one : many)),
  toString: fn('any', toText),
  split: fn('string string', (separator: string, text: string) => numbered(splitText(text, separator, -1))),
  splitn: fn('string int string', (separator: string, count: number, text: string) =>
    numbered(splitText(text, separator, count)),
  ),
  splitList: fn('string string', (separator: string, text: string) => stringSlice(splitText(text, separator, -1))),
}

function present(values: Values): Values {
  return values.filter(value => !isNothing(value))
}

function toUpper(c: string): string {
  const upper = c.toUpperCase()
  return [...upper].length === 1 ? upper : c
}

function toLower(c: string): string {
  const lower = c.toLowerCase()
  return [...lower].length === 1 ? lower : c === 'İ' ? 'i' : c
}

/** Go maps character by character, so `ß` stays. */
function mapCase(text: string, map: (c: string) => string): string {
  if (isAscii(text)) return map === toUpper ? text.toUpperCase() : text.toLowerCase()
  return Array.from(text, map).join('')
}

function trimSpace(text: string): string {
  return text.replace(/^[\s\x85]+|[\s\x85]+$/g, trimmed => trimmed.replace(/[^\ufeff]/g, ''))
}

function trimSet(text: string, set: string): string {
  // Most names have nothing to trim. What begins or ends with half of a character is looked at as a whole.
  if (text !== '' && isAscii(text) && !set.includes(text[0]!) && !set.includes(text.at(-1)!)) return text
  const characters = new Set(set)
  const points = Array.from(text)
  let [from, to] = [0, points.length]
  while (from < to && characters.has(points[from] ?? '')) from++
  while (to > from && characters.has(points[to - 1] ?? '')) to--
  return points.slice(from, to).join('')
}

function titleCase(text: string): string {
  let out = ''
  let previous = ' '
  for (const c of text) {
    out += isSeparator(previous) ? toUpper(c) : c
    previous = c
  }
  return out
}

function isSeparator(c: string): boolean {
  if (/[\p{L}\p{Nd}_]/u.test(c)) return false
  return isAscii(c) || /\s/.test(c)
}

function swapCase(text: string): string {
  return Array.from(text, c => (/[\p{Lu}\p{Lt}]/u.test(c) ? toLower(c) : /\p{Ll}/u.test(c) ? toUpper(c) : c)).join('')
}

/** Two of sprig's functions walk bytes as if they were characters; what that makes of text beyond ASCII is kept. */
function bytesAsText(text: string): string {
  return isAscii(text) ? text : Array.from(toBytes(text), byte => String.fromCharCode(byte)).join('')
}

function withoutSpace(text: string): string {
  const characters = bytesAsText(text)
  const kept = characters.replace(/[\s\x85\xa0]/g, '')
  return kept === characters ? text : kept
}

function abbreviate(text: string, left: number, width: number): string {
  const length = byteLength(text)
  if (width < 4 || text === '') return ''
  if (length <= width) return text
  let offset = Math.min(left, length)
  if (length - offset < width - 3) offset = length - (width - 3)
  if (offset <= 4) return `${bytesOf(text, 0, width - 3)}...`
  if (width < 7) return ''
  if (offset + width - 3 < length) return `...${abbreviate(bytesOf(text, offset, length), 0, width - 3)}`
  return `...${bytesOf(text, length - (width - 3), length)}`
}

function bytesOf(text: string, from: number, to: number): string {
  const length = byteLength(text)
  if (from < 0 || to < from || to > length) {
    fail(`runtime error: slice bounds out of range [${from}:${to}] with length ${length}`)
  }
  return sliceBytes(text, from, to)
}

function truncate(count: number, text: string): string {
  const length = byteLength(text)
  if (count < 0 && length + count > 0) return sliceBytes(text, length + count, length)
  return count >= 0 && length > count ? sliceBytes(text, 0, count) : text
}

function substring(from: number, to: number, text: string): string {
  const length = byteLength(text)
  if (from < 0) return bytesOf(text, 0, to)
  return bytesOf(text, from, to < 0 || to > length ? length : to)
}

function repeat(count: number, text: string): string {
  if (count < 0) fail('strings: negative Repeat count')
  if (count * text.length > MAX_VALUE) fail(`result is longer than ${MAX_VALUE} characters`)
  return text.repeat(count)
}

function indent(spaces: number, text: string): string {
  if (spaces < 0) fail('strings: negative Repeat count')
  const lines = text.split('\n').length
  if (spaces * lines > MAX_VALUE) fail(`result is longer than ${MAX_VALUE} characters`)
  const pad = ' '.repeat(spaces)
  return pad + text.replaceAll('\n', `\n${pad}`)
}

function replace(from: string, to: string, text: string): string {
  const parts = from === '' ? ['', ...Array.from(text), ''] : text.split(from)
  if (parts.length * to.length > MAX_VALUE) fail(`result is longer than ${MAX_VALUE} characters`)
  return parts.join(to)
}

/** strings.SplitN: the last part keeps the rest; an empty separator cuts characters apart. */
function splitText(text: string, separator: string, count: number): string[] {
  if (count === 0) return []
  const parts = separator === '' ? Array.from(text) : text.split(separator)
  if (count < 0 || parts.length <= count) return parts
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

function numbered(parts: readonly string[]): StringMap {
  const map = emptyMap() as Record<string, string>
  parts.forEach((part, i) => {
    map[`_${i}`] = part
  })
  return new StringMap(map)
}

/** Breaks at blanks so that lines have at most `width` bytes; a longer word is cut only if `cutsWords`. */
function wrapText(text: string, width: number, separator: string, cutsWords: boolean): string {
  const bytes = Array.from(toBytes(text), byte => String.fromCharCode(byte)).join('')
  const limit = Math.max(width, 1)
  const lines: string[] = []
  let at = 0
  while (bytes.length - at > limit) {
    if (bytes[at] === ' ') {
      at++
      continue
    }
    const blank = bytes.lastIndexOf(' ', at + limit)
    const next = blank > at ? blank : cutsWords ? -1 : bytes.indexOf(' ', at + limit)
    if (next === -1 && !cutsWords) break
    const end = next === -1 ? at + limit : next
    lines.push(bytes.slice(at, end))
    at = next === -1 ? end : end + 1
  }
  lines.push(bytes.slice(at))
  return lines.map(line => fromBytes(Uint8Array.from(line, c => c.charCodeAt(0)))).join(separator)
}
