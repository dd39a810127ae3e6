import type { Cluster } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { hasExtension, type ProxyView } from '../../proxy/view.js'

/** Upstream network filter that tells peers of each other; only istio-proxy's Envoy has it. */
const EXCHANGE = 'istio.metadata_exchange'
const EXCHANGE_EXTENSIONS = [
  'envoy.filters.network.upstream.metadata_exchange',
  EXCHANGE,
  'envoy.filters.network.metadata_exchange',
]

const EXCHANGE_FILTERS = [
  {
    name: EXCHANGE,
    typedConfig: packAny('udpa.type.v1.TypedStruct', {
      typeUrl: 'type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange',
      value: { enable_discovery: true, protocol: 'istio-peer-exchange' },
    }),
  },
] as const

/** `filters`: metadata exchange, for proxies that have it. */
export function upstreamFiltersOf(view: ProxyView): Pick<Cluster, 'filters'> {
  return exchangesMetadata(view) ? { filters: EXCHANGE_FILTERS } : {}
}

/** Whether the proxy speaks `istio-peer-exchange` to its peers. */
export function exchangesMetadata(view: ProxyView): boolean {
  return EXCHANGE_EXTENSIONS.some(name => hasExtension(view, name))
}
