import type { IstioEgressListener, OutboundTrafficPolicy, Sidecar } from '../config/istio-types.generated.js'
import { type ConfigObject, objectKey } from '../config/object.js'
import { isExportedTo, isPrivate, isPublic, normaliseExportTo } from './export-to.js'
import { type Hostname, hostCovers, hostsOverlap, isWildcard, resolveShortName } from './hostname.js'
import { mergePorts } from './merge-services.js'
import { parseProtocol } from './protocol.js'
import type { EgressPort, OutboundPolicy, OutlinedListener, OutlinedScope, VirtualOutline } from './scope.js'
import { compare } from './selection.js'
import type { Service } from './service.js'
import { type MeshIdentity, type MeshSettings, rootNamespaceOf } from './settings.js'
import { destinationsOf, MESH_GATEWAY } from './virtual-services.js'

export type SidecarObject = ConfigObject<Sidecar>

/** What a scope is made of. Lists are those that the namespace may see, in the reference's order (see `orderServices`). */
export interface ScopeFacts {
  readonly namespace: string
  readonly services: readonly Service[]
  readonly virtualServices: readonly VirtualOutline[]
  /** All services of a host, in every namespace, visible or not. */
  readonly servicesOfHost: (host: Hostname) => readonly Service[]
  readonly mesh: MeshSettings
  readonly identity: MeshIdentity
}

const CATCH_ALL: readonly IstioEgressListener[] = [{ hosts: ['*/*'] }]

/** The scope that a Sidecar (undefined: none) gives to proxies of a namespace (reference: xds.md section 7). */
export function buildScope(sidecar: SidecarObject | undefined, facts: ScopeFacts): OutlinedScope {
  const { namespace } = facts
  const written = sidecar?.spec.egress ?? []
  const isDefault = written.length === 0
  const egress = (isDefault ? CATCH_ALL : written).map((listener, index) =>
    isDefault ? defaultListener(facts) : egressListener(listener, index, facts),
  )
  const reach = collectReach(egress, facts, sidecar !== undefined)
  return {
    key: `${namespace}/${sidecar?.name ?? ''}`,
    namespace,
    sidecar: sidecar === undefined ? undefined : objectKey(sidecar),
    egress: isDefault ? egress.map(listener => ({ ...listener, services: reach })) : egress,
    services: reach,
    outbound: outboundPolicy(sidecar, facts),
    ingress: sidecar?.spec.ingress !== undefined && sidecar.spec.ingress.length > 0 ? sidecar.spec.ingress : undefined,
    inboundConnectionPool: sidecar?.spec.inboundConnectionPool,
  }
}

function defaultListener({ services, virtualServices }: ScopeFacts): OutlinedListener {
  return { index: 0, port: undefined, bind: '', captureMode: 'DEFAULT', services, virtualServices }
}

function egressListener(listener: IstioEgressListener, index: number, facts: ScopeFacts): OutlinedListener {
  const port = egressPort(listener)
  const hosts = parseEgressHosts(listener.hosts ?? [], facts.namespace)
  return {
    index,
    port,
    bind: listener.bind ?? '',
    captureMode: listener.captureMode ?? 'DEFAULT',
    services: selectServices(hosts, port, facts),
    virtualServices: selectVirtualServices(hosts, facts),
  }
}

function egressPort({ port }: IstioEgressListener): EgressPort | undefined {
  if (port === undefined) return undefined
  return { number: port.number ?? 0, name: port.name ?? '', protocol: parseProtocol(port.protocol ?? '') }
}

export interface EgressHost {
  /** `*`, or a namespace. */
  readonly namespace: string
  readonly host: Hostname
}

export interface EgressHosts {
  readonly imports: readonly EgressHost[]
  readonly excludes: readonly EgressHost[]
}

/** `ns/host`: `.` is the own namespace, `~` none; a leading `~` before a host excludes. */
export function parseEgressHosts(written: readonly string[], namespace: string): EgressHosts {
  const imports: EgressHost[] = []
  const excludes: EgressHost[] = []
  for (const text of written) {
    const slash = text.indexOf('/')
    const [scope, host] = slash === -1 ? ['*', text] : [text.slice(0, slash), text.slice(slash + 1).toLowerCase()]
    if (scope === '~') {
      if (host !== '*') excludes.push({ namespace: '*', host })
    } else imports.push({ namespace: scope === '.' ? namespace : scope, host })
  }
  return { imports, excludes }
}

