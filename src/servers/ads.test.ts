import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemorySource, type MemorySource } from '../../test/kit/memory-source.js'
import { openXdsClient, type Protocol, type XdsClient } from '../../test/kit/xds-client.js'
import { err, ok } from '../lang/result.js'
import { encode } from '../proto/index.js'
import { CDS, EDS, HEALTH, LDS, RDS, SDS } from '../xds/delivery/index.js'
import { type AdsEvent, type AdsServer, createAdsServer } from './ads.js'
import { createGrpcServer } from './grpc/server.js'
import { percentDecode } from './grpc/status.js'
import type { GrpcEvent, GrpcLimits, GrpcServer } from './grpc/types.js'

interface Running {
  readonly port: number
  readonly ads: AdsServer
  readonly grpc: GrpcServer
  readonly source: MemorySource
  readonly events: (AdsEvent | GrpcEvent)[]
  readonly reports: string[]
  put(changes: Parameters<MemorySource['set']>[0]): void
  client(protocol: Protocol, more?: object): XdsClient
}

const opened: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function run(limits: Partial<GrpcLimits> = {}): Promise<Running> {
  const source = createMemorySource()
  source.set({
    [CDS]: { a: { name: 'a' }, b: { name: 'b' } },
    [EDS]: { a: { clusterName: 'a' } },
    [SDS]: { s: { name: 's' } },
  })
  const events: (AdsEvent | GrpcEvent)[] = []
  const reports: string[] = []
  const on = (event: AdsEvent | GrpcEvent): void => void events.push(event)
  let count = 0
  const ads = createAdsServer({
    connect: ({ node }) =>
      String(node['id']).startsWith('sidecar~')
        ? ok({
            connection: `c-${++count}`,
            source,
            release: () => reports.push('released'),
            report: (_, error) => reports.push(error ?? 'healthy'),
          })
        : err({ code: 'INVALID_ARGUMENT', message: `the node id ${JSON.stringify(node['id'])} has no type` }),
    debounce: { quietMs: 2 },
    now: () => performance.now(),
    on,
  })
  const grpc = createGrpcServer({ limits, on })
  ads.register(grpc, ['ads', 'sds'])
  const { port } = await grpc.listen({ host: '127.0.0.1', port: 0 })
  opened.push(async () => {
    ads.close()
    await grpc.close(200)
  })
  return {
    port,
    ads,
    grpc,
    source,
    events,
    reports,
    put: changes => ads.changed(source.set(changes)),
    client: (protocol, more = {}) => {
      const client = openXdsClient({ port, protocol, node: { id: 'sidecar~10.0.0.1~a.b~c' }, ...more })
      opened.push(() => client.close())
      return client
    },
  }
}

const names = (client: XdsClient, type: string): string[] => [...client.held(type).keys()]

