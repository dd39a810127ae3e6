import type { Labels } from '../config/object.js'
import type {
  MeshIdentity,
  MeshLookup,
  MeshSettings,
  Service,
  ServicePort,
  SidecarScope,
  WorkloadMtls,
} from '../mesh/index.js'
import type { InterceptionMode } from './metadata.js'
import type { IstioVersion, NodeType } from './node.js'

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
  readonly ipMode: 'v4' | 'v6' | 'dual'
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
  /** The proxy's own ProxyConfig (PROXY_CONFIG), as sent. */
  readonly proxyConfig: Readonly<Record<string, unknown>> | undefined
}

/** A service port that this proxy's workload serves. */
export interface OwnTarget {
  readonly service: Service
  readonly port: ServicePort
  /** Port of the workload. */
  readonly targetPort: number
}

/** All that a translator is given for one proxy (or for all proxies alike). Pure data and narrow lookups. */
export interface ProxyContext {
  readonly view: ProxyView
  /** May hold only the services that the resource asked for could need: never more than the proxy's scope. */
  readonly scope: SidecarScope
  readonly mesh: MeshSettings
  readonly identity: MeshIdentity
  readonly lookup: MeshLookup
  /** Services that select this workload, oldest first, each with all its ports; empty for routers. */
  readonly own: readonly OwnTarget[]
  /** PeerAuthentication for this workload. */
  readonly mtls: WorkloadMtls
}

/** Whether its Envoy has an extension, such as `envoy.filters.http.alpn`; without a list it is istio-proxy, which has all. */
export function hasExtension(view: ProxyView, name: string): boolean {
  return view.extensions === undefined || view.extensions.has(name)
}

/** Whether the proxy is of that version or newer. */
export function isAtLeast(view: ProxyView, major: number, minor: number): boolean {
  const { version } = view
  return version === undefined || version.major > major || (version.major === major && version.minor >= minor)
}