/** Services that the hosts name, each host once: named in its namespace, else the best of those that a wildcard brings. */
function selectServices(hosts: EgressHosts, port: EgressPort | undefined, facts: ScopeFacts): readonly Service[] {
  const chosen = new Map<Hostname, { readonly service: Service; readonly rank: number }>()
  const order = new Map<Hostname, number>()
  for (const [position, service] of facts.services.entries()) {
    if (service.resolution === 'alias') continue
    const found = importOf(service, hosts)
    if (found === undefined) continue
    const narrowed = narrowToPort(withImportedAliases(service, hosts), port)
    if (narrowed === undefined) continue
    const rank = rankOf(service, found, facts.namespace)
    const before = chosen.get(service.host)
    if (before !== undefined && before.rank <= rank) continue
    chosen.set(service.host, { service: narrowed, rank })
    order.set(service.host, position)
  }
  return [...chosen.values()]
    .map(({ service }) => service)
    .sort((a, b) => (order.get(a.host) ?? 0) - (order.get(b.host) ?? 0))
}

/** Lower wins; equal: the first in order. */
function rankOf(service: Service, found: EgressHost, clientNamespace: string): number {
  if (found.namespace !== '*' && !isWildcard(found.host)) return 0
  if (service.namespace === clientNamespace) return 1
  return service.registry === 'Kubernetes' ? 2 : 3
}

/** The first egress host by which a service is imported; hosts of its own namespace before those of any. */
export function importOf(service: Service, hosts: EgressHosts): EgressHost | undefined {
  if (hosts.excludes.some(({ host }) => hostCovers(host, service.host))) return undefined
  const covers = ({ host }: EgressHost): boolean => hostCovers(host, service.host)
  return (
    hosts.imports.find(item => item.namespace === service.namespace && covers(item)) ??
    hosts.imports.find(item => item.namespace === '*' && covers(item))
  )
}

function withImportedAliases(service: Service, hosts: EgressHosts): Service {
  if (service.aliases.length === 0) return service
  const aliases = service.aliases.filter(alias =>
    hosts.imports.some(
      ({ namespace, host }) => (namespace === '*' || namespace === alias.namespace) && hostCovers(host, alias.host),
    ),
  )
  return aliases.length === service.aliases.length ? service : { ...service, aliases }
}

/** A listener with a port has only services with that port; as an HTTP proxy or on a socket without a port it has all. */
function narrowToPort(service: Service, port: EgressPort | undefined): Service | undefined {
  if (port === undefined || port.number === 0 || port.protocol === 'http-proxy') return service
  const ports = service.ports.filter(candidate => candidate.port === port.number)
  if (ports.length === 0) return undefined
  return ports.length === service.ports.length ? service : { ...service, ports }
}

function selectVirtualServices(hosts: EgressHosts, facts: ScopeFacts): readonly VirtualOutline[] {
  return facts.virtualServices.filter(({ namespace, spec }) =>
    hosts.imports.some(
      item =>
        (item.namespace === namespace || item.namespace === '*') &&
        (spec.hosts ?? []).some(host => hostsOverlap(host, item.host)),
    ),
  )
}

/** All services of the listeners once per host, then those that their VirtualServices lead to. */
function collectReach(egress: readonly OutlinedListener[], facts: ScopeFacts, isNamed: boolean): readonly Service[] {
  const reach = new Map<Hostname, Service>()
  for (const { services, virtualServices } of egress) {
    for (const service of services) if (service.resolution !== 'alias') addService(reach, service)
    if (!isNamed) continue
    for (const virtual of virtualServices)
      for (const [host, ports] of destinationsOf(virtual, facts.namespace)) {
        const service = reach.has(host) ? undefined : destinationService(host, facts)
        if (service !== undefined) reach.set(host, withPorts(service, ports))
      }
  }
  return [...reach.values()]
}

