import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/lang/result.js'
import { packAny } from '../../src/proto/index.js'
import { type AdsEvent, type AdsServer, createAdsServer } from '../../src/servers/ads.js'
import { createGrpcServer } from '../../src/servers/grpc/server.js'
import type { GrpcServer } from '../../src/servers/grpc/types.js'
import { CDS, EDS, LDS, RDS } from '../../src/xds/delivery/index.js'
import { adsBootstrap, type Envoy, freePort, startEnvoy } from '../kit/envoy.js'
import { createMemorySource, type MemorySource } from '../kit/memory-source.js'
import type { Protocol } from '../kit/xds-client.js'

const ADS = { ads: {}, resourceApiVersion: 'V3' } as const

const cluster = (name: string, more: object = {}): object => ({
  name,
  type: 'EDS',
  connectTimeout: '1s',
  edsClusterConfig: { edsConfig: { ...ADS, initialFetchTimeout: '0s' } },
  ...more,
})
const endpoints = (clusterName: string, port: number): object => ({
  clusterName,
  endpoints: [
    { lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: port } } } }] },
  ],
})
const route = (to: string): object => ({
  name: 'web',
  virtualHosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: to } }] }],
})
const listener = (port: number, more: object = {}): object => ({
  name: 'web',
  address: { socketAddress: { address: '127.0.0.1', portValue: port } },
  filterChains: [
    {
      filters: [
        {
          name: 'http',
          typedConfig: packAny('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
            statPrefix: 'web',
            rds: { routeConfigName: 'web', configSource: { ...ADS, initialFetchTimeout: '0s' } },
            httpFilters: [
              { name: 'router', typedConfig: packAny('envoy.extensions.filters.http.router.v3.Router', {}) },
            ],
          }),
        },
      ],
    },
  ],
  ...more,
})

