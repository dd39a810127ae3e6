import type { Hostname, Service, VirtualServiceConfig } from '../../mesh/index.js'
import type { Route, VirtualHost } from '../../proto/envoy-types.generated.js'
import type { ProxyView } from '../../proxy/view.js'
import { DYNAMIC_DNS_CLUSTER, outboundClusterName, PASSTHROUGH_CLUSTER, virtualHostName } from './names.js'
import { destinationCluster, type PortFacts, plainAction, timeouts } from './route-action.js'
import type { RouteFacts } from './route-facts.js'
import { hashPolicies } from './route-hash.js'
import { httpRoutes } from './route-http.js'
import type { RouteSource } from './route-match.js'
import { type HostDomains, serviceDomains, withPort } from './virtual-host-domains.js'

/** Which service and VirtualService speak for a host on a port. One of the two is there. */
export interface VirtualHostPlan<V = VirtualServiceConfig> {
  readonly host: Hostname
  readonly port: number
  /** Undefined: only a VirtualService knows the host. */
  readonly service: Service | undefined
  /** Undefined: everything goes to the service. */
  readonly virtual: V | undefined
  /** Of a listener that serves all ports, so that the port is part of the domains. */
  readonly isAnyPort: boolean
}

/** Which requests a virtual host is for. */
export interface HostPlace extends HostDomains {
  readonly host: Hostname
  readonly name: string
  /** Undefined: of one port, so that Envoy does not look at the request's. */
  readonly port: number | undefined
}

/** What is left to a virtual host beside others. */
export interface JoinedHost<H extends HostPlace> {
  readonly host: H
  readonly domains: readonly string[]
}

/** A virtual host as it would be alone; which of its domains it keeps depends on the others (`joinVirtualHosts`). */
export interface TranslatedHost extends HostPlace {
  readonly routes: readonly Route[]
}

/** One host of one port. Depends on its service, VirtualService and what that leads to, never on other hosts. */
export function translateVirtualHost(plan: VirtualHostPlan, facts: RouteFacts): TranslatedHost {
  const { host, port, virtual, isAnyPort } = plan
  const portFacts: PortFacts = { ...facts, port, isAnyPort }
  return {
    ...hostPlace(plan, facts.context.view),
    routes:
      virtual === undefined ? [serviceRoute(host, port, facts)] : httpRoutes(virtual, sourceOf(plan, facts), portFacts),
  }
}

/** All names that a client may call it by: those depend on where the client is, its routes do not. */
export function hostPlace({ host, port, service, isAnyPort }: VirtualHostPlan<unknown>, view: ProxyView): HostPlace {
  return {
    host,
    name: virtualHostName(host, port),
    port: isAnyPort ? port : undefined,
    ...(service === undefined
      ? { domains: withPort(host, undefined), short: new Set<string>() }
      : serviceDomains(service, view, isAnyPort ? port : undefined)),
  }
}

const MESH_SOURCE: ReadonlySet<string> = new Set(['mesh'])

/** Where a sidecar's requests on a port come from: matches on the port of a listener for all ports mean the service's. */
export function sourceOf(at: { readonly port: number }, { context }: RouteFacts): RouteSource {
  return sourceAt(at, context.view)
}

export function sourceAt(
  { port }: { readonly port: number },
  { labels, namespace }: Pick<ProxyView, 'labels' | 'namespace'>,
): RouteSource {
  return { labels, namespace, gateways: MESH_SOURCE, port }
}

/** Everything to the service. */
function serviceRoute(host: Hostname, port: number, facts: RouteFacts): Route {
  const hash = hashPolicies(facts.rule(host), '', port)
  return {
    name: 'default',
    match: { prefix: '/' },
    decorator: { operation: `${host}:${port}/*` },
    route: plainAction(outboundClusterName(port, '', host), hash, facts),
  }
}

/** Names of hosts that are there under their full name: with and without the port. */
function fullNames(hosts: readonly HostPlace[]): Set<string> {
  return new Set(hosts.flatMap(({ host, name }) => [host, name]))
}

/**
 * Virtual hosts of one configuration, in the order of who was first. Envoy refuses a configuration in which a domain stands twice,
 * so the first keeps it; and a short form never takes the full name of another service.
 */
export function joinVirtualHosts<H extends HostPlace>(hosts: readonly H[]): readonly JoinedHost<H>[] {
  const full = fullNames(hosts)
  const taken = new Set<string>()
  const joined: JoinedHost<H>[] = []
  for (const host of hosts) {
    const { port, domains: wanted, short } = host
    const free = wanted.filter(domain => !(short.has(domain) && full.has(domain)) && claims(taken, domain))
    const domains = port === undefined ? free : free.filter(domain => meansPort(domain, port))
    if (domains.length > 0) joined.push({ host, domains })
  }
  return joined
}

export function virtualHostOf(
  { name, routes }: TranslatedHost,
  domains: readonly string[],
  facts: Pick<RouteFacts, 'countsAttempts'>,
): VirtualHost {
  return { name, domains, routes, ...attemptCount(facts) }
}

const HTTP_PORT = 80

/** Where ports are told apart, a request without one means HTTP's. */
export function meansPort(domain: string, port: number): boolean {
  return port === HTTP_PORT || domain.endsWith(`:${port}`)
}

/** Whether the domain was free; Envoy does not look at case. */
function claims(taken: Set<string>, domain: string): boolean {
  const key = domain.toLowerCase()
  if (taken.has(key)) return false
  taken.add(key)
  return true
}

function attemptCount({ countsAttempts }: Pick<RouteFacts, 'countsAttempts'>): VirtualHost {
  return countsAttempts ? { includeRequestAttemptCount: true } : {}
}

const NO_ROUTE_STATUS = 502

/** Requests for hosts that nobody knows: on to where they were going, or to the egress proxy, or refused. */
export function catchAllHost(facts: RouteFacts): VirtualHost {
  const { outbound } = facts.context.scope
  const name = outbound.mode === 'REGISTRY_ONLY' ? 'block_all' : 'allow_any'
  const does: Route =
    outbound.mode === 'REGISTRY_ONLY'
      ? { directResponse: { status: NO_ROUTE_STATUS } }
      : { route: { cluster: catchAllCluster(facts), ...timeouts(undefined) } }
  return { name, domains: ['*'], routes: [{ name, match: { prefix: '/' }, ...does }], ...attemptCount(facts) }
}

function catchAllCluster(facts: RouteFacts): string {
  const { egressProxy, mode } = facts.context.scope.outbound
  if (egressProxy !== undefined) return destinationCluster(egressProxy, { ...facts, port: 0, isAnyPort: true })
  return mode === 'ALLOW_ANY_DYNAMIC_DNS' ? DYNAMIC_DNS_CLUSTER : PASSTHROUGH_CLUSTER
}
