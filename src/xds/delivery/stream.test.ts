import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemorySource, encodeResource, type MemorySource } from '../../../test/kit/memory-source.js'
import { decode } from '../../proto/index.js'
import {
  CDS,
  createMessageCache,
  createStream,
  type DeliveryStream,
  ECDS,
  EDS,
  type EncodedResource,
  LDS,
  type Outgoing,
  type Protocol,
  RDS,
  type XdsRequest,
} from './index.js'
import { MAX_NAMES } from './receive.js'
import { MAX_NAME_CHARS } from './stream.js'
import { MAX_OUTSTANDING } from './subscription.js'
import { ADS_TYPES } from './types.js'

const SHORT = new Map(ADS_TYPES.map(({ url, short }) => [url, short]))
const FIELD: Record<string, string> = {
  [CDS]: 'name',
  [EDS]: 'clusterName',
  [LDS]: 'name',
  [RDS]: 'name',
  [ECDS]: 'name',
}

/** A message whose `mark` can be told from another's. */
function body(type: string, name: string, mark: number): object {
  if (type === CDS) return { name, connectTimeout: `${mark}s` }
  if (type === EDS) return { clusterName: name, policy: { overprovisioningFactor: mark } }
  if (type === LDS) return { name, statPrefix: String(mark) }
  if (type === ECDS) return { name, typedConfig: { '@type': 'x/y.Z', value: Buffer.from([mark]).toString('base64') } }
  return { name, mostSpecificHeaderMutationsWins: mark % 2 === 1, maxDirectResponseBodySizeBytes: mark }
}

interface Sent {
  readonly type: string
  readonly nonce: string
  readonly names: readonly string[]
  readonly removed: readonly string[]
}

interface Client {
  readonly source: MemorySource
  readonly stream: DeliveryStream
  /** `put(CDS, {a: 1})`; undefined removes. Nothing is pushed yet. */
  put(type: string, marks: Readonly<Record<string, number | undefined>>): void
  push(): void
  say(request: Partial<XdsRequest> & { readonly type: string }): string
  /** All that comes now, acknowledged one by one unless told not to. As text: `CDS a b -c`. */
  take(isAcking?: boolean): string[]
  last(type: string): Sent
}

function client(protocol: Protocol, source = createMemorySource()): Client {
  const stream = createStream({ protocol, source, messages: createMessageCache() })
  const sent: Sent[] = []
  const names = new Map<string, readonly string[]>()
  const say: Client['say'] = request => {
    if (protocol === 'sotw' && request.names !== undefined) names.set(request.type, request.names)
    return stream.receive({
      node: undefined,
      nonce: '',
      error: undefined,
      version: '',
      names: protocol === 'sotw' ? (names.get(request.type) ?? []) : [],
      unsubscribe: [],
      initialVersions: new Map(),
      ...request,
    }).kind
  }
  const take = (isAcking = true): string[] => {
    const lines: string[] = []
    for (let next = stream.next(); next !== undefined; next = stream.next()) {
      const each = read(protocol, next)
      sent.push(each)
      const parts = [SHORT.get(each.type), ...each.names, ...each.removed.map(name => `-${name}`)]
      lines.push(parts.join(' '))
      if (isAcking) say({ type: each.type, nonce: each.nonce })
    }
    return lines
  }
  return {
    source,
    stream,
    put: (type, marks) => {
      const entries = Object.entries(marks).map(([name, mark]) => [
        name,
        mark === undefined ? undefined : body(type, name, mark),
      ])
      source.set({ [type]: Object.fromEntries(entries) })
    },
    push: () => stream.pushTo(source.revision()),
    say,
    take,
    last: type => sent.findLast(each => each.type === type) as Sent,
  }
}

