import { isJsonObject, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import {
  type DeliveryStream,
  HEALTH,
  type Outgoing,
  type PlainAck,
  type Protocol,
  parseRequest,
  type Refusal,
  type ResourceSource,
  type SourceRevision,
  type XdsRequest,
} from '../xds/delivery/index.js'
import type { AdsEvent, Attachment } from './ads.js'
import type { Push } from './ads-rounds.js'
import { type StreamStatus, typeStatus } from './ads-status.js'
import { grpcStatus, OK } from './grpc/status.js'
import type { GrpcStatus, Peer, StreamCall, StreamHandler } from './grpc/types.js'

/** A client has this long from opening a stream to saying who it is, in ms. */
const HELLO_MS = 30_000
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
  /** `source`: of a client that was let in. */
  closed(source: ResourceSource | undefined): void
}

/** One RPC: from messages to requests to the state machine and back. */
export interface AdsStream extends StreamHandler {
  /** Undefined until the client was let in. */
  connection(): string | undefined
  /** Whether there may be something to send. */
  pushTo(push: Push): boolean
  /** Sends what can be sent now. */
  pump(): void
  /** For how long what was written has not been taken, in ms at that time of `performance.now()`; 0: all is. */
  unsentMs(now: number): number
  /** `told`: changes up to that revision were told to all whom they concern. */
  status(told: SourceRevision): StreamStatus | undefined
  end(status: GrpcStatus): void
}

interface Session {
  readonly attachment: Attachment
  readonly node: JsonObject
  readonly delivery: DeliveryStream
  readonly connectedAt: number
}

interface State {
  readonly call: StreamCall
  readonly options: AdsStreamOptions
  /** Undefined until the client was let in, and after the end. */
  session: Session | undefined
  /** Bytes that were written and have not been taken, and since when, in ms of a clock that nobody sets. */
  unsent: number
  unsentSince: number
  /** Since when a push is due and has not begun; undefined: none is. */
  dueAt: number | undefined
  holdTimer: NodeJS.Timeout | undefined
  /** Until the client was let in. */
  helloTimer: NodeJS.Timeout | undefined
  /** Everything up to here is sent and answered; undefined: never was. */
  settled: SourceRevision | undefined
  /** Something was sent since then. */
  hasNews: boolean
  /** The answer that comes most often: to what was sent last. */
  awaited: PlainAck | undefined
  readonly refusedAt: WeakMap<Refusal, number>
}

export function openAdsStream(call: StreamCall, options: AdsStreamOptions): AdsStream {
  const state = newState(call, options)
  const silent = grpcStatus('DEADLINE_EXCEEDED', `no request with a node has come within ${HELLO_MS / 1000} s`)
  state.helloTimer = setTimeout(() => call.end(silent), HELLO_MS).unref()
  return {
    message: bytes => message(state, bytes),
    halfClosed: () => call.end(OK),
    writable: () => {
      taken(state)
      options.wake()
    },
    closed: status => closed(state, status),
    connection: () => state.session?.attachment.connection,
    pushTo: push => pushTo(state, push),
    pump: () => pump(state),
    unsentMs: now => (state.unsent === 0 ? 0 : now - state.unsentSince),
    status: told => statusOf(state, told),
    end: status => call.end(status),
  }
}

function newState(call: StreamCall, options: AdsStreamOptions): State {
  return {
    call,
    options,
    session: undefined,
    unsent: 0,
    unsentSince: 0,
    dueAt: undefined,
    holdTimer: undefined,
    helloTimer: undefined,
    settled: undefined,
    hasNews: false,
    awaited: undefined,
    refusedAt: new WeakMap(),
  }
}

function message(state: State, bytes: Uint8Array): void {
  const { call, options, session, awaited } = state
  if (session !== undefined && awaited !== undefined && Buffer.compare(awaited.bytes, bytes) === 0) {
    state.awaited = undefined
    receive(state, session, awaited.request)
    return
  }
  const request = parseRequest(options.protocol, bytes, session === undefined)
  if (typeof request === 'string') call.end(grpcStatus('INVALID_ARGUMENT', `the request cannot be read: ${request}`))
  else if (session === undefined) first(state, request)
  else receive(state, session, request)
}

function first(state: State, request: XdsRequest): void {
  // Health that comes before the proxy said who it is belongs to nobody.
  if (request.type === HEALTH) return
  const { call, options } = state
  const session = admit(request, call.peer, options)
  if (!session.ok) {
    call.end(session.error)
    return
  }
  clearTimeout(state.helloTimer)
  state.helloTimer = undefined
  state.session = session.value
  const { connection } = session.value.attachment
  options.on({ kind: 'connected', connection, peer: call.peer.address })
  receive(state, session.value, request)
}

function admit({ node = {} }: XdsRequest, peer: Peer, options: AdsStreamOptions): Result<Session, GrpcStatus> {
  if (!isJsonObject(node) || Object.keys(node).length === 0)
    return err(grpcStatus('INVALID_ARGUMENT', 'the first request of a stream must have a node'))
  const attached = options.connect(node, peer)
  if (!attached.ok) return attached
  const attachment = attached.value
  // Envoy lists hundreds of extensions: read by now, and more than all else that a stream holds.
  const { extensions: _, ...kept } = node
  const delivery = options.createDelivery(attachment.source)
  return ok({ attachment, node: kept, delivery, connectedAt: options.now() })
}

