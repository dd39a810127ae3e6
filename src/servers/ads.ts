import type { JsonObject } from '../lang/json.js'
import type { Result } from '../lang/result.js'
import {
  ADS_TYPES,
  createBodyCache,
  createSchedule,
  createStream,
  DEBOUNCE,
  type DebounceSettings,
  type ResourceSource,
  type Scope,
  type SourceRevision,
  type TypeRule,
  type TypeUrl,
} from '../xds/delivery/index.js'
import type { Nack, StreamStatus } from './ads-status.js'
import { type AdsStream, openAdsStream } from './ads-stream.js'
import { grpcStatus } from './grpc/status.js'
import type { GrpcServer, GrpcStatus, Peer } from './grpc/types.js'
import { registerXds, type XdsService } from './xds-services.js'

/** What a client says of itself in the first request of a stream. */
export interface Hello {
  /** The Node in proto3 JSON (lowerCamelCase). */
  readonly node: JsonObject
  readonly peer: Peer
  readonly protocol: 'sotw' | 'delta'
  readonly service: XdsService
}

/** A proxy that was let in, and what it may be told. */
export interface Attachment {
  /** Unique; shown in status and logs, such as `sleep-abc.default-17`. */
  readonly connection: string
  readonly source: ResourceSource
  /** The stream is over: let go of the view. Called exactly once. */
  release(): void
  /** A request of a type that is only reported (health). */
  report?(type: TypeUrl, error: string | undefined): void
}

export interface AdsOptions {
  /** Called once per stream, with its first request. An error ends the stream with that status. */
  connect(hello: Hello): Result<Attachment, GrpcStatus>
  readonly types?: readonly TypeRule[]
  readonly debounce?: Partial<DebounceSettings>
  /** Clock in ms, for status alone: what waits is timed by one that nobody sets. */
  now(): number
  /** Comes before the revision in `version_info`, so that versions of two runs differ. */
  readonly versionPrefix?: string
  readonly on?: (event: AdsEvent) => void
}

export type AdsEvent =
  | { readonly kind: 'connected'; readonly connection: string; readonly peer: string }
  | { readonly kind: 'disconnected'; readonly connection: string; readonly peer: string; readonly status: GrpcStatus }
  /** Ended before it was let in. */
  | { readonly kind: 'rejected'; readonly peer: string; readonly status: GrpcStatus }
  | {
      readonly kind: 'sent'
      readonly connection: string
      readonly type: TypeUrl
      readonly resources: number
      readonly removed: number
      readonly bytes: number
    }
  | { readonly kind: 'nack'; readonly connection: string; readonly type: TypeUrl; readonly nack: Nack }
  | { readonly kind: 'stale-nonce'; readonly connection: string; readonly type: TypeUrl }
  /** A push begins, this long after it was due. */
  | { readonly kind: 'dequeued'; readonly connection: string; readonly waitedMs: number }
  /** The network took what was sent, this long after it was written. */
  | { readonly kind: 'accepted'; readonly connection: string; readonly waitedMs: number }
  /** A bug: the stream ends, and nothing else. */
  | { readonly kind: 'internal'; readonly connection: string; readonly error: unknown }
  /** Everything up to this revision is sent and answered. */
  | { readonly kind: 'settled'; readonly connection: string; readonly revision: SourceRevision }

export interface AdsServer {
  /** Adds the methods of these services (default: ADS alone) to a gRPC server. */
  register(server: GrpcServer, services?: readonly XdsService[]): void
  /** Sources changed: push, after the debounce. `endpoints`: nothing but endpoints did. */
  changed(revision: SourceRevision, scope?: Scope): void
  streams(): readonly StreamStatus[]
  /** Ends a stream (force_disconnect); false: there is none of that name. */
  disconnect(connection: string): boolean
  /** Ends all streams with UNAVAILABLE, and all timers. */
  close(): void
}

/** How long one turn of the event loop may be spent on pushing, in ms: other requests are answered in between. */
const SLICE_MS = 8
/** Bytes handed to connections that have not taken them: beyond it no more is encoded, for anyone, until some do. */
const MAX_BUFFERED = 128 * 1024 * 1024
/** How long the bodies that streams share are kept once nobody asks for them, in ms. */
const BODIES_MS = 1000

