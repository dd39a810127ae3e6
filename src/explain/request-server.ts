import type { JsonObject } from '../lang/json.js'
import type { RenderedProxy } from './request.js'
import { type AccessStep, decideAccess, hasToken, type PolicyPart } from './request-access.js'
import { chainFor } from './request-chain.js'
import { objectAt, objectsAt, textAt } from './request-json.js'
import type { Asked } from './request-rbac.js'
import type { Arrival } from './request-upstream.js'

export type ServerStepKind = 'server' | 'inbound' | 'access' | 'workload'

export interface ServerStep {
  readonly kind: ServerStepKind
  readonly text: string
  /** Parts of policies that decided. */
  readonly parts: readonly PolicyPart[]
  /** The cluster that leads to the workload, for its origins. */
  readonly cluster?: string
}

/** `served`: the workload gets it; `denied`: its proxy, or the client's on seeing it, refuses. */
export type ServerOutcome = 'served' | 'denied' | 'unknown'

export interface ServerTrace {
  readonly outcome: ServerOutcome
  readonly steps: readonly ServerStep[]
}

/** Who calls, and whom. */
export interface ServerFacts {
  /** SPIFFE id of the workload; empty: none is known. */
  readonly identity: string
  readonly client: { readonly identity: string; readonly address: string | undefined }
  /** RequestAuthentication for the workload. */
  readonly tokens: readonly PolicyPart[]
  /** What PeerAuthentication asks for at a port. */
  readonly modeAt: (port: number) => { readonly mode: string; readonly parts: readonly PolicyPart[] }
}

/** Follows what comes to a workload through the proxy beside it: filter chain by how it comes, then policies, then the program. */
export function traceServer(server: RenderedProxy, arrival: Arrival, facts: ServerFacts): ServerTrace {
  const { connection, security } = arrival
  const steps: ServerStep[] = [plain('server', `called ${howText(arrival, facts)}`)]
  const end = (outcome: ServerOutcome, step: ServerStep): ServerTrace => ({ outcome, steps: [...steps, step] })
  if (security.kind === 'mutual' && security.peers.length > 0 && !security.peers.includes(facts.identity)) {
    const wanted = security.peers.join(' or ')
    const text = `its certificate says ${facts.identity || 'nothing that is known here'}, the client’s proxy wants ${wanted}: 503`
    return end('denied', plain('inbound', text))
  }
  const listener = listenerFor(server.listeners, connection)
  if (listener === undefined)
    return end(
      'served',
      plain('workload', 'no listener of its proxy takes the call: the program itself does, or nobody'),
    )
  const { mode, parts } = facts.modeAt(connection.port)
  const found = chainFor(listener, connection)
  if (found === undefined) {
    const text = `no filter chain takes ${kindText(arrival)} at port ${connection.port}: the connection is closed; mutual TLS is ${mode}`
    return end('denied', { kind: 'inbound', text, parts })
  }
  const endsTls = found.chain['transportSocket'] !== undefined
  const config = configsOf(found.chain)
  const http = config.find(each => textAt(each, '@type').endsWith('.HttpConnectionManager'))
  const carries = http === undefined ? 'bytes are passed on as they are' : 'HTTP'
  const place = `${textAt(listener, 'name')} ${found.field}`
  if (endsTls && security.kind !== 'mutual') {
    const text = `${place}: a certificate of the mesh is asked for, and none is shown: the handshake fails; mutual TLS is ${mode}`
    return end('denied', { kind: 'inbound', text, parts })
  }
  const ending = endsTls ? ', mutual TLS ends here' : connection.transport === 'tls' ? ', TLS is passed on' : ''
  steps.push({ kind: 'inbound', text: `${place}: ${carries}${ending}; mutual TLS is ${mode}`, parts })
  if (http !== undefined && arrival.request === undefined)
    return end('denied', plain('inbound', 'the proxy takes it for HTTP, and what the program encrypted is none: 400'))
  const filters = http === undefined ? objectsAt(found.chain, 'filters') : objectsAt(http, 'httpFilters')
  const access = decideAccess(
    filters,
    askedOf(arrival, facts, { endsTls, isHttp: http !== undefined, filters }),
    facts.tokens,
  )
  steps.push(...accessSteps(access))
  const outcome = outcomeOf(access)
  if (outcome === 'denied') return { outcome, steps }
  return end(outcome, workloadStep(server, http ?? {}, config, connection))
}

