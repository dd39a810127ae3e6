import type { Json } from '../lang/json.js'
import { FunctionError } from './function.js'
import { MAX_VALUE, MAX_VALUE_DEPTH } from './limits.js'
import { emptyMap, GoInt, type GoMap, GoObject, GoSlice, type GoValue, StringMap, sortedKeys } from './value.js'

export interface EncodeJsonOptions {
  /** `<`, `>`, `&` and the line separators as escapes, which is Go's default. */
  readonly escapeHtml?: boolean
  readonly indent?: string
}

interface Writer {
  readonly escapeHtml: boolean
  readonly indent: string
  left: number
}

/** encoding/json: map keys sorted, structs in declaration order. Fails on NaN and infinities, as Go does. */
export function encodeJson(value: GoValue, { escapeHtml = true, indent = '' }: EncodeJsonOptions = {}): string {
  return encode(value, { escapeHtml, indent, left: MAX_VALUE }, 0, false)
}

function encode(value: GoValue, writer: Writer, depth: number, isOrdered: boolean): string {
  if (depth > MAX_VALUE_DEPTH) throw new FunctionError('json: unsupported value: encountered a cycle')
  if (--writer.left < 0) throw new FunctionError('value is too large to encode')
  switch (typeof value) {
    case 'string':
      writer.left -= value.length
      return encodeString(value, writer.escapeHtml)
    case 'number':
      if (!Number.isFinite(value)) throw new FunctionError(`json: unsupported value: ${value > 0 ? '+' : ''}${value}`)
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'undefined':
      return 'null'
  }
  if (value === null) return 'null'
  if (value instanceof GoInt) return String(value.value)
  if (value instanceof GoObject) return encode(value.json(), writer, depth + 1, true)
  if (value instanceof GoSlice || Array.isArray(value)) return encodeList(value, writer, depth, isOrdered)
  return encodeMap(value, writer, depth, isOrdered)
}

function encodeList(value: GoValue[] | GoSlice, writer: Writer, depth: number, isOrdered: boolean): string {
  if (value instanceof GoSlice && value.isNil) return 'null'
  const items = Array.isArray(value) ? value : value.items
  return wrap(
    '[',
    items.map(item => encode(item, writer, depth + 1, isOrdered)),
    ']',
    writer,
    depth,
  )
}

function encodeMap(value: StringMap | GoMap, writer: Writer, depth: number, isOrdered: boolean): string {
  if (value instanceof StringMap && value.isNil) return 'null'
  const map: Readonly<Record<string, GoValue>> = value instanceof StringMap ? value.entries : value
  const keys = isOrdered && !(value instanceof StringMap) ? Object.keys(map) : sortedKeys(map)
  const colon = writer.indent === '' ? ':' : ': '
  const parts = keys.map(
    key => encodeString(key, writer.escapeHtml) + colon + encode(map[key], writer, depth + 1, isOrdered),
  )
  return wrap('{', parts, '}', writer, depth)
}

function wrap(open: string, parts: readonly string[], close: string, { indent }: Writer, depth: number): string {
  if (indent === '' || parts.length === 0) return open + parts.join(',') + close
  const line = `\n${indent.repeat(depth + 1)}`
  return open + line + parts.join(`,${line}`) + `\n${indent.repeat(depth)}` + close
}

/** Printable ASCII that no kind of escaping changes: what names, labels and images are made of. */
const HARMLESS = /^[ !#-%'-;=?-[\]-~]*$/

function encodeString(text: string, escapeHtml: boolean): string {
  if (HARMLESS.test(text)) return `"${text}"`
  const quoted = JSON.stringify(text).replace(/\\ud[c-f][0-9a-f]{2}|\\ud[89ab][0-9a-f]{2}/g, '\\ufffd')
  const escaped = escapeHtml ? quoted.replace(/[<>&]/g, escapeUnit) : quoted
  return escaped.replace(/[\u2028\u2029]/g, escapeUnit)
}

function escapeUnit(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The value as plain JSON, for other printers. */
export function toJsonValue(value: GoValue, depth = 0): Json {
  if (depth > MAX_VALUE_DEPTH) throw new FunctionError(`value is nested more than ${MAX_VALUE_DEPTH} deep`)
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof GoInt) return value.value
  if (value instanceof GoObject) return toJsonValue(value.json(), depth + 1)
  if (value instanceof GoSlice) return value.isNil ? null : value.items.map(item => toJsonValue(item, depth + 1))
  if (Array.isArray(value)) return value.map(item => toJsonValue(item, depth + 1))
  if (value instanceof StringMap && value.isNil) return null
  const map: Readonly<Record<string, GoValue>> = value instanceof StringMap ? value.entries : value
  const copy = emptyMap()
  for (const key of Object.keys(map)) copy[key] = toJsonValue(map[key], depth + 1)
  return copy as Json
}
