import { once } from 'node:events'
import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { answerStatus, type OpenCall, openStreamCall, openUnaryCall } from './call.js'
import { watchConnection } from './connection.js'
import { createRateGate } from './rate.js'
import { grpcStatus } from './status.js'
import type { GrpcEvent, GrpcLimits, GrpcServer, GrpcServerOptions, GrpcStatus, Method, Peer } from './types.js'

/** The reference's defaults, and for connections what file descriptors allow by default on most systems. */
export const GRPC_LIMITS: GrpcLimits = {
  maxMessageBytes: 4 * 1024 * 1024,
  maxConnections: 10_000,
  maxStreams: 20_000,
  maxStreamsPerConnection: 1000,
  maxStreamsPerSecond: 0,
}
/** How long a new stream waits where they are limited by the second, as the reference has it, in ms. */
const MAX_STREAM_WAIT = 1000
/** Headers of a request, in bytes: a token of a service account has about 1,500. */
const MAX_HEADER_BYTES = 32 * 1024
/** MiB that one connection may hold before it is refused new streams; Node's default of 10 is less than one large response. */
const SESSION_MEMORY = 256
/** Enough for a request of the largest size to come without waiting for a window update. */
const RECEIVE_WINDOW = 1024 * 1024

/** gRPC over node:http2. docs/adr/0008-grpc-stack.md says why. */
export function createGrpcServer(options: GrpcServerOptions = {}): GrpcServer {
  const limits: GrpcLimits = { ...GRPC_LIMITS, ...options.limits }
  const emit = options.on ?? (() => {})
  const methods = new Map<string, Method>()
  const sessions = new Set<ServerHttp2Session>()
  const calls = new Set<OpenCall>()
  const sockets = new Set<Socket>()
  const http = createHttp(options, limits)
  const { maxStreamsPerSecond: rate } = limits
  const gate = rate > 0 ? createRateGate(rate, MAX_STREAM_WAIT) : undefined
  /** Streams that are there, and not open yet. */
  const inLine = new Set<ServerHttp2Stream>()

  http.on('connection', (socket: Socket) => {
    if (sockets.size >= limits.maxConnections) {
      emit({ kind: 'connection-refused', peer: peerAddress(socket), reason: `${limits.maxConnections} are open` })
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  http.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    watchConnection(session, options, () =>
      endCallsOf(session, grpcStatus('UNAVAILABLE', 'the connection is old: reconnect')),
    )
  })
  http.on('sessionError', (error: Error, session: ServerHttp2Session | undefined) => {
    emit({ kind: 'connection-broken', peer: sessionPeer(session), reason: error.message })
    session?.destroy()
  })
  http.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    emit({ kind: 'connection-broken', peer: peerAddress(socket), reason: error.message })
  })
  http.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {})
    const refusal = refuse(stream, headers)
    if (refusal !== undefined) answerStatus(stream, refusal)
  })

  const callSession = new WeakMap<OpenCall, ServerHttp2Session>()
  function endCallsOf(session: ServerHttp2Session, status: GrpcStatus): void {
    for (const call of calls) if (callSession.get(call) === session) call.end(status)
  }

  /** Opens the call, or says why not. Answers that are not gRPC's own are given here. */
  function refuse(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): GrpcStatus | undefined {
    const path = headers[':path'] ?? ''
    if (!/^application\/grpc(\+proto)?($|;)/.test(headers['content-type'] ?? '') || headers[':method'] !== 'POST') {
      stream.respond({ ':status': headers[':method'] === 'POST' ? 415 : 405 }, { endStream: true })
      stream.close(constants.NGHTTP2_NO_ERROR)
      return undefined
    }
    const method = methods.get(path)
    if (method === undefined) return grpcStatus('UNIMPLEMENTED', `there is no method ${path}`)
    if (calls.size + inLine.size >= limits.maxStreams) {
      return grpcStatus('RESOURCE_EXHAUSTED', `${limits.maxStreams} streams are open`)
    }
    const wait = gate?.enter(performance.now()) ?? (gate === undefined ? 0 : undefined)
    if (wait === undefined) {
      return grpcStatus('RESOURCE_EXHAUSTED', `more than ${rate} new streams a second: try again later`)
    }
    if (wait <= 0) openCall(method, path, stream, headers)
    else openLater(wait, stream, () => openCall(method, path, stream, headers))
    return undefined
  }

  /** Nothing is read of a stream that waits. */
  function openLater(wait: number, stream: ServerHttp2Stream, open: () => void): void {
    inLine.add(stream)
    const leave = (): boolean => inLine.delete(stream)
    const timer = setTimeout(() => leave() && !stream.destroyed && open(), wait).unref()
    stream.once('close', () => {
      clearTimeout(timer)
      leave()
    })
  }

  function openCall(method: Method, path: string, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const peer = peerOf(stream, headers)
    let call: OpenCall | undefined
    let isEnded = false
    const opening = {
      stream,
      headers,
      peer,
      maxMessageBytes: limits.maxMessageBytes,
      ended: (status: GrpcStatus) => {
        isEnded = true
        if (call !== undefined) calls.delete(call)
        if (status.code !== 'OK' && status.code !== 'CANCELLED') {
          emit({ kind: 'call-failed', peer: peer.address, method: path, status })
        }
      },
      broken: (error: unknown) => emit({ kind: 'internal', method: path, error }),
    }
    call = method.kind === 'stream' ? openStreamCall(method, opening) : openUnaryCall(method, opening)
    if (isEnded) return
    calls.add(call)
    if (stream.session !== undefined) callSession.set(call, stream.session as ServerHttp2Session)
  }

  async function close(graceMs = 1000): Promise<void> {
    const closed = http.listening ? once(http, 'close') : Promise.resolve()
    http.close()
    for (const call of calls) call.end(grpcStatus('UNAVAILABLE', 'the server is shutting down'))
    for (const session of sessions) session.close()
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy()
      for (const socket of sockets) socket.destroy()
    }, graceMs)
    await closed
    clearTimeout(timer)
  }

  return {
    add: (path, method) => void methods.set(path, method),
    listen: address => listen(http, address),
    http,
    stats: () => ({ connections: sockets.size, streams: calls.size + inLine.size }),
    close,
  }
}

