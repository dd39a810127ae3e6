import {
  compareSpecificity,
  type EgressListener,
  type Hostname,
  hostCovers,
  isHttp,
  isSniffed,
  isWildcard,
  type Service,
  type VirtualOutline,
} from '../../mesh/index.js'
import { virtualHostName } from './names.js'
import { firstOfHost } from './route-facts.js'
import type { VirtualHostPlan } from './virtual-host.js'

/** The only port where hosts of a VirtualService that has no service there are served. */
const HTTP_PORT = 80

/** What is looked at of a VirtualService: itself or an outline. */
export type Outlined = Pick<VirtualOutline, 'namespace' | 'name'> & {
  readonly spec: Pick<VirtualOutline['spec'], 'hosts'>
}

/** Whether a VirtualService has anything to say about requests at a port. */
export type Speaks<V> = (virtual: V, at: { readonly port: number }) => boolean

/**
 * Which virtual hosts an egress listener has on a port, each name once: those of VirtualServices first, in their order (reference: xds.md section
 * 8). `port` undefined: on all ports of its services.
 */
export function planVirtualHosts<V extends Outlined>(
  egress: EgressListener<V>,
  port: number | undefined,
  speaks: Speaks<V>,
): readonly VirtualHostPlan<V>[] {
  const services = servicesOn(egress, port)
  const winners = wildcardWinners(egress.virtualServices, services)
  const claimed = new Set<Hostname>()
  const plans = new Map<string, VirtualHostPlan<V>>()
  const add = (plan: VirtualHostPlan<V>): void => {
    const name = virtualHostName(plan.host, plan.port)
    if (!plans.has(name)) plans.set(name, plan)
  }
  for (const virtual of egress.virtualServices) {
    for (const plan of plansOf(virtual, services, winners, port)) {
      if (!speaks(virtual, plan)) continue
      if (plan.service !== undefined) claimed.add(plan.host)
      add(plan)
    }
  }
  for (const service of services.values())
    if (!claimed.has(service.host) && service.resolution !== 'alias')
      for (const plan of servicePlans<V>(service, undefined, port)) add(plan)
  return [...plans.values()]
}

/** Services of the listener by host, with only the port asked for. */
function servicesOn(egress: EgressListener<unknown>, port: number | undefined): ReadonlyMap<Hostname, Service> {
  if (port === undefined) return firstOfHost(egress.services)
  return firstOfHost(egress.services.filter(({ ports }) => ports.some(each => each.port === port)))
}

function plansOf<V extends Outlined>(
  virtual: V,
  services: ReadonlyMap<Hostname, Service>,
  winners: (host: Hostname) => V | undefined,
  port: number | undefined,
): VirtualHostPlan<V>[] {
  const { found, unknown } = hostsOf(virtual, services, winners)
  const withService = found.flatMap(service => servicePlans(service, virtual, port))
  const ports = new Set(withService.map(plan => plan.port))
  if (ports.size === 0 && port === HTTP_PORT) ports.add(HTTP_PORT)
  const isAnyPort = port === undefined
  const alone = [...ports].flatMap(each =>
    unknown.map(host => ({ host, port: each, service: undefined, virtual, isAnyPort })),
  )
  return [...alone, ...withService]
}

/** One for each HTTP port. */
function servicePlans<V>(service: Service, virtual: V | undefined, port: number | undefined): VirtualHostPlan<V>[] {
  return service.ports
    .filter(each => (port === undefined || each.port === port) && (isHttp(each.protocol) || isSniffed(each.protocol)))
    .map(each => ({ host: service.host, port: each.port, service, virtual, isAnyPort: port === undefined }))
}

interface VirtualServiceHosts {
  readonly found: readonly Service[]
  /** Hosts that no service has. */
  readonly unknown: readonly Hostname[]
}

function hostsOf<V extends Outlined>(
  virtual: V,
  services: ReadonlyMap<Hostname, Service>,
  winners: (host: Hostname) => V | undefined,
): VirtualServiceHosts {
  const found = new Map<Hostname, Service>()
  const unknown: Hostname[] = []
  for (const host of virtual.spec.hosts ?? []) {
    if (!isWildcard(host)) {
      const service = services.get(host)
      if (service === undefined) unknown.push(host)
      else found.set(host, service)
      continue
    }
    const covered = [...services.values()].filter(service => hostCovers(host, service.host))
    if (covered.length === 0) unknown.push(host)
    for (const service of covered) if (winners(service.host) === virtual) found.set(service.host, service)
  }
  return { found: [...found.values()], unknown }
}

/** Which VirtualService a service gets by a wildcard: none if one names it in full, else that of the most specific, the first of equals. */
function wildcardWinners<V extends Outlined>(
  virtuals: readonly V[],
  services: ReadonlyMap<Hostname, Service>,
): (host: Hostname) => V | undefined {
  const patterns = new Map<Hostname, V>()
  for (const virtual of virtuals)
    for (const host of virtual.spec.hosts ?? []) if (!patterns.has(host)) patterns.set(host, virtual)
  const wildcards = [...patterns.keys()].filter(isWildcard).sort(compareSpecificity)
  return host => {
    const exact = services.has(host) ? patterns.get(host) : undefined
    if (exact !== undefined) return exact
    const best = wildcards.find(pattern => hostCovers(pattern, host))
    return best === undefined ? undefined : patterns.get(best)
  }
}
