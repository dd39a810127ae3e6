import type { MeshSettings, Service } from '../../mesh/index.js'
import type { Cluster, ClusterLoadAssignment, HttpHttpProtocolOptions } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { ProxyView } from '../../proxy/view.js'

/** How a cluster gets its endpoints: Envoy's discovery type, or `DYNAMIC`: the name that a request carries, asked of DNS. */
export type Discovery = 'EDS' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'ORIGINAL_DST' | 'DYNAMIC'

/** Spreads the questions of many proxies over time. */
const DNS_JITTER = '0.100s'
const DEFAULT_DNS_REFRESH = '60s'
/** UDP sockets are renewed after so many questions, so that a stuck one heals. */
const DNS_UDP_QUERIES = 100

/** From the service's resolution. A gateway has no original destination to go to, so it is told endpoints instead. */
export function discoveryOf(service: Service, isGateway: boolean): Discovery {
  switch (service.resolution) {
    case 'dns':
      return 'STRICT_DNS'
    case 'dns-round-robin':
      return 'LOGICAL_DNS'
    case 'dynamic-dns':
      return 'DYNAMIC'
    case 'none':
      return isGateway ? 'EDS' : 'ORIGINAL_DST'
    default:
      return 'EDS'
  }
}

export function isDns(discovery: Discovery): boolean {
  return discovery === 'STRICT_DNS' || discovery === 'LOGICAL_DNS'
}

/** `type` or `cluster_type`, and what that type needs. `assignment` is for DNS alone. */
export function discoveryFields(
  discovery: Discovery,
  facts: {
    readonly name: string
    readonly host: string
    readonly assignment: ClusterLoadAssignment | undefined
    readonly httpOptions: HttpHttpProtocolOptions | undefined
    readonly view: ProxyView
    readonly mesh: MeshSettings
  },
): Cluster {
  switch (discovery) {
    case 'EDS':
      return { type: 'EDS', edsClusterConfig: edsConfigOf(facts.name) }
    case 'STRICT_DNS':
    case 'LOGICAL_DNS':
      return {
        type: discovery,
        ...dnsFieldsOf(facts.view, facts.mesh),
        ...(facts.assignment && { loadAssignment: facts.assignment }),
      }
    case 'ORIGINAL_DST':
      return { type: 'ORIGINAL_DST' }
    case 'DYNAMIC':
      return dynamicFieldsOf(facts.host, facts.view, facts.httpOptions)
  }
}

function edsConfigOf(serviceName: string): NonNullable<Cluster['edsClusterConfig']> {
  // No timeout: a cluster without its endpoints would answer 503 where waiting a moment is enough.
  return { serviceName, edsConfig: { ads: {}, initialFetchTimeout: '0s', resourceApiVersion: 'V3' } }
}

function dnsFieldsOf(view: ProxyView, mesh: MeshSettings): Cluster {
  return {
    dnsLookupFamily: lookupFamilyOf(view),
    dnsRefreshRate: mesh.dnsRefreshRate ?? DEFAULT_DNS_REFRESH,
    dnsJitter: DNS_JITTER,
    respectDnsTtl: true,
    typedDnsResolverConfig: {
      name: 'envoy.network.dns_resolver.cares',
      typedConfig: packAny('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
        udpMaxQueries: DNS_UDP_QUERIES,
      }),
    },
  }
}

/** The cache is one for all ports of the host, and the filter that fills it names it too. */
function dynamicFieldsOf(host: string, view: ProxyView, httpOptions: HttpHttpProtocolOptions | undefined): Cluster {
  return {
    clusterType: {
      name: 'envoy.clusters.dynamic_forward_proxy',
      typedConfig: packAny('envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig', {
        dnsCacheConfig: { name: `${host}_dfp_dns_cache`, dnsLookupFamily: lookupFamilyOf(view) },
        ...(httpOptions === undefined ? {} : uncheckedNames(httpOptions)),
      }),
    },
  }
}

/** Envoy refuses HTTP options by which names of servers are not checked, unless it is told that this is meant. */
export function uncheckedNames({ upstreamHttpProtocolOptions: names }: HttpHttpProtocolOptions): {
  readonly allowInsecureClusterOptions?: true
} {
  return names?.autoSni === true && names.autoSanValidation === true ? {} : { allowInsecureClusterOptions: true }
}

function lookupFamilyOf({ ipMode }: ProxyView): 'V4_ONLY' | 'V6_ONLY' | 'ALL' {
  return ipMode === 'dual' ? 'ALL' : ipMode === 'v6' ? 'V6_ONLY' : 'V4_ONLY'
}
