/**
 * What a template computes with, and how Go's types are told apart.
 *
 * | Go                                  | here                                             |
 * |-------------------------------------|--------------------------------------------------|
 * | no value (a missing map key)        | `undefined`                                      |
 * | nil                                 | `null`                                           |
 * | bool, string                        | `boolean`, `string` (see bytes.ts for raw bytes) |
 * | float64, so every number of JSON    | `number`                                         |
 * | int                                 | `bigint`                                         |
 * | any other integer type              | `GoInt`                                          |
 * | []interface{}                       | an array                                         |
 * | any other slice                     | `GoSlice`                                        |
 * | map[string]interface{}              | a plain object, read through own keys only       |
 * | map[string]string                   | `StringMap`: a missing key indexes to `""`       |
 * | structs, pointers, messages, enums  | `GoObject`                                       |
 *
 * Integers of JSON beyond 2^53 arrive as `bigint` from Pillion's readers, while Go decodes them as float64: pass such data
 * through `decodedJson` first.
 */
export type GoValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | GoInt
  | GoSlice
  | StringMap
  | GoObject
  | GoValue[]
  | GoMap

export interface GoMap {
  [key: string]: GoValue
}

/** Names of Go kinds, as `kindOf` prints them. */
export type GoKind =
  | 'invalid'
  | 'bool'
  | 'string'
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'slice'
  | 'map'
  | 'struct'
  | 'ptr'

export type IntegerKind = Extract<GoKind, `int${string}` | `uint${string}`>

/** An integer of another type than `int`. Equal values are not identical: compare `value`. */
export class GoInt {
  readonly value: bigint
  readonly kind: IntegerKind
  /** `int64`, or the name of a defined type. */
  readonly type: string
  constructor(value: bigint, kind: IntegerKind, type: string = kind) {
    this.value = value
    this.kind = kind
    this.type = type
  }
}

/** A slice with an element type; `items` hold values as the table above says. */
export class GoSlice {
  /** `[]string`. */
  readonly type: string
  readonly items: readonly GoValue[]
  readonly isNil: boolean
  constructor(type: string, items: readonly GoValue[], isNil = false) {
    this.type = type
    this.items = items
    this.isNil = isNil
  }
}

/** map[string]string. `entries` is only read through own keys; a nil map has none. */
export class StringMap {
  readonly entries: Readonly<Record<string, string>>
  readonly isNil: boolean
  constructor(entries: Readonly<Record<string, string>> | null | undefined) {
    this.entries = entries ?? NO_ENTRIES
    this.isNil = entries === null || entries === undefined
  }

  get(key: string): string | undefined {
    return Object.hasOwn(this.entries, key) ? this.entries[key] : undefined
  }

  /** The keys, which says nothing of any value. */
  keys(): readonly string[] {
    return Object.keys(this.entries)
  }
}

const NO_ENTRIES: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/** The answer of `GoObject.field` for a name that the type does not have. */
export const NO_FIELD: unique symbol = Symbol('no such field')
/** The answer of `GoObject.field` for a field behind a nil pointer. */
export const NIL_POINTER: unique symbol = Symbol('nil pointer')
export type FieldAnswer = GoValue | typeof NO_FIELD | typeof NIL_POINTER

/**
 * A value with fields or methods: a struct view, a message view, a time. Extend it for a type of your own; the engine asks
 * nothing else of it.
 */
export abstract class GoObject {
  /** `v1.ObjectMeta`, `*v1alpha1.ProxyConfig`, `time.Time`. */
  abstract readonly goType: string
  abstract readonly goKind: GoKind
  /** A nil pointer. Its methods may work all the same; its fields do not. */
  get isNil(): boolean {
    return false
  }
  /** A protobuf message. */
  get isMessage(): boolean {
    return false
  }
  /** The integer of an enum or another integer type with methods. */
  get integer(): bigint | undefined {
    return undefined
  }
  /** A field, or what a method without arguments returns; undefined where a method has no value to give. */
  abstract field(name: string): FieldAnswer
  /** A method that takes string or integer arguments. */
  method(_name: string): ((args: readonly GoValue[]) => GoValue) | undefined {
    return undefined
  }
  /** fmt.Stringer or error. */
  text(): string | undefined {
    return undefined
  }
  /** Exported fields in declaration order, for `%v` of a struct. */
  fields(): readonly (readonly [name: string, value: GoValue])[] {
    return []
  }
  /** What encoding/json makes of it. */
  json(): GoValue {
    return null
  }
}

