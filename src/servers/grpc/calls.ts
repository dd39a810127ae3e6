import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { answerStatus, type CallOptions, type OpenCall, openStreamCall, openUnaryCall } from './call.js'
import { peerOf } from './peer.js'
import { createRateGate, type RateGate } from './rate.js'
import { grpcStatus, parseTimeout } from './status.js'
import type { GrpcEvent, GrpcLimits, GrpcStatus, Method } from './types.js'

/** The calls of a server: which may begin, which are there, and how all of them end. */
export interface Calls {
  readonly methods: Map<string, Method>
  /** A stream has come: it becomes a call, or is answered why not. */
  begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void
  /** Streams that are calls, or wait to be. */
  readonly size: number
  /** All calls, or those of one connection. */
  end(status: GrpcStatus, session?: ServerHttp2Session): void
}

/** How long a new stream waits where they are limited by the second, as the reference has it, in ms. */
const MAX_STREAM_WAIT = 1000

/** For the last message and the status to reach a client that is slow, in ms. */
const END_GRACE_MS = 5000

interface State {
  readonly limits: GrpcLimits
  readonly endGraceMs: number
  readonly emit: (event: GrpcEvent) => void
  readonly methods: Map<string, Method>
  /** Those of each connection, so that its end looks at no other's. */
  readonly open: Map<ServerHttp2Session | undefined, Set<OpenCall>>
  count: number
  readonly gate: RateGate | undefined
  /** Streams that are there, and not open yet. */
  readonly inLine: Set<ServerHttp2Stream>
}

export function createCalls(
  limits: GrpcLimits,
  emit: (event: GrpcEvent) => void,
  endGraceMs: number = END_GRACE_MS,
): Calls {
  const { maxStreamsPerSecond: rate } = limits
  const gate = rate > 0 ? createRateGate(rate, MAX_STREAM_WAIT) : undefined
  const state: State = {
    limits,
    endGraceMs,
    emit,
    methods: new Map(),
    open: new Map(),
    count: 0,
    gate,
    inLine: new Set(),
  }
  return {
    methods: state.methods,
    begin: (stream, headers) => {
      const refusal = begin(state, stream, headers)
      if (refusal !== undefined) answerStatus(stream, refusal)
    },
    get size() {
      return state.count + state.inLine.size
    },
    end: (status, session) => {
      const ended = session === undefined ? [...state.open.values()] : [state.open.get(session) ?? []]
      for (const calls of ended) for (const call of [...calls]) call.end(status)
    },
  }
}

/** Opens the call, or says why not. Answers that are not gRPC's own are given here. */
function begin(state: State, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): GrpcStatus | undefined {
  const status = statusOfOther(headers)
  if (status !== undefined) {
    stream.respond({ ':status': status }, { endStream: true })
    stream.close(constants.NGHTTP2_NO_ERROR)
    return undefined
  }
  const path = headers[':path'] ?? ''
  const method = state.methods.get(path)
  if (method === undefined) return grpcStatus('UNIMPLEMENTED', `there is no method ${path}`)
  const { maxStreams, maxStreamsPerSecond } = state.limits
  if (state.count + state.inLine.size >= maxStreams)
    return grpcStatus('RESOURCE_EXHAUSTED', `${maxStreams} streams are open`)
  const wait = state.gate === undefined ? 0 : state.gate.enter(performance.now())
  if (wait === undefined)
    return grpcStatus('RESOURCE_EXHAUSTED', `more than ${maxStreamsPerSecond} new streams a second: try again later`)
  const open = (): void => openCall(state, method, stream, headers)
  if (wait <= 0) open()
  else openLater(state, wait, stream, open)
  return undefined
}

/** The HTTP status for what is no gRPC; undefined: it is. */
function statusOfOther(headers: IncomingHttpHeaders): number | undefined {
  if (headers[':method'] !== 'POST') return 405
  return /^application\/grpc(\+proto)?($|;)/.test(headers['content-type'] ?? '') ? undefined : 415
}

/** Nothing is read of a stream that waits. */
function openLater({ inLine }: State, wait: number, stream: ServerHttp2Stream, open: () => void): void {
  inLine.add(stream)
  const timer = setTimeout(() => inLine.delete(stream) && !stream.destroyed && open(), wait).unref()
  stream.once('close', () => {
    clearTimeout(timer)
    inLine.delete(stream)
  })
}

function openCall(state: State, method: Method, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const session = stream.session as ServerHttp2Session | undefined
  const peer = peerOf(stream, headers)
  const path = headers[':path'] ?? ''
  const timeoutMs = parseTimeout(headers['grpc-timeout'])
  let call: OpenCall | undefined
  let isEnded = false
  const opening: CallOptions = {
    ...{ stream, peer, timeoutMs, maxMessageBytes: state.limits.maxMessageBytes },
    endGraceMs: state.endGraceMs,
    ended: status => {
      isEnded = true
      if (call !== undefined) remove(state, session, call)
      const isFailure = status.code !== 'OK' && status.code !== 'CANCELLED'
      if (isFailure) state.emit({ kind: 'call-failed', peer: peer.address, method: path, status })
    },
    broken: error => state.emit({ kind: 'internal', method: path, error }),
  }
  call = method.kind === 'stream' ? openStreamCall(method, opening) : openUnaryCall(method, opening)
  if (!isEnded) add(state, session, call)
}

function add(state: State, session: ServerHttp2Session | undefined, call: OpenCall): void {
  state.count++
  const calls = state.open.get(session)
  if (calls === undefined) state.open.set(session, new Set([call]))
  else calls.add(call)
}

function remove(state: State, session: ServerHttp2Session | undefined, call: OpenCall): void {
  state.count--
  const calls = state.open.get(session)
  calls?.delete(call)
  if (calls?.size === 0) state.open.delete(session)
}