describe.each<Protocol>(['sotw', 'delta'])('over %s', protocol => {
  it('delivers what there is, then what changes, and shows that it did', async () => {
    const server = await run()
    const client = server.client(protocol)
    client.subscribe(CDS)
    client.subscribe(EDS, ['a'])
    await client.until(() => names(client, CDS).length === 2 && names(client, EDS).length === 1)
    server.put({ [EDS]: { a: { clusterName: 'a', policy: { overprovisioningFactor: 200 } } } })
    const before = client.received.length
    await client.until(() => client.received.length > before)
    expect(client.received.at(-1)?.type).toBe(EDS)
    await expect.poll(() => server.ads.streams()[0]?.revision).toBe(server.source.revision())
    expect(server.ads.streams()[0]).toMatchObject({
      connection: 'c-1',
      protocol,
      types: [
        { type: CDS, state: 'SYNCED', isWildcard: true },
        { type: EDS, state: 'SYNCED', names: 1 },
      ],
    })
  })

  it('records a refusal and goes on', async () => {
    const server = await run()
    const client = server.client(protocol, { isAcknowledging: false })
    client.subscribe(CDS)
    const response = await client.next()
    client.nack(response, 'Error adding/updating cluster(s) b: über')
    await expect
      .poll(() => server.events.find(event => event.kind === 'nack'))
      .toMatchObject({
        connection: 'c-1',
        type: CDS,
        nack: { resources: ['b'], message: expect.stringContaining('über') },
      })
    expect(server.ads.streams()[0]?.types[0]).toMatchObject({ state: 'STALE', nack: { resources: ['b'] } })
    server.put({ [CDS]: { b: { name: 'b', altStatName: 'fixed' } } })
    client.ack(await client.next())
    await expect.poll(() => server.ads.streams()[0]?.types[0]).toMatchObject({ state: 'SYNCED' })
  })

  it('holds back from a slow reader, and gives it the newest state', async () => {
    const server = await run()
    const big = (mark: number): object => ({
      clusterName: 'a',
      endpoints: Array.from({ length: 2000 }, (_, i) => ({ priority: mark, locality: { region: `region-${i}` } })),
    })
    const slow = server.client(protocol)
    slow.subscribe(EDS, ['a'])
    await slow.next()
    slow.pause()
    const quick = server.client(protocol)
    quick.subscribe(EDS, ['a'])
    for (let mark = 1; mark <= 60; mark++) {
      const seen = quick.received.length
      server.put({ [EDS]: { a: big(mark) } })
      await quick.until(() => quick.received.length > seen)
    }
    expect(quick.received.length).toBeGreaterThan(50)
    slow.resume()
    await slow.until(() => JSON.stringify(slow.held(EDS).get('a')?.value).includes('"priority":60'))
    expect(slow.received.length).toBeLessThan(quick.received.length)
  })

  it('refuses a stream without a node, and with an absurd one, and says why', async () => {
    const server = await run()
    const none = server.client(protocol, { node: undefined })
    none.subscribe(CDS)
    expect(await none.ended).toEqual({ code: 3, message: 'the first request of a stream must have a node' })
    const odd = server.client(protocol, { node: { id: 'nöbody' } })
    odd.subscribe(CDS)
    expect(await odd.ended).toEqual({ code: 3, message: 'the node id "nöbody" has no type' })
  })

  it('reports health, and never answers it', async () => {
    const server = await run()
    const client = server.client(protocol)
    client.subscribe(CDS)
    await client.next()
    client.send({ typeUrl: HEALTH })
    client.send({ typeUrl: HEALTH, errorDetail: { message: 'down' } })
    await expect.poll(() => server.reports).toEqual(['healthy', 'down'])
    expect((await client.quiet(30)).length).toBe(0)
  })

  it('ends a stream that asks for a million names, and serves the others', async () => {
    const server = await run()
    const other = server.client(protocol)
    other.subscribe(CDS)
    await other.next()
    const greedy = server.client(protocol)
    const million = Array.from({ length: 1_000_000 }, (_, i) => String(10 + (i % 90)))
    greedy.send({ typeUrl: RDS, [protocol === 'sotw' ? 'resourceNames' : 'resourceNamesSubscribe']: million })
    expect(await greedy.ended).toEqual({ code: 8, message: 'more than 65536 names of RDS are asked for' })
    server.put({ [CDS]: { c: { name: 'c' } } })
    await other.until(() => names(other, CDS).includes('c'))
  })

  it('serves secrets on their own service', async () => {
    const server = await run()
    const client = server.client(protocol, { service: 'sds' })
    client.subscribe(SDS, ['s'])
    expect([...(await client.next()).resources.keys()]).toEqual(['s'])
  })
})

