import type { BodyCache } from './bodies.js'
import { type Plan, planNext, planRemoval } from './plan.js'
import { type Received, receiveDelta, receiveSotw, type Subscriptions } from './receive.js'
import type { EncodedResource, ResourceSource, SourceRevision, TypeRule, TypeUrl } from './resource.js'
import { isSettled, oweName, type Subscription, versionOf } from './subscription.js'
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
  /** Shared by the streams of one push. */
  readonly bodies?: BodyCache
  /** Comes before the revision in `version_info`, so that versions of two runs differ. */
  readonly versionPrefix?: string
}

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
  /** Something waits until the client has what it refers to. A client that does not say so is not waited for long: `release`. */
  readonly isHolding: boolean
  release(): void
  /** In the order of pushes. */
  subscriptions(): readonly Subscription[]
}

/** What the client is bringing up. */
interface Making {
  readonly type: TypeUrl
  readonly warms: TypeUrl
  /** Names of that type that it will ask for, by what needs them. */
  readonly needs: Map<string, readonly string[]>
}

export function createStream(options: StreamOptions): DeliveryStream {
  const { protocol, source } = options
  const rules = new Map((options.rules ?? ADS_TYPES).map((rule, order) => [rule.url, { rule, order }]))
  const subscriptions: Subscriptions = new Map()
  /** Warmed before their type was subscribed: on a new stream Envoy names its clusters before their endpoints. */
  const warmedEarly = new Map<TypeUrl, Set<string>>()
  let making: Making | undefined
  let target = source.revision()
  let nonces = 0
  let toldAll = target

  /** Made again once a type is subscribed or dropped. */
  let ordered: readonly Subscription[] | undefined
  const inOrder = (): readonly Subscription[] => {
    ordered ??= [...subscriptions.values()].sort((a, b) => orderOf(a.rule.url) - orderOf(b.rule.url))
    return ordered
  }
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
    if (after !== before) ordered = undefined
    if (after !== undefined && after !== before) catchUpWarming(after)
    // What was refused is not warmed either.
    if (received.kind === 'refused' && making?.type === rule.url) making = undefined
    return received
  }

  function catchUpWarming(subscription: Subscription): void {
    for (const name of warmedEarly.get(subscription.rule.url) ?? []) {
      if (subscription.names.has(name)) oweName(subscription, name)
    }
    warmedEarly.delete(subscription.rule.url)
  }

  function warm(type: TypeUrl, warms: TypeUrl, resources: readonly EncodedResource[]): void {
    if (resources.length === 0) return
    making = { type, warms, needs: making?.needs ?? new Map() }
    const warmed = subscriptions.get(warms)
    const early = warmed === undefined && protocol === 'delta' ? (warmedEarly.get(warms) ?? new Set()) : undefined
    if (early !== undefined) warmedEarly.set(warms, early)
    for (const { name, needs } of resources) {
      // What the resource needed before it changed is not asked for any more.
      if (needs === undefined) making.needs.delete(name)
      else making.needs.set(name, needs)
      for (const needed of needs ?? [name]) {
        early?.add(needed)
        if (warmed?.names.has(needed)) oweName(warmed, needed)
      }
    }
  }

  /** Whether the client has what was last sent and all that it warms. */
  function isMade({ type, warms, needs }: Making): boolean {
    const warmed = subscriptions.get(warms)
    const made = subscriptions.get(type)
    for (const [name, needed] of needs) {
      const isGone = made === undefined || versionOf(made, name) === ''
      if (!isGone && needed.some(each => warmed?.names.has(each) !== true)) return false
    }
    return [made, warmed].every(each => each === undefined || (isSettled(each) && each.due === 'nothing'))
  }

  function isHeld(subscription: Subscription): boolean {
    if (making !== undefined && isMade(making)) making = undefined
    return making !== undefined && subscription.rule.waitsFor === making.type && subscription.due === 'nothing'
  }

  function next(): Outgoing | undefined {
    for (const subscription of inOrder()) {
      if (isHeld(subscription)) continue
      const plan = planNext(protocol, subscription, source, target)
      if (plan === undefined) continue
      const { url, warms } = subscription.rule
      if (warms !== undefined) warm(url, warms, plan.fresh)
      return send(subscription, plan)
    }
    return nextRemoval(inOrder())
  }

  function nextRemoval(all: readonly Subscription[]): Outgoing | undefined {
    for (const subscription of all) {
      if (!mayRemove(subscription.rule)) continue
      const plan = planRemoval(protocol, subscription, source)
      if (plan !== undefined) return send(subscription, plan)
    }
    if (toldAll < target && all.every(({ told }) => told >= target)) {
      toldAll = target
      source.told?.(target)
    }
    return undefined
  }

  function mayRemove({ removesAfter = [] }: TypeRule): boolean {
    return removesAfter.every(type => {
      const other = subscriptions.get(type)
      return other === undefined || (isSettled(other) && other.told >= target)
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
    const body = options.bodies?.encode(protocol, type, resources) ?? [encodeResources(protocol, type, resources)]
    const parts = resources.length === 0 ? [head] : [head, ...body]
    return { type, nonce, version, parts, resources: resources.length, removed: removed.length }
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
      return inOrder().every(
        subscription =>
          isSettled(subscription) &&
          subscription.due === 'nothing' &&
          subscription.told >= target &&
          subscription.gone.size === 0,
      )
    },
    get isHolding() {
      return inOrder().some(subscription => subscription.told < target && isHeld(subscription))
    },
    release: () => {
      making = undefined
    },
    subscriptions: inOrder,
  }
}
