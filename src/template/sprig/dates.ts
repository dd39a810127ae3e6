import type { FunctionMap } from '../function.js'
import type { TemplateHost } from '../host.js'
export function dateFunctions(_: TemplateHost): FunctionMap {
  return {}
}
