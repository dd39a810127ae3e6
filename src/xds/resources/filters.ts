import type { ConfigListenerFilter, HttpFilter, ListenerFilter } from '../../proto/envoy-types.generated.js'
import { constant, packAny } from '../../proto/index.js'
import type { ProxyView } from '../../proxy/view.js'

/** Extensions that only istio-proxy's Envoy is built with, by what they do; one of the names has to be in the list it sends. */
const ISTIO_EXTENSIONS = {
  httpPeerMetadata: ['envoy.filters.http.peer_metadata', 'istio.metadata_exchange'],
  networkPeerMetadata: ['envoy.filters.network.metadata_exchange', 'istio.metadata_exchange'],
  alpn: ['istio.alpn', 'envoy.filters.http.alpn'],
  stats: ['envoy.filters.http.istio_stats', 'istio.stats'],
} as const

export type IstioExtension = keyof typeof ISTIO_EXTENSIONS

/** A proxy that lists no extensions at all is istio-proxy, which has them. */
export function hasIstioExtension({ extensions }: Pick<ProxyView, 'extensions'>, extension: IstioExtension): boolean {
  return extensions === undefined || ISTIO_EXTENSIONS[extension].some(name => extensions.has(name))
}

/** What the proxies in front of and behind this one are told, and learn, about each other. */
const INBOUND_PEER_METADATA = peerMetadata({
  downstream_discovery: [{ istio_headers: {} }, { workload_discovery: {} }],
  downstream_propagation: [{ istio_headers: {} }],
})
/** Those outside of the mesh are told nothing. */
const MESH_PEER_METADATA = peerMetadata({
  upstream_discovery: [{ istio_headers: {} }, { workload_discovery: {} }],
  upstream_propagation: [{ istio_headers: { skip_external_clusters: true } }],
})
const OUTBOUND_PEER_METADATA = peerMetadata({
  upstream_discovery: [{ istio_headers: {} }, { workload_discovery: {} }],
  upstream_propagation: [{ istio_headers: {} }],
})

function peerMetadata(value: PeerMetadata): HttpFilter {
  return constant({
    name: 'istio.metadata_exchange',
    typedConfig: packAny('udpa.type.v1.TypedStruct', {
      typeUrl: 'type.googleapis.com/io.istio.http.peer_metadata.Config',
      value,
    }),
  })
}

type Method =
  | { readonly istio_headers: Empty | { readonly skip_external_clusters: true } }
  | { readonly workload_discovery: Empty }
type Empty = Readonly<Record<string, never>>
type PeerMetadata = Readonly<Record<string, readonly Method[]>>

const GRPC_STATS: HttpFilter = constant({
  name: 'envoy.filters.http.grpc_stats',
  typedConfig: packAny('envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', {
    emitFilterState: true,
    statsForAllMethods: false,
  }),
})
const GRPC_WEB: HttpFilter = constant({
  name: 'envoy.filters.http.grpc_web',
  typedConfig: packAny('envoy.extensions.filters.http.grpc_web.v3.GrpcWeb', {}),
})
const FAULT: HttpFilter = constant({
  name: 'envoy.filters.http.fault',
  typedConfig: packAny('envoy.extensions.filters.http.fault.v3.HTTPFault', {}),
})
const CORS: HttpFilter = constant({
  name: 'envoy.filters.http.cors',
  typedConfig: packAny('envoy.extensions.filters.http.cors.v3.Cors', {}),
})

/** Tells the peer which HTTP version is behind mutual TLS, so that its listener need not sniff. */
const ALPN: HttpFilter = constant({
  name: 'istio.alpn',
  typedConfig: packAny('istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', {
    alpnOverride: [
      { alpnOverride: ['istio-http/1.0', 'istio', 'http/1.0'] },
      { upstreamProtocol: 'HTTP11', alpnOverride: ['istio-http/1.1', 'istio', 'http/1.1'] },
      { upstreamProtocol: 'HTTP2', alpnOverride: ['istio-h2', 'istio', 'h2'] },
    ],
  }),
})

export interface HttpFilterOptions {
  readonly direction: 'inbound' | 'outbound'
  readonly isGrpcWeb: boolean
  /** Only peers in the mesh are told who calls. */
  readonly isKeptInMesh: boolean
  /** Whether the proxy's own `x-envoy-*` headers are left out of requests and responses. */
  readonly suppressEnvoyHeaders: boolean
  /** Whose token is good, and who may ask for what. */
  readonly admission: readonly HttpFilter[]
  /** What measures. */
  readonly stats: readonly HttpFilter[]
  /** Between what the traffic needs and the router, such as resolving of a dynamic name. */
  readonly beforeRouter: readonly HttpFilter[]
}

