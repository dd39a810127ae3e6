import { describe, expect, it } from 'vitest'
import type { EncodedResource, TypeRule } from './resource.js'
import { createSubscription, noteSent, type Subscription } from './subscription.js'
import { catchUp, createWarming, isHeld, refused, release, warm } from './warming.js'

const CLUSTERS: TypeRule = { url: 'clusters', short: 'C', isWildcard: true, warms: 'endpoints' }
const ENDPOINTS: TypeRule = { url: 'endpoints', short: 'E', isWildcard: false }
const ROUTES: TypeRule = { url: 'routes', short: 'R', isWildcard: false, waitsFor: 'clusters' }

function cluster(name: string, ...needs: readonly string[]): EncodedResource {
  const resource = { name, version: `${name}1`, bytes: new Uint8Array() }
  return needs.length === 0 ? resource : { ...resource, needs }
}

/** A client that has the cluster `a`, asks for endpoints of these names, and has routes. */
function client(...endpoints: readonly string[]) {
  const of = (rule: TypeRule): Subscription => createSubscription(rule)
  const made = of(CLUSTERS)
  made.isWildcard = true
  made.held = new Map([['a', cluster('a')]])
  const warmed = of(ENDPOINTS)
  for (const name of endpoints) warmed.names.set(name, '1')
  const routes = of(ROUTES)
  const subscriptions = new Map([made, warmed, routes].map(each => [each.rule.url, each]))
  return { made, warmed, routes, subscriptions }
}

describe('what is sent of a type that warms another', () => {
  it.each([
    ['owes what it needs', ['ep'], ['ep'], ['ep']],
    ['owes what it is called, where it does not say', [], ['a', 'b'], ['a']],
    ['owes nothing that is not asked for', ['ep'], ['other'], []],
  ])('%s', (_, needs, asked, owed) => {
    const { warmed, subscriptions } = client(...asked)
    warm(createWarming('delta'), CLUSTERS, [cluster('a', ...needs)], subscriptions)
    expect([...warmed.dueNames]).toEqual(owed)
  })

  it('is remembered until the other is subscribed, on delta streams alone', () => {
    const owed = (['delta', 'sotw'] as const).map(protocol => {
      const { warmed, subscriptions } = client('ep')
      subscriptions.delete(ENDPOINTS.url)
      const warming = createWarming(protocol)
      warm(warming, CLUSTERS, [cluster('a', 'ep')], subscriptions)
      catchUp(warming, warmed)
      catchUp(warming, warmed)
      return [...warmed.dueNames]
    })
    expect(owed).toEqual([['ep'], []])
  })
})

describe('what may refer to it', () => {
  const warming = (needs = 'ep', ...asked: readonly string[]) => {
    const it = client(...asked)
    const warming = createWarming('delta')
    warm(warming, CLUSTERS, [cluster('a', needs)], it.subscriptions)
    return { ...it, warming, held: () => isHeld(warming, it.routes, it.subscriptions) }
  }

  it('waits until the client asks for what is needed, was sent it, and has answered', () => {
    const { warmed, held } = warming()
    expect(held()).toBe(true)
    warmed.names.set('ep', '1')
    expect(held()).toBe(false)
  })

  it('waits for answers that are out', () => {
    const { made, held } = warming('ep', 'ep')
    noteSent(made, { nonce: '1', serial: 1, version: '1', names: ['a'], removed: [] })
    expect(held()).toBe(true)
    made.outstanding.pop()
    expect(held()).toBe(true) // its endpoints are owed
  })

  it('does not wait for what is gone, refused or released', () => {
    const gone = warming()
    gone.made.held = new Map()
    const isRefused = warming()
    refused(isRefused.warming, CLUSTERS.url)
    const isReleased = warming()
    release(isReleased.warming)
    expect([gone.held(), isRefused.held(), isReleased.held()]).toEqual([false, false, false])
  })

  it('is what waits for that type, and was not asked for', () => {
    const { warming: state, warmed, routes, subscriptions } = warming()
    expect(isHeld(state, warmed, subscriptions)).toBe(false)
    routes.due = 'names'
    expect(isHeld(state, routes, subscriptions)).toBe(false)
  })
})
