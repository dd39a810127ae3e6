import type { Differences } from './plan.js'
import { type EncodedResource, ownerOf, type ResourceSource, type TypeRule, type TypeUrl } from './resource.js'
import { type Subscription, UNTOLD } from './subscription.js'

// Types whose resources each belong to a resource of another type (`TypeRule.within`): virtual hosts of route configurations. A
// client takes those of what it has, and drops in silence what it is sent too early; so they follow what they belong to.

type Subscriptions = ReadonlyMap<TypeUrl, Subscription>

/** Whether a wildcard means this resource as well. */
export function isMeant({ rule, owners }: Subscription, name: string): boolean {
  return rule.within === undefined || owners.has(ownerOf(name))
}

/** What a wildcard means, of what the source lists. */
export function* meant(
  subscription: Subscription,
  source: ResourceSource,
): Generator<readonly [string, EncodedResource]> {
  for (const row of source.list(subscription.rule.url)) if (isMeant(subscription, row[0])) yield row
}

/** Of the owners that are due. */
export function* dueWithin(
  { rule, dueOwners }: Subscription,
  source: ResourceSource,
): Generator<readonly [string, EncodedResource]> {
  if (dueOwners.size === 0) return
  for (const row of source.list(rule.url)) if (dueOwners.has(ownerOf(row[0]))) yield row
}

/** A client asked for one of two such types, or answered: what is its own has to be what it has of the other. */
export function followOwners(
  rules: readonly TypeRule[],
  subscriptions: Subscriptions,
  asked: TypeRule,
  source: ResourceSource,
): void {
  for (const rule of rules) {
    if (rule.within === undefined || (rule !== asked && rule.within !== asked.url)) continue
    const inner = subscriptions.get(rule.url)
    const outer = subscriptions.get(rule.within)
    if (inner === undefined) continue
    // On a new stream either type may be asked for first: until the other is, what the client says that it has is believed.
    if (inner.told === UNTOLD) for (const name of inner.held.keys()) inner.owners.add(ownerOf(name))
    if (outer === undefined) continue
    for (const owner of inner.owners) if (!outer.names.has(owner)) inner.owners.delete(owner)
    for (const name of inner.left) if (!inner.owners.has(ownerOf(name))) inner.left.delete(name)
    for (const [owner, version] of outer.names)
      if (version !== '' && !inner.owners.has(owner)) oweWithin(inner, owner, source)
  }
}

/** These were sent: what is within them comes next, whatever the client had. It may have begun anew with them. */
export function ownersSent(
  rules: readonly TypeRule[],
  subscriptions: Subscriptions,
  { url }: TypeRule,
  resources: readonly EncodedResource[],
  source: ResourceSource,
): void {
  for (const rule of rules) {
    const inner = rule.within === url ? subscriptions.get(rule.url) : undefined
    if (inner !== undefined) for (const { name } of resources) oweWithin(inner, name, source)
  }
}

function oweWithin(inner: Subscription, owner: string, source: ResourceSource): void {
  inner.owners.add(owner)
  if (!inner.isWildcard || source.list(inner.rule.url).size === 0) return
  inner.dueOwners.add(owner)
  if (inner.due === 'nothing') inner.due = 'names'
}

/**
 * Whether what is gone is so together with its owner. Envoy keeps a route configuration that is gone for connections that drain: its
 * hosts go on being of use to them.
 */
export function isLeft({ rule, names }: Subscription, name: string, source: ResourceSource): boolean {
  return rule.within !== undefined && !names.has(name) && source.get(rule.within, ownerOf(name)) === undefined
}

/** The owner is there again, and they are not. */
export function addLeft(
  { rule, left, dueOwners }: Subscription,
  source: ResourceSource,
  { removed }: Differences,
): void {
  for (const name of left) {
    if (!dueOwners.has(ownerOf(name))) continue
    left.delete(name)
    if (!source.list(rule.url).has(name) && !removed.includes(name)) removed.push(name)
  }
}

/** What a wildcard holds after it was sent these owners at a newer state than the rest. */
export function heldWith(
  { held, dueOwners }: Subscription,
  source: ResourceSource,
  type: TypeUrl,
): Subscription['held'] {
  const others = [...held].filter(([name]) => !dueOwners.has(ownerOf(name)))
  return new Map([...others, ...[...source.list(type)].filter(([name]) => dueOwners.has(ownerOf(name)))])
}