/** In the order of the reference (xds.md section 12): later filters see what earlier ones made of a request. */
export function httpFilters(view: ProxyView, options: HttpFilterOptions): HttpFilter[] {
  const isInbound = options.direction === 'inbound'
  return [
    ...(hasIstioExtension(view, 'httpPeerMetadata')
      ? [isInbound ? INBOUND_PEER_METADATA : options.isKeptInMesh ? MESH_PEER_METADATA : OUTBOUND_PEER_METADATA]
      : []),
    ...options.admission,
    ...(options.isGrpcWeb ? [GRPC_WEB] : []),
    GRPC_STATS,
    ...(!isInbound && hasIstioExtension(view, 'alpn') ? [ALPN] : []),
    FAULT,
    CORS,
    ...options.stats,
    ...options.beforeRouter,
    options.suppressEnvoyHeaders ? QUIET_ROUTER : ROUTER,
  ]
}

const ROUTER = router({})
const QUIET_ROUTER = router({ suppressEnvoyHeaders: true })

function router(config: { readonly suppressEnvoyHeaders?: boolean }): HttpFilter {
  return constant({
    name: 'envoy.filters.http.router',
    typedConfig: packAny('envoy.extensions.filters.http.router.v3.Router', config),
  })
}

const NETWORK_PEER_METADATA: ConfigListenerFilter = constant({
  name: 'istio.metadata_exchange',
  typedConfig: packAny('udpa.type.v1.TypedStruct', {
    typeUrl: 'type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange',
    value: { enable_discovery: true, protocol: 'istio-peer-exchange' },
  }),
})

/** First in every inbound chain: it reads what the client's proxy sent ahead of the connection's own bytes. */
export function inboundNetworkFilters(view: ProxyView): ConfigListenerFilter[] {
  return hasIstioExtension(view, 'networkPeerMetadata') ? [NETWORK_PEER_METADATA] : []
}

export interface DynamicNames {
  /** Of the service whose requests say where they go; the cluster of that service shares the cache. */
  readonly host: string
  readonly port: number
  readonly ipMode: ProxyView['ipMode']
}

/** Resolves the host that a request names, for a service of resolution `dynamic-dns`. */
export function dynamicForwardHttp(names: DynamicNames): HttpFilter {
  return {
    name: 'envoy.filters.http.dynamic_forward_proxy',
    typedConfig: packAny('envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig', {
      dnsCacheConfig: dnsCache(names),
    }),
  }
}

/** The same by the server name of a TLS connection. */
export function dynamicForwardSni(names: DynamicNames): ConfigListenerFilter {
  return {
    name: 'envoy.extensions.filters.network.sni_dynamic_forward_proxy',
    typedConfig: packAny('envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig', {
      dnsCacheConfig: dnsCache(names),
      portValue: names.port,
    }),
  }
}

function dnsCache({ host, ipMode }: DynamicNames) {
  const dnsLookupFamily = ipMode === 'dual' ? 'ALL' : ipMode === 'v6' ? 'V6_ONLY' : 'V4_ONLY'
  return { name: `${host}_dfp_dns_cache`, dnsLookupFamily } as const
}

export const ORIGINAL_DST: ListenerFilter = constant({
  name: 'envoy.filters.listener.original_dst',
  typedConfig: packAny('envoy.extensions.filters.listener.original_dst.v3.OriginalDst', {}),
})
/** Mark on packets of the proxy itself, as the reference's iptables rules for TPROXY expect it. */
const TPROXY_MARK = 1337
export const ORIGINAL_SRC: ListenerFilter = constant({
  name: 'envoy.filters.listener.original_src',
  typedConfig: packAny('envoy.extensions.filters.listener.original_src.v3.OriginalSrc', { mark: TPROXY_MARK }),
})
/** Bytes to read first: a ClientHello seldom needs more, and the buffer is per connection. */
const TLS_INSPECTOR_BUFFER = 512
export const TLS_INSPECTOR: ListenerFilter = constant({
  name: 'envoy.filters.listener.tls_inspector',
  typedConfig: packAny('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {
    initialReadBufferSize: TLS_INSPECTOR_BUFFER,
  }),
})
export const HTTP_INSPECTOR: ListenerFilter = constant({
  name: 'envoy.filters.listener.http_inspector',
  typedConfig: packAny('envoy.extensions.filters.listener.http_inspector.v3.HttpInspector', {}),
})
