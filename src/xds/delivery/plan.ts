import { addRefused } from './refused.js'
import type { EncodedResource, ResourceChanges, ResourceSource, SourceRevision } from './resource.js'
import { type Subscription, UNTOLD, versionOf } from './subscription.js'
import type { Protocol } from './wire.js'
import { addLeft, dueWithin, heldWith, isLeft, isMeant, meant } from './within.js'

/** What to send next of one type. */
export interface Plan {
  readonly resources: readonly EncodedResource[]
  readonly removed: readonly string[]
  /** Of the resources, those that are new to the client or that it asked for: what they warm has to follow. */
  readonly fresh: readonly EncodedResource[]
}

/** To what the client has; added to as a plan is made. */
export interface Differences {
  readonly changed: Map<string, EncodedResource>
  readonly removed: string[]
}

/**
 * What the subscription is owed at the newest state, and marks it as sent; undefined: nothing. Changes count up to `target`,
 * so that a push waits for the debounce; what was asked for does not wait.
 */
export function planNext(
  protocol: Protocol,
  subscription: Subscription,
  source: ResourceSource,
  target: SourceRevision,
): Plan | undefined {
  const { rule, due } = subscription
  const isCompared = subscription.told < target || due === 'all'
  const isWhole = subscription.told === UNTOLD || due === 'all'
  const changes = isCompared && !isWhole ? source.changes(rule.url, subscription.told) : undefined
  if (due === 'nothing' && (!isCompared || (changes !== undefined && isEmpty(changes)))) {
    if (isCompared) subscription.told = source.revision()
    return undefined
  }
  const differences = isCompared ? differencesOf(subscription, source, changes) : { changed: new Map(), removed: [] }
  addRefused(subscription, source, differences)
  addLeft(subscription, source, differences)
  const plan =
    protocol === 'sotw' && rule.isWildcard
      ? planWhole(subscription, source, differences)
      : planPart(protocol, subscription, source, differences)
  if (isCompared) {
    subscription.told = source.revision()
    // Where nothing differs, what it holds is the list: asking for it would have it put together.
    const isOther = isWhole || differences.changed.size + differences.removed.length > 0
    if (subscription.isWildcard && isOther) subscription.held = source.list(rule.url)
  } else if (subscription.dueOwners.size > 0) subscription.held = heldWith(subscription, source, rule.url)
  subscription.due = 'nothing'
  subscription.dueNames.clear()
  subscription.dueOwners.clear()
  return plan
}

/** Most pushes mean nothing for most types. */
function isEmpty(changes: ResourceChanges): boolean {
  return changes.kind === 'delta' && changes.changed.length + changes.removed.length === 0
}

/** By version, so that what changed and changed back, and what another view has as well, is not sent again. */
function differencesOf(
  subscription: Subscription,
  source: ResourceSource,
  changes: ResourceChanges | undefined,
): Differences {
  const found: Differences = { changed: new Map(), removed: [] }
  // All of it is sent anyway: only what is gone has to be found.
  if (subscription.due === 'all') compareHeld(subscription, source, found)
  else if (changes === undefined || changes.kind === 'reset') compareAll(subscription, source, found)
  else {
    for (const name of changes.changed) compareOne(subscription, source, name, found)
    for (const name of changes.removed) compareOne(subscription, source, name, found)
  }
  return found
}

function compareHeld(subscription: Subscription, source: ResourceSource, found: Differences): void {
  if (subscription.held.size === 0) return
  const list = source.list(subscription.rule.url)
  for (const name of subscription.held.keys()) if (!list.has(name)) compareOne(subscription, source, name, found)
}

function compareAll(subscription: Subscription, source: ResourceSource, found: Differences): void {
  for (const name of subscription.names.keys()) compareOne(subscription, source, name, found)
  if (!subscription.isWildcard) return
  const list = source.list(subscription.rule.url)
  if (list === subscription.held) return
  compareHeld(subscription, source, found)
  for (const name of list.keys()) compareOne(subscription, source, name, found)
}

function compareOne(subscription: Subscription, source: ResourceSource, name: string, found: Differences): void {
  const isAsked = subscription.names.has(name)
  if (!isAsked && !(subscription.isWildcard && isMeant(subscription, name))) return
  const now = source.get(subscription.rule.url, name)
  const before = versionOf(subscription, name)
  // Endpoints whose cluster is gone: it serves until the client drops it, and then it drops these as well.
  if (now?.isFiller === true && before !== '') return
  // A wildcard has what is listed; what a source would only answer when asked by name is not part of it.
  const isThere = now !== undefined && (isAsked || source.list(subscription.rule.url).has(name))
  if (isThere && now.version !== before) found.changed.set(name, now)
  else if (!isThere && before !== '') {
    if (isLeft(subscription, name, source)) subscription.left.add(name)
    else found.removed.push(name)
  }
}

