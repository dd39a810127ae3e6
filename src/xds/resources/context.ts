import type { Index, Lookup } from '../../engine/index.js'
import {
  type Endpoint,
  findBestRule,
  lazySettings,
  type MeshLookup,
  type MeshTables,
  mtlsOfNamespace,
  mtlsOfPort,
  mtlsOfWorkload,
  type OwnTarget,
  ownTargets,
  policiesOfWorkload,
  rootNamespaceOf,
  type Service,
  type SidecarScope,
  serviceKey,
  telemetryOfWorkload,
  type WorkloadMtls,
} from '../../mesh/index.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'

/** Reads facts when a translator asks for them, so that a resource depends on what it used. Not to be kept beyond the read. */
export function contextOf(
  read: Lookup,
  tables: MeshTables,
  view: ProxyView,
  scopeOf: () => SidecarScope,
): ProxyContext {
  const mesh = lazySettings(read, tables.facet)
  const lookup = lookupOf(read, tables, view)
  return {
    view,
    mesh,
    identity: tables.identity,
    lookup,
    get scope() {
      return scopeOf()
    },
    get own() {
      return ownOf(read, tables, view)
    },
    get mtls() {
      return mtlsOf(read, tables, view.namespace, view.labels)
    },
    get authorization() {
      return policiesOfWorkload(ofNamespaces(read, tables, tables.authorization, view.namespace), view.labels)
    },
    get telemetry() {
      const found = ofNamespaces(read, tables, tables.telemetry, view.namespace)
      return telemetryOfWorkload(found, view.namespace, rootNamespaceOf(mesh), view.labels)
    },
  }
}

export function lookupOf(read: Lookup, tables: MeshTables, view: ProxyView): MeshLookup {
  const mesh = lazySettings(read, tables.facet)
  const endpointsOf = (service: Service): readonly Endpoint[] => read.where(tables.endpointService, serviceKey(service))
  return {
    service: (host, namespace) => read.one(tables.service, `${host}/${namespace}`),
    bestRule: (host, serviceNamespace) =>
      findBestRule(
        host,
        serviceNamespace,
        { namespace: view.namespace, labels: view.labels, rootNamespace: rootNamespaceOf(mesh) },
        key => read.one(tables.rule, key),
      ),
    endpoints: service =>
      endpointsOf(service).filter(
        ({ health, cluster }) =>
          (health === 'healthy' || health === 'unknown') && (!service.isClusterLocal || cluster === view.cluster),
      ),
    accounts: service => accountsOf(read, tables, service),
    serviceMtls: service =>
      mtlsOfNamespace(policiesOf(read, tables, service.namespace), service.namespace, rootNamespaceOf(mesh)),
    endpointMtls: endpoint => {
      const namespace = endpoint.workloadNamespace || endpoint.namespace
      return mtlsOfPort(mtlsOf(read, tables, namespace, endpoint.labels), endpoint.port)
    },
    gateways: network => read.one(tables.gateways, network) ?? [],
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
  const own = read.where(index, namespace)
  return namespace === root ? own : [...own, ...read.where(index, root)]
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
export function ownOf(read: Lookup, tables: MeshTables, view: ProxyView): readonly OwnTarget[] {
  if (view.type !== 'sidecar') return []
  const { cluster, namespace, meta, labels } = view
  const address = view.addresses[0] ?? ''
  const workload =
    read.one(tables.workload, `pod/${cluster}/${namespace}/${meta.name}`) ??
    read.where(tables.workloadAddress, `${cluster}/${address}`)[0]
  return ownTargets(
    {
      namespace,
      workload,
      labels,
      endpoints: read.where(tables.endpointAddress, `${cluster}/${address}`),
      ports: Object.fromEntries(meta.podPorts.map(({ name, containerPort }) => [name, containerPort])),
    },
    read.where(tables.serviceNamespace, namespace),
    endpoint => read.one(tables.service, serviceKey(endpoint)),
  )
}
