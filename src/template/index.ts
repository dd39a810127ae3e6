/**
 * Go's text/template with sprig's functions: syntax, semantics and error texts, over the value model of value.ts. A module of
 * its own: it knows nothing of Kubernetes or Istio. docs/templates.md describes it.
 */
export type { TemplateError } from './error.js'
export { FunctionError, type FunctionMap, fail, fn, type TemplateFunction } from './function.js'
export type { TemplateHost } from './host.js'
export { encodeJson, toJsonValue } from './json.js'
export type { MemoInputs } from './memo.js'
export type { DynamicParts, Specialised } from './specialise.js'
export { sprigFunctions } from './sprig/index.js'
export {
  type ExecuteOptions,
  type ParseTemplateOptions,
  parseTemplate,
  type SourcePosition,
  type Template,
  type TextParts,
} from './template.js'
export {
  decodedJson,
  GoInt,
  type GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  NIL_POINTER,
  NO_FIELD,
  StringMap,
} from './value.js'
