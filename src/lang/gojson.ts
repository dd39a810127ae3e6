import { findJsonError, findTooDeep, parseBigIntegers } from './gojson-reader.js'
import type { Json } from './json.js'
import type { Position, Problem } from './problem.js'
import { err, ok, type Result } from './result.js'

export interface ParseJsonOptions {
  /** The name that positions carry. */
  readonly file?: string
  /** Read integers beyond 2^53 as `bigint`; without it they are rounded, as any JSON reader of JavaScript does. */
  readonly bigIntegers?: boolean
}

/**
 * Reads JSON strictly, at most `MAX_JSON_DEPTH` levels deep. The last of equal keys wins. Objects have the ordinary
 * prototype, but every key of the input is an own property (`__proto__` too): read them through `Object.hasOwn` or
 * `Object.keys`. Errors carry line and column.
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): Result<Json, Problem> {
  const deep = findTooDeep(text)
  if (deep !== undefined) return err(problemAt(text, 'json-limit', deep.message, deep.offset, options))
  try {
    const isBig = options.bigIntegers === true && LONG_NUMBER.test(text)
    return ok(isBig ? parseBigIntegers(text) : (JSON.parse(text) as Json))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { message, offset } = findJsonError(text)
    return err(problemAt(text, 'json-syntax', message, offset, options))
  }
}

/** 2^53 has 16 digits. */
const LONG_NUMBER = /[0-9]{16}/

function problemAt(text: string, code: string, message: string, offset: number, options: ParseJsonOptions): Problem {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const place = { line, column: offset - before.lastIndexOf('\n') }
  const position: Position = options.file === undefined ? place : { file: options.file, ...place }
  return { severity: 'error', code, message, position }
}

export interface EncodeGoJsonOptions {
  /** Print the keys of every object in the order of their bytes, as Go prints maps. Default: in insertion order. */
  readonly sortKeys?: boolean
}

/**
 * Prints JSON as Go's encoding/json does: no spaces, `<`, `>`, `&`, U+2028 and U+2029 as \u escapes, what is not valid
 * Unicode as \ufffd. Numbers must be finite; `undefined` must not occur.
 */
export function encodeGoJson(value: Json, options: EncodeGoJsonOptions = {}): string {
  if (options.sortKeys === true) return encodeSorted(value)
  return escapeForGo(hasBigInt(value) ? encodeInOrder(value) : JSON.stringify(value))
}

function hasBigInt(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint'
  if (Array.isArray(value)) return value.some(hasBigInt)
  for (const key in value) if (hasBigInt(value[key]!)) return true
  return false
}

function encodeInOrder(value: Json): string {
  if (typeof value !== 'object' || value === null) return encodeScalar(value)
  if (Array.isArray(value)) return `[${value.map(encodeInOrder).join(',')}]`
  return `{${Object.keys(value)
    .map(key => `${JSON.stringify(key)}:${encodeInOrder(value[key]!)}`)
    .join(',')}}`
}

function encodeScalar(value: null | boolean | number | bigint | string): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}

function encodeSorted(value: Json): string {
  if (typeof value !== 'object' || value === null) return escapeForGo(encodeScalar(value))
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${encodeSorted(item)}`
    return `[${text}]`
  }
  for (const key of Object.keys(value).sort(compareBytes)) {
    text += `${text === '' ? '' : ','}${escapeForGo(JSON.stringify(key))}:${encodeSorted(value[key]!)}`
  }
  return `{${text}}`
}

const SURROGATE = /[\ud800-\udfff]/

/** The order of the UTF-8 encodings, which differs from JavaScript's only where a character lies beyond U+FFFF. */
function compareBytes(a: string, b: string): number {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0
  const [x, y] = [[...a], [...b]]
  const at = x.findIndex((char, i) => char !== y[i])
  if (at === -1 || at >= y.length) return x.length - y.length
  return x[at]!.codePointAt(0)! - y[at]!.codePointAt(0)!
}

const HTML = /[<>&\u2028\u2029]/
const ALL_HTML = /[<>&\u2028\u2029]/g

/** Works on whole JSON text, because none of these characters can stand outside a string. */
function escapeForGo(json: string): string {
  const text = json.includes('\\ud') ? json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, replaceLone) : json
  if (!HTML.test(text)) return text
  return text.replace(ALL_HTML, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** JSON.stringify writes a surrogate as an escape only where it lacks its other half. */
function replaceLone(written: string): string {
  return written.length === 6 ? '\\ufffd' : written
}
