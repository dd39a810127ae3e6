import type { FilterChain, Listener } from '../../proto/envoy-types.generated.js'
import { constant } from '../../proto/index.js'
import { asksForUnknownHosts } from './dynamic-dns.js'
import { PLAIN_HTTP_MATCH } from './filter-chain.js'
import { HTTP_INSPECTOR } from './filters.js'
import { httpConnectionManager } from './http-connection-manager.js'
import type { ListenerFacts } from './listener-facts.js'
import { DYNAMIC_DNS_CLUSTER } from './names.js'

/**
 * How long virtualOutbound looks for HTTP. All redirected connections come by it, those of servers that speak first among them, so it
 * cannot wait for ever; whoever is silent for longer goes on as bytes.
 */
const LOOK_FOR_HTTP = '0.1s'

/** On virtualOutbound: where ports are called that no listener is for, HTTP is told from bytes. */
export function unknownHostListening({ scope, detectionTimeout }: ListenerFacts): Listener {
  if (!asksForUnknownHosts(scope)) return {}
  return {
    listenerFilters: [HTTP_INSPECTOR],
    listenerFiltersTimeout: detectionTimeout === '0s' ? LOOK_FOR_HTTP : detectionTimeout,
    continueOnListenerFiltersTimeout: true,
  }
}

/** Its chain for HTTP. */
export function unknownHostChains(facts: ListenerFacts): readonly FilterChain[] {
  if (!asksForUnknownHosts(facts.scope)) return []
  const manager = httpConnectionManager(facts, {
    direction: 'outbound',
    name: DYNAMIC_DNS_CLUSTER,
    protocol: 'http',
    routes: UNKNOWN_HOSTS,
  })
  return [{ name: 'virtualOutbound-catchall-http', filterChainMatch: PLAIN_HTTP_MATCH, filters: [manager] }]
}

const UNKNOWN_HOSTS = constant({
  name: DYNAMIC_DNS_CLUSTER,
  validateClusters: false,
  virtualHosts: [
    {
      name: 'allow_any',
      domains: ['*'],
      routes: [
        {
          name: 'allow_any',
          match: { prefix: '/' },
          route: {
            cluster: DYNAMIC_DNS_CLUSTER,
            timeout: '0s',
            maxStreamDuration: { maxStreamDuration: '0s', grpcTimeoutHeaderMax: '0s' },
          },
        },
      ],
    },
  ],
})
