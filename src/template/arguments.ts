import type { TemplateFunction } from './function.js'
import type { Operand } from './nodes.js'
import { GoInt, GoObject, GoPointer, GoSlice, type GoValue, isMap, StringMap, typeName } from './value.js'

/** A value is not of the type that a parameter asks for. */
export const MISMATCH: unique symbol = Symbol('mismatch')

export type Argument = unknown

/** Type of the i-th argument; the last parameter repeats if it is variadic. */
export function parameterAt(fn: TemplateFunction, i: number): string {
  const last = fn.params.at(-1) ?? 'any'
  const type = i < fn.params.length ? (fn.params[i] ?? last) : last
  return type.startsWith('...') ? type.slice(3) : type
}

export function isVariadic(fn: TemplateFunction): boolean {
  return fn.params.at(-1)?.startsWith('...') === true
}

const SCALARS: ReadonlySet<string> = new Set(['bool', 'string', 'int', 'int32', 'int64', 'uint32', 'uint64', 'float64'])

/** Whether nil may be passed. Structs by value cannot be nil; pointers, maps, slices and interfaces can. */
export function isNilable(type: string): boolean {
  return type === 'any' || type === 'reflect.Value' || /^(\*|\[|map\[|protoreflect\.)/.test(type)
}

/** Go's spelling of a parameter type in errors. */
export function goTypeText(type: string): string {
  return type === 'any' ? 'interface {}' : type
}

/** What a function gets for nil. */
export function zeroOf(type: string): Argument {
  if (type === 'map[string]string') return new StringMap(null)
  return null
}

/** The argument for a value, or MISMATCH. Chosen once, when the call is compiled. */
export function converterOf(type: string): (value: GoValue) => Argument | typeof MISMATCH {
  switch (type) {
    case 'any':
      return value => (value === undefined ? null : value)
    case 'reflect.Value':
      return value => value
    case 'string':
      return value => (typeof value === 'string' ? value : MISMATCH)
    case 'bool':
      return value => (typeof value === 'boolean' ? value : MISMATCH)
    case 'float64':
      return value => (typeof value === 'number' ? value : MISMATCH)
    case 'int':
      return value => (typeof value === 'bigint' ? Number(value) : MISMATCH)
    case 'map[string]interface {}':
      return value => (value === undefined ? null : isMap(value) ? value : MISMATCH)
    case 'map[string]string':
      return value => (value instanceof StringMap ? value : value === undefined ? zeroOf(type) : MISMATCH)
    case '[]interface {}':
      return value => (value === undefined ? null : Array.isArray(value) ? value : MISMATCH)
    case 'protoreflect.ProtoMessage':
      return value => (isNil(value) ? null : isMessage(value) ? value : MISMATCH)
  }
  if (SCALARS.has(type)) {
    return value => (value instanceof GoInt && value.type === type ? Number(value.value) : MISMATCH)
  }
  return value => namedType(type, value)
}

function namedType(type: string, value: GoValue): Argument | typeof MISMATCH {
  if (isNil(value)) return isNilable(type) ? null : MISMATCH
  if (value instanceof GoPointer) return value.goType === type ? value : MISMATCH
  if (value instanceof GoObject) return value.goType === type || value.goType === `*${type}` ? value : MISMATCH
  return value instanceof GoSlice && value.type === type ? value : MISMATCH
}

function isNil(value: GoValue): value is null | undefined {
  return value === null || value === undefined
}

function isMessage(value: GoValue): boolean {
  return value instanceof GoObject && value.isMessage
}

/** Why a value was not taken. */
export function mismatchText(type: string, value: GoValue): string {
  if (value === undefined) return `invalid value; expected ${goTypeText(type)}`
  const got = value === null ? 'interface {}' : typeName(value)
  return `wrong type for value; expected ${goTypeText(type)}; got ${got}`
}

export type Literal = Extract<Operand, { kind: 'bool' | 'number' | 'string' | 'nil' }>

export function isLiteral(node: Operand): node is Literal {
  return node.kind === 'bool' || node.kind === 'number' || node.kind === 'string' || node.kind === 'nil'
}

/** The argument that a literal is for a parameter, or why it cannot be one. */
export function literalArgument(type: string, node: Literal): { value: Argument } | { error: string } {
  if (node.kind === 'nil') {
    return isNilable(type) ? { value: zeroOf(type) } : { error: `cannot assign nil to ${goTypeText(type)}` }
  }
  switch (type) {
    case 'any':
    case 'reflect.Value':
      return idealConstant(node)
    case 'bool':
      return node.kind === 'bool' ? { value: node.value } : expected('bool', node)
    case 'string':
      return node.kind === 'string' ? { value: node.value } : expected('string', node)
    case 'float64':
      return node.kind === 'number' && node.float !== undefined ? { value: node.float } : expected('float', node)
    case 'int':
    case 'int32':
    case 'int64':
      return node.kind === 'number' && node.int !== undefined ? { value: Number(node.int) } : expected('integer', node)
    case 'uint32':
    case 'uint64':
      return node.kind === 'number' && node.uint !== undefined
        ? { value: Number(node.uint) }
        : expected('unsigned integer', node)
  }
  return { error: `can't handle ${textOf(node)} for arg of type ${goTypeText(type)}` }
}

function expected(what: string, node: Literal): { error: string } {
  return { error: `expected ${what}; found ${textOf(node)}` }
}

function textOf(node: Literal): string {
  if (node.kind === 'nil') return 'nil'
  if (node.kind === 'bool') return String(node.value)
  return node.kind === 'number' ? node.text : node.source
}

/** A literal where no type is asked for: what it is follows from how it is written. */
export function idealConstant(node: Exclude<Literal, { kind: 'nil' }>): { value: GoValue } | { error: string } {
  if (node.kind !== 'number') return { value: node.value }
  const isHexInteger = /^0[xX][^pP]+$/.test(node.text)
  if (node.float !== undefined && !isHexInteger && !node.text.startsWith("'") && /[.eEpP]/.test(node.text)) {
    return { value: node.float }
  }
  return node.int === undefined ? { error: `${node.text} overflows int` } : { value: node.int }
}
