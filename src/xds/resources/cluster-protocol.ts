import type { ClientTLSSettings, ConnectionPoolSettings } from '../../config/istio-types.generated.js'
import { isHttp, isHttp2, isSniffed, type MeshSettings, type Protocol } from '../../mesh/index.js'
import type {
  Any,
  CoreHttpProtocolOptions,
  Http2ProtocolOptions,
  HttpHttpProtocolOptions,
} from '../../proto/envoy-types.generated.js'
import { constant, packAny } from '../../proto/index.js'

import type { ClusterSettings } from '../../proxy/cluster-settings.js'

/** How requests are sent: HTTP/1.1, HTTP/2, or as the client sent them. */
export type UpstreamProtocol = 'http1' | 'http2' | 'downstream'

/** Key of {@link httpOptionsOf}, and type of what stands there. */
export const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/**
 * From the port's protocol; `useClientProtocol` and an upgrade to HTTP/2 come on top. The mesh upgrades plain HTTP ports alone; a
 * rule that asks for it knows what the port speaks. A gateway knows nothing of the client's protocol at a sniffed port.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings
 */
export function upstreamProtocolOf(
  port: Protocol,
  options: {
    readonly isGateway: boolean
    readonly pool: ConnectionPoolSettings | undefined
    readonly mesh?: MeshSettings
  },
): UpstreamProtocol {
  const { pool, mesh } = options
  if (pool?.http?.useClientProtocol === true) return 'downstream'
  if (isHttp2(port) || (mesh !== undefined && isUpgraded(port, mesh, pool))) return 'http2'
  return isSniffed(port) && !options.isGateway ? 'downstream' : 'http1'
}

function isUpgraded(port: Protocol, mesh: MeshSettings, pool: ConnectionPoolSettings | undefined): boolean {
  const own = pool?.http?.h2UpgradePolicy ?? 'DEFAULT'
  return own === 'DEFAULT' ? isHttp(port) && mesh.h2UpgradePolicy === 'UPGRADE' : own === 'UPGRADE'
}

export interface HttpOptions {
  readonly protocol: UpstreamProtocol
  readonly pool?: ConnectionPoolSettings | undefined
  /** Set where the proxy itself starts TLS towards what is not of the mesh. */
  readonly originates?: ClientTLSSettings | undefined
  /** Names of HTTP/1 headers are sent as they were written. */
  readonly preservesCase?: boolean
  /** Status codes that count as errors for outlier detection; empty: Envoy's own, 5xx. */
  readonly errorCodes?: readonly number[] | undefined
}

/** `typed_extension_protocol_options`; absent where Envoy's defaults do. */
export function httpOptionsOf(options: HttpOptions): { readonly typedExtensionProtocolOptions?: Record<string, Any> } {
  const message = httpMessageOf(options)
  return message === undefined
    ? {}
    : { typedExtensionProtocolOptions: { [HTTP_OPTIONS]: packAny(HTTP_OPTIONS, message) } }
}

function httpMessageOf({
  protocol,
  pool,
  originates,
  errorCodes,
  preservesCase = false,
}: HttpOptions): HttpHttpProtocolOptions | undefined {
  const common = commonOptionsOf(pool)
  const upstream = originates === undefined ? undefined : autoSniOf(originates)
  const detection = errorCodes === undefined || errorCodes.length === 0 ? undefined : errorMatcherOf(errorCodes)
  const isDefault =
    common === undefined && upstream === undefined && detection === undefined && protocol === 'http1' && !preservesCase
  if (isDefault) return undefined
  return {
    ...(common !== undefined && { commonHttpProtocolOptions: common }),
    ...(upstream !== undefined && { upstreamHttpProtocolOptions: upstream }),
    ...(detection !== undefined && { outlierDetection: detection }),
    ...protocolConfigOf(protocol, pool, preservesCase),
  }
}

