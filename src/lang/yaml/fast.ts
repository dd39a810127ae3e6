/**
 * The reader for the YAML that people and templates write every day: block maps and lists, plain and quoted scalars on one
 * line, literal blocks, flow collections, comments. It gives up, without an opinion, on everything else (anchors, tags,
 * tabs, folded text, scalars over several lines, anything that might be an error), and the full reader takes over; so it has
 * no error messages and no rules of its own. `fast.test.ts` proves that both agree.
 */
import { emptyObject, type Json, type JsonObject } from '../json.js'
import { isWide, narrow } from '../narrow.js'
import { MAX_MEMO_BLOCK, type YamlMemo } from './memo.js'
import { plainKey, resolvePlain } from './scalars.js'

/** Thrown, once, for "not in my subset"; never leaves this file. */
const GIVE_UP = Symbol('not simple YAML')

/** Deeper documents are left to the full reader, which knows the limit. */
const MAX_FAST_DEPTH = 200

/** How a scalar is written; `flow` is without quotes inside of brackets. */
export type ScalarStyle = 'plain' | 'flow' | 'single' | 'double' | 'literal'

/**
 * Told of scalars as they are read, keys included: their text, and how they are written. Of a scalar over several lines that
 * is no literal it hears at most the first line.
 */
export type ReadScalar = (text: string, style: ScalarStyle) => void

/**
 * The value, or undefined when the document is not simple. With `uniqueKeys`, equal keys count as not simple. With a memo,
 * parts of the value may be shared and frozen.
 */
export function readFast(text: string, uniqueKeys: boolean, memo?: YamlMemo, onScalar?: ReadScalar): Json | undefined {
  try {
    return new FastReader(text, uniqueKeys, memo, onScalar).document()
  } catch (error) {
    if (error === GIVE_UP) return undefined
    throw error
  }
}

const NEWLINE = 10
const SPACE = 32
const DOUBLE_QUOTE = 34
const HASH = 35
const SINGLE_QUOTE = 39
const COMMA = 44
const DASH = 45
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const PIPE = 124
const OPEN_MAP = 123
const CLOSE_MAP = 125

/** What a character means to the scanner of plain scalars, by code below 128. */
const ORDINARY = 0
const FLOW_END = 1
const MAY_END = 2
const FORBIDDEN = 3
const KIND = new Uint8Array(128)
for (let code = 0; code < SPACE; code++) KIND[code] = FORBIDDEN
KIND[127] = FORBIDDEN
for (const code of [NEWLINE, COLON, HASH]) KIND[code] = MAY_END
for (const code of [COMMA, OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP, 63]) KIND[code] = FLOW_END

/** Characters that cannot begin a simple plain scalar: indicators, and a few that need a second look. */
const NOT_FIRST = new Uint8Array(128)
for (const char of ',[]{}#&*!|>\'"%@`?') NOT_FIRST[char.charCodeAt(0)] = 1

function giveUp(): never {
  throw GIVE_UP
}

/** C1 controls, Unicode line breaks, byte order marks: the reference and the package differ on them. */
function isDoubtful(code: number): boolean {
  return code < 0xa0 || code === 0x2028 || code === 0x2029 || code === 0xfeff || code >= 0xfffe
}

const DOUBTFUL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/

/** What a block is, as part of its key in the memo: the same text may be a list or its only item. */
const ITEM = 0
const LIST = 1
const NODE = 2
type BlockKind = typeof ITEM | typeof LIST | typeof NODE

const ONE_LINE = false
const MANY_LINES = true
const BLOCK = false
const FLOW = true

class FastReader {
  readonly #text: string
  readonly #isWide: boolean
  readonly #uniqueKeys: boolean
  readonly #memo: YamlMemo | undefined
  readonly #onScalar: ReadScalar | undefined
  /** Between nodes of a block: the first character of the next line that has content; the length of the text at its end. */
  #at = 0
  /** Offset of the first character of that line. */
  #lineStart = 0
  /** Column of `#at`, from 0; -1 at the end of the text. */
  #column = 0
  #depth = 0

  constructor(text: string, uniqueKeys: boolean, memo: YamlMemo | undefined, onScalar: ReadScalar | undefined) {
    this.#text = text
    this.#isWide = isWide(text)
    this.#uniqueKeys = uniqueKeys
    this.#memo = memo
    this.#onScalar = onScalar
  }

