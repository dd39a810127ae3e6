/** What JSON.parse cannot do: bound the depth before it allocates, say where an error is, keep large integers. */
import { emptyObject, type Json, type JsonObject } from './json.js'

/** Deepest nesting accepted. Manifests reach about 20; everything behind the parser recurses. */
export const MAX_JSON_DEPTH = 1_000

export interface JsonError {
  readonly message: string
  /** UTF-16 units from the start of the text. */
  readonly offset: number
}

const QUOTE = 34
const BACKSLASH = 92

/** The first bracket too deep, found without building anything: millions of brackets would cost JSON.parse gigabytes. */
export function findTooDeep(text: string): JsonError | undefined {
  if (text.length <= MAX_JSON_DEPTH || hasAtMost(MAX_JSON_DEPTH, text)) return undefined
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
      if (i === -1) return undefined
    } else if (code === 123 || code === 91) {
      if (++depth > MAX_JSON_DEPTH) return { message: `nested more than ${MAX_JSON_DEPTH} levels deep`, offset: i }
    } else if (code === 125 || code === 93) depth--
  }
  return undefined
}

/** Whether there are no more opening brackets than that, those in strings included: most texts are done with this. */
function hasAtMost(limit: number, text: string): boolean {
  let left = limit
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) if (left-- === 0) return false
  }
  return true
}

/** Offset of the quote that closes the string opened at `start`; -1 when none does. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === BACKSLASH) first--
  return (at - first) % 2 === 1
}

/** Parses text that JSON.parse accepts, with integers beyond 2^53 as bigint. Throws SyntaxError otherwise. */
export function parseBigIntegers(text: string): Json {
  return new Reader(text).document()
}

/** Where and why JSON.parse rejects a text. */
export function findJsonError(text: string): JsonError {
  try {
    new Reader(text).document()
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { message: error.message, offset: error.offset }
    throw error
  }
  return { message: 'invalid JSON', offset: 0 }
}

class JsonSyntaxError extends SyntaxError {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
const BLANK = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

/** A plain descent; its depth was bounded by `findTooDeep`. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Json {
    const value = this.#value()
    this.#blank()
    if (this.#at < this.#text.length) this.#fail('nothing more after the value')
    return value
  }

  #value(): Json {
    this.#blank()
    const char = this.#text[this.#at]
    if (char === '{') return this.#object()
    if (char === '[') return this.#array()
    if (char === '"') return this.#string()
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    return this.#number()
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) this.#fail('a value')
    this.#at += match[0].length
    const value = Number(match[0])
    const isInteger = match[1] === undefined && match[2] === undefined
    return isInteger && !Number.isSafeInteger(value) ? BigInt(match[0]) : value
  }

  #string(): string {
    STRING.lastIndex = this.#at
    const match = STRING.exec(this.#text)
    if (match === null) this.#fail('a complete string')
    this.#at += match[0].length
    return JSON.parse(match[0]) as string
  }

  #array(): Json[] {
    const items: Json[] = []
    this.#at++
    if (this.#take(']')) return items
    do items.push(this.#value())
    while (this.#take(','))
    if (!this.#take(']')) this.#fail("',' or ']'")
    return items
  }

  #object(): JsonObject {
    const object = emptyObject()
    this.#at++
    if (this.#take('}')) return object
    do {
      this.#blank()
      if (this.#text[this.#at] !== '"') this.#fail('a key in double quotes')
      const key = this.#string()
      if (!this.#take(':')) this.#fail("':'")
      object[key] = this.#value()
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail("',' or '}'")
    return object
  }

  #take(char: string): boolean {
    this.#blank()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #blank(): void {
    BLANK.lastIndex = this.#at
    this.#at += BLANK.exec(this.#text)![0].length
  }

  #fail(expected: string): never {
    const found = this.#text.codePointAt(this.#at)
    const what = found === undefined ? 'the text ends' : `found '${String.fromCodePoint(found)}'`
    throw new JsonSyntaxError(`invalid JSON: expected ${expected}, ${what}`, this.#at)
  }
}

const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]
