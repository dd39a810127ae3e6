// A real `pillion serve` with a mesh of N services, and M proxies that ask for everything over ADS: what it takes to bring them
// all up, and what one change costs until the last proxy has it. Against what the reference took on two cores of the same kind.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  allPods,
  appDocuments,
  appFile,
  appOf,
  IDLE_FILE,
  idleDocuments,
  type MeshFiles,
  type MeshShape,
  namespaceDocuments,
  namespaceOf,
  routeFile,
  virtualService,
  writeDocuments,
  writeMesh,
} from './mesh/files.js'
import type { LoadJob, LoadReport } from './mesh/load.js'
import { type Server, startServer } from './mesh/server.js'

type Protocol = LoadJob['protocol']

/** What one step took; times in ms, CPU of the server. */
interface Cost {
  readonly ms: number
  readonly cpuMs: number
  readonly bytes: number
}
interface Reference {
  readonly warm: Cost & { readonly mib: number }
  readonly endpoint: Cost
  readonly route: Cost
}

/** Two cores, 1,000 services. No count of bytes where it is 0. */
const UNSCOPED_100: Reference = {
  warm: { ms: 4300, cpuMs: 7300, bytes: 0, mib: 518 },
  endpoint: { ms: 685, cpuMs: 400, bytes: 0 },
  route: { ms: 1170, cpuMs: 1200, bytes: 53e6 },
}
const SCOPED_1000: Reference = {
  warm: { ms: 5100, cpuMs: 8300, bytes: 0, mib: 1051 },
  endpoint: { ms: 670, cpuMs: 600, bytes: 0 },
  route: { ms: 720, cpuMs: 600, bytes: 6.3e6 },
}

interface Scenario extends MeshShape {
  readonly protocol: Protocol
  readonly discoversHosts?: boolean
  readonly reference?: Reference
}

const DEFAULTS: readonly Scenario[] = [
  { services: 1000, proxies: 100, isScoped: false, protocol: 'delta', reference: UNSCOPED_100 },
  { services: 1000, proxies: 1000, isScoped: true, protocol: 'delta', reference: SCOPED_1000 },
]
/** `--growth`: one size grows, the other stays. */
const GROWTH: readonly Scenario[] = [
  ...[100, 500, 1000, 2000].map(proxies => scoped(1000, proxies)),
  ...[100, 500, 1000, 2000, 5000].map(services => scoped(services, 500)),
  ...[100, 1000, 5000].map(services => ({ ...scoped(services, 100), isScoped: false })),
  ...[500, 1000, 2000].map(proxies => ({ ...scoped(1000, proxies), isScoped: false })),
]

function scoped(services: number, proxies: number): Scenario {
  return { services, proxies, isScoped: true, protocol: 'delta' }
}

/** Flags: `--growth`; `--services=N --proxies=M --scoped --sotw --vhds` for one run of that size. */
export async function run(flags: readonly string[] = []): Promise<void> {
  for (const scenario of scenariosOf(flags)) await measure(scenario)
}

