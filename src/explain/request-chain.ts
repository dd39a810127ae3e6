import { parseCidr, parseIp, prefixContains } from '../lang/cidr.js'
import { isJsonObject, type JsonObject } from '../lang/json.js'
import { objectAt, objectsAt, textAt, textsAt } from './request-json.js'

/** A connection as a listener sees it before a filter chain is chosen. */
export interface Connection {
  /** Which it was for, before any redirection; the address is undefined where nobody knows it. */
  readonly port: number
  readonly address: string | undefined
  readonly transport: 'tls' | 'raw_buffer'
  /** Of TLS; empty: none. */
  readonly serverName: string
  /** Those that TLS offers, or the version of plaintext HTTP. */
  readonly protocols: readonly string[]
}

export interface FoundChain {
  readonly chain: JsonObject
  /** Where it stands in the listener. */
  readonly field: string
}

/**
 * The chain that Envoy takes: criterion by criterion the most specific, without coming back to a less specific one when a later
 * criterion then fails (envoy.config.listener.v3.FilterChainMatch).
 */
export function chainFor(listener: JsonObject, connection: Connection): FoundChain | undefined {
  const chains = objectsAt(listener, 'filterChains').map((chain, index) => ({ chain, field: `filterChains[${index}]` }))
  const [found] = CRITERIA.reduce((left, criterion) => mostSpecific(left, criterion, connection), chains)
  const fallback = listener['defaultFilterChain']
  return (
    found ??
    (isJsonObject(fallback ?? null) ? { chain: fallback as JsonObject, field: 'defaultFilterChain' } : undefined)
  )
}

/** How specific a match is about the connection: 0 where it asks nothing, -1 where it does not take it. */
type Criterion = (match: JsonObject, connection: Connection) => number

function mostSpecific(chains: FoundChain[], criterion: Criterion, connection: Connection): FoundChain[] {
  const ranked = chains.map(found => ({
    found,
    rank: criterion(objectAt(found.chain, 'filterChainMatch'), connection),
  }))
  const best = Math.max(...ranked.map(({ rank }) => rank))
  return best < 0 ? [] : ranked.filter(({ rank }) => rank === best).map(({ found }) => found)
}

/** In Envoy's order. */
const CRITERIA: readonly Criterion[] = [
  (match, { port }) => ask(match['destinationPort'], wanted => wanted === port),
  (match, { address }) => longest(objectsAt(match, 'prefixRanges'), range => prefixRank(range, address)),
  (match, { serverName }) => longest(textsAt(match, 'serverNames'), name => nameRank(name, serverName)),
  (match, { transport }) => ask(textAt(match, 'transportProtocol') || undefined, wanted => wanted === transport),
  (match, { protocols }) =>
    longest(textsAt(match, 'applicationProtocols'), protocol => (protocols.includes(protocol) ? 1 : -1)),
]

function ask<T>(wanted: T | undefined, fits: (wanted: T) => boolean): number {
  return wanted === undefined ? 0 : fits(wanted) ? 1 : -1
}

function longest<T>(wanted: readonly T[], rank: (item: T) => number): number {
  return wanted.length === 0 ? 0 : Math.max(...wanted.map(rank))
}

function nameRank(pattern: string, serverName: string): number {
  if (serverName !== '' && pattern === serverName) return Number.MAX_SAFE_INTEGER
  return pattern.startsWith('*') && serverName.endsWith(pattern.slice(1)) && serverName !== '' ? pattern.length : -1
}

/** Above 0 for a prefix that has the address, and the greater the longer it is. */
function prefixRank(range: JsonObject, address: string | undefined): number {
  return isInRange(range, address) ? Number(range['prefixLen'] ?? 0) + 1 : -1
}

/** Whether a `CidrRange` has an address. */
export function isInRange(range: JsonObject, address: string | undefined): boolean {
  const prefix = parseCidr(`${textAt(range, 'addressPrefix')}/${Number(range['prefixLen'] ?? 0)}`)
  const ip = parseIp(address ?? '')
  return prefix.ok && ip.ok && prefixContains(prefix.value, ip.value)
}
