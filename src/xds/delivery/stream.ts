import { createMessageCache, type MessageCache, type Outgoing } from './messages.js'
import { type Plan, planNext, planRemoval } from './plan.js'
import { type Received, receiveDelta, receiveSotw, type Subscriptions } from './receive.js'
import { planAgain } from './refused.js'
import type { XdsRequest } from './request.js'
import type { ResourceSource, SourceRevision, TypeRule, TypeUrl } from './resource.js'
import { isOwed, isSettled, noteSent, type Subscription } from './subscription.js'
import { ADS_TYPES } from './types.js'
import { catchUp, createWarming, isHeld, refused, release, type Warming, warm } from './warming.js'
import type { Protocol } from './wire.js'
import { followOwners, ownersSent } from './within.js'

/** Types of one stream that are not in the rules, or that nobody has: an honest client stays far below. */
const MAX_TYPES = 32

/** Of all names that one stream asks for: as many as it may ask for of one type, each as long as hosts get. */
export const MAX_NAME_CHARS = 16 * 1024 * 1024

export interface StreamOptions {
  readonly protocol: Protocol
  readonly source: ResourceSource
  readonly rules?: readonly TypeRule[]
  /** Shared by the streams of one server. */
  readonly messages?: MessageCache
  /** Comes before the revision in `version_info`, so that versions of two runs differ. */
  readonly versionPrefix?: string
}

/**
 * One ADS stream as a pure state machine. `receive` takes what the client says, `pushTo` that there is news, and `next` gives
 * one message at a time, to be called whenever the transport can take one: what a slow client misses in between is never made.
 *
 * Nothing of it is a getter: V8 keeps an object literal that has one as a hash table, for each stream, and looks all else up there too.
 */
export interface DeliveryStream {
  receive(request: XdsRequest): Received
  /** Changes up to this revision may be sent. */
  pushTo(target: SourceRevision): void
  next(): Outgoing | undefined
  /** The newest revision that may be sent. */
  target(): SourceRevision
  /** Everything up to the target is sent, and answered. */
  isQuiet(): boolean
  /** Something waits until the client has what it refers to. A client that does not say so is not waited for long: `release`. */
  isHolding(): boolean
  release(): void
  /** In the order of pushes. */
  subscriptions(): readonly Subscription[]
}

interface State {
  readonly options: StreamOptions
  readonly rules: readonly TypeRule[]
  /** Those of types within another. */
  readonly inner: readonly TypeRule[]
  readonly subscriptions: Subscriptions
  readonly warming: Warming
  readonly messages: MessageCache
  /** Of subscriptions that are gone or were made again: what was last sent, as nonces of a type are never used twice. */
  serials: Map<TypeUrl, number> | undefined
  /** In the order of pushes; made again once a type is subscribed or dropped. */
  ordered: readonly Subscription[] | undefined
  target: SourceRevision
  /** The source was told that everything up to here is delivered. */
  toldAll: SourceRevision
}

export function createStream(options: StreamOptions): DeliveryStream {
  const target = options.source.revision()
  const { rules = ADS_TYPES } = options
  const state: State = {
    options,
    rules,
    inner: rules.filter(({ within }) => within !== undefined),
    subscriptions: new Map(),
    warming: createWarming(options.protocol),
    messages: options.messages ?? createMessageCache(),
    serials: undefined,
    ordered: undefined,
    target,
    toldAll: target,
  }
  return {
    receive: request => receive(state, request),
    next: () => next(state),
    pushTo: revision => {
      if (revision > state.target) state.target = revision
    },
    target: () => state.target,
    isQuiet: () => isQuiet(state),
    isHolding: () => isHolding(state),
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
  const before = subscriptions.get(request.type)
  const known = before?.rule ?? state.rules.find(({ url }) => url === request.type)
  if (known === undefined && subscriptions.size >= MAX_TYPES) {
    return { kind: 'limit', message: `more than ${MAX_TYPES} types are asked for on one stream` }
  }
  const rule = known ?? { url: request.type, short: request.type, isWildcard: false }
  const accept = options.protocol === 'sotw' ? receiveSotw : receiveDelta
  const received = accept(subscriptions, rule, request, options.source)
  if (request.names.length > 0 && nameCharsOf(subscriptions) > MAX_NAME_CHARS) {
    return { kind: 'limit', message: `the names that are asked for have more than ${MAX_NAME_CHARS} characters` }
  }
  const after = subscriptions.get(rule.url)
  if (after !== before) replaced(state, before, after)
  if (state.inner.length > 0) followOwners(state.inner, subscriptions, rule, options.source)
  if (received.kind === 'refused') refused(warming, rule.url)
  return received
}

function nameCharsOf(subscriptions: Subscriptions): number {
  let sum = 0
  for (const { nameChars } of subscriptions.values()) sum += nameChars
  return sum
}

function replaced(state: State, before: Subscription | undefined, after: Subscription | undefined): void {
  state.ordered = undefined
  if (before !== undefined) {
    state.serials ??= new Map()
    state.serials.set(before.rule.url, before.serialSent)
  }
  if (after === undefined) return
  after.serialSent = state.serials?.get(after.rule.url) ?? 0
  catchUp(state.warming, after)
}

function next(state: State): Outgoing | undefined {
  const { options, subscriptions, warming } = state
  const ordered = inOrder(state)
  for (const subscription of ordered) {
    if (subscription.told >= state.target && !isOwed(subscription)) continue
    if (warming.making !== undefined && isHeld(warming, subscription, subscriptions)) continue
    const plan =
      planNext(options.protocol, subscription, options.source, state.target) ??
      (subscription.again.size === 0 ? undefined : planAgain(options.protocol, subscription, options.source))
    if (plan === undefined) continue
    warm(warming, subscription.rule, plan.fresh, subscriptions)
    ownersSent(state.inner, subscriptions, subscription.rule, plan.resources, options.source)
    return send(state, subscription, plan)
  }
  return nextRemoval(state, ordered)
}

function nextRemoval(state: State, ordered: readonly Subscription[]): Outgoing | undefined {
  const { source, protocol } = state.options
  for (const subscription of ordered) {
    if (subscription.gone.size === 0 || !mayRemove(state, subscription.rule)) continue
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
  const { protocol, source, versionPrefix = '' } = state.options
  const { url: type } = subscription.rule
  const content = { protocol, type, version: `${versionPrefix}${source.revision()}`, resources, removed }
  const message = state.messages.message(content, subscription.serialSent)
  noteSent(subscription, message.sent)
  return message
}

function isQuiet(state: State): boolean {
  for (const subscription of inOrder(state)) {
    const { told, gone } = subscription
    if (told < state.target || gone.size > 0 || !isSettled(subscription) || isOwed(subscription)) return false
  }
  return true
}

function isHolding(state: State): boolean {
  const { subscriptions, warming, target } = state
  if (warming.making === undefined) return false
  return inOrder(state).some(subscription => subscription.told < target && isHeld(warming, subscription, subscriptions))
}
