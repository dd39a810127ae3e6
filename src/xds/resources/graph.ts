import { createHash } from 'node:crypto'
import { type Engine, type Family, type Graph, isSameData, type Lookup, type Table } from '../../engine/index.js'
import {
  chooseSidecar,
  declareMesh,
  declareScopes,
  lazySettings,
  type MeshIdentity,
  type MeshTables,
  rootNamespaceOf,
  type ScopeFamily,
  type ScopeKey,
  type ScopeTables,
  serviceKey,
  sidecarsOf,
  type Workload,
} from '../../mesh/index.js'
import { encode, type MessageOf } from '../../proto/index.js'
import type { ProxyNode } from '../../proxy/node.js'
import { type ProxyContext, type ProxyView, viewOf } from '../../proxy/view.js'
import { contextOf } from './context.js'
import { translateNames } from './nametable.js'
import type { Translators } from './translators.js'

/** A resource as delivery takes it: see `EncodedResource` of src/xds/delivery. */
export interface GraphResource {
  readonly name: string
  readonly version: string
  readonly bytes: Uint8Array
  readonly needs?: readonly string[]
}

export type GraphType = 'CDS' | 'EDS' | 'LDS' | 'RDS' | 'NDS'

const MESSAGES = {
  CDS: 'envoy.config.cluster.v3.Cluster',
  EDS: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  LDS: 'envoy.config.listener.v3.Listener',
  RDS: 'envoy.config.route.v3.RouteConfiguration',
  NDS: 'istio.networking.nds.v1.NameTable',
} as const satisfies Record<GraphType, string>

export type ResourceList = ReadonlyMap<string, GraphResource>

/** The resources of proxies that are alike. */
export interface ViewTables {
  /** By name. */
  readonly resource: { readonly [T in GraphType]: Table<string, GraphResource> }
  /** One row `mesh`: everything of a type, in the order to send it. */
  readonly list: { readonly [T in GraphType]: Table<'mesh', ResourceList> }
}

/** What a proxy is given: facts about it, and the Sidecar that applies. */
export interface ViewRow {
  readonly view: ProxyView
  readonly scope: ScopeKey
}

/** The mesh and everything derived from it for proxies. */
export interface XdsGraph {
  readonly engine: Engine
  readonly tables: MeshTables
  readonly scopes: ScopeFamily
  readonly views: Family<ViewRow, ViewTables>
  /** What is known of a node at this revision: which view, which scope. */
  viewRow(read: Lookup, node: ProxyNode): ViewRow
  /** The facts that a translator would be given; only to be used inside the read. */
  context(read: Lookup, row: ViewRow): ProxyContext
}

export function createXdsGraph(engine: Engine, identity: MeshIdentity, translators: Translators): XdsGraph {
  const tables = declareMesh(engine, identity)
  const scopes = declareScopes(engine, tables)
  const views: XdsGraph['views'] = engine.family('view', keyOfView, (row, graph) =>
    declareView(graph, row, { tables, scopes, translators }),
  )
  return {
    engine,
    tables,
    scopes,
    views,
    viewRow: (read, node) => viewRowOf(read, node, tables),
    context: (read, { view, scope }) => {
      const member = engine.member(scopes, scope)
      return contextOf(read, tables, view, () => scopeIn(read, member))
    },
  }
}

function scopeIn(read: Lookup, { scope }: ScopeTables) {
  const row = read.one(scope, 'mesh')
  if (row === undefined) throw new Error('no scope: the mesh configuration has not been written')
  return row
}

/** Canonical: extensions are a set, the rest is plain data made in one place, so members come in one order. */
export function keyOfView({ view, scope }: ViewRow): string {
  const { extensions } = view
  return JSON.stringify([scope, view, extensions === undefined ? null : [...extensions].sort()])
}

export function viewRowOf(read: Lookup, node: ProxyNode, tables: MeshTables): ViewRow {
  const view = viewOf(node, workloadOf(read, node, tables), tables.identity.configCluster)
  const mesh = lazySettings(read, tables.facet)
  const { namespace, labels } = view
  const sidecar =
    view.type === 'sidecar'
      ? chooseSidecar(
          sidecarsOf(read, tables, namespace),
          sidecarsOf(read, tables, rootNamespaceOf(mesh)),
          namespace,
          labels,
          mesh,
        )
      : undefined
  return { view, scope: { namespace, sidecar: sidecar === undefined ? '' : `${sidecar.namespace}/${sidecar.name}` } }
}

/** The pod of that name, else whatever has its address. */
export function workloadOf(read: Lookup, node: ProxyNode, tables: MeshTables): Workload | undefined {
  const { metadata, configNamespace, addresses, instance } = node
  const cluster = metadata.clusterId || tables.identity.configCluster
  const name = metadata.name || instance.slice(0, instance.lastIndexOf('.'))
  const pod = read.one(tables.workload, `pod/${cluster}/${configNamespace}/${name}`)
  return pod ?? read.where(tables.workloadAddress, `${cluster}/${addresses[0] ?? ''}`)[0]
}

interface Parts {
  readonly tables: MeshTables
  readonly scopes: ScopeFamily
  readonly translators: Translators
}

const SAME_BYTES = { equals: (a: GraphResource, b: GraphResource) => a.version === b.version && a.name === b.name }

/** Rows that make resources of one type: each source row's resources, encoded. */
type Batch = readonly GraphResource[]

