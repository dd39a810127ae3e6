import { once } from 'node:events'
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Calls, createCalls } from './calls.js'
import { watchConnection } from './connection.js'
import { peerAddress, sessionPeer } from './peer.js'
import { grpcStatus } from './status.js'
import type { GrpcEvent, GrpcLimits, GrpcServer, GrpcServerOptions } from './types.js'

/** The reference's defaults, and for connections what file descriptors allow by default on most systems. */
export const GRPC_LIMITS: GrpcLimits = {
  maxMessageBytes: 4 * 1024 * 1024,
  maxConnections: 10_000,
  maxStreams: 20_000,
  maxStreamsPerConnection: 1000,
  maxStreamsPerSecond: 0,
}
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
  const http = createHttp(options, limits)
  const calls = createCalls(limits, emit, options.endGraceMs)
  const sockets = acceptSockets(http, limits, emit)
  const sessions = new Set<ServerHttp2Session>()
  http.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    watchConnection(session, options, () =>
      calls.end(grpcStatus('UNAVAILABLE', 'the connection is old: reconnect'), session),
    )
  })
  http.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {})
    calls.begin(stream, headers)
  })
  reportBroken(http, emit)
  return {
    add: (path, method) => void calls.methods.set(path, method),
    listen: address => listen(http, address),
    http,
    stats: () => ({ connections: sockets.size, streams: calls.size }),
    close: (graceMs = 1000) => close({ http, calls, sessions, sockets }, graceMs),
  }
}

/** The sockets that are open; those beyond the limit are closed at once. */
function acceptSockets(http: Http, limits: GrpcLimits, emit: (event: GrpcEvent) => void): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  http.on('connection', (socket: Socket) => {
    if (sockets.size >= limits.maxConnections) {
      emit({ kind: 'connection-refused', peer: peerAddress(socket), reason: `${limits.maxConnections} are open` })
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return sockets
}

function reportBroken(http: Http, emit: (event: GrpcEvent) => void): void {
  http.on('sessionError', (error: Error, session: ServerHttp2Session | undefined) => {
    emit({ kind: 'connection-broken', peer: sessionPeer(session), reason: error.message })
    session?.destroy()
  })
  http.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    emit({ kind: 'connection-broken', peer: peerAddress(socket), reason: error.message })
  })
}

interface Open {
  readonly http: Http
  readonly calls: Calls
  readonly sessions: ReadonlySet<ServerHttp2Session>
  readonly sockets: ReadonlySet<Socket>
}

async function close({ http, calls, sessions, sockets }: Open, graceMs: number): Promise<void> {
  const closed = http.listening ? once(http, 'close') : Promise.resolve()
  http.close()
  calls.end(grpcStatus('UNAVAILABLE', 'the server is shutting down'))
  for (const session of sessions) session.close()
  const timer = setTimeout(() => {
    for (const session of sessions) session.destroy()
    for (const socket of sockets) socket.destroy()
  }, graceMs)
  await closed
  clearTimeout(timer)
}

type Http = Http2Server | Http2SecureServer

function createHttp({ tls }: GrpcServerOptions, limits: GrpcLimits): Http {
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
  http: Http,
  address: Parameters<GrpcServer['listen']>[0],
): Promise<{ readonly host: string; readonly port: number }> {
  http.listen(address)
  await once(http, 'listening')
  const bound = http.address() as AddressInfo | string | null
  return bound === null || typeof bound === 'string'
    ? { host: bound ?? '', port: 0 }
    : { host: bound.address, port: bound.port }
}
