import { err, ok, type Result } from '../lang/result.js'
import { lazySettings } from '../mesh/index.js'
import { type HostDiscovery, hostDiscovery } from '../proxy/discovers-hosts.js'
import { type ProxyNode, parseNode } from '../proxy/node.js'
import type { ResourceSource } from '../xds/delivery/index.js'
import { openSource } from '../xds/resources/source.js'
import type { AdsEvent, Attachment, Hello } from './ads.js'
import type { AdsMetrics } from './ads-metrics.js'
import { grpcStatus } from './grpc/status.js'
import type { GrpcStatus } from './grpc/types.js'
import { errorText, type Log, listed, shortened } from './log.js'
import type { MeshSource } from './mesh-source.js'
import { causeText, createRefusals, type Refusals } from './refusals.js'
import { shortOf } from './xds-types.js'

/** How proxies come in, and what is told of them: in the log, in metrics, and of what they refuse its cause. */
export interface Proxies {
  readonly connect: (hello: Hello) => Result<Attachment, GrpcStatus>
  /** In steps, the sources that something may be new for. */
  readonly news: () => Iterable<readonly ResourceSource[]>
  readonly on: (event: AdsEvent) => void
  readonly refusals: Refusals
  /** Node of a connection as it was read: streams do not keep all of what was sent. */
  readonly nodeOf: (connection: string) => ProxyNode | undefined
}

type Refused = Extract<AdsEvent, { readonly kind: 'nack' }>
type Disconnected = Extract<AdsEvent, { readonly kind: 'disconnected' }>

/** Clusters that are told of, once each: anybody may send any name. */
const MAX_STRANGE = 20

interface State {
  readonly mesh: MeshSource
  readonly log: Log
  readonly metrics: AdsMetrics
  readonly refusals: Refusals
  readonly nodes: Map<string, ProxyNode>
  /** Clusters that were told of. */
  readonly strange: Set<string>
  /** Of connections so far. */
  count: number
}

export function admitProxies(
  mesh: MeshSource,
  { log, metrics }: { readonly log: Log; readonly metrics: AdsMetrics },
): Proxies {
  const refusals = createRefusals(mesh)
  const state: State = { mesh, log, metrics, refusals, nodes: new Map(), strange: new Set(), count: 0 }
  return {
    connect: hello => connect(state, hello),
    news: () => newsOf(mesh),
    on: event => {
      metrics.on(event)
      tell(state, event)
    },
    refusals,
    nodeOf: connection => state.nodes.get(connection),
  }
}

function connect(state: State, hello: Hello): Result<Attachment, GrpcStatus> {
  const { mesh, log, metrics, nodes } = state
  const parsed = parseNode(hello.node)
  if (!parsed.ok) return err(grpcStatus('INVALID_ARGUMENT', parsed.error))
  const node = parsed.value
  const hosts = discoveryOf(mesh, node, hello)
  const source = openSource(mesh.graph, node, { discoversHosts: hosts.kind === 'discovered' })
  const connection = `${node.instance}-${++state.count}`
  if (hosts.kind === 'impossible')
    log.warn('virtual hosts are sent inside of route configurations', { connection, reason: hosts.reason })
  tellCluster(state, connection, node)
  nodes.set(connection, node)
  metrics.connected(connection, node)
  return ok({ connection, source, release: () => source[Symbol.dispose]() })
}

function* newsOf({ graph: { news } }: MeshSource): Iterable<readonly ResourceSource[]> {
  for (const followers of news.round()) yield followers.map(({ source }) => source)
}

function discoveryOf({ graph: { engine, tables } }: MeshSource, node: ProxyNode, { protocol }: Hello): HostDiscovery {
  return engine.read(read => hostDiscovery(node, protocol, lazySettings(read, tables.facet)))
}

/** Of another cluster nothing is known of its Pod, so that it would serve nothing: often just a name that was forgotten. */
function tellCluster({ mesh, log, strange }: State, connection: string, { metadata: { clusterId } }: ProxyNode): void {
  if (clusterId === '' || mesh.clusters.includes(clusterId) || strange.has(clusterId)) return
  if (strange.size >= MAX_STRANGE) return
  strange.add(clusterId)
  const clusters = mesh.clusters.join(' ')
  log.warn('a proxy is of a cluster that nothing was read for', { connection, cluster: clusterId, clusters })
}

/** What is worth a line of the log; the rest is counted alone. */
function tell(state: State, event: AdsEvent): void {
  const { log } = state
  switch (event.kind) {
    case 'nack':
      refused(state, event)
      break
    case 'internal': {
      const { connection, error } = event
      log.error('internal error: the stream of a proxy ends', { connection, error: errorText(error) })
      break
    }
    case 'rejected':
      log.warn('proxy not let in', { peer: event.peer, error: event.status.message })
      break
    case 'connected':
      log.info('proxy connected', { connection: event.connection })
      break
    case 'disconnected':
      disconnected(state, event)
      break
    default:
  }
}

function refused(state: State, event: Refused): void {
  const node = state.nodes.get(event.connection)
  const causes = node === undefined ? [] : causesOf(state, event, node)
  state.log.warn('proxy refused what it was sent', {
    connection: event.connection,
    type: shortOf(event.type),
    error: shortened(event.nack.message.trim()),
    resources: listed(event.nack.resources) || undefined,
    cause: causes === undefined ? `see pillion proxy-status ${node?.instance}` : causeText(causes),
  })
}

/** A bug in looking for causes is no reason to end the stream. */
function causesOf(
  { refusals, log }: State,
  { connection, type, nack }: Refused,
  node: ProxyNode,
): ReturnType<Refusals['note']> {
  try {
    return refusals.note(connection, node, type, nack)
  } catch (error) {
    log.error('internal error: no cause was found for what a proxy refused', { connection, error: errorText(error) })
    return []
  }
}

function disconnected({ log, nodes, refusals }: State, { connection, status: { code, message } }: Disconnected): void {
  const error = code === 'OK' || code === 'CANCELLED' ? undefined : message
  log.info('proxy disconnected', { connection, error })
  nodes.delete(connection)
  refusals.forget(connection)
}
