import type { JsonObject } from '../../lang/json.js'
import { columns } from './columns.js'
import { comparePorts, compareText, listAt, textAt, textsAt } from './names.js'
import { matchText, routeTarget } from './routes.js'

/** Each one that is given must fit. */
export interface ListenerFilter {
  readonly address?: string
  readonly port?: string
  /** One of `LISTENER_TYPES`. */
  readonly type?: string
}

/** By the filters that listeners have. */
export const LISTENER_TYPES = ['HTTP', 'TCP', 'HTTP+TCP', 'UNKNOWN'] as const

export function selectListeners(listeners: readonly JsonObject[], filter: ListenerFilter): readonly JsonObject[] {
  return listeners.filter(listener => {
    const places = placesOf(listener)
    return (
      (filter.address === undefined || places.some(({ address }) => address === filter.address)) &&
      (filter.port === undefined || places.some(({ port }) => port === filter.port)) &&
      (filter.type === undefined || hasType(listener, filter.type.toUpperCase()))
    )
  })
}

const HTTP = 'envoy.filters.network.http_connection_manager'
const TCP = 'envoy.filters.network.tcp_proxy'

/** `HTTP` fits `HTTP+TCP` too. */
function hasType(listener: JsonObject, wanted: string): boolean {
  const parts = typeOf(listener).split('+')
  return wanted.split('+').every(part => parts.includes(part))
}

function typeOf(listener: JsonObject): (typeof LISTENER_TYPES)[number] {
  const names = chainsOf(listener).flatMap(chain => listAt(chain, 'filters').map(filter => textAt(filter, 'name')))
  const [isHttp, isTcp] = [names.includes(HTTP), names.includes(TCP)]
  return isHttp ? (isTcp ? 'HTTP+TCP' : 'HTTP') : isTcp ? 'TCP' : 'UNKNOWN'
}

/** A line for each filter chain: what a connection must look like, and where it goes. By port, then address. */
export function listenersTable(listeners: readonly JsonObject[]): string {
  const rows = listeners.flatMap(listener => {
    const places = placesOf(listener)
    const addresses = [...new Set(places.map(({ address }) => address))].join(',')
    const port = places[0]?.port ?? ''
    const chains = chainsOf(listener)
    if (chains.length === 0) return [[addresses, port || '0', 'ALL', apiText(listener)]]
    return chains.map(chain => [addresses, port || '0', chainMatch(chain), targetOf(chain)])
  })
  rows.sort((a, b) => comparePorts(a[1] ?? '', b[1] ?? '') || compareText(a[0] ?? '', b[0] ?? ''))
  return columns(['ADDRESSES', 'PORT', 'MATCH', 'DESTINATION'], rows)
}

interface Place {
  readonly address: string
  readonly port: string
}

function placesOf(listener: JsonObject): readonly Place[] {
  const addresses = [listener, ...listAt(listener, 'additionalAddresses')]
  return addresses.map(each => ({
    address:
      textAt(each, 'address', 'socketAddress', 'address') ||
      textAt(each, 'address', 'pipe', 'path') ||
      textAt(each, 'name'),
    port: textAt(each, 'address', 'socketAddress', 'portValue'),
  }))
}

function chainsOf(listener: JsonObject): readonly JsonObject[] {
  const last = listener['defaultFilterChain']
  return [...listAt(listener, 'filterChains'), ...(last === undefined ? [] : listAt({ last: [last] }, 'last'))]
}

/** A listener without chains is what a proxyless client asks for. */
function apiText(listener: JsonObject): string {
  const name = textAt(listener, 'apiListener', 'apiListener', 'rds', 'routeConfigName')
  return name === '' ? 'Non-HTTP/Non-TCP' : `Route: ${name}`
}

/** `ALL`, or what is matched: server names, transport, application protocols, address. */
function chainMatch(chain: JsonObject): string {
  const match = chain['filterChainMatch']
  const names = textsAt(match, 'serverNames')
  const transport = textAt(match, 'transportProtocol')
  const protocols = textsAt(match, 'applicationProtocols')
  const port = textAt(match, 'destinationPort')
  const prefixes = listAt(match, 'prefixRanges').map(prefixText)
  const address =
    prefixes.length > 0 || port !== '' ? `${prefixes.join(',') || '*'}${port === '' ? '' : `:${port}`}` : ''
  const parts = [
    names.length === 0 ? '' : `SNI: ${names.join(',')}`,
    transport === '' ? '' : `Trans: ${transport}`,
    protocols.length === 0 ? '' : `App: ${protocols.join(',')}`,
    address === '' ? '' : `Addr: ${address}`,
  ].filter(Boolean)
  return parts.join('; ') || 'ALL'
}

function prefixText(prefix: JsonObject): string {
  const length = textAt(prefix, 'prefixLen') || '0'
  const address = textAt(prefix, 'addressPrefix')
  return length === (address.includes(':') ? '128' : '32') ? address : `${address}/${length}`
}

function targetOf(chain: JsonObject): string {
  for (const filter of listAt(chain, 'filters')) {
    const name = textAt(filter, 'name')
    const config = filter['typedConfig']
    if (name === TCP) return targetText(routeTarget({ route: config ?? {} }))
    if (name !== HTTP) continue
    const route = textAt(config, 'rds', 'routeConfigName')
    return route === '' ? inlineText(listAt(config, 'routeConfig', 'virtualHosts')) : `Route: ${route}`
  }
  return 'Non-HTTP/Non-TCP'
}

/** Envoy's own names, such as PassthroughCluster, speak for themselves. */
function targetText(cluster: string): string {
  return cluster.includes('|') ? `Cluster: ${cluster}` : cluster
}

/** Where everything goes to one place, that is told instead of the routes. */
function inlineText(hosts: readonly JsonObject[]): string {
  const routes = hosts.flatMap(host => listAt(host, 'routes'))
  const [first] = routes
  if (first !== undefined && routes.length === 1 && matchText(first) === '/*') return targetText(routeTarget(first))
  return `Inline Route: ${[...new Set(routes.map(matchText))].join(', ')}`
}
