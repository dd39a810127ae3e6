import { parseIp } from '../lang/cidr.js'
import { isJsonObject, type JsonObject } from '../lang/json.js'
import { chainFor } from './request-chain.js'
import { objectAt, objectsAt, textAt } from './request-json.js'
import { hostFor, routeTakes, type SimulatedRequest } from './request-match.js'
import { sentBy } from './request-sent.js'
import { targetsOf, traceTargets, type Way } from './request-target.js'
import type { Arrival } from './request-upstream.js'

/** What a proxy was rendered to have, as proto3 JSON. */
export interface RenderedProxy {
  readonly clusters: readonly JsonObject[]
  readonly endpoints: readonly JsonObject[]
  readonly listeners: readonly JsonObject[]
  readonly routes: readonly JsonObject[]
}

export type RequestStepKind =
  | 'listener'
  | 'chain'
  | 'routes'
  | 'host'
  | 'route'
  | 'answer'
  | 'cluster'
  | 'endpoint'
  /** What to do instead. */
  | 'hint'

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
  /** Of an endpoint with an address: what comes to it. */
  readonly arrival?: Arrival
}

/**
 * `forwarded`: to endpoints, or to the address called; `answered`: by the proxy; `refused`: by the proxy; `partly`: refused for some
 * of its targets; `bypassed`: it does not come to the proxy at all; `unknown`: see the last step.
 */
export type RequestOutcome = 'forwarded' | 'answered' | 'refused' | 'partly' | 'bypassed' | 'unknown'

export interface RequestTrace {
  readonly outcome: RequestOutcome
  readonly steps: readonly RequestStep[]
}

/**
 * Follows a request from the program beside the proxy. `addresses` are those that the host's name leads to. Without redirection only
 * what is sent to a listener of the proxy comes to it.
 */
export function traceRequest(
  proxy: RenderedProxy,
  request: SimulatedRequest,
  addresses: readonly string[],
  isRedirected = true,
): RequestTrace {
  const steps: RequestStep[] = []
  const listener = listenerFor(proxy.listeners, addresses, request.port, isRedirected)
  if (listener === undefined && !isRedirected) {
    const passed = end(
      steps,
      'bypassed',
      'listener',
      'none: nothing is redirected (interception NONE), the call goes past the proxy',
    )
    return { ...passed, steps: [...passed.steps, ...hintsFor(proxy, request)] }
  }
  if (listener === undefined) return end(steps, 'unknown', 'listener', 'no listener takes the connection')
  const trace = traceListener(proxy, listener, request, addresses[0], steps)
  const isUnclaimed = textAt(listener, 'name') === VIRTUAL_OUTBOUND
  return isUnclaimed ? { ...trace, steps: [...trace.steps, ...hintsFor(proxy, request)] } : trace
}

const VIRTUAL_OUTBOUND = 'virtualOutbound'

function traceListener(
  proxy: RenderedProxy,
  listener: JsonObject,
  request: SimulatedRequest,
  address: string | undefined,
  steps: RequestStep[],
): RequestTrace {
  const name = textAt(listener, 'name')
  steps.push({ kind: 'listener', text: name, at: { resource: 'listeners', name, field: '' } })
  const isTls = request.scheme === 'https'
  const found = chainFor(listener, {
    ...{ port: request.port, address, transport: isTls ? 'tls' : 'raw_buffer' },
    ...{ serverName: isTls ? request.host : '', protocols: isTls ? ['h2', 'http/1.1'] : ['http/1.1'] },
  })
  if (found === undefined) return end(steps, 'refused', 'chain', 'no filter chain takes the connection: it is closed')
  const filters = objectsAt(found.chain, 'filters').map(filter => objectAt(filter, 'typedConfig'))
  const http = filters.find(config => textAt(config, '@type').endsWith('.HttpConnectionManager'))
  const tcp = filters.find(config => textAt(config, '@type').endsWith('.TcpProxy'))
  steps.push({
    kind: 'chain',
    text: `${found.field}: ${http === undefined ? 'bytes are passed on as they are' : 'HTTP'}`,
    at: { resource: 'listeners', name, field: found.field },
  })
  if (http !== undefined) return traceHttp({ proxy, http, request, address, steps })
  const way = { proxy, steps, address, request: { ...request, unknown: new Set<string>() }, manager: undefined }
  return tcp === undefined
    ? end(steps, 'unknown', 'chain', 'the chain has neither HTTP nor TCP proxy')
    : traceTargets({ ...way, failure: 'the connection is closed' }, targetsOf(tcp))
}

function end(steps: RequestStep[], outcome: RequestOutcome, kind: RequestStepKind, text: string): RequestTrace {
  return { outcome, steps: [...steps, { kind, text }] }
}

