import type { Labels } from '../../config/object.js'
import type { Graph, Lookup, Memo } from '../../engine/index.js'
import { keyOfObject } from '../../engine/index.js'
import {
  chooseSidecar,
  labelKey,
  lazySettings,
  type MeshTables,
  type OwnTarget,
  POD_LABELS,
  type RuleClient,
  rootNamespaceOf,
  ruleClientOf,
  type ScopeKey,
  type Service,
  type SidecarObject,
  scopeKeyOf,
  serviceKey,
  sidecarsOf,
  type Workload,
} from '../../mesh/index.js'
import { type Facts, factsOf, type SomeFacts } from '../../proxy/facts.js'
import type { ProxyNode } from '../../proxy/node.js'
import { type ProxyView, viewOf } from '../../proxy/view.js'
import { ownTargetsOf, targetsByAddress } from './context.js'
import { type OwnKind, ownKindOf } from './self-discovery.js'

/**
 * What tables a proxy's resources are in: a key for each part, of exactly what the part reads, so that proxies that are alike in it
 * share the part (docs/adr/0006-mesh-tables.md).
 */
export interface ProxyParts {
  readonly upstream: UpstreamKey
  readonly fixed: FixedKey
  readonly listeners: ListenersKey
  readonly routes: RoutesKey
  readonly own: OwnKey
  readonly names: NamesKey
}

export type PartName = keyof ProxyParts

interface Keyed {
  readonly key: string
  readonly scope: ScopeKey
}

/** Clusters and endpoints of what the proxy may call. */
export interface UpstreamKey extends Keyed {
  readonly client: RuleClient
  readonly clusters: Facts<'clusters'>
  readonly dns: Facts<'dnsClusters'>
  readonly endpoints: EndpointFacts
}

/** Clusters that depend on no service. */
export interface FixedKey {
  readonly key: string
  readonly facts: Facts<'fixed'>
}

/** From what all proxies of a network see to what only this locality, these labels, or this node see. */
export interface EndpointFacts {
  readonly anywhere: Facts<'endpoints'>
  readonly placed: Facts<'endpoints'>
  readonly labelled: Facts<'endpoints'>
}

export interface ListenersKey extends Keyed {
  readonly client: RuleClient
  readonly facts: Facts<'listeners'>
  /** The same without its own address, for ports where no service is called by the addresses of its pods. */
  readonly elsewhere: Facts<'listeners'>
}

export interface RoutesKey extends Keyed {
  readonly client: RuleClient
  readonly facts: Facts<'routes'>
  /** Scope and client alone. */
  readonly base: string
  /** Whether it has the listener that refers to `http_proxy`. */
  readonly hasHttpProxy: boolean
}

/** What depends on no service but the workload's own. */
export interface OwnKey extends Keyed {
  readonly client: RuleClient
  readonly facts: Facts<'inbound'>
  readonly own: readonly OwnTarget[]
  /** Of proxies that ask for those of their own kind. */
  readonly kind: OwnKind | undefined
}

export interface NamesKey extends Keyed {
  readonly facts: Facts<'names'>
}

/** What is known of a proxy, and which Sidecar applies to it. */
export interface ViewRow {
  readonly view: ProxyView
  readonly scope: ScopeKey
}

export function viewRowOf(read: Lookup, node: ProxyNode, tables: MeshTables): ViewRow {
  const view = viewOf(node, workloadOf(read, node, tables), tables.identity.configCluster)
  const sidecar = sidecarOf(read, tables, view)
  const { namespace } = view
  return { view, scope: { namespace, sidecar: sidecar === undefined ? '' : `${sidecar.namespace}/${sidecar.name}` } }
}

function sidecarOf(
  read: Lookup,
  tables: MeshTables,
  { type, namespace, labels }: Pick<ProxyView, 'type' | 'namespace' | 'labels'>,
): SidecarObject | undefined {
  if (type !== 'sidecar') return undefined
  const mesh = lazySettings(read, tables.facet)
  const own = sidecarsOf(read, tables, namespace)
  return chooseSidecar(own, sidecarsOf(read, tables, rootNamespaceOf(mesh)), namespace, labels, mesh)
}

/** The pod of that name, else whatever has its address. */
export function workloadOf(read: Lookup, node: ProxyNode, tables: MeshTables): Workload | undefined {
  const { metadata, configNamespace, addresses, instance } = node
  const cluster = metadata.clusterId || tables.identity.configCluster
  const name = metadata.name || instance.slice(0, instance.lastIndexOf('.'))
  const pod = read.one(tables.workload, `pod/${cluster}/${configNamespace}/${name}`)
  return pod ?? read.where(tables.workloadAddress, `${cluster}/${addresses[0] ?? ''}`)[0]
}

