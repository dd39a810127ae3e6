import type { Json, JsonObject } from '../lang/json.js'
import type { Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'
import type { ProxyConfig } from './proxy-config.js'

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
}

export type LoadMeshConfig = (text: string, options?: MeshConfigOptions) => Result<MeshConfig, readonly Problem[]>
export type ApplyMeshConfig = (base: MeshConfig, json: Json) => Result<MeshConfig, readonly Problem[]>