function createHttp({ tls }: GrpcServerOptions, limits: GrpcLimits): Http2Server | Http2SecureServer {
  const shared = {
    maxSessionMemory: SESSION_MEMORY,
    settings: {
      maxConcurrentStreams: limits.maxStreamsPerConnection,
      maxHeaderListSize: MAX_HEADER_BYTES,
      initialWindowSize: RECEIVE_WINDOW,
      enablePush: false,
    },
  }
  return tls === undefined ? createServer(shared) : createSecureServer({ ...tls, ...shared, allowHTTP1: false })
}

async function listen(
  http: Http2Server | Http2SecureServer,
  address: Parameters<GrpcServer['listen']>[0],
): Promise<{ readonly host: string; readonly port: number }> {
  http.listen(address)
  await once(http, 'listening')
  const bound = http.address() as AddressInfo | string | null
  return bound === null || typeof bound === 'string'
    ? { host: bound ?? '', port: 0 }
    : { host: bound.address, port: bound.port }
}

function peerOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Peer {
  const socket = stream.session?.socket
  const metadata = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':') && value !== undefined)
      metadata.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const address = socket === undefined ? 'unknown' : peerAddress(socket)
  const certificate = verifiedCertificate(socket)
  return certificate === undefined ? { address, metadata } : { address, metadata, certificate }
}

function verifiedCertificate(socket: unknown): Uint8Array | undefined {
  const isVerified = socket instanceof TLSSocket && socket.authorized
  return isVerified ? socket.getPeerX509Certificate()?.raw : undefined
}

function peerAddress({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  if (remoteAddress === undefined) return 'unknown'
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}

function sessionPeer(session: ServerHttp2Session | undefined): string {
  try {
    return session === undefined ? 'unknown' : peerAddress(session.socket)
  } catch {
    // The session let go of its socket already.
    return 'unknown'
  }
}

export type { GrpcEvent }
