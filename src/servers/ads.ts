import type { JsonObject } from '../lang/json.js'
import type { Result } from '../lang/result.js'
import {
  ADS_TYPES,
  createMessageCache,
  createStream,
  DEBOUNCE,
  type DebounceSettings,
  type MessageCache,
  type Protocol,
  type ResourceSource,
  type Scope,
  type SourceRevision,
  type TypeRule,
  type TypeUrl,
} from '../xds/delivery/index.js'
import { type BacklogLimits, createBacklog } from './ads-backlog.js'
import { createPushTimer } from './ads-push-timer.js'
import { createRounds, type Push, type Rounds } from './ads-rounds.js'
import type { Nack, StreamStatus } from './ads-status.js'
import { type AdsStream, openAdsStream } from './ads-stream.js'
import { createTurns, type Turns } from './ads-turns.js'
import { grpcStatus } from './grpc/status.js'
import type { GrpcServer, GrpcStatus, Peer, StreamCall } from './grpc/types.js'
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
  /**
   * Whom a push concerns, in steps of sources that something may be new for; those that it does not give are not asked. One that
   * is not gone through to its end is as if it had not begun, but for those that it gave. Each stream has to have a source of its
   * own then. Absent: all are asked at each push.
   */
  news?(): Iterable<readonly ResourceSource[]>
  readonly types?: readonly TypeRule[]
  readonly debounce?: Partial<DebounceSettings>
  /** Clock in ms, for status alone: what waits is timed by one that nobody sets. */
  now(): number
  /** Comes before the revision in `version_info`, so that versions of two runs differ. */
  readonly versionPrefix?: string
  readonly limits?: Partial<BacklogLimits>
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
      /** The first message of a push: how long after it was due. */
      readonly queuedMs: number | undefined
      /** The network took it at once. Otherwise that is told as `accepted`. */
      readonly isTaken: boolean
    }
  | { readonly kind: 'nack'; readonly connection: string; readonly type: TypeUrl; readonly nack: Nack }
  | { readonly kind: 'stale-nonce'; readonly connection: string; readonly type: TypeUrl }
  /** The network took what had to wait, this long after it was written. */
  | { readonly kind: 'accepted'; readonly connection: string; readonly waitedMs: number }
  /** A bug: the stream ends, and nothing else. */
  | { readonly kind: 'internal'; readonly connection: string; readonly error: unknown }
  /** Something was sent after `since`, when all was answered before, and now everything up to `revision` is answered. */
  | {
      readonly kind: 'settled'
      readonly connection: string
      readonly since: SourceRevision
      readonly revision: SourceRevision
    }

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

/** How long the messages that streams share are kept once nobody asks for them, in ms. */
const MESSAGES_MS = 1000

/** What the streams of a server have in common. */
interface Shared {
  readonly options: AdsOptions
  readonly streams: Set<AdsStream>
  readonly rounds: Rounds
  /** Of clients that were let in, where news are of sources. */
  readonly bySource: Map<ResourceSource, AdsStream>
  /** Of streams that may have something to send. A stream that gives way goes to the end. */
  readonly turns: Turns<AdsStream>
  readonly messages: MessageCache
  bufferedBy(bytes: number): void
  stop(): void
}

/** xDS over gRPC: owns streams, timers and the order in which streams are served; what is sent is decided in xds/delivery. */
export function createAdsServer(options: AdsOptions): AdsServer {
  const shared = createShared(options)
  const { streams, rounds } = shared
  let latest = 0
  const pushes = createPushTimer({ ...DEBOUNCE, ...options.debounce }, () => rounds.begin(latest))
  return {
    register: (server, services = ['ads']) => {
      for (const service of services) {
        registerXds(server, service, (call, protocol) => openStream(shared, service, protocol, call))
      }
    },
    changed: (revision, scope = 'full') => {
      latest = Math.max(latest, revision)
      pushes.changed(scope)
    },
    streams: () => [...streams].flatMap(stream => stream.status(rounds.told) ?? []),
    disconnect: connection => {
      const stream = [...streams].find(stream => stream.connection() === connection)
      stream?.end(grpcStatus('UNAVAILABLE', 'disconnected by an operator'))
      return stream !== undefined
    },
    close: () => {
      pushes.stop()
      shared.stop()
      for (const stream of streams) stream.end(grpcStatus('UNAVAILABLE', 'the server is shutting down'))
    },
  }
}

function createShared(options: AdsOptions): Shared {
  const streams = new Set<AdsStream>()
  const backlog = createBacklog(streams, options.limits)
  const messages = createMessageCache()
  let messageTimer: NodeJS.Timeout | undefined
  const dropMessages = (): void => {
    messageTimer = undefined
    messages.clear()
  }
  const turns = createTurns<AdsStream>({
    work: stream => pump(stream, options),
    mayWork: () => !backlog.isFull(),
    done: () => {
      if (messages.bytes > 0) messageTimer ??= setTimeout(dropMessages, MESSAGES_MS).unref()
    },
  })
  const bufferedBy = (bytes: number): void => {
    if (backlog.add(bytes)) turns.resume()
  }
  const bySource = new Map<ResourceSource, AdsStream>()
  const visit = (stream: AdsStream, push: Push): void => {
    if (stream.pushTo(push)) turns.add(stream)
  }
  const rounds = createRounds<AdsStream>({
    news: () => (options.news === undefined ? [[...streams]] : streamsOf(options.news(), bySource)),
    visit,
    now: () => performance.now(),
    broken: (error, push) => {
      options.on?.({ kind: 'internal', connection: '', error })
      for (const stream of streams) visit(stream, push)
    },
  })
  const stop = (): void => {
    rounds.stop()
    turns.stop()
    backlog.stop()
    clearTimeout(messageTimer)
  }
  return { options, streams, rounds, bySource, turns, messages, bufferedBy, stop }
}

function* streamsOf(
  news: Iterable<readonly ResourceSource[]>,
  bySource: ReadonlyMap<ResourceSource, AdsStream>,
): Iterable<readonly AdsStream[]> {
  for (const sources of news) yield sources.length === 0 ? NOBODY : sources.flatMap(each => bySource.get(each) ?? [])
}

const NOBODY: readonly AdsStream[] = []

/** A bug ends the stream that met it, and no other. */
function pump(stream: AdsStream, { on }: AdsOptions): void {
  try {
    stream.pump()
  } catch (error) {
    on?.({ kind: 'internal', connection: stream.connection() ?? '', error })
    stream.end(grpcStatus('INTERNAL', 'internal error'))
  }
}

function openStream(
  { options, streams, bySource, turns, messages, bufferedBy }: Shared,
  service: XdsService,
  protocol: Protocol,
  call: StreamCall,
): AdsStream {
  const { types: rules = ADS_TYPES, versionPrefix = '' } = options
  const stream = openAdsStream(call, {
    connect: (node, peer) => {
      const attached = options.connect({ node, peer, protocol, service })
      if (attached.ok && options.news !== undefined) bySource.set(attached.value.source, stream)
      return attached
    },
    createDelivery: source => createStream({ protocol, source, rules, messages, versionPrefix }),
    protocol,
    now: options.now,
    on: options.on ?? (() => {}),
    wake: () => turns.add(stream),
    bufferedBy,
    closed: source => {
      streams.delete(stream)
      turns.delete(stream)
      if (source !== undefined) bySource.delete(source)
    },
  })
  streams.add(stream)
  return stream
}

export type { Nack, StreamStatus, TypeStatus } from './ads-status.js'