function scenariosOf(flags: readonly string[]): readonly Scenario[] {
  if (flags.includes('--growth')) return GROWTH
  if (flags.length === 0) return DEFAULTS
  const number = (name: string, otherwise: number): number =>
    Number(flags.find(flag => flag.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise)
  return [
    {
      services: number('services', 1000),
      proxies: number('proxies', 100),
      isScoped: flags.includes('--scoped'),
      protocol: flags.includes('--sotw') ? 'sotw' : 'delta',
      discoversHosts: flags.includes('--vhds'),
    },
  ]
}

async function measure(scenario: Scenario): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pillion-mesh-'))
  const { services, proxies, isScoped, protocol, reference } = scenario
  try {
    const files = writeMesh(folder, scenario)
    const server = await startServer(folder)
    console.log(
      `\n${services} services in ${files.files} files, ${proxies} proxies ${isScoped ? 'scoped by Sidecars' : 'unscoped'}, ${protocol}${scenario.discoversHosts === true ? ', virtual hosts discovered' : ''}`,
    )
    console.log(`  ready after ${ms(server.startMs)}, ${ms(server.cpuMs())} CPU, ${server.memory().rss.toFixed(0)} MiB`)
    const load = await openLoad()
    try {
      await warm(server, load, scenario, files)
      for (const change of changesOf(scenario, files)) {
        await applyChange(server, load, change, change.like === undefined ? undefined : reference?.[change.like])
      }
      await memory(server, scenario, 'in the end')
      await idle(server)
    } finally {
      load.stop()
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function warm(server: Server, load: Load, scenario: Scenario, { pods }: MeshFiles): Promise<void> {
  const { protocol, reference, discoversHosts = false } = scenario
  const cpu = server.cpuMs()
  const start = hrtime()
  load.connect({ port: server.port, protocol, pods, discoversHosts })
  let now = await load.report()
  while (now.warm < pods.length) {
    await pause(20)
    now = await load.report()
    if (now.ended > 0) throw new Error(`${now.ended} streams ended`)
    if (hrtime() - start > GIVE_UP_MS) throw new Error(`after ${GIVE_UP_MS} ms ${now.warm} proxies are warm`)
  }
  const took = now.lastAt - start
  await settled(server, load)
  const { rss, peak } = server.memory()
  const cost = { ms: took, cpuMs: server.cpuMs() - cpu, bytes: now.bytes }
  const ratios =
    reference === undefined ? '' : ` (${ratio(cost, reference.warm)}; ${of(rss, reference.warm.mib)} memory)`
  console.log(
    `  ${'all warm'.padEnd(WIDTH)} ${costText(cost)}, ${now.messages} messages, ${rss.toFixed(0)} MiB (at most ${peak.toFixed(0)})${ratios}`,
  )
}

async function memory(server: Server, { proxies }: Scenario, when: string): Promise<void> {
  const { rss, peak } = server.memory()
  const { used, taken, external } = await server.heap()
  const perProxy = ((used * 1024) / proxies).toFixed(0)
  const parts = [
    `${rss.toFixed(0)} MiB resident (at most ${peak.toFixed(0)})`,
    `heap ${used.toFixed(0)} of ${taken.toFixed(0)} MiB, ${external.toFixed(0)} outside`,
    `${perProxy} KiB of heap a proxy`,
  ]
  console.log(`  ${when.padEnd(WIDTH)} ${parts.join(', ')}`)
}

/** What it takes to wait: counts of changes include it. */
async function idle(server: Server): Promise<void> {
  const cpu = server.cpuMs()
  await pause(IDLE_MS)
  console.log(`  ${'a second without any change'.padEnd(WIDTH)} ${ms(((server.cpuMs() - cpu) / IDLE_MS) * 1000)} CPU`)
}

interface Change {
  readonly what: string
  readonly path: string
  readonly documents: readonly object[]
  readonly like?: 'endpoint' | 'route'
}

function changesOf(shape: MeshShape, { folder, own }: MeshFiles): readonly Change[] {
  const shared = appOf(0)
  const file = (path: string): string => join(folder, path)
  const app = (which: typeof shared, edit: Parameters<typeof appDocuments>[2]): readonly object[] =>
    appDocuments(which, allPods(which, shape), edit)
  const scope = (extra: readonly string[]): readonly string[] => ['./*', `${namespaceOf(0)}/*`, ...extra]
  const everywhere = shape.isScoped ? 'a service that all use' : 'a service'
  const changes: Change[] = [
    // The first of each kind warms the compiler up as well; the second is what a server that runs for days would take.
    ...[1, 2, 1].map((ready, i) => ({
      what: `one endpoint of ${everywhere} (${i + 1})`,
      path: file(appFile(shared)),
      documents: app(shared, { ready }),
      like: 'endpoint' as const,
    })),
    ...[80, 70, 60].map((weight, i) => ({
      what: `VirtualService of ${everywhere} (${i + 1})`,
      path: file(routeFile(shared)),
      documents: [virtualService(shared, weight)],
      like: 'route' as const,
    })),
    { what: 'one endpoint of one namespace', path: file(appFile(own)), documents: app(own, { ready: 1 }) },
    { what: 'VirtualService of one namespace', path: file(routeFile(own)), documents: [virtualService(own, 80)] },
    {
      what: 'one Sidecar',
      path: file(`${own.namespace}/namespace.yaml`),
      documents: namespaceDocuments(own.namespace, scope([`${namespaceOf(shape.services - 1)}/*`])),
    },
    { what: 'a label of a pod', path: file(appFile(shared)), documents: app(shared, { ready: 1, note: 'new' }) },
    { what: 'ConfigMap, Secret, private service', path: file(IDLE_FILE), documents: idleDocuments(1) },
    {
      what: 'one new Service',
      path: file(`${own.namespace}/new.yaml`),
      documents: app({ ...own, index: shape.services, name: 'app-new' }, {}),
    },
  ]
  return changes
}

async function applyChange(server: Server, load: Load, change: Change, reference: Cost | undefined): Promise<void> {
  await load.mark()
  const cpu = server.cpuMs()
  // Written aside and moved, as careful tools do; the time starts with the move.
  const aside = join(dirname(change.path), '.aside')
  writeDocuments(aside, change.documents)
  const start = hrtime()
  renameSync(aside, change.path)
  const report = await settled(server, load)
  const cost = { ms: report.lastAt === 0 ? 0 : report.lastAt - start, cpuMs: server.cpuMs() - cpu, bytes: report.bytes }
  const types = Object.entries(report.byType)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ')
  const ratios = reference === undefined || report.lastAt === 0 ? '' : ` (${ratio(cost, reference)})`
  const reached = report.messages === 0 ? 'no message' : `${report.reached} proxies, ${types}`
  console.log(`  ${change.what.padEnd(WIDTH)} ${costText(cost)}, ${reached}${ratios}`)
}

/** Longer than the server takes to notice a change by itself. */
const NOTICE_MS = 1200
const QUIET_MS = 400
const IDLE_MS = 4000
const GIVE_UP_MS = 300_000
const WIDTH = 42

/** Waits until nothing has come and the server has had nothing to do for a while. */
async function settled(server: Server, load: Load): Promise<LoadReport> {
  const start = performance.now()
  let quietSince = start
  let before = await load.report()
  let cpu = server.cpuMs()
  for (;;) {
    await pause(50)
    const now = await load.report()
    const cpuNow = server.cpuMs()
    if (now.messages !== before.messages || cpuNow - cpu > 25 || server.isBusy()) quietSince = performance.now()
    before = now
    cpu = cpuNow
    const noticed = performance.now() - start > NOTICE_MS || now.messages > 0
    if (noticed && performance.now() - quietSince > QUIET_MS) return now
  }
}

interface Load {
  connect(job: LoadJob): void
  report(): Promise<LoadReport>
  /** Counts begin anew. */
  mark(): Promise<LoadReport>
  stop(): void
}

async function openLoad(): Promise<Load> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./mesh/load.js', import.meta.url)))
  await once(child, 'message')
  const ask = async (question: string): Promise<LoadReport> => {
    child.send(question)
    const [answer] = (await once(child, 'message')) as [LoadReport]
    return answer
  }
  return {
    connect: job => void child.send(job),
    report: () => ask('report'),
    mark: () => ask('mark'),
    stop: () => void child.kill(),
  }
}

function costText({ ms: time, cpuMs, bytes }: Cost): string {
  return `${ms(time).padStart(8)}, ${ms(cpuMs).padStart(8)} CPU, ${(bytes / 1e6).toFixed(2).padStart(8)} MB`
}

function ms(value: number): string {
  return value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** What part of the reference's it is. */
function ratio(cost: Cost, reference: Cost): string {
  const bytes = reference.bytes === 0 ? '' : `, ${of(cost.bytes, reference.bytes)} bytes`
  return `${of(cost.ms, reference.ms)} time, ${of(cost.cpuMs, reference.cpuMs)} CPU${bytes}`
}

function of(value: number, reference: number): string {
  return value < reference ? `1/${(reference / value).toFixed(1)}` : `${(value / reference).toFixed(1)} times the`
}

function hrtime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

function pause(time: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, time))
}
