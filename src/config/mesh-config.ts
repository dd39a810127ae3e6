import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import type { Position, Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseYaml, parseYamlStream } from '../lang/yaml/index.js'
import { wholeConfigMap } from './config-map.js'
import { validateMeshConfig } from './mesh-validation.js'
import { applyProto, decodeProto, type ProtoError, protoFields } from './proto-json.js'
import { applyProxyConfig, DEFAULT_PROXY_CONFIG, type ProxyConfig } from './proxy-config.js'

/**
 * `istio.mesh.v1alpha1.MeshConfig` in canonical proto3 JSON (see proto-json.ts), defaults included; fields that are at
 * protobuf's own default are absent. `meshConfigJson` gives the whole message, fields not named here included.
 */
export interface MeshConfig {
  readonly defaultConfig: ProxyConfig
  readonly rootNamespace?: string
  readonly trustDomain?: string
  readonly trustDomainAliases?: readonly string[]
  readonly proxyListenPort?: number
  readonly proxyInboundListenPort?: number
  readonly connectTimeout?: string
  readonly protocolDetectionTimeout?: string
  readonly enablePrometheusMerge?: boolean
  readonly enableAutoMtls?: boolean
  readonly enableTracing?: boolean
  readonly accessLogFile?: string
  readonly accessLogFormat?: string
  readonly accessLogEncoding?: string | number
  readonly inboundTrafficPolicy?: { readonly mode?: string | number }
  readonly outboundTrafficPolicy?: { readonly mode?: string | number }
  readonly extensionProviders?: readonly JsonObject[]
  readonly defaultProviders?: JsonObject
  readonly localityLbSetting?: JsonObject
  readonly configSources?: readonly JsonObject[]
  readonly discoverySelectors?: readonly JsonObject[]
  readonly serviceEntryVisibility?: JsonObject
  readonly defaultServiceExportTo?: readonly string[]
  readonly defaultVirtualServiceExportTo?: readonly string[]
  readonly defaultDestinationRuleExportTo?: readonly string[]
  readonly serviceSettings?: readonly JsonObject[]
  readonly meshMTLS?: JsonObject
  readonly tlsDefaults?: JsonObject
  readonly pathNormalization?: JsonObject
  readonly defaultHttpRetryPolicy?: JsonObject
  readonly caCertificates?: readonly JsonObject[]
  readonly ingressSelector?: string
  readonly ingressService?: string
  readonly ingressClass?: string
  readonly ingressControllerMode?: string | number
  readonly dnsRefreshRate?: string
  readonly tcpKeepalive?: JsonObject
  readonly h2UpgradePolicy?: string | number
  readonly inboundClusterStatName?: string
  readonly outboundClusterStatName?: string
  readonly verifyCertificateAtClient?: boolean
}

export interface MeshConfigOptions {
  /** Named in positions. */
  readonly file?: string
  /** Instead of the reference's defaults. */
  readonly base?: MeshConfig
}

const MESH_CONFIG = 'istio.mesh.v1alpha1.MeshConfig'

/** The reference's defaults. */
export const DEFAULT_MESH_CONFIG: MeshConfig = inDeclarationOrder({
  proxyListenPort: 15001,
  proxyInboundListenPort: 15006,
  connectTimeout: '10s',
  protocolDetectionTimeout: '0s',
  ingressClass: 'istio',
  ingressService: 'istio-ingressgateway',
  ingressControllerMode: 'STRICT',
  enableTracing: true,
  defaultConfig: DEFAULT_PROXY_CONFIG as unknown as JsonObject,
  outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
  inboundTrafficPolicy: {},
  enableAutoMtls: true,
  trustDomain: 'cluster.local',
  defaultServiceExportTo: ['*'],
  defaultVirtualServiceExportTo: ['*'],
  defaultDestinationRuleExportTo: ['*'],
  rootNamespace: 'istio-system',
  localityLbSetting: { enabled: true },
  dnsRefreshRate: '60s',
  enablePrometheusMerge: true,
  extensionProviders: [
    { name: 'prometheus', prometheus: {} },
    { name: 'stackdriver', stackdriver: {} },
    { name: 'envoy', envoyFileAccessLog: { path: '/dev/stdout' } },
  ],
  defaultProviders: {},
})

/**
 * Reads the text of a mesh config (the `mesh` key of the ConfigMap) over the defaults and validates the result. Fields by
 * camelCase or proto name; unknown ones are ignored. Every problem of validation is reported, the first of decoding.
 */