const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function backend(text: string): Promise<number> {
  const server: Server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

interface ControlPlane {
  readonly port: number
  readonly ads: AdsServer
  readonly grpc: GrpcServer
  readonly events: AdsEvent[]
  stop(): Promise<void>
}

async function controlPlane(source: MemorySource, port = 0): Promise<ControlPlane> {
  const events: AdsEvent[] = []
  let count = 0
  const ads = createAdsServer({
    connect: () => ok({ connection: `envoy-${++count}`, source, release: () => {} }),
    now: () => performance.now(),
    on: event => void events.push(event),
  })
  const grpc = createGrpcServer({ keepalive: { intervalMs: 500, timeoutMs: 500 } })
  ads.register(grpc)
  const bound = await grpc.listen({ host: '127.0.0.1', port })
  let isStopped = false
  const stop = async (): Promise<void> => {
    if (isStopped) return
    isStopped = true
    ads.close()
    await grpc.close(100)
  }
  opened.push(stop)
  return { port: bound.port, ads, grpc, events, stop }
}

interface Mesh {
  readonly source: MemorySource
  readonly envoy: Envoy
  readonly web: number
  readonly one: number
  readonly two: number
  plane: ControlPlane
  put(changes: Parameters<MemorySource['set']>[0]): void
  get(): Promise<string>
}

async function mesh(protocol: Protocol): Promise<Mesh> {
  const [one, two, web] = [await backend('one'), await backend('two'), await freePort()]
  const source = createMemorySource()
  source.set({
    [CDS]: { one: cluster('one') },
    [EDS]: { one: endpoints('one', one), two: endpoints('two', two) },
    [LDS]: { web: listener(web) },
    [RDS]: { web: route('one') },
  })
  const plane = await controlPlane(source)
  const envoy = await startEnvoy({
    bootstrap: adsBootstrap(plane.port, protocol, { id: 'sidecar~127.0.0.1~a.b~c', cluster: 'a' }),
  })
  opened.push(() => envoy.stop())
  const made: Mesh = {
    source,
    envoy,
    web,
    one,
    two,
    plane,
    put: changes => made.plane.ads.changed(source.set(changes)),
    get: async () => {
      const response = await fetch(`http://127.0.0.1:${web}/`)
      const text = await response.text()
      return response.status === 200 ? text : `${response.status} ${text}`
    },
  }
  await expect.poll(() => made.get().catch(String)).toBe('one')
  return made
}

/** Requests without pause, a few at a time, until stopped; gives how often each answer came. */
function load(get: () => Promise<string>): { stop(): Promise<Map<string, number>> } {
  const answers = new Map<string, number>()
  let isRunning = true
  const worker = async (): Promise<void> => {
    while (isRunning) {
      const answer = await get().catch(String)
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
  }
  const workers = Array.from({ length: 4 }, worker)
  return {
    stop: async () => {
      isRunning = false
      await Promise.all(workers)
      return answers
    },
  }
}

const settled = (plane: ControlPlane, source: MemorySource): Promise<void> =>
  expect.poll(() => plane.ads.streams()[0]?.revision).toBe(source.revision())

describe.each<Protocol>(['delta', 'sotw'])('a stock Envoy over %s ADS', protocol => {
  it('carries traffic, and drops no request while clusters and routes change under load', async () => {
    const { put, get, plane, source, envoy } = await mesh(protocol)
    const requests = load(get)
    for (let i = 0; i < 6; i++) {
      const [from, to] = i % 2 === 0 ? ['one', 'two'] : ['two', 'one']
      put({ [CDS]: { [from]: undefined, [to]: cluster(to) }, [RDS]: { web: route(to) } })
      await expect.poll(get).toBe(to)
      await settled(plane, source)
    }
    // A cluster that changes while it carries traffic warms on endpoints that did not change.
    put({ [CDS]: { one: cluster('one', { connectTimeout: '2s' }) } })
    await settled(plane, source)
    await expect.poll(() => envoy.stat('cluster_manager.warming_clusters')).toBe(0)
    const answers = await requests.stop()
    expect([...answers.keys()].sort()).toEqual(['one', 'two'])
    expect(await envoy.stat('cluster_manager.cluster_removed')).toBe(6)
  })

  it('refuses a bad listener, which is recorded with its name, and goes on', async () => {
    const { put, get, plane, source, web } = await mesh(protocol)
    put({ [LDS]: { bad: { name: 'bad', address: { socketAddress: { address: '256.0.0.1', portValue: 1 } } } } })
    await expect
      .poll(() => plane.events.find(event => event.kind === 'nack'))
      .toMatchObject({ type: LDS, nack: { resources: ['bad'], message: expect.stringContaining('256.0.0.1') } })
    expect(plane.ads.streams()[0]?.types.find(({ type }) => type === LDS)).toMatchObject({ state: 'STALE' })
    expect(await get()).toBe('one')
    put({ [LDS]: { bad: undefined, web: listener(web, { statPrefix: 'again' }) } })
    await settled(plane, source)
    expect(plane.ads.streams()[0]?.types.find(({ type }) => type === LDS)).toMatchObject({ state: 'SYNCED' })
    expect(await get()).toBe('one')
  })

  it('serves on while the control plane is gone, and resumes with what changed', async () => {
    const made = await mesh(protocol)
    await settled(made.plane, made.source)
    const { port } = made.plane
    await made.plane.stop()
    expect(await made.get()).toBe('one')
    made.source.set({ [EDS]: { one: endpoints('one', made.two) } })
    expect(await made.get()).toBe('one')
    made.plane = await controlPlane(made.source, port)
    await expect.poll(() => made.get()).toBe('two')
    await settled(made.plane, made.source)
    const sent = made.plane.events
      .filter(event => event.kind === 'sent')
      .map(({ type, resources }) => [type, resources])
    if (protocol === 'delta') expect(sent).toEqual([[EDS, 1]])
    expect(made.plane.events.filter(event => event.kind === 'nack')).toEqual([])
  })
})
