import type {
  Destination,
  HTTPRoute,
  RouteDestination,
  TCPRoute,
  TLSRoute,
  VirtualService,
} from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { isSameData } from '../engine/index.js'
import { resolveShortName } from './hostname.js'
import type { Lead, VirtualOutline, VirtualServiceConfig } from './scope.js'

export const MESH_GATEWAY = 'mesh'

/** Everything named in full: hosts, destinations, gateways (`<namespace>/<name>`, `mesh`). Delegates are not merged here. */
export function qualifyVirtualService(object: ConfigObject<VirtualService>, domain: string): VirtualServiceConfig {
  const { spec, namespace } = object
  const names: Names = {
    host: host => resolveShortName(host, namespace, domain),
    gateway: gateway => (gateway === MESH_GATEWAY || gateway.includes('/') ? gateway : `${namespace}/${gateway}`),
  }
  const gateways = spec.gateways !== undefined && spec.gateways.length > 0 ? spec.gateways : [MESH_GATEWAY]
  return {
    ...object,
    spec: {
      ...spec,
      hosts: (spec.hosts ?? []).map(names.host),
      gateways: gateways.map(names.gateway),
      ...(spec.http === undefined ? {} : { http: spec.http.map(route => httpRoute(route, names)) }),
      ...(spec.tls === undefined ? {} : { tls: spec.tls.map(route => l4Route(route, names)) }),
      ...(spec.tcp === undefined ? {} : { tcp: spec.tcp.map(route => l4Route(route, names)) }),
    },
  }
}

interface Names {
  readonly host: (host: string) => string
  readonly gateway: (gateway: string) => string
}

function httpRoute(route: HTTPRoute, names: Names): HTTPRoute {
  const { match, route: destinations, mirror, mirrors } = route
  return {
    ...route,
    ...(match === undefined ? {} : { match: match.map(item => withGateways(item, names)) }),
    ...(destinations === undefined ? {} : { route: destinations.map(item => withDestination(item, names)) }),
    ...(mirror === undefined ? {} : { mirror: destination(mirror, names) }),
    ...(mirrors === undefined ? {} : { mirrors: mirrors.map(item => withDestination(item, names)) }),
  }
}

function l4Route<R extends TLSRoute | TCPRoute>(route: R, names: Names): R {
  const { match, route: destinations } = route
  return {
    ...route,
    ...(match === undefined ? {} : { match: match.map(item => withGateways(item, names)) }),
    ...(destinations === undefined ? {} : { route: destinations.map(item => withDestination(item, names)) }),
  }
}

function withGateways<M extends { readonly gateways?: readonly string[] }>(match: M, { gateway }: Names): M {
  return match.gateways === undefined ? match : { ...match, gateways: match.gateways.map(gateway) }
}

function withDestination<D extends { readonly destination?: Destination }>(item: D, names: Names): D {
  return item.destination === undefined ? item : { ...item, destination: destination(item.destination, names) }
}

function destination(to: Destination, { host }: Names): Destination {
  return to.host === undefined ? to : { ...to, host: host(to.host) }
}

/** What scopes look at. */
export function outlineOf({ namespace, name, creationTimestamp, spec }: VirtualServiceConfig): VirtualOutline {
  const { hosts, gateways, exportTo, http = [], tcp = [], tls = [] } = spec
  return {
    namespace,
    name,
    creationTimestamp,
    spec: {
      ...(hosts === undefined ? {} : { hosts }),
      ...(gateways === undefined ? {} : { gateways }),
      ...(exportTo === undefined ? {} : { exportTo }),
    },
    hasHttp: http.length > 0,
    hasStreams: tcp.length + tls.length > 0,
    leadsTo: leadsOf(spec),
  }
}

function leadsOf({ http = [], tcp = [], tls = [] }: VirtualService): readonly Lead[] {
  const found: Lead[] = []
  const add = (to: Destination | undefined, from: Lead['from']): void => {
    if (to?.host === undefined) return
    const lead = { host: to.host, port: to.port?.number ?? 0, from }
    if (!found.some(each => isSameData(each, lead))) found.push(lead)
  }
  for (const route of http) {
    const from = sourcesOf(route)
    for (const { destination: to } of route.route ?? []) add(to, from)
    add(route.mirror, from)
    for (const { destination: to } of route.mirrors ?? []) add(to, from)
  }
  const l4: readonly (TLSRoute | TCPRoute)[] = [...tcp, ...tls]
  for (const route of l4)
    for (const { destination: to } of (route.route ?? []) as readonly RouteDestination[]) add(to, undefined)
  return found
}

/** Namespaces that a rule is for alone: where each of its matches names one. */
function sourcesOf({ match = [] }: HTTPRoute): Lead['from'] {
  const named = match.map(({ sourceNamespace = '' }) => sourceNamespace)
  return named.length === 0 || named.includes('') ? undefined : [...new Set(named)].sort()
}

/** Ports by host that a VirtualService may send to; an empty set: any port. */
export function destinationsOf(
  { leadsTo }: Pick<VirtualOutline, 'leadsTo'>,
  clientNamespace: string,
): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  for (const { host, port, from } of leadsTo) {
    if (from?.includes(clientNamespace) === false) continue
    const ports = found.get(host)
    if (ports === undefined) found.set(host, new Set(port === 0 ? [] : [port]))
    else if (ports.size > 0) port === 0 ? ports.clear() : ports.add(port)
  }
  return found
}
