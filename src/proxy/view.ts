import type { MeshProxyConfig } from '../config/istio-types.generated.js'
import type { Labels } from '../config/object.js'
import {
  type AuthorizationObject,
  type Hostname,
  localityOfLabels,
  type MeshIdentity,
  type MeshLookup,
  type MeshSettings,
  type OwnTarget,
  type Service,
  type SidecarScope,
  type TelemetryObject,
  type TokenObject,
  type Workload,
  type WorkloadMtls,
  withTopology,
} from '../mesh/index.js'
import { type ClusterSettings, clusterSettingsOf } from './cluster-settings.js'
import type { InterceptionMode, NodeMetadata } from './metadata.js'
import type { IstioVersion, NodeType, ProxyNode } from './node.js'

export type { OwnTarget } from '../mesh/index.js'

/** What translation may know about a proxy. Proxies that are alike in all of this share one view. */
export interface ProxyView {
  readonly type: NodeType
  /** Whose configuration applies. */
  readonly namespace: string
  /** Of the workload (pod or WorkloadEntry), else of the node; topology labels added. */
  readonly labels: Labels
  readonly serviceAccount: string
  readonly cluster: string
  readonly network: string
  /** Networks whose endpoints it wants to see; empty: all. */
  readonly networkView: readonly string[]
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
  readonly nodeName: string
  /** `<ns>.svc.<domain>` of the node id. */
  readonly dnsDomain: string
  readonly interception: InterceptionMode
  readonly ipMode: ProxyNode['ipMode']
  /** The proxy's own; the first is the main one. */
  readonly addresses: readonly string[]
  /** Undefined counts as the newest. */
  readonly version: IstioVersion | undefined
  /** Sorted names of extensions that its Envoy has; undefined: it does not list them, so it is taken for istio-proxy. */
  readonly extensions: ReadonlySet<string> | undefined
  /** From node metadata, as far as translation reads it. */
  readonly meta: ViewMetadata
}

export interface ViewMetadata {
  readonly workloadName: string
  readonly name: string
  readonly instance: string
  readonly serviceCluster: string
  readonly meshId: string
  readonly httpProxyPort: string
  readonly idleTimeout: string
  readonly acceptsHttp10: boolean
  readonly generator: string
  readonly hasDnsCapture: boolean
  readonly hasDnsAutoAllocate: boolean
  /** `<host>:<port>` of its agent's DNS server, where that answers the workload; empty: DNS is the machine's. */
  readonly dnsServer: string
  /** Its Envoy asks for the proxies of its own kind, to know how they are spread over zones. */
  readonly hasSelfDiscovery: boolean
  readonly isTunnelCapable: boolean
  readonly isUnprivilegedPod: boolean
  readonly hasInboundExactBalance: boolean
  readonly hasOutboundExactBalance: boolean
  readonly hasMetadataDiscovery: boolean
  readonly statusPort: number | undefined
  readonly prometheusPort: number | undefined
  readonly tlsServer: { readonly certChain: string; readonly key: string; readonly rootCert: string }
  readonly tlsClient: { readonly certChain: string; readonly key: string; readonly rootCert: string }
  readonly outlierLogPath: string
  readonly podPorts: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[]
  /** Of its own ProxyConfig; undefined: it sends none, so the mesh's holds. */
  readonly clusterSettings: ClusterSettings | undefined
  /** The proxy's own ProxyConfig (PROXY_CONFIG), as sent. */
  readonly proxyConfig: Readonly<Record<string, unknown>> | undefined
}

