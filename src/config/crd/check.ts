import { isJsonObject, type Json, type JsonObject } from '../../lang/json.js'
import { compileRegex, type Regex } from '../../lang/regex.js'
import { type Path, quote, type Report } from '../finding.js'
import type { Schema } from './schema.js'

const CODE = 'schema'

/** Checks a value against its schema and says all that is wrong. Fields without a schema are the message's affair. */
export function checkSchema(schema: Schema, value: Json, path: Path, report: Report): void {
  if (value === null) {
    if (schema.nullable !== true) fail(report, path, `expected ${nameOf(schema)}, not null`)
    return
  }
  if (!isOfType(schema, value)) {
    fail(report, path, `expected ${nameOf(schema)}, not ${quote(value)}`)
    return
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    fail(report, path, `unknown value ${quote(value)}; expected one of ${schema.enum.map(quote).join(', ')}`)
  }
  if (typeof value === 'string') checkText(schema, value, path, report)
  else if (typeof value === 'number' || typeof value === 'bigint') checkNumber(schema, value, path, report)
  else if (Array.isArray(value)) checkList(schema, value, path, report)
  else if (isJsonObject(value)) checkObject(schema, value, path, report)
  checkChoices(schema, value, path, report)
}

function fail(report: Report, path: Path, message: string): void {
  report.error(path, message, CODE)
}

function nameOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'a whole number or text'
  const names = {
    object: 'an object',
    array: 'a list',
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  }
  return schema.type === undefined ? 'a value' : names[schema.type]
}

function isOfType(schema: Schema, value: Json): boolean {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
  if (schema['x-kubernetes-int-or-string'] === true) return isInteger || typeof value === 'string'
  switch (schema.type) {
    case undefined:
      return true
    case 'object':
      return isJsonObject(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return isInteger
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint'
    default:
      return typeof value === schema.type
  }
}

function checkText(schema: Schema, text: string, path: Path, report: Report): void {
  const { minLength = 0, maxLength, pattern } = schema
  if (text.length < minLength || (maxLength !== undefined && text.length > maxLength)) {
    // Lengths count characters, not UTF-16 units.
    const length = [...text].length
    if (length < minLength)
      fail(report, path, length === 0 ? 'may not be empty' : `${quote(text)} is shorter than ${minLength} characters`)
    if (maxLength !== undefined && length > maxLength)
      fail(report, path, `${length} characters are too many; expected at most ${maxLength}`)
  }
  if (pattern !== undefined && !patternOf(pattern).matches(text))
    fail(report, path, `${quote(text)} does not match ${pattern}`)
}

const patterns = new Map<string, Regex>()

/** Of a schema: a few dozen, all known to compile. */
function patternOf(source: string): Regex {
  const known = patterns.get(source)
  if (known !== undefined) return known
  const compiled = compileRegex(source)
  if (!compiled.ok) throw new Error(`pattern of a schema: ${compiled.error}`)
  patterns.set(source, compiled.value)
  return compiled.value
}

function checkNumber({ minimum, maximum }: Schema, value: number | bigint, path: Path, report: Report): void {
  if (minimum !== undefined && value < minimum) fail(report, path, `${value} is too small; expected ${minimum} or more`)
  if (maximum !== undefined && value > maximum) fail(report, path, `${value} is too large; expected ${maximum} or less`)
}

function checkList(schema: Schema, items: readonly Json[], path: Path, report: Report): void {
  const { minItems = 0, maxItems } = schema
  if (items.length < minItems) fail(report, path, `${items.length} items are too few; expected ${minItems} or more`)
  if (maxItems !== undefined && items.length > maxItems)
    fail(report, path, `${items.length} items are too many; expected at most ${maxItems}`)
  if (schema.items !== undefined)
    for (const [index, item] of items.entries()) checkSchema(schema.items, item, [...path, index], report)
  checkUnique(schema, items, path, report)
}

function checkUnique(schema: Schema, items: readonly Json[], path: Path, report: Report): void {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'map' && type !== 'set') return
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    const id = quoteKeys(type === 'map' && isJsonObject(item) ? keys.map(key => item[key] ?? null) : item)
    if (seen.has(id))
      fail(report, [...path, index], `${type === 'map' ? `${keys.join(', ')} ${id}` : id} stands in the list twice`)
    seen.add(id)
  }
}

function quoteKeys(value: Json): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
}

function checkObject(schema: Schema, object: JsonObject, path: Path, report: Report): void {
  const keys = Object.keys(object)
  const { minProperties = 0, maxProperties, properties, additionalProperties: others } = schema
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(object, key)) fail(report, [...path, key], `${key} is missing`)
  }
  if (keys.length < minProperties)
    fail(report, path, `${keys.length} entries are too few; expected ${minProperties} or more`)
  if (maxProperties !== undefined && keys.length > maxProperties)
    fail(report, path, `${keys.length} entries are too many; expected at most ${maxProperties}`)
  for (const key of keys) {
    const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
    const child = known ?? (typeof others === 'object' ? others : undefined)
    if (child !== undefined) checkSchema(child, object[key] ?? null, [...path, key], report)
  }
}

function checkChoices(schema: Schema, value: Json, path: Path, report: Report): void {
  for (const part of schema.allOf ?? [])
    if (!accepts(part, value)) fail(report, path, `${quote(value)} is not what is expected here`)
  if (schema.anyOf !== undefined && !schema.anyOf.some(part => accepts(part, value))) {
    fail(report, path, `none of the allowed forms: ${choicesOf(schema.anyOf)}`)
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter(part => accepts(part, value)).length !== 1) {
    fail(report, path, `expected exactly one of ${choicesOf(schema.oneOf)}`)
  }
  if (schema.not !== undefined && accepts(schema.not, value)) fail(report, path, `${quote(value)} is not allowed here`)
}

/** The fields that the alternatives require: what a user chooses between. */
function choicesOf(parts: readonly Schema[]): string {
  const names = new Set<string>()
  const visit = (part: Schema): void => {
    for (const name of part.required ?? []) names.add(name)
    for (const inner of [...(part.anyOf ?? []), ...(part.oneOf ?? []), ...(part.allOf ?? [])]) visit(inner)
  }
  for (const part of parts) visit(part)
  return names.size === 0 ? 'the alternatives' : [...names].join(', ')
}

function accepts(schema: Schema, value: Json): boolean {
  let isFine = true
  checkSchema(schema, value, [], { error: () => (isFine = false), warn: () => {} })
  return isFine
}
