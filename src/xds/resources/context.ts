import type { Index, Lookup } from '../../engine/index.js'
import {
  configsIn,
  type Endpoint,
  type Hostname,
  lazySettings,
  type MeshLookup,
  type MeshTables,
  mtlsOfNamespace,
  mtlsOfPort,
  mtlsOfWorkload,
  type OwnTarget,
  ownTargets,
  policiesOfWorkload,
  type RuleClient,
  rootNamespaceOf,
  ruleClientOf,
  type Service,
  type SidecarScope,
  serviceKey,
  targetOfEndpoint,
  telemetryOfWorkload,
  type Workload,
  type WorkloadMtls,
} from '../../mesh/index.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'

/** What a context is of. What is left out is worked out from the view. */
export interface ContextParts {
  readonly view: ProxyView
  readonly scope: () => SidecarScope
  readonly client?: RuleClient
  readonly own?: readonly OwnTarget[]
  /** A service in scope by its host, without going through all of them. */
  readonly reachable?: (host: Hostname) => Service | undefined
}

/** Reads facts when a translator asks for them, so that a resource depends on what it used. Not to be kept beyond the read. */
export function contextOf(read: Lookup, tables: MeshTables, parts: ContextParts): ProxyContext {
  const { view, scope, own, reachable } = parts
  const mesh = lazySettings(read, tables.facet)
  const client = parts.client ?? (() => ruleClientOf(read, tables.interest, view, rootNamespaceOf(mesh)))
  return {
    view,
    mesh,
    identity: tables.identity,
    lookup: lookupOf(read, tables, view, typeof client === 'function' ? client : () => client),
    ...(reachable === undefined ? {} : { reachable }),
    get scope() {
      return scope()
    },
    get own() {
      return own ?? ownOf(read, tables, view)
    },
    get mtls() {
      return mtlsOf(read, tables, view.namespace, view.labels)
    },
    get authorization() {
      return policiesOfWorkload(ofNamespaces(read, tables, tables.authorization, view.namespace), view.labels)
    },
    get tokens() {
      return policiesOfWorkload(ofNamespaces(read, tables, tables.tokens, view.namespace), view.labels)
    },
    get telemetry() {
      const found = ofNamespaces(read, tables, tables.telemetry, view.namespace)
      return telemetryOfWorkload(found, view.namespace, rootNamespaceOf(mesh), view.labels)
    },
  }
}

function lookupOf(read: Lookup, tables: MeshTables, view: ProxyView, client: () => RuleClient): MeshLookup {
  const mesh = lazySettings(read, tables.facet)
  const endpointsOf = (service: Service): readonly Endpoint[] => read.where(tables.endpointService, serviceKey(service))
  return {
    service: (host, namespace) => read.one(tables.service, `${host}/${namespace}`),
    bestRule: (host, serviceNamespace) => read.memo(tables.bestRule, { host, serviceNamespace, client: client() }).rule,
    endpoints: service =>
      endpointsOf(service).filter(
        ({ health, cluster }) =>
          (health === 'healthy' || health === 'unknown') && (!service.isClusterLocal || cluster === view.cluster),
      ),
    accounts: service => accountsOf(read, tables, service),
    serviceMtls: service =>
      mtlsOfNamespace(policiesOf(read, tables, service.namespace), service.namespace, rootNamespaceOf(mesh)),
    isMutualThroughout: (service, portName) =>
      read.one(tables.mutualPorts, serviceKey(service))?.includes(portName) === true,
    endpointMtls: endpoint => {
      const namespace = endpoint.workloadNamespace || endpoint.namespace
      return mtlsOfPort(mtlsOf(read, tables, namespace, endpoint.labels), endpoint.port)
    },
    gateways: network => read.one(tables.gateways, network) ?? [],
    weightScale: () => read.one(tables.weightScale, 'mesh') ?? 1,
    headless: service =>
      endpointsOf(service).filter(
        ({ health }) => service.publishesUnready || health === 'healthy' || health === 'unknown',
      ),
    namespaceLabels: namespace =>
      read.one(tables.inputs.cluster.Namespace, `${tables.identity.configCluster}//${namespace}`)?.object.labels,
  }
}

function accountsOf(read: Lookup, tables: MeshTables, service: Service): readonly string[] {
  const found = read.one(tables.accounts, serviceKey(service)) ?? []
  if (service.subjectAltNames.length === 0) return found
  return [...new Set([...found, ...service.subjectAltNames])].sort()
}

function policiesOf(read: Lookup, tables: MeshTables, namespace: string) {
  return ofNamespaces(read, tables, tables.peerPolicies, namespace)
}

/** Of a namespace, then of the root namespace. */
function ofNamespaces<Row>(
  read: Lookup,
  tables: MeshTables,
  index: Index<string, string, Row>,
  namespace: string,
): readonly Row[] {
  const root = rootNamespaceOf(lazySettings(read, tables.facet))
  const own = configsIn(read, tables, index, namespace)
  return namespace === root ? own : [...own, ...configsIn(read, tables, index, root)]
}

function mtlsOf(
  read: Lookup,
  tables: MeshTables,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): WorkloadMtls {
  const root = rootNamespaceOf(lazySettings(read, tables.facet))
  return mtlsOfWorkload(policiesOf(read, tables, namespace), namespace, root, labels)
}

/** Services that the proxy's workload serves; routers serve none. */
function ownOf(read: Lookup, tables: MeshTables, view: ProxyView): readonly OwnTarget[] {
  const { cluster, namespace, meta } = view
  const workload =
    read.one(tables.workload, `pod/${cluster}/${namespace}/${meta.name}`) ??
    read.where(tables.workloadAddress, `${cluster}/${view.addresses[0] ?? ''}`)[0]
  return ownTargetsOf(read, tables, view, workload, targetsByAddress(read, tables, view))
}

/** What `named` (see `targetsByAddress`) and the labels of its workload make it serve. */
export function ownTargetsOf(
  read: Lookup,
  tables: MeshTables,
  { type, namespace, labels, meta }: ProxyView,
  workload: Pick<Workload, 'kind' | 'labels' | 'ports'> | undefined,
  named: readonly OwnTarget[],
): readonly OwnTarget[] {
  if (type !== 'sidecar') return []
  const ports = Object.fromEntries(meta.podPorts.map(({ name, containerPort }) => [name, containerPort]))
  return ownTargets({ namespace, workload, labels, named, ports }, read.where(tables.serviceNamespace, namespace))
}

/** What a proxy serves of services that know their workloads by address. */
export function targetsByAddress(
  read: Lookup,
  tables: MeshTables,
  { type, cluster, addresses }: ProxyView,
): readonly OwnTarget[] {
  if (type !== 'sidecar') return []
  return read
    .where(tables.endpointAddress, `${cluster}/${addresses[0] ?? ''}`)
    .flatMap(endpoint => targetOfEndpoint(endpoint, read.one(tables.service, serviceKey(endpoint))))
}
