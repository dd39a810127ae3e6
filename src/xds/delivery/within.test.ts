import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemorySource, type MemorySource } from '../../../test/kit/memory-source.js'
import { openReplica, type Replica } from '../../../test/kit/xds-replica.js'
import { decode, packAny } from '../../proto/index.js'
import { createStream, LDS, RDS, VHDS, type XdsRequest } from './index.js'

const VHDS_SOURCE = { configSource: { ads: {} } }

/** A route configuration whose hosts are discovered; one that has them inside. */
const shell = (name: string): object => ({ name, vhds: VHDS_SOURCE })
const inline = (name: string): object => ({ name, virtualHosts: [{ name: 'inside', domains: ['*'] }] })
const host = (name: string, mark: number): object => ({ name, domains: [`${mark}.example`] })

/** `put(source, RDS, {a: 1})`: undefined removes. */
function put(source: MemorySource, type: string, marks: Readonly<Record<string, number | undefined>>): void {
  const made = Object.entries(marks).map(([name, mark]) => {
    if (mark === undefined) return [name, undefined]
    return [name, type === RDS ? (mark === 0 ? inline(name) : shell(name)) : host(name, mark)]
  })
  source.set({ [type]: Object.fromEntries(made) as Record<string, object | undefined> })
}

function client(source: MemorySource) {
  const stream = createStream({ protocol: 'delta', source })
  const sent: { readonly nonce: string; readonly type: string }[] = []
  const say = (type: string, request: Partial<XdsRequest> = {}): void => {
    const names = request.names ?? []
    const common = { node: undefined, nonce: '', error: undefined, version: '', unsubscribe: [] }
    stream.receive({ ...common, initialVersions: new Map(), ...request, type, names })
  }
  /** What comes now, as text: `RDS a`, `VHDS a/x -a/y`. `refuses` says which of them it does not take. */
  const take = (refuses: (line: string) => boolean = () => false): string[] => {
    const lines: string[] = []
    for (let next = stream.next(); next !== undefined; next = stream.next()) {
      const { resources = [], removedResources = [] } = decode(
        'envoy.service.discovery.v3.DeltaDiscoveryResponse',
        Buffer.concat(next.parts),
      ) as { resources?: { name: string }[]; removedResources?: string[] }
      const names = [...resources.map(({ name }) => name), ...removedResources.map(name => `-${name}`)]
      const line = [next.type === RDS ? 'RDS' : 'VHDS', ...names].join(' ')
      lines.push(line)
      sent.push(next)
      say(next.type, { nonce: next.nonce, error: refuses(line) ? 'no' : undefined })
    }
    return lines
  }
  return { stream, say, take, push: () => stream.pushTo(source.revision()) }
}

function mesh(): MemorySource {
  const source = createMemorySource()
  put(source, RDS, { a: 1, b: 1, c: 1, inside: 0 })
  put(source, VHDS, { 'a/x': 1, 'a/y': 1, 'b/x': 1, 'unix:///s/x': 1, 'c/x': 1 })
  return source
}

/** A client that has the hosts of `a`. */
function settled(source = mesh()) {
  const it = client(source)
  it.say(RDS, { names: ['a'] })
  expect(it.take()).toEqual(['RDS a'])
  it.say(VHDS)
  expect(it.take()).toEqual(['VHDS a/x a/y'])
  expect(it.stream.isQuiet()).toBe(true)
  return { ...it, source }
}

