import { goQuote } from './quote.js'

export type TokenKind =
  | 'error'
  | 'eof'
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'pipe'
  | 'lparen'
  | 'rparen'
  | 'assign'
  | 'declare'
  | 'char'
  | 'charConstant'
  | 'string'
  | 'rawString'
  | 'number'
  | 'complex'
  | 'bool'
  | 'field'
  | 'variable'
  | 'identifier'
  | Keyword

export type Keyword =
  | '.'
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with'

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
])

export interface Token {
  readonly kind: TokenKind
  /** Source text; for `error`, what is wrong. */
  readonly text: string
  /** UTF-16 offset in the source. */
  readonly at: number
  readonly line: number
}

export interface LexOptions {
  readonly left: string
  readonly right: string
  /** Functions of these names exist, so the words are no keywords. */
  readonly isFunction: (name: string) => boolean
}

const WORD = /[\p{L}\p{Nd}_]*/uy
const WORD_CHARACTER = /[\p{L}\p{Nd}_]/uy
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y
const CHARACTER = /'(?:[^'\\\n]|\\[^\n])*'/y
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y
/** 1 for the ASCII characters of words. Whole words of them need no regular expression, which takes half of the lexing. */
const IN_WORD = new Uint8Array(128)
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_') IN_WORD[char.charCodeAt(0)] = 1
const TERMINATORS = ' \t\r\n.,|:)('

