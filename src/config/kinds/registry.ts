import { authorizationPolicyKind } from './authorization-policy.js'
import { destinationRuleKind } from './destination-rule.js'
import { envoyFilterKind } from './envoy-filter.js'
import { gatewayKind } from './gateway.js'
import { type ConfigKind, carriedKind } from './kind.js'
import { endpointSliceKind, endpointsKind } from './kubernetes/endpoints.js'
import { serviceKind } from './kubernetes/service.js'
import { configMapKind, namespaceKind, nodeKind, podKind, secretKind } from './kubernetes/workloads.js'
import { peerAuthenticationKind } from './peer-authentication.js'
import { proxyConfigKind } from './proxy-config.js'
import { requestAuthenticationKind } from './request-authentication.js'
import { serviceEntryKind } from './service-entry.js'
import { sidecarKind } from './sidecar.js'
import { telemetryKind } from './telemetry.js'
import { trafficExtensionKind } from './traffic-extension.js'
import { virtualServiceKind } from './virtual-service.js'
import { wasmPluginKind } from './wasm-plugin.js'
import { workloadEntryKind } from './workload-entry.js'
import { workloadGroupKind } from './workload-group.js'

const GATEWAY_API = 'gateway.networking.k8s.io'

/** Every kind that is read. A new one is a file beside this one and a line here. */
const ALL: readonly ConfigKind[] = [
  serviceKind,
  endpointsKind,
  endpointSliceKind,
  podKind,
  nodeKind,
  namespaceKind,
  secretKind,
  configMapKind,
  serviceEntryKind,
  workloadEntryKind,
  workloadGroupKind,
  sidecarKind,
  virtualServiceKind,
  destinationRuleKind,
  peerAuthenticationKind,
  proxyConfigKind,
  gatewayKind,
  authorizationPolicyKind,
  requestAuthenticationKind,
  telemetryKind,
  envoyFilterKind,
  wasmPluginKind,
  trafficExtensionKind,
  carriedKind(GATEWAY_API, 'GatewayClass', ['v1', 'v1beta1'], false),
  carriedKind(GATEWAY_API, 'Gateway', ['v1', 'v1beta1']),
  carriedKind(GATEWAY_API, 'HTTPRoute', ['v1', 'v1beta1']),
  carriedKind(GATEWAY_API, 'GRPCRoute', ['v1', 'v1alpha2']),
  carriedKind(GATEWAY_API, 'TCPRoute', ['v1', 'v1alpha2']),
  carriedKind(GATEWAY_API, 'UDPRoute', ['v1', 'v1alpha2']),
  carriedKind(GATEWAY_API, 'TLSRoute', ['v1', 'v1alpha3', 'v1alpha2']),
  carriedKind(GATEWAY_API, 'ReferenceGrant', ['v1', 'v1beta1', 'v1alpha2']),
  carriedKind(GATEWAY_API, 'BackendTLSPolicy', ['v1', 'v1alpha3']),
  carriedKind(GATEWAY_API, 'ListenerSet', ['v1']),
  carriedKind('gateway.networking.x-k8s.io', 'XListenerSet', ['v1alpha1']),
  carriedKind('gateway.networking.x-k8s.io', 'XBackendTrafficPolicy', ['v1alpha1']),
  carriedKind('inference.networking.k8s.io', 'InferencePool', ['v1']),
  carriedKind('networking.k8s.io', 'Ingress', ['v1']),
  carriedKind('networking.k8s.io', 'IngressClass', ['v1'], false),
]

const byGroupAndKind = new Map<string, ConfigKind>(ALL.map(kind => [`${kind.group}/${kind.kind}`, kind]))

/** All kinds, in a fixed order. */
export function allKinds(): ConfigKind[] {
  return [...byGroupAndKind.values()]
}

/** Undefined for what Pillion does not read. `group` is empty for the core group. */
export function findKind(group: string, kind: string): ConfigKind | undefined {
  return byGroupAndKind.get(`${group}/${kind}`)
}
