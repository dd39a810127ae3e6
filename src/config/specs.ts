import type {
  AuthorizationPolicy,
  DestinationRule,
  EnvoyFilter,
  Gateway,
  NetworkingProxyConfig,
  PeerAuthentication,
  RequestAuthentication,
  ServiceEntry,
  Sidecar,
  Telemetry,
  TrafficExtension,
  VirtualService,
  WasmPlugin,
  WorkloadEntry,
  WorkloadGroup,
} from './istio-types.generated.js'
import type { KubeEndpointSlice, KubeEndpoints } from './kinds/kubernetes/endpoints.js'
import type { KubeService } from './kinds/kubernetes/service.js'
import type { KubeConfigMap, KubeNamespace, KubeNode, KubePod, KubeSecret } from './kinds/kubernetes/workloads.js'
import type { ConfigObject } from './object.js'

/** Spec of each `type` that is typed; all other types are carried as JSON. */
export interface SpecByType {
  readonly Service: KubeService
  readonly Endpoints: KubeEndpoints
  readonly EndpointSlice: KubeEndpointSlice
  readonly Pod: KubePod
  readonly Node: KubeNode
  readonly Namespace: KubeNamespace
  readonly Secret: KubeSecret
  readonly ConfigMap: KubeConfigMap
  readonly ServiceEntry: ServiceEntry
  readonly WorkloadEntry: WorkloadEntry
  readonly WorkloadGroup: WorkloadGroup
  readonly Sidecar: Sidecar
  readonly VirtualService: VirtualService
  readonly DestinationRule: DestinationRule
  readonly PeerAuthentication: PeerAuthentication
  readonly ProxyConfig: NetworkingProxyConfig
  readonly Gateway: Gateway
  readonly AuthorizationPolicy: AuthorizationPolicy
  readonly RequestAuthentication: RequestAuthentication
  readonly Telemetry: Telemetry
  readonly EnvoyFilter: EnvoyFilter
  readonly WasmPlugin: WasmPlugin
  readonly TrafficExtension: TrafficExtension
}

export type TypedName = keyof SpecByType

/** Narrows an object by its type. */
export function isOfType<T extends TypedName>(object: ConfigObject, type: T): object is ConfigObject<SpecByType[T]> {
  return object.type === type
}
