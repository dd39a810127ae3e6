import { parseIp } from '../../lang/cidr.js'
import { addressesFor, type Endpoint, isOfFamily, isUnspecified, type Service } from '../../mesh/index.js'
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
      const vips = vipsOf(service, context.view)
      const ips = vips.length > 0 ? answersOf(vips, context.view) : addHeadless(service, context, table)
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

function vipsOf(service: Service, view: ProxyView): readonly string[] {
  return addressesFor(view, service).filter(address => !isUnspecified(address))
}

/** Prefixes are no answer to a name. */
function answersOf(vips: readonly string[], view: ProxyView): readonly string[] {
  return vips.filter(address => parseIp(address).ok && isOfFamily(address, view))
}

function addHeadless(
  service: Service,
  { view, lookup }: ProxyContext,
  table: Map<string, NameInfo>,
): readonly string[] {
  const firstPort = service.ports[0]
  if (service.resolution !== 'none' || service.registry !== 'Kubernetes' || firstPort === undefined) return []
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
