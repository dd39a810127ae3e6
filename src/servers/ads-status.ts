import type { JsonObject } from '../lang/json.js'
import type { Protocol, Refusal, SourceRevision, Subscription, TypeUrl } from '../xds/delivery/index.js'
import type { Peer } from './grpc/types.js'

/** The client refused what it was sent. It stands until the type's next acknowledgement. */
export interface Nack extends Refusal {
  /** ms since the epoch. */
  readonly at: number
}

/** One stream as `/debug/syncz` shows it. */
export interface StreamStatus {
  readonly connection: string
  readonly node: JsonObject
  readonly peer: Peer
  readonly protocol: Protocol
  readonly connectedAt: number
  /** Everything up to this revision of the source is sent and answered. */
  readonly revision: SourceRevision
  /** In the order of pushes. */
  readonly types: readonly TypeStatus[]
}

export interface TypeStatus {
  readonly type: TypeUrl
  readonly isWildcard: boolean
  /** How many are asked for by name. */
  readonly names: number
  readonly nonceSent: string
  readonly nonceAcked: string
  readonly versionSent: string
  readonly versionAcked: string
  readonly nack?: Nack
  /** `NOT SENT`: nothing was, yet. `SYNCED`: the newest is acknowledged. `STALE`: an answer is still out, or it was refused. */
  readonly state: 'SYNCED' | 'STALE' | 'NOT SENT'
}

export function typeStatus(subscription: Subscription, refusedAt: (refusal: Refusal) => number): TypeStatus {
  const { rule, isWildcard, names, nonceSent, nonceAcked, versionSent, versionAcked, refusal } = subscription
  return {
    type: rule.url,
    isWildcard,
    names: names.size,
    nonceSent,
    nonceAcked,
    versionSent,
    versionAcked,
    ...(refusal === undefined ? {} : { nack: { ...refusal, at: refusedAt(refusal) } }),
    state: stateOf(subscription),
  }
}

function stateOf({ due, nonceSent, outstanding, refusal }: Subscription): TypeStatus['state'] {
  // Nothing sent and nothing owed: the client came back with all of it.
  if (nonceSent === '') return due === 'nothing' ? 'SYNCED' : 'NOT SENT'
  return outstanding.length === 0 && refusal === undefined ? 'SYNCED' : 'STALE'
}