describe('connections', () => {
  it('resumes a delta client with what differs', async () => {
    const server = await run()
    const first = server.client('delta')
    first.subscribe(CDS)
    await first.next()
    const versions = Object.fromEntries([...first.held(CDS)].map(([name, { version }]) => [name, version]))
    first.close()
    server.put({ [CDS]: { b: { name: 'b', altStatName: 'new' } } })
    const second = server.client('delta')
    second.subscribe(CDS, [], { ...versions, gone: 'x' })
    expect([...(await second.next()).resources.keys()]).toEqual(['b'])
    expect((await second.next()).removed).toEqual(['gone'])
    await expect.poll(() => server.reports).toEqual(['released'])
  })

  it('opens and drops streams by the thousand', async () => {
    const server = await run()
    for (let round = 0; round < 10; round++) {
      const clients = Array.from({ length: 100 }, (_, i) => server.client(i % 2 === 0 ? 'sotw' : 'delta'))
      for (const client of clients) client.subscribe(CDS)
      await clients.at(-1)?.next()
      for (const client of clients) client.close()
    }
    await expect
      .poll(() => [server.ads.streams().length, server.grpc.stats().streams], { timeout: 5000 })
      .toEqual([0, 0])
    const client = server.client('delta')
    client.subscribe(CDS)
    await client.next()
  }, 20_000)

  it.each<readonly [Protocol, Protocol]>([
    ['sotw', 'delta'],
    ['delta', 'sotw'],
  ])('tells a client of the same state right after one of the other protocol: %s, then %s', async (first, second) => {
    const { client } = await run()
    for (const protocol of [first, second]) {
      const each = client(protocol)
      each.subscribe(CDS)
      await each.next()
      expect(names(each, CDS)).toEqual(['a', 'b'])
    }
  })

  it('refuses connections and streams beyond their limits, and takes new ones when there is room', async () => {
    const server = await run({ maxConnections: 3, maxStreams: 2 })
    const clients = [server.client('delta'), server.client('delta')]
    for (const client of clients) client.subscribe(CDS)
    for (const client of clients) await client.next()
    const third = server.client('delta')
    third.subscribe(CDS)
    expect(await third.ended).toEqual({ code: 8, message: '2 streams are open' })
    clients[0]?.close()
    await expect.poll(() => server.grpc.stats().connections).toBeLessThan(3)
    const fourth = server.client('delta')
    fourth.subscribe(CDS)
    await fourth.next()
  })

  it('ends streams that an operator disconnects', async () => {
    const server = await run()
    const client = server.client('delta')
    client.subscribe(CDS)
    await client.next()
    expect(server.ads.disconnect('c-1')).toBe(true)
    expect(await client.ended).toEqual({ code: 14, message: 'disconnected by an operator' })
    expect(server.ads.disconnect('c-1')).toBe(false)
  })

  it('ends a stream that cannot be served for a bug, and serves the others', async () => {
    const server = await run()
    const [first, second] = [server.client('delta'), server.client('delta')]
    for (const client of [first, second]) {
      client.subscribe(CDS)
      await client.next()
    }
    const { changes } = server.source
    server.source.changes = () => {
      server.source.changes = changes
      throw new Error('a bug')
    }
    server.put({ [CDS]: { c: { name: 'c' } } })
    expect(await first.ended).toEqual({ code: 13, message: 'internal error' })
    expect([...(await second.next()).resources.keys()]).toEqual(['c'])
    expect(server.events.find(event => event.kind === 'internal')).toMatchObject({ connection: 'c-1' })
    expect(server.reports).toEqual(['released'])
  })

  it('tells clients when it shuts down', async () => {
    const server = await run()
    const client = server.client('delta')
    client.subscribe(CDS)
    await client.next()
    await server.grpc.close(1000)
    expect(await client.ended).toEqual({ code: 14, message: 'the server is shutting down' })
  })
})

/** One request of any kind; gives what is told of it. */
function request(port: number, headers: Record<string, string>, body?: Uint8Array): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    session.on('error', reject)
    const stream = session.request({ ':method': 'POST', 'content-type': 'application/grpc', ...headers })
    let all: IncomingHttpHeaders = {}
    const add = (more: IncomingHttpHeaders): void => void (all = { ...all, ...more })
    stream.on('response', add)
    stream.on('trailers', add)
    stream.on('error', () => {})
    stream.on('close', () => {
      session.close()
      resolve(all)
    })
    stream.resume()
    if (body === undefined) stream.end()
    else stream.end(body)
  })
}

