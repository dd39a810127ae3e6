import type { FunctionMap } from '../function.js'
import type { TemplateHost } from '../host.js'
export function certificateFunctions(_: TemplateHost): FunctionMap {
  return {}
}
