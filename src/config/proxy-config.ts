import { emptyObject, isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { ok, type Result } from '../lang/result.js'
import { applyProto, decodeProto, type ProtoError, protoFields } from './proto-json.js'

/** `istio.mesh.v1alpha1.ProxyConfig` in canonical proto3 JSON (see proto-json.ts); only what is set is there. */
export interface ProxyConfig {
  readonly configPath?: string
  readonly binaryPath?: string
  readonly serviceCluster?: string
  readonly tracingServiceName?: string
  readonly drainDuration?: string
  readonly discoveryAddress?: string
  readonly statsdUdpAddress?: string
  readonly proxyAdminPort?: number
  readonly controlPlaneAuthPolicy?: string | number
  readonly customConfigFile?: string
  readonly statNameLength?: number
  readonly concurrency?: number
  readonly proxyBootstrapTemplatePath?: string
  readonly interceptionMode?: string | number
  readonly tracing?: JsonObject
  readonly envoyAccessLogService?: JsonObject
  readonly envoyMetricsService?: JsonObject
  readonly proxyMetadata?: Readonly<Record<string, string>>
  readonly runtimeValues?: Readonly<Record<string, string>>
  readonly statusPort?: number
  readonly extraStatTags?: readonly string[]
  readonly gatewayTopology?: JsonObject
  readonly terminationDrainDuration?: string
  readonly meshId?: string
  readonly readinessProbe?: JsonObject
  readonly proxyStatsMatcher?: JsonObject
  readonly holdApplicationUntilProxyStarts?: boolean
  readonly caCertificatesPem?: readonly string[]
  readonly image?: { readonly imageType?: string }
  readonly privateKeyProvider?: JsonObject
  readonly proxyHeaders?: JsonObject
}

/** A ProxyConfig resource (networking.istio.io), as far as injection reads it. */
export interface ProxyConfigResource {
  readonly name: string
  readonly namespace: string
  /** RFC 3339; the oldest of several that match wins, then name, then namespace. */
  readonly creationTimestamp: string
  readonly selector: Readonly<Record<string, string>>
  /** The part that goes into a ProxyConfig: concurrency, proxyMetadata, image. */
  readonly config: ProxyConfig
}

export const PROXY_CONFIG = 'istio.mesh.v1alpha1.ProxyConfig'

/** The reference's defaults, in declaration order. */
export const DEFAULT_PROXY_CONFIG: ProxyConfig = inDeclarationOrder({
  configPath: './etc/istio/proxy',
  binaryPath: '/usr/local/bin/envoy',
  serviceCluster: 'istio-proxy',
  drainDuration: '45s',
  discoveryAddress: 'istiod.istio-system.svc:15012',
  proxyAdminPort: 15000,
  controlPlaneAuthPolicy: 'MUTUAL_TLS',
  statNameLength: 189,
  statusPort: 15020,
  terminationDrainDuration: '5s',
})

/** Sets what `json` names on `base`. `proxyMetadata` merges by key and `proxyHeaders` keeps children that are not named. */
export function applyProxyConfig(base: ProxyConfig, json: Json): Result<ProxyConfig, ProtoError> {
  const read = decodeProto(PROXY_CONFIG, json)
  if (!read.ok) return read
  const applied = applyProto(PROXY_CONFIG, toJson(base), json)
  if (!applied.ok) return applied
  return ok(inDeclarationOrder(keepInherited(toJson(base), applied.value, read.value)))
}

/** `over` on top of `base`, both already read. */
export function mergeProxyConfig(base: ProxyConfig, over: ProxyConfig): ProxyConfig {
  const [below, above] = [toJson(base), toJson(over)]
  return inDeclarationOrder(keepInherited(below, { ...below, ...above }, above))
}

function keepInherited(base: JsonObject, merged: JsonObject, over: JsonObject): JsonObject {
  const result = { ...merged }
  for (const key of ['proxyMetadata', 'proxyHeaders']) {
    const [below, above] = [base[key], over[key]]
    if (isJsonObject(below) && isJsonObject(above)) result[key] = Object.assign(emptyObject(), below, above)
  }
  return result
}

/** The ProxyConfig of a pod: mesh defaults < root namespace < own namespace < annotation < matching selector. */
export function effectiveProxyConfig(
  meshDefault: ProxyConfig,
  resources: readonly ProxyConfigResource[],
  pod: {
    readonly namespace: string
    readonly rootNamespace: string
    readonly labels: Readonly<Record<string, Json>>
    /** The `proxy.istio.io/config` annotation, read; undefined without one. */
    readonly annotation: Json | undefined
  },
): Result<ProxyConfig, ProtoError> {
  let config = meshDefault
  const inRoot = oldest(resources, r => r.namespace === pod.rootNamespace && isForNamespace(r))
  if (pod.rootNamespace !== '' && inRoot !== undefined) config = mergeProxyConfig(config, inRoot.config)
  if (pod.namespace !== pod.rootNamespace) {
    const own = oldest(resources, r => r.namespace === pod.namespace && isForNamespace(r))
    if (own !== undefined) config = mergeProxyConfig(config, own.config)
  }
  if (pod.annotation !== undefined) {
    const applied = applyProxyConfig(config, pod.annotation)
    if (!applied.ok) return applied
    config = applied.value
  }
  const matching = oldest(resources, r => r.namespace === pod.namespace && !isForNamespace(r) && selects(r, pod.labels))
  return ok(matching === undefined ? config : mergeProxyConfig(config, matching.config))
}

/** Reads the `spec` of a ProxyConfig resource. */
export function parseProxyConfigResource(
  meta: { readonly name: string; readonly namespace: string; readonly creationTimestamp: string },
  spec: Json,
): Result<ProxyConfigResource, ProtoError> {
  const read = decodeProto('istio.networking.v1beta1.ProxyConfig', spec)
  if (!read.ok) return read
  const { concurrency, environmentVariables, image, selector } = read.value
  const config = emptyObject()
  if (concurrency !== undefined) config['concurrency'] = concurrency
  if (environmentVariables !== undefined) config['proxyMetadata'] = environmentVariables
  if (image !== undefined) config['image'] = image
  const matchLabels = isJsonObject(selector) ? selector['matchLabels'] : undefined
  return ok({
    ...meta,
    selector: isJsonObject(matchLabels) ? stringsOf(matchLabels) : {},
    config: inDeclarationOrder(config),
  })
}

function stringsOf(object: JsonObject): Record<string, string> {
  const result = Object.create(null) as Record<string, string>
  for (const key of Object.keys(object)) if (typeof object[key] === 'string') result[key] = object[key]
  return result
}

function isForNamespace(resource: ProxyConfigResource): boolean {
  return Object.keys(resource.selector).length === 0
}

function selects(resource: ProxyConfigResource, labels: Readonly<Record<string, Json>>): boolean {
  return Object.keys(resource.selector).every(
    key => Object.hasOwn(labels, key) && labels[key] === resource.selector[key],
  )
}

function oldest(
  resources: readonly ProxyConfigResource[],
  accepts: (resource: ProxyConfigResource) => boolean,
): ProxyConfigResource | undefined {
  let best: ProxyConfigResource | undefined
  for (const resource of resources) {
    if (accepts(resource) && (best === undefined || compareAge(resource, best) < 0)) best = resource
  }
  return best
}

function compareAge(a: ProxyConfigResource, b: ProxyConfigResource): number {
  if (a.creationTimestamp !== b.creationTimestamp) return a.creationTimestamp < b.creationTimestamp ? -1 : 1
  return `${a.name}.${a.namespace}` < `${b.name}.${b.namespace}` ? -1 : 1
}

/** The same message as plain JSON. */
export function toJson(config: ProxyConfig): JsonObject {
  return config as unknown as JsonObject
}

/** Input and output are canonical already; only the order of keys changes. */
export function inDeclarationOrder(config: JsonObject | ProxyConfig): ProxyConfig {
  const source = config as JsonObject
  const result = emptyObject()
  for (const { json } of protoFields(PROXY_CONFIG)) if (source[json] !== undefined) result[json] = source[json]
  return result as unknown as ProxyConfig
}
