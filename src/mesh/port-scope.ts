import { type Hostname, hostsOverlap, isWildcard } from './hostname.js'
import { isHttp, isSniffed, type Protocol } from './protocol.js'
import type { OutlinedListener, OutlinedScope, VirtualOutline } from './scope.js'
import type { Service, ServicePort } from './service.js'

/** The share that one port has in a scope: it decides the port's listeners and its routes. */
export interface PortScope {
  readonly port: number
  /** Listeners of that port, and those for all ports, with the services that have the port and the VirtualServices that speak of those. */
  readonly egress: readonly OutlinedListener[]
}

/** Hosts that no service has are served at this port alone. */
const HTTP_PORT = 80

/** By port number, as text. */
export function portScopes({ egress }: OutlinedScope): readonly (readonly [string, PortScope])[] {
  const parts = egress.map(listener => ({ listener, byPort: byPort(listener), find: finderOf(listener) }))
  const ports = new Set(parts.flatMap(part => [...part.byPort.keys()]))
  return [...ports].map(port => {
    const there = parts.filter(({ listener }) => listener.port === undefined || listener.port.number === port)
    const share = there.map(({ listener, byPort: services, find }) => {
      const own = services.get(port) ?? []
      return { ...listener, services: own, virtualServices: find(own, port) }
    })
    return [String(port), { port, egress: share }] as const
  })
}

/**
 * What listeners are made of: of HTTP services, which share one listener and are told apart by its routes, the first one says it
 * all; of VirtualServices those count that speak of connections.
 */
export function listenerShare({ port, egress }: PortScope): PortScope {
  return {
    port,
    egress: egress.map(listener => {
      let hasHttp = false
      const services = listener.services.filter(service => {
        const ports = listener.port === undefined ? portsOf(service, port) : [listener.port]
        if (service.resolution === 'dynamic-dns' || !ports.every(({ protocol }) => isHttp(protocol))) return true
        if (service.resolution === 'alias' || hasHttp) return false
        hasHttp = true
        return true
      })
      const virtualServices = listener.virtualServices.filter(({ hasStreams }) => hasStreams)
      return { ...listener, services, virtualServices }
    }),
  }
}

/** One service each, of those whose protocol is found out. */
export function hostScopes({ port, egress }: PortScope): readonly (readonly [string, PortScope])[] {
  const hosts = new Set(
    egress
      .flatMap(({ port: own, services }) =>
        services.filter(service => (own === undefined ? portsOf(service, port) : [own]).some(isFoundOut)),
      )
      .map(({ host }) => host),
  )
  const parts = egress.map(listener => ({
    listener,
    byHost: byHost(listener.services),
    overlapping: overlapOf(listener.virtualServices),
  }))
  return [...hosts].map(host => {
    const share = parts.map(({ listener, byHost: services, overlapping }) => ({
      ...listener,
      services: services.get(host) ?? [],
      virtualServices: inOrder(overlapping([host]), listener),
    }))
    return [`${host}:${port}`, { port, egress: share }] as const
  })
}

function byHost(services: readonly Service[]): ReadonlyMap<Hostname, readonly Service[]> {
  const found = new Map<Hostname, Service[]>()
  for (const service of services) {
    const there = found.get(service.host)
    if (there === undefined) found.set(service.host, [service])
    else there.push(service)
  }
  return found
}

function portsOf({ ports }: Service, number: number): readonly ServicePort[] {
  return ports.filter(({ port }) => port === number)
}

function isFoundOut({ protocol }: { readonly protocol: Protocol }): boolean {
  return isSniffed(protocol)
}

function byPort({ port, services }: OutlinedListener): ReadonlyMap<number, readonly Service[]> {
  if (port !== undefined) return new Map([[port.number, services]])
  const found = new Map<number, Service[]>()
  for (const service of services)
    for (const number of new Set(service.ports.map(each => each.port))) {
      const there = found.get(number)
      if (there === undefined) found.set(number, [service])
      else there.push(service)
    }
  return found
}

type Finder = (services: readonly Service[], port: number) => readonly VirtualOutline[]

/** Those whose hosts overlap a service's, in the listener's order; at the port of HTTP also those of hosts that nobody has. */
function finderOf(listener: OutlinedListener): Finder {
  const { virtualServices } = listener
  const overlapping = overlapOf(virtualServices)
  return (services, port) => {
    if (virtualServices.length === 0) return virtualServices
    const found = overlapping(services.map(({ host }) => host))
    if (port === HTTP_PORT) for (const [index, { hasHttp }] of virtualServices.entries()) if (hasHttp) found.add(index)
    return inOrder(found, listener)
  }
}

/** Positions of the VirtualServices that have a host which overlaps one of these: of a name in full only wildcards are tried one by one. */
function overlapOf(virtualServices: readonly VirtualOutline[]): (hosts: Iterable<Hostname>) => Set<number> {
  const exact = new Map<Hostname, number[]>()
  const wild: number[] = []
  const hostsOf = (index: number): readonly Hostname[] => virtualServices[index]?.spec.hosts ?? []
  for (const index of virtualServices.keys())
    for (const host of hostsOf(index)) {
      const there = exact.get(host)
      if (isWildcard(host)) wild.push(index)
      else if (there === undefined) exact.set(host, [index])
      else there.push(index)
    }
  return hosts => {
    const found = new Set<number>()
    for (const host of hosts) {
      const candidates = isWildcard(host) ? virtualServices.keys() : wild
      for (const index of exact.get(host) ?? []) found.add(index)
      for (const index of candidates) if (hostsOf(index).some(each => hostsOverlap(each, host))) found.add(index)
    }
    return found
  }
}

function inOrder(positions: ReadonlySet<number>, { virtualServices }: OutlinedListener): readonly VirtualOutline[] {
  return [...positions].sort((a, b) => a - b).flatMap(index => virtualServices[index] ?? [])
}
