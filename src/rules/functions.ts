import type { Json } from '../lang/json.js'
import { parseYaml, stringifyYaml } from '../lang/yaml/index.js'
import {
  decodedJson,
  type FunctionMap,
  fail,
  fn,
  GoInt,
  GoObject,
  GoSlice,
  type GoValue,
  StringMap,
  sprigFunctions,
  type TemplateHost,
} from '../template/index.js'

/** What templates of rules may call: sprig, and YAML both ways. */
export function ruleFunctions(host: TemplateHost): FunctionMap {
  return {
    ...sprigFunctions(host),
    // Without the final newline, so that `toYaml . | nindent 4` leaves no blank line.
    toYaml: fn('any', (value: GoValue) => stringifyYaml(toJson(value)).trimEnd()),
    fromYaml: fn('string', (text: string) => {
      const parsed = parseYaml(text)
      return parsed.ok ? decodedJson(parsed.value) : fail(parsed.error.message)
    }),
  }
}

function toJson(value: GoValue): Json {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof GoSlice) return value.items.map(toJson)
  if (value instanceof StringMap) return { ...value.entries }
  if (value instanceof GoInt) return value.value
  if (value instanceof GoObject) return fail(`cannot print a ${value.goType} as YAML`)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.keys(value).map(key => [key, toJson(value[key])]))
}
