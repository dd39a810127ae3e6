// Requests a second, CPU and memory of the injection webhook over TLS keep-alive, against what the reference did on two cores
// of the same kind with its stock sidecar template.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const REFERENCE = [
  { connections: 1, perSecond: 199, cpuMs: 5.9 },
  { connections: 8, perSecond: 319, cpuMs: undefined },
]
/** Until V8 has compiled what is hot: after 1,500 it is still at it. */
const WARM_UP_REQUESTS = 6000
const REQUESTS = 4000

const root = resolve(import.meta.dirname, '../..')
const load = fileURLToPath(new URL('./webhook-load.js', import.meta.url))

export async function run(): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), 'pillion-bench-'))
  const flags = configurationFlags()
  console.log(flags.length === 0 ? 'configuration: built in' : `configuration: ${flags[1]}`)
  const server = startServer(cwd, flags)
  try {
    const bound = await addresses(cwd, server)
    await drive(bound.https, 4, WARM_UP_REQUESTS)
    for (const reference of REFERENCE) await measure(bound, reference)
  } finally {
    server.kill('SIGTERM')
    rmSync(cwd, { recursive: true, force: true })
  }
}

interface Bound {
  readonly https: string
  readonly monitoring: string
}

async function measure(bound: Bound, reference: (typeof REFERENCE)[number]): Promise<void> {
  const before = await processMetrics(bound.monitoring)
  const { seconds, p50, p99 } = await drive(bound.https, reference.connections, REQUESTS)
  const after = await processMetrics(bound.monitoring)
  const perSecond = REQUESTS / seconds
  const cpuMs = ((after.cpu - before.cpu) * 1000) / REQUESTS
  console.log(
    [
      `${reference.connections} connection${reference.connections === 1 ? '' : 's'}:`,
      `${perSecond.toFixed(0)} requests/s (${(perSecond / reference.perSecond).toFixed(1)} times the reference),`,
      `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms,`,
      `${cpuMs.toFixed(2)} CPU-ms a request${reference.cpuMs === undefined ? '' : ` (1/${(reference.cpuMs / cpuMs).toFixed(1)} of the reference)`},`,
      `RSS ${(after.rss / 1e6).toFixed(0)} MB`,
    ].join(' '),
  )
}

/** The stock sidecar template where the conformance data is present, otherwise Pillion's own. */
function configurationFlags(): string[] {
  const data = join(process.env['PILLION_CONFORMANCE_DIR'] ?? join(root, '../shared/conformance'), 'injection')
  const cases = join(data, 'extra.json')
  if (!existsSync(cases)) return []
  const rows = JSON.parse(readFileSync(cases, 'utf8')) as { config: Record<'config' | 'values' | 'mesh', string> }[]
  const config = rows[0]?.config
  if (config === undefined) return []
  return [
    ...['--injectConfigFile', join(data, config.config)],
    ...['--valuesFile', join(data, config.values), '--meshConfig', join(data, config.mesh)],
  ]
}

function startServer(cwd: string, flags: readonly string[]): ChildProcess {
  const addressFlags = ['https', 'http', 'monitoring', 'grpc'].map(name => `--${name}Addr=127.0.0.1:0`)
  const args = [join(root, 'bin/pillion.mjs'), 'serve', ...addressFlags, '--readyFile', 'ready.json', ...flags]
  const profile =
    process.env['PILLION_BENCH_PROFILE'] === undefined
      ? []
      : ['--cpu-prof', '--cpu-prof-dir', process.env['PILLION_BENCH_PROFILE']]
  // The log goes nowhere, but it is written: one line per decision is part of the work.
  return spawn(process.execPath, [...profile, ...args], { cwd, stdio: ['ignore', 'ignore', 'ignore'] })
}

async function addresses(cwd: string, server: ChildProcess): Promise<Bound> {
  const file = join(cwd, 'ready.json')
  while (!existsSync(file)) {
    if (server.exitCode !== null) throw new Error(`pillion serve ended with ${server.exitCode}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Bound
}

/** Sends the load's requests from a process of its own; `address` ends in the port. */
export async function drive(address: string, connections: number, requests: number) {
  const job = { port: Number(address.split(':').at(-1)), connections, requests }
  const { stdout } = await promisify(execFile)(process.execPath, [load, JSON.stringify(job)])
  return JSON.parse(stdout) as { readonly seconds: number; readonly p50: number; readonly p99: number }
}

async function processMetrics(address: string): Promise<{ readonly cpu: number; readonly rss: number }> {
  const text = await (await fetch(`http://${address}/metrics`)).text()
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
  return { cpu: read('process_cpu_seconds_total'), rss: read('process_resident_memory_bytes') }
}