/** Delta, and the SotW types whose responses may be partial. */
function planPart(
  protocol: Protocol,
  subscription: Subscription,
  source: ResourceSource,
  differences: Differences,
): Plan | undefined {
  const isAnswer = subscription.due === 'all' || subscription.dueNames.size > 0
  const { changed } = differences
  const missing = addDue(subscription, source, changed)
  for (const name of differences.removed) {
    subscription.gone.set(name, undefined)
    if (subscription.names.has(name)) subscription.names.set(name, '')
  }
  for (const [name, resource] of changed) {
    subscription.gone.delete(name)
    if (subscription.names.has(name)) subscription.names.set(name, resource.version)
  }
  const removed = protocol === 'delta' && !subscription.rule.isNeverRemoved ? missing : []
  if (subscription.rule.removesAfter === undefined || protocol === 'sotw') {
    if (protocol === 'delta' && !subscription.rule.isNeverRemoved) removed.push(...subscription.gone.keys())
    subscription.gone.clear()
  }
  if (!isAnswer && changed.size === 0 && removed.length === 0) return undefined
  const resources = [...changed.values()]
  return { resources, removed: removed.length > 1 ? [...new Set(removed)] : removed, fresh: resources }
}

/** Adds what is to be answered whether it changed or not; gives the names that there are no resources of. */
function addDue(subscription: Subscription, source: ResourceSource, resources: Map<string, EncodedResource>): string[] {
  const { url } = subscription.rule
  const missing: string[] = []
  // Most plans are of changes alone: walking through what is empty would cost each of a thousand streams a few objects.
  if (subscription.due === 'nothing') return missing
  const names = subscription.due === 'all' ? subscription.names.keys() : subscription.dueNames
  for (const name of names) {
    const resource = source.get(url, name)
    if (resource === undefined) missing.push(name)
    else resources.set(name, resource)
  }
  if (subscription.due === 'all' && subscription.isWildcard) {
    for (const [name, resource] of meant(subscription, source)) resources.set(name, resource)
  } else for (const [name, resource] of dueWithin(subscription, source)) resources.set(name, resource)
  return missing
}

/** SotW types whose responses are the whole state: what is left out is gone. */
function planWhole(
  subscription: Subscription,
  source: ResourceSource,
  { changed, removed }: Differences,
): Plan | undefined {
  const isAnswer = subscription.due !== 'nothing'
  const fresh = subscription.due === 'all' ? undefined : [...changed.values()]
  for (const name of removed) subscription.gone.set(name, subscription.held.get(name))
  const whole = wholeState(subscription, source)
  for (const name of whole.keys()) subscription.gone.delete(name)
  for (const name of subscription.names.keys()) subscription.names.set(name, whole.get(name)?.version ?? '')
  const mustWait = subscription.rule.removesAfter !== undefined && subscription.isWildcard
  if (!mustWait) subscription.gone.clear()
  if (!isAnswer && changed.size === 0 && (mustWait || removed.length === 0)) return undefined
  const lingering = [...subscription.gone.values()].filter(resource => resource !== undefined)
  return { resources: [...whole.values(), ...lingering], removed: [], fresh: fresh ?? [...whole.values()] }
}

function wholeState(subscription: Subscription, source: ResourceSource): ReadonlyMap<string, EncodedResource> {
  const { url } = subscription.rule
  if (subscription.isWildcard && subscription.names.size === 0) return source.list(url)
  const whole = new Map(subscription.isWildcard ? source.list(url) : [])
  for (const name of subscription.names.keys()) {
    const resource = source.get(url, name)
    if (resource !== undefined) whole.set(name, resource)
  }
  return whole
}

/** What is gone, once the client no longer refers to it. */
export function planRemoval(protocol: Protocol, subscription: Subscription, source: ResourceSource): Plan | undefined {
  if (subscription.gone.size === 0) return undefined
  const removed = [...subscription.gone.keys()]
  subscription.gone.clear()
  if (protocol === 'delta') return { resources: [], removed, fresh: [] }
  return { resources: [...wholeState(subscription, source).values()], removed: [], fresh: [] }
}