/** A non-nil pointer to a value that is not a struct, such as a `*bool` field: true whatever it points to. */
export class GoPointer extends GoObject {
  readonly goType: string
  readonly goKind = 'ptr'
  readonly elem: GoValue
  constructor(elem: GoValue, elemType: string = typeName(elem)) {
    super()
    this.goType = `*${elemType}`
    this.elem = elem
  }
  override field(): typeof NO_FIELD {
    return NO_FIELD
  }
  override text(): undefined {
    return undefined
  }
  override json(): GoValue {
    return this.elem
  }
}

/** What a pointer points to; anything else as it is. */
export function indirect(value: GoValue): GoValue {
  return value instanceof GoPointer ? value.elem : value
}

export function emptyMap(): GoMap {
  return Object.create(null) as GoMap
}

export function isMap(value: GoValue): value is GoMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof StringMap) &&
    !(value instanceof GoInt) &&
    !(value instanceof GoSlice) &&
    !(value instanceof GoObject)
  )
}

/** int64, as sprig's arithmetic returns it; wraps around as Go does. */
export function int64(value: bigint): GoInt {
  return new GoInt(BigInt.asIntN(64, value), 'int64')
}

export function stringSlice(items: readonly string[]): GoSlice {
  return new GoSlice('[]string', items)
}

/** The items of any slice; undefined for anything else. */
export function itemsOf(value: GoValue): readonly GoValue[] | undefined {
  if (Array.isArray(value)) return value
  return value instanceof GoSlice ? value.items : undefined
}

/** The integer of any integer type; undefined for anything else. */
export function integerOf(value: GoValue): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (value instanceof GoInt) return value.value
  return value instanceof GoObject ? value.integer : undefined
}

/** As `%T` and error messages print it. */
export function typeName(value: GoValue): string {
  switch (typeof value) {
    case 'undefined':
      return '<nil>'
    case 'boolean':
      return 'bool'
    case 'number':
      return 'float64'
    case 'bigint':
      return 'int'
    case 'string':
      return 'string'
  }
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (value instanceof StringMap) return 'map[string]string'
  if (value instanceof GoInt || value instanceof GoSlice) return value.type
  return value instanceof GoObject ? value.goType : 'map[string]interface {}'
}

export function kindOf(value: GoValue): GoKind {
  switch (typeof value) {
    case 'undefined':
      return 'invalid'
    case 'boolean':
      return 'bool'
    case 'number':
      return 'float64'
    case 'bigint':
      return 'int'
    case 'string':
      return 'string'
  }
  if (value === null) return 'invalid'
  if (Array.isArray(value) || value instanceof GoSlice) return 'slice'
  if (value instanceof GoInt) return value.kind
  return value instanceof GoObject ? value.goKind : 'map'
}

/** Go's truth: not the zero value of its type; a struct always is, a nil pointer never. */
export function isTrue(value: GoValue): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'undefined':
      return false
    case 'number':
      return value !== 0
    case 'bigint':
      return value !== 0n
  }
  if (value === null) return false
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof StringMap) return hasKeys(value.entries)
  if (value instanceof GoObject) return value.integer === undefined ? !value.isNil : value.integer !== 0n
  if (value instanceof GoSlice) return value.items.length > 0
  if (value instanceof GoInt) return value.value !== 0n
  return hasKeys(value)
}

function hasKeys(map: object): boolean {
  for (const key in map) if (Object.hasOwn(map, key)) return true
  return false
}

/** Keys in the order in which Go prints and ranges over them: bytes of UTF-8, which is the order of code points. */
export function sortedKeys(map: object): string[] {
  return Object.keys(map).sort(compareStrings)
}

/** Go's order of strings. It differs from JavaScript's only where a surrogate pair meets U+E000 to U+FFFF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const [xIsHigh, yIsHigh] = [isSurrogate(x), isSurrogate(y)]
    if (xIsHigh !== yIsHigh) return xIsHigh ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** Decoded JSON as Go holds it: numbers are float64, objects have no prototype. The input stays as it is. */
export function decodedJson(value: unknown): GoValue {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(decodedJson)
  if (typeof value !== 'object' || value === null) return value as GoValue
  const copy = emptyMap()
  for (const key of Object.keys(value)) copy[key] = decodedJson((value as Record<string, unknown>)[key])
  return copy
}