/** Cuts a template into tokens. The last one is `eof`, or `error` with what is wrong. */
export function lex(source: string, options: LexOptions): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  let lineAt = 0

  const push = (kind: TokenKind, from: number, to: number, text = source.slice(from, to)): void => {
    for (let i = source.indexOf('\n', lineAt); i !== -1 && i < from; i = source.indexOf('\n', i + 1)) {
      line++
      lineAt = i + 1
    }
    tokens.push({ kind, text, at: from, line })
  }

  while (at < source.length) {
    const open = source.indexOf(options.left, at)
    if (open === -1) {
      push('text', at, source.length)
      at = source.length
      break
    }
    let start = open + options.left.length
    const trims = source[start] === '-' && isSpace(source[start + 1])
    const end = trims ? trimEnd(source, at, open) : open
    if (end > at) push('text', at, end)
    if (trims) start += 2
    at = source.startsWith('/*', start) ? lexComment(start) : lexAction(open, start)
    if (at === -1) return tokens
  }
  push('eof', source.length, source.length)
  return tokens

  function failAt(from: number, message: string): -1 {
    push('error', from, from, message)
    return -1
  }

  function lexComment(start: number): number {
    const close = source.indexOf('*/', start + 2)
    if (close === -1) return failAt(start, 'unclosed comment')
    const delimiter = rightDelimiter(close + 2)
    return delimiter === undefined ? failAt(start, 'comment ends before closing delimiter') : delimiter.next
  }

  /** The closing delimiter at `from`, if there is one, and where the text behind it starts. */
  function rightDelimiter(from: number): { at: number; next: number } | undefined {
    if (isSpace(source[from]) && source[from + 1] === '-' && source.startsWith(options.right, from + 2)) {
      let next = from + 2 + options.right.length
      while (isSpace(source[next])) next++
      return { at: from + 2, next }
    }
    return source.startsWith(options.right, from) ? { at: from, next: from + options.right.length } : undefined
  }

  function lexAction(open: number, start: number): number {
    push('left', open, open + options.left.length)
    let depth = 0
    let i = start
    for (;;) {
      const close = rightDelimiter(i)
      if (close !== undefined) {
        if (depth !== 0) return failAt(i, 'unclosed left paren')
        push('right', close.at, close.at + options.right.length)
        return close.next
      }
      const c = source[i]
      if (c === undefined) return failAt(i, 'unclosed action')
      if (c === '(') depth++
      else if (c === ')' && --depth < 0) return failAt(i, 'unexpected right paren')
      i = lexToken(i, c)
      if (i === -1) return -1
    }
  }

  function lexToken(i: number, c: string): number {
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return lexSpace(i)
      case '(':
      case ')':
        return single(c === '(' ? 'lparen' : 'rparen', i)
      case '=':
        return single('assign', i)
      case '|':
        return single('pipe', i)
      case ':':
        if (source[i + 1] !== '=') return failAt(i, 'expected :=')
        push('declare', i, i + 2)
        return i + 2
      case '"':
        return matched(QUOTED, 'string', i, 'unterminated quoted string')
      case "'":
        return matched(CHARACTER, 'charConstant', i, 'unterminated character constant')
      case '`':
        return lexRaw(i)
      case '$':
        return lexWord('variable', i, i + 1)
      case '.':
        if (!/[0-9]/.test(source[i + 1] ?? '')) return lexWord('field', i, i + 1)
        return lexNumber(i)
    }
    if (/[0-9+-]/.test(c)) return lexNumber(i)
    if (IN_WORD[c.charCodeAt(0)] === 1 || matchAt(WORD_CHARACTER, i) !== undefined) return lexWord('identifier', i, i)
    if (c >= ' ' && c <= '~') return single('char', i)
    return failAt(i, `unrecognized character in action: ${unicodeName(i)}`)
  }

  function single(kind: TokenKind, i: number): number {
    push(kind, i, i + 1)
    return i + 1
  }

  function matchAt(pattern: RegExp, i: number): string | undefined {
    pattern.lastIndex = i
    return pattern.exec(source)?.[0]
  }

  function matched(pattern: RegExp, kind: TokenKind, i: number, otherwise: string): number {
    const text = matchAt(pattern, i)
    if (text === undefined) return failAt(i, otherwise)
    push(kind, i, i + text.length)
    return i + text.length
  }

  /** The last blank before `-}}` belongs to the delimiter. */
  function lexSpace(i: number): number {
    let end = i
    while (isSpace(source[end])) end++
    if (source[end] === '-' && source.startsWith(options.right, end + 1)) end--
    if (end > i) push('space', i, end)
    return end
  }

  function lexRaw(i: number): number {
    const end = source.indexOf('`', i + 1)
    if (end === -1) return failAt(i, 'unterminated raw quoted string')
    push('rawString', i, end + 1)
    return end + 1
  }

  function lexNumber(i: number): number {
    let end = i + (matchAt(NUMBER, i)?.length ?? 0)
    let kind: TokenKind = 'number'
    if (source[end] === '+' || source[end] === '-') {
      end += matchAt(NUMBER, end)?.length ?? 0
      kind = 'complex'
    }
    const extra = matchAt(WORD_CHARACTER, end)
    const isBad = extra !== undefined || (kind === 'complex' && source[end - 1] !== 'i')
    if (isBad) return failAt(i, `bad number syntax: ${goQuote(source.slice(i, end + (extra?.length ?? 0)))}`)
    push(kind, i, end)
    return end
  }

  function lexWord(kind: 'field' | 'variable' | 'identifier', i: number, from: number): number {
    const end = wordEnd(from)
    const next = source[end]
    if (next !== undefined && !TERMINATORS.includes(next) && !source.startsWith(options.right, end)) {
      return failAt(i, `bad character ${unicodeName(end)}`)
    }
    push(kindOfWord(kind, source.slice(i, end)), i, end)
    return end
  }

  function wordEnd(from: number): number {
    let end = from
    while (IN_WORD[source.charCodeAt(end)] === 1) end++
    return source.charCodeAt(end) < 128 || end === source.length ? end : from + (matchAt(WORD, from)?.length ?? 0)
  }

  function kindOfWord(kind: TokenKind, word: string): TokenKind {
    if (kind === 'field') return word === '.' ? '.' : 'field'
    if (kind === 'variable') return kind
    if (word === 'true' || word === 'false') return 'bool'
    if (!KEYWORDS.has(word)) return kind
    const isShadowed = (word === 'break' || word === 'continue') && options.isFunction(word)
    return isShadowed ? kind : (word as Keyword)
  }

  /** `U+0040 '@'`, as Go's %#U. */
  function unicodeName(i: number): string {
    const point = source.codePointAt(i) ?? 0
    const hex = point.toString(16).toUpperCase().padStart(4, '0')
    return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(String.fromCodePoint(point))
      ? `U+${hex} '${String.fromCodePoint(point)}'`
      : `U+${hex}`
  }
}

function isSpace(c: string | undefined): boolean {
  return c === ' ' || c === '\t' || c === '\r' || c === '\n'
}

function trimEnd(source: string, from: number, to: number): number {
  let end = to
  while (end > from && isSpace(source[end - 1])) end--
  return end
}

/** A token as parse errors name it. */
export function describeToken(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (token.kind === 'error') return token.text
  if (token.kind === '.' || KEYWORDS.has(token.kind)) return `<${token.text}>`
  const points = [...token.text]
  const isLong = new TextEncoder().encode(token.text).length > 10
  return isLong ? `${goQuote(points.slice(0, 10).join(''))}...` : goQuote(token.text)
}
