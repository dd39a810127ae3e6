import { equalJson, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { own, setOwn } from './json-object.js'
import { formatPointer, parsePointer } from './json-pointer.js'
import { describe } from './scalar-codecs.js'

/** One operation of RFC 6902. `path` and `from` are JSON pointers (RFC 6901). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string }

export interface JsonPatchOptions {
  /**
   * `add` makes what its path lacks: maps, and an empty list where the next key is `-`. Default false, as the RFC says.
   */
  readonly createMissingParents?: boolean
}

/** Operations in one patch. Every operation copies what it changes, so this bounds the work. */
const MAX_OPERATIONS = 100_000
/** Values that all `copy` operations of one patch may copy: copying a map into itself doubles it each time. */
const MAX_COPIED_VALUES = 1_000_000

/**
 * The document after the operations, all or nothing. The input is never changed; untouched subtrees are shared.
 * `operations` is unchecked input: a malformed operation is an error like any other.
 *
 * Errors: code `json-patch`, `path` is `[index]` of the operation, the message names its pointer and what stands there.
 */
export function applyJsonPatch(
  document: Json,
  operations: unknown,
  options: JsonPatchOptions = {},
): Result<Json, Problem> {
  if (!Array.isArray(operations)) return problem('a JSON patch must be a list of operations')
  if (operations.length > MAX_OPERATIONS) {
    return problem(`a JSON patch of ${operations.length} operations; ${MAX_OPERATIONS} is the limit`)
  }
  const budget = { copies: MAX_COPIED_VALUES }
  let current = document
  for (let index = 0; index < operations.length; index++) {
    const operation: unknown = operations[index]
    const result = applyOne(current, operation, options.createMissingParents ?? false, budget)
    if (!result.ok) return problem(`operation ${index}${titleOf(operation)}: ${result.error}`, `[${index}]`)
    current = result.value
  }
  return ok(current)
}

function problem(message: string, path?: string): Result<never, Problem> {
  return err({ severity: 'error', code: 'json-patch', message, ...(path === undefined ? {} : { path }) })
}

function titleOf(operation: unknown): string {
  if (!isJsonObject(operation)) return ''
  const [op, path] = [own(operation, 'op'), own(operation, 'path')]
  return typeof op === 'string' && typeof path === 'string' ? ` (${op.slice(0, 20)} ${path.slice(0, 200) || '""'})` : ''
}

interface Budget {
  copies: number
}

function applyOne(document: Json, operation: unknown, makesParents: boolean, budget: Budget): Result<Json, string> {
  if (!isJsonObject(operation)) return err('must be a map with op and path')
  const path = pointerOf(operation, 'path')
  if (!path.ok) return path
  const op = own(operation, 'op')
  switch (op) {
    case 'add':
    case 'replace':
    case 'test': {
      const value = own(operation, 'value')
      if (value === undefined) return err('has no value')
      if (op === 'test') return testValue(document, path.value, value)
      return op === 'add' ? add(document, path.value, value, makesParents) : replace(document, path.value, value)
    }
    case 'remove':
      return remove(document, path.value)
    case 'move':
    case 'copy': {
      const from = pointerOf(operation, 'from')
      if (!from.ok) return from
      return op === 'copy'
        ? copy(document, from.value, path.value, makesParents, budget)
        : move(document, from.value, path.value, makesParents)
    }
    default:
      return err(`has op ${op === undefined ? 'missing' : describe(op)}; add, remove, replace, move, copy or test`)
  }
}

function pointerOf(operation: JsonObject, name: 'path' | 'from'): Result<string[], string> {
  const pointer = own(operation, name)
  if (typeof pointer !== 'string') return err(`has no ${name}`)
  return parsePointer(pointer)
}

function testValue(document: Json, path: readonly string[], wanted: Json): Result<Json, string> {
  const found = valueAt(document, path)
  if (!found.ok) return found
  return equalJson(found.value, wanted)
    ? ok(document)
    : err(`expected ${describe(wanted)}, found ${describe(found.value)}`)
}

function move(
  document: Json,
  from: readonly string[],
  path: readonly string[],
  makesParents: boolean,
): Result<Json, string> {
  const found = valueAt(document, from)
  if (!found.ok) return found
  if (from.every((key, i) => path[i] === key)) {
    return path.length === from.length ? ok(document) : err(`cannot move ${shown(from)} into itself`)
  }
  const removed = remove(document, from)
  return removed.ok ? add(removed.value, path, found.value, makesParents) : removed
}

function copy(
  document: Json,
  from: readonly string[],
  path: readonly string[],
  makesParents: boolean,
  budget: Budget,
): Result<Json, string> {
  const found = valueAt(document, from)
  if (!found.ok) return found
  budget.copies -= countValues(found.value, budget.copies + 1)
  if (budget.copies < 0) return err(`the patch copies more than ${MAX_COPIED_VALUES} values`)
  return add(document, path, found.value, makesParents)
}