function addService(reach: Map<Hostname, Service>, service: Service): void {
  const before = reach.get(service.host)
  if (before === undefined) reach.set(service.host, service)
  else if (before.registry === 'External' && service.registry === 'Kubernetes') reach.set(service.host, service)
  else reach.set(service.host, mergePorts(before, service))
}

/** In the own namespace; else Kubernetes' before others, then by namespace. */
function destinationService(host: Hostname, facts: ScopeFacts): Service | undefined {
  const visible = facts
    .servicesOfHost(host)
    .filter(
      service =>
        service.resolution !== 'alias' &&
        (service.namespace === facts.namespace || isExportedTo(service.exportTo, facts.namespace)),
    )
  const own = visible.find(({ namespace }) => namespace === facts.namespace)
  return own ?? [...visible].sort((a, b) => compare(b.registry, a.registry) || compare(a.namespace, b.namespace))[0]
}

function withPorts(service: Service, ports: ReadonlySet<number>): Service {
  if (ports.size === 0) return service
  const used = service.ports.filter(({ port }) => ports.has(port))
  return used.length === 0 || used.length === service.ports.length ? service : { ...service, ports: used }
}

function outboundPolicy(sidecar: SidecarObject | undefined, { mesh, identity }: ScopeFacts): OutboundPolicy {
  const own: OutboundTrafficPolicy | undefined = sidecar?.spec.outboundTrafficPolicy
  if (own === undefined || sidecar === undefined)
    return { mode: mesh.outboundTrafficPolicy?.mode ?? 'REGISTRY_ONLY', egressProxy: undefined }
  const { egressProxy } = own
  return {
    mode: own.mode ?? 'REGISTRY_ONLY',
    egressProxy:
      egressProxy === undefined
        ? undefined
        : { ...egressProxy, host: resolveShortName(egressProxy.host ?? '', sidecar.namespace, identity.domain) },
  }
}

/** What a namespace may see: its private ones, those exported to it by name, then public ones; each in the order given. */
export function visibleServices(all: readonly Service[], namespace: string): readonly Service[] {
  return visible(all, namespace, ({ exportTo }) => exportTo)
}

/** Of gateway `mesh` only. */
export function visibleVirtualServices(
  all: readonly VirtualOutline[],
  namespace: string,
  mesh: MeshSettings,
): readonly VirtualOutline[] {
  const forMesh = all.filter(({ spec }) => (spec.gateways ?? []).includes(MESH_GATEWAY))
  return visible(forMesh, namespace, ({ spec, namespace: own }) =>
    normaliseExportTo(spec.exportTo, mesh.defaultVirtualServiceExportTo, own),
  )
}

function visible<T extends { readonly namespace: string }>(
  all: readonly T[],
  namespace: string,
  exportToOf: (item: T) => readonly string[],
): readonly T[] {
  const privates: T[] = []
  const named: T[] = []
  const publics: T[] = []
  for (const item of all) {
    const exportTo = exportToOf(item)
    if (isPublic(exportTo)) publics.push(item)
    else if (isPrivate(exportTo, item.namespace)) {
      if (item.namespace === namespace) privates.push(item)
    } else if (exportTo.includes(namespace)) named.push(item)
  }
  return [...privates, ...named, ...publics]
}

/** Which Sidecar applies to a workload: `<namespace>/<name>`, or undefined for the default scope. */
export function chooseSidecar(
  ofNamespace: readonly SidecarObject[],
  ofRoot: readonly SidecarObject[],
  namespace: string,
  labels: Readonly<Record<string, string>>,
  mesh: MeshSettings,
): SidecarObject | undefined {
  const selectorOf = (sidecar: SidecarObject): readonly [string, string][] =>
    Object.entries(sidecar.spec.workloadSelector?.labels ?? {})
  const matching = ofNamespace.find(sidecar => {
    const selector = selectorOf(sidecar)
    return selector.length > 0 && selector.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
  })
  const general = (sidecar: SidecarObject): boolean => selectorOf(sidecar).length === 0
  const fallback = namespace === rootNamespaceOf(mesh) ? undefined : ofRoot.find(general)
  return matching ?? ofNamespace.find(general) ?? fallback
}
