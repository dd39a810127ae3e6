import type { ConnectionPoolSettings, IstioIngressListener } from '../../config/istio-types.generated.js'
import { type Protocol, parseProtocol, type Service } from '../../mesh/index.js'
import type { Address, Cluster } from '../../proto/envoy-types.generated.js'
import type { OwnTarget, ProxyContext } from '../../proxy/view.js'
import { inboundBindConfig, inboundPassthroughCluster } from './cluster-fixed.js'
import { clusterMetadataOf } from './cluster-metadata.js'
import { overlay, type PortPolicy } from './cluster-policy.js'
import { bufferFields, circuitBreakersOf, connectionOptionsOf, connectTimeoutOf, settingsOf } from './cluster-pool.js'
import { httpOptionsOf, upstreamProtocolOf } from './cluster-protocol.js'
import { statNameOf } from './cluster-stat-name.js'
import { inboundClusterName } from './names.js'

/** About 292 years, the longest that Envoy takes: the workload's own address never goes stale. */
const NEVER = '9223372035s'
const LOOPBACKS: ReadonlySet<string> = new Set(['127.0.0.1', '::1'])
const UNIX = 'unix://'

/**
 * `inbound|<port>||` for each port of the workload, or for each ingress listener of its Sidecar, then InboundPassthroughCluster
 * (reference: xds.md section 10). Routers have none.
 */
export function translateInboundClusters(context: ProxyContext): readonly Cluster[] {
  if (context.view.type !== 'sidecar') return []
  const { ingress } = context.scope
  if (ingress !== undefined && ingress.length > 0)
    return [...ingressClusters(context, ingress), inboundPassthroughCluster(context)]
  // Without redirection nothing comes to the workload through the proxy unless a Sidecar says where.
  const own = context.view.interception === 'NONE' ? [] : servedClusters(context)
  return [...own, inboundPassthroughCluster(context)]
}

/** Several services may stand before one port: the first gives the settings. */
function servedClusters(context: ProxyContext): readonly Cluster[] {
  const byPort = new Map<number, OwnTarget[]>()
  for (const target of context.own) {
    if (target.port.protocol === 'udp') continue
    const targets = byPort.get(target.targetPort)
    if (targets === undefined) byPort.set(target.targetPort, [target])
    else targets.push(target)
  }
  return [...byPort].flatMap(([port, targets]) => {
    const [first] = targets
    if (first === undefined) return []
    const services = namedServices(first, targets)
    const inbound = { port, protocol: first.port.protocol, servicePort: first.port.port, services, pool: undefined }
    return [
      { ...inboundOf(context, inbound), ...inboundTo(context, inboundClusterName(port), ownEndpointOf(context, port)) },
    ]
  })
}

/** Those under the same port as the first: traffic for another port cannot be told from it by a client's report. */
function namedServices(first: OwnTarget, targets: readonly OwnTarget[]): readonly Service[] {
  const alike = targets.filter(({ port }) => port.port === first.port.port)
  return [...new Map(alike.map(({ service }) => [service.host, service])).values()]
}

function ingressClusters(context: ProxyContext, ingress: readonly IstioIngressListener[]): readonly Cluster[] {
  return ingress.map(listener => {
    const port = listener.port?.number ?? 0
    const inbound = {
      port,
      protocol: parseProtocol(listener.port?.protocol ?? ''),
      servicePort: port,
      services: [],
      pool: listener.connectionPool,
    }
    return {
      ...inboundOf(context, inbound),
      ...inboundTo(context, inboundClusterName(port), defaultEndpointOf(context, listener)),
    }
  })
}

interface Inbound {
  /** Of the workload, or of the ingress listener. */
  readonly port: number
  readonly protocol: Protocol
  readonly servicePort: number
  readonly services: readonly Service[]
  readonly pool: ConnectionPoolSettings | undefined
}

/**
 * The limits of a service's own DestinationRule hold at the receiver too, so that many clients do not overrun it; a Sidecar's
 * connection pool goes before it.
 */
function inboundOf(context: ProxyContext, inbound: Inbound): Cluster {
  const { mesh, scope, lookup } = context
  const [service] = inbound.services
  const rule = service === undefined ? undefined : lookup.bestRule(service.host, service.namespace)
  const policy: PortPolicy = overlay({}, rule?.trafficPolicy, inbound.servicePort)
  const shared = mesh.defaultTrafficPolicy?.connectionPool
  const pool = inbound.pool ?? scope.inboundConnectionPool ?? policy.connectionPool ?? shared
  const protocol = upstreamProtocolOf(inbound.protocol, { isGateway: false, pool })
  const name = inboundClusterName(inbound.port)
  const hasMetadata = inbound.services.length > 0
  const settings = settingsOf(context)
  return {
    name,
    altStatName: statNameOf(mesh.inboundClusterStatName, {
      name,
      service,
      port: service?.ports.find(({ port }) => port === inbound.servicePort),
      subset: '',
      targetPort: inbound.port,
    }),
    connectTimeout: connectTimeoutOf(mesh, pool),
    circuitBreakers: circuitBreakersOf(pool, policy.retryBudget),
    commonLbConfig: {},
    ...connectionOptionsOf(mesh, pool),
    ...bufferFields(settings),
    ...httpOptionsOf({ protocol, pool, preservesCase: settings.preservesCase }),
    ...(hasMetadata && {
      metadata: clusterMetadataOf({
        services: inbound.services,
        isExternal: service?.isMeshExternal ?? false,
        rule: rule?.trafficPolicy === undefined ? undefined : rule,
      }),
    }),
  }
}

/** To the address that was called, or to the one that a Sidecar gives. */
function inboundTo({ view }: ProxyContext, clusterName: string, endpoint: Address | undefined): Cluster {
  const bind = { upstreamBindConfig: inboundBindConfig(view.ipMode) }
  if (endpoint === undefined)
    return { type: 'ORIGINAL_DST', lbPolicy: 'CLUSTER_PROVIDED', cleanupInterval: NEVER, ...bind }
  const isLoopback = LOOPBACKS.has(endpoint.socketAddress?.address ?? '')
  return {
    type: 'STATIC',
    loadAssignment: { clusterName, endpoints: [{ lbEndpoints: [{ endpoint: { address: endpoint } }] }] },
    ...(!isLoopback && bind),
  }
}

/** Mesh config may say that workloads listen on loopback only, as they did before what they were called by was kept. */
function ownEndpointOf({ mesh, view }: ProxyContext, port: number): Address | undefined {
  if (mesh.inboundTrafficPolicy?.mode !== 'LOCALHOST') return undefined
  return { socketAddress: { address: view.ipMode === 'v6' ? '::1' : '127.0.0.1', portValue: port } }
}

/** `defaultEndpoint`: `<address>:<port>`, `unix://<path>`; an unspecified address is the workload's own. Undefined: none given. */
function defaultEndpointOf(
  { view }: ProxyContext,
  { defaultEndpoint = '' }: IstioIngressListener,
): Address | undefined {
  if (defaultEndpoint === '') return undefined
  if (defaultEndpoint.startsWith(UNIX)) return { pipe: { path: defaultEndpoint.slice(UNIX.length) } }
  const colon = defaultEndpoint.lastIndexOf(':')
  const host = defaultEndpoint.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  const isOwn = host === '0.0.0.0' || host === '::'
  return {
    socketAddress: {
      address: isOwn ? (view.addresses[0] ?? host) : host,
      portValue: Number(defaultEndpoint.slice(colon + 1)),
    },
  }
}
