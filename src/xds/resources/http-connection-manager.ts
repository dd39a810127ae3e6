import type { MeshProxyConfig } from '../../config/istio-types.generated.js'
import type { Protocol } from '../../mesh/index.js'
import { isHttp2 } from '../../mesh/index.js'
import type {
  ConfigListenerFilter,
  Http1ProtocolOptions,
  Http2ProtocolOptions,
  HttpConnectionManager,
  HttpFilter,
  RouteConfiguration,
} from '../../proto/envoy-types.generated.js'
import { constant, packAny } from '../../proto/index.js'
import { HEADERS_AS_WRITTEN } from './cluster-protocol.js'
import { unknownHostFilters } from './dynamic-dns.js'
import { httpFilters } from './filters.js'
import type { ListenerFacts } from './listener-facts.js'
import { altStatName } from './names.js'

export interface HttpOptions {
  readonly direction: 'inbound' | 'outbound'
  /** Of the listener or filter chain; statistics carry it. */
  readonly name: string
  readonly protocol: Protocol
  /** By name over RDS, or the configuration itself. */
  readonly routes: string | RouteConfiguration
  readonly beforeRouter?: readonly HttpFilter[]
  /** Requests in the form that goes to a forward proxy. */
  readonly acceptsAbsoluteUrls?: boolean
}

/** The network filter for HTTP, of one filter chain. */
export function httpConnectionManager(facts: ListenerFacts, options: HttpOptions): ConfigListenerFilter {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typedConfig: packAny(
      'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      managerOf(facts, options),
    ),
  }
}

function managerOf(facts: ListenerFacts, options: HttpOptions): HttpConnectionManager {
  const { direction, name, protocol, routes } = options
  const { config, view } = facts
  return {
    statPrefix: altStatName(name),
    ...routesOf(routes),
    httpFilters: httpFilters(view, {
      direction,
      isGrpcWeb: protocol === 'grpc-web',
      isKeptInMesh: config.proxyHeaders?.metadataExchangeHeaders?.mode === 'IN_MESH',
      suppressEnvoyHeaders: config.proxyHeaders?.envoyDebugHeaders?.disabled === true,
      admission: facts.admission.http,
      stats: facts.stats.http,
      beforeRouter: [...(options.beforeRouter ?? []), ...(direction === 'outbound' ? unknownHostFilters(facts) : [])],
    }),
    ...PLAIN,
    ...pathNormalisation(facts),
    ...serverHeaders(direction, config),
    ...(direction === 'inbound' ? clientCertificate(config) : {}),
    ...protocolOptions(facts, options),
    ...facts.tracing,
    ...(facts.logs.traffic.length === 0 ? {} : { accessLog: facts.logs.traffic }),
    ...connectionFields(facts),
  }
}

/** What every connection manager of the mesh has. Time limits are those of routes: a stream may be idle for ever. */
const PLAIN = {
  proxy100Continue: true,
  streamIdleTimeout: '0s',
  upgradeConfigs: [constant({ upgradeType: 'websocket' })],
  useRemoteAddress: false,
  requestIdExtension: constant({
    typedConfig: packAny('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
      useRequestIdForTraceSampling: true,
    }),
  }),
} satisfies HttpConnectionManager

