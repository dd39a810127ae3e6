// Delivery alone: a server with a thousand delta streams of one view, in this process, and its clients in another. What a cold
// start, one change and a connected client cost the server. `--streams=N --services=N --sotw` take another size or protocol.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Registry } from 'prom-client'
import { ok } from '../src/lang/result.js'
import { encode } from '../src/proto/index.js'
import { createAdsServer } from '../src/servers/ads.js'
import { createAdsMetrics } from '../src/servers/ads-metrics.js'
import { createFrameReader, frameHead } from '../src/servers/grpc/frames.js'
import { createGrpcServer } from '../src/servers/grpc/server.js'
import { CDS, EDS } from '../src/xds/delivery/index.js'
import { createMemorySource } from '../test/kit/memory-source.js'
import { readResponse } from './mesh/wire.js'

interface Shape {
  readonly streams: number
  readonly services: number
  readonly protocol: 'delta' | 'sotw'
}

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
const METHODS = { delta: 'DeltaAggregatedResources', sotw: 'StreamAggregatedResources' }
const NODE = { id: 'sidecar~10.0.0.1~a.b~c' }

const cluster = (name: string, seconds = 1): object => ({ name, type: 'EDS', connectTimeout: `${seconds}s` })
const endpoints = (clusterName: string, port = 80): object => ({
  clusterName,
  endpoints: [0, 1, 2].map(i => ({
    lbEndpoints: [{ endpoint: { address: { socketAddress: { address: `10.0.0.${i}`, portValue: port } } } }],
  })),
})
const namesOf = (services: number): string[] =>
  Array.from({ length: services }, (_, i) => `outbound|80||service-${i}.default.svc.cluster.local`)

interface Totals {
  readonly received: number
  readonly bytes: number
}

/** The clients, in a process of their own: what the server's uses is then its own work. */
function runClients({ port, streams, services, protocol }: Shape & { readonly port: number }): void {
  const isDelta = protocol === 'delta'
  const names = namesOf(services)
  const encoded = (request: object): Buffer => {
    const type = isDelta ? 'DeltaDiscoveryRequest' : 'DiscoveryRequest'
    const bytes = encode(`envoy.service.discovery.v3.${type}`, request)
    return Buffer.concat([frameHead(bytes.length), bytes])
  }
  const asked = (list: readonly string[]): object =>
    isDelta ? { resourceNamesSubscribe: list } : { resourceNames: list }
  const totals = { received: 0, bytes: 0 }
  const runClient = (): void => {
    const session = connect(`http://127.0.0.1:${port}`)
    const stream = session.request({
      ':method': 'POST',
      ':path': `${SERVICE}/${METHODS[protocol]}`,
      'content-type': 'application/grpc',
    })
    const frames = createFrameReader(1 << 28)
    stream.on('data', (chunk: Buffer) => {
      totals.bytes += chunk.length
      frames.push(chunk, bytes => {
        totals.received++
        const { type, nonce, version } = readResponse(protocol, Buffer.from(bytes))
        const again = isDelta ? {} : { versionInfo: version, ...asked(type === EDS ? names : []) }
        stream.write(encoded({ typeUrl: type, responseNonce: nonce, ...again }))
      })
    })
    stream.write(encoded({ node: NODE, typeUrl: CDS, ...asked([]) }))
    stream.write(encoded({ typeUrl: EDS, ...asked(names) }))
  }
  for (let i = 0; i < streams; i++) runClient()
  process.on('message', () => process.send?.(totals))
}

const isClients = process.argv[2] === 'clients'
if (isClients) process.once('message', job => runClients(job as Shape & { readonly port: number }))

