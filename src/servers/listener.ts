import { createServer, type Server as HttpServer } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { err, ok, type Result } from '../lang/result.js'
import { type Address, formatAddress } from './address.js'
import type { NodeHandler, NodeRequest } from './router.js'

/** PEM texts as TLS takes them; `cert` may hold a chain, leaf first. */
export interface KeyPair {
  readonly key: string
  readonly cert: string
}

export interface Listener {
  /** What was really bound, so never port 0. */
  readonly address: Address
  /** Stops accepting at once, lets requests in flight finish for at most `graceMs`, then cuts what is left. */
  readonly stop: (graceMs: number) => Promise<void>
}

export interface SecureListener extends Listener {
  /** New handshakes get this pair from now on; open connections keep theirs. */
  readonly useKeyPair: (pair: KeyPair) => void
}

/** A client that does not finish its TLS handshake or its headers by then is not one of ours. */
const HANDSHAKE_TIME_MS = 10_000
/** Longer than the 90 s after which Go's clients (the API server) drop an idle connection, so that they are the ones to close it. */
const IDLE_TIME_MS = 120_000
/** Go's own default for HTTP/2; without a bound one connection could hold any number of half-sent bodies. */
const STREAMS_PER_CONNECTION = 250
const TLS_MINIMUM = 'TLSv1.2'

export function listenPlain(handler: NodeHandler, address: Address): Promise<Result<Listener, string>> {
  const server = createServer({ connectionsCheckingInterval: HANDSHAKE_TIME_MS / 2 }, handler)
  limitTimes(server)
  const connections = trackConnections(server)
  server.on('connection', (socket: Socket) => trackHttp1(connections, socket))
  return bind(server, address, graceMs => stopServer(server, connections, graceMs))
}

/** HTTP/2 and HTTP/1.1 on one port, chosen in the TLS handshake: the API server speaks the first, curl and probes either. */
export async function listenSecure(
  handler: NodeHandler,
  address: Address,
  pair: KeyPair,
): Promise<Result<SecureListener, string>> {
  const server = createSecureServer(
    {
      ...pair,
      allowHTTP1: true,
      minVersion: TLS_MINIMUM,
      handshakeTimeout: HANDSHAKE_TIME_MS,
      settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION },
    },
    handler,
  )
  limitTimes(server as unknown as TimedServer)
  // A handshake that fails is the client's affair; unheard it would end the process.
  server.on('tlsClientError', () => {})
  server.on('sessionError', () => {})
  const connections = trackConnections(server)
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') trackHttp1(connections, socket)
  })
  const bound = await bind(server, address, graceMs => stopServer(server, connections, graceMs))
  if (!bound.ok) return bound
  return ok({ ...bound.value, useKeyPair: next => server.setSecureContext({ ...next, minVersion: TLS_MINIMUM }) })
}

type AnyServer = HttpServer | Http2SecureServer

/** node:http2's typings leave out what a server with `allowHTTP1` shares with node:http's. */
interface TimedServer {
  headersTimeout: number
  requestTimeout: number
  keepAliveTimeout: number
}

function limitTimes(server: TimedServer): void {
  server.headersTimeout = HANDSHAKE_TIME_MS
  server.requestTimeout = 3 * HANDSHAKE_TIME_MS
  server.keepAliveTimeout = IDLE_TIME_MS
}

function bind(
  server: AnyServer,
  address: Address,
  stop: (graceMs: number) => Promise<void>,
): Promise<Result<Listener, string>> {
  return new Promise(resolve => {
    const refuse = (error: NodeJS.ErrnoException): void => resolve(err(reasonOf(error, address)))
    server.once('error', refuse)
    const options = address.host === '' ? { port: address.port } : { host: address.host, port: address.port }
    server.listen(options, () => {
      server.off('error', refuse)
      server.on('error', () => {})
      const { address: host, port } = server.address() as AddressInfo
      resolve(ok({ address: { host, port }, stop }))
    })
  })
}

/** Why an address cannot be listened on, in the words that a user can act on. */
export function reasonOf({ code, message }: NodeJS.ErrnoException, address: Address): string {
  const where = formatAddress(address)
  if (code === 'EADDRINUSE') return `${where} is in use by another process`
  if (code === 'EACCES') return `no permission to listen on ${where} (ports below 1024 need a privilege)`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${where} is not an address of this machine`
  return `cannot listen on ${where}: ${message}`
}

interface Connections {
  /** Every TCP connection, to cut what is left in the end; one that never finishes its handshake is in no other set. */
  readonly all: Set<Socket>
  /** HTTP/1.1 connections with the number of requests that each is waiting for. */
  readonly http1: Map<Socket, number>
  readonly http2: Set<ServerHttp2Session>
}

function trackConnections(server: AnyServer): Connections {
  const connections: Connections = { all: new Set(), http1: new Map(), http2: new Set() }
  server.on('connection', (socket: Socket) => {
    connections.all.add(socket)
    socket.once('close', () => connections.all.delete(socket))
  })
  server.on('session', (session: ServerHttp2Session) => {
    connections.http2.add(session)
    session.once('close', () => connections.http2.delete(session))
    session.setTimeout(IDLE_TIME_MS, () => session.close())
  })
  server.on('request', (request: NodeRequest, response: NodeJS.EventEmitter) => {
    if (request.httpVersionMajor === 1) trackRequest(connections, request, response)
  })
  return connections
}

/** Follows one HTTP/1.1 connection: below TLS it is the raw socket, else the TLS one; requests name the same object. */
function trackHttp1({ http1 }: Connections, socket: Socket): void {
  http1.set(socket, 0)
  socket.once('close', () => http1.delete(socket))
  socket.on('error', () => {})
}

function trackRequest({ http1 }: Connections, request: NodeRequest, response: NodeJS.EventEmitter): void {
  const { socket } = request
  const waiting = http1.get(socket)
  if (waiting === undefined) return
  http1.set(socket, waiting + 1)
  response.once('close', () => {
    const left = http1.get(socket)
    if (left !== undefined) http1.set(socket, left - 1)
  })
}

/** Requests in flight end by themselves: the router closes their connection after the answer, HTTP/2 sessions by their own rules. */
function stopServer(server: AnyServer, connections: Connections, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    const cut = setTimeout(() => {
      for (const session of connections.http2) session.destroy()
      for (const socket of connections.all) socket.destroy()
    }, graceMs)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    for (const session of connections.http2) session.close()
    for (const [socket, waiting] of connections.http1) if (waiting === 0) socket.destroy()
  })
}
