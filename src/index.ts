// The library's face: what `import … from 'pillion'` gives. Cores only; shells are reached through the command.

export { type InjectionConfig, parseInjectionConfig } from './config/injection-config.js'
export { type InjectionValues, parseInjectionValues } from './config/injection-values.js'
export { DEFAULT_MESH_CONFIG, loadMeshConfig, type MeshConfig } from './config/mesh-config.js'
export { type ProxyConfigResource, parseProxyConfigResource } from './config/proxy-config.js'
export {
  isWebhookConfiguration,
  parseWebhookConfiguration,
  type WebhookClient,
  type WebhookConfiguration,
  type WebhookEntry,
  type WebhookRule,
} from './config/webhook-configuration.js'
export * from './explain/index.js'
export * from './inject/index.js'
export type { Json, JsonArray, JsonObject } from './lang/json.js'
export type { Position, Problem } from './lang/problem.js'
export type { Result } from './lang/result.js'
export { parseYamlStream, stringifyYaml, type YamlDocument } from './lang/yaml/index.js'
export { parseTemplate } from './template/index.js'
