import type { GoValue } from './value.js'

/**
 * A function that templates can call. `params` are Go types; the engine checks and converts arguments to them, as
 * text/template does, before it calls:
 *
 * | param                                   | what `call` gets                                     |
 * |-----------------------------------------|------------------------------------------------------|
 * | `any`                                   | the value; no value becomes null                     |
 * | `reflect.Value`                         | the value as it is, undefined included               |
 * | `string`, `bool`                        | string, boolean                                      |
 * | `int`, `int64`, `uint32`, `float64`     | number                                               |
 * | `map[string]interface {}`               | GoMap, or null                                       |
 * | `map[string]string`                     | StringMap                                            |
 * | `[]interface {}`                        | array, or null                                       |
 * | any other name                          | a GoObject of that type, its pointer, or null        |
 *
 * The last one may be variadic (`...string`). What goes wrong is thrown as `FunctionError`.
 */
export interface TemplateFunction {
  readonly params: readonly string[]
  readonly call: (...args: never[]) => GoValue
  /** What one call costs beyond the size of its arguments and result, in units of limits.ts MAX_WORK; default nothing. */
  readonly cost?: number
  /** The same arguments always give the same result, nothing else is read, and no argument is changed. Default false. */
  readonly isPure?: boolean
}

export type FunctionMap = Readonly<Record<string, TemplateFunction>>

/** The one exception that a function may throw: `error calling NAME: MESSAGE`. */
export class FunctionError extends Error {}

/** A failure of a function, for use in expressions. */
export function fail(message: string): never {
  throw new FunctionError(message)
}

/** One function; its parameter types are words separated by spaces, with SHORT for those that contain one. */
export function fn(params: string, call: (...args: never[]) => GoValue, cost = 0): TemplateFunction {
  return { params: params === '' ? [] : params.split(' ').map(expandType), call, cost }
}

/** Short names for types that contain spaces. */
const SHORT: Readonly<Record<string, string>> = {
  dict: 'map[string]interface {}',
  strmap: 'map[string]string',
  list: '[]interface {}',
  value: 'reflect.Value',
}

function expandType(word: string): string {
  const dots = word.startsWith('...') ? '...' : ''
  const type = word.slice(dots.length)
  return dots + (Object.hasOwn(SHORT, type) ? (SHORT[type] ?? type) : type)
}

/** The same functions, the named ones marked as pure. */
export function withPure(functions: FunctionMap, names: string): FunctionMap {
  const marked: Record<string, TemplateFunction> = { ...functions }
  for (const name of names.split(' ')) marked[name] = { ...marked[name]!, isPure: true }
  return marked
}