describe('virtual hosts', () => {
  it('are those of the route configurations that a client has', () => {
    const { source, push, take } = settled()
    put(source, VHDS, { 'a/x': 2, 'b/x': 2, 'a/y': undefined, 'c/x': undefined })
    push()
    expect(take()).toEqual(['VHDS a/x -a/y'])
  })

  it('follow a route configuration that is asked for, and another time when it is asked for again', () => {
    const { say, take } = settled()
    say(RDS, { names: ['b', 'inside'] })
    expect(take()).toEqual(['RDS b inside', 'VHDS b/x'])
    say(RDS, { unsubscribe: ['a'] })
    say(RDS, { names: ['a'] })
    expect(take()).toEqual(['RDS a', 'VHDS a/x a/y'])
  })

  it('are not told of what the client dropped', () => {
    const { source, say, push, take, stream } = settled()
    say(RDS, { names: ['b'] })
    take()
    say(RDS, { unsubscribe: ['a'] })
    put(source, VHDS, { 'a/x': 2, 'a/y': undefined })
    push()
    expect(take()).toEqual([])
    expect(stream.isQuiet()).toBe(true)
  })

  it('that came and went while other changes were held back are told to be gone', () => {
    const { source, say, push, take } = settled()
    put(source, VHDS, { 'b/new': 1, 'a/x': 2 })
    say(RDS, { names: ['b'] })
    // Changes of `a` wait for the push; what is asked for does not.
    expect(take()).toEqual(['RDS b', 'VHDS b/x b/new'])
    put(source, VHDS, { 'b/new': undefined })
    push()
    expect(take()).toEqual(['VHDS a/x -b/new'])
  })

  it('go on being there where their configuration is gone too, until it comes again', () => {
    const { source, push, take, stream } = settled()
    put(source, RDS, { a: undefined })
    put(source, VHDS, { 'a/x': undefined, 'a/y': undefined })
    push()
    expect(take()).toEqual(['RDS -a'])
    expect(stream.isQuiet()).toBe(true)
    put(source, RDS, { a: 1 })
    put(source, VHDS, { 'a/x': 1, 'a/z': 1 })
    push()
    expect(take()).toEqual(['RDS a', 'VHDS a/z a/x -a/y'])
  })

  it('are forgotten by who drops the configuration that is gone', () => {
    const { source, say, push, take } = settled()
    put(source, RDS, { a: undefined })
    put(source, VHDS, { 'a/x': undefined, 'a/y': undefined })
    push()
    take()
    say(RDS, { unsubscribe: ['a'], names: ['b'] })
    take()
    put(source, RDS, { a: 1 })
    put(source, VHDS, { 'a/x': 1 })
    say(RDS, { names: ['a'] })
    push()
    expect(take()).toEqual(['RDS a', 'VHDS a/x'])
  })

  it('are told by their differences to a client that comes back', () => {
    const source = mesh()
    const before = settled(source)
    const version = source.get(VHDS, 'a/x')?.version ?? ''
    put(source, VHDS, { 'a/y': 2, 'a/z': 1 })
    const { say, take, stream } = client(source)
    // What it was sent of `b` it could not use: it had no such route configuration, and has none now.
    const versions = new Map([
      ['a/x', version],
      ['a/y', 'old'],
      ['a/gone', 'old'],
      ['b/gone', 'old'],
    ])
    say(VHDS, { initialVersions: versions })
    const routes = new Map([['a', source.get(RDS, 'a')?.version ?? '']])
    say(RDS, { names: ['a'], initialVersions: routes })
    expect(take()).toEqual(['VHDS a/y a/z -a/gone'])
    expect([before.stream.isQuiet(), stream.isQuiet()]).toEqual([true, true])
  })

  it('are all sent to a client that comes back with its routes alone', () => {
    const source = mesh()
    const { say, take } = client(source)
    say(VHDS, { initialVersions: new Map([['c/x', 'old']]) })
    take()
    say(RDS, { names: ['a'], initialVersions: new Map([['a', source.get(RDS, 'a')?.version ?? '']]) })
    expect(take()).toEqual(['VHDS a/x a/y'])
  })

  it('may be asked for by name, whatever else a client has', () => {
    const { say, take } = client(mesh())
    say(VHDS, { names: ['c/x', 'c/none'] })
    expect(take()).toEqual(['VHDS c/x -c/none'])
  })

  it('belong to what stands before the last slash', () => {
    const source = mesh()
    put(source, RDS, { 'unix:///s': 1 })
    const { say, take } = client(source)
    say(RDS, { names: ['unix:///s'] })
    say(VHDS)
    expect(take()).toEqual(['RDS unix:///s', 'VHDS unix:///s/x'])
  })
})

describe('a refused response', () => {
  it('is sent again by the parts that are taken or refused by themselves', () => {
    const { source, say, push, take, stream } = settled()
    say(RDS, { names: ['b'] })
    take()
    put(source, VHDS, { 'a/x': 2, 'a/y': undefined, 'b/x': 2 })
    push()
    expect(take(line => line.includes('b/x'))).toEqual(['VHDS a/x b/x -a/y', 'VHDS a/x -a/y', 'VHDS b/x'])
    expect(stream.isQuiet()).toBe(true)
    put(source, VHDS, { 'a/x': 3 })
    push()
    expect(take()).toEqual(['VHDS a/x'])
    // Without what was refused, the next change of `b` would be half of it.
    put(source, VHDS, { 'b/y': 1 })
    push()
    expect(take()).toEqual(['VHDS b/y b/x'])
  })

  it('of route configurations is sent again one by one', () => {
    const source = mesh()
    const { say, take, stream } = client(source)
    say(RDS, { names: ['a', 'b'] })
    expect(take(line => line.includes('b'))).toEqual(['RDS a b', 'RDS a', 'RDS b'])
    expect(stream.subscriptions()[0]?.refusal).toBeDefined()
    expect(stream.isQuiet()).toBe(true)
  })

  it('says that what has gone meanwhile is gone', () => {
    const { source, say, push, stream, take } = settled()
    say(RDS, { names: ['b'] })
    take()
    put(source, VHDS, { 'a/x': 2, 'b/x': 2 })
    push()
    const refused = stream.next()
    put(source, VHDS, { 'a/x': undefined })
    say(VHDS, { nonce: refused?.nonce ?? '', error: 'no' })
    expect(take()).toEqual(['VHDS -a/x', 'VHDS b/x'])
  })
})

