import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { runProgram } from '../../src/cli/program.js'
import { testContext } from './command.js'

export interface ControlPlaneCall {
  /** Flags that name configuration: `--configDir`, `--cluster`, `--meshConfig`, `--networksConfig`. */
  readonly args: readonly string[]
  /** An existing folder for state and ready file. */
  readonly scratch: string
  /** Clock that the server sees; default: one that stands still. Real proxies need the real one. */
  readonly now?: () => Date
  /** Port for ADS; default: any free one. */
  readonly grpcPort?: number
}

/** A running `pillion serve` with ADS on loopback and no webhook. */
export interface ControlPlane {
  readonly grpcPort: number
  /** JSON of a debug page, such as `/debug/syncz`. */
  readonly debug: (path: string) => Promise<unknown>
  /** Of a page; the monitoring address is off unless `args` say otherwise. */
  readonly url: (address: 'http' | 'monitoring', path: string) => string
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** Only for who has gone wrong: a machine may be as slow as it likes. */
const START_LIMIT_MS = 60_000

/** Starts the command in this process and waits until it says that it is ready. */
export async function startControlPlane({ args, scratch, now, grpcPort = 0 }: ControlPlaneCall): Promise<ControlPlane> {
  const stateDir = join(scratch, 'state')
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const folder = mkdtempSync(join(scratch, 'plane-'))
  const readyFile = join(folder, 'ready.json')
  const addresses = [
    '--httpsAddr=',
    '--monitoringAddr=',
    '--httpAddr',
    '127.0.0.1:0',
    '--grpcAddr',
    `127.0.0.1:${grpcPort}`,
  ]
  const own = [...addresses, '--readyFile', readyFile, '--stateDir', stateDir]
  const { context: still, written, stop } = testContext({ cwd: folder, env: {} })
  // Its certificates are checked by clients, which have a real clock.
  const context = { ...still, now: now ?? (() => new Date()) }
  let ended = false
  const running = runProgram(['serve', ...own, ...args], context).finally(() => (ended = true))
  running.catch(() => {}) // reported below, or by stop()
  const limit = Date.now() + START_LIMIT_MS
  while (!existsSync(readyFile)) {
    if (ended) throw new Error(`pillion serve ended (${await running}): ${written.stderr.slice(-2000)}`)
    if (Date.now() > limit) throw new Error(`pillion serve is not ready: ${written.stderr.slice(-2000)}`)
    await after(2)
  }
  const bound = JSON.parse(readFileSync(readyFile, 'utf8')) as {
    readonly grpc?: string
    readonly http?: string
    readonly monitoring?: string
  }
  const url = (address: 'http' | 'monitoring', path: string): string =>
    `http://127.0.0.1:${portOf(bound[address])}${path}`
  return {
    grpcPort: portOf(bound.grpc),
    debug: async path => (await fetch(url('http', path))).json(),
    url,
    log: () => written.stderr,
    stop: async () => {
      stop()
      await running
    },
  }
}

function portOf(address: string | undefined): number {
  const port = Number(/:(\d+)\/?$/.exec(address ?? '')?.[1])
  if (!(port > 0)) throw new Error(`the ready file names no such address: ${address}`)
  return port
}
