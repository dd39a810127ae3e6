import type { Differences, Plan } from './plan.js'
import { type EncodedResource, ownerOf, type ResourceSource, type TypeRule } from './resource.js'
import type { Outstanding, Subscription } from './subscription.js'
import type { Protocol } from './wire.js'

// Envoy goes through a response by route configuration, in no order that anybody knows, and stops at the first that it refuses:
// nobody can say which of the others it took. What it acknowledged later would then never have been sent.

/** What a client takes or refuses by itself. */
function partOf({ within }: TypeRule, name: string): string {
  return within === undefined ? name : ownerOf(name)
}

/** A response of several parts is sent again, part by part; what is refused by itself waits for a change of it. */
export function noteRefused(subscription: Subscription, { names, removed }: Outstanding): void {
  const { rule, again, refused } = subscription
  if (rule.isRefusedWhole !== true) return
  const parts = new Map<string, Set<string>>()
  for (const name of [...names, ...removed]) {
    const part = partOf(rule, name)
    parts.set(part, (parts.get(part) ?? new Set<string>(refused.get(part))).add(name))
  }
  const into = parts.size === 1 ? refused : again
  for (const [part, all] of parts) {
    refused.delete(part)
    into.set(part, all)
  }
}

/** What was refused earlier, where something of its part is sent now: without it that would be half of the part. */
export function addRefused(subscription: Subscription, source: ResourceSource, differences: Differences): void {
  const { rule, refused, dueOwners, due } = subscription
  if (refused.size === 0) return
  const touched = new Set([...differences.changed.keys(), ...differences.removed].map(name => partOf(rule, name)))
  for (const [part, names] of refused) {
    if (!touched.has(part) && !dueOwners.has(part) && due !== 'all') continue
    refused.delete(part)
    for (const name of names) {
      const now = thereNow(subscription, source, name)
      if (now !== undefined) differences.changed.set(name, now)
      else if (!differences.removed.includes(name)) differences.removed.push(name)
    }
  }
}

/** One part of a response that was refused. */
export function planAgain(protocol: Protocol, subscription: Subscription, source: ResourceSource): Plan | undefined {
  for (const [part, names] of subscription.again) {
    subscription.again.delete(part)
    const resources = [...names].flatMap(name => thereNow(subscription, source, name) ?? [])
    const there = new Set(resources.map(({ name }) => name))
    const removed = protocol === 'delta' ? [...names].filter(name => !there.has(name)) : []
    for (const { name, version } of resources) if (subscription.names.has(name)) subscription.names.set(name, version)
    if (resources.length + removed.length > 0) return { resources, removed, fresh: resources }
  }
  return undefined
}

function thereNow({ rule, names }: Subscription, source: ResourceSource, name: string): EncodedResource | undefined {
  const now = source.get(rule.url, name)
  return now !== undefined && (names.has(name) || source.list(rule.url).has(name)) ? now : undefined
}
