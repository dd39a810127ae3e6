import type {
  FilterChain,
  ListenerFilter,
  ListenerFilterChainMatchPredicate,
} from '../../proto/envoy-types.generated.js'
import type { ProxyView } from '../../proxy/view.js'
import { PLAIN_HTTP_MATCH } from './filter-chain.js'
import { HTTP_INSPECTOR, ORIGINAL_DST, ORIGINAL_SRC, TLS_INSPECTOR } from './filters.js'

/** What stands for the ports that no chain names. */
const OTHER_PORTS = 0

/**
 * What looks at a connection before a chain is chosen. An inspector waits for the client's first bytes, so it is off on ports where no
 * chain asks for what it finds: there a server may speak first.
 */
export function inboundListenerFilters(
  view: ProxyView,
  chains: readonly FilterChain[],
  isRedirected: boolean,
): ListenerFilter[] {
  const redirected = view.interception === 'TPROXY' ? [ORIGINAL_DST, ORIGINAL_SRC] : [ORIGINAL_DST]
  // TLS first: what it finds to be TLS, the other does not look at.
  return [
    ...(isRedirected ? redirected : []),
    ...inspector(TLS_INSPECTOR, chains, isTlsAsked),
    ...inspector(HTTP_INSPECTOR, chains, isHttpAsked),
  ]
}

function isTlsAsked({ filterChainMatch }: FilterChain): boolean {
  return filterChainMatch?.transportProtocol === 'tls'
}

function isHttpAsked({ filterChainMatch }: FilterChain): boolean {
  return (
    filterChainMatch?.applicationProtocols?.some(name => PLAIN_HTTP_MATCH.applicationProtocols.includes(name)) === true
  )
}

function inspector(
  filter: ListenerFilter,
  chains: readonly FilterChain[],
  isAsked: (chain: FilterChain) => boolean,
): ListenerFilter[] {
  const asked = new Set(chains.filter(isAsked).map(portOf))
  if (asked.size === 0) return []
  const isDefault = asked.has(OTHER_PORTS)
  const exceptions = [...new Set(chains.map(portOf))]
    .filter(port => port !== OTHER_PORTS && asked.has(port) !== isDefault)
    .sort((a, b) => a - b)
  const [first, ...more] = exceptions.map(atPort)
  if (first === undefined) return [filter]
  const anyOf = more.length === 0 ? first : { orMatch: { rules: [first, ...more] } }
  return [{ ...filter, filterDisabled: isDefault ? anyOf : { notMatch: anyOf } }]
}

function portOf({ filterChainMatch }: FilterChain): number {
  return filterChainMatch?.destinationPort ?? OTHER_PORTS
}

function atPort(port: number): ListenerFilterChainMatchPredicate {
  return { destinationPortRange: { start: port, end: port + 1 } }
}
