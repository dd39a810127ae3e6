import type { ConfigObject } from '../../config/object.js'
import { objectKey } from '../../config/object.js'
import type { Lookup } from '../../engine/index.js'
import {
  byAge,
  compare,
  type Endpoint,
  isPublic,
  isTcp,
  isTls,
  keyOfRule,
  lazySettings,
  MESH_GATEWAY,
  type MeshTables,
  normaliseExportTo,
  type Service,
  type ServicePort,
  serviceKey,
  UNSPECIFIED_V4,
} from '../../mesh/index.js'
import { outboundClusterName } from './names.js'

/** What the reference counts of configuration that is not carried out as its author may think; metrics of these names. */
export const FINDINGS = {
  pilot_conflict_inbound_listener: 'Services of different protocols for one port of a workload.',
  pilot_conflict_outbound_listener_tcp_over_current_tcp:
    'TCP services that share an address and port with an older one.',
  pilot_destrule_subsets: 'Subsets that an older DestinationRule for the same host has too.',
  pilot_dns_cluster_without_endpoints: 'Clusters whose names DNS is asked for, and that have none.',
  pilot_duplicate_envoy_clusters: 'Hosts and ports that several ServiceEntries name.',
  pilot_eds_no_instances: 'Clusters without an endpoint that may be used.',
  pilot_endpoint_not_ready: 'Endpoints that are not ready.',
  pilot_no_ip: 'Pods without an address, and pods with a sidecar that no service has.',
  pilot_vservice_dup_domain: 'Hosts of VirtualServices that an older one has too.',
} as const

export type FindingKind = keyof typeof FINDINGS

/** One thing that is so, by what it is so of. */
export interface Finding {
  readonly key: string
  readonly message: string
  /** The objects that it is about, the one without effect first. */
  readonly configs: readonly FindingConfig[]
}

export interface FindingConfig {
  readonly type: 'DestinationRule' | 'Pod' | 'Service' | 'ServiceEntry' | 'VirtualService'
  readonly namespace: string
  readonly name: string
}

export type Findings = Readonly<Record<FindingKind, readonly Finding[]>>

/**
 * Looks through the whole mesh, for who asks: nothing is kept for it. What proxies may see is not looked at one by one: configuration that
 * nobody could see together is not told, and some may be told that no proxy sees.
 */
export function findingsOf(read: Lookup, tables: MeshTables): Findings {
  const entries = [...read.all(tables.inputs.config.ServiceEntry).values()]
  const mesh: Mesh = {
    read,
    tables,
    services: [...read.all(tables.service).values()].filter(({ resolution }) => resolution !== 'alias').sort(byAge),
    entriesOf: grouped(entries, ({ spec, namespace }) =>
      (spec.hosts ?? []).map(host => serviceKey({ host: host.toLowerCase(), namespace })),
    ),
    endpoints: [...read.all(tables.endpoint).values()],
  }
  const { services } = mesh
  return {
    pilot_conflict_inbound_listener: inboundConflicts(mesh),
    pilot_conflict_outbound_listener_tcp_over_current_tcp: outboundConflicts(mesh),
    pilot_destrule_subsets: repeatedSubsets(mesh),
    pilot_dns_cluster_without_endpoints: withoutEndpoints(mesh, services.filter(isAskedOfDns)),
    pilot_duplicate_envoy_clusters: repeatedEntries(mesh, entries),
    pilot_eds_no_instances: withoutEndpoints(
      mesh,
      services.filter(({ resolution }) => resolution === 'client'),
    ),
    pilot_endpoint_not_ready: unready(mesh),
    pilot_no_ip: unknownPods(mesh),
    pilot_vservice_dup_domain: repeatedHosts(mesh),
  }
}

interface Mesh {
  readonly read: Lookup
  readonly tables: MeshTables
  /** Oldest first. */
  readonly services: readonly Service[]
  readonly entriesOf: ReadonlyMap<string, readonly ConfigObject[]>
  readonly endpoints: readonly Endpoint[]
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items)
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [item])
      else group.push(item)
    }
  return groups
}

