import { emptyObject, isJsonObject, type Json } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYaml } from '../lang/yaml/index.js'

/** What kube-inject takes from an IstioOperator file; each part wins over the file of its own. */
export interface OperatorConfig {
  /** `spec.values`, with `hub` and `tag` of the spec where the values have none. Undefined without any. */
  readonly values: Json | undefined
  readonly meshConfig: Json | undefined
}

/** Reads the text of an IstioOperator resource. */
export function parseIstioOperator(
  text: string,
  options: { readonly file?: string } = {},
): Result<OperatorConfig, Problem> {
  const read = parseYaml(text, options)
  if (!read.ok) return read
  const position = { ...(options.file === undefined ? {} : { file: options.file }), line: 1, column: 1 }
  if (!isJsonObject(read.value) || read.value['kind'] !== 'IstioOperator') {
    return err({
      severity: 'error',
      code: 'not-an-operator',
      message: 'expected an object of kind IstioOperator',
      position,
    })
  }
  const spec = isJsonObject(read.value['spec']) ? read.value['spec'] : emptyObject()
  const values = spec['values'] ?? undefined
  const images = ['hub', 'tag'].filter(key => spec[key] !== undefined && spec[key] !== null)
  if (images.length === 0) return ok({ values, meshConfig: spec['meshConfig'] ?? undefined })
  const merged = Object.assign(emptyObject(), isJsonObject(values) ? values : {})
  const global = Object.assign(emptyObject(), isJsonObject(merged['global']) ? merged['global'] : {})
  for (const key of images) global[key] ??= spec[key] ?? null
  merged['global'] = global
  return ok({ values: merged, meshConfig: spec['meshConfig'] ?? undefined })
}