function read(protocol: Protocol, outgoing: Outgoing): Sent {
  const message = protocol === 'sotw' ? 'DiscoveryResponse' : 'DeltaDiscoveryResponse'
  const json = decode(`envoy.service.discovery.v3.${message}`, Buffer.concat(outgoing.parts)) as {
    typeUrl: string
    nonce: string
    resources?: { name?: string; resource?: Record<string, string> }[]
    removedResources?: string[]
  }
  const field = FIELD[json.typeUrl] ?? 'name'
  const names = (json.resources ?? []).map(each => {
    const inner = (protocol === 'sotw' ? each : each.resource) as Record<string, string>
    if (protocol === 'delta') expect(inner[field]).toBe(each.name)
    return String(inner[field])
  })
  expect([json.typeUrl, json.nonce]).toEqual([outgoing.type, outgoing.nonce])
  expect([names.length, json.removedResources?.length ?? 0]).toEqual([outgoing.resources, outgoing.removed])
  return { type: json.typeUrl, nonce: json.nonce, names, removed: json.removedResources ?? [] }
}

/** A client that has two clusters with endpoints, a listener and a route, and all of it acknowledged. */
function settled(protocol: Protocol): Client {
  const it = client(protocol)
  it.put(CDS, { a: 1, b: 1 })
  it.put(EDS, { a: 1, b: 1 })
  it.put(LDS, { l: 1 })
  it.put(RDS, { r: 1, s: 1 })
  it.push()
  it.say({ type: CDS, names: [] })
  it.say({ type: EDS, names: ['a', 'b'] })
  it.say({ type: LDS, names: [] })
  it.say({ type: RDS, names: ['r'] })
  expect(it.take()).toEqual(['CDS a b', 'EDS a b', 'LDS l', 'RDS r'])
  expect(it.take()).toEqual([])
  expect(it.stream.isQuiet()).toBe(true)
  return it
}

