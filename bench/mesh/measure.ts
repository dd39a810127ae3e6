// One size of mesh: a server, its proxies, and what each step takes.
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Change, otherChanges, sharedChanges } from './changes.js'
import { type MeshFiles, type MeshShape, writeDocuments, writeMesh } from './files.js'
import type { LoadJob } from './load.js'
import { hrtime, type Load, openLoad, pause, settled } from './load-process.js'
import { type Server, startServer } from './server.js'
import { type Cost, costText, ms, of, ratio, WIDTH } from './text.js'

export interface Reference {
  readonly warm: Cost & { readonly mib: number }
  readonly endpoint: Cost
  readonly route: Cost
}

export interface Scenario extends MeshShape {
  readonly protocol: LoadJob['protocol']
  readonly reference?: Reference
  /** Virtual hosts are resources of their own. */
  readonly discoversHosts?: boolean
  /** Only what all proxies have is changed. */
  readonly isShort?: boolean
}

/** Of the changes the last one. */
export interface Measured {
  readonly scenario: Scenario
  /** Before the first proxy, in MiB. */
  readonly mib: number
  readonly warm: Cost & { readonly mib: number }
  readonly endpoint: Cost
  readonly route: Cost
}

/** How long proxies may take to have everything, in ms. */
const GIVE_UP_MS = 300_000

/** `until`: of `performance.now()`. */
export async function measure(scenario: Scenario, until = performance.now() + GIVE_UP_MS): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'pillion-mesh-'))
  try {
    const files = writeMesh(folder, scenario)
    const server = await startServer(folder)
    try {
      return await measureServer(server, scenario, files, until)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function describe({ services, proxies, isScoped, protocol, discoversHosts }: Scenario): string {
  const hosts = discoversHosts === true ? ', virtual hosts discovered' : ''
  return `${services} services, ${proxies} proxies ${isScoped ? 'scoped by Sidecars' : 'unscoped'}, ${protocol}${hosts}`
}

async function measureServer(server: Server, scenario: Scenario, files: MeshFiles, until: number): Promise<Measured> {
  const mib = server.memory().rss
  console.log(`\n${describe(scenario)} (${files.files} files)`)
  console.log(`  ready after ${ms(server.startMs)}, ${ms(server.cpuMs())} CPU, ${mib.toFixed(0)} MiB`)
  const load = await openLoad()
  try {
    const warmed = await warm(server, load, { scenario, files, until })
    const last: { endpoint?: Cost; route?: Cost } = {}
    const others = scenario.isShort === true ? [] : otherChanges(scenario, files)
    for (const change of [...sharedChanges(scenario, files), ...others]) {
      const cost = await applyChange(server, load, change, scenario.reference)
      if (change.like !== undefined) last[change.like] = cost
    }
    await memory(server, scenario)
    if (scenario.isShort !== true) await idle(server)
    const nothing = { ms: 0, cpuMs: 0, bytes: 0 }
    return { scenario, mib, warm: warmed, endpoint: last.endpoint ?? nothing, route: last.route ?? nothing }
  } finally {
    load.stop()
  }
}

interface Warming {
  readonly scenario: Scenario
  readonly files: MeshFiles
  readonly until: number
}

async function warm(server: Server, load: Load, { scenario, files, until }: Warming): Promise<Measured['warm']> {
  const cpu = server.cpuMs()
  const start = hrtime()
  const { protocol, discoversHosts = false } = scenario
  load.connect({ port: server.port, protocol, pods: files.pods, discoversHosts })
  let now = await load.report()
  while (now.warm < files.pods.length) {
    await pause(20)
    now = await load.report()
    if (now.ended > 0) throw new Error(`${now.ended} streams ended`)
    if (performance.now() > until) throw new Error(`${now.warm} of ${files.pods.length} proxies were warm in time`)
  }
  const took = now.lastAt - start
  await settled(server, load)
  const { rss, peak } = server.memory()
  const cost = { ms: took, cpuMs: server.cpuMs() - cpu, bytes: now.bytes }
  const reference = scenario.reference?.warm
  const ratios = reference === undefined ? '' : ` (${ratio(cost, reference)}; ${of(rss, reference.mib)} memory)`
  console.log(
    `  ${'all warm'.padEnd(WIDTH)} ${costText(cost)}, ${now.messages} messages, ${rss.toFixed(0)} MiB (at most ${peak.toFixed(0)})${ratios}`,
  )
  return { ...cost, mib: rss }
}

async function applyChange(server: Server, load: Load, change: Change, references?: Reference): Promise<Cost> {
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
  const reference = change.like === undefined ? undefined : references?.[change.like]
  const ratios = reference === undefined || report.lastAt === 0 ? '' : ` (${ratio(cost, reference)})`
  const reached = report.messages === 0 ? 'no message' : `${report.reached} proxies, ${types}`
  console.log(`  ${change.what.padEnd(WIDTH)} ${costText(cost)}, ${reached}${ratios}`)
  return cost
}

async function memory(server: Server, { proxies }: Scenario): Promise<void> {
  const { rss, peak } = server.memory()
  const { used, taken, external } = await server.heap()
  const perProxy = ((used * 1024) / proxies).toFixed(0)
  const parts = [
    `${rss.toFixed(0)} MiB resident (at most ${peak.toFixed(0)})`,
    `heap ${used.toFixed(0)} of ${taken.toFixed(0)} MiB, ${external.toFixed(0)} outside`,
    `${perProxy} KiB of heap a proxy`,
  ]
  console.log(`  ${'in the end'.padEnd(WIDTH)} ${parts.join(', ')}`)
}

const IDLE_MS = 4000

/** What it takes to wait: counts of changes include it. */
async function idle(server: Server): Promise<void> {
  const cpu = server.cpuMs()
  await pause(IDLE_MS)
  console.log(`  ${'a second without any change'.padEnd(WIDTH)} ${ms(((server.cpuMs() - cpu) / IDLE_MS) * 1000)} CPU`)
}