function configOf(type: FindingConfig['type'], { namespace, name }: ConfigObject): FindingConfig {
  return { type, namespace, name }
}

/** The objects that a service was made of. */
function configsOf({ entriesOf }: Mesh, service: Service): readonly FindingConfig[] {
  const { namespace, name, registry } = service
  if (registry === 'Kubernetes') return [{ type: 'Service', namespace, name }]
  return (entriesOf.get(serviceKey(service)) ?? []).map(entry => configOf('ServiceEntry', entry))
}

/** Whether some namespace could see both. */
function meet(a: readonly string[], b: readonly string[]): boolean {
  if (a[0] === '~' || b[0] === '~') return false
  return isPublic(a) || isPublic(b) || a.some(namespace => b.includes(namespace))
}

/** Each that comes after another which stands in its way, with that one. */
function later<T>(sorted: readonly T[], isInTheWay: (older: T, younger: T) => boolean): readonly (readonly [T, T])[] {
  const found: (readonly [T, T])[] = []
  for (const [index, younger] of sorted.entries()) {
    const older = sorted.find((each, at) => at < index && isInTheWay(each, younger))
    if (older !== undefined) found.push([younger, older])
  }
  return found
}

function repeatedHosts({ read, tables }: Mesh): readonly Finding[] {
  const mesh = lazySettings(read, tables.facet)
  const virtuals = [...read.all(tables.virtual).values()]
    .filter(({ spec }) => (spec.gateways ?? []).includes(MESH_GATEWAY) && (spec.http ?? []).length > 0)
    .sort(byAge)
    .map(object => ({
      object,
      exportTo: normaliseExportTo(object.spec.exportTo, mesh.defaultVirtualServiceExportTo, object.namespace),
    }))
  return [...grouped(virtuals, ({ object }) => object.spec.hosts ?? [])].flatMap(([host, same]) =>
    later(same, (a, b) => meet(a.exportTo, b.exportTo)).map(([{ object }, older]) => ({
      key: `${host} ${objectKey(object)}`,
      message: `VirtualService ${objectKey(object)} has no effect on requests for ${host}: ${objectKey(older.object)} is older and has the host too`,
      configs: [configOf('VirtualService', object), configOf('VirtualService', older.object)],
    })),
  )
}

function repeatedSubsets({ read, tables }: Mesh): readonly Finding[] {
  const rules = [...read.all(tables.inputs.config.DestinationRule).values()].sort(byAge)
  const groups = grouped(rules, rule => [
    `${keyOfRule(rule, tables.identity)} ${JSON.stringify(rule.spec.workloadSelector?.matchLabels ?? {})}`,
  ])
  return [...groups.values()].flatMap(same => {
    const subsets = same.flatMap(rule => (rule.spec.subsets ?? []).map(({ name = '' }) => ({ rule, name })))
    return later(subsets, (a, b) => a.name === b.name && a.rule !== b.rule).map(([{ rule, name }, older]) => ({
      key: `${rule.spec.host} ${name} ${objectKey(rule)}`,
      message: `subset ${name} of DestinationRule ${objectKey(rule)} is not used: ${objectKey(older.rule)} is older, and has one of that name for ${rule.spec.host}`,
      configs: [configOf('DestinationRule', rule), configOf('DestinationRule', older.rule)],
    }))
  })
}