const ROUTES = ['a', 'b', 'c']
const mark = fc.option(fc.nat(3), { nil: undefined })
const event = fc.oneof(
  fc.record({ do: fc.constant('routes' as const), mark: fc.constantFrom(1, 1, 1, undefined), at: fc.nat(2) }),
  fc.record({ do: fc.constant('hosts' as const), marks: fc.tuple(mark, mark), at: fc.nat(2) }),
  fc.record({ do: fc.constant('listener' as const), refers: fc.subarray(ROUTES) }),
  fc.record({ do: fc.constantFrom('read' as const, 'answer' as const), most: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constantFrom('push' as const, 'push' as const, 'reconnect' as const, 'refuse' as const) }),
)

/** A listener that refers to these. */
function listener(routes: readonly string[]): object {
  const http = (name: string): object => ({
    name,
    typedConfig: packAny('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      rds: { routeConfigName: name },
    }),
  })
  return { name: 'l', filterChains: [{ filters: routes.map(http) }] }
}

function settle(replica: Replica, source: MemorySource): void {
  for (let said = 1; said > 0; ) {
    replica.stream.pushTo(source.revision())
    said = replica.read(Number.POSITIVE_INFINITY) + replica.answer(Number.POSITIVE_INFINITY)
  }
}

describe('a client that discovers hosts, whatever happens', () => {
  it('has those of its route configurations', () => {
    const check = fc.property(fc.array(event, { minLength: 5, maxLength: 60, size: 'max' }), events => {
      const source = createMemorySource()
      source.set({ [LDS]: { l: listener(ROUTES) } })
      put(source, RDS, { a: 1, b: 1 })
      const replica = openReplica('delta', source)
      for (const each of events) {
        if (each.do === 'routes') put(source, RDS, { [ROUTES[each.at] as string]: each.mark })
        else if (each.do === 'hosts') {
          const [x, y] = each.marks
          put(source, VHDS, { [`${ROUTES[each.at]}/x`]: x, [`${ROUTES[each.at]}/y`]: y })
        } else if (each.do === 'listener') source.set({ [LDS]: { l: listener(each.refers) } })
        else if (each.do === 'read') replica.read(each.most)
        else if (each.do === 'answer') replica.answer(each.most)
        else if (each.do === 'push') replica.stream.pushTo(source.revision())
        else if (each.do === 'reconnect') replica.reconnect(source)
        else replica.refuse()
      }
      settle(replica, source)
      expectHosts(replica, source)
      replica.reconnect(source)
      settle(replica, source)
      expect(replica.refused(VHDS).size).toBe(0)
      expectHosts(replica, source)
    })
    fc.assert(check, { seed: 1, numRuns: 300 })
  })
})

/** Of each route configuration in use, but for what was refused by itself. */
function expectHosts(replica: Replica, source: MemorySource): void {
  expect(replica.stream.isQuiet()).toBe(true)
  for (const [route, hosts] of replica.hosts()) {
    const refused = [...replica.refused(VHDS)].filter(name => name.startsWith(`${route}/`))
    // Envoy keeps a configuration that is gone; there are no hosts of one.
    if (refused.length > 0 || replica.refused(RDS).has(route) || !source.list(RDS).has(route)) continue
    const wanted = [...source.list(VHDS)].filter(([name]) => name.startsWith(`${route}/`))
    expect([...hosts].map(([name, { domains }]) => `${name} ${String(domains)}`).sort()).toEqual(
      wanted
        .map(
          ([name, { bytes }]) =>
            `${name} ${String((decode('envoy.config.route.v3.VirtualHost', bytes) as { domains?: string[] }).domains)}`,
        )
        .sort(),
    )
  }
}
