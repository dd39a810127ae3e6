import { parseIp } from '../../lang/cidr.js'
import type { SidecarScope } from '../../mesh/index.js'
import type { Cluster, DnsCacheConfig, HttpFilter } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'
import { uncheckedNames } from './cluster-discovery.js'
import { exchangesMetadata, upstreamFiltersOf } from './cluster-filters.js'
import { bufferFields, circuitBreakersOf, connectionOptionsOf, connectTimeoutOf, settingsOf } from './cluster-pool.js'
import { autoSniOf, passthroughHttpOptions } from './cluster-protocol.js'
import type { ListenerFacts } from './listener-facts.js'
import { altStatName, DYNAMIC_DNS_CLUSTER } from './names.js'
import { originatesTls, upstreamSocketsOf } from './tls-upstream.js'

/**
 * `outboundTrafficPolicy: ALLOW_ANY_DYNAMIC_DNS` of mesh config: plaintext HTTP to hosts that nobody knows goes to the address that DNS
 * has for the request's host, over TLS if asked for; other traffic goes on to where it was going.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-OutboundTrafficPolicy-Mode
 */
const MODE = 'ALLOW_ANY_DYNAMIC_DNS'

export function asksForUnknownHosts({ outbound }: Pick<SidecarScope, 'outbound'>): boolean {
  return outbound.mode === MODE
}

/** The cluster and each filter name the cache, and have to agree on what it is. */
const CACHE = 'allow_any_dynamic_dns_dfp_dns_cache'
/** Idle connections are given up, as nothing tells when a host is gone. */
const IDLE = '300s'

/** For sidecars of a mesh in that mode. */
export function unknownHostClusters(context: ProxyContext): readonly Cluster[] {
  const { mesh } = context
  return mesh.outboundTrafficPolicy?.mode === MODE ? [unknownHostCluster(context)] : []
}

function unknownHostCluster(context: ProxyContext): Cluster {
  const { mesh, view } = context
  const settings = settingsOf(context)
  const tls = mesh.outboundTrafficPolicy?.tls
  const pool = mesh.defaultTrafficPolicy?.connectionPool
  const sockets = upstreamSocketsOf({
    tls,
    mayBeMutual: false,
    peerNames: [],
    entryNames: [],
    defaults: mesh.tlsDefaults,
    sni: '',
    isHttp2: false,
    isOriginalDestination: false,
    exchangesMetadata: exchangesMetadata(view),
    ownFiles: view.meta.tlsClient,
    // What a proxy must not have SDS refuses: its requests fail then, instead of leaving in plaintext.
    mayUseCredentials: true,
  })
  const upstream = tls !== undefined && originatesTls(tls) ? autoSniOf(tls) : undefined
  return {
    name: DYNAMIC_DNS_CLUSTER,
    altStatName: altStatName(DYNAMIC_DNS_CLUSTER),
    clusterType: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typedConfig: packAny('envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', {
        dnsCacheConfig: cacheOf(view),
        ...uncheckedNames({ upstreamHttpProtocolOptions: upstream }),
      }),
    },
    lbPolicy: 'CLUSTER_PROVIDED',
    connectTimeout: connectTimeoutOf(mesh, pool),
    circuitBreakers: circuitBreakersOf(pool),
    ...connectionOptionsOf(mesh, pool),
    ...bufferFields(settings),
    ...passthroughHttpOptions(IDLE, settings, upstream),
    ...sockets,
    ...(originatesTls(tls) ? {} : upstreamFiltersOf(view)),
  }
}

/** Any listener may be sent a request for a host that its routes do not know. */
export function unknownHostFilters({ scope, view }: Pick<ListenerFacts, 'scope' | 'view'>): readonly HttpFilter[] {
  if (!asksForUnknownHosts(scope)) return []
  return [
    {
      name: 'envoy.filters.http.dynamic_forward_proxy',
      typedConfig: packAny('envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig', {
        dnsCacheConfig: cacheOf(view),
      }),
    },
  ]
}

function cacheOf(view: ProxyView): DnsCacheConfig {
  const { ipMode } = view
  const resolver = resolverOf(view)
  return {
    name: CACHE,
    dnsLookupFamily: ipMode === 'dual' ? 'ALL' : ipMode === 'v6' ? 'V6_ONLY' : 'V4_ONLY',
    ...(resolver === undefined ? {} : { typedDnsResolverConfig: resolver }),
  }
}

/** Where the agent answers the workload's DNS it answers its proxy too, which is not redirected: names of ServiceEntries are known there only. */
function resolverOf({ meta, ipMode }: ProxyView): DnsCacheConfig['typedDnsResolverConfig'] {
  const colon = meta.dnsServer.lastIndexOf(':')
  const host = meta.dnsServer.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1')
  const address = host === 'localhost' ? (ipMode === 'v6' ? '::1' : '127.0.0.1') : host
  const portValue = Number(meta.dnsServer.slice(colon + 1))
  if (!parseIp(address).ok || !Number.isInteger(portValue) || portValue < 1 || portValue > LAST_PORT) return undefined
  return {
    name: 'envoy.network.dns_resolver.cares',
    typedConfig: packAny('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
      resolvers: [{ socketAddress: { address, portValue } }],
    }),
  }
}

const LAST_PORT = 65_535
