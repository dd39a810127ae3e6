import { CRD_SCHEMAS, CRD_VERSIONS } from '../crds.generated.js'

/** OpenAPI v3 as CRDs use it, the keywords that Istio's have. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly nullable?: boolean
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly not?: Schema
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-validations'?: readonly CelRule[]
}

export interface CelRule {
  readonly rule: string
  readonly message?: string
}

const parsed = new Map<number, Schema>()

/** Schema of a whole document; undefined for a kind or version that has none. */
export function crdSchema(group: string, version: string, kind: string): Schema | undefined {
  const id = `${group}/${version}/${kind}`
  const index = Object.hasOwn(CRD_VERSIONS, id) ? CRD_VERSIONS[id] : undefined
  if (index === undefined) return undefined
  const known = parsed.get(index)
  if (known !== undefined) return known
  const schema = JSON.parse(CRD_SCHEMAS[index] ?? '{}') as Schema
  parsed.set(index, schema)
  return schema
}
