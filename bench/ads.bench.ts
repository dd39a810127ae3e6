import { connect } from 'node:http2'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { ok } from '../src/lang/result.js'
import { encode } from '../src/proto/index.js'
import { createAdsServer } from '../src/servers/ads.js'
import { createFrameReader, frameHead } from '../src/servers/grpc/frames.js'
import { createGrpcServer } from '../src/servers/grpc/server.js'
import { CDS, EDS } from '../src/xds/delivery/index.js'
import { createMemorySource } from '../test/kit/memory-source.js'

const STREAMS = 1000
const SERVICES = 500
const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'
const REQUEST = 'envoy.service.discovery.v3.DeltaDiscoveryRequest'
const NODE = { id: 'sidecar~10.0.0.1~a.b~c' }

const cluster = (name: string, seconds = 1): object => ({ name, type: 'EDS', connectTimeout: `${seconds}s` })
const endpoints = (clusterName: string, port = 80): object => ({
  clusterName,
  endpoints: [0, 1, 2].map(i => ({
    lbEndpoints: [{ endpoint: { address: { socketAddress: { address: `10.0.0.${i}`, portValue: port } } } }],
  })),
})
const names = Array.from({ length: SERVICES }, (_, i) => `outbound|80||service-${i}.default.svc.cluster.local`)

/** The clients, in a thread of their own: what the server's thread spends is then its own work. */
function runClients({ port }: { port: number }): void {
  const encoded = (request: object): Buffer => {
    const bytes = encode(REQUEST, request)
    return Buffer.concat([frameHead(bytes.length), bytes])
  }
  const hello = [
    encoded({ node: NODE, typeUrl: CDS, resourceNamesSubscribe: ['*'] }),
    encoded({ typeUrl: EDS, resourceNamesSubscribe: names }),
  ]
  // Nonces of a stream count up, so these clients know what to acknowledge without reading the response.
  const acks = Array.from({ length: 20 }, (_, i) =>
    encoded({ typeUrl: i % 2 === 0 ? CDS : EDS, responseNonce: (i + 1).toString(36) }),
  )
  let received = 0
  let bytes = 0
  for (let i = 0; i < STREAMS; i++) {
    const session = connect(`http://127.0.0.1:${port}`)
    const stream = session.request({ ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc' })
    const frames = createFrameReader(1 << 28)
    let count = 0
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      frames.push(chunk, () => {
        received++
        const ack = acks[count++]
        if (ack !== undefined) stream.write(ack)
      })
    })
    for (const request of hello) stream.write(request)
  }
  parentPort?.on('message', () => parentPort?.postMessage({ received, bytes }))
}

if (!isMainThread) runClients(workerData as { port: number })

interface Totals {
  readonly received: number
  readonly bytes: number
}

/** One process serves a thousand delta streams of one view: what a cold start and one change cost it. */
export async function run(): Promise<void> {
  const source = createMemorySource()
  source.set({
    [CDS]: Object.fromEntries(names.map(name => [name, cluster(name)])),
    [EDS]: Object.fromEntries(names.map(name => [name, endpoints(name)])),
  })
  let count = 0
  let sent = 0
  const ads = createAdsServer({
    connect: () => ok({ connection: `${++count}`, source, release: () => {} }),
    now: () => performance.now(),
    on: event => {
      if (event.kind === 'sent') sent++
    },
  })
  const grpc = createGrpcServer()
  ads.register(grpc)
  const { port } = await grpc.listen({ host: '127.0.0.1', port: 0 })
  const heapBefore = process.memoryUsage().heapUsed
  const clients = new Worker(new URL(import.meta.url), { workerData: { port } })
  const totals = (): Promise<Totals> =>
    new Promise(resolve => {
      clients.once('message', resolve)
      clients.postMessage('totals')
    })
  let before: Totals = { received: 0, bytes: 0 }
  const measure = async (what: string, change: () => void, messages: number): Promise<void> => {
    const cpu = performance.eventLoopUtilization()
    const start = performance.now()
    const sentBefore = sent
    change()
    let now = await totals()
    while (now.received - before.received < messages) {
      await new Promise(done => setTimeout(done, 5))
      now = await totals()
    }
    const ms = performance.now() - start
    const { active } = performance.eventLoopUtilization(cpu)
    const bytes = now.bytes - before.bytes
    before = now
    console.log(
      `${what.padEnd(34)} ${ms.toFixed(0).padStart(6)} ms to the last stream, server thread busy ${active.toFixed(0)} ms, ` +
        `${sent - sentBefore} messages, ${(bytes / 1e6).toFixed(2)} MB`,
    )
  }
  const [first = ''] = names
  await measure(`${STREAMS} streams warm, ${SERVICES} services`, () => {}, 2 * STREAMS)
  await new Promise(done => setTimeout(done, 500))
  await measure(
    'one endpoint',
    () => ads.changed(source.set({ [EDS]: { [first]: endpoints(first, 81) } }), 'endpoints'),
    STREAMS,
  )
  await new Promise(done => setTimeout(done, 500))
  await measure(
    'one cluster (and its endpoints)',
    () => ads.changed(source.set({ [CDS]: { [first]: cluster(first, 2) } })),
    2 * STREAMS,
  )
  await new Promise(done => setTimeout(done, 500))
  await measure('a change of nothing', () => ads.changed(source.set({ [CDS]: { [first]: cluster(first, 2) } })), 0)
  const heap = process.memoryUsage().heapUsed - heapBefore
  console.log(`heap of a stream: ${(heap / STREAMS / 1024).toFixed(0)} KiB, before any garbage is collected`)
  await clients.terminate()
  ads.close()
  await grpc.close(200)
}