/** The parts of a proxy, as rows of the engine: a change that is not about a proxy costs it nothing. */
export function declareProxies(graph: Graph, tables: MeshTables): Memo<ProxyNode, ProxyParts> {
  const shapes = graph.memo('shape', keyOfShape, partsOfShape(tables), {
    equals: (a, b) => a.hasIngress === b.hasIngress && isSameParts(a, b),
  })
  return graph.memo(
    'proxy',
    node => `${node.id}#${keyOfObject(node)}`,
    (node, read) => {
      const workload = workloadOf(read, node, tables)
      const view = viewOf(node, workload, tables.identity.configCluster)
      const shape = shapeOf(read, tables, view, workload)
      const parts = read.memo(shapes, shape)
      if (!parts.hasIngress && !isCalledByAddress(read, tables, view)) return parts
      return read.memo(shapes, { ...shape, view: { ...shape.view, addresses: view.addresses } })
    },
    { equals: isSameParts },
  )
}

/** A row of a shape. */
interface Shaped extends ProxyParts {
  /** Its Sidecar has ingress listeners: those are bound to the address of the proxy. */
  readonly hasIngress: boolean
}

/** A proxy without what tells it from others that are alike in everything that the configuration of this mesh asks about. */
interface Shape {
  readonly view: ProxyView
  readonly workload: Pick<Workload, 'kind' | 'labels' | 'ports'> | undefined
  /** Of services that know workloads by their addresses. */
  readonly named: readonly OwnTarget[]
}

function shapeOf(read: Lookup, tables: MeshTables, view: ProxyView, workload: Workload | undefined): Shape {
  const isAsked = (name: string): boolean => read.one(tables.interest, name) !== undefined
  const isKept = (key: string): boolean =>
    !POD_LABELS.includes(key) ||
    isAsked(`podLabel/${key}`) ||
    isAsked(`selectorLabel/${key}`) ||
    mayPrefer(read, tables, key)
  const kept = (labels: Labels): Labels =>
    Object.fromEntries(
      Object.keys(labels)
        .filter(isKept)
        .sort()
        .map(key => [key, labels[key] ?? '']),
    )
  return {
    named: targetsByAddress(read, tables, view).map(narrowTarget),
    workload: workload && { kind: workload.kind, labels: kept(workload.labels), ports: workload.ports },
    view: {
      ...view,
      labels: kept(view.labels),
      nodeName: isAsked('node') ? view.nodeName : '',
      addresses: [],
      meta: { ...view.meta, name: '', instance: '' },
    },
  }
}

/** Whether a service is called by the addresses of its pods, this one among them: the proxy has no listener for that one. */
function isCalledByAddress(read: Lookup, tables: MeshTables, { addresses, cluster }: ProxyView): boolean {
  return read
    .where(tables.endpointAddress, `${cluster}/${addresses[0] ?? ''}`)
    .some(endpoint => read.one(tables.service, serviceKey(endpoint))?.resolution === 'none')
}

/** Whether localities, or endpoints by their labels, are preferred by this label of the client. */
function mayPrefer(read: Lookup, tables: MeshTables, key: string): boolean {
  const mesh = lazySettings(read, tables.facet)
  const asked = [
    ...(mesh.localityLbSetting?.failoverPriority ?? []),
    ...(mesh.zoneAwareLbSetting?.failoverPriority ?? []),
  ]
  return read.one(tables.interest, `endpointLabel/${key}`) !== undefined || asked.some(entry => labelKey(entry) === key)
}

/** Of a service of its own a workload's listeners and clusters know this much. */
function narrowTarget({ service, port, targetPort }: OwnTarget): OwnTarget {
  const { host, namespace, name, registry, isMeshExternal, ports, creationTimestamp } = service
  return {
    service: { host, namespace, name, registry, isMeshExternal, ports, creationTimestamp } as Service,
    port,
    targetPort,
  }
}

function keyOfShape({ view, workload, named }: Shape): string {
  const { extensions } = view
  return JSON.stringify([view, extensions === undefined ? null : [...extensions].sort(), workload ?? null, named])
}

function isSameParts(a: ProxyParts, b: ProxyParts): boolean {
  return PART_NAMES.every(name => a[name].key === b[name].key)
}

export const PART_NAMES = [
  'upstream',
  'fixed',
  'listeners',
  'routes',
  'own',
  'names',
] as const satisfies readonly PartName[]

function partsOfShape(tables: MeshTables) {
  return ({ view, workload, named }: Shape, read: Lookup): Shaped => {
    const own = ownTargetsOf(read, tables, view, workload, named).map(narrowTarget)
    const asked = askedOf(read, tables, view)
    const sidecar = sidecarOf(read, tables, view)
    const scope = scopeKeyOf(read, tables, view.namespace, sidecar)
    const client = ruleClientOf(read, tables.interest, view, rootNamespaceOf(lazySettings(read, tables.facet)))
    const hasIngress = (sidecar?.spec.ingress ?? []).length > 0
    const listeners = listenersKey(scope, client, asked.listeners, view)
    const upstream = upstreamKey(scope, client, view, asked.endpointLabels)
    const fixed = factsOf('fixed', view)
    return {
      hasIngress,
      upstream,
      fixed: { key: fixed.key, facts: fixed },
      listeners,
      routes: routesKey(listeners, asked, view),
      own: ownKey(listeners, { ...view, labels: asked.ownLabels }, { own, kind: ownKindOf(view, own), hasIngress }),
      names: namesKey(scope, view),
    }
  }
}

