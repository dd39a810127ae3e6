import { type MtlsMode, mtlsOfPort, type WorkloadMtls } from '../../mesh/index.js'
import type { ConfigListenerFilter, FilterChain, Listener } from '../../proto/envoy-types.generated.js'
import { configMetadata } from './filter-chain.js'
import { inboundNetworkFilters } from './filters.js'
import { httpConnectionManager } from './http-connection-manager.js'
import { inboundListenerFilters } from './inbound-listener-inspectors.js'
import { type InboundWay, inboundWays } from './inbound-listener-match.js'
import { type InboundPort, inboundPorts } from './inbound-listener-ports.js'
import { inboundRoutes } from './inbound-listener-routes.js'
import { inboundTransportSocket } from './inbound-listener-tls.js'
import { addressFields } from './listener-bind.js'
import type { ListenerFacts } from './listener-facts.js'
import { balanceFields, SOCKET_FIELDS } from './listener-slot.js'
import { listenerLog, transparentFields } from './listener-virtual-outbound.js'
import {
  BLACK_HOLE_CLUSTER,
  INBOUND_PASSTHROUGH_CLUSTER,
  inboundClusterName,
  listenerName,
  VIRTUAL_INBOUND_LISTENER,
} from './names.js'
import { tcpProxy, tcpProxyTo, withProtocolFilter } from './tcp-proxy.js'

/** virtualInbound with the chains of all redirected ports, then a listener for each port that is bound to. */
export function inboundListeners(facts: ListenerFacts): Listener[] {
  const ports = inboundPorts(facts)
  const { mtls } = facts.context
  const bound = ports.filter(({ bindsToPort }) => bindsToPort).map(port => boundListener(facts, mtls, port))
  if (facts.view.interception === 'NONE') return bound
  const redirected = ports.filter(({ bindsToPort }) => !bindsToPort)
  return [virtualInbound(facts, mtls, ports, redirected), ...bound]
}

function virtualInbound(
  facts: ListenerFacts,
  mtls: WorkloadMtls,
  ports: readonly InboundPort[],
  redirected: readonly InboundPort[],
): Listener {
  const chains = [
    blackHole(facts),
    ...passthroughChains(facts, mtls, ports),
    ...redirected.flatMap(port => portChains(facts, mtls, port)),
  ]
  return {
    name: VIRTUAL_INBOUND_LISTENER,
    ...addressFields(facts.wildcards, facts.ports.inbound),
    ...transparentFields(facts),
    ...inboundFields(facts, chains, true),
  }
}

function boundListener(facts: ListenerFacts, mtls: WorkloadMtls, port: InboundPort): Listener {
  const chains = portChains(facts, mtls, port)
  return {
    name: listenerName(port.bind[0], port.port),
    ...addressFields(port.bind, port.port),
    ...inboundFields(facts, chains, false),
  }
}

function inboundFields(facts: ListenerFacts, filterChains: readonly FilterChain[], isRedirected: boolean): Listener {
  const listenerFilters = inboundListenerFilters(facts.view, filterChains, isRedirected)
  return {
    trafficDirection: 'INBOUND',
    continueOnListenerFiltersTimeout: true,
    listenerFiltersTimeout: facts.detectionTimeout,
    ...SOCKET_FIELDS,
    ...balanceFields(facts.view.meta.hasInboundExactBalance),
    ...listenerLog(facts),
    ...(listenerFilters.length === 0 ? {} : { listenerFilters }),
    filterChains,
  }
}

/** Called at its own port, Envoy would be sent on to itself, for ever. */
function blackHole(facts: ListenerFacts): FilterChain {
  return {
    name: 'virtualInbound-blackhole',
    filterChainMatch: { destinationPort: facts.ports.inbound },
    filters: [...inboundNetworkFilters(facts.view), ...tcpProxyTo(facts, BLACK_HOLE_CLUSTER, true)],
  }
}

/** A port's chains, or those of all ports that no service declares. */
interface ChainTarget {
  /** 0: any. */
  readonly port: number
  readonly mode: MtlsMode
  readonly cluster: string
  readonly protocol: InboundPort['protocol']
  readonly nameOf: (carries: InboundWay['carries']) => string
  /** Of statistics: of HTTP, and of bytes. */
  readonly httpName: string
  readonly statName: string
  readonly host: string
  readonly servicePort: number
  readonly bindsToPort: boolean
  readonly config: string | undefined
}

/** Policy may ask for another mode on a port that no service declares: it has chains of its own then. */
function passthroughChains(facts: ListenerFacts, mtls: WorkloadMtls, declared: readonly InboundPort[]): FilterChain[] {
  const others = Object.keys(mtls.ports)
    .map(Number)
    .filter(port => !declared.some(each => each.port === port))
    .sort((a, b) => a - b)
  return [0, ...others].flatMap(port =>
    chainsOf(facts, {
      port,
      mode: port === 0 ? mtls.mode : mtlsOfPort(mtls, port),
      cluster: INBOUND_PASSTHROUGH_CLUSTER,
      protocol: 'auto',
      nameOf: carries => (carries === 'http' ? 'virtualInbound-catchall-http' : VIRTUAL_INBOUND_LISTENER),
      httpName: INBOUND_PASSTHROUGH_CLUSTER,
      statName: INBOUND_PASSTHROUGH_CLUSTER,
      host: '',
      servicePort: 0,
      bindsToPort: false,
      config: undefined,
    }),
  )
}

function portChains(facts: ListenerFacts, mtls: WorkloadMtls, port: InboundPort): FilterChain[] {
  const name = listenerName(port.bind[0], port.port)
  return chainsOf(facts, {
    ...port,
    mode: mtlsOfPort(mtls, port.port),
    cluster: inboundClusterName(port.port),
    nameOf: () => name,
    httpName: `inbound_${name}`,
  })
}

function chainsOf(facts: ListenerFacts, target: ChainTarget): FilterChain[] {
  return inboundWays(target.protocol, target.mode).map(way => chainOf(facts, target, way))
}

function chainOf(facts: ListenerFacts, target: ChainTarget, { match, carries, isMutualTls }: InboundWay): FilterChain {
  const atPort = target.port === 0 || target.bindsToPort ? {} : { destinationPort: target.port }
  return {
    name: target.nameOf(carries),
    filterChainMatch: { ...match, ...atPort },
    filters: [...inboundNetworkFilters(facts.view), ...trafficFilters(facts, target, carries)],
    ...(isMutualTls ? { transportSocket: inboundTransportSocket(facts, carries) } : {}),
    ...(target.config === undefined ? {} : { metadata: configMetadata(target.config) }),
  }
}

function trafficFilters(
  facts: ListenerFacts,
  target: ChainTarget,
  carries: InboundWay['carries'],
): ConfigListenerFilter[] {
  const { cluster, protocol, statName } = target
  if (carries === 'tcp') {
    const proxy = withProtocolFilter(facts, protocol, statName, tcpProxy(facts, { cluster, statPrefix: statName }))
    return [...facts.admission.tcp, ...proxy]
  }
  const routes = inboundRoutes(facts.mesh, target)
  return [httpConnectionManager(facts, { direction: 'inbound', name: target.httpName, protocol, routes })]
}
