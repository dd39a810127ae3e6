import type { XdsRequest } from './request.js'
import type { ResourceSource, TypeRule } from './resource.js'
import {
  acknowledge,
  addNames,
  createSubscription,
  forget,
  oweAll,
  oweName,
  type Refusal,
  refuse,
  type Subscription,
  UNTOLD,
} from './subscription.js'

/** What a request turned out to be; the answer itself comes out of `next`. */
export type Received =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It answers a response that is not the newest: the client had not seen that yet, and will ask again. */
  | { readonly kind: 'stale' }
  /** The stream must end. */
  | { readonly kind: 'limit'; readonly message: string }

export type Subscriptions = Map<string, Subscription>

/** Names that one stream may ask for, of one type: ten times the largest mesh that we measure. */
export const MAX_NAMES = 65_536

const ACCEPTED: Received = { kind: 'accepted' }

/** State of the world: each request has the whole list of names. */
export function receiveSotw(
  subscriptions: Subscriptions,
  rule: TypeRule,
  request: XdsRequest,
  source: ResourceSource,
): Received {
  const existing = subscriptions.get(rule.url)
  if (request.names.length > MAX_NAMES) return tooManyNames(rule)
  if (existing !== undefined && request.error !== undefined) return refusedSotw(existing, request, source)
  if (!rule.isWildcard && request.names.length === 0) {
    subscriptions.delete(rule.url)
    return ACCEPTED
  }
  if (existing === undefined || request.nonce === '') {
    subscribeSotw(subscriptions, rule, request, source)
    return ACCEPTED
  }
  if (request.nonce !== existing.nonceSent) return { kind: 'stale' }
  acknowledge(existing, request.nonce)
  replaceNames(existing, request.names, source)
  return ACCEPTED
}

/** Never answered, or the two would go on for ever; but names that are new in it are as good as in any other request. */
function refusedSotw(subscription: Subscription, request: XdsRequest, source: ResourceSource): Received {
  const isNewest = request.nonce === subscription.nonceSent
  const refusal = refuse(subscription, request.nonce, request.error ?? '')
  if (isNewest) replaceNames(subscription, request.names, source)
  return { kind: 'refused', refusal }
}

function subscribeSotw(
  subscriptions: Subscriptions,
  rule: TypeRule,
  request: XdsRequest,
  source: ResourceSource,
): void {
  const subscription = createSubscription(rule)
  subscriptions.set(rule.url, subscription)
  subscription.isWildcard = rule.isWildcard && (request.names.length === 0 || request.names.includes('*'))
  addNames(subscription, namesOf(rule, request.names), source)
  oweAll(subscription)
}

function replaceNames(subscription: Subscription, names: readonly string[], source: ResourceSource): void {
  const { rule } = subscription
  // A wildcard that asks without names goes on being one; so does one that never asked otherwise.
  if (rule.isWildcard && subscription.isWildcard && (names.length === 0 || names.includes('*'))) return
  if (rule.isWildcard) subscription.isWildcard = names.includes('*')
  const wanted = new Set(namesOf(rule, names))
  for (const name of subscription.names.keys()) {
    if (!wanted.has(name)) forget(subscription, name)
    else wanted.delete(name)
  }
  if (wanted.size === 0) return
  addNames(subscription, wanted, source)
  // Of a type whose responses are the whole state, leaving the others out would say that they are gone.
  if (rule.isWildcard) oweAll(subscription)
}

/** Delta: each request has what is to be added and dropped. */
export function receiveDelta(
  subscriptions: Subscriptions,
  rule: TypeRule,
  request: XdsRequest,
  source: ResourceSource,
): Received {
  const existing = subscriptions.get(rule.url)
  if ((existing?.names.size ?? 0) + request.names.length + request.initialVersions.size > 2 * MAX_NAMES) {
    return tooManyNames(rule)
  }
  // The answer to a response whose subscription has been dropped since: no new subscription, least of all to everything.
  if (existing === undefined && request.nonce !== '' && request.names.length === 0) return { kind: 'stale' }
  if (existing === undefined || request.initialVersions.size > 0) {
    subscribeDelta(subscriptions, rule, request, source)
    return ACCEPTED
  }
  const received = answeredDelta(existing, request)
  // Most requests are acknowledgements and no more.
  if (request.names.length + request.unsubscribe.length === 0) return received
  changeNames(existing, request, source)
  if (existing.names.size > MAX_NAMES) return tooManyNames(rule)
  if (!rule.isWildcard && existing.names.size === 0) subscriptions.delete(rule.url)
  return received
}

function answeredDelta(subscription: Subscription, request: XdsRequest): Received {
  const { nonce, error } = request
  if (error !== undefined) return { kind: 'refused', refusal: refuse(subscription, nonce, error) }
  if (nonce === '') return ACCEPTED
  return acknowledge(subscription, nonce) ? ACCEPTED : { kind: 'stale' }
}

function subscribeDelta(
  subscriptions: Subscriptions,
  rule: TypeRule,
  request: XdsRequest,
  source: ResourceSource,
): void {
  const subscription = createSubscription(rule)
  subscription.isWildcard = rule.isWildcard && (request.names.length === 0 || request.names.includes('*'))
  addNames(subscription, namesOf(rule, request.names), source)
  if (!subscription.isWildcard && subscription.names.size === 0) return
  subscriptions.set(rule.url, subscription)
  oweAll(subscription)
  if (request.initialVersions.size === 0) return
  source.returns?.(rule.url, request.initialVersions)
  resume(subscription, request.initialVersions)
}

/** The client kept what an earlier stream sent it: only what differs is sent, and what is gone is told. */
function resume(subscription: Subscription, versions: ReadonlyMap<string, string>): void {
  const empty = new Uint8Array()
  subscription.held = new Map([...versions].map(([name, version]) => [name, { name, version, bytes: empty }]))
  for (const name of subscription.names.keys()) subscription.names.set(name, versions.get(name) ?? '')
  subscription.due = 'nothing'
  subscription.dueNames.clear()
  subscription.told = UNTOLD
  for (const [name, version] of subscription.names) if (version === '') oweName(subscription, name)
}

function changeNames(subscription: Subscription, request: XdsRequest, source: ResourceSource): void {
  const { rule } = subscription
  if (rule.isWildcard && request.names.includes('*') && !subscription.isWildcard) {
    subscription.isWildcard = true
    oweAll(subscription)
  }
  for (const name of request.unsubscribe) {
    if (name === '*' && rule.isWildcard) {
      subscription.isWildcard = false
      subscription.held = new Map()
    } else forget(subscription, name)
  }
  addNames(subscription, namesOf(rule, request.names), source)
}

function namesOf(rule: TypeRule, names: readonly string[]): readonly string[] {
  return rule.isWildcard && names.includes('*') ? names.filter(name => name !== '*') : names
}

function tooManyNames(rule: TypeRule): Received {
  return { kind: 'limit', message: `more than ${MAX_NAMES} names of ${rule.short} are asked for` }
}
