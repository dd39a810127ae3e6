import type { JsonObject } from '../lang/json.js'
import type { Result } from '../lang/result.js'
import type { ResourceSource, SourceRevision, TypeRule, TypeUrl } from '../xds/delivery/resource.js'
import type { GrpcServer, GrpcStatus, Peer } from './grpc/types.js'

/** What a client says of itself in the first request of a stream. */
export interface Hello {
  /** The Node in proto3 JSON (lowerCamelCase). */
  readonly node: JsonObject
  /** `host:port` of the other side, the verified certificate's SPIFFE ids, the request's metadata. */
  readonly peer: Peer
  readonly protocol: 'sotw' | 'delta'
}

/** A proxy that was let in, and what it may be told. */
export interface Attachment {
  /** Shown in status and logs, such as `sleep-abc.default-17`. */
  readonly connection: string
  readonly source: ResourceSource
  /** The stream is over: let go of the view. */
  release(): void
  /** A request of a type that is only reported (health). */
  report?(type: TypeUrl, error: string | undefined): void
}

export interface AdsOptions {
  /** Called once per stream, with the first request that has a node. An error ends the stream with that status. */
  connect(hello: Hello): Result<Attachment, GrpcStatus>
  readonly types?: readonly TypeRule[]
  readonly debounce?: Partial<DebounceSettings>
  /** Clock in ms, for status and debounce. */
  now(): number
  readonly on?: (event: AdsEvent) => void
}

/** Milliseconds. */
export interface DebounceSettings {
  readonly quietMs: number
  readonly maxMs: number
  readonly endpointQuietMs: number
  readonly endpointMaxMs: number
}

export type AdsEvent =
  | { readonly kind: 'connected'; readonly connection: string; readonly peer: string }
  | { readonly kind: 'disconnected'; readonly connection: string; readonly peer: string; readonly status: GrpcStatus }
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

/** The client refused what it was sent. It stands until the type's next acknowledgement. */
export interface Nack {
  /** Envoy's own words. */
  readonly message: string
  /** The resources that the message names, of those that were sent; empty: it names none. */
  readonly resources: readonly string[]
  readonly version: string
  readonly at: number
}

/** One stream as `/debug/syncz` shows it. */
export interface StreamStatus {
  readonly connection: string
  readonly node: JsonObject
  readonly peer: Peer
  readonly protocol: 'sotw' | 'delta'
  readonly connectedAt: number
  /** Everything up to this revision of the source was sent and answered. */
  readonly revision: SourceRevision
  readonly types: readonly TypeStatus[]
}

export interface TypeStatus {
  readonly type: TypeUrl
  readonly isWildcard: boolean
  readonly names: number
  readonly nonceSent: string
  readonly nonceAcked: string
  readonly versionSent: string
  readonly versionAcked: string
  readonly nack?: Nack
  /** `NOT SENT` nothing sent yet, `SYNCED` the newest was acknowledged, `STALE` an answer is still out or was refused. */
  readonly state: 'SYNCED' | 'STALE' | 'NOT SENT'
}

export interface AdsServer {
  /** Adds the ADS methods (`SotW` and delta) to a gRPC server; SDS ones too if asked. */
  register(server: GrpcServer, services?: readonly ('ads' | 'sds')[]): void
  /** Sources changed: push, after the debounce. `endpoints`: nothing but endpoints did. */
  changed(revision: SourceRevision, scope?: 'full' | 'endpoints'): void
  streams(): readonly StreamStatus[]
  /** Ends a stream (force_disconnect); false: there is none of that name. */
  disconnect(connection: string): boolean
  close(): void
}

export function createAdsServer(_options: AdsOptions): AdsServer {
  throw new Error('not yet')
}