describe.each<Protocol>(['sotw', 'delta'])('%s', protocol => {
  it('pushes in make-before-break order, whatever the order of the requests', () => {
    const it = client(protocol)
    it.put(CDS, { a: 1 })
    it.put(EDS, { a: 1 })
    it.put(LDS, { l: 1 })
    it.put(RDS, { r: 1 })
    it.say({ type: RDS, names: ['r'] })
    it.say({ type: LDS, names: [] })
    it.say({ type: EDS, names: ['a'] })
    it.say({ type: CDS, names: [] })
    expect(it.take()).toEqual(['CDS a', 'EDS a', 'LDS l', 'RDS r'])
  })

  it('sends nothing for what changed back, or what nobody subscribed', () => {
    const it = settled(protocol)
    it.put(EDS, { a: 2 })
    it.put(EDS, { a: 1, c: 1 })
    it.put(RDS, { s: 2 })
    it.push()
    expect(it.take()).toEqual([])
    expect(it.stream.isQuiet()).toBe(true)
  })

  it('sends an endpoint change alone', () => {
    const it = settled(protocol)
    it.put(EDS, { b: 2 })
    it.push()
    expect(it.take()).toEqual(['EDS b'])
  })

  it('waits for the push, but not with what is asked for', () => {
    const it = settled(protocol)
    it.put(EDS, { b: 2 })
    it.put(RDS, { s: 2 })
    expect(it.take()).toEqual([])
    it.say(
      protocol === 'sotw' ? { type: RDS, names: ['r', 's'], nonce: it.last(RDS).nonce } : { type: RDS, names: ['s'] },
    )
    expect(it.take()).toEqual(['RDS s'])
    it.push()
    expect(it.take()).toEqual(['EDS b'])
  })

  it('makes no intermediate states for a slow reader', () => {
    const it = settled(protocol)
    for (let mark = 2; mark < 20; mark++) {
      it.put(EDS, { a: mark })
      it.put(RDS, { r: mark })
      it.push()
    }
    expect(it.take()).toEqual(['EDS a', 'RDS r'])
  })

  it('sends endpoints after a changed cluster, changed or not', () => {
    const it = settled(protocol)
    it.put(CDS, { b: 2 })
    it.push()
    expect(it.take()).toEqual([protocol === 'sotw' ? 'CDS a b' : 'CDS b', 'EDS b'])
  })

  it('takes a cluster away only when routes and listeners that named it are acknowledged', () => {
    const it = settled(protocol)
    it.put(CDS, { a: undefined, c: 1 })
    it.put(RDS, { r: 2 })
    it.push()
    expect(it.take(false)).toEqual([protocol === 'sotw' ? 'CDS b c a' : 'CDS c'])
    it.say({ type: CDS, nonce: it.last(CDS).nonce })
    expect(it.take(false)).toEqual(['RDS r'])
    expect(it.take(false)).toEqual([])
    it.say({ type: RDS, nonce: it.last(RDS).nonce })
    expect(it.take()).toEqual([protocol === 'sotw' ? 'CDS b c' : 'CDS -a'])
    expect(it.stream.isQuiet()).toBe(true)
  })

  it('leaves the endpoints of a cluster that goes away as they are until it has gone', () => {
    const source = createMemorySource()
    const filler = (name: string): EncodedResource => ({
      ...encodeResource(EDS, name, { clusterName: name }),
      isFiller: true,
    })
    const get: MemorySource['get'] = (type, name) => source.get(type, name) ?? (type === EDS ? filler(name) : undefined)
    const it = client(protocol, { ...source, get })
    it.put(CDS, { a: 1, b: 1 })
    it.put(EDS, { a: 1, b: 1 })
    it.push()
    it.say({ type: CDS, names: [] })
    it.say({ type: EDS, names: ['a', 'b', 'c'] })
    expect(it.take()).toEqual(['CDS a b', 'EDS a b c'])
    it.put(CDS, { b: undefined })
    it.put(EDS, { b: undefined })
    it.push()
    expect(it.take()).toEqual([protocol === 'sotw' ? 'CDS a' : 'CDS -b'])
    it.put(EDS, { c: 1 })
    it.push()
    expect(it.take()).toEqual(['EDS c'])
  })

  it('holds routes back until a new cluster has its endpoints, or the client is given up on', () => {
    const it = settled(protocol)
    it.put(EDS, { c: 1 })
    it.source.set({ [CDS]: { c: { name: 'c', edsClusterConfig: {} } }, [RDS]: { r: body(RDS, 'r', 2) } })
    it.push()
    expect(it.take().length).toBe(1)
    expect([it.take(), it.stream.isHolding(), it.stream.isQuiet()]).toEqual([[], true, false])
    it.say(
      protocol === 'sotw'
        ? { type: EDS, names: ['a', 'b', 'c'], nonce: it.last(EDS).nonce }
        : { type: EDS, names: ['c'] },
    )
    expect(it.take(false)).toEqual(['EDS c'])
    it.say({ type: EDS, nonce: it.last(EDS).nonce })
    expect(it.take()).toEqual(['RDS r'])
    it.source.set({ [CDS]: { d: { name: 'd', edsClusterConfig: {} } }, [RDS]: { r: body(RDS, 'r', 3) } })
    it.push()
    expect(it.take().length).toBe(1)
    it.stream.release()
    expect(it.take()).toEqual(['RDS r'])
    expect([it.stream.isHolding(), it.stream.isQuiet()]).toEqual([false, true])
  })

  it.each<readonly [string, object | undefined]>([
    ['is gone again', undefined],
    ['needs none any more', { name: 'c' }],
  ])('waits for no endpoints of a cluster that %s', (_, cluster) => {
    const it = settled(protocol)
    it.source.set({ [CDS]: { c: { name: 'c', edsClusterConfig: {} } }, [RDS]: { r: body(RDS, 'r', 2) } })
    it.push()
    expect(it.take().length).toBe(1)
    expect(it.stream.isHolding()).toBe(true)
    it.source.set({ [CDS]: { c: cluster } })
    it.push()
    expect(it.take()).toContain('RDS r')
    expect(it.take()).toEqual([])
    expect([it.stream.isHolding(), it.stream.isQuiet()]).toEqual([false, true])
  })

  it('does not take away what came back in the meantime', () => {
    const it = settled(protocol)
    it.put(CDS, { a: undefined })
    it.put(RDS, { r: 2 })
    it.push()
    expect(it.take(false)).toEqual(['RDS r'])
    it.put(CDS, { a: 1 })
    it.push()
    it.say({ type: RDS, nonce: it.last(RDS).nonce })
    const after = it.take()
    expect(after.filter(line => line.includes('-a'))).toEqual([])
    expect(it.stream.isQuiet()).toBe(true)
  })

  it('records a refusal with the resource it names, and does not answer it', () => {
    const it = settled(protocol)
    it.put(CDS, { a: 2, b: 2 })
    it.push()
    expect(it.take(false).length).toBe(2)
    const { nonce } = it.last(CDS)
    expect(it.say({ type: CDS, nonce, error: 'Error adding/updating cluster(s) b: no such thing, ba' })).toBe('refused')
    it.say({ type: EDS, nonce: it.last(EDS).nonce })
    expect(it.take()).toEqual([])
    const [cds] = it.stream.subscriptions()
    expect(cds?.refusal).toMatchObject({ resources: ['b'], message: expect.stringContaining('no such thing') })
    it.put(CDS, { b: 3 })
    it.push()
    it.take()
    expect(it.stream.subscriptions()[0]?.refusal).toBeUndefined()
  })

  it('answers names that are added with those alone', () => {
    const it = settled(protocol)
    it.say(
      protocol === 'sotw' ? { type: RDS, names: ['r', 's'], nonce: it.last(RDS).nonce } : { type: RDS, names: ['s'] },
    )
    expect(it.take()).toEqual(['RDS s'])
  })

  it('does not answer names that are dropped, and sends them no more', () => {
    const it = settled(protocol)
    it.say(
      protocol === 'sotw' ? { type: EDS, names: ['b'], nonce: it.last(EDS).nonce } : { type: EDS, unsubscribe: ['a'] },
    )
    it.put(EDS, { a: 2, b: 2 })
    it.push()
    expect(it.take()).toEqual(['EDS b'])
  })

  it('answers a name that there is nothing of', () => {
    const it = client(protocol)
    it.say({ type: RDS, names: ['x'] })
    expect(it.take()).toEqual([protocol === 'sotw' ? 'RDS' : 'RDS -x'])
    it.put(RDS, { x: 1 })
    it.push()
    expect(it.take()).toEqual(['RDS x'])
  })

  it('answers an empty wildcard', () => {
    const it = client(protocol)
    it.say({ type: CDS, names: [] })
    expect(it.take()).toEqual(['CDS'])
  })

  it('compares everything when history is gone, and sends what differs', () => {
    const it = settled(protocol)
    it.put(CDS, { a: undefined, b: 1, c: 1 })
    it.put(EDS, { b: 2 })
    it.source.forgetHistory()
    it.push()
    const lines = it.take()
    expect(lines).toEqual(protocol === 'sotw' ? ['CDS b c a', 'EDS b', 'CDS b c'] : ['CDS c', 'EDS b', 'CDS -a'])
  })

  it('ends a stream that asks for too much', () => {
    const it = client(protocol)
    const many = Array.from({ length: MAX_NAMES * 2 + 1 }, (_, i) => `n${i}`)
    expect(it.say({ type: EDS, names: many })).toBe('limit')
    for (let i = 0; i < 40; i++) it.say({ type: `unknown/${i}`, names: ['a'] })
    expect(it.say({ type: 'unknown/last', names: ['a'] })).toBe('limit')
  })

  it('counts the characters of all names that are asked for, and no longer those that were dropped', () => {
    const it = client(protocol)
    const long = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, i) => `${from + i}`.padEnd(MAX_NAME_CHARS / 64, 'x'))
    const drop = protocol === 'sotw' ? { names: [] } : { unsubscribe: long(0, 40) }
    expect(it.say({ type: EDS, names: long(0, 40) })).toBe('accepted')
    expect(it.say({ type: RDS, names: long(40, 64) })).toBe('accepted')
    it.take()
    it.say({ type: EDS, nonce: it.last(EDS).nonce, ...drop })
    expect(it.say({ type: ECDS, names: long(64, 104) })).toBe('accepted')
    expect(it.say({ type: EDS, names: ['one', 'more'] })).toBe('limit')
  })

  it('goes on telling a client that never answers, and remembers no more than the last of it', () => {
    const it = client(protocol)
    it.put(EDS, { a: 0 })
    it.say({ type: EDS, names: ['a'] })
    for (let mark = 1; mark <= MAX_OUTSTANDING + 10; mark++) {
      it.take(false)
      it.put(EDS, { a: mark })
      it.push()
    }
    expect(it.take(false)).toEqual(['EDS a'])
    expect(it.stream.subscriptions()[0]?.outstanding.length).toBe(MAX_OUTSTANDING)
    expect(it.say({ type: EDS, nonce: it.last(EDS).nonce })).toBe('accepted')
    expect(it.stream.isQuiet()).toBe(true)
  })
})

