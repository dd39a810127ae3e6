import type { Labels } from '../../config/object.js'
import type { Index, Lookup } from '../../engine/index.js'
import {
  type AuthorizationObject,
  type ConsolidatedRule,
  configsIn,
  type Endpoint,
  type Hostname,
  lazySettings,
  type MeshIdentity,
  type MeshLookup,
  type MeshSettings,
  type MeshTables,
  type MtlsMode,
  mtlsOfNamespace,
  mtlsOfPort,
  mtlsOfWorkload,
  type NetworkGateway,
  type OwnTarget,
  ownTargets,
  policiesOfWorkload,
  type RuleClient,
  rootNamespaceOf,
  ruleClientOf,
  type Service,
  type SidecarScope,
  serviceKey,
  type TelemetryObject,
  type TokenObject,
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
  /** Where the rules that it may ask for are known already. */
  readonly ruleOf?: (host: Hostname) => ConsolidatedRule | undefined
  readonly own?: readonly OwnTarget[]
  /** A service in scope by its host, without going through all of them. */
  readonly reachable?: (host: Hostname) => Service | undefined
}

/**
 * Reads facts when a translator asks for them, so that a resource depends on what it used. Not to be kept beyond the read. A class, as
 * one is made for every run of a translator, and V8 defines the getters of a literal one by one each time.
 */
export class ReadContext implements ProxyContext {
  readonly view: ProxyView
  readonly mesh: MeshSettings
  readonly identity: MeshIdentity
  readonly lookup: MeshLookup
  readonly reachable?: NonNullable<ProxyContext['reachable']>
  readonly #read: Lookup
  readonly #tables: MeshTables
  readonly #parts: ContextParts

  constructor(read: Lookup, tables: MeshTables, parts: ContextParts) {
    this.#read = read
    this.#tables = tables
    this.#parts = parts
    this.view = parts.view
    this.mesh = lazySettings(read, tables.facet)
    this.identity = tables.identity
    this.lookup = new ReadLookup(read, tables, this.mesh, parts)
    if (parts.reachable !== undefined) this.reachable = parts.reachable
  }

  get scope(): SidecarScope {
    return this.#parts.scope()
  }

  get own(): readonly OwnTarget[] {
    return this.#parts.own ?? ownOf(this.#read, this.#tables, this.view)
  }

  get mtls(): WorkloadMtls {
    return mtlsOf(this.#read, this.#tables, this.view.namespace, this.view.labels)
  }

  get authorization(): readonly AuthorizationObject[] {
    return policiesOfWorkload(this.#ofNamespaces(this.#tables.authorization), this.view.labels)
  }

  get tokens(): readonly TokenObject[] {
    return policiesOfWorkload(this.#ofNamespaces(this.#tables.tokens), this.view.labels)
  }

  get telemetry(): readonly TelemetryObject[] {
    const { namespace, labels } = this.view
    return telemetryOfWorkload(
      this.#ofNamespaces(this.#tables.telemetry),
      namespace,
      rootNamespaceOf(this.mesh),
      labels,
    )
  }

  #ofNamespaces<Row>(index: Index<string, string, Row>): readonly Row[] {
    return ofNamespaces(this.#read, this.#tables, index, this.view.namespace)
  }
}

class ReadLookup implements MeshLookup {
  readonly #read: Lookup
  readonly #tables: MeshTables
  readonly #mesh: MeshSettings
  readonly #parts: ContextParts

  constructor(read: Lookup, tables: MeshTables, mesh: MeshSettings, parts: ContextParts) {
    this.#read = read
    this.#tables = tables
    this.#mesh = mesh
    this.#parts = parts
  }

  service(host: Hostname, namespace: string): Service | undefined {
    return this.#read.one(this.#tables.service, `${host}/${namespace}`)
  }

  bestRule(host: Hostname, serviceNamespace: string): ConsolidatedRule | undefined {
    const { ruleOf, view } = this.#parts
    if (ruleOf !== undefined) return ruleOf(host)
    const client =
      this.#parts.client ?? ruleClientOf(this.#read, this.#tables.interest, view, rootNamespaceOf(this.#mesh))
    return this.#read.memo(this.#tables.bestRule, { host, serviceNamespace, client }).rule
  }

  endpoints(service: Service): readonly Endpoint[] {
    const { cluster: client } = this.#parts.view
    return this.#endpointsOf(service).filter(
      ({ health, cluster }) =>
        (health === 'healthy' || health === 'unknown') && (!service.isClusterLocal || cluster === client),
    )
  }

  accounts(service: Service): readonly string[] {
    return accountsOf(this.#read, this.#tables, service)
  }

  serviceMtls({ namespace }: Service): MtlsMode {
    return mtlsOfNamespace(policiesOf(this.#read, this.#tables, namespace), namespace, rootNamespaceOf(this.#mesh))
  }

  isMutualThroughout(service: Service, portName: string): boolean {
    return this.#read.one(this.#tables.mutualPorts, serviceKey(service))?.includes(portName) === true
  }

  endpointMtls(endpoint: Endpoint): MtlsMode {
    const namespace = endpoint.workloadNamespace || endpoint.namespace
    return mtlsOfPort(mtlsOf(this.#read, this.#tables, namespace, endpoint.labels), endpoint.port)
  }

  gateways(network: string): readonly NetworkGateway[] {
    return this.#read.one(this.#tables.gateways, network) ?? []
  }

  weightScale(): number {
    return this.#read.one(this.#tables.weightScale, 'mesh') ?? 1
  }

  headless(service: Service): readonly Endpoint[] {
    return this.#endpointsOf(service).filter(
      ({ health }) => service.publishesUnready || health === 'healthy' || health === 'unknown',
    )
  }

  namespaceLabels(namespace: string): Labels | undefined {
    const { inputs, identity } = this.#tables
    return this.#read.one(inputs.cluster.Namespace, `${identity.configCluster}//${namespace}`)?.object.labels
  }

  #endpointsOf(service: Service): readonly Endpoint[] {
    return this.#read.where(this.#tables.endpointService, serviceKey(service))
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