function repeatedEntries(
  { read, tables }: Mesh,
  entries: readonly ConfigObject<{
    hosts?: readonly string[]
    exportTo?: readonly string[]
    ports?: readonly { number?: number }[]
  }>[],
): readonly Finding[] {
  const { defaultServiceExportTo } = lazySettings(read, tables.facet)
  const named = [...entries].sort(byAge).map(object => ({
    object,
    exportTo: normaliseExportTo(object.spec.exportTo, defaultServiceExportTo, object.namespace),
  }))
  const groups = grouped(named, ({ object: { spec } }) =>
    (spec.hosts ?? []).flatMap(host =>
      (spec.ports ?? []).map(({ number = 0 }) => outboundClusterName(number, '', host.toLowerCase())),
    ),
  )
  return [...groups].flatMap(([cluster, same]) =>
    later(same, (a, b) => meet(a.exportTo, b.exportTo)).map(([{ object }, older]) => ({
      key: `${cluster} ${objectKey(object)}`,
      message: `ServiceEntry ${objectKey(object)} is not what ${cluster} is made of where ${objectKey(older.object)} is seen too, which is older`,
      configs: [configOf('ServiceEntry', object), configOf('ServiceEntry', older.object)],
    })),
  )
}

function isAskedOfDns({ resolution }: Service): boolean {
  return resolution === 'dns' || resolution === 'dns-round-robin'
}

function isUsable({ health }: Endpoint): boolean {
  return health === 'healthy' || health === 'unknown'
}

/** By cluster: of each port, and of each subset that rules of the service's own namespace make of it. */
function withoutEndpoints(mesh: Mesh, services: readonly Service[]): readonly Finding[] {
  const { read, tables } = mesh
  return services.flatMap(service => {
    const usable = read.where(tables.endpointService, serviceKey(service)).filter(isUsable)
    const rules = read.one(tables.rule, `${service.namespace}/${service.host}`) ?? []
    const subsets = rules.flatMap(rule => rule.subsets)
    return service.ports.filter(isCarried).flatMap(port => {
      const ofPort = usable.filter(({ servicePortName }) => servicePortName === port.name)
      const empty = subsets.filter(
        ({ labels = {} }) =>
          !ofPort.some(endpoint => Object.entries(labels).every(([key, value]) => endpoint.labels[key] === value)),
      )
      const names =
        ofPort.length === 0 ? ['', ...subsets.map(({ name = '' }) => name)] : empty.map(({ name = '' }) => name)
      return names.map(name => ({
        key: outboundClusterName(port.port, name, service.host),
        message: `port ${port.port}${name === '' ? '' : `, subset ${name},`} of ${service.host} has no endpoint that may be used`,
        configs: [...configsOf(mesh, service), ...(name === '' ? [] : rulesWith(mesh, service, name))],
      }))
    })
  })
}

function isCarried({ protocol }: ServicePort): boolean {
  return protocol !== 'udp'
}

function rulesWith({ read, tables }: Mesh, { namespace, host }: Service, subset: string): readonly FindingConfig[] {
  const rules = read.one(tables.rule, `${namespace}/${host}`) ?? []
  return rules
    .filter(({ subsets }) => subsets.some(({ name }) => name === subset))
    .map(rule => ({ type: 'DestinationRule', namespace: rule.namespace, name: rule.name }))
}

function unready(mesh: Mesh): readonly Finding[] {
  const { read, tables, endpoints } = mesh
  const found = new Map<string, Finding>()
  for (const endpoint of endpoints) {
    if (isUsable(endpoint)) continue
    const key = `${endpoint.addresses[0]}:${endpoint.port}`
    const service = read.one(tables.service, serviceKey(endpoint))
    const configs = service === undefined ? [] : configsOf(mesh, service)
    const state = endpoint.health === 'draining' ? 'is going' : 'is not ready'
    found.set(key, { key, message: `${key} of ${endpoint.host} ${state}`, configs })
  }
  return [...found.values()]
}

function unknownPods({ read, tables }: Mesh): readonly Finding[] {
  return [...read.all(tables.workload).values()]
    .filter(({ kind, isAlive }) => kind === 'Pod' && isAlive)
    .flatMap(pod => {
      const [address] = pod.addresses
      const isKnown =
        address !== undefined && read.where(tables.endpointAddress, `${pod.cluster}/${address}`).length > 0
      const hasSidecar = pod.labels['security.istio.io/tlsMode'] === 'istio'
      if (isKnown || (address !== undefined && !hasSidecar)) return []
      const what = address === undefined ? 'has no address' : `is behind no service (${address})`
      const { namespace, name } = pod
      return [
        {
          key: `${namespace}/${name}`,
          message: `Pod ${namespace}/${name} ${what}`,
          configs: [{ type: 'Pod', namespace, name }],
        },
      ]
    })
}

