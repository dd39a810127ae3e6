import { parseCidr, parseIp, prefixContains } from '../lang/cidr.js'
import { isJsonObject, type JsonObject } from '../lang/json.js'
import { objectAt, objectsAt, textAt, textsAt } from './request-json.js'
import { hostFor, routeTakes, type SimulatedRequest } from './request-match.js'

/** What a proxy was rendered to have, as proto3 JSON. */
export interface RenderedProxy {
  readonly clusters: readonly JsonObject[]
  readonly endpoints: readonly JsonObject[]
  readonly listeners: readonly JsonObject[]
  readonly routes: readonly JsonObject[]
}

export type RequestStepKind = 'listener' | 'chain' | 'routes' | 'host' | 'route' | 'answer' | 'cluster' | 'endpoint'

/** One step on the way of a request. */
export interface RequestStep {
  readonly kind: RequestStepKind
  /** For people: a name, a condition, what is done. */
  readonly text: string
  /** Which resource, and where in it, for its origins. */
  readonly at?: {
    readonly resource: 'clusters' | 'endpoints' | 'listeners' | 'routes'
    readonly name: string
    readonly field: string
  }
}

/** `forwarded`: to at least one endpoint, or to the address called; `answered`: by the proxy; `refused`; `unknown`: see the last step. */
export type RequestOutcome = 'forwarded' | 'answered' | 'refused' | 'unknown'

export interface RequestTrace {
  readonly outcome: RequestOutcome
  readonly steps: readonly RequestStep[]
}

/** Follows a request from the program beside the proxy. `addresses` are those that the host's name leads to. */
export function traceRequest(
  proxy: RenderedProxy,
  request: SimulatedRequest,
  addresses: readonly string[],
): RequestTrace {
  const steps: RequestStep[] = []
  const listener = listenerFor(proxy.listeners, addresses, request.port)
  if (listener === undefined) return end(steps, 'unknown', 'listener', 'no listener takes the connection')
  const name = textAt(listener, 'name')
  steps.push({ kind: 'listener', text: name, at: { resource: 'listeners', name, field: '' } })
  const chain = chainFor(listener, request, addresses[0])
  if (chain === undefined) return end(steps, 'refused', 'chain', 'no filter chain takes the connection: it is closed')
  const filters = objectsAt(chain.chain, 'filters').map(filter => objectAt(filter, 'typedConfig'))
  const http = filters.find(config => textAt(config, '@type').endsWith('.HttpConnectionManager'))
  const tcp = filters.find(config => textAt(config, '@type').endsWith('.TcpProxy'))
  steps.push({
    kind: 'chain',
    text: `${chain.field}: ${http === undefined ? 'bytes are passed on as they are' : 'HTTP'}`,
    at: { resource: 'listeners', name, field: chain.field },
  })
  if (http !== undefined) return traceHttp(proxy, http, request, steps)
  return tcp === undefined
    ? end(steps, 'unknown', 'chain', 'the chain has neither HTTP nor TCP proxy')
    : traceTargets(proxy, targetsOf(tcp), steps, 'the connection is closed')
}

function end(steps: RequestStep[], outcome: RequestOutcome, kind: RequestStepKind, text: string): RequestTrace {
  return { outcome, steps: [...steps, { kind, text }] }
}

/** Bound to the very address, else to any, else what catches all that is redirected. */
function listenerFor(
  listeners: readonly JsonObject[],
  addresses: readonly string[],
  port: number,
): JsonObject | undefined {
  const bound = (address: string) =>
    listeners.find(listener => {
      const socket = objectAt(objectAt(listener, 'address'), 'socketAddress')
      return textAt(socket, 'address') === address && socket['portValue'] === port
    })
  return (
    addresses.map(bound).find(found => found !== undefined) ??
    bound('0.0.0.0') ??
    bound('::') ??
    listeners.find(listener => textAt(listener, 'name') === 'virtualOutbound')
  )
}

interface FoundChain {
  readonly chain: JsonObject
  readonly field: string
}