function receive(state: State, session: Session, request: XdsRequest): void {
  const { call, options } = state
  const { attachment, delivery } = session
  const { connection } = attachment
  if (request.type === HEALTH) {
    attachment.report?.(request.type, request.error)
    return
  }
  const received = delivery.receive(request)
  if (received.kind === 'limit') {
    call.end(grpcStatus('RESOURCE_EXHAUSTED', received.message))
    return
  }
  if (received.kind === 'stale') options.on({ kind: 'stale-nonce', connection, type: request.type })
  else if (received.kind === 'refused') {
    const at = options.now()
    state.refusedAt.set(received.refusal, at)
    options.on({ kind: 'nack', connection, type: request.type, nack: { ...received.refusal, at } })
  }
  // Most requests acknowledge the last that was sent, and there it ends.
  if (state.holdTimer !== undefined || !settle(state, session)) options.wake()
}

function pushTo(state: State, { revision, toldBefore, dueAt }: Push): boolean {
  if (state.session === undefined) return false
  const { delivery } = state.session
  // Pushes since then were none of its concern.
  if (state.settled === delivery.target() && !state.hasNews) state.settled = Math.max(state.settled, toldBefore)
  delivery.pushTo(revision)
  state.dueAt ??= dueAt
  return true
}

function pump(state: State): void {
  const { session, call } = state
  if (session === undefined) return
  let hasSent = false
  while (call.isWritable()) {
    const outgoing = session.delivery.next()
    if (outgoing === undefined) break
    send(state, session, outgoing)
    hasSent = true
  }
  state.dueAt = undefined
  timeHold(state, session, hasSent)
  settle(state, session)
}

/** The client's time begins with what it was sent last: what is left of an earlier hold would let routes out too early. */
function timeHold(state: State, { delivery }: Session, hasSent: boolean): void {
  const isHolding = delivery.isHolding()
  if (state.holdTimer !== undefined && (hasSent || !isHolding)) {
    clearTimeout(state.holdTimer)
    state.holdTimer = undefined
  }
  if (isHolding) state.holdTimer ??= setTimeout(releaseHold, HOLD_MS, state).unref()
}

function releaseHold(state: State): void {
  state.holdTimer = undefined
  state.session?.delivery.release()
  state.options.wake()
}

/** Gives whether there is nothing to do for this client until something changes or it asks. */
function settle(state: State, { attachment: { connection }, delivery }: Session): boolean {
  if (!delivery.isQuiet()) return false
  const { settled, options } = state
  const revision = delivery.target()
  // What came with the connection is no change that took its time.
  if (state.hasNews && settled !== undefined && settled !== revision)
    options.on({ kind: 'settled', connection, since: settled, revision })
  state.settled = revision
  state.hasNews = false
  return true
}

function send(state: State, { attachment: { connection } }: Session, outgoing: Outgoing): void {
  const { call, options, dueAt } = state
  const { type, bytes, resources, removed } = outgoing
  const isTaken = call.write(outgoing)
  if (!isTaken) {
    if (state.unsent === 0) state.unsentSince = performance.now()
    setUnsent(state, state.unsent + bytes)
  }
  const queuedMs = dueAt === undefined ? undefined : performance.now() - dueAt
  state.dueAt = undefined
  state.hasNews = true
  state.awaited = outgoing.ack
  options.on({ kind: 'sent', connection, type, resources, removed, bytes, queuedMs, isTaken })
}

function setUnsent(state: State, bytes: number): void {
  if (bytes !== state.unsent) state.options.bufferedBy(bytes - state.unsent)
  state.unsent = bytes
}

function taken(state: State): void {
  const { session, options, unsent } = state
  setUnsent(state, 0)
  if (session === undefined || unsent === 0) return
  const waitedMs = performance.now() - state.unsentSince
  options.on({ kind: 'accepted', connection: session.attachment.connection, waitedMs })
}

function closed(state: State, status: GrpcStatus): void {
  const { call, options, session } = state
  setUnsent(state, 0)
  clearTimeout(state.holdTimer)
  clearTimeout(state.helloTimer)
  options.closed(session?.attachment.source)
  const peer = call.peer.address
  if (session === undefined) {
    options.on({ kind: 'rejected', peer, status })
    return
  }
  state.session = undefined
  session.attachment.release()
  options.on({ kind: 'disconnected', connection: session.attachment.connection, peer, status })
}

function statusOf(state: State, told: SourceRevision): StreamStatus | undefined {
  const { session, call, options, refusedAt } = state
  if (session === undefined) return undefined
  const isSettled = settle(state, session)
  const { attachment, node, delivery, connectedAt } = session
  const types = delivery.subscriptions().map(each => typeStatus(each, refusal => refusedAt.get(refusal) ?? 0))
  const { connection } = attachment
  return {
    connection,
    node,
    peer: call.peer,
    protocol: options.protocol,
    connectedAt,
    revision: Math.max(state.settled ?? 0, isSettled ? told : 0),
    types,
  }
}