describe('sotw', () => {
  it('ignores an answer to a response that is not the newest', () => {
    const it = settled('sotw')
    const old = it.last(EDS).nonce
    it.put(EDS, { a: 2 })
    it.push()
    expect(it.take(false)).toEqual(['EDS a'])
    expect(it.say({ type: EDS, nonce: old, names: ['a'] })).toBe('stale')
    it.put(EDS, { b: 2 })
    it.push()
    expect(it.take()).toEqual(['EDS b'])
  })

  it('starts over with an empty nonce', () => {
    const it = settled('sotw')
    it.say({ type: EDS, names: ['a', 'b'] })
    expect(it.take()).toEqual(['EDS a b'])
  })

  it('unsubscribes with no names, of types without wildcard', () => {
    const it = settled('sotw')
    it.say({ type: EDS, names: [], nonce: it.last(EDS).nonce })
    it.put(EDS, { a: 2 })
    it.push()
    expect(it.take()).toEqual([])
  })

  it('sends all that is named of a type whose responses are the whole state', () => {
    const it = client('sotw')
    it.put(CDS, { a: 1, b: 1, c: 1 })
    it.push()
    it.say({ type: CDS, names: ['a'] })
    expect(it.take()).toEqual(['CDS a'])
    it.say({ type: CDS, names: ['a', 'b'], nonce: it.last(CDS).nonce })
    expect(it.take()).toEqual(['CDS a b'])
    it.put(CDS, { c: 2 })
    it.push()
    expect(it.take()).toEqual([])
    it.put(CDS, { a: undefined })
    it.push()
    expect(it.take()).toEqual(['CDS b'])
  })

  it('answers new names even in a refusal', () => {
    const it = settled('sotw')
    it.put(RDS, { r: 2 })
    it.push()
    it.take(false)
    it.say({ type: RDS, names: ['r', 's'], nonce: it.last(RDS).nonce, error: 'no' })
    expect(it.take()).toEqual(['RDS s'])
  })
})

