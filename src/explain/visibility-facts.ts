import type { Lookup } from '../engine/index.js'
import { parseIp } from '../lang/cidr.js'
import type { Position } from '../lang/problem.js'
import { compareSpecificity, type Hostname, hostCovers, isWildcard, type Service, serviceKey } from '../mesh/index.js'
import type { ViewRow, XdsGraph } from '../xds/resources/graph.js'
import { nearestNames } from './nearest-names.js'
import type { FindPlace } from './places.js'
import { type ConfigOrigin, type FindSource, originsOf } from './resources.js'
import { isWrittenIn } from './resources-services.js'
import { objectNamed } from './resources-trace.js'
import { explainVisibility, type VisibilityAnswer } from './visibility.js'

/** Where things stand; from the files that the mesh was read from. */
export interface Places {
  readonly sourceOf: FindSource
  readonly place: FindPlace
  readonly meshField: (field: string) => Position | undefined
}

/** What the host that was asked for means. */
export type HostMeaning =
  | 'host'
  /** Left off what the client shares with it. */
  | 'short-name'
  /** Of an ExternalName Service. */
  | 'alias'
  /** Every host of the mesh that it covers. */
  | 'pattern'
  /** A service's host is a wildcard that covers it. */
  | 'covered'
  | 'service-address'
  | 'workload-address'
  | 'unknown'

export interface VisibilityReply {
  readonly asked: { readonly host: string; readonly port: number }
  readonly meaning: HostMeaning
  /** Whether every host that was meant is known to the proxy. */
  readonly isReachable: boolean
  /** One for each host that was meant. */
  readonly answers: readonly VisibilityAnswer[]
  /** Hosts of the mesh that are spelt alike, where nothing has the host. */
  readonly nearest: readonly string[]
  /** What has the host, and does not count: `discoverySelectors` of the mesh config (at `source`) leave its namespace out. */
  readonly undiscovered: { readonly origin: ConfigOrigin; readonly source: Position | undefined } | undefined
}

/** Hosts that are offered instead of an unknown one. */
const NEAREST = 3

/** Answers for the proxies of a view whether they know a host; `port` 0 is whichever. */
export function askVisibility(
  graph: XdsGraph,
  row: ViewRow,
  asked: VisibilityReply['asked'],
  places: Places,
): VisibilityReply {
  const { engine, tables } = graph
  return engine.read(read => {
    const { scope, mesh } = graph.context(read, row)
    const { sidecar } = row.scope
    const { meaning, hosts } = meaningOf(read, graph, row, asked.host)
    const originOf = (service: Service): ConfigOrigin | undefined =>
      originsOf(engine.explain(tables.service, serviceKey(service)), places.sourceOf).find(origin =>
        isWrittenIn(service, objectNamed(read, graph, origin)),
      )
    const isLimited = ({ registry, namespace }: Service): boolean =>
      registry === 'External' && tables.discovery.visibilityOf(read, namespace) !== 'PUBLIC'
    const answers = hosts.map(host =>
      explainVisibility({
        scope,
        sidecar: sidecar === '' ? undefined : located(read.one(tables.inputs.config.Sidecar, sidecar), places),
        candidates: read.where(tables.serviceHost, host),
        host,
        port: asked.port,
        originOf,
        isLimited,
        ...places,
      }),
    )
    const isUnknown = answers.every(({ reason }) => reason === 'unknown-host')
    return {
      asked,
      meaning: isUnknown && meaning !== 'workload-address' ? 'unknown' : meaning,
      isReachable: answers.length > 0 && answers.every(answer => answer.isReachable),
      answers,
      nearest: isUnknown ? nearestNames(asked.host, hostsOf(read, graph), NEAREST) : [],
      undiscovered:
        isUnknown && (mesh.discoverySelectors ?? []).length > 0
          ? undiscoveredOf(read, graph, row, asked.host, places)
          : undefined,
    }
  })
}