/** The most specific chain: by address, then server name, then protocol, as Envoy goes (listener_components.proto). */
function chainFor(
  listener: JsonObject,
  request: SimulatedRequest,
  address: string | undefined,
): FoundChain | undefined {
  const chains = objectsAt(listener, 'filterChains').map((chain, index) => ({ chain, field: `filterChains[${index}]` }))
  const ranked = chains
    .map(found => ({ found, rank: rankOf(objectAt(found.chain, 'filterChainMatch'), request, address) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))
  const fallback = listener['defaultFilterChain']
  return (
    ranked[0]?.found ??
    (isJsonObject(fallback ?? null) ? { chain: fallback as JsonObject, field: 'defaultFilterChain' } : undefined)
  )
}

/** Weights of what a chain may ask for, so that earlier criteria outweigh later ones together. */
const RANKS = { prefix: 10_000, serverName: 100, transport: 10, application: 1 } as const

/** Undefined: it does not take the connection. */
function rankOf(
  match: JsonObject,
  { scheme, host, port }: SimulatedRequest,
  address: string | undefined,
): number | undefined {
  let rank = 0
  if (match['destinationPort'] !== undefined && match['destinationPort'] !== port) return undefined
  const ranges = objectsAt(match, 'prefixRanges')
  if (ranges.length > 0) {
    const longest = Math.max(...ranges.map(range => prefixRank(range, address)))
    if (longest < 0) return undefined
    rank += RANKS.prefix * (longest + 1)
  }
  const names = textsAt(match, 'serverNames')
  if (names.length > 0) {
    const fitting = names.filter(name => scheme === 'https' && covers(name, host))
    if (fitting.length === 0) return undefined
    rank += RANKS.serverName * (1 + Math.max(...fitting.map(name => (name.startsWith('*') ? 0 : 1))))
  }
  const transport = textAt(match, 'transportProtocol')
  if (transport !== '' && transport !== (scheme === 'https' ? 'tls' : 'raw_buffer')) return undefined
  const protocols = textsAt(match, 'applicationProtocols')
  if (protocols.length > 0 && !protocols.some(each => each === 'http/1.1' || each === 'h2c')) return undefined
  return rank + (transport === '' ? 0 : RANKS.transport) + (protocols.length === 0 ? 0 : RANKS.application)
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith('*') && host.endsWith(pattern.slice(1)))
}

/** Length of the prefix that has the address; -1: none has. */
function prefixRank(range: JsonObject, address: string | undefined): number {
  const length = Number(range['prefixLen'] ?? 0)
  const prefix = parseCidr(`${textAt(range, 'addressPrefix')}/${length}`)
  const ip = parseIp(address ?? '')
  return prefix.ok && ip.ok && prefixContains(prefix.value, ip.value) ? length : -1
}

function traceHttp(
  proxy: RenderedProxy,
  http: JsonObject,
  request: SimulatedRequest,
  steps: RequestStep[],
): RequestTrace {
  const name = textAt(objectAt(http, 'rds'), 'routeConfigName')
  const config =
    name === '' ? objectAt(http, 'routeConfig') : proxy.routes.find(routes => textAt(routes, 'name') === name)
  if (config === undefined) return end(steps, 'refused', 'routes', `there are no routes ${name}`)
  const at = (field: string) => ({ at: { resource: 'routes' as const, name, field } })
  steps.push({ kind: 'routes', text: name === '' ? 'of the listener itself' : name })
  const hosts = objectsAt(config, 'virtualHosts')
  const authority = request.headers.get('host') ?? `${request.host}:${request.port}`
  const plain = config['ignorePortInHostMatching'] === true ? authority.replace(/:\d+$/, '') : authority
  const index = hostFor(hosts, plain)
  const host = hosts[index]
  if (host === undefined) return end(steps, 'refused', 'host', `no virtual host has ${plain}: 404`)
  steps.push({ kind: 'host', text: textAt(host, 'name'), ...at(`virtualHosts[${index}]`) })
  for (const [position, route] of objectsAt(host, 'routes').entries()) {
    const match = objectAt(route, 'match')
    const verdict = routeTakes(match, request)
    if (verdict === false) continue
    const field = `virtualHosts[${index}].routes[${position}]`
    const text = `routes[${position}]${textAt(route, 'name') === '' ? '' : ` "${textAt(route, 'name')}"`}: ${JSON.stringify(match)}`
    steps.push({ kind: 'route', text, ...at(field) })
    if (verdict === undefined) return end(steps, 'unknown', 'route', 'it has a condition that is not understood here')
    return traceAction(proxy, route, request, steps)
  }
  return end(steps, 'refused', 'route', 'no route takes the request: 404')
}