describe('delta', () => {
  const versions = (source: MemorySource, type: string, names: readonly string[]): Map<string, string> =>
    new Map(names.map(name => [name, source.get(type, name)?.version ?? 'of another time']))

  it('resumes: what differs, what is gone, and nothing else', () => {
    const { source } = settled('delta')
    const it = client('delta', source)
    const cds = versions(source, CDS, ['a', 'b', 'gone'])
    const eds = versions(source, EDS, ['a', 'b'])
    it.put(CDS, { b: 2, c: 1 })
    it.put(EDS, { a: 2 })
    it.say({ type: CDS, names: ['*'], initialVersions: cds })
    expect(it.take()).toEqual(['CDS b c', 'CDS -gone'])
    // b was warmed before its endpoints were subscribed again.
    it.say({ type: EDS, names: ['a', 'b'], initialVersions: eds })
    expect(it.take()).toEqual(['EDS a b'])
    expect(it.stream.isQuiet()).toBe(true)
  })

  it('sends nothing to a client that has it all', () => {
    const { source } = settled('delta')
    const it = client('delta', source)
    it.say({ type: CDS, names: [], initialVersions: versions(source, CDS, ['a', 'b']) })
    it.say({ type: EDS, names: ['a', 'b'], initialVersions: versions(source, EDS, ['a', 'b']) })
    expect(it.take()).toEqual([])
    expect(it.stream.isQuiet()).toBe(true)
    it.put(EDS, { a: 5 })
    it.push()
    expect(it.take()).toEqual(['EDS a'])
  })

  it('resumes names that it does not know, with their removal', () => {
    const { source } = settled('delta')
    const it = client('delta', source)
    it.say({ type: RDS, names: ['r', 'x', 'y'], initialVersions: versions(source, RDS, ['r', 'x']) })
    expect(it.take()).toEqual(['RDS -y -x'])
  })

  it('sends a listener and a route alone, too', () => {
    const it = settled('delta')
    it.put(LDS, { l: 1, m: 1 })
    it.put(RDS, { r: 2 })
    it.push()
    expect(it.take()).toEqual(['LDS m', 'RDS r'])
    it.put(LDS, { m: undefined })
    it.push()
    expect(it.take()).toEqual(['LDS -m'])
  })

  it('starts and ends a wildcard', () => {
    const it = client('delta')
    it.put(CDS, { a: 1, b: 1 })
    it.push()
    it.say({ type: CDS, names: ['a'] })
    expect(it.take()).toEqual(['CDS a'])
    it.say({ type: CDS, names: ['*'] })
    expect(it.take()).toEqual(['CDS a b'])
    it.say({ type: CDS, unsubscribe: ['*'] })
    it.put(CDS, { a: 2, b: 2 })
    it.push()
    expect(it.take()).toEqual(['CDS a'])
  })

  it('sends a name again that is subscribed again', () => {
    const it = settled('delta')
    it.say({ type: EDS, names: ['a'] })
    expect(it.take()).toEqual(['EDS a'])
  })

  it('never takes back an extension', () => {
    const it = client('delta')
    it.put(ECDS, { w: 1 })
    it.push()
    it.say({ type: ECDS, names: ['w', 'x'] })
    expect(it.take()).toEqual(['ECDS w'])
    it.put(ECDS, { w: undefined })
    it.push()
    expect(it.take()).toEqual([])
  })

  it('takes a late answer to a dropped subscription for what it is', () => {
    const it = settled('delta')
    it.say({ type: EDS, unsubscribe: ['a', 'b'] })
    expect(it.say({ type: EDS, nonce: it.last(EDS).nonce })).toBe('stale')
    expect(it.take()).toEqual([])
  })

  it('lets earlier responses be refused while later ones are out', () => {
    const it = settled('delta')
    it.put(EDS, { a: 2 })
    it.push()
    it.take(false)
    const first = it.last(EDS).nonce
    it.put(EDS, { b: 2 })
    it.push()
    it.take(false)
    expect(it.say({ type: EDS, nonce: first, error: 'a is bad' })).toBe('refused')
    expect(it.stream.subscriptions()[1]?.refusal?.resources).toEqual(['a'])
    expect(it.say({ type: EDS, nonce: it.last(EDS).nonce })).toBe('accepted')
  })
})

