import type { Http2SecureServer, Http2Server, SecureServerOptions } from 'node:http2'

export interface GrpcStatus {
  readonly code: GrpcCode
  readonly message: string
}

/** The status codes of gRPC by name; the numbers are the wire's. */
export const GRPC_CODES = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const
export type GrpcCode = keyof typeof GRPC_CODES

/** Who is at the other end. */
export interface Peer {
  /** `address:port`. */
  readonly address: string
  /** DER of the client certificate that the TLS layer verified; absent: none, or plaintext. */
  readonly certificate?: Uint8Array
  /** Request metadata (HTTP/2 headers), lower-case names; `-bin` values as they came. */
  readonly metadata: ReadonlyMap<string, string>
}

/** One message in, one out. An error value becomes the call's status; a throw becomes INTERNAL. */
export interface UnaryMethod {
  readonly kind: 'unary'
  handle(request: Uint8Array, call: UnaryCall): Promise<Uint8Array | GrpcStatus> | Uint8Array | GrpcStatus
}

export interface UnaryCall {
  readonly peer: Peer
  /** Aborted when the client goes or its deadline passes. */
  readonly signal: AbortSignal
}

/** Messages both ways for as long as both like. */
export interface StreamMethod {
  readonly kind: 'stream'
  open(call: StreamCall): StreamHandler
}

export interface StreamHandler {
  /** Whole messages, in order. The bytes are the handler's to keep. */
  message(bytes: Uint8Array): void
  /** The client will send no more; normally the answer is `call.end({code: 'OK', message: ''})`. */
  halfClosed(): void
  /** What was written has drained: more may be sent. */
  writable(): void
  /** Called exactly once, whoever ended the call and why; nothing is called after it. */
  closed(status: GrpcStatus): void
}

/** What is sent: parts, one after the other. One message may be written to many calls: it is framed once. */
export interface Message {
  readonly parts: readonly Uint8Array[]
  /** Written by the first call: head and parts in one piece, where they are small. */
  framed?: Uint8Array
}

/** Asked for each message, so nothing of it is a getter: see `DeliveryStream` of src/xds/delivery. */
export interface StreamCall {
  readonly peer: Peer
  /** False: it is buffered, and `writable` will be called. */
  write(message: Message): boolean
  isWritable(): boolean
  end(status: GrpcStatus): void
}

export type Method = UnaryMethod | StreamMethod

export interface GrpcLimits {
  readonly maxMessageBytes: number
  readonly maxConnections: number
  readonly maxStreams: number
  readonly maxStreamsPerConnection: number
  /** New streams a second, over all connections; what comes faster waits for at most a second. 0: no limit. */
  readonly maxStreamsPerSecond: number
}

export type GrpcEvent =
  | { readonly kind: 'connection-refused'; readonly peer: string; readonly reason: string }
  | { readonly kind: 'connection-broken'; readonly peer: string; readonly reason: string }
  | { readonly kind: 'call-failed'; readonly peer: string; readonly method: string; readonly status: GrpcStatus }
  /** A handler threw: a bug. */
  | { readonly kind: 'internal'; readonly method: string; readonly error: unknown }

export interface GrpcServerOptions {
  readonly limits?: Partial<GrpcLimits>
  /** TLS as node:http2 takes it; absent: plaintext. */
  readonly tls?: SecureServerOptions
  /** Ping each connection this often, close it when no answer comes within the timeout. */
  readonly keepalive?: { readonly intervalMs: number; readonly timeoutMs: number }
  /** Ask a connection to go away (GOAWAY) after this long, give or take a tenth; absent: never. */
  readonly maxConnectionAgeMs?: number
  /** Without any call a connection is closed after this long; default 15 s. */
  readonly connectionIdleMs?: number
  /** Of one that is old the calls have this long to end by themselves; default 10 s. */
  readonly connectionGraceMs?: number
  /** A call that was ended is reset after this long if the client has not read what it was sent; default 5 s. */
  readonly endGraceMs?: number
  readonly on?: (event: GrpcEvent) => void
}

export interface GrpcServer {
  /** `/package.Service/Method`. Before `listen` or after. */
  add(path: string, method: Method): void
  listen(
    address: { readonly host: string; readonly port: number } | { readonly path: string },
  ): Promise<{ readonly host: string; readonly port: number }>
  /** The HTTP server, where one port serves more than gRPC. */
  readonly http: Http2Server | Http2SecureServer
  stats(): { readonly connections: number; readonly streams: number }
  /** Refuses new connections, ends all calls with UNAVAILABLE, waits at most `graceMs`. */
  close(graceMs?: number): Promise<void>
}
