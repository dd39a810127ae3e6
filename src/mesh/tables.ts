import type { KubeService } from '../config/kinds/kubernetes/service.js'
import type { KubeNamespace } from '../config/kinds/kubernetes/workloads.js'
import type { ConfigObject } from '../config/object.js'
import type { Graph, Index, Lookup, Table } from '../engine/index.js'
import { declareAccounts } from './accounts.js'
import type { AuthorizationObject, TokenObject } from './authorization.js'
import { declareBestRule, type RuleMemo } from './best-rule.js'
import { resolveDelegates } from './delegates.js'
import { consolidate, keyOfRule, type RuleKey } from './destination-rules.js'
import { type Discovery, declareDiscovery } from './discovery.js'
import type { Endpoint } from './endpoint.js'
import { declareEndpoints, declareWorkloads } from './endpoint-tables.js'
import { spiffe } from './endpoints.js'
import { declareInputs, type MeshInputs } from './inputs.js'
import { declareInterests, type InterestTable } from './interests.js'
import { NETWORK_LABEL } from './locality.js'
import { declareMutualPorts } from './mutual-ports.js'
import type { NetworkGateway } from './network.js'
import { compareGateways, gatewaysOfNetworks, gatewaysOfService, networkOfAddress, weightScale } from './networks.js'
import type { PeerPolicy } from './peer-authentication.js'
import { type Places, SAME } from './places.js'
import type { ConsolidatedRule } from './rule.js'
import type { VirtualOutline, VirtualServiceConfig } from './scope.js'
import { type Aged, byAge } from './selection.js'
import { type Service, type ServiceKey, serviceKey } from './service.js'
import { declareServices } from './service-tables.js'
import { type MeshIdentity, type MeshSettings, rootNamespaceOf, trustDomainOf } from './settings.js'
import { declareSidecarConflicts } from './sidecar-conflicts.js'
import type { SidecarObject } from './sidecar-scope.js'
import type { TelemetryObject } from './telemetry.js'
import { outlineOf, qualifyVirtualService } from './virtual-services.js'
import type { Workload } from './workload.js'

/** What all proxies share: one row for each fact of the mesh (docs/adr/0006-mesh-tables.md). */
export interface MeshTables {
  readonly inputs: MeshInputs
  readonly identity: MeshIdentity
  readonly discovery: Discovery
  /** One row for each field of the mesh configuration that is set. */
  readonly facet: Table<string, unknown>
  /** One row `mesh`, once there is a mesh, that never changes: what is made once is derived from it. */
  readonly once: Table<'mesh', true>
  readonly service: Table<ServiceKey, Service>
  readonly serviceHost: Index<string, ServiceKey, Service>
  readonly serviceNamespace: Index<string, ServiceKey, Service>
  /** One row `mesh`: every service, oldest first, then by name and namespace. Only scopes of the whole mesh read it. */
  readonly serviceOrder: Table<'mesh', readonly Service[]>
  readonly workload: Table<string, Workload>
  readonly workloadAddress: Index<string, string, Workload>
  readonly endpoint: Table<string, Endpoint>
  readonly endpointService: Index<ServiceKey, string, Endpoint>
  /** `<cluster>/<ip>` */
  readonly endpointAddress: Index<string, string, Endpoint>
  /** Sorted identities of a service's endpoints; of its pods, while it has none. */
  readonly accounts: Table<ServiceKey, readonly string[]>
  /** Ports of a service whose endpoints all speak mutual TLS. */
  readonly mutualPorts: Table<ServiceKey, readonly string[]>
  readonly rule: Table<RuleKey, readonly ConsolidatedRule[]>
  /** Which rule applies for a client. */
  readonly bestRule: RuleMemo
  /** Delegates merged in, names in full. */
  readonly virtual: Table<string, VirtualServiceConfig>
  /** What scopes look at of them. */
  readonly virtualNamespace: Index<string, string, VirtualOutline>
  /** One row `mesh`: all, oldest first. */
  readonly virtualOrder: Table<'mesh', readonly VirtualOutline[]>
  readonly interest: InterestTable
  /** By namespace, oldest first. */
  readonly sidecars: Index<string, string, SidecarObject>
  /** Sidecars that can never apply, and which stands before each; reading its problems names them. */
  readonly sidecarConflict: Table<string, string>
  readonly peerPolicies: Index<string, string, PeerPolicy>
  readonly authorization: Index<string, string, AuthorizationObject>
  readonly tokens: Index<string, string, TokenObject>
  readonly telemetry: Index<string, string, TelemetryObject>
  readonly gateways: Table<string, readonly NetworkGateway[]>
  /** One row `mesh`, where there are gateways: what weights of endpoints are multiplied with. */
  readonly weightScale: Table<'mesh', number>
}