/** xDS over gRPC: owns streams, timers and the order in which streams are served; what is sent is decided in xds/delivery. */
export function createAdsServer(options: AdsOptions): AdsServer {
  const streams = new Set<AdsStream>()
  /** Streams that may have something to send. A stream that gives way goes to the end. */
  const waiting = new Set<AdsStream>()
  const schedule = createSchedule({ ...DEBOUNCE, ...options.debounce })
  const bodies = createBodyCache()
  let buffered = 0
  let latest = 0
  let turn: NodeJS.Immediate | undefined
  let pushTimer: NodeJS.Timeout | undefined
  let bodyTimer: NodeJS.Timeout | undefined
  let isClosed = false

  function wake(stream: AdsStream): void {
    waiting.add(stream)
    if (!isClosed) turn ??= setImmediate(serve)
  }

  function serve(): void {
    turn = undefined
    const until = performance.now() + SLICE_MS
    for (const stream of waiting) {
      if (buffered >= MAX_BUFFERED) return // `bufferedBy` comes back when something drained
      waiting.delete(stream)
      pump(stream)
      if (performance.now() >= until) break
    }
    if (waiting.size > 0) turn = setImmediate(serve)
    else if (bodies.bytes > 0) bodyTimer ??= setTimeout(dropBodies, BODIES_MS).unref()
  }

  function pump(stream: AdsStream): void {
    try {
      stream.pump()
    } catch (error) {
      options.on?.({ kind: 'internal', connection: stream.connection ?? '', error })
      stream.end(grpcStatus('INTERNAL', 'internal error'))
    }
  }

  function dropBodies(): void {
    bodyTimer = undefined
    bodies.clear()
  }

  function bufferedBy(bytes: number): void {
    const wasFull = buffered >= MAX_BUFFERED
    buffered += bytes
    if (wasFull && buffered < MAX_BUFFERED && waiting.size > 0 && !isClosed) turn ??= setImmediate(serve)
  }

  function changed(revision: SourceRevision, scope: Scope = 'full'): void {
    latest = Math.max(latest, revision)
    waitUntil(schedule.changed(performance.now(), scope))
  }

  function waitUntil(at: number): void {
    clearTimeout(pushTimer)
    const delay = at - performance.now()
    if (delay <= 0) pushIfDue()
    else pushTimer = setTimeout(pushIfDue, Math.ceil(delay)).unref()
  }

  function pushIfDue(): void {
    const { isDue, at } = schedule.due(performance.now())
    if (isDue) {
      for (const stream of streams) if (stream.pushTo(latest)) wake(stream)
    } else if (at !== undefined) waitUntil(at)
  }

  function register(server: GrpcServer, services: readonly XdsService[] = ['ads']): void {
    for (const service of services) {
      registerXds(server, service, (call, protocol) => {
        const stream = openAdsStream(call, {
          connect: (node, peer) => options.connect({ node, peer, protocol, service }),
          createDelivery: source =>
            createStream({
              protocol,
              source,
              rules: options.types ?? ADS_TYPES,
              bodies,
              versionPrefix: options.versionPrefix ?? '',
            }),
          protocol,
          now: options.now,
          on: options.on ?? (() => {}),
          wake: () => wake(stream),
          bufferedBy,
          closed: () => {
            streams.delete(stream)
            waiting.delete(stream)
          },
        })
        streams.add(stream)
        return stream
      })
    }
  }

  return {
    register,
    changed,
    streams: () => [...streams].flatMap(stream => stream.status() ?? []),
    disconnect: connection => {
      const stream = [...streams].find(stream => stream.connection === connection)
      stream?.end(grpcStatus('UNAVAILABLE', 'disconnected by an operator'))
      return stream !== undefined
    },
    close: () => {
      isClosed = true
      clearTimeout(pushTimer)
      clearTimeout(bodyTimer)
      if (turn !== undefined) clearImmediate(turn)
      for (const stream of streams) stream.end(grpcStatus('UNAVAILABLE', 'the server is shutting down'))
    },
  }
}

export type { Nack, StreamStatus, TypeStatus } from './ads-status.js'