function routesOf(routes: string | RouteConfiguration): HttpConnectionManager {
  if (typeof routes !== 'string') return { routeConfig: routes }
  return {
    rds: { routeConfigName: routes, configSource: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' } },
  }
}

function pathNormalisation({ mesh, settings }: ListenerFacts): HttpConnectionManager {
  const mode = mesh.pathNormalization?.normalization ?? 'DEFAULT'
  const mergesSlashes = mode === 'MERGE_SLASHES' || mode === 'DECODE_AND_MERGE_SLASHES'
  const asked = settings.httpPathWithEscapedSlashesAction ?? 'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED'
  const ofMesh = mode === 'DECODE_AND_MERGE_SLASHES' ? 'UNESCAPE_AND_FORWARD' : 'KEEP_UNCHANGED'
  return {
    normalizePath: mode !== 'NONE',
    ...((settings.httpMergeSlashes ?? mergesSlashes) ? { mergeSlashes: true } : {}),
    pathWithEscapedSlashesAction: asked === 'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED' ? ofMesh : asked,
  }
}

/** Who answers is told to callers of this workload only: to the workload itself its own sidecar does not show. */
function serverHeaders(direction: HttpOptions['direction'], { proxyHeaders }: MeshProxyConfig): HttpConnectionManager {
  const { server, requestId, xForwardedPort } = proxyHeaders ?? {}
  const serverName = server?.value || (direction === 'inbound' ? 'istio-envoy' : '')
  return {
    ...(server?.disabled === true
      ? { serverHeaderTransformation: 'PASS_THROUGH' as const }
      : serverName === ''
        ? {}
        : { serverName }),
    ...(requestId?.disabled === true ? { generateRequestId: false } : {}),
    ...(xForwardedPort?.enabled === true ? { appendXForwardedPort: true } : {}),
  }
}

const DEFAULT_DETAILS = { subject: true, uri: true, dns: true }

function clientCertificate({ proxyHeaders }: MeshProxyConfig): HttpConnectionManager {
  const asked = proxyHeaders?.forwardedClientCert
  const details = asked === undefined || asked === 'UNDEFINED' ? 'APPEND_FORWARD' : asked
  const setsDetails = details === 'APPEND_FORWARD' || details === 'SANITIZE_SET'
  return {
    // SANITIZE is protobuf's default, which is left out.
    ...(details === 'SANITIZE' ? {} : { forwardClientCertDetails: details }),
    ...(setsDetails
      ? { setCurrentClientCertDetails: { ...DEFAULT_DETAILS, ...proxyHeaders?.setCurrentClientCertDetails } }
      : {}),
  }
}

/** Time limits and sizes of what is received. */
function connectionFields({ settings, idleTimeout: ownIdle }: ListenerFacts): HttpConnectionManager {
  const idleTimeout = settings.httpIdleTimeout ?? ownIdle
  const underscores = UNDERSCORES[settings.httpHeadersWithUnderscoresAction ?? 'HEADERS_WITH_UNDERSCORES_UNSPECIFIED']
  const common: HttpConnectionManager['commonHttpProtocolOptions'] = {
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(settings.httpMaxConnectionDuration === undefined
      ? {}
      : { maxConnectionDuration: settings.httpMaxConnectionDuration }),
    ...(settings.httpMaxStreamDuration === undefined ? {} : { maxStreamDuration: settings.httpMaxStreamDuration }),
    ...(underscores === undefined ? {} : { headersWithUnderscoresAction: underscores }),
  }
  return {
    ...(Object.keys(common).length === 0 ? {} : { commonHttpProtocolOptions: common }),
    ...(settings.httpDrainTimeout === undefined ? {} : { drainTimeout: settings.httpDrainTimeout }),
    ...(settings.httpRequestTimeout === undefined ? {} : { requestTimeout: settings.httpRequestTimeout }),
    ...(settings.httpRequestHeadersTimeout === undefined
      ? {}
      : { requestHeadersTimeout: settings.httpRequestHeadersTimeout }),
    ...(settings.httpStreamIdleTimeout === undefined ? {} : { streamIdleTimeout: settings.httpStreamIdleTimeout }),
  }
}

const UNDERSCORES = {
  HEADERS_WITH_UNDERSCORES_UNSPECIFIED: undefined,
  HEADERS_WITH_UNDERSCORES_ALLOW: undefined,
  HEADERS_WITH_UNDERSCORES_REJECT_REQUEST: 'REJECT_REQUEST',
  HEADERS_WITH_UNDERSCORES_DROP_HEADER: 'DROP_HEADER',
} as const

function protocolOptions(facts: ListenerFacts, options: HttpOptions): HttpConnectionManager {
  const http1: Http1ProtocolOptions = {
    ...(options.acceptsAbsoluteUrls === true ? { allowAbsoluteUrl: true } : {}),
    ...(facts.view.meta.acceptsHttp10 ? { acceptHttp10: true } : {}),
    ...(facts.config.proxyHeaders?.preserveHttp1HeaderCase === true ? { headerKeyFormat: HEADERS_AS_WRITTEN } : {}),
  }
  const http2 = http2Options(facts)
  return {
    ...(Object.keys(http1).length === 0 ? {} : { httpProtocolOptions: http1 }),
    ...(http2 !== undefined || (options.direction === 'inbound' && isHttp2(options.protocol))
      ? { http2ProtocolOptions: http2 ?? {} }
      : {}),
  }
}

function http2Options({ settings }: ListenerFacts): Http2ProtocolOptions | undefined {
  const options: Http2ProtocolOptions = {
    ...(settings.httpMaxConcurrentStreams === undefined
      ? {}
      : { maxConcurrentStreams: settings.httpMaxConcurrentStreams }),
    ...(settings.http2InitialStreamWindowSize === undefined
      ? {}
      : { initialStreamWindowSize: settings.http2InitialStreamWindowSize }),
    ...(settings.http2InitialConnectionWindowSize === undefined
      ? {}
      : { initialConnectionWindowSize: settings.http2InitialConnectionWindowSize }),
  }
  return Object.keys(options).length === 0 ? undefined : options
}
