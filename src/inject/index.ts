// The injection core's face. The webhook, the command line, explain and the browser all call these, and nothing below them.
export { type CompiledTemplate, compileTemplates } from './compile.js'
export { decide } from './decide.js'
export { inject } from './inject.js'
export { type InjectedDocument, injectStream, type ManifestOptions } from './manifest.js'
export { injectionSetup, type SetupInput } from './setup.js'
export type * from './types.js'
export { type Loss, type UninjectOutcome, uninject, uninjectStream } from './uninject.js'
