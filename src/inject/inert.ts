import { parseJson } from '../lang/gojson.js'
import { emptyObject, isJsonObject, type Json } from '../lang/json.js'
import type { FunctionMap, GoValue } from '../template/index.js'

/**
 * Text that cannot be anything but text. A template that puts a value between quotes, or behind a colon, trusts it not to
 * carry quotes, line breaks or YAML of its own; what it makes of an inert twin of the value is what it means to make.
 */

/** Stands for a character that could be structure. A letter, so that no encoder escapes it; nobody writes it. */
const MARK = 'ˣ'

/** Stands before the hexadecimal twin of a JSON text. */
const JSON_MARK = 'ˣjsonˣ'

/** Characters that are harmless at any place of any YAML scalar, and in JSON. */
const HARMLESS = /^[\p{L}\p{N}_./,=+][\p{L}\p{N}_./,=+:@ -]*$/u
/** … but these are structure all the same. */
const STRUCTURE_INSIDE = /: |:$| $|^=$/

const PLAIN = new Uint8Array(128)
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./') PLAIN[char.charCodeAt(0)] = 1
const HYPHEN = 45

/** Most texts are names and versions, and are known to be harmless without the expressions above. */
function isPlainWord(text: string): boolean {
  if (PLAIN[text.charCodeAt(0)] !== 1) return false
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (PLAIN[code] !== 1 && code !== HYPHEN) return false
  }
  return true
}

/** Whether a template could be broken out of with this text. */
export function isSuspicious(text: string): boolean {
  if (text === '' || text === '*' || isPlainWord(text)) return false
  return !HARMLESS.test(text) || STRUCTURE_INSIDE.test(text)
}

/** The text itself if it is harmless; else a twin of the same length, or for JSON one that `inertFunctions` read. */
export function inertText(text: string): string {
  if (!isSuspicious(text)) return text
  return isJsonText(text) ? JSON_MARK + hexOf(text) : marked(text)
}

/** Every string in it, keys too. */
export function inertJson<T extends Json>(value: T): T {
  return mapStrings(value, inertText) as T
}

/** Functions that read JSON understand the twins: the same structure comes out, with marked strings. */
export function inertFunctions(functions: FunctionMap): FunctionMap {
  const changed: Record<string, FunctionMap[string]> = {}
  for (const name of ['fromJSON', 'fromJson', 'mustFromJson']) {
    const original = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (original === undefined) continue
    const call = original.call as (text: unknown) => GoValue
    changed[name] = {
      ...original,
      call: ((text: unknown) => call(typeof text === 'string' ? readTwin(text) : text)) as never,
    }
  }
  return { ...functions, ...changed }
}

/**
 * Where what a template made of the values departs from what it made of their inert twins; undefined where it does not.
 * Same maps, same lists, and every scalar equal in which no marked value took part.
 */
export function findDeparture(actual: Json, inert: Json, path = ''): string | undefined {
  if (isJsonObject(actual) && isJsonObject(inert)) {
    const byMark = new Map(Object.keys(inert).map(key => [comparable(key), key]))
    if (Object.keys(actual).length !== Object.keys(inert).length) return path
    for (const key of Object.keys(actual)) {
      const twin = byMark.get(marked(key))
      if (twin === undefined) return `${path}.${key}`
      const found = findDeparture(actual[key]!, inert[twin]!, `${path}.${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (Array.isArray(actual) && Array.isArray(inert)) return findInList(actual, inert, path)
  if (isComposite(actual) || isComposite(inert)) return path
  return actual === inert || (typeof inert === 'string' && inert.includes(MARK)) ? undefined : path
}

function findInList(actual: readonly Json[], inert: readonly Json[], path: string): string | undefined {
  if (actual.length !== inert.length) return path
  for (const [index, item] of actual.entries()) {
    const found = findDeparture(item, inert[index]!, `${path}[${index}]`)
    if (found !== undefined) return found
  }
  return undefined
}

function isComposite(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

function marked(text: string): string {
  return isSuspicious(text) ? text.replace(/[^\p{L}\p{N}_./,=+ -]|^[-: ]| $/gu, MARK) : text
}

/** A key made of twins, as the key made of the values looks when it is marked. */
function comparable(key: string): string {
  return marked(key.replace(new RegExp(`${JSON_MARK}([0-9a-f]*)`, 'g'), (_, hex: string) => textOf(hex)))
}

function isJsonText(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  return parseJson(text).ok
}

function readTwin(text: string): string {
  if (!text.startsWith(JSON_MARK)) return text
  const read = parseJson(textOf(text.slice(JSON_MARK.length)))
  return read.ok ? JSON.stringify(mapStrings(read.value, marked)) : text
}

function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map(item => mapStrings(item, change))
  if (!isJsonObject(value)) return value
  const result = emptyObject()
  for (const key of Object.keys(value)) result[change(key)] = mapStrings(value[key]!, change)
  return result
}

function hexOf(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, '0')).join('')
}

function textOf(hex: string): string {
  return (hex.match(/.{4}/g) ?? []).map(unit => String.fromCharCode(Number.parseInt(unit, 16))).join('')
}
