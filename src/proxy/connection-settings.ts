import type { MeshProxyConfig, ProxyConfig_ConnectionSettings } from '../config/istio-types.generated.js'

/** Envoy's advice for proxies at the edge: https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge */
const EDGE: ProxyConfig_ConnectionSettings = {
  listenerPerConnectionBufferLimitBytes: 32_768,
  clusterPerConnectionBufferLimitBytes: 32_768,
  httpIdleTimeout: '3600s',
  httpRequestTimeout: '300s',
  httpStreamIdleTimeout: '300s',
  httpMaxConcurrentStreams: 100,
  http2InitialStreamWindowSize: 65_536,
  http2InitialConnectionWindowSize: 1_048_576,
  httpHeadersWithUnderscoresAction: 'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
  httpMergeSlashes: true,
  httpPathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
}

/**
 * `connectionSettings` of a ProxyConfig, with the defaults of its profile.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig-ConnectionSettings
 */
export function connectionSettingsOf(config: MeshProxyConfig | undefined): ProxyConfig_ConnectionSettings {
  const own = config?.connectionSettings ?? {}
  if (own.profile !== 'EDGE') return own
  const said = Object.entries(own).filter(([, value]) => value !== undefined && !UNSPECIFIED.has(value))
  return { ...EDGE, ...Object.fromEntries(said) }
}

const UNSPECIFIED: ReadonlySet<unknown> = new Set([
  'HEADERS_WITH_UNDERSCORES_UNSPECIFIED',
  'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED',
])