describe('bad input', () => {
  const ADS = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'
  const frame = (bytes: Uint8Array, flag = 0, length = bytes.length): Buffer => {
    const head = Buffer.alloc(5)
    head[0] = flag
    head.writeUInt32BE(length, 1)
    return Buffer.concat([head, bytes])
  }
  const hello = encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', { node: { id: 'sidecar~1' } })

  it.each<[string, Record<string, string>, Uint8Array | undefined, IncomingHttpHeaders]>([
    [
      'an unknown method',
      { ':path': '/a.B/C' },
      undefined,
      { 'grpc-status': '12', 'grpc-message': 'there is no method /a.B/C' },
    ],
    ['GET', { ':path': ADS, ':method': 'GET' }, undefined, { ':status': 405 } as unknown as IncomingHttpHeaders],
    [
      'JSON',
      { ':path': ADS, 'content-type': 'application/json' },
      Buffer.from('{}'),
      { ':status': 415 } as unknown as IncomingHttpHeaders,
    ],
    ['no message at all', { ':path': ADS }, undefined, { 'grpc-status': '0' }],
    ['malformed protobuf', { ':path': ADS }, frame(Buffer.from('0a05', 'hex')), { 'grpc-status': '3' }],
    [
      'a message of 4 GiB',
      { ':path': ADS },
      frame(Buffer.from('00'), 0, 0xffffffff),
      { 'grpc-status': '8', 'grpc-message': 'the message has 4294967295 bytes, and 4194304 are accepted' },
    ],
    ['a compressed message', { ':path': ADS }, frame(Buffer.from('00'), 1), { 'grpc-status': '12' }],
    [
      'half a message',
      { ':path': ADS },
      frame(hello).subarray(0, -1),
      { 'grpc-status': '3', 'grpc-message': 'the stream ends within a message' },
    ],
    ['a deadline', { ':path': ADS, 'grpc-timeout': '1m' }, undefined, {}],
    [
      'secrets without a node',
      { ':path': '/envoy.service.secret.v3.SecretDiscoveryService/FetchSecrets' },
      frame(new Uint8Array()),
      { 'grpc-status': '3' },
    ],
    [
      'two messages for a unary method',
      { ':path': '/envoy.service.secret.v3.SecretDiscoveryService/FetchSecrets' },
      Buffer.concat([frame(hello), frame(hello)]),
      { 'grpc-status': '3' },
    ],
  ])('answers %s', async (_, headers, body, expected) => {
    const server = await run()
    const answer = await request(server.port, headers, body)
    if (typeof answer['grpc-message'] === 'string') answer['grpc-message'] = percentDecode(answer['grpc-message'])
    expect(answer).toMatchObject(expected)
    expect(server.events.filter(event => event.kind === 'internal')).toEqual([])
  })

  it('fetches secrets once', async () => {
    const server = await run()
    const body = encode('envoy.service.discovery.v3.DiscoveryRequest', {
      node: { id: 'sidecar~1' },
      resourceNames: ['s'],
    })
    const answer = await request(
      server.port,
      { ':path': '/envoy.service.secret.v3.SecretDiscoveryService/FetchSecrets' },
      frame(body),
    )
    expect(answer['grpc-status']).toBe('0')
  })

  /** Raw bytes to the port; resolves when the server closed, or after a while. */
  const raw = (port: number, bytes: Uint8Array): Promise<void> =>
    new Promise(resolve => {
      const socket = connectTcp(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('error', () => {})
      socket.on('close', () => resolve())
      socket.resume()
      setTimeout(() => socket.destroy(), 30).unref()
    })

  it('outlives any bytes, before and after the preface', async () => {
    const server = await run()
    const other = server.client('delta')
    other.subscribe(CDS)
    await other.next()
    const preface = Buffer.concat([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    ])
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, isAfter) => {
        await raw(server.port, isAfter ? Buffer.concat([preface, bytes]) : bytes)
      }),
      { seed: 7, numRuns: 40 },
    )
    await raw(server.port, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))
    server.put({ [CDS]: { c: { name: 'c' } } })
    await other.until(() => names(other, CDS).includes('c'))
    expect(server.events.filter(event => event.kind === 'internal')).toEqual([])
  }, 20_000)

  it('outlives malformed requests on a good stream', async () => {
    const server = await run()
    const other = server.client('sotw')
    other.subscribe(LDS)
    await other.next()
    const valid = encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', {
      node: { id: 'sidecar~1', metadata: { a: [1, { b: null }] } },
      typeUrl: CDS,
      resourceNamesSubscribe: ['*'],
      initialResourceVersions: { a: 'b' },
    })
    const edit = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(edit, async edits => {
        const bytes = Buffer.from(valid)
        for (const [at, byte] of edits) bytes[at] = byte
        const answer = await request(server.port, { ':path': ADS }, frame(bytes))
        expect(answer['grpc-status']).toMatch(/^(0|3|8)$/)
      }),
      { seed: 11, numRuns: 150 },
    )
    server.put({ [LDS]: { l: { name: 'l' } } })
    await other.until(() => names(other, LDS).includes('l'))
    expect(server.events.filter(event => event.kind === 'internal')).toEqual([])
  }, 20_000)
})
