import { equalJson, isJsonObject, type Json, type JsonArray, type JsonObject } from '../lang/json.js'
import { own } from './json-object.js'
import type { JsonPatchOperation } from './json-patch.js'
import { escapeKey } from './json-pointer.js'

/**
 * Operations (`add`, `remove`, `replace` only) that turn `from` into `to`: `applyJsonPatch(from, diffJson(from, to))` equals
 * `to`. Shared subtrees cost nothing. In lists, items of the same `name` at either end are matched and patched in place, so
 * that an added container or volume is one operation; what is left between is patched by position.
 */
export function diffJson(from: Json, to: Json): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = []
  compare(from, to, '', operations)
  return operations
}

function compare(from: Json, to: Json, path: string, operations: JsonPatchOperation[]): void {
  if (from === to) return
  if (isJsonObject(from) && isJsonObject(to)) compareMaps(from, to, path, operations)
  else if (Array.isArray(from) && Array.isArray(to)) compareLists(from, to, path, operations)
  else operations.push({ op: 'replace', path, value: to })
}

function compareMaps(from: JsonObject, to: JsonObject, path: string, operations: JsonPatchOperation[]): void {
  for (const key in from) {
    const before = from[key]!
    const isKept = Object.hasOwn(to, key)
    if (isKept && before === to[key]) continue
    const there = `${path}/${escapeKey(key)}`
    if (isKept) compare(before, to[key]!, there, operations)
    else operations.push({ op: 'remove', path: there })
  }
  for (const key in to) {
    if (!Object.hasOwn(from, key)) operations.push({ op: 'add', path: `${path}/${escapeKey(key)}`, value: to[key]! })
  }
}

function compareLists(from: JsonArray, to: JsonArray, path: string, operations: JsonPatchOperation[]): void {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && isSameItem(from[start]!, to[start]!)) start++
  let end = 0
  while (end < shorter - start && isSameItem(from[from.length - 1 - end]!, to[to.length - 1 - end]!)) end++
  const inPlace = shorter - end
  for (let at = 0; at < inPlace; at++) compareItems(from[at]!, to[at]!, path, at, operations)
  for (let back = end; back >= 1; back--) {
    const at = from.length - back
    compareItems(from[at]!, to[to.length - back]!, path, at, operations)
  }
  for (let at = from.length - end - 1; at >= inPlace; at--) {
    operations.push({ op: 'remove', path: `${path}/${at}` })
  }
  for (let at = inPlace; at < to.length - end; at++) {
    operations.push({ op: 'add', path: `${path}/${at}`, value: to[at]! })
  }
}

function compareItems(from: Json, to: Json, path: string, at: number, operations: JsonPatchOperation[]): void {
  if (from !== to) compare(from, to, `${path}/${at}`, operations)
}

/** Whether two list items are the same thing, changed or not: containers, volumes and variables go by name. */
function isSameItem(from: Json, to: Json): boolean {
  if (from === to) return true
  if (!isJsonObject(from) || !isJsonObject(to)) return equalJson(from, to)
  const [left, right] = [own(from, 'name'), own(to, 'name')]
  return typeof left === 'string' && typeof right === 'string' ? left === right : equalJson(from, to)
}
