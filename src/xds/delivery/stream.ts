import { type Plan, planNext, planRemoval } from './plan.js'
import { type Received, receiveDelta, receiveSotw, type Subscriptions } from './receive.js'
import type { EncodedResource, ResourceSource, SourceRevision, TypeRule, TypeUrl } from './resource.js'
import { isSettled, oweName, type Subscription } from './subscription.js'
import { ADS_TYPES } from './types.js'
import { encodeHead, encodeResources, type Protocol, type XdsRequest } from './wire.js'

/** Types of one stream that are not in the rules, or that nobody has: an honest client stays far below. */
const MAX_TYPES = 32

/** One message to the client. */
export interface Outgoing {
  readonly type: TypeUrl
  readonly nonce: string
  readonly version: string
  /** To be written one after the other; the larger ones are shared with other streams. */
  readonly parts: readonly Uint8Array[]
  readonly resources: number
  readonly removed: number
}

export interface StreamOptions {
  readonly protocol: Protocol
  readonly source: ResourceSource
  readonly rules?: readonly TypeRule[]
  /** Bodies of whole states, shared by the streams of one push. The owner clears it now and then. */
  readonly bodies?: BodyCache
  /** Comes before the revision in `version_info`, so that versions of two runs differ. */
  readonly versionPrefix?: string
}

export type BodyCache = Map<ReadonlyMap<string, EncodedResource>, Buffer>

/**
 * One ADS stream as a pure state machine. `receive` takes what the client says, `pushTo` that there is news, and `next` gives
 * one message at a time, to be called whenever the transport can take one: what a slow client misses in between is never made.
 */
export interface DeliveryStream {
  receive(request: XdsRequest): Received
  /** Changes up to this revision may be sent. */
  pushTo(target: SourceRevision): void
  next(): Outgoing | undefined
  /** The newest revision that may be sent. */
  readonly target: SourceRevision
  /** Everything up to the target is sent, and answered. */
  readonly isQuiet: boolean
  /** In the order of pushes. */
  subscriptions(): readonly Subscription[]
}

export function createStream(options: StreamOptions): DeliveryStream {
  const { protocol, source } = options
  const rules = new Map((options.rules ?? ADS_TYPES).map((rule, order) => [rule.url, { rule, order }]))
  const subscriptions: Subscriptions = new Map()
  /** Warmed before their type was subscribed: on a new stream Envoy names its clusters before their endpoints. */
  const warmedEarly = new Map<TypeUrl, Set<string>>()
  let target = source.revision()
  let nonces = 0
  let toldAll = target

  const inOrder = (): Subscription[] =>
    [...subscriptions.values()].sort((a, b) => orderOf(a.rule.url) - orderOf(b.rule.url))
  const orderOf = (type: TypeUrl): number => rules.get(type)?.order ?? rules.size

  function receive(request: XdsRequest): Received {
    const known = rules.get(request.type)?.rule ?? subscriptions.get(request.type)?.rule
    if (known === undefined && subscriptions.size >= MAX_TYPES) {
      return { kind: 'limit', message: `more than ${MAX_TYPES} types are asked for on one stream` }
    }
    const rule = known ?? { url: request.type, short: request.type, isWildcard: false }
    const before = subscriptions.get(rule.url)
    const received = (protocol === 'sotw' ? receiveSotw : receiveDelta)(subscriptions, rule, request, source)
    const after = subscriptions.get(rule.url)
    if (after !== undefined && after !== before) catchUpWarming(after)
    return received
  }

  function catchUpWarming(subscription: Subscription): void {
    for (const name of warmedEarly.get(subscription.rule.url) ?? []) {
      if (subscription.names.has(name)) oweName(subscription, name)
    }
    warmedEarly.delete(subscription.rule.url)
  }

  function warm(type: TypeUrl, names: readonly string[]): void {
    const warmed = subscriptions.get(type)
    if (warmed === undefined && protocol === 'delta')
      warmedEarly.set(type, new Set([...(warmedEarly.get(type) ?? []), ...names]))
    for (const name of names) if (warmed?.names.has(name)) oweName(warmed, name)
  }

  function next(): Outgoing | undefined {
    const ordered = inOrder()
    for (const subscription of ordered) {
      const plan = planNext(protocol, subscription, source, target)
      if (plan === undefined) continue
      if (subscription.rule.warms !== undefined) warm(subscription.rule.warms, plan.fresh)
      return send(subscription, plan)
    }
    for (const subscription of ordered) {
      if (!mayRemove(subscription.rule)) continue
      const plan = planRemoval(protocol, subscription, source)
      if (plan !== undefined) return send(subscription, plan)
    }
    if (toldAll < target) {
      toldAll = target
      source.told?.(target)
    }
    return undefined
  }

  function mayRemove({ removesAfter = [] }: TypeRule): boolean {
    return removesAfter.every(type => {
      const other = subscriptions.get(type)
      return other === undefined || isSettled(other)
    })
  }

  function send(subscription: Subscription, { resources, removed }: Plan): Outgoing {
    const type = subscription.rule.url
    const nonce = (++nonces).toString(36)
    const version = `${options.versionPrefix ?? ''}${source.revision()}`
    subscription.outstanding.push({ nonce, version, names: resources.map(resource => resource.name) })
    subscription.nonceSent = nonce
    subscription.versionSent = version
    const head = encodeHead(protocol, { type, version, nonce, removed })
    const parts = resources.length === 0 ? [head] : [head, bodyOf(subscription, resources)]
    return { type, nonce, version, parts, resources: resources.length, removed: removed.length }
  }

  function bodyOf(subscription: Subscription, resources: readonly EncodedResource[]): Buffer {
    const { held, rule } = subscription
    const isWhole = subscription.isWildcard && subscription.names.size === 0 && resources.length === held.size
    if (!isWhole || options.bodies === undefined || resources[0] !== held.values().next().value) {
      return encodeResources(protocol, rule.url, resources)
    }
    const known = options.bodies.get(held)
    if (known !== undefined) return known
    const body = encodeResources(protocol, rule.url, resources)
    options.bodies.set(held, body)
    return body
  }

  return {
    receive,
    next,
    pushTo: revision => {
      if (revision > target) target = revision
    },
    get target() {
      return target
    },
    get isQuiet() {
      return [...subscriptions.values()].every(
        subscription =>
          isSettled(subscription) &&
          subscription.due === 'nothing' &&
          subscription.told >= target &&
          subscription.gone.size === 0,
      )
    },
    subscriptions: inOrder,
  }
}