function plain(kind: ServerStepKind, text: string): ServerStep {
  return { kind, text, parts: [] }
}

function howText({ security, connection }: Arrival, { client }: ServerFacts): string {
  if (security.kind === 'mutual') return `with mutual TLS by ${client.identity}`
  if (security.kind === 'other')
    return `with TLS as a rule sets it${security.serverName && ` for ${security.serverName}`}`
  return connection.transport === 'tls' ? 'with TLS of the program’s own' : 'in plaintext'
}

function kindText({ security, connection }: Arrival): string {
  if (connection.transport === 'raw_buffer') return 'plaintext'
  return security.kind === 'mutual' ? 'mutual TLS' : 'TLS that is not the mesh’s'
}

/** Bound to the port itself, else what catches all that is redirected. */
function listenerFor(listeners: readonly JsonObject[], { port }: Arrival['connection']): JsonObject | undefined {
  const inbound = listeners.filter(listener => listener['trafficDirection'] === 'INBOUND')
  const bound = inbound.find(listener => objectAt(objectAt(listener, 'address'), 'socketAddress')['portValue'] === port)
  return bound ?? inbound.find(listener => textAt(listener, 'name') === 'virtualInbound')
}

function configsOf(chain: JsonObject): JsonObject[] {
  return objectsAt(chain, 'filters').map(filter => objectAt(filter, 'typedConfig'))
}

interface ChainFacts {
  readonly endsTls: boolean
  readonly isHttp: boolean
  readonly filters: readonly JsonObject[]
}

function askedOf({ connection, request }: Arrival, { client }: ServerFacts, chain: ChainFacts): Asked {
  const { address, port, serverName } = connection
  return {
    identity: chain.endsTls ? client.identity : undefined,
    from: client.address,
    to: { address, port },
    serverName,
    request: chain.isHttp ? request : undefined,
    hasToken: request !== undefined && hasToken(chain.filters, request.headers, request.path),
  }
}

function accessSteps(access: readonly AccessStep[]): ServerStep[] {
  if (access.length === 0) return [plain('access', 'allowed: no AuthorizationPolicy is for this workload')]
  return access.map(({ outcome, text, parts }) => ({ kind: 'access', text: `${LABELS[outcome]}${text}`, parts }))
}

const LABELS = { allowed: 'allowed: ', denied: 'denied: ', unknown: 'not known here: ', tried: 'dry run: ' } as const

function outcomeOf(access: readonly AccessStep[]): ServerOutcome {
  if (access.some(({ outcome }) => outcome === 'denied')) return 'denied'
  return access.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'served'
}

/** Where the proxy sends what it lets in. */
function workloadStep(
  { clusters }: RenderedProxy,
  http: JsonObject,
  config: readonly JsonObject[],
  { port }: Arrival['connection'],
): ServerStep {
  const [host] = objectsAt(objectAt(http, 'routeConfig'), 'virtualHosts')
  const [route] = objectsAt(host ?? {}, 'routes')
  const tcp = config.find(each => textAt(each, '@type').endsWith('.TcpProxy'))
  const name = textAt(objectAt(route ?? {}, 'route'), 'cluster') || textAt(tcp ?? {}, 'cluster')
  const cluster = clusters.find(each => textAt(each, 'name') === name)
  const [group] = objectsAt(objectAt(cluster ?? {}, 'loadAssignment'), 'endpoints')
  const [item] = objectsAt(group ?? {}, 'lbEndpoints')
  const target = objectAt(objectAt(item ?? {}, 'endpoint'), 'address')
  const socket = objectAt(target, 'socketAddress')
  const own = `${textAt(socket, 'address')}:${String(socket['portValue'] ?? '')}`
  const pipe = textAt(objectAt(target, 'pipe'), 'path')
  const text =
    pipe !== ''
      ? `the program at unix://${pipe}`
      : item === undefined
        ? `the program at port ${port}`
        : `the program at ${own}`
  return { kind: 'workload', text, parts: [], cluster: name }
}