function undiscoveredOf(
  read: Lookup,
  { tables }: XdsGraph,
  { view }: ViewRow,
  host: string,
  { sourceOf, meshField }: Places,
): VisibilityReply['undiscovered'] {
  const { domain } = tables.identity
  const names = namesMeant(host, view.namespace, domain)
  const service = [...read.all(tables.inputs.cluster.Service).values()].find(({ object: { name, namespace } }) =>
    names.includes(`${name}.${namespace}.svc.${domain}`),
  )
  const entry = [...read.all(tables.inputs.config.ServiceEntry).values()].find(({ spec }) =>
    (spec.hosts ?? []).some(own => names.some(name => hostCovers(own.toLowerCase(), name))),
  )
  const object = service?.object ?? entry
  if (object === undefined) return undefined
  const { type, namespace, name } = object
  const config = { type, cluster: service?.cluster ?? '', namespace, name }
  return { origin: { ...config, source: sourceOf(config) }, source: meshField('discoverySelectors') }
}

/** With the place where it stands now. */
function located<T extends { readonly namespace: string; readonly name: string }>(
  object: T | undefined,
  { sourceOf }: Places,
): T | undefined {
  if (object === undefined) return undefined
  const { namespace, name } = object
  return { ...object, source: sourceOf({ type: 'Sidecar', cluster: '', namespace, name }) }
}

interface Meaning {
  readonly meaning: HostMeaning
  readonly hosts: readonly Hostname[]
}

function meaningOf(read: Lookup, graph: XdsGraph, { view }: ViewRow, host: string): Meaning {
  const { tables } = graph
  if (parseIp(host).ok) return addressMeaning(read, graph, view.cluster, host)
  if (isWildcard(host)) {
    const hosts = hostsOf(read, graph).filter(own => hostCovers(host, own))
    return { meaning: 'pattern', hosts: hosts.length === 0 ? [host] : hosts }
  }
  const isKnown = (name: string): boolean => read.where(tables.serviceHost, name).length > 0
  const name = namesMeant(host, view.namespace, tables.identity.domain).find(isKnown)
  const target = name === undefined ? '' : (read.where(tables.serviceHost, name)[0]?.externalName ?? '')
  if (target !== '') return { meaning: 'alias', hosts: [target] }
  if (name !== undefined) return { meaning: name === host ? 'host' : 'short-name', hosts: [name] }
  const [cover] = hostsOf(read, graph)
    .filter(own => isWildcard(own) && hostCovers(own, host))
    .sort(compareSpecificity)
  return cover === undefined ? { meaning: 'host', hosts: [host] } : { meaning: 'covered', hosts: [cover] }
}

/** What a host may be short for, in the order in which names are resolved in a cluster. */
export function namesMeant(host: string, namespace: string, domain: string): readonly string[] {
  return [host, `${host}.${namespace}.svc.${domain}`, `${host}.svc.${domain}`, `${host}.${domain}`]
}

/** Services of which it is an address; else those of the workload that has it. */
function addressMeaning(read: Lookup, { tables }: XdsGraph, cluster: string, ip: string): Meaning {
  const services = [...read.all(tables.service).values()].filter(
    ({ address, autoAddress, autoAddressV6, clusterAddresses }) =>
      [address, autoAddress, autoAddressV6, ...Object.values(clusterAddresses).flat()].includes(ip),
  )
  if (services.length > 0) return { meaning: 'service-address', hosts: unique(services) }
  const endpoints = read.where(tables.endpointAddress, `${cluster}/${ip}`)
  return endpoints.length > 0
    ? { meaning: 'workload-address', hosts: unique(endpoints) }
    : { meaning: 'host', hosts: [ip] }
}

function unique(items: readonly { readonly host: Hostname }[]): Hostname[] {
  return [...new Set(items.map(({ host }) => host))]
}

function hostsOf(read: Lookup, { tables }: XdsGraph): Hostname[] {
  return unique([...read.all(tables.service).values()])
}

/** Where the mesh config sets a field; undefined where it leaves the default. */
export function meshFields(sourceOf: FindSource, place: FindPlace): Places['meshField'] {
  const source = sourceOf({ type: 'MeshConfig', cluster: '', namespace: '', name: '' })
  return field => place(source, field, 'exact')
}
