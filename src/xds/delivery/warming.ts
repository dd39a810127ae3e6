import type { EncodedResource, TypeRule, TypeUrl } from './resource.js'
import { isSettled, oweName, type Subscription, versionOf } from './subscription.js'
import type { Protocol } from './wire.js'

/** What one client is bringing up, and so is not to be sent references to. */
export interface Warming {
  making: Making | undefined
  /**
   * Warmed before their type was subscribed: on a new stream Envoy names its clusters before their endpoints. Undefined for
   * SotW, where whoever subscribes is sent all that is asked for.
   */
  readonly early: Map<TypeUrl, Set<string>> | undefined
}

interface Making {
  readonly type: TypeUrl
  readonly warms: TypeUrl
  /** Names of that type that the client will ask for, by what needs them. */
  readonly needs: Map<string, readonly string[]>
}

type Subscriptions = ReadonlyMap<TypeUrl, Subscription>

export function createWarming(protocol: Protocol): Warming {
  return { making: undefined, early: protocol === 'delta' ? new Map() : undefined }
}

/** Resources were sent whose type warms another: of that, what they need is owed again. */
export function warm(
  warming: Warming,
  { url, warms }: TypeRule,
  resources: readonly EncodedResource[],
  subscriptions: Subscriptions,
): void {
  if (warms === undefined || resources.length === 0) return
  const needsOf = warming.making?.needs ?? new Map<string, readonly string[]>()
  warming.making = { type: url, warms, needs: needsOf }
  const warmed = subscriptions.get(warms)
  const early = warmed === undefined ? earlyOf(warming, warms) : undefined
  for (const { name, needs } of resources) {
    // What the resource needed before it changed is not asked for any more.
    if (needs === undefined) needsOf.delete(name)
    else needsOf.set(name, needs)
    for (const needed of needs ?? [name]) {
      early?.add(needed)
      if (warmed?.names.has(needed)) oweName(warmed, needed)
    }
  }
}

function earlyOf({ early }: Warming, type: TypeUrl): Set<string> | undefined {
  const names = early?.get(type) ?? new Set()
  early?.set(type, names)
  return early && names
}

/** A type is subscribed now: what was warmed before is owed, where it is asked for. */
export function catchUp({ early }: Warming, subscription: Subscription): void {
  for (const name of early?.get(subscription.rule.url) ?? []) {
    if (subscription.names.has(name)) oweName(subscription, name)
  }
  early?.delete(subscription.rule.url)
}

/** What was refused is not warmed either. */
export function refused(warming: Warming, type: TypeUrl): void {
  if (warming.making?.type === type) warming.making = undefined
}

/** The client is not waited for any longer. */
export function release(warming: Warming): void {
  warming.making = undefined
}

/** Whether changes of this type wait until the client has brought up what they may refer to. */
export function isHeld(warming: Warming, { rule, due }: Subscription, subscriptions: Subscriptions): boolean {
  const { making } = warming
  if (making === undefined) return false
  if (isMade(making, subscriptions)) {
    warming.making = undefined
    return false
  }
  return rule.waitsFor === making.type && due === 'nothing'
}

/** Whether the client has what was last sent and all that it warms. */
function isMade({ type, warms, needs }: Making, subscriptions: Subscriptions): boolean {
  const warmed = subscriptions.get(warms)
  const made = subscriptions.get(type)
  if (isOwed(made) || isOwed(warmed)) return false
  for (const [name, needed] of needs) {
    const isGone = made === undefined || versionOf(made, name) === ''
    if (!isGone && needed.some(each => warmed?.names.has(each) !== true)) return false
  }
  return true
}

function isOwed(subscription: Subscription | undefined): boolean {
  return subscription !== undefined && !(isSettled(subscription) && subscription.due === 'nothing')
}
