/**
 * The mesh: services, endpoints, workloads, policies, and what a proxy may reach. For translators:
 *
 * - facts are plain readonly data (`Service`, `Endpoint`, `SidecarScope`, …), made by pure functions beside their types;
 * - what depends on more than the facts is asked of `MeshLookup`, which knows the client;
 * - `ProxyContext` (src/proxy/view.ts) bundles both; `Translators` (src/xds/resources/translators.ts) are the signatures to
 *   implement; names of resources come from src/xds/resources/names.ts.
 *
 * Types grow (new fields), they do not change their meaning.
 */

export { type AuthorizationObject, policiesOfWorkload, type TokenObject } from './authorization.js'
export { type RuleClient, ruleClientOf } from './best-rule.js'
export { keyOfRule } from './destination-rules.js'
export type { Endpoint, Health } from './endpoint.js'
export { spiffe } from './endpoints.js'
export { isExportedTo, isPublic, normaliseExportTo } from './export-to.js'
export {
  compareSpecificity,
  type Hostname,
  hostCovers,
  hostsOverlap,
  isWildcard,
  kubernetesHost,
  resolveShortName,
  wildcardsOver,
} from './hostname.js'
export { type ClusterKind, isMeshType, type MeshInputs, putObject, removeObject } from './inputs.js'
export { labelKey, POD_LABELS, PREFERENCES } from './interests.js'
export { localityOfLabels, localityText, withTopology } from './locality.js'
export type { MeshLookup } from './lookup.js'
export { type MtlsMode, mtlsOfPort, type WorkloadMtls } from './mtls.js'
export type { NetworkGateway } from './network.js'
export { type OwnTarget, ownTargets, targetOfEndpoint } from './own-services.js'
export { mtlsOfNamespace, mtlsOfWorkload } from './peer-authentication.js'
export type { PortScope } from './port-scope.js'
export {
  isHttp,
  isHttp2,
  isSniffed,
  isTcp,
  isTls,
  kubernetesProtocol,
  type Protocol,
  parseProtocol,
} from './protocol.js'
export type { ConsolidatedRule } from './rule.js'
export type {
  EgressListener,
  EgressPort,
  OutboundPolicy,
  OutlinedListener,
  SidecarScope,
  VirtualOutline,
  VirtualServiceConfig,
} from './scope.js'
export {
  declareScopes,
  type ScopeFamily,
  type ScopeKey,
  type ScopeSettings,
  type ScopeTables,
  scopeKeyOf,
} from './scopes.js'
export { byAge, compare, selects } from './selection.js'
export {
  type Registry,
  type Resolution,
  type Service,
  type ServiceAlias,
  type ServiceKey,
  type ServicePort,
  serviceKey,
  type TrafficDistribution,
  UNSPECIFIED_V4,
  UNSPECIFIED_V6,
} from './service.js'
export { addressesFor, isOfFamily, isUnspecified } from './service-addresses.js'
export { DEFAULT_IDENTITY, type MeshIdentity, type MeshSettings, rootNamespaceOf, trustDomainOf } from './settings.js'
export {
  buildScope,
  chooseSidecar,
  type EgressHost,
  type EgressHosts,
  importOf,
  parseEgressHosts,
  type ScopeFacts,
  type SidecarObject,
} from './sidecar-scope.js'
export { configsIn, declareMesh, lazySettings, type MeshTables, sidecarsOf } from './tables.js'
export { type TelemetryObject, telemetryOfWorkload } from './telemetry.js'
export { MESH_GATEWAY } from './virtual-services.js'
export type { Workload } from './workload.js'