export function loadMeshConfig(text: string, options: MeshConfigOptions = {}): Result<MeshConfig, readonly Problem[]> {
  const read = parseYaml(text, options)
  if (!read.ok) return err([read.error])
  const locate = (path: readonly (string | number)[]) => locateIn(text, path, options)
  const whole = wholeConfigMap(read.value, 'mesh', locate)
  if (whole !== undefined) return err([whole])
  const applied = applyMeshConfig(options.base ?? DEFAULT_MESH_CONFIG, read.value)
  if (!applied.ok) return err([problemAt(applied.error, locate)])
  const errors = validateMeshConfig(applied.value)
  return errors.length === 0 ? applied : err(errors.map(error => problemAt(error, locate)))
}

/**
 * Sets on `base` what `json` names: `defaultConfig` and `defaultProviders` merge, `extensionProviders` merge by name,
 * `trustDomainAliases` is the sorted union, everything else replaces.
 */
export function applyMeshConfig(base: MeshConfig, json: Json): Result<MeshConfig, ProtoError> {
  const source = json ?? emptyObject()
  const over = decodeProto(MESH_CONFIG, source)
  if (!over.ok) return over
  const below = meshConfigJson(base)
  const applied = applyProto(MESH_CONFIG, below, source)
  if (!applied.ok) return applied
  const merged: JsonObject = { ...applied.value }
  const named = namedField(source, 'defaultConfig', 'default_config')
  const proxy = applyProxyConfig(base.defaultConfig ?? {}, named ?? {})
  if (!proxy.ok) return err({ ...proxy.error, path: ['defaultConfig', ...proxy.error.path] })
  if (base.defaultConfig !== undefined || named !== undefined)
    merged['defaultConfig'] = proxy.value as unknown as JsonObject
  mergeDefaultProviders(merged, below, over.value)
  mergeExtensionProviders(merged, below, over.value)
  mergeAliases(merged, below, over.value)
  return ok(inDeclarationOrder(merged))
}

/** The whole message as plain JSON, in declaration order. */
export function meshConfigJson(mesh: MeshConfig): JsonObject {
  return mesh as unknown as JsonObject
}

/** Takes JSON that is canonical already, such as `meshConfigJson` of another one; unset fields stay unset. */
export function readMeshConfig(json: Json): Result<MeshConfig, ProtoError> {
  const read = decodeProto(MESH_CONFIG, json)
  return read.ok ? ok(read.value as unknown as MeshConfig) : read
}

function namedField(source: Json, ...names: readonly string[]): Json | undefined {
  if (!isJsonObject(source)) return undefined
  for (const name of names) if (Object.hasOwn(source, name) && source[name] !== null) return source[name]
  return undefined
}

function mergeDefaultProviders(merged: JsonObject, below: JsonObject, over: JsonObject): void {
  const [base, above] = [below['defaultProviders'], over['defaultProviders']]
  if (isJsonObject(base) && isJsonObject(above)) merged['defaultProviders'] = Object.assign(emptyObject(), base, above)
}

function mergeExtensionProviders(merged: JsonObject, below: JsonObject, over: JsonObject): void {
  const above = over['extensionProviders']
  if (!Array.isArray(above)) return
  const base = below['extensionProviders']
  const providers = Array.isArray(base) ? [...base] : []
  for (const provider of above) {
    const at = providers.findIndex(existing => nameOf(existing) === nameOf(provider))
    if (at === -1) providers.push(provider)
    else providers[at] = provider
  }
  merged['extensionProviders'] = providers
}

function nameOf(provider: Json): Json | undefined {
  return isJsonObject(provider) ? (provider['name'] ?? '') : undefined
}

function mergeAliases(merged: JsonObject, below: JsonObject, over: JsonObject): void {
  const lists = [below['trustDomainAliases'], over['trustDomainAliases']]
  const aliases = lists.flatMap(list => (Array.isArray(list) ? list.map(String) : []))
  if (aliases.length > 0) merged['trustDomainAliases'] = [...new Set(aliases)].sort()
}

function inDeclarationOrder(source: JsonObject): MeshConfig {
  const result = emptyObject()
  for (const { json } of protoFields(MESH_CONFIG)) if (source[json] !== undefined) result[json] = source[json]
  return result as unknown as MeshConfig
}

function locateIn(text: string, path: readonly (string | number)[], options: MeshConfigOptions): Position | undefined {
  return parseYamlStream(text, options)[0]?.locate(path)
}

function problemAt(error: ProtoError, locate: (path: readonly (string | number)[]) => Position | undefined): Problem {
  const position = locate(error.path)
  return {
    severity: 'error',
    code: 'mesh-config',
    message: error.message,
    ...(position === undefined ? {} : { position }),
    ...(error.path.length === 0 ? {} : { path: pathText(error.path) }),
  }
}

function pathText(path: readonly (string | number)[]): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}