  document(): Json {
    this.#toContent(0)
    if (this.#column === 0 && this.#text.startsWith('---', this.#at)) {
      this.#at += 3
      this.#endLine()
    }
    if (this.#column === -1) return null
    const value = this.#node(-1)
    if (this.#column !== -1) giveUp()
    return value
  }

  /** Moves to the first content at or behind the line that begins at `start`. */
  #toContent(start: number): void {
    const text = this.#text
    let lineStart = start
    for (;;) {
      let at = lineStart
      while (text.charCodeAt(at) === SPACE) at++
      const code = text.charCodeAt(at)
      if (at >= text.length) {
        this.#at = text.length
        this.#column = -1
        return
      }
      if (code === HASH) {
        const newline = text.indexOf('\n', at)
        lineStart = newline === -1 ? text.length : newline + 1
      } else if (code === NEWLINE) lineStart = at + 1
      else {
        this.#at = at
        this.#lineStart = lineStart
        this.#column = at - lineStart
        return
      }
    }
  }

  /** Behind a node: only spaces and a comment may follow on this line; moves to the next content. */
  #endLine(): void {
    const text = this.#text
    const start = this.#at
    let at = start
    while (text.charCodeAt(at) === SPACE) at++
    const code = text.charCodeAt(at)
    if (code === NEWLINE) this.#toContent(at + 1)
    else if (at >= text.length) this.#toContent(at)
    else if (code === HASH && at > start) {
      const newline = text.indexOf('\n', at)
      this.#toContent(newline === -1 ? text.length : newline + 1)
    } else giveUp()
  }

