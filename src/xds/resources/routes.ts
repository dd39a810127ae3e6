import {
  type EgressListener,
  isHttp,
  isTcp,
  isUnspecified,
  type PortScope,
  type Service,
  type VirtualServiceConfig,
} from '../../mesh/index.js'
import type { RouteConfiguration, VirtualHost } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { isUnix } from './listener-bind.js'
import { HTTP_PROXY_ROUTE, portRouteName, sniffedRouteName, unixRouteName } from './names.js'
import { type RouteFacts, routeFactsOf } from './route-facts.js'
import { hasHttpRoutes } from './route-http.js'
import {
  catchAllHost,
  type HostPlace,
  type JoinedHost,
  joinVirtualHosts,
  sourceOf,
  type TranslatedHost,
  translateVirtualHost,
  type VirtualHostPlan,
  virtualHostOf,
} from './virtual-host.js'
import { type Outlined, planVirtualHosts, type Speaks } from './virtual-host-plan.js'

/** The largest body that a route may answer with: bytes, the reference's. */
const MAX_DIRECT_BODY = 1_048_576
const UNIX = 'unix://'

/**
 * The outbound route configuration of a sidecar, by name (reference: xds.md sections 8, 9, 12); undefined: there is none of that
 * name. `<port>`: all HTTP services of the port; `<host>:<port>`: one service whose protocol is found out; `http_proxy` and
 * `unix://…`: all services of their listener.
 */
export function translateRoutes(context: ProxyContext, name: string): RouteConfiguration | undefined {
  const plan = planRoutes(context, name)
  if (plan === undefined) return undefined
  return joinRoutes(
    plan,
    plan.hosts.map(host => translateVirtualHost(host, plan.facts)),
  )
}

/** Which virtual hosts a configuration has. Cheap; `translateVirtualHost` of each, then `joinRoutes`, makes it. */
export interface RoutePlan extends HostsPlan {
  readonly name: string
  readonly facts: RouteFacts
}

export interface HostsPlan<V = VirtualServiceConfig> {
  readonly hosts: readonly VirtualHostPlan<V>[]
  /** Of one service only, which gets every request. */
  readonly isSniffed: boolean
}

export function planRoutes(context: ProxyContext, name: string): RoutePlan | undefined {
  const facts = routeFactsOf(context)
  const plan = planHosts(context.scope.egress, name, (virtual, at) => hasHttpRoutes(virtual, sourceOf(at, facts)))
  return plan === undefined ? undefined : { name, facts, ...plan }
}

/** The part of a plan that follows from what is in reach, and from outlines of VirtualServices. */
export function planHosts<V extends Outlined>(
  listeners: readonly EgressListener<V>[],
  name: string,
  speaks: Speaks<V>,
): HostsPlan<V> | undefined {
  const wanted = parseRouteName(name)
  if (wanted === undefined) return undefined
  const egress = egressFor(listeners, wanted)
  if (egress === undefined) return undefined
  const isForward = egress.port !== undefined && egress.port.protocol === 'http-proxy'
  const port = wanted.port === 0 || isForward ? undefined : wanted.port
  const hosts = planVirtualHosts(narrowed(egress, wanted), port, speaks)
  const { host } = wanted
  return {
    hosts: host === '' ? hosts : hosts.filter(plan => plan.host === host).slice(0, 1),
    isSniffed: host !== '',
  }
}

/** `hosts`: what `translateVirtualHost` made of the plan's, in the plan's order. */
export function joinRoutes(plan: RoutePlan, hosts: readonly TranslatedHost[]): RouteConfiguration {
  const joined = arrangeHosts(plan, hosts).map(({ host, domains }) => virtualHostOf(host, domains, plan.facts))
  return { ...routeShell(plan), virtualHosts: [...joined, ...lastHosts(plan)] }
}

