import { isJsonObject, type JsonObject } from '../lang/json.js'
import type { Result } from '../lang/result.js'
import {
  type DeliveryStream,
  HEALTH,
  type Outgoing,
  type Protocol,
  parseRequest,
  type Refusal,
  type ResourceSource,
  type SourceRevision,
  type XdsRequest,
} from '../xds/delivery/index.js'
import type { AdsEvent, Attachment } from './ads.js'
import { type StreamStatus, typeStatus } from './ads-status.js'
import { grpcStatus, OK } from './grpc/status.js'
import type { GrpcStatus, Peer, StreamCall, StreamHandler } from './grpc/types.js'

/** Routes wait this long for a client to bring up their clusters, in ms; Envoy takes a few. */
const HOLD_MS = 500

export interface AdsStreamOptions {
  readonly protocol: Protocol
  connect(node: JsonObject, peer: Peer): Result<Attachment, GrpcStatus>
  createDelivery(source: ResourceSource): DeliveryStream
  now(): number
  on(event: AdsEvent): void
  /** This stream may have something to send. */
  wake(): void
  /** Bytes handed to the connection that it has not taken yet; negative: it took them. */
  bufferedBy(bytes: number): void
  closed(): void
}

/** One RPC: from messages to requests to the state machine and back. */
export interface AdsStream extends StreamHandler {
  /** Undefined until the client was let in. */
  readonly connection: string | undefined
  /** Whether there may be something to send. */
  pushTo(revision: SourceRevision): boolean
  /** Sends what can be sent now. */
  pump(): void
  status(): StreamStatus | undefined
  end(status: GrpcStatus): void
}

interface Session {
  readonly attachment: Attachment
  readonly node: JsonObject
  readonly delivery: DeliveryStream
  readonly connectedAt: number
}

export function openAdsStream(call: StreamCall, options: AdsStreamOptions): AdsStream {
  const refusedAt = new WeakMap<Refusal, number>()
  let session: Session | undefined
  let unsent = 0
  let holdTimer: NodeJS.Timeout | undefined
  let settled: SourceRevision = 0
  /** Since when a push is due and has not begun, and what was written has not been taken, in ms of a clock that nobody sets. */
  let dueSince: number | undefined
  let unsentSince: number | undefined

  function message(bytes: Uint8Array): void {
    const request = parseRequest(options.protocol, bytes)
    if (typeof request === 'string') call.end(grpcStatus('INVALID_ARGUMENT', `the request cannot be read: ${request}`))
    else if (session === undefined) first(request)
    else receive(session, request)
  }

  function first(request: XdsRequest): void {
    // Health that comes before the proxy said who it is belongs to nobody.
    if (request.type === HEALTH) return
    const node = request.node ?? {}
    if (!isJsonObject(node) || Object.keys(node).length === 0) {
      call.end(grpcStatus('INVALID_ARGUMENT', 'the first request of a stream must have a node'))
      return
    }
    const attached = options.connect(node, call.peer)
    if (!attached.ok) {
      call.end(attached.error)
      return
    }
    const attachment = attached.value
    // Envoy lists hundreds of extensions: read by now, and more than all else that a stream holds.
    const { extensions: _, ...kept } = node
    const delivery = options.createDelivery(attachment.source)
    session = { attachment, node: kept, delivery, connectedAt: options.now() }
    options.on({ kind: 'connected', connection: attachment.connection, peer: call.peer.address })
    receive(session, request)
  }

  function receive({ attachment, delivery }: Session, request: XdsRequest): void {
    const { connection } = attachment
    if (request.type === HEALTH) {
      attachment.report?.(request.type, request.error)
      return
    }
    const received = delivery.receive(request)
    if (received.kind === 'limit') call.end(grpcStatus('RESOURCE_EXHAUSTED', received.message))
    else if (received.kind === 'stale') options.on({ kind: 'stale-nonce', connection, type: request.type })
    else if (received.kind === 'refused') {
      const at = options.now()
      refusedAt.set(received.refusal, at)
      options.on({ kind: 'nack', connection, type: request.type, nack: { ...received.refusal, at } })
    }
    options.wake()
  }

  function pump(): void {
    if (session === undefined) return
    const { connection } = session.attachment
    if (dueSince !== undefined) options.on({ kind: 'dequeued', connection, waitedMs: performance.now() - dueSince })
    dueSince = undefined
    let hasSent = false
    while (call.isWritable) {
      const outgoing = session.delivery.next()
      if (outgoing === undefined) break
      send(session, outgoing)
      hasSent = true
    }
    timeHold(session, hasSent)
    settle(session)
  }

  /** The client's time begins with what it was sent last: what is left of an earlier hold would let routes out too early. */
  function timeHold({ delivery }: Session, hasSent: boolean): void {
    if (hasSent || !delivery.isHolding) {
      clearTimeout(holdTimer)
      holdTimer = undefined
    }
    if (delivery.isHolding) holdTimer ??= setTimeout(releaseHold, HOLD_MS).unref()
  }

  function settle({ attachment: { connection }, delivery }: Session): void {
    if (!delivery.isQuiet || settled === delivery.target) return
    settled = delivery.target
    options.on({ kind: 'settled', connection, revision: settled })
  }

  function releaseHold(): void {
    holdTimer = undefined
    session?.delivery.release()
    options.wake()
  }

  function send({ attachment: { connection } }: Session, outgoing: Outgoing): void {
    const bytes = outgoing.parts.reduce((sum, part) => sum + part.length, 0)
    const { type, resources, removed } = outgoing
    const isTaken = call.write(outgoing.parts)
    if (!isTaken) setUnsent(unsent + bytes)
    if (!isTaken) unsentSince ??= performance.now()
    options.on({ kind: 'sent', connection, type, resources, removed, bytes })
    if (isTaken) options.on({ kind: 'accepted', connection, waitedMs: 0 })
  }

  function setUnsent(bytes: number): void {
    options.bufferedBy(bytes - unsent)
    unsent = bytes
  }

  function taken(): void {
    setUnsent(0)
    if (session !== undefined && unsentSince !== undefined)
      options.on({
        kind: 'accepted',
        connection: session.attachment.connection,
        waitedMs: performance.now() - unsentSince,
      })
    unsentSince = undefined
  }

  function closed(status: GrpcStatus): void {
    setUnsent(0)
    clearTimeout(holdTimer)
    options.closed()
    const peer = call.peer.address
    if (session === undefined) options.on({ kind: 'rejected', peer, status })
    else {
      const { attachment } = session
      session = undefined
      attachment.release()
      options.on({ kind: 'disconnected', connection: attachment.connection, peer, status })
    }
  }

  function status(): StreamStatus | undefined {
    if (session === undefined) return undefined
    const { attachment, node, delivery, connectedAt } = session
    settle(session)
    const types = delivery.subscriptions().map(each => typeStatus(each, refusal => refusedAt.get(refusal) ?? 0))
    const { connection } = attachment
    return { connection, node, peer: call.peer, protocol: options.protocol, connectedAt, revision: settled, types }
  }

  return {
    message,
    halfClosed: () => call.end(OK),
    writable: () => {
      taken()
      options.wake()
    },
    closed,
    get connection() {
      return session?.attachment.connection
    },
    pushTo: revision => {
      if (session === undefined) return false
      session.delivery.pushTo(revision)
      dueSince ??= performance.now()
      return true
    },
    pump,
    status,
    end: status => call.end(status),
  }
}
