import type {
  Destination,
  HTTPRoute,
  RouteDestination,
  TCPRoute,
  TLSRoute,
  VirtualService,
} from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { resolveShortName } from './hostname.js'
import type { VirtualServiceConfig } from './scope.js'

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

/** Ports by host that a VirtualService may send to, mirrors included; an empty set: any port. */
export function destinationsOf({ spec }: VirtualServiceConfig, clientNamespace: string): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  const add = (to: Destination | undefined): void => {
    if (to?.host === undefined) return
    const port = to.port?.number ?? 0
    const ports = found.get(to.host)
    if (ports === undefined) found.set(to.host, new Set(port === 0 ? [] : [port]))
    else if (ports.size > 0) port === 0 ? ports.clear() : ports.add(port)
  }
  for (const route of spec.http ?? []) {
    const matches = route.match ?? []
    const isOther = ({ sourceNamespace = '' }: { sourceNamespace?: string }): boolean =>
      sourceNamespace !== '' && sourceNamespace !== clientNamespace
    if (matches.length > 0 && matches.every(isOther)) continue
    for (const { destination: to } of route.route ?? []) add(to)
    add(route.mirror)
    for (const { destination: to } of route.mirrors ?? []) add(to)
  }
  const l4: readonly (TLSRoute | TCPRoute)[] = [...(spec.tcp ?? []), ...(spec.tls ?? [])]
  for (const route of l4) for (const item of (route.route ?? []) as readonly RouteDestination[]) add(item.destination)
  return found
}