describe('any history', () => {
  const TYPES = [CDS, EDS, LDS, RDS]
  const NAMES = ['a', 'b', 'c', 'd']
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('put' as const),
        type: fc.constantFrom(...TYPES),
        name: fc.constantFrom(...NAMES),
        mark: fc.option(fc.nat(3), { nil: undefined }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        type: fc.constantFrom(EDS, RDS),
        name: fc.constantFrom(...NAMES),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('drop' as const),
        type: fc.constantFrom(EDS, RDS),
        name: fc.constantFrom(...NAMES),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
  )

  it.each<Protocol>(['sotw', 'delta'])('%s leaves the client with exactly what there is', protocol => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const source = createMemorySource()
        const model = openModel(protocol, source)
        for (const each of steps) {
          if (each.do === 'put')
            source.set({
              [each.type]: { [each.name]: each.mark === undefined ? undefined : body(each.type, each.name, each.mark) },
            })
          else if (each.do === 'forget') source.forgetHistory()
          else if (each.do === 'add') model.add(each.type, each.name)
          else if (each.do === 'drop') model.drop(each.type, each.name)
          else model[each.do]()
        }
        model.finish()
        for (const type of TYPES) {
          const wanted = model.wanted(type)
          const there = [...source.list(type).values()].filter(({ name }) => wanted === undefined || wanted.has(name))
          expect(model.held(type)).toEqual(new Map(there.map(({ name, version }) => [name, version])))
        }
      }),
      { seed: 20261121, numRuns: 400 },
    )
  })
})