/** Namespace and labels as far as somebody asks about them. */
interface Asked {
  readonly listeners: Pick<ProxyView, 'namespace' | 'labels'>
  readonly routes: Pick<ProxyView, 'namespace' | 'labels'>
  readonly endpointLabels: Labels
  /** Of policies for what it serves. */
  readonly ownLabels: Labels
  readonly hasHttpProxy: boolean
}

/** Which spans tell; `app` is in the name that providers know the proxy by. */
const SPAN_LABELS = ['service.istio.io/canonical-name', 'service.istio.io/canonical-revision']

function askedOf(read: Lookup, tables: MeshTables, { type, namespace, labels, meta }: ProxyView): Asked {
  const mesh = lazySettings(read, tables.facet)
  const isAsked = (name: string): boolean => read.one(tables.interest, name) !== undefined
  const only = (test: (key: string) => boolean): Labels =>
    Object.fromEntries(Object.entries(labels).filter(([key]) => test(key)))
  const isSource = (key: string): boolean => isAsked(`sourceLabel/${key}`)
  const isProvided = (mesh.defaultProviders?.tracing ?? []).length > 0 || isAsked('tracing')
  const isTraced = mesh.enableTracing === true || isProvided
  const isTold = (key: string): boolean => (isTraced && SPAN_LABELS.includes(key)) || (isProvided && key === 'app')
  const isLogged = isAsked(`telemetryIn/${namespace}`)
  const isOfListeners = (key: string): boolean =>
    isSource(key) || isTold(key) || (isLogged && isAsked(`telemetryLabel/${namespace}/${key}`))
  const isNamed = isAsked(`sourceNamespace/${namespace}`)
  return {
    listeners: { namespace: isTraced || isLogged || isNamed ? namespace : '', labels: only(isOfListeners) },
    routes: { namespace: isNamed ? namespace : '', labels: only(isSource) },
    ownLabels: only(key => isAsked(`selectorLabel/${key}`) || isTold(key)),
    endpointLabels: only(key => mayPrefer(read, tables, key)),
    hasHttpProxy: type === 'sidecar' && (Number(meta.httpProxyPort) || mesh.proxyHttpPort || 0) > 0,
  }
}

function upstreamKey(scope: ScopeKey, client: RuleClient, view: ProxyView, labels: Labels): UpstreamKey {
  const nowhere = { locality: { region: '', zone: '', subZone: '' }, nodeName: '', labels: {} }
  const clusters = factsOf('clusters', view)
  const dns = factsOf('dnsClusters', view, { labels })
  const endpoints = {
    anywhere: factsOf('endpoints', view, nowhere),
    placed: factsOf('endpoints', view, { nodeName: '', labels: {} }),
    labelled: factsOf('endpoints', view, { labels }),
  }
  const key = keyOf(scope, client, clusters, dns, endpoints.labelled)
  return { key, scope, client, clusters, dns, endpoints }
}

function listenersKey(scope: ScopeKey, client: RuleClient, asked: Asked['listeners'], view: ProxyView): ListenersKey {
  const facts = factsOf('listeners', view, { ...asked, addresses: view.addresses.slice(0, 1) })
  const elsewhere = factsOf('listeners', view, { ...asked, addresses: [] })
  return { key: keyOf(scope, client, facts), scope, client, facts, elsewhere }
}

function routesKey({ scope, client }: ListenersKey, { routes, hasHttpProxy }: Asked, view: ProxyView): RoutesKey {
  const facts = factsOf('routes', view, routes)
  const base = keyOf(scope, client)
  return { key: `${base}|${facts.key}|${hasHttpProxy}`, base, scope, client, facts, hasHttpProxy }
}

function ownKey(
  { scope, client }: ListenersKey,
  view: ProxyView,
  { hasIngress, ...served }: Pick<OwnKey, 'own' | 'kind'> & { readonly hasIngress: boolean },
): OwnKey {
  const facts = factsOf('inbound', view, hasIngress ? {} : { addresses: [] })
  return { key: `${keyOf(scope, client, facts)}|${JSON.stringify(served)}`, scope, client, facts, ...served }
}

function namesKey(scope: ScopeKey, view: ProxyView): NamesKey {
  const facts = factsOf('names', view)
  return { key: keyOf(scope, { namespace: '', labels: {} }, facts), scope, facts }
}

function keyOf(scope: ScopeKey, client: RuleClient, ...facts: readonly SomeFacts[]): string {
  return [scope.namespace, scope.sidecar, JSON.stringify(client), ...facts.map(({ key }) => key)].join('|')
}
