// A real `pillion serve` as a process, and what the system says about it.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Server {
  readonly port: number
  /** From its start until it was ready. */
  readonly startMs: number
  /** Since its start, of all its threads. */
  cpuMs(): number
  /** Whether it works right now, or would if the machine let it. */
  isBusy(): boolean
  /** Resident memory in MiB, now and at the highest. */
  memory(): { readonly rss: number; readonly peak: number }
  /** MiB on the heap that are in use (garbage that was not collected yet included) and taken, and those outside of it. */
  heap(): Promise<Heap>
  stop(): Promise<void>
}

export interface Heap {
  readonly used: number
  readonly taken: number
  readonly external: number
}

const root = resolve(import.meta.dirname, '../../..')

export async function startServer(configDir: string): Promise<Server> {
  const cwd = mkdtempSync(join(tmpdir(), 'pillion-bench-'))
  const profile = process.env['PILLION_BENCH_PROFILE']
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [
      ...(profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', profile]),
      ...(process.env['PILLION_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean),
      join(root, 'bin/pillion.mjs'),
      ...['serve', '--configDir', configDir, '--readyFile', 'ready.json', '--httpAddr', '127.0.0.1:0'],
      ...['--httpsAddr', '', '--grpcAddr', '127.0.0.1:0', '--monitoringAddr', '127.0.0.1:0'],
    ],
    { cwd, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const log: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    log.push(chunk.toString())
    if (log.length > 20) log.shift()
  })
  while (!existsSync(join(cwd, 'ready.json'))) {
    if (child.exitCode !== null) throw new Error(`pillion serve ended with ${child.exitCode}\n${log.join('')}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  const bound = JSON.parse(readFileSync(join(cwd, 'ready.json'), 'utf8')) as { grpc: string; monitoring: string }
  return {
    port: Number(bound.grpc.split(':').at(-1)),
    startMs: performance.now() - started,
    cpuMs: () => cpuOf(child),
    isBusy: () => isBusy(child),
    memory: () => memoryOf(child),
    heap: async () => {
      const text = await (await fetch(`http://${bound.monitoring}/metrics`)).text()
      const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]) / MIB
      return {
        used: read('nodejs_heap_size_used_bytes'),
        taken: read('nodejs_heap_size_total_bytes'),
        external: read('nodejs_external_memory_bytes'),
      }
    },
    stop: async () => {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(cwd, { recursive: true, force: true })
    },
  }
}

const MIB = 1024 * 1024

/** The scheduler's own count, in ns; the ticks of /proc/PID/stat are 10 ms. */
function cpuOf({ pid }: ChildProcess): number {
  let ns = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  }
  return ns / 1e6
}

function isBusy({ pid }: ChildProcess): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('R')
}

function memoryOf({ pid }: ChildProcess): { readonly rss: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { rss: read('VmRSS'), peak: read('VmHWM') }
}
