import type { BodyCache } from './bodies.js'
import { type Plan, planNext, planRemoval } from './plan.js'
import { type Received, receiveDelta, receiveSotw, type Subscriptions } from './receive.js'
import type { ResourceSource, SourceRevision, TypeRule, TypeUrl } from './resource.js'
import { isSettled, noteSent, type Subscription } from './subscription.js'
import { ADS_TYPES } from './types.js'
import { catchUp, createWarming, isHeld, refused, release, type Warming, warm } from './warming.js'
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

interface State {
  readonly options: StreamOptions
  readonly rules: readonly TypeRule[]
  readonly subscriptions: Subscriptions
  readonly warming: Warming
  /** In the order of pushes; made again once a type is subscribed or dropped. */
  ordered: readonly Subscription[] | undefined
  target: SourceRevision
  /** The source was told that everything up to here is delivered. */
  toldAll: SourceRevision
  nonces: number
}

export function createStream(options: StreamOptions): DeliveryStream {
  const target = options.source.revision()
  const state: State = {
    options,
    rules: options.rules ?? ADS_TYPES,
    subscriptions: new Map(),
    warming: createWarming(options.protocol),
    ordered: undefined,
    target,
    toldAll: target,
    nonces: 0,
  }
  return {
    receive: request => receive(state, request),
    next: () => next(state),
    pushTo: revision => {
      if (revision > state.target) state.target = revision
    },
    get target() {
      return state.target
    },
    get isQuiet() {
      return isQuiet(state)
    },
    get isHolding() {
      return isHolding(state)
    },
    release: () => release(state.warming),
    subscriptions: () => inOrder(state),
  }
}

function inOrder(state: State): readonly Subscription[] {
  state.ordered ??= [...state.subscriptions.values()].sort((a, b) => rankOf(state, a) - rankOf(state, b))
  return state.ordered
}

/** Types without a rule come last. */
function rankOf({ rules }: State, { rule }: Subscription): number {
  const rank = rules.indexOf(rule)
  return rank === -1 ? rules.length : rank
}

function receive(state: State, request: XdsRequest): Received {
  const { subscriptions, warming, options } = state
  const known = state.rules.find(({ url }) => url === request.type) ?? subscriptions.get(request.type)?.rule
  if (known === undefined && subscriptions.size >= MAX_TYPES) {
    return { kind: 'limit', message: `more than ${MAX_TYPES} types are asked for on one stream` }
  }
  const rule = known ?? { url: request.type, short: request.type, isWildcard: false }
  const before = subscriptions.get(rule.url)
  const accept = options.protocol === 'sotw' ? receiveSotw : receiveDelta
  const received = accept(subscriptions, rule, request, options.source)
  const after = subscriptions.get(rule.url)
  if (after !== before) state.ordered = undefined
  if (after !== undefined && after !== before) catchUp(warming, after)
  if (received.kind === 'refused') refused(warming, rule.url)
  return received
}

function next(state: State): Outgoing | undefined {
  const { options, subscriptions, warming } = state
  const ordered = inOrder(state)
  for (const subscription of ordered) {
    if (isHeld(warming, subscription, subscriptions)) continue
    const plan = planNext(options.protocol, subscription, options.source, state.target)
    if (plan === undefined) continue
    warm(warming, subscription.rule, plan.fresh, subscriptions)
    return send(state, subscription, plan)
  }
  return nextRemoval(state, ordered)
}

function nextRemoval(state: State, ordered: readonly Subscription[]): Outgoing | undefined {
  const { source, protocol } = state.options
  for (const subscription of ordered) {
    if (!mayRemove(state, subscription.rule)) continue
    const plan = planRemoval(protocol, subscription, source)
    if (plan !== undefined) return send(state, subscription, plan)
  }
  if (state.toldAll < state.target && ordered.every(({ told }) => told >= state.target)) {
    state.toldAll = state.target
    source.told?.(state.target)
  }
  return undefined
}

function mayRemove({ subscriptions, target }: State, { removesAfter = [] }: TypeRule): boolean {
  return removesAfter.every(type => {
    const other = subscriptions.get(type)
    return other === undefined || (isSettled(other) && other.told >= target)
  })
}

function send(state: State, subscription: Subscription, { resources, removed }: Plan): Outgoing {
  const { protocol, source, bodies, versionPrefix = '' } = state.options
  const type = subscription.rule.url
  const nonce = (++state.nonces).toString(36)
  const version = `${versionPrefix}${source.revision()}`
  noteSent(subscription, { nonce, version, names: resources.map(resource => resource.name) })
  const head = encodeHead(protocol, { type, version, nonce, removed })
  const body = bodies?.encode(protocol, type, resources) ?? [encodeResources(protocol, type, resources)]
  const parts = resources.length === 0 ? [head] : [head, ...body]
  return { type, nonce, version, parts, resources: resources.length, removed: removed.length }
}

function isQuiet(state: State): boolean {
  return inOrder(state).every(
    subscription =>
      isSettled(subscription) &&
      subscription.due === 'nothing' &&
      subscription.told >= state.target &&
      subscription.gone.size === 0,
  )
}

function isHolding(state: State): boolean {
  const { subscriptions, warming, target } = state
  return inOrder(state).some(subscription => subscription.told < target && isHeld(warming, subscription, subscriptions))
}
