import { parseIp } from '../../lang/cidr.js'
import { type Endpoint, type Service, UNSPECIFIED_V4 } from '../../mesh/index.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'

/** `istio.networking.nds.v1.NameTable` as proto3 JSON. */
export interface NameTable {
  /** Absent: no names. */
  readonly table?: Readonly<Record<string, NameInfo>>
}

export interface NameInfo {
  readonly ips: readonly string[]
  readonly registry: string
  readonly shortname?: string
  readonly namespace?: string
}

/**
 * Names that the agent's DNS proxy answers: of a service with addresses those, of a headless one its ready pods in the same cluster
 * and network, and each such pod by its own name. Routers have no DNS proxy: no names.
 */
export function translateNames(context: ProxyContext): NameTable {
  const table = new Map<string, NameInfo>()
  if (context.view.type === 'router') return {}
  for (const { services } of context.scope.egress)
    for (const service of services) {
      const own = ownAddresses(service, context.view)
      const ips = own.length > 0 || hasAddress(service, context.view) ? own : addHeadless(service, context, table)
      const before = table.get(service.host)
      if (ips.length > 0 && !(before?.registry === 'Kubernetes' && service.registry !== 'Kubernetes'))
        table.set(service.host, nameInfo(service, ips))
    }
  if (table.size === 0) return {}
  return { table: Object.fromEntries([...table].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) }
}

function nameInfo(service: Service, ips: readonly string[]): NameInfo {
  const { registry, namespace, name } = service
  return registry === 'Kubernetes' ? { ips, registry, shortname: name, namespace } : { ips, registry }
}

/** VIPs as this proxy sees them: its own cluster's if the service has some there. */
export function vipsOf(service: Service, view: ProxyView): readonly string[] {
  const own = service.clusterAddresses[view.cluster]
  const all = own ?? (service.address === UNSPECIFIED_V4 ? [] : [service.address])
  if (all.length > 0) return all.filter(address => isUsable(address, view)).length > 0 ? all : all.slice(0, 1)
  if (!view.meta.hasDnsAutoAllocate || service.autoAddress === '') return []
  return [service.autoAddress, service.autoAddressV6].filter(address => address !== '' && isUsable(address, view))
}

function isUsable(address: string, { ipMode }: ProxyView): boolean {
  return ipMode === 'dual' || address.includes(':') === (ipMode === 'v6')
}

function hasAddress(service: Service, view: ProxyView): boolean {
  return vipsOf(service, view).length > 0
}

/** Prefixes are no answer to a name. */
function ownAddresses(service: Service, view: ProxyView): readonly string[] {
  return vipsOf(service, view).filter(address => parseIp(address).ok && isUsable(address, view))
}

function addHeadless(
  service: Service,
  { view, lookup }: ProxyContext,
  table: Map<string, NameInfo>,
): readonly string[] {
  const firstPort = service.ports[0]
  if (service.resolution !== 'none' || firstPort === undefined) return []
  const ready = lookup
    .headless(service)
    .filter(
      ({ servicePortName, addresses }) => servicePortName === firstPort.name && addresses.every(ip => parseIp(ip).ok),
    )
  const near = ready.filter(({ network }) => network === '' || view.network === '' || network === view.network)
  for (const endpoint of near) addPod(endpoint, service, view, table)
  return near.filter(({ cluster }) => cluster === view.cluster).flatMap(({ addresses }) => addresses)
}

/** `<hostname>.<subdomain>.<rest of the service's name>`; the pod of the proxy's own cluster wins. */
function addPod(endpoint: Endpoint, service: Service, view: ProxyView, table: Map<string, NameInfo>): void {
  const dot = service.host.indexOf('.')
  if (endpoint.subDomain === '' || dot === -1) return
  const shortname = `${endpoint.hostname}.${endpoint.subDomain}`
  const host = `${shortname}${service.host.slice(dot)}`
  if (table.has(host) && endpoint.cluster !== view.cluster) return
  table.set(host, { ips: endpoint.addresses, registry: service.registry, shortname, namespace: service.namespace })
}
