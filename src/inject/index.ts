// The injection core's face. The webhook, the command line, explain and the browser all call these, and nothing below them.
export { type CompiledTemplate, compileTemplates, positionInFile } from './compile.js'
export { decide, IGNORED_NAMESPACES } from './decide.js'
export { inject } from './inject.js'
export {
  type InjectedDocument,
  type InjectedObject,
  injectDocuments,
  injectStream,
  type ManifestOptions,
} from './manifest.js'
export { injectByPlan } from './plan/plans.js'
export { injectionSetup, type SetupInput } from './setup.js'
export type * from './types.js'
export { type Loss, type UninjectedDocument, type UninjectOutcome, uninject, uninjectStream } from './uninject.js'
export { podOf, WORKLOAD_KINDS, type WorkloadKind, workloadKindOf } from './workload.js'
