import { Environment } from '@marcbachmann/cel-js'
import { isJsonObject, type Json } from '../../lang/json.js'
import { compileRegex } from '../../lang/regex.js'
import type { Path, Report } from '../finding.js'
import { type GoUrl, parseRequestUrl } from '../rules/url.js'
import type { Schema } from './schema.js'

/**
 * Evaluates the CEL rules of a schema, from the leaves up. Called for values that the schema accepts: its limits on lists, maps
 * and text bound what a rule can cost, as they do for an API server.
 */
export function checkRules(schema: Schema, value: Json, path: Path, report: Report): void {
  if (!hasRules(schema) || value === null) return
  if (Array.isArray(value)) {
    if (schema.items !== undefined)
      for (const [i, item] of value.entries()) checkRules(schema.items, item, [...path, i], report)
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const child = childSchema(schema, key)
      if (child !== undefined) checkRules(child, value[key] ?? null, [...path, key], report)
    }
  }
  const rules = schema['x-kubernetes-validations']
  if (rules === undefined) return
  const self = toCel(schema, value)
  for (const { rule, message } of rules) {
    const failure = evaluate(rule, self)
    if (failure !== undefined) report.error(path, message ?? `${failure}: ${rule}`, 'schema-rule')
  }
}

function childSchema({ properties, additionalProperties }: Schema, key: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

const withRules = new WeakMap<Schema, boolean>()

/** Somewhere below there is a rule: most of a document is passed over. */
function hasRules(schema: Schema): boolean {
  const known = withRules.get(schema)
  if (known !== undefined) return known
  const children = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties]
  const found =
    schema['x-kubernetes-validations'] !== undefined ||
    children.some(child => typeof child === 'object' && hasRules(child))
  withRules.set(schema, found)
  return found
}

/** CEL's whole numbers are 64-bit integers; which numbers are whole is the schema's to say. */
function toCel(schema: Schema | undefined, value: Json): unknown {
  if (typeof value === 'number') {
    const isInteger = schema?.type === 'integer' || schema?.['x-kubernetes-int-or-string'] === true
    return isInteger && Number.isInteger(value) ? BigInt(value) : value
  }
  if (Array.isArray(value)) return value.map(item => toCel(schema?.items, item))
  if (!isJsonObject(value)) return value
  const map = new Map<string, unknown>()
  for (const key of Object.keys(value))
    map.set(key, toCel(schema === undefined ? undefined : childSchema(schema, key), value[key] ?? null))
  return map
}

type Program = (variables: { readonly self: unknown }) => unknown

const programs = new Map<string, Program>()
let shared: Environment | undefined

/** Why the rule is not met; undefined when it is. An error of evaluation counts as not met, as for an API server. */
function evaluate(rule: string, self: unknown): string | undefined {
  try {
    const verdict = programOf(rule)({ self })
    return verdict === true ? undefined : 'a rule is not met'
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
  }
}

function programOf(rule: string): Program {
  const known = programs.get(rule)
  if (known !== undefined) return known
  const program = environment().parse(rule.replaceAll('.matches(', '.matchesLinear(')) as Program
  programs.set(rule, program)
  return program
}

class CelUrl {
  readonly url: GoUrl
  constructor(url: GoUrl) {
    this.url = url
  }
}

/** What Kubernetes adds to CEL, as far as Istio's rules use it. */
function environment(): Environment {
  if (shared !== undefined) return shared
  shared = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerType('URL', CelUrl)
    .registerFunction('isURL(string): bool', (text: string) => absoluteUrl(text) !== undefined)
    .registerFunction('url(string): URL', (text: string) => {
      const url = absoluteUrl(text)
      if (url === undefined) throw new Error(`not a URL: ${text}`)
      return new CelUrl(url)
    })
    .registerFunction('URL.getScheme(): string', ({ url }: CelUrl) => url.scheme)
    .registerFunction('string.matchesLinear(string): bool', matchesLinear)
  return shared
}

/** Kubernetes' URLs are absolute ones or paths from the root. */
function absoluteUrl(text: string): GoUrl | undefined {
  return parseRequestUrl(text)
}

/** A pattern is the schema's, the text a user's: it must not hang. */
function matchesLinear(text: string, pattern: string): boolean {
  const regex = compileRegex(pattern)
  if (!regex.ok) throw new Error(regex.error)
  return regex.value.matches(text)
}
