import { cloneJson, emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { BUILTIN_VALUES, UNUSED_VALUES, type ValueRow, type ValueType } from './builtin-values-table.js'
import { wholeConfigMap } from './config-map.js'
import { type InjectionValues, readInjectionValues } from './injection-values.js'

type Path = readonly string[]
type Locate = (path: readonly (string | number)[]) => Position | undefined

export interface BuiltinValues {
  /** The user's values over the defaults: what the built-in templates see. */
  readonly values: InjectionValues
  /** Keys that nothing reads, each with its position. */
  readonly warnings: readonly Problem[]
}

/**
 * Reads values for the built-in templates. `defaults` is the text of their values.yaml; the user's file needs only what
 * differs. A map is merged with its defaults, a list replaces them, and null is the default, except inside resources, where
 * it takes a default away. All wrong types and wrong choices are reported at once, with their positions.
 */
export function parseBuiltinValues(
  text: string,
  defaults: string,
  options: { readonly file?: string } = {},
): Result<BuiltinValues, readonly Problem[]> {
  const document = parseYamlStream(text, options)[0]
  const failures = document?.problems.filter(({ severity }) => severity === 'error') ?? []
  if (failures.length > 0) return err(failures)
  const locate: Locate = path => document?.locate(path)
  const whole = wholeConfigMap(document?.value, 'values', locate)
  return whole === undefined ? readBuiltinValues(document?.value ?? emptyObject(), defaults, locate) : err([whole])
}

/** The same for values that are data already, such as those of an IstioOperator. */
export function readBuiltinValues(
  given: Json,
  defaults: string,
  locate: Locate = () => undefined,
): Result<BuiltinValues, readonly Problem[]> {
  const problems = checkBuiltinValues(given, locate)
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return err(errors)
  const base = parseYamlStream(defaults)[0]?.value ?? emptyObject()
  const values = readInjectionValues(mergeValues(base, given, []), locate)
  return values.ok ? ok({ values: values.value, warnings: problems }) : values
}

/** What is wrong with values for the built-in templates: errors for types and choices, warnings for keys nobody reads. */
export function checkBuiltinValues(given: Json, locate: Locate = () => undefined): readonly Problem[] {
  if (!isJsonObject(given)) return [problem('error', 'wrong-type', `expected a map, not ${named(given)}`, [], locate)]
  return checkGroup(given, [], locate)
}

const ROWS = new Map(BUILTIN_VALUES.map(row => [row.path, row]))
/** Paths that are not values themselves but have values below them. */
const GROUPS = new Set(
  BUILTIN_VALUES.flatMap(({ path }) => path.split('.').map((_, depth, keys) => keys.slice(0, depth).join('.'))),
)
const UNUSED = new Set<string>(UNUSED_VALUES)

function checkGroup(group: JsonObject, path: Path, locate: Locate): Problem[] {
  return Object.keys(group).flatMap(key => checkKey(group[key] ?? null, [...path, key], locate))
}

function checkKey(value: Json, path: Path, locate: Locate): Problem[] {
  const name = path.join('.')
  // A key with a dot of its own is not the path that it looks like.
  const isPlain = !path.some(key => key.includes('.'))
  const row = isPlain ? ROWS.get(name) : undefined
  if (row !== undefined) return checkValue(row, value, path, locate)
  if (isPlain && UNUSED.has(name)) return []
  if (!(isPlain && GROUPS.has(name))) return [problem('warning', 'unknown-value', unknown(path), path, locate)]
  if (value === null) return []
  if (!isJsonObject(value)) {
    return [problem('error', 'wrong-type', `expected a map, not ${named(value)}`, path, locate)]
  }
  return checkGroup(value, path, locate)
}

function checkValue(row: ValueRow, value: Json, path: Path, locate: Locate): Problem[] {
  if (value === null) return []
  const { wanted, fits } = TYPES[row.type]
  if (!fits(value)) {
    const found = row.type === 'list of text' && Array.isArray(value) ? 'a list of other things' : named(value)
    return [problem('error', 'wrong-type', `expected ${wanted}, not ${found}`, path, locate)]
  }
  if (row.oneOf === undefined || row.oneOf.includes(String(value))) return []
  const choices = row.oneOf.map(choice => (choice === '' ? '""' : choice)).join(', ')
  return [problem('error', 'wrong-value', `expected one of ${choices}, not ${named(value)}`, path, locate)]
}

interface TypeRule {
  /** After "expected". */
  readonly wanted: string
  readonly fits: (value: Json) => boolean
}

const isText = (value: Json): boolean => typeof value === 'string'
const isBoolean = (value: Json): boolean => typeof value === 'boolean'
const isNumber = (value: Json): boolean => typeof value === 'number' || typeof value === 'bigint'
/** What Kubernetes keeps in an int32, and Envoy and iptables in a port: none of the built-in values is negative. */
const isCount = (value: Json): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31
const isPort = (value: Json): boolean => isCount(value) && Number(value) < 2 ** 16

/** Every type of the table: how to say it, and what it takes. */
export const TYPES: Readonly<Record<ValueType, TypeRule>> = {
  text: { wanted: 'text', fits: isText },
  boolean: { wanted: 'true or false', fits: isBoolean },
  'boolean or text': { wanted: 'true, false or text', fits: value => isBoolean(value) || isText(value) },
  'text or number': { wanted: 'text or a number', fits: value => isText(value) || isNumber(value) },
  count: { wanted: 'a whole number from 0', fits: isCount },
  port: { wanted: 'a port from 0 to 65535', fits: isPort },
  map: { wanted: 'a map', fits: isJsonObject },
  'list of text': { wanted: 'a list of text', fits: value => Array.isArray(value) && value.every(isText) },
}

function mergeValues(base: Json, given: Json, path: Path): Json {
  const row = ROWS.get(path.join('.'))
  if (given === null && !isInsideMap(path)) return cloneJson(base)
  if (!isJsonObject(base) || !isJsonObject(given) || (row !== undefined && row.type !== 'map')) return cloneJson(given)
  const merged = cloneJson(base)
  for (const key of Object.keys(given)) {
    const known = Object.hasOwn(merged, key) ? merged[key]! : null
    merged[key] = mergeValues(known, given[key] ?? null, [...path, key])
  }
  return merged
}

function isInsideMap(path: Path): boolean {
  return path.some((_, depth) => depth > 0 && ROWS.get(path.slice(0, depth).join('.'))?.type === 'map')
}

/** A typing mistake is most often the right key in the wrong place, or in the wrong case. */
function unknown(path: Path): string {
  const key = path.at(-1)!.toLowerCase()
  const near = [...ROWS.keys()].filter(known => known.split('.').at(-1)!.toLowerCase() === key)
  const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`
  return `no built-in template reads ${path.join('.')}${hint}`
}

function named(value: Json): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'object' && value !== null ? 'a map' : JSON.stringify(value)
}

function problem(severity: Problem['severity'], code: string, message: string, path: Path, locate: Locate): Problem {
  const position = locate(path)
  return {
    severity,
    code,
    message,
    ...(position === undefined ? {} : { position }),
    ...(path.length === 0 ? {} : { path: path.join('.') }),
  }
}