/** A client with a memory and a network that delivers when it is told to. */
function openModel(protocol: Protocol, source: MemorySource) {
  let stream = createStream({ protocol, source })
  let unread: Outgoing[] = []
  let unanswered: XdsRequest[] = []
  const held = new Map<string, Map<string, string>>([CDS, EDS, LDS, RDS].map(type => [type, new Map()]))
  const wanted = new Map<string, Set<string>>([
    [EDS, new Set()],
    [RDS, new Set()],
  ])
  const nonces = new Map<string, string>()
  const heldOf = (type: string): Map<string, string> => held.get(type) as Map<string, string>
  const request = (type: string, more: Partial<XdsRequest>): XdsRequest => ({
    type,
    node: undefined,
    nonce: '',
    error: undefined,
    version: '',
    names: protocol === 'sotw' ? [...(wanted.get(type) ?? [])] : [],
    unsubscribe: [],
    initialVersions: new Map(),
    ...more,
  })
  const connect = (): void => {
    stream = createStream({ protocol, source })
    unread = []
    unanswered = []
    nonces.clear()
    for (const [type, have] of held) {
      const names = wanted.get(type)
      if (names?.size === 0) continue
      const initialVersions = protocol === 'delta' ? new Map(have) : new Map<string, string>()
      stream.receive(request(type, { names: [...(names ?? [])], initialVersions }))
    }
  }
  const read = (): void => {
    for (let next = stream.next(); next !== undefined; next = stream.next()) unread.push(next)
    for (const each of unread.splice(0)) {
      const message = protocol === 'sotw' ? 'DiscoveryResponse' : 'DeltaDiscoveryResponse'
      const json = decode(`envoy.service.discovery.v3.${message}`, Buffer.concat(each.parts)) as {
        resources?: Record<string, string>[]
        removedResources?: string[]
      }
      const have = heldOf(each.type)
      const isWhole = protocol === 'sotw' && !wanted.has(each.type)
      if (isWhole) have.clear()
      for (const resource of json.resources ?? []) {
        const name =
          protocol === 'sotw' ? (resource['name'] ?? resource['clusterName'] ?? '') : (resource['name'] ?? '')
        // SotW has no versions of resources: the version is a hash of the bytes, so it can be made again.
        const version =
          protocol === 'delta' ? (resource['version'] ?? '') : encodeResource(each.type, name, resource).version
        if (wanted.get(each.type)?.has(name) !== false) have.set(name, version)
      }
      for (const name of json.removedResources ?? []) have.delete(name)
      nonces.set(each.type, each.nonce)
      unanswered.push(request(each.type, { nonce: each.nonce }))
    }
  }
  const answer = (): void => {
    for (const each of unanswered.splice(0)) {
      const now = protocol === 'sotw' ? { ...each, names: [...(wanted.get(each.type) ?? [])] } : each
      stream.receive(now)
    }
  }
  connect()
  return {
    push: () => stream.pushTo(source.revision()),
    read,
    answer,
    reconnect: connect,
    add: (type: string, name: string): void => {
      wanted.get(type)?.add(name)
      stream.receive(request(type, protocol === 'sotw' ? { nonce: nonces.get(type) ?? '' } : { names: [name] }))
    },
    drop: (type: string, name: string): void => {
      wanted.get(type)?.delete(name)
      heldOf(type).delete(name)
      stream.receive(request(type, protocol === 'sotw' ? { nonce: nonces.get(type) ?? '' } : { unsubscribe: [name] }))
    },
    finish: (): void => {
      for (let i = 0; i < 6; i++) {
        stream.pushTo(source.revision())
        read()
        answer()
      }
      expect(stream.isQuiet()).toBe(true)
      // A SotW client is not told that a named resource is gone: what it holds beyond that is not looked at.
      if (protocol === 'sotw')
        for (const type of [EDS, RDS])
          for (const name of heldOf(type).keys()) if (!source.list(type).has(name)) heldOf(type).delete(name)
    },
    held: heldOf,
    wanted: (type: string): Set<string> | undefined => wanted.get(type),
  }
}
