import type { RouteDestination, TrafficPolicy } from '../../config/istio-types.generated.js'
import type { ConsolidatedRule, Protocol, Service } from '../../mesh/index.js'
import type { ConfigListenerFilter, TcpProxy } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { type PortPolicy, portPolicyOf } from './cluster-policy.js'
import { plainStatNameOf } from './cluster-stat-name.js'
import { dynamicForwardSni } from './filters.js'
import type { ListenerFacts } from './listener-facts.js'
import { outboundClusterName } from './names.js'

/** The network filter that passes bytes on. `quiet`: for what goes nowhere, which is not logged. */
export function tcpProxy(facts: ListenerFacts, config: TcpProxy, quiet = false): ConfigListenerFilter {
  const accessLog = facts.logs.traffic
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typedConfig: packAny('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      ...(facts.idleTimeout === undefined ? {} : { idleTimeout: facts.idleTimeout }),
      ...config,
      ...(quiet || accessLog.length === 0 ? {} : { accessLog }),
    }),
  }
}

/** To one cluster, which also names its statistics. */
export function tcpProxyTo(facts: ListenerFacts, cluster: string, quiet = false): ConfigListenerFilter[] {
  return [...facts.stats.tcp, tcpProxy(facts, { cluster, statPrefix: cluster }, quiet)]
}

/** What measures, then a protocol's own filter, which sees the bytes before the proxy. */
export function withProtocolFilter(
  { stats }: ListenerFacts,
  protocol: Protocol,
  statPrefix: string,
  proxy: ConfigListenerFilter,
): ConfigListenerFilter[] {
  if (protocol !== 'mongo') return [...stats.tcp, proxy]
  const mongo: ConfigListenerFilter = {
    name: 'envoy.filters.network.mongo_proxy',
    typedConfig: packAny('envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', { statPrefix }),
  }
  return [...stats.tcp, mongo, proxy]
}

export interface TcpTarget {
  readonly service: Service
  /** Port that the listener listens on; of a Sidecar's own egress port it may differ from the service's. */
  readonly port: number
  readonly protocol: Protocol
}

/** Straight to the service, no VirtualService between. */
export function filtersToService(facts: ListenerFacts, target: TcpTarget): ConfigListenerFilter[] {
  const { service, protocol } = target
  const port = portOfService(service, target.port)
  const cluster = outboundClusterName(port, '', service.host)
  const statPrefix = statPrefixOf(facts, cluster, service, '', port)
  const rule = facts.context.lookup.bestRule(service.host, service.namespace)
  const proxy = tcpProxy(facts, { cluster, statPrefix, ...policyOptions(policyOf(rule, '', port)) })
  const filters = withProtocolFilter(facts, protocol, statPrefix, proxy)
  if (service.resolution !== 'dynamic-dns') return filters
  return [dynamicForwardSni({ host: service.host, port, ipMode: facts.view.ipMode }), ...filters]
}

/** As `tcp` and `tls` routes of a VirtualService say. `name` is `<name>.<namespace>` of it. */
export function filtersToRoutes(
  facts: ListenerFacts,
  target: TcpTarget,
  routes: readonly RouteDestination[],
  name: string,
): ConfigListenerFilter[] {
  const [first] = routes
  if (first !== undefined && routes.length === 1) return filtersToRoute(facts, target, first)
  const clusters = routes
    .filter(({ weight }) => weight !== undefined && weight > 0)
    .map(route => ({ name: clusterOf(facts, route, target), weight: route.weight ?? 0 }))
  const hashes = policyOptions(
    policyOf(ruleOf(facts, first?.destination?.host ?? '', target.service.namespace), '', target.port),
  )
  const proxy = tcpProxy(facts, { statPrefix: name, weightedClusters: { clusters }, ...hashes })
  return withProtocolFilter(facts, target.protocol, name, proxy)
}

function filtersToRoute(facts: ListenerFacts, target: TcpTarget, route: RouteDestination): ConfigListenerFilter[] {
  const { host = '', subset = '' } = route.destination ?? {}
  const port = portOfRoute(facts, route, target)
  const cluster = outboundClusterName(port, subset, host)
  const statPrefix = statPrefixOf(facts, cluster, facts.service(host), subset, port)
  const options = policyOptions(policyOf(ruleOf(facts, host, target.service.namespace), subset, port))
  return withProtocolFilter(facts, target.protocol, statPrefix, tcpProxy(facts, { cluster, statPrefix, ...options }))
}

function clusterOf(facts: ListenerFacts, route: RouteDestination, target: TcpTarget): string {
  const { host = '', subset = '' } = route.destination ?? {}
  return outboundClusterName(portOfRoute(facts, route, target), subset, host)
}

function portOfRoute(facts: ListenerFacts, { destination }: RouteDestination, target: TcpTarget): number {
  const service = facts.service(destination?.host ?? '')
  return destination?.port?.number || (service === undefined ? target.port : portOfService(service, target.port))
}

function ruleOf(facts: ListenerFacts, host: string, otherwise: string): ConsolidatedRule | undefined {
  const service = facts.service(host)
  return facts.context.lookup.bestRule(host, service?.namespace ?? otherwise)
}

/** A service with one port is reached there, whatever port a Sidecar listens on for it. */
function portOfService({ ports }: Service, port: number): number {
  return ports.length === 1 ? (ports[0]?.port ?? port) : port
}

function statPrefixOf(
  { mesh }: ListenerFacts,
  cluster: string,
  service: Service | undefined,
  subset: string,
  at: number,
): string {
  const port = service?.ports.find(each => each.port === at)
  return plainStatNameOf(mesh.outboundClusterStatName, { name: cluster, service, port, subset })
}

function policyOf(rule: ConsolidatedRule | undefined, subset: string, port: number): PortPolicy {
  const own = rule?.subsets.find(({ name }) => name === subset)
  return portPolicyOf(rule, own, port)
}

/** The parts of a DestinationRule that a TCP proxy carries out itself, rather than the cluster. */
function policyOptions(policy: PortPolicy): TcpProxy {
  const { idleTimeout, maxConnectionDuration } = policy.connectionPool?.tcp ?? {}
  const { tunnel } = policy
  return {
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(maxConnectionDuration === undefined ? {} : { maxDownstreamConnectionDuration: maxConnectionDuration }),
    ...(policy.loadBalancer?.consistentHash?.useSourceIp === true ? { hashPolicy: [{ sourceIp: {} }] } : {}),
    ...(tunnel === undefined ? {} : { tunnelingConfig: tunnelOf(tunnel) }),
  }
}

function tunnelOf(tunnel: NonNullable<TrafficPolicy['tunnel']>) {
  const host = tunnel.targetHost ?? ''
  const address = host.includes(':') ? `[${host}]` : host
  return { hostname: `${address}:${tunnel.targetPort ?? 0}`, ...(tunnel.protocol === 'POST' ? { usePost: true } : {}) }
}