/** Bound to the very address, else to any, else what catches all that is redirected. */
function listenerFor(
  listeners: readonly JsonObject[],
  addresses: readonly string[],
  port: number,
  isRedirected: boolean,
): JsonObject | undefined {
  const bound = (address: string) =>
    outboundOf(listeners).find(listener => {
      const socket = socketOf(listener)
      return textAt(socket, 'address') === address && socket['portValue'] === port
    })
  const own = addresses.map(bound).find(found => found !== undefined)
  if (own !== undefined) return own
  if (!isRedirected && !addresses.some(isLoopbackAddress)) return undefined
  const any = bound('0.0.0.0') ?? bound('::')
  return any ?? (isRedirected ? listeners.find(listener => textAt(listener, 'name') === VIRTUAL_OUTBOUND) : undefined)
}

function outboundOf(listeners: readonly JsonObject[]): JsonObject[] {
  return listeners.filter(listener => listener['trafficDirection'] !== 'INBOUND')
}

function socketOf(listener: JsonObject): JsonObject {
  return objectAt(objectAt(listener, 'address'), 'socketAddress')
}

function isLoopbackAddress(text: string): boolean {
  const ip = parseIp(text)
  return ip.ok && (ip.value.family === 4 ? ip.value.bits >> 24n === 127n : ip.value.bits === 1n)
}

/** Listeners that programs have to call themselves: nothing is redirected to them. */
function hintsFor({ listeners }: RenderedProxy, request: SimulatedRequest): RequestStep[] {
  return outboundOf(listeners).flatMap(listener => {
    const { portValue } = socketOf(listener)
    const address = textAt(socketOf(listener), 'address')
    const name = textAt(listener, 'name')
    if (portValue !== request.port || listener['bindToPort'] === false || name === VIRTUAL_OUTBOUND) return []
    const place = `${address.includes(':') ? `[${address}]` : address}:${request.port}`
    const how = `${request.scheme}://${place}${request.path} with the header host: ${authorityOf(request)}`
    const text = `listener ${name} takes calls made to ${place}: ${how}`
    return [{ kind: 'hint' as const, text, at: { resource: 'listeners' as const, name, field: '' } }]
  })
}

function authorityOf({ headers, host, port }: SimulatedRequest): string {
  return headers.get('host') ?? `${host}:${port}`
}

interface HttpWay {
  readonly proxy: RenderedProxy
  readonly http: JsonObject
  readonly request: SimulatedRequest
  readonly address: string | undefined
  readonly steps: RequestStep[]
}

function traceHttp(way: HttpWay): RequestTrace {
  const { proxy, http, request, steps } = way
  const name = textAt(objectAt(http, 'rds'), 'routeConfigName')
  const config =
    name === '' ? objectAt(http, 'routeConfig') : proxy.routes.find(routes => textAt(routes, 'name') === name)
  if (config === undefined) return end(steps, 'refused', 'routes', `there are no routes ${name}`)
  const at = (field: string) => ({ at: { resource: 'routes' as const, name, field } })
  steps.push({ kind: 'routes', text: name === '' ? 'of the listener itself' : name })
  const hosts = objectsAt(config, 'virtualHosts')
  const authority = authorityOf(request)
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
    return traceAction(way, host, route)
  }
  return end(steps, 'refused', 'route', 'no route takes the request: 404')
}

function traceAction(
  { proxy, http, request, address, steps }: HttpWay,
  host: JsonObject,
  route: JsonObject,
): RequestTrace {
  if (route['directResponse'] !== undefined) {
    const status = objectAt(route, 'directResponse')['status']
    return end(steps, 'answered', 'answer', `the proxy answers ${String(status)} itself`)
  }
  if (route['redirect'] !== undefined)
    return end(steps, 'answered', 'answer', `the proxy redirects: ${JSON.stringify(route['redirect'])}`)
  steps.push(...changesOf(route, request))
  const sent = (cluster: JsonObject | undefined) =>
    sentBy(request, route, [...(cluster === undefined ? [] : [cluster]), route, host])
  const way: Way = { proxy, steps, address, request: sent(undefined), manager: http, failure: '503' }
  const targets = targetsOf(objectAt(route, 'route'))
  return traceTargets(way, targets, target => sent(target.weighted))
}

/** What a route does to a request beside sending it on. */
function changesOf(route: JsonObject, { path }: SimulatedRequest): RequestStep[] {
  const action = objectAt(route, 'route')
  const answer = (text: string): RequestStep => ({ kind: 'answer', text })
  const fields = ['prefixRewrite', 'regexRewrite', 'hostRewriteLiteral', 'timeout'] as const
  return [
    ...fields
      .filter(field => action[field] !== undefined && action[field] !== '0s')
      .map(field =>
        answer(`${field} ${JSON.stringify(action[field])}${field.endsWith('Rewrite') ? ` of ${path}` : ''}`),
      ),
    ...(isJsonObject(route['typedPerFilterConfig'] ?? null)
      ? Object.keys(objectAt(route, 'typedPerFilterConfig')).map(name => answer(`${name} has settings of its own here`))
      : []),
    ...objectsAt(action, 'requestMirrorPolicies').map(mirror => answer(`copied to ${textAt(mirror, 'cluster')}`)),
  ]
}