/** The values in a tree, itself included; counting ends at the limit, because shared subtrees may be huge when unfolded. */
function countValues(value: Json, limit: number): number {
  let count = 0
  const open: Json[] = [value]
  while (open.length > 0 && count < limit) {
    const next = open.pop()!
    count++
    if (typeof next === 'object' && next !== null) for (const item of Object.values(next)) open.push(item)
  }
  return count
}

function add(document: Json, path: readonly string[], value: Json, makesParents: boolean): Result<Json, string> {
  if (path.length === 0) return ok(value)
  return change(document, path, 0, makesParents, (parent, key, at) => {
    if (!Array.isArray(parent)) return ok(withKey(parent, key, value))
    const index = key === '-' ? parent.length : itemIndex(key)
    if (index === undefined) return err(`${shown(at)} is a list: ${JSON.stringify(key)} must be a position or -`)
    if (index > parent.length)
      return err(`${shown(at)} has ${parent.length} items, so the last place to add is ${parent.length}`)
    return ok(parent.toSpliced(index, 0, value))
  })
}

function replace(document: Json, path: readonly string[], value: Json): Result<Json, string> {
  if (path.length === 0) return ok(value)
  return change(document, path, 0, false, (parent, key, at) => {
    const found = child(parent, key, at)
    if (!found.ok) return found
    return ok(Array.isArray(parent) ? parent.with(Number(key), value) : withKey(parent, key, value))
  })
}

function remove(document: Json, path: readonly string[]): Result<Json, string> {
  if (path.length === 0) return err('the whole document cannot be removed')
  return change(document, path, 0, false, (parent, key, at) => {
    const found = child(parent, key, at)
    if (!found.ok) return found
    if (Array.isArray(parent)) return ok(parent.toSpliced(Number(key), 1))
    const rest = { ...parent }
    delete rest[key]
    return ok(rest)
  })
}

type Edit = (parent: Json[] | JsonObject, key: string, at: readonly string[]) => Result<Json, string>

/** Copies the way down to the parent of `path` and puts the edited parent at its end. */
function change(
  value: Json,
  path: readonly string[],
  depth: number,
  makesParents: boolean,
  edit: Edit,
): Result<Json, string> {
  const at = path.slice(0, depth)
  const key = path[depth]!
  if (typeof value !== 'object' || value === null)
    return err(`${shown(at)} is ${describe(value)}, which has nothing inside`)
  if (depth === path.length - 1) return edit(value, key, at)
  const isMissing = makesParents && !Array.isArray(value) && !Object.hasOwn(value, key)
  const found: Result<Json, string> = isMissing ? ok(path[depth + 1] === '-' ? [] : {}) : child(value, key, at)
  if (!found.ok) return found
  const changed = change(found.value, path, depth + 1, makesParents, edit)
  if (!changed.ok) return changed
  return ok(Array.isArray(value) ? value.with(Number(key), changed.value) : withKey(value, key, changed.value))
}

function withKey(object: JsonObject, key: string, value: Json): JsonObject {
  const copy = { ...object }
  setOwn(copy, key, value)
  return copy
}

function valueAt(document: Json, path: readonly string[]): Result<Json, string> {
  let value = document
  for (let depth = 0; depth < path.length; depth++) {
    const found = child(value, path[depth]!, path.slice(0, depth))
    if (!found.ok) return found
    value = found.value
  }
  return ok(value)
}

function child(value: Json, key: string, at: readonly string[]): Result<Json, string> {
  if (Array.isArray(value)) {
    const index = itemIndex(key)
    if (index === undefined) return err(`${shown(at)} is a list: ${JSON.stringify(key)} must be a position`)
    return index < value.length ? ok(value[index]!) : err(`${shown(at)} has ${value.length} items, none at ${key}`)
  }
  if (!isJsonObject(value)) return err(`${shown(at)} is ${describe(value)}, which has nothing inside`)
  const found = own(value, key)
  return found === undefined ? err(`${shown(at)} has no ${JSON.stringify(key)}; ${inventory(value)}`) : ok(found)
}

/** Positions have no sign and no leading zero. Undefined: the key is no position. */
function itemIndex(key: string): number | undefined {
  return /^(?:0|[1-9]\d{0,9})$/.test(key) ? Number(key) : undefined
}

function shown(path: readonly string[]): string {
  return path.length === 0 ? 'the document' : formatPointer(path)
}

/** The first keys of a map, for messages. */
function inventory(object: JsonObject): string {
  const keys = Object.keys(object)
  if (keys.length === 0) return 'it is empty'
  return `it has ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? `, and ${keys.length - 8} more` : ''}`
}
