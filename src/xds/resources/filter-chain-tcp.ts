import type { L4MatchAttributes, TCPRoute, TLSMatchAttributes } from '../../config/istio-types.generated.js'
import type { Labels } from '../../config/object.js'
import { hostsOverlap, isTls, type VirtualServiceConfig } from '../../mesh/index.js'
import { configPath, type TcpChain } from './filter-chain.js'
import type { ListenerFacts } from './listener-facts.js'
import { filtersToRoutes, filtersToService, type TcpTarget } from './tcp-proxy.js'

/** Gateway name that stands for the sidecars of the mesh. */
const MESH_GATEWAY = 'mesh'

export interface TcpChainOptions extends TcpTarget {
  /** Of the listener's Sidecar egress line, oldest first. */
  readonly virtualServices: readonly VirtualServiceConfig[]
  /** The service's address where it is a prefix: the listener is bound to any address then. */
  readonly prefix: string | undefined
  /** Whether the service has no address of its own, so that only the server name tells services apart. */
  readonly sharesAddress: boolean
}

/**
 * The chains to one service of a port that carries bytes: TLS routes by server name on `tls` and `https` ports, TCP routes on others.
 * Conditions on the client (labels, namespace, gateways) are decided here; what is left is what Envoy can see of a connection.
 */
export function tcpChains(facts: ListenerFacts, options: TcpChainOptions): TcpChain[] {
  const configs = options.virtualServices.filter(({ spec }) =>
    (spec.hosts ?? []).some(host => hostsOverlap(host, options.service.host)),
  )
  return isTls(options.protocol) ? tlsChains(facts, options, configs) : plainChains(facts, options, configs)
}

function tlsChains(
  facts: ListenerFacts,
  options: TcpChainOptions,
  configs: readonly VirtualServiceConfig[],
): TcpChain[] {
  const chains = configs.flatMap(config =>
    (config.spec.tls ?? []).flatMap(route =>
      (route.match ?? [])
        .filter(match => isForClient(facts, match, options.port))
        .map(match => ({
          serverNames: match.sniHosts ?? [],
          destinations: subnetsOf(match, options) ?? prefixesOf(options),
          filters: filtersToRoutes(facts, options, route.route ?? [], nameOf(config)),
          config: pathOf(config),
        })),
    ),
  )
  return chains.length > 0 ? chains : [tlsChainToService(facts, options)]
}

/** The server name decides only where the address does not: a VIP is the service's alone. */
function tlsChainToService(facts: ListenerFacts, options: TcpChainOptions): TcpChain {
  const isNamed = options.prefix !== undefined || options.sharesAddress
  return {
    serverNames: isNamed ? [options.service.host] : [],
    destinations: prefixesOf(options),
    filters: filtersToService(facts, options),
    config: undefined,
  }
}

function plainChains(
  facts: ListenerFacts,
  options: TcpChainOptions,
  configs: readonly VirtualServiceConfig[],
): TcpChain[] {
  const chains: TcpChain[] = []
  for (const config of configs) {
    for (const route of config.spec.tcp ?? []) {
      const chain = chainOfRoute(facts, options, config, route)
      if (chain === undefined) continue
      chains.push(chain)
      // What follows a route for every destination is never reached.
      if (isSameList(chain.destinations, prefixesOf(options))) return chains
    }
  }
  const filters = filtersToService(facts, options)
  return [...chains, { serverNames: [], destinations: prefixesOf(options), filters, config: undefined }]
}

/** Undefined where no match of the route is for this client. */
function chainOfRoute(
  facts: ListenerFacts,
  options: TcpChainOptions,
  config: VirtualServiceConfig,
  { match = [], route = [] }: TCPRoute,
): TcpChain | undefined {
  const matches = match.filter(each => isForClient(facts, each, options.port))
  if (match.length > 0 && matches.length === 0) return undefined
  const subnets = matches.map(each => subnetsOf(each, options))
  const isForAll = match.length === 0 || subnets.includes(undefined)
  return {
    serverNames: [],
    destinations: isForAll ? prefixesOf(options) : subnets.flatMap(each => each ?? []),
    filters: filtersToRoutes(facts, options, route, nameOf(config)),
    config: pathOf(config),
  }
}

function isForClient({ view }: ListenerFacts, match: L4MatchAttributes | TLSMatchAttributes, port: number): boolean {
  const { gateways = [], sourceLabels = {}, sourceNamespace = '' } = match
  return (
    (gateways.length === 0 || gateways.includes(MESH_GATEWAY)) &&
    (sourceNamespace === '' || sourceNamespace === view.namespace) &&
    (!match.port || match.port === port) &&
    hasLabels(view.labels, sourceLabels)
  )
}

function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
}

/** A unix socket has no address to compare; its port is 0. */
function subnetsOf({ destinationSubnets = [] }: L4MatchAttributes, { port }: TcpTarget): readonly string[] | undefined {
  return destinationSubnets.length > 0 && port > 0 ? destinationSubnets : undefined
}

function prefixesOf({ prefix }: TcpChainOptions): readonly string[] {
  return prefix === undefined ? [] : [prefix]
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  const [x, y] = [[...a].sort(), [...b].sort()]
  return x.length === y.length && x.every((text, index) => text === y[index])
}

function nameOf({ name, namespace }: VirtualServiceConfig): string {
  return `${name}.${namespace}`
}

function pathOf({ name, namespace }: VirtualServiceConfig): string {
  return configPath('virtual-service', namespace, name)
}