/** All that a translator is given for one proxy (or for all proxies alike). Pure data and narrow lookups. */
export interface ProxyContext {
  readonly view: ProxyView
  /** May hold only the services that the resource asked for could need: never more than the proxy's scope. */
  readonly scope: SidecarScope
  /** A service in scope by its host, where the scope itself may be narrowed; absent: `scope.services` has all. */
  readonly reachable?: (host: Hostname) => Service | undefined
  readonly mesh: MeshSettings
  readonly identity: MeshIdentity
  readonly lookup: MeshLookup
  /** Services that select this workload, oldest first, each with all its ports; empty for routers. */
  readonly own: readonly OwnTarget[]
  /** PeerAuthentication for this workload. */
  readonly mtls: WorkloadMtls
  /** AuthorizationPolicies for this workload, oldest first. */
  readonly authorization: readonly AuthorizationObject[]
  /** RequestAuthentication for this workload, oldest first. */
  readonly tokens: readonly TokenObject[]
  /** Telemetry for this workload, the mesh's first, its own last. */
  readonly telemetry: readonly TelemetryObject[]
}

/** Whether its Envoy has an extension, such as `envoy.filters.http.alpn`; without a list it is istio-proxy, which has all. */
export function hasExtension(view: ProxyView, name: string): boolean {
  return view.extensions === undefined || view.extensions.has(name)
}

/**
 * What a node means, with what is known of its workload: a known pod's labels win over the node's own. `fallback` locality and
 * network are used where neither the workload nor the node says.
 */
export function viewOf(node: ProxyNode, workload: Workload | undefined, defaultCluster: string): ProxyView {
  const { metadata } = node
  const isVm = workload?.kind === 'WorkloadEntry'
  const own = Object.fromEntries(metadata.labels)
  const base =
    workload === undefined || isVm ? own : { ...Object.fromEntries(metadata.staticLabels), ...workload.labels }
  const cluster = metadata.clusterId || defaultCluster
  const network = metadata.network || base['topology.istio.io/network'] || workload?.network || ''
  const locality = workload?.locality || localityOfLabels(base)
  const [region = '', zone = '', subZone = ''] = locality.split('/')
  const place = locality === '' ? node.locality : { region, zone, subZone }
  const placeText = [place.region, place.zone, place.subZone].join('/')
  return {
    type: node.type,
    namespace: node.configNamespace,
    labels: withTopology(base, cluster, placeText, metadata.nodeName, network),
    serviceAccount: metadata.serviceAccount,
    cluster,
    network,
    networkView: metadata.requestedNetworkView,
    locality: place,
    nodeName: metadata.nodeName,
    dnsDomain: node.dnsDomain,
    interception: metadata.interceptionMode,
    ipMode: node.ipMode,
    addresses: node.addresses,
    version: node.version,
    extensions: node.extensions,
    meta: viewMetadata(node, metadata),
  }
}

/** Where an agent answers DNS unless it says otherwise. */
const AGENT_DNS = 'localhost:15053'

function viewMetadata(node: ProxyNode, metadata: NodeMetadata): ViewMetadata {
  return {
    workloadName: metadata.workloadName,
    name: metadata.name,
    instance: node.instance,
    serviceCluster: node.cluster,
    meshId: metadata.meshId,
    httpProxyPort: metadata.httpProxyPort,
    idleTimeout: metadata.idleTimeout,
    acceptsHttp10: metadata.http10 === '1',
    generator: metadata.generator,
    hasDnsCapture: metadata.hasDnsCapture,
    hasDnsAutoAllocate: metadata.hasDnsAutoAllocate,
    dnsServer: metadata.hasDnsCapture ? metadata.dnsProxyAddress || AGENT_DNS : '',
    hasSelfDiscovery: metadata.hasSelfDiscovery,
    isTunnelCapable: metadata.hasHbone,
    isUnprivilegedPod: metadata.isUnprivilegedPod,
    hasInboundExactBalance: metadata.hasInboundExactBalance,
    hasOutboundExactBalance: metadata.hasOutboundExactBalance,
    hasMetadataDiscovery: metadata.hasMetadataDiscovery,
    statusPort: metadata.statusPort,
    prometheusPort: metadata.prometheusPort,
    tlsServer: metadata.tlsServer,
    tlsClient: metadata.tlsClient,
    outlierLogPath: metadata.outlierLogPath,
    podPorts: metadata.podPorts,
    clusterSettings: metadata.proxyConfig && clusterSettingsOf(metadata.proxyConfig as MeshProxyConfig),
    proxyConfig: metadata.proxyConfig,
  }
}