function declareView(graph: Graph, { view, scope }: ViewRow, { tables, scopes, translators }: Parts): ViewTables {
  const own = graph.member(scopes, scope)
  const { settings } = tables.inputs
  const context = (read: Lookup): ProxyContext => contextOf(read, tables, view, () => scopeIn(read, own))
  const one = (name: string, make: (context: ProxyContext) => Batch): Table<'mesh', Batch> =>
    graph.derive(name, settings, (_, key, read) => [[key, make(context(read))]], { equals: isSameBatch })
  const clusters = graph.derive(
    'clusters',
    own.reach,
    (service, key, read) => [
      [key, encodeAll('CDS', nameOf, translators.clusters(context(read), service), clusterNeeds)],
    ],
    { equals: isSameBatch },
  )
  const assignments = graph.derive(
    'assignments',
    own.reach,
    (service, key, read) => [
      [key, encodeAll('EDS', row => row.clusterName ?? '', translators.assignments(context(read), service))],
    ],
    { equals: isSameBatch },
  )
  const fixedClusters = one('fixedClusters', ctx =>
    encodeAll('CDS', nameOf, translators.fixedClusters(ctx), clusterNeeds),
  )
  const inboundClusters = one('inboundClusters', ctx =>
    encodeAll('CDS', nameOf, translators.inboundClusters(ctx), clusterNeeds),
  )
  const listenerMessages = graph.derive(
    'listenerMessage',
    settings,
    (_, __, read) => {
      const ctx = context(read)
      const all = [...translators.listeners(ctx), ...translators.fixedListeners(ctx)]
      return all.map(listener => [listener.name ?? '', listener] as const)
    },
    { equals: isSameData },
  )
  const listener = graph.derive(
    'listener',
    listenerMessages,
    (row, key) => [[key, encoded('LDS', key, row)]],
    SAME_BYTES,
  )
  const routeNames = graph.derive('routeName', listenerMessages, row =>
    routeNamesIn(row).map(name => [name, name] as const),
  )
  const route = graph.derive(
    'route',
    routeNames,
    (name, _, read) => {
      const found = translators.route(context(read), name)
      return found === undefined ? [] : [[name, encoded('RDS', name, found)]]
    },
    SAME_BYTES,
  )
  const names = one('names', ctx => [encoded('NDS', '', translateNames(ctx))])
  const outbound = (read: Lookup, batches: Table<string, Batch>): GraphResource[] =>
    scopeIn(read, own).services.flatMap(service => read.one(batches, serviceKey(service)) ?? [])
  const listed = (name: string, rows: (read: Lookup) => Batch): Table<'mesh', ResourceList> =>
    graph.derive(name, settings, (_, key, read) => [[key, new Map(rows(read).map(row => [row.name, row]))]], {
      equals: isSameList,
    })
  const single = (read: Lookup, table: Table<'mesh', Batch>): Batch => read.one(table, 'mesh') ?? []
  const clusterRows = (read: Lookup): Batch => [
    ...outbound(read, clusters),
    ...single(read, fixedClusters),
    ...single(read, inboundClusters),
  ]
  const list = {
    CDS: listed('list/CDS', clusterRows),
    EDS: listed('list/EDS', read => outbound(read, assignments)),
    LDS: listed('list/LDS', read => [...read.all(listener).values()]),
    RDS: listed('list/RDS', read => [...read.all(route).values()]),
    NDS: listed('list/NDS', read => single(read, names)),
  }
  const flat = (name: string, from: readonly Table<string, Batch>[]): Table<string, GraphResource> =>
    graph.union(
      name,
      from.map((table, index) =>
        graph.derive(`${name}/${index}`, table, batch => batch.map(row => [row.name, row] as const), SAME_BYTES),
      ),
      SAME_BYTES,
    )
  return {
    list,
    resource: {
      CDS: flat('cluster', [clusters, fixedClusters, inboundClusters]),
      EDS: flat('assignment', [assignments]),
      LDS: listener,
      RDS: route,
      NDS: flat('name', [names]),
    },
  }
}

function nameOf(row: { readonly name?: string | undefined }): string {
  return row.name ?? ''
}

function encodeAll<T extends GraphType>(
  type: T,
  name: (row: MessageOf<(typeof MESSAGES)[T]>) => string,
  rows: readonly MessageOf<(typeof MESSAGES)[T]>[],
  needs: (row: MessageOf<(typeof MESSAGES)[T]>) => readonly string[] | undefined = () => undefined,
): Batch {
  return rows.map(row => encoded(type, name(row), row, needs(row)))
}

function encoded<T extends GraphType>(
  type: T,
  name: string,
  row: MessageOf<(typeof MESSAGES)[T]>,
  needs?: readonly string[],
): GraphResource {
  const bytes = encode(MESSAGES[type], row)
  return { name, version: versionOf(bytes), bytes, ...(needs === undefined ? {} : { needs }) }
}

/** Long enough that two states of one resource never share it. */
const VERSION_LENGTH = 16

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, VERSION_LENGTH)
}

interface EdsCluster {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly edsClusterConfig?: { readonly serviceName?: string | undefined } | undefined
}

function clusterNeeds({ name = '', type, edsClusterConfig }: EdsCluster): readonly string[] | undefined {
  return type === 'EDS' ? [edsClusterConfig?.serviceName || name] : undefined
}

function isSameBatch(a: Batch, b: Batch): boolean {
  return a.length === b.length && a.every((row, index) => sameResource(row, b[index]))
}

function isSameList(a: ResourceList, b: ResourceList): boolean {
  return isSameBatch([...a.values()], [...b.values()])
}

function sameResource(a: GraphResource, b: GraphResource | undefined): boolean {
  return b !== undefined && a.name === b.name && a.version === b.version
}

/** Every `routeConfigName` inside a listener, however deep its filters are. */
function routeNamesIn(value: unknown): string[] {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item)
    else if (typeof node === 'object' && node !== null && !(node instanceof Uint8Array))
      for (const [key, item] of Object.entries(node))
        if (key === 'routeConfigName' && typeof item === 'string') found.add(item)
        else visit(item)
  }
  visit(value)
  return [...found]
}
