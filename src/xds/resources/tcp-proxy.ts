import type { RouteDestination, TrafficPolicy } from '../../config/istio-types.generated.js'
import type { ConsolidatedRule, Protocol, Service } from '../../mesh/index.js'
import type { ConfigListenerFilter, TcpProxy } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import { type PortPolicy, portPolicyOf } from './cluster-policy.js'
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
export function tcpProxyTo(facts: ListenerFacts, cluster: string, quiet = false): ConfigListenerFilter {
  return tcpProxy(facts, { cluster, statPrefix: cluster }, quiet)
}

/** A protocol's own filter goes before the proxy and sees the bytes first. */
export function withProtocolFilter(
  protocol: Protocol,
  statPrefix: string,
  proxy: ConfigListenerFilter,
): ConfigListenerFilter[] {
  if (protocol !== 'mongo') return [proxy]
  const mongo: ConfigListenerFilter = {
    name: 'envoy.filters.network.mongo_proxy',
    typedConfig: packAny('envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy', { statPrefix }),
  }
  return [mongo, proxy]
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
  const statPrefix = statPrefixOf(facts, service, '', port) ?? cluster
  const rule = facts.context.lookup.bestRule(service.host, service.namespace)
  const proxy = tcpProxy(facts, { cluster, statPrefix, ...policyOptions(policyOf(rule, '', port)) })
  const filters = withProtocolFilter(protocol, statPrefix, proxy)
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
  if (first !== undefined && routes.length === 1) {
    const cluster = clusterOf(facts, first, target)
    const { host, subset } = first.destination ?? {}
    const rule = ruleOf(facts, host ?? '', target.service.namespace)
    const options = policyOptions(policyOf(rule, subset ?? '', target.port))
    return withProtocolFilter(target.protocol, cluster, tcpProxy(facts, { cluster, statPrefix: cluster, ...options }))
  }
  const clusters = routes
    .filter(({ weight }) => weight !== undefined && weight > 0)
    .map(route => ({ name: clusterOf(facts, route, target), weight: route.weight ?? 0 }))
  const hashes = policyOptions(
    policyOf(ruleOf(facts, first?.destination?.host ?? '', target.service.namespace), '', target.port),
  )
  const proxy = tcpProxy(facts, { statPrefix: name, weightedClusters: { clusters }, ...hashes })
  return withProtocolFilter(target.protocol, name, proxy)
}

function clusterOf(facts: ListenerFacts, { destination }: RouteDestination, target: TcpTarget): string {
  const host = destination?.host ?? ''
  const service = facts.service(host)
  const port = destination?.port?.number ?? (service === undefined ? target.port : portOfService(service, target.port))
  return outboundClusterName(port, destination?.subset ?? '', host)
}

function ruleOf(facts: ListenerFacts, host: string, otherwise: string): ConsolidatedRule | undefined {
  const service = facts.service(host)
  return facts.context.lookup.bestRule(host, service?.namespace ?? otherwise)
}

/** A service with one port is reached there, whatever port a Sidecar listens on for it. */
function portOfService({ ports }: Service, port: number): number {
  return ports.length === 1 ? (ports[0]?.port ?? port) : port
}

function statPrefixOf({ mesh }: ListenerFacts, service: Service, subset: string, port: number): string | undefined {
  const pattern = mesh.outboundClusterStatName
  if (!pattern) return undefined
  const portName = service.ports.find(each => each.port === port)?.name ?? String(port)
  const values: readonly (readonly [string, string])[] = [
    ['%SERVICE_FQDN%', service.host],
    ['%SERVICE_PORT_NAME%', portName],
    ['%SERVICE_PORT%', String(port)],
    ['%SUBSET_NAME%', subset === '' ? '' : `.${subset}`],
    ['%SERVICE_NAME%', service.name],
    ['%SERVICE%', `${service.name}.${service.namespace}`],
  ]
  return values.reduce((text, [key, value]) => text.replaceAll(key, value), pattern)
}

function policyOf(rule: ConsolidatedRule | undefined, subset: string, port: number): PortPolicy {
  const own = rule?.subsets.find(({ name }) => name === subset)
  return portPolicyOf(rule, own, port)
}

/** The parts of a DestinationRule that a TCP proxy carries out itself, rather than the cluster. */
function policyOptions(policy: PortPolicy): TcpProxy {
  const idleTimeout = policy.connectionPool?.tcp?.idleTimeout
  const { tunnel } = policy
  return {
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(policy.loadBalancer?.consistentHash?.useSourceIp === true ? { hashPolicy: [{ sourceIp: {} }] } : {}),
    ...(tunnel === undefined ? {} : { tunnelingConfig: tunnelOf(tunnel) }),
  }
}

function tunnelOf(tunnel: NonNullable<TrafficPolicy['tunnel']>) {
  const host = tunnel.targetHost ?? ''
  const address = host.includes(':') ? `[${host}]` : host
  return { hostname: `${address}:${tunnel.targetPort ?? 0}`, ...(tunnel.protocol === 'POST' ? { usePost: true } : {}) }
}
