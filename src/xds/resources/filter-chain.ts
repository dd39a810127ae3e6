import { parseCidr } from '../../lang/cidr.js'
import type { ConfigListenerFilter, FilterChain, FilterChainMatch } from '../../proto/envoy-types.generated.js'

/** How long a connection may take to become one of its transport, TLS handshakes included. */
export const TRANSPORT_CONNECT_TIMEOUT = '15s'

/** What plaintext HTTP shows to the inspector: these names, and no TLS. */
export const PLAIN_HTTP_MATCH = {
  applicationProtocols: ['http/1.1', 'h2c'],
  transportProtocol: 'raw_buffer',
} satisfies FilterChainMatch

/** A way for bytes out of an outbound listener, and who may take it. */
export interface TcpChain {
  /** By SNI; empty: whatever the name. */
  readonly serverNames: readonly string[]
  /** Prefixes or addresses called; empty: any. */
  readonly destinations: readonly string[]
  readonly filters: readonly ConfigListenerFilter[]
  /** `/apis/…` path of the config that it came from. */
  readonly config: string | undefined
}

/** Of no name, or of no destination: whatever is left. */
const ANY = ''

/**
 * What is left of a chain when connections that earlier chains take are left to them: nothing, the chain, or parts of it. What it takes is
 * added to `taken`.
 */
export function claimConnections(taken: Set<string>, chain: TcpChain): TcpChain[] {
  const names = chain.serverNames.length === 0 ? [ANY] : chain.serverNames
  const destinations = chain.destinations.length === 0 ? [ANY] : chain.destinations
  const parts = new Map<string, { names: string[]; left: readonly string[] }>()
  for (const name of new Set(names)) {
    const left = [...new Set(destinations)].filter(destination => !taken.has(`${name} ${destination}`))
    if (left.length === 0) continue
    for (const destination of left) taken.add(`${name} ${destination}`)
    const key = left.join(' ')
    const part = parts.get(key)
    if (part === undefined) parts.set(key, { names: [name], left })
    else part.names.push(name)
  }
  return [...parts.values()].map(part => ({
    ...chain,
    serverNames: part.names.filter(name => name !== ANY),
    destinations: part.left.filter(destination => destination !== ANY),
  }))
}

export function takesAll({ serverNames, destinations }: TcpChain): boolean {
  return serverNames.length === 0 && destinations.length === 0
}

export function tcpFilterChain(chain: TcpChain): FilterChain {
  return {
    ...(takesAll(chain) ? {} : { filterChainMatch: matchOf(chain) }),
    filters: chain.filters,
    ...(chain.config === undefined ? {} : { metadata: configMetadata(chain.config) }),
    transportSocketConnectTimeout: TRANSPORT_CONNECT_TIMEOUT,
  }
}

function matchOf({ serverNames, destinations }: TcpChain): FilterChainMatch {
  const prefixRanges = destinations.flatMap(prefixRange)
  return {
    ...(serverNames.length === 0 ? {} : { serverNames }),
    ...(prefixRanges.length === 0 ? {} : { prefixRanges }),
  }
}

/** An address counts as the prefix of all its bits. What is neither was refused when it was validated. */
function prefixRange(text: string): { addressPrefix: string; prefixLen: number }[] {
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const prefixLen = slash < 0 ? (address.includes(':') ? 128 : 32) : Number(text.slice(slash + 1))
  return parseCidr(`${address}/${prefixLen}`).ok ? [{ addressPrefix: address, prefixLen }] : []
}

/** Which object of the user's a chain came from, for tools that read Envoy's configuration. */
export function configMetadata(config: string) {
  return { filterMetadata: { istio: { config } } }
}

export function configPath(resource: 'virtual-service' | 'sidecar', namespace: string, name: string): string {
  return `/apis/networking.istio.io/v1/namespaces/${namespace}/${resource}/${name}`
}
