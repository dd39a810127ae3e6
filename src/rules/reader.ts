import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'

/** Finds where a path of the document stands in its file. */
export type Locate = (path: readonly (string | number)[]) => Position | undefined

/**
 * Reads one value of a rules file and reports what is wrong with it at its line, instead of throwing: all mistakes of a file
 * are shown at once. Readers of absent values read as absent, so a mistake is reported once, where it is.
 */
export interface Reader {
  readonly path: readonly (string | number)[]
  readonly position: Position | undefined
  readonly isPresent: boolean
  readonly json: Json | undefined
  problem(code: string, message: string): void
  field(name: string): Reader
  items(): Reader[]
  /** A reader of a value that this one refers to: its problems are reported here, where the reference stands. */
  holding(value: Json): Reader
  string(fallback?: string): string
  integer(fallback: number, minimum: number, maximum: number): number
  boolean(fallback: boolean): boolean
  choice<T extends string>(options: readonly T[], fallback?: T): T
  object(): JsonObject | undefined
  /** Reports every key that is not listed: a typing error would otherwise silently turn a rule into another one. */
  only(names: readonly string[]): void
}

export function readerOf(
  value: Json | undefined,
  path: readonly (string | number)[],
  locate: Locate,
  problems: Problem[],
): Reader {
  const problem = (code: string, message: string): void => {
    const position = locate(path)
    problems.push({
      severity: 'error',
      code,
      message,
      path: formatPath(path),
      ...(position === undefined ? {} : { position }),
    })
  }
  const child = (key: string | number, item: Json | undefined): Reader =>
    readerOf(item, [...path, key], locate, problems)
  const isPresent = value !== undefined && value !== null
  const wrong = <T>(wanted: string, fallback: T): T => {
    problem('wrong-type', `must be ${wanted}, but is ${describe(value)}`)
    return fallback
  }
  const required = <T>(fallback: T | undefined, substitute: T): T => {
    if (fallback === undefined) problem('missing', 'is required')
    return fallback ?? substitute
  }
  return {
    path,
    isPresent,
    json: value,
    problem,
    get position() {
      return locate(path)
    },
    field: name => child(name, isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    holding: content => readerOf(content, path, () => locate(path), problems),
    items() {
      if (!isPresent) return []
      if (!Array.isArray(value)) return wrong('a list', [])
      return value.map((item, i) => child(i, item))
    },
    string(fallback) {
      if (!isPresent) return required(fallback, '')
      return typeof value === 'string' ? value : wrong('a string', fallback ?? '')
    },
    integer(fallback, minimum, maximum) {
      if (!isPresent) return fallback
      if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return value
      return wrong(`a whole number from ${minimum} to ${maximum}`, fallback)
    },
    boolean(fallback) {
      if (!isPresent) return fallback
      return typeof value === 'boolean' ? value : wrong('true or false', fallback)
    },
    choice(options, fallback) {
      if (!isPresent) return required(fallback, options[0]!)
      const found = options.find(option => option === value)
      return found ?? wrong(`one of ${options.join(', ')}`, fallback ?? options[0]!)
    },
    object() {
      if (!isPresent) return undefined
      return isJsonObject(value) ? value : wrong('an object', undefined)
    },
    only(names) {
      if (!isJsonObject(value)) return
      for (const key of Object.keys(value)) {
        if (!names.includes(key))
          child(key, value[key]).problem('unknown-field', `unknown field ${key}; known are ${names.join(', ')}`)
      }
    },
  }
}

function describe(value: Json | undefined): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value)
}

/** `rules[0].match.operations` */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('')
}