export function declareMesh(graph: Graph, identity: MeshIdentity): MeshTables {
  const inputs = declareInputs(graph)
  const facet = graph.derive('facet', inputs.settings, settings => Object.entries(settings), SAME)
  const settingsOf = (read: Lookup): MeshSettings => lazySettings(read, facet)
  const clusterNetwork = declareClusterNetworks(graph, inputs, settingsOf)
  const networkOf = (read: Lookup, cluster: string) => (address: string) =>
    networkOfAddress(address, cluster, read.one(clusterNetwork, cluster) ?? '', read.one(inputs.networks, 'mesh'))
  const discovery = declareDiscovery(graph, inputs, identity.configCluster, settingsOf)
  const places: Places = { inputs, identity, settingsOf, discovery, networkOf }
  const service = declareServices(graph, places)
  const workload = declareWorkloads(graph, places)
  const workloadAddress = workload.index('address', row => row.addresses.map(ip => `${row.cluster}/${ip}`))
  const workloadNamespace = workload.index('namespace', row => [row.namespace])
  const endpoint = declareEndpoints(graph, places, service, workload, workloadAddress)
  const sidecars = inputs.config.Sidecar.index<string>('namespace', row => [row.namespace])
  const serviceNamespace = service.index('namespace', row => [row.namespace])
  const rule = declareRules(graph, places)
  const virtual = declareVirtualServices(graph, places)
  const outline = graph.derive('virtualOutline', virtual, (row, key) => [[key, outlineOf(row)]], SAME)
  const virtualNamespace = outline.index('namespace', row => [row.namespace])
  const gateways = declareGateways(graph, places)
  const endpointService = endpoint.index('service', row => [serviceKey(row)])
  return {
    inputs,
    identity,
    discovery,
    facet,
    once: graph.derive('once', inputs.settings, () => [['mesh', true as const]]),
    service,
    serviceHost: service.index('host', row => [row.host]),
    serviceNamespace,
    serviceOrder: declareOrder(graph, 'serviceOrder', serviceNamespace),
    workload,
    workloadAddress,
    endpoint,
    endpointService,
    endpointAddress: endpoint.index('address', row => row.addresses.map(ip => `${row.cluster}/${ip}`)),
    accounts: declareAccounts(graph, {
      service,
      endpointService,
      workloadNamespace,
      identityOf: (read, pod) => spiffe(trustDomainOf(settingsOf(read)), pod.namespace, pod.serviceAccount),
    }),
    mutualPorts: declareMutualPorts(graph, endpointService),
    rule,
    bestRule: declareBestRule(graph, rule, settingsOf),
    virtual,
    virtualNamespace,
    virtualOrder: declareOrder(graph, 'virtualOrder', virtualNamespace),
    interest: declareInterests(graph, {
      service,
      rule,
      virtual,
      telemetry: inputs.config.Telemetry,
      selecting: Object.values(inputs.config) as readonly Table<string, ConfigObject>[],
      settingsOf,
    }),
    sidecars,
    sidecarConflict: declareSidecarConflicts(graph, sidecars),
    peerPolicies: inputs.config.PeerAuthentication.index('namespace', row => [row.namespace]),
    authorization: inputs.config.AuthorizationPolicy.index('namespace', row => [row.namespace]),
    tokens: inputs.config.RequestAuthentication.index('namespace', row => [row.namespace]),
    telemetry: inputs.config.Telemetry.index('namespace', row => [row.namespace]),
    gateways: gateways.byNetwork,
    weightScale: gateways.scale,
  }
}

/** Reads a field only when it is asked for, so that a step depends on the fields it uses. Not to be kept beyond the step. */
export function lazySettings(read: Lookup, facet: Table<string, unknown>): MeshSettings {
  return new Proxy({ read, facet }, FIELDS) as MeshSettings
}

interface Facets {
  readonly read: Lookup
  readonly facet: Table<string, unknown>
}

/** One for all, as each step asks for settings several times. */
const FIELDS: ProxyHandler<Facets> = {
  get: ({ read, facet }, key) => (typeof key === 'string' ? read.one(facet, key) : undefined),
  has: ({ read, facet }, key) => typeof key === 'string' && read.one(facet, key) !== undefined,
}

