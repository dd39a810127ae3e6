import { err, ok, type Result } from '../lang/result.js'
import { lazySettings } from '../mesh/index.js'
import { type HostDiscovery, hostDiscovery } from '../proxy/discovers-hosts.js'
import { type ProxyNode, parseNode } from '../proxy/node.js'
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
  readonly on: (event: AdsEvent) => void
  readonly refusals: Refusals
  /** Node of a connection as it was read: streams do not keep all of what was sent. */
  readonly nodeOf: (connection: string) => ProxyNode | undefined
}

type Refused = Extract<AdsEvent, { readonly kind: 'nack' }>
type Disconnected = Extract<AdsEvent, { readonly kind: 'disconnected' }>

/** Clusters that are told of, once each: anybody may send any name. */
const MAX_STRANGE = 20

export function admitProxies(
  mesh: MeshSource,
  { log, metrics }: { readonly log: Log; readonly metrics: AdsMetrics },
): Proxies {
  const refusals = createRefusals(mesh)
  const nodes = new Map<string, ProxyNode>()
  let count = 0
  const discovery = (node: ProxyNode, { protocol }: Hello): HostDiscovery => {
    const { engine, tables } = mesh.graph
    return engine.read(read => hostDiscovery(node, protocol, lazySettings(read, tables.facet)))
  }
  const strange = new Set<string>()
  /** Of another cluster nothing is known of its Pod, so that it would serve nothing: often just a name that was forgotten. */
  const tellCluster = (connection: string, { metadata: { clusterId } }: ProxyNode): void => {
    if (clusterId === '' || mesh.clusters.includes(clusterId) || strange.has(clusterId)) return
    if (strange.size >= MAX_STRANGE) return
    strange.add(clusterId)
    const clusters = mesh.clusters.join(' ')
    log.warn('a proxy is of a cluster that nothing was read for', { connection, cluster: clusterId, clusters })
  }
  const connect = (hello: Hello): Result<Attachment, GrpcStatus> => {
    const parsed = parseNode(hello.node)
    if (!parsed.ok) return err(grpcStatus('INVALID_ARGUMENT', parsed.error))
    const hosts = discovery(parsed.value, hello)
    const source = openSource(mesh.graph, parsed.value, { discoversHosts: hosts.kind === 'discovered' })
    const connection = `${parsed.value.instance}-${++count}`
    if (hosts.kind === 'impossible')
      log.warn('virtual hosts are sent inside of route configurations', { connection, reason: hosts.reason })
    tellCluster(connection, parsed.value)
    nodes.set(connection, parsed.value)
    metrics.connected(connection, parsed.value)
    return ok({ connection, source, release: () => source[Symbol.dispose]() })
  }
  /** A bug in looking for causes is no reason to end the stream. */
  const causesOf = ({ connection, type, nack }: Refused, node: ProxyNode): ReturnType<Refusals['note']> => {
    try {
      return refusals.note(connection, node, type, nack)
    } catch (error) {
      log.error('internal error: no cause was found for what a proxy refused', { connection, error: errorText(error) })
      return []
    }
  }
  const refused = (event: Refused): void => {
    const node = nodes.get(event.connection)
    const causes = node === undefined ? [] : causesOf(event, node)
    log.warn('proxy refused what it was sent', {
      connection: event.connection,
      type: shortOf(event.type),
      error: shortened(event.nack.message.trim()),
      resources: listed(event.nack.resources) || undefined,
      cause: causes === undefined ? `see pillion proxy-status ${node?.instance}` : causeText(causes),
    })
  }
  const disconnected = ({ connection, status: { code, message } }: Disconnected): void => {
    const error = code === 'OK' || code === 'CANCELLED' ? undefined : message
    log.info('proxy disconnected', { connection, error })
    nodes.delete(connection)
    refusals.forget(connection)
  }
  const on = (event: AdsEvent): void => {
    metrics.on(event)
    switch (event.kind) {
      case 'nack':
        refused(event)
        break
      case 'internal':
        log.error('internal error: the stream of a proxy ends', {
          connection: event.connection,
          error: errorText(event.error),
        })
        break
      case 'rejected':
        log.warn('proxy not let in', { peer: event.peer, error: event.status.message })
        break
      case 'connected':
        log.info('proxy connected', { connection: event.connection })
        break
      case 'disconnected':
        disconnected(event)
        break
      default: // Counted, and not worth a line.
    }
  }
  return { connect, on, refusals, nodeOf: connection => nodes.get(connection) }
}