export async function run(flags: readonly string[] = []): Promise<void> {
  const number = (name: string, otherwise: number): number =>
    Number(flags.find(flag => flag.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise)
  const shape: Shape = {
    streams: number('streams', 1000),
    services: number('services', 500),
    protocol: flags.includes('--sotw') ? 'sotw' : 'delta',
  }
  await measureAll(shape)
}

const ROUNDS = 12

async function measureAll(shape: Shape): Promise<void> {
  const { streams, services } = shape
  const names = namesOf(services)
  const [first = ''] = names
  const source = createMemorySource()
  source.set({
    [CDS]: Object.fromEntries(names.map(name => [name, cluster(name)])),
    [EDS]: Object.fromEntries(names.map(name => [name, endpoints(name)])),
  })
  const metrics = createAdsMetrics(new Registry(), () => performance.now())
  let count = 0
  const ads = createAdsServer({
    connect: () => ok({ connection: `${++count}`, source, release: () => {} }),
    now: () => performance.now(),
    on: metrics.on,
  })
  const grpc = createGrpcServer()
  ads.register(grpc)
  const { port } = await grpc.listen({ host: '127.0.0.1', port: 0 })
  const change = (to: Parameters<typeof source.set>[0], scope?: 'endpoints'): void => {
    source.forgetHistory()
    const revision = source.set(to)
    metrics.changed(revision, [])
    ads.changed(revision, scope)
  }
  const load = await openLoad()
  const before = await settledMemory()
  const measure = meter(load, () => ads.streams().every(({ types }) => types.every(({ state }) => state === 'SYNCED')))
  report(
    `${streams} ${shape.protocol} streams warm, ${services} services`,
    await measure(() => load.start({ ...shape, port }), 2 * streams),
  )
  const after = await settledMemory()
  const costs: Cost[] = []
  for (let i = 0; i < ROUNDS; i++) {
    await pause(100)
    costs.push(await measure(() => change({ [EDS]: { [first]: endpoints(first, 81 + i) } }, 'endpoints'), streams))
  }
  report('one endpoint, the first time', costs[0] as Cost)
  report(`  the median of ${ROUNDS}`, costs.sort((a, b) => a.cpuMs - b.cpuMs)[ROUNDS >> 1] as Cost)
  await pause(200)
  report(
    'one cluster (and its endpoints)',
    await measure(() => change({ [CDS]: { [first]: cluster(first, 2) } }), 2 * streams),
  )
  await pause(200)
  report('a change that means nothing', await measure(() => change({ [CDS]: { [first]: cluster(first, 2) } }), 0))
  const perStream = (what: keyof NodeJS.MemoryUsage): string =>
    `${((after[what] - before[what]) / streams / 1024).toFixed(1)} KiB`
  console.log(
    `a stream that waits: ${perStream('heapUsed')} of heap, ${perStream('external')} outside, ${perStream('rss')} resident`,
  )
  load.stop()
  ads.close()
  await grpc.close(200)
}

interface Cost {
  readonly ms: number
  /** Of this process, all threads. */
  readonly cpuMs: number
  readonly messages: number
  readonly bytes: number
}

type Meter = (change: () => void, messages: number) => Promise<Cost>

/** Until all messages have come and are acknowledged. */
function meter(load: Load, isSettled: () => boolean): Meter {
  let before: Totals = { received: 0, bytes: 0 }
  return async (change, messages) => {
    const cpu = process.cpuUsage()
    const start = performance.now()
    change()
    let now = await load.totals()
    while (now.received - before.received < messages) {
      await pause(10)
      now = await load.totals()
    }
    const ms = performance.now() - start
    await pause(30)
    const { user, system } = process.cpuUsage(cpu)
    if (!isSettled()) throw new Error('not all of it is acknowledged')
    const cost = {
      ms,
      cpuMs: (user + system) / 1000,
      messages: now.received - before.received,
      bytes: now.bytes - before.bytes,
    }
    before = now
    return cost
  }
}

function report(what: string, { ms, cpuMs, messages, bytes }: Cost): void {
  console.log(
    `${what.padEnd(42)} ${cpuMs.toFixed(0).padStart(6)} CPU-ms, ${ms.toFixed(0).padStart(6)} ms to the last stream, ` +
      `${messages} messages, ${(bytes / 1e6).toFixed(2)} MB`,
  )
}

interface Load {
  start(job: Shape & { readonly port: number }): void
  totals(): Promise<Totals>
  stop(): void
}

async function openLoad(): Promise<Load> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['clients'])
  await once(child, 'spawn')
  return {
    start: job => void child.send(job),
    totals: async () => {
      child.send('totals')
      const [totals] = (await once(child, 'message')) as [Totals]
      return totals
    },
    stop: () => void child.kill(),
  }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Once garbage is gone, and what was freed with it. */
async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 3; i++) {
    collect()
    await pause(1500 / 3)
  }
  return process.memoryUsage()
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