/** Network of a cluster: a label of its root namespace. */
function declareClusterNetworks(
  graph: Graph,
  inputs: MeshInputs,
  settingsOf: (read: Lookup) => MeshSettings,
): Table<string, string> {
  return graph.derive('clusterNetwork', inputs.cluster.Namespace, ({ cluster, object }, _, read) => {
    const network = networkLabel(object)
    return network !== '' && object.name === rootNamespaceOf(settingsOf(read)) ? [[cluster, network] as const] : []
  })
}

function networkLabel(object: ConfigObject<KubeNamespace | KubeService>): string {
  return object.labels[NETWORK_LABEL] ?? ''
}

/** All in one row, in the order of age. Sorted by namespace first: of a change only its namespace is sorted anew, the rest is merged. */
function declareOrder<V extends Aged>(
  graph: Graph,
  name: string,
  byNamespace: Index<string, string, V>,
): Table<'mesh', readonly V[]> {
  const sorted = graph.derive(`${name}/namespace`, byNamespace, (rows, key) => [[key, [...rows].sort(byAge)]])
  const one = sorted.index('mesh', () => ['mesh' as const])
  return graph.derive(name, one, lists => [['mesh', lists.flat().sort(byAge)]], { isWide: true })
}

function declareRules(
  graph: Graph,
  { inputs, identity, settingsOf, discovery }: Places,
): Table<RuleKey, readonly ConsolidatedRule[]> {
  const byHost = inputs.config.DestinationRule.index('host', row => [keyOfRule(row, identity)])
  return graph.derive(
    'rule',
    byHost,
    (rows, key, read) => {
      const slash = key.indexOf('/')
      if (!discovery.isDiscovered(read, identity.configCluster, key.slice(0, slash))) return []
      return [[key, consolidate(rows, key.slice(slash + 1), settingsOf(read))]]
    },
    SAME,
  )
}

function declareVirtualServices(
  graph: Graph,
  { inputs, identity, settingsOf, discovery }: Places,
): Table<string, VirtualServiceConfig> {
  const qualified = graph.derive('virtualAsWritten', inputs.config.VirtualService, (object, key, read) =>
    discovery.isDiscovered(read, identity.configCluster, object.namespace)
      ? [[key, qualifyVirtualService(object, identity.domain)]]
      : [],
  )
  return graph.derive('virtual', qualified, (row, key, read) => {
    if ((row.spec.hosts ?? []).length === 0) return []
    const find = (delegate: string): VirtualServiceConfig | undefined => read.one(qualified, delegate)
    return [[key, resolveDelegates(row, find, settingsOf(read), problem => read.report(problem))]]
  })
}

interface GatewayTables {
  readonly byNetwork: Table<string, readonly NetworkGateway[]>
  readonly scale: Table<'mesh', number>
}

/** By network: those of MeshNetworks, and Services that carry the network's label, or are named there, and have a public address. */
function declareGateways(graph: Graph, { inputs, identity, discovery }: Places): GatewayTables {
  const written = graph.derive('gatewayOfNetworks', inputs.networks, networks =>
    gatewaysOfNetworks(networks).map(gateway => [gatewayKey(gateway), gateway] as const),
  )
  const ofServices = graph.derive('gatewayOfService', inputs.cluster.Service, ({ cluster, object }, _, read) => {
    const networks = () => read.one(inputs.networks, 'mesh')
    const found = gatewaysOfService(object, cluster, networks, identity.domain)
    if (found.length === 0 || !discovery.isDiscovered(read, cluster, object.namespace)) return []
    return found.map(gateway => [gatewayKey(gateway), gateway] as const)
  })
  const all = graph.union('gateway', [written, ofServices])
  const byNetwork = all.index('network', row => [row.network])
  const mesh = all.index('mesh', () => ['mesh' as const])
  return {
    byNetwork: graph.derive('gateways', byNetwork, (rows, key) => [[key, [...rows].sort(compareGateways)]], SAME),
    scale: graph.derive('weightScale', mesh, (rows, key) => [[key, weightScale(rows)]], SAME),
  }
}

function gatewayKey({ network, address, port }: NetworkGateway): string {
  return `${network}/${address}/${port}`
}

/** Sidecars of a namespace, oldest first. */
export function sidecarsOf(read: Lookup, tables: MeshTables, namespace: string): readonly SidecarObject[] {
  return [...configsIn(read, tables, tables.sidecars, namespace)].sort(byAge)
}

/** Objects of one kind in a namespace, if that is discovered. */
export function configsIn<Row>(
  read: Lookup,
  { discovery, identity }: MeshTables,
  index: Index<string, string, Row>,
  namespace: string,
): readonly Row[] {
  return discovery.isDiscovered(read, identity.configCluster, namespace) ? read.where(index, namespace) : []
}
