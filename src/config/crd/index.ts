import type { Json, JsonObject } from '../../lang/json.js'
import { collectFindings, type Report } from '../finding.js'
import type { ConfigKind } from '../kinds/kind.js'
import { checkRules } from './cel.js'
import { checkSchema } from './check.js'
import type { CrdChecker } from './checker.js'
import { crdSchema, type Schema } from './schema.js'

export type { CrdChecker } from './checker.js'

/** Checks against the CRDs of the Istio release that Pillion follows. Schemas and rules are read when first needed. */
export function openCrdChecker(): CrdChecker {
  return { check }
}

function check(kind: ConfigKind, version: string, document: JsonObject, report: Report): void {
  const schema = crdSchema(kind.group, version, kind.kind)
  if (schema === undefined) return
  const whole = Object.hasOwn(document, 'spec')
    ? { spec: inCamelCase(schema.properties?.['spec'], document['spec'] ?? null) }
    : {}
  const findings = collectFindings()
  checkSchema(schema, whole, [], findings)
  // Rules presume values that fit the schema: its limits are what bounds their cost.
  if (!findings.hasErrors()) checkRules(schema, whole, [], findings)
  for (const { path, message, code } of findings.list) report.error(path, message, code)
}

/**
 * Files may spell fields as the .proto files do (`target_port`); schemas know the JSON names alone. The same value comes back
 * where there is nothing to rename.
 */
function inCamelCase(schema: Schema | undefined, value: Json): Json {
  if (schema === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(item => inCamelCase(schema.items, item))
  const { properties, additionalProperties } = schema
  const result = Object.create(null) as JsonObject
  for (const key of Object.keys(value)) {
    const name = properties === undefined || Object.hasOwn(properties, key) ? key : camelCase(key)
    const isKnown = properties !== undefined && Object.hasOwn(properties, name)
    const child = isKnown
      ? properties[name]
      : typeof additionalProperties === 'object'
        ? additionalProperties
        : undefined
    result[isKnown ? name : key] = inCamelCase(child, value[key] ?? null)
  }
  return result
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
