import { isUnspecified, type Protocol } from '../../mesh/index.js'
import type { ConfigListenerFilter, FilterChain, HttpFilter, Listener } from '../../proto/envoy-types.generated.js'
import {
  claimConnections,
  PLAIN_HTTP_MATCH,
  type TcpChain,
  TRANSPORT_CONNECT_TIMEOUT,
  takesAll,
  tcpFilterChain,
} from './filter-chain.js'
import { HTTP_INSPECTOR, TLS_INSPECTOR } from './filters.js'
import { httpConnectionManager } from './http-connection-manager.js'
import { addressFields, isUnix } from './listener-bind.js'
import type { Addresses, ListenerFacts } from './listener-facts.js'
import { fallbackFilters } from './listener-fallback.js'
import { listenerName } from './names.js'

/** The HTTP share of a listener. Whoever comes first gives it: HTTP services share it through its routes. */
interface HttpShare {
  readonly route: string
  readonly protocol: Protocol
  readonly dynamic: HttpFilter[]
}

/** A listener in the making: at one address and port, HTTP and bytes side by side. */
export interface ListenerSlot {
  readonly name: string
  readonly addresses: Addresses
  readonly port: number
  readonly bindsToPort: boolean
  http: HttpShare | undefined
  readonly chains: TcpChain[]
  /** Server name and destination of each chain: Envoy refuses a listener where two chains have one in common. */
  readonly taken: Set<string>
  isLocked: boolean
}

/** Slots of one port number by name. */
export class SlotMap {
  readonly #slots = new Map<string, ListenerSlot>()
  #isLocked = false

  at(addresses: Addresses, port: number, bindsToPort: boolean): ListenerSlot {
    const name = listenerName(addresses[0], port)
    const found = this.#slots.get(name)
    if (found !== undefined) return found
    const slot: ListenerSlot = {
      name,
      addresses,
      port,
      bindsToPort,
      http: undefined,
      chains: [],
      taken: new Set(),
      isLocked: false,
    }
    this.#slots.set(name, slot)
    return slot
  }

  /** What is there so far takes no more; what comes later still does. */
  lockOthers(): void {
    if (this.#isLocked) return
    this.#isLocked = true
    for (const slot of this.#slots.values()) slot.isLocked = true
  }

  /** Of two chains for the same connections the first stays: an older service, an earlier route. */
  addChains(slot: ListenerSlot, chains: readonly TcpChain[]): void {
    for (const chain of chains) slot.chains.push(...claimConnections(slot.taken, chain))
  }

  all(): readonly ListenerSlot[] {
    return [...this.#slots.values()].filter(({ http, chains }) => http !== undefined || chains.length > 0)
  }
}

export function listenerOfSlot(facts: ListenerFacts, slot: ListenerSlot): Listener {
  const { name, addresses, port, chains } = slot
  const isSniffed = slot.http !== undefined && (chains.length > 0 || isOnAny(slot))
  const hasServerNames = chains.some(({ serverNames }) => serverNames.length > 0)
  const listenerFilters = [...(hasServerNames ? [TLS_INSPECTOR] : []), ...(isSniffed ? [HTTP_INSPECTOR] : [])]
  return {
    name,
    ...addressFields(addresses, port),
    trafficDirection: 'OUTBOUND',
    continueOnListenerFiltersTimeout: true,
    // Only what may be either has to wait: a server that speaks first would keep its client waiting for nothing.
    listenerFiltersTimeout: isSniffed ? facts.detectionTimeout : '0s',
    ...(listenerFilters.length === 0 ? {} : { listenerFilters }),
    ...bindFields(slot),
    ...balanceFields(facts.view.meta.hasOutboundExactBalance),
    ...filterChainsOf(facts, slot, isSniffed),
  }
}

/** Connections to accept at a time: more would starve other workers of Envoy. */
const ACCEPT_AT_ONCE = 1

/** Of a listener with a socket. */
export const SOCKET_FIELDS = { maxConnectionsToAcceptPerSocketEvent: ACCEPT_AT_ONCE } satisfies Listener

function bindFields({ bindsToPort }: ListenerSlot): Listener {
  return bindsToPort ? SOCKET_FIELDS : { bindToPort: false }
}

/** Spreads connections evenly over workers, for long-lived ones. */
export function balanceFields(isExact: boolean): Listener {
  return isExact ? { connectionBalanceConfig: { exactBalance: {} } } : {}
}

function isOnAny({ addresses }: ListenerSlot): boolean {
  return isUnspecified(addresses[0])
}

function filterChainsOf(facts: ListenerFacts, slot: ListenerSlot, isSniffed: boolean): Listener {
  const chains = slot.chains.map(tcpFilterChain)
  const rest = slot.chains.findIndex(takesAll)
  const http = slot.http === undefined ? [] : [httpChain(facts, slot, slot.http, isSniffed)]
  const others = [...chains.filter((_, index) => index !== rest), ...http]
  const last = chains[rest]
  if (last === undefined) return { filterChains: others, ...(mayPassOn(slot, isSniffed) ? fallback(facts) : {}) }
  return others.length === 0 ? { filterChains: [last] } : { filterChains: others, defaultFilterChain: last }
}

/** HTTP that is alone at its address takes every connection; a socket file is no place to pass on from. */
function mayPassOn(slot: ListenerSlot, isSniffed: boolean): boolean {
  return (slot.http === undefined || isSniffed) && !isUnix(slot.addresses[0])
}

function httpChain(facts: ListenerFacts, slot: ListenerSlot, http: HttpShare, isSniffed: boolean): FilterChain {
  const manager = httpConnectionManager(facts, {
    direction: 'outbound',
    name: `outbound_${slot.name}`,
    protocol: http.protocol,
    routes: http.route,
    beforeRouter: http.dynamic,
    acceptsAbsoluteUrls: http.protocol === 'http-proxy',
  })
  return {
    ...(isSniffed ? { filterChainMatch: PLAIN_HTTP_MATCH } : {}),
    filters: [manager],
    transportSocketConnectTimeout: TRANSPORT_CONNECT_TIMEOUT,
  }
}

/** Connections to services that the mesh does not know of may come to a port that some known one has. */
function fallback(facts: ListenerFacts): Listener {
  const filters: ConfigListenerFilter[] = fallbackFilters(facts)
  return { defaultFilterChain: { name: 'PassthroughFilterChain', filterChainMatch: {}, filters } }
}
