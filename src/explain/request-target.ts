import type { JsonObject } from '../lang/json.js'
import type { RenderedProxy, RequestOutcome, RequestStep, RequestStepKind, RequestTrace } from './request.js'
import { objectAt, objectsAt, textAt } from './request-json.js'
import type { SentRequest } from './request-sent.js'
import { type Arrival, isHttp2, securityOf } from './request-upstream.js'

/** A request that the proxy is about to send on. */
export interface Way {
  readonly proxy: RenderedProxy
  readonly steps: RequestStep[]
  /** That was called; undefined: nobody knows it. */
  readonly address: string | undefined
  readonly request: SentRequest
  /** The HTTP filter that it came by; undefined: only bytes were seen. */
  readonly manager: JsonObject | undefined
  /** What a caller sees where there is nobody to send to. */
  readonly failure: string
}

export interface Target {
  readonly cluster: string
  /** Undefined: it gets everything. */
  readonly share: string | undefined
  /** Where it is one of several: its own settings. */
  readonly weighted: JsonObject | undefined
}

/** `cluster` or `weightedClusters` of a route action or TCP proxy. */
export function targetsOf(action: JsonObject): Target[] {
  const weighted = objectsAt(objectAt(action, 'weightedClusters'), 'clusters')
  const total = weighted.reduce((sum, { weight }) => sum + Number(weight ?? 0), 0)
  if (weighted.length === 0) return [{ cluster: textAt(action, 'cluster'), share: undefined, weighted: undefined }]
  return weighted.map(item => {
    const percent = (Number(item['weight'] ?? 0) * 100) / (total || 1)
    return { cluster: textAt(item, 'name'), share: `${Math.round(percent * 10) / 10}%`, weighted: item }
  })
}

/** `sentTo` is the request as one of several targets gets it. */
export function traceTargets(
  way: Way,
  targets: readonly Target[],
  sentTo: (target: Target) => SentRequest = () => way.request,
): RequestTrace {
  const outcomes = targets.map(target => traceCluster({ ...way, request: sentTo(target) }, target))
  const [outcome = 'unknown'] = outcomes
  return { outcome: outcomes.every(each => each === outcome) ? outcome : 'partly', steps: way.steps }
}

function traceCluster(way: Way, { cluster, share }: Target): RequestOutcome {
  const { proxy, failure, address, request } = way
  const found = proxy.clusters.find(each => textAt(each, 'name') === cluster)
  const add = (kind: RequestStepKind, text: string, more: Pick<RequestStep, 'at' | 'arrival'> = {}): void => {
    way.steps.push({ kind, text, ...more })
  }
  const title = share === undefined ? cluster : `${share} to ${cluster}`
  if (found === undefined) {
    add('cluster', `${title}: the proxy has no such cluster: ${failure}`)
    return 'refused'
  }
  add('cluster', title, { at: { resource: 'clusters', name: cluster, field: '' } })
  if (found['type'] === 'ORIGINAL_DST') {
    const arrival = address === undefined ? {} : { arrival: arrivalOf(way, found, {}, { address, port: request.port }) }
    add('endpoint', 'the address that was called', arrival)
    return 'forwarded'
  }
  if (textAt(objectAt(found, 'clusterType'), 'name') === DYNAMIC) {
    add('endpoint', 'the host that the request names, as the proxy resolves it')
    return 'forwarded'
  }
  const isEds = found['type'] === 'EDS'
  const name = textAt(objectAt(found, 'edsClusterConfig'), 'serviceName') || cluster
  const assignment = isEds
    ? proxy.endpoints.find(each => textAt(each, 'clusterName') === name)
    : objectAt(found, 'loadAssignment')
  const listed = objectsAt(assignment ?? {}, 'endpoints').flatMap((group, i) =>
    objectsAt(group, 'lbEndpoints').map((item, j) => ({
      item,
      text: addressText(item, Number(group['priority'] ?? 0)),
      field: `endpoints[${i}].lbEndpoints[${j}]`,
    })),
  )
  for (const { item, text, field } of listed.slice(0, MAX_ENDPOINTS)) {
    const socket = socketOf(item)
    const called = { address: textAt(socket, 'address'), port: Number(socket['portValue'] ?? 0) }
    add('endpoint', text, {
      ...(isEds ? { at: { resource: 'endpoints' as const, name, field } } : {}),
      ...(called.address === '' ? {} : { arrival: arrivalOf(way, found, item, called) }),
    })
  }
  if (listed.length > MAX_ENDPOINTS) add('endpoint', `… ${listed.length - MAX_ENDPOINTS} more, not followed`)
  if (listed.length > 0) return 'forwarded'
  add('endpoint', `none: ${failure}`)
  return 'refused'
}

/** A cluster without endpoints of its own. */
const DYNAMIC = 'envoy.clusters.dynamic_forward_proxy'
/** Of one cluster. */
const MAX_ENDPOINTS = 10

/** What comes to an endpoint. What the program encrypts itself, proxies pass on unread. */
function arrivalOf(
  { request, manager }: Way,
  cluster: JsonObject,
  item: JsonObject,
  { address, port }: { readonly address: string; readonly port: number },
): Arrival {
  const security = securityOf(cluster, item, manager)
  const isOwnTls = manager === undefined && request.scheme === 'https'
  const connection = { address, port }
  if (security.kind !== 'plaintext') {
    const { serverName, protocols } = security
    const tls = { ...connection, transport: 'tls', serverName, protocols } as const
    return { connection: tls, security, request: isOwnTls ? undefined : request }
  }
  return isOwnTls
    ? {
        connection: { ...connection, transport: 'tls', serverName: request.host, protocols: ['h2', 'http/1.1'] },
        ...{ security, request: undefined },
      }
    : {
        connection: {
          ...connection,
          transport: 'raw_buffer',
          serverName: '',
          protocols: [plainHttp(cluster, manager)],
        },
        ...{ security, request },
      }
}

/** What the server's proxy takes plaintext HTTP for. */
function plainHttp(cluster: JsonObject, manager: JsonObject | undefined): string {
  return manager !== undefined && isHttp2(cluster) ? 'h2c' : 'http/1.1'
}

function socketOf(item: JsonObject): JsonObject {
  return objectAt(objectAt(objectAt(item, 'endpoint'), 'address'), 'socketAddress')
}

function addressText(item: JsonObject, priority: number): string {
  const address = objectAt(objectAt(item, 'endpoint'), 'address')
  const socket = socketOf(item)
  const text =
    textAt(socket, 'address') === ''
      ? textAt(objectAt(address, 'pipe'), 'path')
      : `${textAt(socket, 'address')}:${String(socket['portValue'] ?? '')}`
  const health = textAt(item, 'healthStatus')
  return `${text}${priority === 0 ? '' : `, priority ${priority}`}${health === '' || health === 'HEALTHY' ? '' : `, ${health}`}`
}