/** One of them is required by Envoy as soon as the message is there. */
function protocolConfigOf(
  protocol: UpstreamProtocol,
  pool: ConnectionPoolSettings | undefined,
  preservesCase: boolean,
): HttpHttpProtocolOptions {
  const http1 = preservesCase ? { headerKeyFormat: HEADERS_AS_WRITTEN } : {}
  if (protocol === 'http1') return { explicitHttpConfig: { httpProtocolOptions: http1 } }
  const http2 = http2OptionsOf(pool)
  return protocol === 'http2'
    ? { explicitHttpConfig: { http2ProtocolOptions: http2 } }
    : { useDownstreamProtocolConfig: { httpProtocolOptions: http1, http2ProtocolOptions: http2 } }
}

/** HTTP/1 headers keep the case in which they were written, which says nothing, but which some programs look at. */
export const HEADERS_AS_WRITTEN = constant({
  statefulFormatter: {
    name: 'preserve_case',
    typedConfig: packAny('envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig', {}),
  },
})

function http2OptionsOf(pool: ConnectionPoolSettings | undefined): Http2ProtocolOptions {
  const { maxConcurrentStreams, http2KeepAlive } = pool?.http ?? {}
  return {
    ...(maxConcurrentStreams !== undefined && maxConcurrentStreams > 0 && { maxConcurrentStreams }),
    ...(http2KeepAlive !== undefined && { connectionKeepalive: http2KeepAlive }),
  }
}

/** The idle timeout of HTTP, else that of TCP: Envoy has one. */
function commonOptionsOf(pool: ConnectionPoolSettings | undefined): CoreHttpProtocolOptions | undefined {
  const idleTimeout = pool?.http?.idleTimeout ?? pool?.tcp?.idleTimeout
  const maxRequestsPerConnection = pool?.http?.maxRequestsPerConnection || undefined
  const maxConnectionDuration = pool?.tcp?.maxConnectionDuration
  const options: CoreHttpProtocolOptions = {
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(maxRequestsPerConnection !== undefined && { maxRequestsPerConnection }),
    ...(maxConnectionDuration !== undefined && { maxConnectionDuration }),
  }
  const hasStreams = (pool?.http?.maxConcurrentStreams ?? 0) > 0
  return Object.keys(options).length === 0 && !hasStreams ? undefined : options
}

/** Without an SNI of the rule the request's host is the server name, and the certificate must be of that name. */
export function autoSniOf(
  tls: ClientTLSSettings,
): NonNullable<HttpHttpProtocolOptions['upstreamHttpProtocolOptions']> | undefined {
  if (tls.sni) return undefined
  const isChecked = (tls.subjectAltNames ?? []).length === 0 && tls.insecureSkipVerify !== true
  return { autoSni: true, ...(isChecked && { autoSanValidation: true }) }
}

function errorMatcherOf(codes: readonly number[]): NonNullable<HttpHttpProtocolOptions['outlierDetection']> {
  const rules = codes.map(code => ({
    httpResponseHeadersMatch: { headers: [{ name: ':status', stringMatch: { exact: String(code) } }] },
  }))
  return { errorMatcher: rules.length === 1 ? rules[0] : { orMatch: { rules } } }
}

/** For clusters to which connections are passed on: as the client speaks, idle connections given up in time. */
export function passthroughHttpOptions(
  idleTimeout: string,
  { preservesCase }: Pick<ClusterSettings, 'preservesCase'>,
  upstream?: HttpHttpProtocolOptions['upstreamHttpProtocolOptions'],
): { readonly typedExtensionProtocolOptions: Record<string, Any> } {
  const message: HttpHttpProtocolOptions = {
    commonHttpProtocolOptions: { idleTimeout },
    ...(upstream !== undefined && { upstreamHttpProtocolOptions: upstream }),
    useDownstreamProtocolConfig: {
      httpProtocolOptions: preservesCase ? { headerKeyFormat: HEADERS_AS_WRITTEN } : {},
      http2ProtocolOptions: {},
    },
  }
  return { typedExtensionProtocolOptions: { [HTTP_OPTIONS]: packAny(HTTP_OPTIONS, message) } }
}
