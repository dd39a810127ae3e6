import type { ConfigObject } from '../config/object.js'
import type { Lookup, Table } from '../engine/index.js'
import type { Position } from '../lang/problem.js'
import { configsIn, type Endpoint, mtlsOfWorkload, rootNamespaceOf, type Service, serviceKey } from '../mesh/index.js'
import type { ClusterObject } from '../mesh/inputs.js'
import type { ProxyContext } from '../proxy/view.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import { translateFixedListeners } from '../xds/resources/listeners.js'
import { type ConfigName, type ConfigOrigin, originsOf } from './resources.js'
import type { Reads } from './resources-reads.js'
import { isWrittenIn } from './resources-services.js'
import { workloadOfView, workloadOrigins } from './resources-workload.js'
import type { Places } from './visibility-facts.js'

/** A field of an Envoy resource, and the line that it was made from. */
export interface FieldOrigin {
  /** In the resource as proto3 JSON, such as `virtualHosts[0].routes[1]`; empty: the whole. */
  readonly field: string
  readonly origin: ConfigOrigin
  /** In that object, such as `spec.http[1].match[0]`; empty: the whole. */
  readonly path: string
  /** Of the path. */
  readonly source: Position | undefined
}

/** What one resource was made from. */
export interface ResourceOrigins {
  /** Each object once: what steers traffic first, then services, then what comes and goes by itself. */
  readonly origins: readonly ConfigOrigin[]
  /** Fields of the mesh config that it depends on and that the file sets. */
  readonly meshFields: readonly { readonly field: string; readonly source: Position }[]
  readonly fields: readonly FieldOrigin[]
}

/** Finds the objects behind facts. Only to be used inside the read that it was opened for. */
export interface Tracer {
  readonly graph: XdsGraph
  readonly context: ProxyContext
  /** The object that a name stands for, as it was parsed. */
  readonly object: (name: ConfigName) => ConfigObject | undefined
  /** The Service or ServiceEntry first; then others that had a part in it. */
  readonly ofService: (service: Service) => readonly ConfigOrigin[]
  readonly ofEndpoint: (endpoint: Endpoint) => readonly ConfigOrigin[]
  readonly named: (type: string, key: string) => ConfigOrigin
  /** What the proxy stands for, where it is known. */
  readonly workload: () => ConfigOrigin | undefined
  readonly fieldOrigin: (field: string, origin: ConfigOrigin, path: string) => FieldOrigin
  readonly collect: (reads: Reads, fields: readonly FieldOrigin[]) => ResourceOrigins
  readonly places: Places
  /** Names of the outbound listeners that no service has a part in. */
  readonly fixedListeners: () => ReadonlySet<string>
}

export function openTracer(graph: XdsGraph, read: Lookup, context: ProxyContext, places: Places): Tracer {
  const { engine, tables } = graph
  const explained = new Map<string, readonly ConfigOrigin[]>()
  const behind = (id: string, explain: () => readonly ConfigOrigin[]): readonly ConfigOrigin[] => {
    const known = explained.get(id)
    if (known !== undefined) return known
    const found = explain().filter(({ type }) => type !== 'MeshConfig')
    explained.set(id, found)
    return found
  }
  const ofService = (service: Service): readonly ConfigOrigin[] => {
    const key = serviceKey(service)
    return behind(`service/${key}`, () => {
      const all = originsOf(engine.explain(tables.service, key), places.sourceOf)
      return all.filter(
        origin => origin.type !== 'ServiceEntry' || isWrittenIn(service, objectNamed(read, graph, origin)),
      )
    })
  }
  let fixed: ReadonlySet<string> | undefined
  let keys: ReadonlyMap<Endpoint, string> | undefined
  const ofEndpoint = (endpoint: Endpoint): readonly ConfigOrigin[] => {
    keys ??= new Map([...read.all(tables.endpoint)].map(([key, row]) => [row, key]))
    const key = keys.get(endpoint) ?? ''
    return behind(`endpoint/${key}`, () => originsOf(engine.explain(tables.endpoint, key), places.sourceOf))
  }
  const named = (type: string, key: string): ConfigOrigin => {
    const [namespace = '', name = ''] = key.split('/')
    const config = { type, cluster: '', namespace, name }
    return { ...config, source: places.sourceOf(config) }
  }
  const mtlsPolicies = (item: Service | Endpoint): readonly string[] => {
    const [namespace, labels] =
      'servicePortName' in item ? [item.workloadNamespace || item.namespace, item.labels] : [item.namespace, {}]
    const root = rootNamespaceOf(context.mesh)
    const policies = [...new Set([namespace, root])].flatMap(each => configsIn(read, tables, tables.peerPolicies, each))
    return mtlsOfWorkload(policies, namespace, root, labels).from
  }
  const originsIn = (reads: Reads): ConfigOrigin[] => [
    ...[...reads.objects].flatMap(([type, names]) => [...names].map(key => named(type, key))),
    ...[...reads.mtlsOf].flatMap(mtlsPolicies).map(key => named('PeerAuthentication', key)),
    ...[...reads.services].flatMap(ofService),
    ...[...reads.endpoints].flatMap(ofEndpoint),
    ...[...reads.accountsOf].flatMap(each => read.where(tables.endpointService, serviceKey(each))).flatMap(ofEndpoint),
  ]
  const own = workloadOfView(read, graph, context.view)
  const tracer: Tracer = {
    graph,
    context,
    places,
    ofService,
    ofEndpoint,
    named,
    workload: () => own && { ...own, source: places.sourceOf(own) },
    fixedListeners: () => {
      fixed ??= new Set(translateFixedListeners(context).map(({ name = '' }) => name))
      return fixed
    },
    object: name => objectNamed(read, graph, name),
    fieldOrigin: (field, origin, path) => ({ field, origin, path, source: places.place(origin.source, path) }),
    collect: (reads, fields) => ({
      origins: inOrder([
        ...fields.map(({ origin }) => origin),
        ...originsIn(reads),
        ...workloadOrigins(tracer, reads, fields),
      ]),
      meshFields: [...reads.fields].sort().flatMap(field => {
        const source = places.meshField(field)
        return source === undefined ? [] : [{ field, source }]
      }),
      fields,
    }),
  }
  return tracer
}

export function objectNamed(read: Lookup, { tables }: XdsGraph, name: ConfigName): ConfigObject | undefined {
  const { type } = name
  const cluster = tables.inputs.cluster as Readonly<Record<string, Table<string, ClusterObject<unknown>>>>
  const config = tables.inputs.config as Readonly<Record<string, Table<string, ConfigObject>>>
  const key = `${name.namespace}/${name.name}`
  if (Object.hasOwn(cluster, type)) return read.one(cluster[type]!, `${name.cluster}/${key}`)?.object
  return Object.hasOwn(config, type) ? read.one(config[type]!, key) : undefined
}

/** Kinds that are listed after those that people write to steer traffic, in this order. */
const LATER = [
  'Service',
  'ServiceEntry',
  'WorkloadEntry',
  'EndpointSlice',
  'Endpoints',
  'Pod',
  'Node',
  'Namespace',
  'MeshNetworks',
  'MeshConfig',
]

function inOrder(origins: readonly ConfigOrigin[]): ConfigOrigin[] {
  const once = new Map(origins.map(origin => [idOf(origin), origin]))
  return [...once.values()].sort((a, b) => LATER.indexOf(a.type) - LATER.indexOf(b.type))
}

/** `Service/east/shop/web` */
export function idOf({ type, cluster, namespace, name }: ConfigName): string {
  return `${type}/${cluster}/${namespace}/${name}`
}