/** What a port of a workload is to one service. */
interface Role {
  readonly service: Service
  readonly port: ServicePort
}

function inboundConflicts(mesh: Mesh): readonly Finding[] {
  const { read, tables, endpoints } = mesh
  const roles = new Map<string, Map<string, Role>>()
  const shared = sharedAddresses(endpoints)
  for (const endpoint of endpoints) {
    if (endpoint.workloadName === '' || !shared.has(endpoint.addresses[0] ?? '')) continue
    const service = read.one(tables.service, serviceKey(endpoint))
    const port = service?.ports.find(({ name }) => name === endpoint.servicePortName)
    if (service === undefined || port === undefined) continue
    const key = `${endpoint.workloadNamespace}/${endpoint.workloadName}:${endpoint.port}`
    const known = roles.get(key)
    const role = `${service.host}:${port.port}`
    if (known === undefined) roles.set(key, new Map([[role, { service, port }]]))
    else known.set(role, { service, port })
  }
  return [...roles].flatMap(([key, found]) => {
    const sorted = [...found.values()].sort((a, b) => byAge(a.service, b.service))
    return later(sorted, (a, b) => a.port.protocol !== b.port.protocol && a.service.host !== b.service.host).map(
      ([younger, older]) => ({
        key: `${key} ${younger.service.host}`,
        message: `${key} is ${younger.port.protocol} for ${younger.service.host}:${younger.port.port}, and ${older.port.protocol} for ${older.service.host}:${older.port.port}, which is older and decides`,
        configs: [...configsOf(mesh, younger.service), ...configsOf(mesh, older.service)],
      }),
    )
  })
}

/** Addresses that several hosts have: few, so that nobody has to look closely at the others. */
function sharedAddresses(endpoints: readonly Endpoint[]): ReadonlySet<string> {
  const hosts = new Map<string, string>()
  const shared = new Set<string>()
  for (const { addresses, host } of endpoints) {
    const [address = ''] = addresses
    const known = hosts.get(address)
    if (known === undefined) hosts.set(address, host)
    else if (known !== host) shared.add(address)
  }
  return shared
}

/** Of services that carry bytes; TLS is told apart by server name, HTTP by host, and services of pods by those. */
function outboundConflicts(mesh: Mesh): readonly Finding[] {
  const claims = mesh.services.flatMap(service =>
    service.ports
      .filter(({ protocol }) => isTcp(protocol) && !isTls(protocol))
      .flatMap(({ port }) => addressesOf(service).map(address => ({ service, place: `${address}:${port}` }))),
  )
  return [...grouped(claims, ({ place }) => [place])].flatMap(([place, same]) =>
    later(same, (a, b) => a.service.host !== b.service.host && meet(a.service.exportTo, b.service.exportTo)).map(
      ([{ service }, older]) => ({
        key: `${place} ${service.host}`,
        message: `connections to ${service.host} at ${place} go to ${older.service.host}, which is older`,
        configs: [...configsOf(mesh, service), ...configsOf(mesh, older.service)],
      }),
    ),
  )
}

function addressesOf(service: Service): readonly string[] {
  const listed = Object.values(service.clusterAddresses).flat()
  if (listed.length > 0) return [...new Set(listed)]
  const isByPods = service.registry === 'Kubernetes' || Object.keys(service.selector).length > 0
  return service.hasGivenAddress || (isByPods && service.resolution === 'none') ? [] : [UNSPECIFIED_V4]
}

/** In the order of keys, for who prints them. */
export function sortedFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => compare(a.key, b.key))
}
