// The process of the proxies (load.ts), and waiting until all of them have what they should.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadReport } from './load.js'
import type { Server } from './server.js'

export interface Load {
  connect(job: LoadJob): void
  report(): Promise<LoadReport>
  /** Counts begin anew. */
  mark(): Promise<LoadReport>
  stop(): void
}

export async function openLoad(): Promise<Load> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./load.js', import.meta.url)))
  await once(child, 'message')
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the proxies' process ended (${code})`)))
  ended.catch(() => {}) // by `stop`, when nobody waits for it
  const ask = async (question: string): Promise<LoadReport> => {
    child.send(question)
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [LoadReport]
    return answer
  }
  return {
    connect: job => void child.send(job),
    report: () => ask('report'),
    mark: () => ask('mark'),
    stop: () => void child.kill(),
  }
}

/** Longer than the server takes to notice a change by itself. */
const NOTICE_MS = 1200
const QUIET_MS = 400
/** Whatever is going on: the counts are taken then. */
const MAX_SETTLE_MS = 60_000

/** Waits until nothing has come and the server has had nothing to do for a while. */
export async function settled(server: Server, load: Load): Promise<LoadReport> {
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
    const took = performance.now() - start
    const hasNoticed = took > NOTICE_MS || now.messages > 0
    if ((hasNoticed && performance.now() - quietSince > QUIET_MS) || took > MAX_SETTLE_MS) return now
  }
}

export function pause(time: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, time))
}

/** The clock that all processes of a machine share, in ms. */
export function hrtime(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