/** Virtual hosts in the order of the wire, each with the domains that it keeps. */
export function arrangeHosts<H extends HostPlace>(
  { isSniffed }: Pick<RoutePlan, 'isSniffed'>,
  hosts: readonly H[],
): readonly JoinedHost<H>[] {
  const sorted = [...joinVirtualHosts(hosts)].sort(byName)
  // The listener is reached by the service's address alone, so whatever the request says it means the service.
  return isSniffed ? sorted.map(({ host }) => ({ host, domains: ['*'] })) : sorted
}

/** For requests that are for no other. */
export function lastHosts({ isSniffed, facts }: Pick<RoutePlan, 'isSniffed' | 'facts'>): readonly VirtualHost[] {
  return isSniffed ? [] : [catchAllHost(facts)]
}

/** A configuration without its virtual hosts. */
export function routeShell({ name }: Pick<RoutePlan, 'name'>): RouteConfiguration {
  return {
    name,
    validateClusters: false,
    ignorePortInHostMatching: true,
    maxDirectResponseBodySizeBytes: MAX_DIRECT_BODY,
  }
}

function byName(a: JoinedHost<HostPlace>, b: JoinedHost<HostPlace>): number {
  const [left, right] = [a.host.name, b.host.name]
  return left < right ? -1 : left > right ? 1 : 0
}

interface RouteName {
  /** 0: of a listener that serves all ports. */
  readonly port: number
  /** Of a sniffed port; else empty. */
  readonly host: string
  readonly bind: string
}

function parseRouteName(name: string): RouteName | undefined {
  if (name === HTTP_PROXY_ROUTE || name.startsWith(UNIX)) return { port: 0, host: '', bind: name }
  const parts = /^(?:(.+):)?(\d{1,5})$/.exec(name)
  return parts === null ? undefined : { port: Number(parts[2]), host: parts[1] ?? '', bind: '' }
}

/** What of a scope a configuration is made of, by its name: of the services at that port, of one of them, or of all. */
export function reachOfRoute(name: string): 'one port' | 'one host' | 'whole scope' {
  const { port, host } = parseRouteName(name) ?? { port: 0, host: '' }
  return port === 0 ? 'whole scope' : host === '' ? 'one port' : 'one host'
}

/** Configurations that listeners of a port refer to, if nothing else takes the port. */
export function routeNamesAt({ port, egress }: PortScope): readonly string[] {
  const names = new Set<string>()
  for (const { port: own, bind, services } of egress)
    for (const service of services)
      for (const { protocol } of own === undefined ? service.ports.filter(each => each.port === port) : [own]) {
        if (isTcp(protocol) || protocol === 'udp' || service.resolution === 'alias') continue
        if (isUnix(bind)) names.add(unixRouteName(bind))
        else if (isHttp(protocol)) names.add(portRouteName(port))
        else for (const name of sniffedNames(service, port, bind)) names.add(name)
      }
  return [...names]
}

/** Whether it has the listener for itself depends on who asks where it has no address of its own. */
function sniffedNames({ host, address }: Service, port: number, bind: string): readonly string[] {
  const place = bind || address
  const isAnywhere = isUnspecified(place) || place.includes('/')
  return [sniffedRouteName(host, port), ...(isAnywhere ? [portRouteName(port)] : [])]
}

/** The listener of that port or socket, else the one for all that no other claims. */
function egressFor<V>(
  listeners: readonly EgressListener<V>[],
  { port, bind }: RouteName,
): EgressListener<V> | undefined {
  return listeners.find(
    listener =>
      listener.port === undefined || (listener.port.number === port && (port !== 0 || listener.bind === bind)),
  )
}

/** Of a sniffed port only one service counts: the others need not be looked at. */
function narrowed<V>(egress: EgressListener<V>, { host, port }: RouteName): EgressListener<V> {
  if (host === '') return egress
  const services = egress.services.filter(service => service.host === host && service.ports.some(p => p.port === port))
  return { ...egress, services }
}