  /** True at a blank or the end of a line. */
  #isBlankAt(at: number): boolean {
    const code = this.#text.charCodeAt(at)
    return code === SPACE || code === NEWLINE || at >= this.#text.length
  }

  /** A block node that begins at the current place; lines of the parent stand at column `parent`. */
  #node(parent: number): Json {
    if (++this.#depth > MAX_FAST_DEPTH) giveUp()
    const value = this.#blockNode(parent)
    this.#depth--
    return value
  }

  #blockNode(parent: number): Json {
    const start = this.#at
    const code = this.#text.charCodeAt(start)
    if (code === DASH && this.#isBlankAt(start + 1)) return this.#list(this.#column)
    if (this.#column === 0 && this.#isMarker()) giveUp()
    if (code === PIPE || code === OPEN_LIST || code === OPEN_MAP) return this.#value(parent)
    const column = this.#column
    const isQuoted = code === DOUBLE_QUOTE || code === SINGLE_QUOTE
    const scalar = isQuoted ? this.#quoted(code, MANY_LINES) : this.#plain(BLOCK)
    if (this.#skipColon()) {
      if (isQuoted && this.#text.lastIndexOf('\n', this.#at - 1) >= start) giveUp()
      return this.#map(column, isQuoted ? scalar : keyOf(scalar))
    }
    if (!isQuoted) return this.#endPlain(scalar, parent)
    this.#endLine()
    if (this.#column > parent) giveUp()
    return scalar
  }

  /** The value of a plain scalar whose first line has been read; moves to the next content. */
  #endPlain(first: string, parent: number): Json {
    const end = this.#at
    this.#endLine()
    if (this.#column <= parent) return finite(resolvePlain(first))
    this.#at = end
    const whole = this.#moreLines(first, parent)
    this.#endLine()
    if (this.#column > parent) giveUp()
    return finite(resolvePlain(whole))
  }

  /** Adds the lines that continue a plain scalar: those indented deeper than the parent, up to a comment. */
  #moreLines(first: string, parent: number): string {
    let whole = first
    while (this.#text.charCodeAt(this.#at) === NEWLINE) {
      const start = this.#at
      let lineStart = start + 1
      let at = lineStart
      let breaks = 0
      while (this.#text.charCodeAt(at) === SPACE || this.#text.charCodeAt(at) === NEWLINE) {
        if (this.#text.charCodeAt(at++) !== NEWLINE) continue
        lineStart = at
        breaks++
      }
      if (at >= this.#text.length || at - lineStart <= parent || this.#text.charCodeAt(at) === HASH) break
      this.#at = at
      this.#lineStart = lineStart
      if (at === lineStart && this.#isMarker()) giveUp()
      const more = this.#scanPlain(at, BLOCK)
      if (this.#skipColon()) giveUp()
      whole += (breaks === 0 ? ' ' : '\n'.repeat(breaks)) + more
    }
    return whole
  }

  /** `---` and `...` in the first column end documents. */
  #isMarker(): boolean {
    return this.#text.startsWith('---', this.#at) || this.#text.startsWith('...', this.#at)
  }

  /** Behind a key: spaces, a colon and a blank. Stays where it is when there is none. */
  #skipColon(): boolean {
    const text = this.#text
    let at = this.#at
    while (text.charCodeAt(at) === SPACE) at++
    if (text.charCodeAt(at) !== COLON || !this.#isBlankAt(at + 1)) return false
    this.#at = at + 1
    return true
  }

  #list(column: number): Json[] {
    const items: Json[] = []
    const text = this.#text
    do {
      if (text.charCodeAt(this.#at) !== DASH || !this.#isBlankAt(this.#at + 1)) giveUp()
      items.push(this.#memo === undefined ? this.#item(column) : this.#known(ITEM, column, this.#memo))
    } while (this.#column === column && this.#isItem())
    if (this.#column > column) giveUp()
    return items
  }

  #item(column: number): Json {
    const text = this.#text
    let at = this.#at + 1
    while (text.charCodeAt(at) === SPACE) at++
    const code = text.charCodeAt(at)
    if (code === NEWLINE || code === HASH || at >= text.length) {
      this.#at++
      this.#endLine()
      return this.#column > column ? this.#node(column) : null
    }
    this.#at = at
    this.#column = at - this.#lineStart
    return this.#node(column)
  }

  /**
   * A block that begins here, from the memo or read and kept there. Its text is that of its lines: those indented deeper than
   * `column`. It is kept only where the reader stopped at the end of these lines, and then what comes behind them had no part
   * in it; so the same text in the same column means the same anywhere.
   */
  #known(kind: BlockKind, column: number, memo: YamlMemo): Json {
    const end = this.#endOfBlock(kind === LIST, column)
    if (end === -1) return this.#read(kind, column)
    const key = String.fromCharCode(kind, this.#column) + this.#text.slice(this.#at, end)
    const known = memo.get(key)
    if (known !== undefined) {
      this.#toContent(end)
      return known
    }
    const value = this.#read(kind, column)
    if (typeof value === 'object' && value !== null && this.#isContentFrom(end)) memo.keep(key, value)
    return value
  }

  #read(kind: BlockKind, column: number): Json {
    if (kind === ITEM) return this.#item(column)
    return kind === LIST ? this.#nestedList(column) : this.#node(column)
  }

  /**
   * Where the lines end that are indented deeper than `column` (or are items of a list there), and the comments behind them;
   * -1 if they are one line or too many.
   */
  #endOfBlock(isList: boolean, column: number): number {
    const text = this.#text
    const limit = this.#at + MAX_MEMO_BLOCK
    let end = -1
    let lineStart = text.indexOf('\n', this.#at) + 1
    while (lineStart !== 0) {
      if (lineStart > limit) return -1
      let at = lineStart
      while (text.charCodeAt(at) === SPACE) at++
      const indent = at - lineStart
      const code = text.charCodeAt(at)
      const isContent = code !== NEWLINE && code !== HASH
      if (indent <= column && isContent && !(isList && indent === column && code === DASH)) {
        return end === -1 ? -1 : lineStart
      }
      if (isContent) end = at
      lineStart = text.indexOf('\n', at) + 1
    }
    return end === -1 || text.length > limit ? -1 : text.length
  }

  /** Whether the reader stands at the first content at or behind an offset. */
  #isContentFrom(start: number): boolean {
    const [at, lineStart, column] = [this.#at, this.#lineStart, this.#column]
    this.#toContent(start)
    const isHere = at === this.#at && column === this.#column
    this.#at = at
    this.#lineStart = lineStart
    this.#column = column
    return isHere
  }

  #isItem(): boolean {
    return this.#text.charCodeAt(this.#at) === DASH && this.#isBlankAt(this.#at + 1)
  }

  /** A map whose first key and its colon have been read. */
  #map(column: number, firstKey: string): JsonObject {
    const object = emptyObject()
    let key = firstKey
    for (;;) {
      if (this.#uniqueKeys && key in object) giveUp()
      object[key] = this.#mapValue(column)
      if (this.#column !== column) break
      key = this.#key()
    }
    if (this.#column > column) giveUp()
    return object
  }

  #key(): string {
    if (this.#column === 0 && this.#isMarker()) giveUp()
    const code = this.#text.charCodeAt(this.#at)
    const isQuoted = code === DOUBLE_QUOTE || code === SINGLE_QUOTE
    const text = isQuoted ? this.#quoted(code, ONE_LINE) : this.#plain(BLOCK)
    if (!this.#skipColon()) giveUp()
    return isQuoted ? text : keyOf(text)
  }

  /** What stands behind `key:`. A list may stand at the column of its key. */
  #mapValue(column: number): Json {
    const text = this.#text
    let at = this.#at
    while (text.charCodeAt(at) === SPACE) at++
    const code = text.charCodeAt(at)
    if (code === NEWLINE || code === HASH || at >= text.length) {
      this.#endLine()
      const kind = this.#column > column ? NODE : this.#column === column && this.#isItem() ? LIST : undefined
      if (kind === undefined) return null
      return this.#memo === undefined ? this.#read(kind, column) : this.#known(kind, column, this.#memo)
    }
    this.#at = at
    return this.#value(column)
  }

  #nestedList(column: number): Json[] {
    if (++this.#depth > MAX_FAST_DEPTH) giveUp()
    const items = this.#list(column)
    this.#depth--
    return items
  }

  /** A scalar, literal or flow collection that is the rest of this line (or more); moves to the next content. */
  #value(parent: number): Json {
    const code = this.#text.charCodeAt(this.#at)
    if (code === PIPE) return this.#literal(parent)
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE || code === OPEN_LIST || code === OPEN_MAP) {
      const isFlow = code === OPEN_LIST || code === OPEN_MAP
      const value = isFlow ? this.#flow() : this.#quoted(code, MANY_LINES)
      this.#endLine()
      // Whatever is indented deeper than the parent would continue this scalar.
      if (this.#column > parent) giveUp()
      return value
    }
    const first = this.#plain(BLOCK)
    if (this.#skipColon()) giveUp()
    return this.#endPlain(first, parent)
  }

  /** A plain scalar on one line; ends in front of `: `, ` #`, the end of the line and, in a flow, an indicator. */
  #plain(isFlow: boolean): string {
    const text = this.#text
    const start = this.#at
    const first = text.charCodeAt(start)
    if (first < 128 ? NOT_FIRST[first] === 1 : isDoubtful(first)) giveUp()
    if ((first === DASH || first === COLON) && (isFlow || this.#isBlankAt(start + 1))) giveUp()
    const scalar = this.#scanPlain(start, isFlow)
    this.#onScalar?.(scalar, isFlow ? 'flow' : 'plain')
    return scalar
  }

  #scanPlain(start: number, isFlow: boolean): string {
    const text = this.#text
    let end = start
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === SPACE) continue
      if (code >= 128) {
        if (isDoubtful(code)) giveUp()
      } else {
        const kind = KIND[code]!
        if (kind !== ORDINARY) {
          if (kind === FORBIDDEN && code !== NEWLINE) giveUp()
          if (kind === FLOW_END && isFlow) {
            if (code === 63) giveUp()
            break
          }
          if (kind === MAY_END && this.#isEnd(code, at, end)) break
        }
      }
      end = at + 1
    }
    if (end === start) giveUp()
    this.#at = end
    return this.#cut(start, end)
  }

  #cut(start: number, end: number): string {
    const text = this.#text.slice(start, end)
    return this.#isWide ? narrow(text) : text
  }

  #isEnd(code: number, at: number, end: number): boolean {
    if (code === NEWLINE) return true
    if (code === HASH) return at > end
    // In a flow, too: the reference reads `[fd00::]` as one address, where the package sees a key.
    return this.#isBlankAt(at + 1)
  }

  #quoted(quote: number, lines: boolean): string {
    return quote === DOUBLE_QUOTE ? this.#doubleQuoted(lines) : this.#singleQuoted(lines)
  }

  #singleQuoted(lines: boolean): string {
    const text = this.#text
    const start = this.#at + 1
    let end = text.indexOf("'", start)
    while (end !== -1 && text.charCodeAt(end + 1) === SINGLE_QUOTE) end = text.indexOf("'", end + 2)
    if (end === -1) giveUp()
    const inner = this.#cut(start, end)
    if (DOUBTFUL.test(inner)) giveUp()
    this.#at = end + 1
    const hasNewline = inner.includes('\n')
    if (!hasNewline) this.#onScalar?.(inner, 'single')
    const line = hasNewline ? foldLines(inner, lines, false) : inner
    return line.includes("'") ? line.replaceAll("''", "'") : line
  }

  #doubleQuoted(lines: boolean): string {
    const text = this.#text
    const start = this.#at + 1
    let hasEscape = false
    let hasNewline = false
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === DOUBLE_QUOTE) {
        this.#at = at + 1
        const inner = this.#cut(start, at)
        if (!hasNewline) this.#onScalar?.(inner, 'double')
        const line = hasNewline ? foldLines(inner, lines, true) : inner
        return hasEscape ? decodeEscapes(line) : line
      }
      if (code === BACKSLASH) {
        hasEscape = true
        if (text.charCodeAt(++at) === NEWLINE) hasNewline = true
      } else if (code === NEWLINE) hasNewline = true
      else if (code < SPACE ? code !== 9 : code > 126 && isDoubtful(code)) giveUp()
    }
    return giveUp()
  }

  /** `|`, `|-` or `|+` and the lines that are indented deeper than the parent. */
  #literal(parent: number): string {
    const text = this.#text
    const sign = text[this.#at + 1]
    const chomp = sign === '-' || sign === '+' ? sign : ''
    this.#at += 1 + chomp.length
    const header = text.indexOf('\n', this.#at)
    if (header === -1 || !HEADER_REST.test(text.slice(this.#at, header))) giveUp()
    const indent = this.#literalIndent(header + 1)
    if (indent <= parent) giveUp()
    const lines = this.#literalLines(header + 1, indent)
    this.#onScalar?.(lines, 'literal')
    return chompLines(lines, chomp)
  }

  /** Leading spaces of the first line that has more than spaces. */
  #literalIndent(start: number): number {
    const text = this.#text
    let widest = 0
    for (let lineStart = start; ; ) {
      let at = lineStart
      while (text.charCodeAt(at) === SPACE) at++
      if (at >= text.length) return -1
      if (text.charCodeAt(at) !== NEWLINE) {
        // Blank lines that are wider than the text are an error.
        return widest > at - lineStart || text.charCodeAt(at) === 9 ? -1 : at - lineStart
      }
      widest = Math.max(widest, at - lineStart)
      lineStart = at + 1
    }
  }

  /** The lines without their indentation, each with its newline; moves behind them. */
  #literalLines(start: number, indent: number): string {
    const text = this.#text
    let lines = ''
    let lineStart = start
    while (lineStart < text.length) {
      let at = lineStart
      const stop = lineStart + indent
      while (at < stop && text.charCodeAt(at) === SPACE) at++
      const newline = text.indexOf('\n', at)
      if (at < stop && newline !== at) {
        break
      }
      // A last line that does not end in a newline does not get one.
      lineStart = newline === -1 ? text.length : newline + 1
      lines += text.slice(at, lineStart)
    }
    if (DOUBTFUL.test(lines)) giveUp()
    this.#toContent(lineStart)
    return this.#isWide ? narrow(lines) : lines
  }

  /** A flow collection, over as many lines as it takes. */
  #flow(): Json {
    if (++this.#depth > MAX_FAST_DEPTH) giveUp()
    const value = this.#text.charCodeAt(this.#at) === OPEN_LIST ? this.#flowList() : this.#flowMap()
    this.#depth--
    return value
  }

  #flowList(): Json[] {
    const items: Json[] = []
    this.#at++
    for (;;) {
      if (this.#flowCode() === CLOSE_LIST) break
      items.push(this.#flowValue())
      const code = this.#flowCode()
      if (code === CLOSE_LIST) break
      if (code !== COMMA) giveUp()
      this.#at++
    }
    this.#at++
    return items
  }

  #flowMap(): JsonObject {
    const object = emptyObject()
    this.#at++
    for (;;) {
      if (this.#flowCode() === CLOSE_MAP) break
      const key = this.#flowKey()
      if (this.#uniqueKeys && key in object) giveUp()
      const first = this.#flowCode()
      object[key] = first === COMMA || first === CLOSE_MAP ? null : this.#flowValue()
      const code = this.#flowCode()
      if (code === CLOSE_MAP) break
      if (code !== COMMA) giveUp()
      this.#at++
    }
    this.#at++
    return object
  }

  #flowKey(): string {
    const code = this.#text.charCodeAt(this.#at)
    const isQuoted = code === DOUBLE_QUOTE || code === SINGLE_QUOTE
    const text = isQuoted ? this.#quoted(code, ONE_LINE) : this.#plain(FLOW)
    // Behind a quoted key the value may follow the colon at once, as in JSON.
    if (isQuoted && this.#text.charCodeAt(this.#at) === COLON) this.#at++
    else if (!this.#skipColon()) giveUp()
    return isQuoted ? text : keyOf(text)
  }

  #flowValue(): Json {
    const code = this.#text.charCodeAt(this.#at)
    if (code === OPEN_LIST || code === OPEN_MAP) return this.#flow()
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return this.#quoted(code, ONE_LINE)
    return finite(resolvePlain(this.#plain(FLOW)))
  }

  /** The next character in a flow that is not a blank or in a comment. */
  #flowCode(): number {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code === SPACE) this.#at++
      else if (code === NEWLINE) this.#flowLine()
      else if (code === HASH) this.#flowComment()
      else if (this.#at >= text.length) giveUp()
      else return code
    }
  }

  /** Inside brackets indentation means nothing to the reference (the package wants some). */
  #flowLine(): void {
    this.#toContent(this.#at + 1)
    if (this.#column === 0 && this.#isMarker()) giveUp()
  }

  #flowComment(): void {
    if (this.#text.charCodeAt(this.#at - 1) !== SPACE) giveUp()
    const newline = this.#text.indexOf('\n', this.#at)
    this.#at = newline === -1 ? this.#text.length : newline
  }
}

/**
 * Makes one line of a quoted scalar: a line break is a space, several are newlines, an escaped one is nothing; spaces around
 * them do not count.
 */
function foldLines(inner: string, isAllowed: boolean, hasEscapes: boolean): string {
  if (!isAllowed) giveUp()
  const lines = inner.split('\n')
  // Pieces, because looking at the end of a growing string would cost its whole length every time.
  const pieces: string[] = []
  let last = lines[0]!
  let breaks = 0
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!
    const text = line.slice(countSpaces(line))
    if (text.startsWith('\t') || last.endsWith('\t')) giveUp()
    breaks++
    if (text === '' && i < lines.length - 1) continue
    if (MARKER.test(line)) giveUp()
    const isEscaped = hasEscapes && endsInEscape(last)
    if (isEscaped && breaks > 1) giveUp()
    if (isEscaped) pieces.push(last.slice(0, -1))
    else pieces.push(trimSpaces(last), breaks === 1 ? ' ' : '\n'.repeat(breaks - 1))
    last = text
    breaks = 0
  }
  return pieces.join('') + last
}

function countSpaces(line: string): number {
  let at = 0
  while (line.charCodeAt(at) === SPACE) at++
  return at
}

function trimSpaces(line: string): string {
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) === SPACE) end--
  return line.slice(0, end)
}

const MARKER = /^(?:---|\.\.\.)/

function endsInEscape(text: string): boolean {
  let first = text.length
  while (text.charCodeAt(first - 1) === BACKSLASH) first--
  return (text.length - first) % 2 === 1
}

const HEADER_REST = /^ *(?: #.*)?$/

function chompLines(lines: string, chomp: string): string {
  if (chomp === '+') return lines
  let end = lines.length
  while (end > 0 && lines.charCodeAt(end - 1) === NEWLINE) end--
  if (end === lines.length) return lines
  return chomp === '' && end > 0 ? lines.slice(0, end + 1) : lines.slice(0, end)
}

function keyOf(source: string): string {
  if (source === '<<') giveUp()
  return plainKey(source) ?? giveUp()
}

function finite(value: Json): Json {
  return typeof value === 'number' && !Number.isFinite(value) ? giveUp() : value
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  '"': '"',
  '\\': '\\',
  '/': '/',
  ' ': ' ',
}
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g

function decodeEscapes(source: string): string {
  return source.replace(ESCAPE, (_, two?: string, four?: string, one?: string) => {
    if (one !== undefined) return SIMPLE_ESCAPES[one] ?? giveUp()
    const code = Number.parseInt(two ?? four!, 16)
    return code >= 0xd800 && code < 0xe000 ? giveUp() : String.fromCharCode(code)
  })
}
