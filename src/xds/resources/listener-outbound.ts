import { type EgressListener, isHttp, isTcp, isUnspecified, type Service, type ServicePort } from '../../mesh/index.js'
import type { HttpFilter, Listener } from '../../proto/envoy-types.generated.js'
import { tcpChains } from './filter-chain-tcp.js'
import { dynamicForwardHttp } from './filters.js'
import { bindsToPort, egressBind, isPortTaken, isUnix, type ServiceBind, serviceBinds } from './listener-bind.js'
import type { Addresses, ListenerFacts } from './listener-facts.js'
import { type ListenerSlot, listenerOfSlot, SlotMap } from './listener-slot.js'
import { portRouteName, sniffedRouteName, unixRouteName } from './names.js'

/** One service at one port of one egress line: what asks for a listener, or for a share of one. */
interface Claim {
  readonly egress: EgressListener
  readonly service: Service
  /** The service's port, or the one that the Sidecar listens on for it. */
  readonly port: Pick<ServicePort, 'port' | 'protocol' | 'name'>
}

/**
 * The listeners of one port number, from all services that the proxy may call there: one for HTTP on any address, one for each
 * address of services that carry bytes. Services are oldest first, and an older one keeps what two ask for (reference: xds.md section 12).
 */
export function outboundListeners(facts: ListenerFacts, claims: readonly Claim[]): Listener[] {
  const slots = new SlotMap()
  for (const claim of claims) {
    // Ports that the Sidecar names are for the services it names there: a catch-all line adds nothing to them.
    if (claim.egress.port === undefined) slots.lockOthers()
    for (const place of placesOf(facts, claim)) addClaim(facts, slots, claim, place)
  }
  return slots.all().map(slot => listenerOfSlot(facts, slot))
}

/** Claims of all listeners by their port, each in the order that decides conflicts. */
export function claimsByPort(facts: ListenerFacts): ReadonlyMap<number, readonly Claim[]> {
  const byPort = new Map<number, Claim[]>()
  for (const claim of facts.scope.egress.flatMap(claimsOf)) {
    const { port, protocol } = claim.port
    if (claim.service.resolution === 'alias' || protocol === 'udp') continue
    if (isPortTaken(facts, port, protocol, egressBind(facts, claim.egress), bindsToPort(facts, claim.egress))) continue
    const claims = byPort.get(port)
    if (claims === undefined) byPort.set(port, [claim])
    else claims.push(claim)
  }
  return byPort
}

function claimsOf(egress: EgressListener): readonly Claim[] {
  const { port, services } = egress
  if (port !== undefined) {
    const own = { port: port.number, protocol: port.protocol, name: port.name }
    return services.map(service => ({ egress, service, port: own }))
  }
  return services.flatMap(service => service.ports.map(each => ({ egress, service, port: each })))
}

function placesOf(facts: ListenerFacts, { egress, service, port }: Claim): readonly ServiceBind[] {
  const bind = egressBind(facts, egress)
  if (bind !== undefined) return [{ addresses: bind, prefix: undefined }]
  if (isHttp(port.protocol)) return [{ addresses: facts.wildcards, prefix: undefined }]
  const binds = serviceBinds(facts, service)
  const isAnywhere = binds.every(({ addresses, prefix }) => prefix === undefined && isUnspecified(addresses[0]))
  if (egress.port !== undefined || service.resolution !== 'none' || !isAnywhere) return binds
  return podBinds(facts, service, port, binds)
}

/** A service without an address is called at those of its pods; only an HTTP request says which service it is for. */
function podBinds(
  { context, view }: ListenerFacts,
  service: Service,
  port: Claim['port'],
  anywhere: readonly ServiceBind[],
): readonly ServiceBind[] {
  const endpoints = context.lookup.headless(service).filter(({ servicePortName }) => servicePortName === port.name)
  const mayHavePods = service.registry === 'Kubernetes' || Object.keys(service.selector).length > 0
  if (endpoints.length === 0 && !mayHavePods) return anywhere
  return endpoints
    .filter(({ network }) => network === '' || view.network === '' || network === view.network)
    .flatMap(({ addresses: [first = '', ...others] }) =>
      first === '' || first === view.addresses[0] || isUnix(first) || isName(first)
        ? []
        : [{ addresses: [first, ...others], prefix: undefined }],
    )
}

function isName(address: string): boolean {
  return !address.includes(':') && !/^[\d.]+$/.test(address)
}

function addClaim(facts: ListenerFacts, slots: SlotMap, claim: Claim, place: ServiceBind): void {
  const { egress, service, port } = claim
  const slot = slots.at(place.addresses, port.port, bindsToPort(facts, egress))
  if (slot.isLocked) return
  if (!isTcp(port.protocol)) addHttp(facts, slot, claim, place.addresses)
  if (isHttp(port.protocol)) return
  slots.addChains(
    slot,
    tcpChains(facts, {
      service,
      port: port.port,
      protocol: port.protocol,
      virtualServices: egress.virtualServices,
      prefix: place.prefix,
      sharesAddress: isUnspecified(place.addresses[0]),
    }),
  )
}

/**
 * HTTP services share a route configuration. Where the protocol has to be found out it is the service's own, as long as its address
 * tells it apart from others.
 */
function addHttp(facts: ListenerFacts, slot: ListenerSlot, { service, port }: Claim, addresses: Addresses): void {
  const isShared = isHttp(port.protocol) || addresses[0] === facts.wildcards[0]
  const route = routeNameOf(service, port.port, isShared, addresses[0])
  slot.http ??= { route, protocol: port.protocol, dynamic: [] }
  if (slot.http.route === route) slot.http.dynamic.push(...dynamicFilters(facts, service, port.port))
}

function routeNameOf(service: Service, port: number, isShared: boolean, bind: string): string {
  if (isUnix(bind)) return unixRouteName(bind)
  return isShared ? portRouteName(port) : sniffedRouteName(service.host, port)
}

function dynamicFilters({ view }: ListenerFacts, { host, resolution }: Service, port: number): HttpFilter[] {
  return resolution === 'dynamic-dns' ? [dynamicForwardHttp({ host, port, ipMode: view.ipMode })] : []
}
