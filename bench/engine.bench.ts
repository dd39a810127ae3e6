import type { Engine, Hold, Pin, Table } from '../src/engine/index.js'
import { createEngine, isSameData, refreshInSlices } from '../src/engine/index.js'

// The engine alone on the shape of a mesh, with toy translators: what a change costs, in steps run and in time next to
// computing everything, and what a row costs in memory.

const SERVICES = 2_000
const ENDPOINTS_PER_SERVICE = 3
const VIEWS = 50
/** Services that a view's scope reaches. */
const NAMES = 200
const PROXIES = 2_000

interface Service {
  readonly host: string
  readonly ports: readonly number[]
  readonly labels: string
}
interface Endpoint {
  readonly host: string
  readonly address: string
}
interface Encoded {
  readonly name: string
  readonly bytes: Uint8Array
}

const encoder = new TextEncoder()
const encode = (name: string, value: unknown): Encoded => ({ name, bytes: encoder.encode(JSON.stringify(value)) })
const hostOf = (i: number): string => `service-${i}.namespace-${i % 50}.svc.cluster.local`
const reach = (view: number): readonly string[] =>
  Array.from({ length: NAMES }, (_, i) => hostOf((view * 37 + i * 7) % SERVICES))

function declare(engine: Engine) {
  const services = engine.input<string, Service>('services')
  const pods = engine.input<string, Endpoint>('pods')
  const scopes = engine.input<string, readonly string[]>('scopes')
  const other = engine.input<string, number>('other')
  const podsByHost = pods.index('host', ({ host }) => [host])
  const shape = engine.derive('shape', services, ({ host, ports }, key) => [[key, { host, ports }]], {
    equals: isSameData,
  })
  const endpoints = engine.derive(
    'endpoints',
    shape,
    ({ host }, key, read) => [[key, encode(host, read.where(podsByHost, host))]],
    { equals: (a, b) => isSameData(a.bytes, b.bytes) },
  )
  const clusters = engine.family('clusters', String, (view: number, graph) => {
    const names = graph.derive('names', scopes, (hosts, key) =>
      key === `${view}` ? hosts.map(host => [host, host] as const) : [],
    )
    return graph.derive(
      'rows',
      names,
      (host, key, read) => {
        const service = read.one(shape, host)
        return service === undefined ? [] : [[key, encode(host, service)]]
      },
      { equals: (a, b) => isSameData(a.bytes, b.bytes) },
    )
  })
  return { services, pods, scopes, other, endpoints, clusters }
}

function fill(engine: Engine, { services, pods, scopes }: ReturnType<typeof declare>): void {
  engine.commit(tx => {
    for (let i = 0; i < SERVICES; i++) {
      tx.put(services, hostOf(i), { host: hostOf(i), ports: [80, 443], labels: '' })
      for (let e = 0; e < ENDPOINTS_PER_SERVICE; e++) {
        tx.put(pods, `pod-${i}-${e}`, { host: hostOf(i), address: `10.${e}.${i >> 8}.${i & 255}` })
      }
    }
    for (let view = 0; view < VIEWS; view++) tx.put(scopes, `${view}`, reach(view))
  })
}

function heap(): number {
  global.gc?.()
  return process.memoryUsage().heapUsed
}

/** Milliseconds of the fastest of some rounds: the others measure the machine. */
function fastest(rounds: number, round: (n: number) => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let n = 0; n < rounds; n++) {
    const start = performance.now()
    round(n)
    best = Math.min(best, performance.now() - start)
  }
  return best
}

function cold(): {
  readonly engine: Engine
  readonly mesh: ReturnType<typeof declare>
  readonly all: Table<string, Encoded>[]
} {
  const engine = createEngine()
  const mesh = declare(engine)
  fill(engine, mesh)
  const holds: Hold<Table<string, Encoded>>[] = Array.from({ length: PROXIES }, (_, i) => mesh.clusters.hold(i % VIEWS))
  return { engine, mesh, all: [mesh.endpoints, ...new Set(holds.map(({ value }) => value))] }
}

export async function run(): Promise<void> {
  let made = cold()
  const start = performance.now()
  made.engine.refresh(made.all, () => false)
  console.log(`cold: ${(performance.now() - start).toFixed(0)} ms (first), ${made.engine.stats().runs} steps`)

  const scratch = fastest(5, () => {
    const { engine, all } = cold()
    engine.refresh(all, () => false)
  })
  made = cold()
  const before = heap()
  made.engine.refresh(made.all, () => false)
  const pins: Pin[] = Array.from({ length: PROXIES }, () => made.engine.pin())
  const used = heap() - before
  const stats = made.engine.stats()
  console.log(
    `heap: ${(used / 2 ** 20).toFixed(1)} MiB for ${stats.rows} rows, ${stats.subjects} subjects, ${stats.edges} edges, ` +
      `${pins.length} pins: ${(used / stats.rows).toFixed(0)} bytes a row (bytes of resources included)${global.gc ? '' : '; run with --expose-gc'}`,
  )
  measureChanges(made, scratch)
  await measureSlices()
}

function measureChanges({ engine, mesh, all }: ReturnType<typeof cold>, scratch: number): void {
  const cases: readonly (readonly [string, (n: number) => void])[] = [
    ['unrelated', n => void engine.commit(tx => tx.put(mesh.other, 'x', n))],
    [
      'label only',
      n =>
        void engine.commit(tx =>
          tx.put(mesh.services, hostOf(5), { host: hostOf(5), ports: [80, 443], labels: `${n}` }),
        ),
    ],
    [
      'one endpoint',
      n => void engine.commit(tx => tx.put(mesh.pods, 'pod-7-0', { host: hostOf(7), address: `10.9.9.${n}` })),
    ],
    [
      'one service',
      n => void engine.commit(tx => tx.put(mesh.services, hostOf(7), { host: hostOf(7), ports: [n], labels: '' })),
    ],
    ['one scope', n => void engine.commit(tx => tx.put(mesh.scopes, '3', reach(n)))],
  ]
  for (const [name, change] of cases) {
    const [runs, flags] = [engine.stats().runs, engine.stats().flags]
    const rounds = 50
    let changed = 0
    const time = fastest(rounds, n => {
      const since = engine.revision
      change(n)
      changed = 0
      for (const table of all) {
        const changes = engine.changes(table, since)
        changed += changes.kind === 'delta' ? changes.put.size + changes.removed.length : changes.rows.size
      }
    })
    const after = engine.stats()
    console.log(
      `${name.padEnd(12)} ${((after.runs - runs) / rounds).toFixed(1)} steps, ${changed} resources, ` +
        `${((after.flags - flags) / rounds).toFixed(0)} flags, ${time.toFixed(3)} ms to ask all tables: 1/${(scratch / time).toFixed(0)} of computing all`,
    )
  }
}

async function measureSlices(): Promise<void> {
  const { engine, all } = cold()
  let [longest, since, slices] = [0, performance.now(), 1]
  const pause = async (): Promise<void> => {
    longest = Math.max(longest, performance.now() - since)
    await new Promise(resolve => setImmediate(resolve))
    since = performance.now()
    slices++
  }
  await refreshInSlices(engine, all, { now: () => performance.now(), pause })
  console.log(
    `sliced cold start: ${slices} slices, the longest ${longest.toFixed(1)} ms; ${engine.stats().suspended} runs stopped`,
  )
}
