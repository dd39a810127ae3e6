// The library's face: what `import … from 'pillion'` gives. Cores only; shells are reached through the command.

export { type InjectionConfig, parseInjectionConfig } from './config/injection-config.js'
export { type InjectionValues, parseInjectionValues } from './config/injection-values.js'
export { loadMeshConfig, type MeshConfig } from './config/mesh-config.js'
export { type ProxyConfigResource, parseProxyConfigResource } from './config/proxy-config.js'
export * from './inject/index.js'
export type { Json, JsonArray, JsonObject } from './lang/json.js'
export type { Position, Problem } from './lang/problem.js'
export type { Result } from './lang/result.js'
export { parseTemplate } from './template/index.js'