function traceAction(
  proxy: RenderedProxy,
  route: JsonObject,
  { path }: SimulatedRequest,
  steps: RequestStep[],
): RequestTrace {
  if (route['directResponse'] !== undefined) {
    const status = objectAt(route, 'directResponse')['status']
    return end(steps, 'answered', 'answer', `the proxy answers ${String(status)} itself`)
  }
  if (route['redirect'] !== undefined)
    return end(steps, 'answered', 'answer', `the proxy redirects: ${JSON.stringify(route['redirect'])}`)
  const action = objectAt(route, 'route')
  for (const field of ['prefixRewrite', 'regexRewrite', 'hostRewriteLiteral', 'timeout'] as const)
    if (action[field] !== undefined && action[field] !== '0s')
      steps.push({
        kind: 'answer',
        text: `${field} ${JSON.stringify(action[field])}${field.endsWith('Rewrite') ? ` of ${path}` : ''}`,
      })
  for (const filter of Object.keys(objectAt(route, 'typedPerFilterConfig')))
    steps.push({ kind: 'answer', text: `${filter} has settings of its own here` })
  for (const mirror of objectsAt(action, 'requestMirrorPolicies'))
    steps.push({ kind: 'answer', text: `copied to ${textAt(mirror, 'cluster')}` })
  return traceTargets(proxy, targetsOf(action), steps, '503')
}

interface Target {
  readonly cluster: string
  /** Undefined: it gets everything. */
  readonly share: string | undefined
}

/** `cluster` or `weightedClusters` of a route action or TCP proxy. */
function targetsOf(action: JsonObject): Target[] {
  const weighted = objectsAt(objectAt(action, 'weightedClusters'), 'clusters')
  const total = weighted.reduce((sum, { weight }) => sum + Number(weight ?? 0), 0)
  if (weighted.length === 0) return [{ cluster: textAt(action, 'cluster'), share: undefined }]
  return weighted.map(item => {
    const percent = (Number(item['weight'] ?? 0) * 100) / (total || 1)
    return { cluster: textAt(item, 'name'), share: `${Math.round(percent * 10) / 10}%` }
  })
}

/** `failure`: what a caller sees where there is nobody to send to. */
function traceTargets(
  proxy: RenderedProxy,
  targets: readonly Target[],
  steps: RequestStep[],
  failure: string,
): RequestTrace {
  const outcomes = targets.map(target => traceCluster(proxy, target, steps, failure))
  const outcome = outcomes.find(each => each === 'forwarded') ?? outcomes[0] ?? 'unknown'
  return { outcome, steps }
}

function traceCluster(
  proxy: RenderedProxy,
  { cluster, share }: Target,
  steps: RequestStep[],
  failure: string,
): RequestOutcome {
  const found = proxy.clusters.find(each => textAt(each, 'name') === cluster)
  const add = (kind: RequestStepKind, text: string, at?: RequestStep['at']): void => {
    steps.push({ kind, text, ...(at === undefined ? {} : { at }) })
  }
  const title = share === undefined ? cluster : `${share} to ${cluster}`
  if (found === undefined) {
    add('cluster', `${title}: the proxy has no such cluster: ${failure}`)
    return 'refused'
  }
  add('cluster', title, { resource: 'clusters', name: cluster, field: '' })
  if (found['type'] === 'ORIGINAL_DST') {
    add('endpoint', 'the address that was called')
    return 'forwarded'
  }
  const isEds = found['type'] === 'EDS'
  const name = textAt(objectAt(found, 'edsClusterConfig'), 'serviceName') || cluster
  const assignment = isEds
    ? proxy.endpoints.find(each => textAt(each, 'clusterName') === name)
    : objectAt(found, 'loadAssignment')
  const groups = objectsAt(assignment ?? {}, 'endpoints')
  const listed = groups.flatMap((group, i) =>
    objectsAt(group, 'lbEndpoints').map((item, j) => ({
      text: addressText(item, Number(group['priority'] ?? 0)),
      field: `endpoints[${i}].lbEndpoints[${j}]`,
    })),
  )
  for (const { text, field } of listed.slice(0, MAX_ENDPOINTS))
    add('endpoint', text, isEds ? { resource: 'endpoints', name, field } : undefined)
  if (listed.length > MAX_ENDPOINTS) add('endpoint', `… ${listed.length - MAX_ENDPOINTS} more`)
  if (listed.length > 0) return 'forwarded'
  add('endpoint', `none: ${failure}`)
  return 'refused'
}

/** Of one cluster. */
const MAX_ENDPOINTS = 10

function addressText(item: JsonObject, priority: number): string {
  const address = objectAt(objectAt(item, 'endpoint'), 'address')
  const socket = objectAt(address, 'socketAddress')
  const text =
    textAt(socket, 'address') === ''
      ? textAt(objectAt(address, 'pipe'), 'path')
      : `${textAt(socket, 'address')}:${String(socket['portValue'] ?? '')}`
  const health = textAt(item, 'healthStatus')
  return `${text}${priority === 0 ? '' : `, priority ${priority}`}${health === '' || health === 'HEALTHY' ? '' : `, ${health}`}`
}
