import type { Service } from '../../mesh/index.js'
import type { Cluster, HttpHttpProtocolOptions } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { type Discovery, discoveryFields, discoveryOf, isDns } from './cluster-discovery.js'
import { exchangesMetadata, upstreamFiltersOf } from './cluster-filters.js'
import { clusterMetadataOf } from './cluster-metadata.js'
import { type Outbound, outboundNameOf, outboundsOf } from './cluster-outbound.js'
import { outlierDetectionOf } from './cluster-outlier.js'
import { type PortPolicy, portPolicyOf } from './cluster-policy.js'
import { bufferFields, circuitBreakersOf, connectionOptionsOf, connectTimeoutOf, settingsOf } from './cluster-pool.js'
import { HTTP_OPTIONS, httpOptionsOf, upstreamProtocolOf } from './cluster-protocol.js'
import { statNameOf } from './cluster-stat-name.js'
import { assignmentOf } from './endpoint-assignment.js'
import { balancingOf, isPassthrough } from './load-balancing.js'
import { commonLbConfigOf, isWeighted, localityPlanOf, panicConfigOf } from './locality.js'
import { outboundSni } from './names.js'
import {
  expandTrustDomains,
  originatesTls,
  type TlsFacts,
  upstreamSocketsOf,
  withProxyProtocol,
} from './tls-upstream.js'

export { translateFixedClusters } from './cluster-fixed.js'
export { translateInboundClusters } from './inbound-cluster.js'

/**
 * Outbound clusters of one service: for each port the plain one, then its subsets (reference: xds.md sections 8 to 10). A service that
 * is another one's name has none; one that DNS answers for has none without a name to ask for.
 */
export function translateClusters(context: ProxyContext, service: Service): readonly Cluster[] {
  return outboundsOf(context, service).flatMap(outbound => {
    const cluster = clusterOf(context, outbound)
    return cluster === undefined ? [] : [cluster]
  })
}

/** Clusters for gateways with AUTO_PASSTHROUGH servers, named as the server names that clients send. */
export function translateSniClusters(context: ProxyContext, service: Service): readonly Cluster[] {
  if (service.isMeshExternal) return []
  return outboundsOf(context, service).flatMap(outbound => clusterOf(context, { ...outbound, mode: 'sni-dnat' }) ?? [])
}

/** Undefined: there is nothing to connect to. */
function clusterOf(context: ProxyContext, outbound: Outbound): Cluster | undefined {
  const { service, port, rule, subset } = outbound
  const { view, mesh } = context
  const policy = portPolicyOf(rule, subset, port.port, mesh.defaultTrafficPolicy)
  const name = outboundNameOf(outbound)
  const known = discoveryOf(service, view.type === 'router')
  const assignment = isDns(known) ? assignmentOf(context, outbound) : undefined
  if (assignment !== undefined && (assignment.endpoints ?? []).length === 0) return undefined
  const discovery = isPassthrough(policy.loadBalancer) ? 'ORIGINAL_DST' : known
  const connection = connectionFieldsOf(context, outbound, policy, discovery)
  const httpOptions = connection.typedExtensionProtocolOptions?.[HTTP_OPTIONS] as HttpHttpProtocolOptions | undefined
  return {
    name,
    altStatName: statNameOf(mesh.outboundClusterStatName, { name, service, port, subset: subset?.name ?? '' }),
    ...discoveryFields(discovery, { name, host: service.host, assignment, httpOptions, view, mesh }),
    ...balancerFieldsOf(context, service, policy, discovery),
    ...connection,
    metadata: clusterMetadataOf({
      services: discovery === 'DYNAMIC' ? [] : [service],
      isExternal: service.isMeshExternal,
      rule,
      subset: subset?.name ?? '',
      originatesTls: outbound.mode === 'plain' && originatesTls(policy.tls),
    }),
  }
}

function balancerFieldsOf(
  { mesh, view }: ProxyContext,
  service: Service,
  policy: PortPolicy,
  discovery: Discovery,
): Cluster {
  const { loadBalancer, outlierDetection } = policy
  const detection = outlierDetection === undefined ? {} : { outlierDetection: outlierDetectionOf(outlierDetection) }
  if (discovery === 'DYNAMIC') return { lbPolicy: 'CLUSTER_PROVIDED', ...detection }
  const plan = localityPlanOf(service, policy, mesh, view)
  const minHealth = outlierDetection?.minHealthPercent
  const isByLoad = loadBalancer?.backendUtilization !== undefined && discovery !== 'ORIGINAL_DST'
  return {
    ...(discovery === 'ORIGINAL_DST' ? { lbPolicy: 'CLUSTER_PROVIDED' } : balancingOf(loadBalancer, isWeighted(plan))),
    commonLbConfig: isByLoad ? panicConfigOf(minHealth) : commonLbConfigOf(plan, view, minHealth),
    ...detection,
  }
}

function connectionFieldsOf(
  { view, mesh, lookup }: ProxyContext,
  { service, port, rule, subset, mode }: Outbound,
  policy: PortPolicy,
  discovery: Discovery,
): Cluster {
  const pool = policy.connectionPool
  const settings = settingsOf({ view, mesh })
  const isGateway = view.type === 'router'
  const protocol = upstreamProtocolOf(port.protocol, { isGateway, pool, mesh })
  const peerNames = (): readonly string[] => expandTrustDomains(lookup.accounts(service), mesh)
  const facts = (): TlsFacts => ({
    tls: policy.tls,
    mayBeMutual:
      !service.isMeshExternal &&
      mesh.enableAutoMtls !== false &&
      lookup.serviceMtls(service, port.port) !== 'DISABLE' &&
      (!isPassedThrough(service, policy) || lookup.isMutualThroughout(service, port.name)),
    peerNames: peerNames(),
    entryNames: service.registry === 'External' ? peerNames() : [],
    defaults: mesh.tlsDefaults,
    sni: outboundSni(port.port, subset?.name ?? '', service.host),
    isHttp2: protocol === 'http2',
    isOriginalDestination: discovery === 'ORIGINAL_DST',
    exchangesMetadata: exchangesMetadata(view),
    ownFiles: view.meta.tlsClient,
    mayUseCredentials: isGateway || rule?.selector !== undefined,
  })
  const sockets = mode === 'plain' ? upstreamSocketsOf(facts()) : {}
  const originates = mode === 'plain' && isStarted(policy.tls, sockets) ? policy.tls : undefined
  return {
    connectTimeout: connectTimeoutOf(mesh, pool),
    ...bufferFields(settings),
    circuitBreakers: circuitBreakersOf(pool, policy.retryBudget),
    ...connectionOptionsOf(mesh, pool),
    ...httpOptionsOf({
      protocol,
      pool,
      preservesCase: settings.preservesCase,
      originates,
      errorCodes: policy.outlierDetection?.outlierDetectionHttpErrorCodes,
    }),
    ...(policy.proxyProtocol === undefined
      ? sockets
      : withProxyProtocol(sockets, policy.proxyProtocol.version ?? 'V1')),
    ...upstreamFiltersOf(view),
  }
}

/** Connections go to the address that was called, so one plaintext endpoint would be called with TLS too. */
function isPassedThrough({ resolution }: Service, { loadBalancer }: PortPolicy): boolean {
  return resolution === 'none' || isPassthrough(loadBalancer)
}

/** A rule may ask for TLS with a Secret that this proxy cannot have; then nothing is started. */
function isStarted(tls: PortPolicy['tls'], sockets: Cluster): boolean {
  return originatesTls(tls) && sockets.transportSocket !== undefined
}
