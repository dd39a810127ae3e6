import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { runProgram } from '../../src/cli/program.js'
import { testContext } from './command.js'

export interface ServeCall {
  /** Flags after `serve`, without addresses, `--readyFile` and `--stateDir`: the harness adds those. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** An existing folder. Servers that share it share the development CA, so that only the first one has to make keys. */
  readonly scratch: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface HttpCall {
  readonly path: string
  readonly method?: string
  readonly contentType?: string | undefined
  readonly body?: string
}

/** A running `pillion serve`, reached over HTTPS on loopback. */
export interface Serving {
  readonly post: (call: HttpCall) => Promise<HttpAnswer>
  readonly stop: () => Promise<void>
}

/** How long a start may take before it counts as hung; keys are made within it. */
const START_LIMIT_MS = 20_000

/** Starts the command in this process (real sockets, real TLS) and waits until it says that it is ready. */
export async function startServing(call: ServeCall): Promise<Serving> {
  const stateDir = join(call.scratch, 'state')
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const folder = mkdtempSync(join(call.scratch, 'serve-'))
  const readyFile = join(folder, 'ready.json')
  const off = ['--httpAddr=', '--monitoringAddr=', '--grpcAddr=']
  const own = ['--httpsAddr', '127.0.0.1:0', ...off, '--readyFile', readyFile, '--stateDir', stateDir]
  const { context, written, stop } = testContext({ cwd: folder, env: call.env })
  let ended = false
  const running = runProgram(['serve', ...own, ...call.args], context).finally(() => (ended = true))
  running.catch(() => {}) // reported below, or by stop()
  const limit = Date.now() + START_LIMIT_MS
  while (!existsSync(readyFile)) {
    if (ended)
      throw new Error(`pillion serve ended before it was ready (${await running}): ${written.stderr.slice(-2000)}`)
    if (Date.now() > limit) throw new Error(`pillion serve is not ready: ${written.stderr.slice(-2000)}`)
    await after(5)
  }
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  const address = addressOf(readFileSync(readyFile, 'utf8'))
  return {
    post: http => send(agent, address, http),
    stop: async () => {
      agent.destroy()
      stop()
      await running
    },
  }
}

interface Address {
  readonly host: string
  readonly port: number
}

/** The ready file is one JSON object of addresses really bound. */
function addressOf(text: string): Address {
  const bound = (JSON.parse(text) as { readonly https?: string }).https ?? ''
  const { hostname, port } = new URL(bound.includes('://') ? bound : `https://${bound}`)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

async function send(agent: Agent, address: Address, call: HttpCall): Promise<HttpAnswer> {
  const body = Buffer.from(call.body ?? '')
  const headers = {
    'content-length': String(body.length),
    ...(call.contentType === undefined || call.contentType === '' ? {} : { 'content-type': call.contentType }),
  }
  const outgoing = request({ ...address, agent, method: call.method ?? 'POST', path: call.path, headers })
  // A server may answer and close before it has read a body that is too large: only an error without an answer counts.
  const answered = once(outgoing, 'response')
  outgoing.on('error', () => {})
  outgoing.end(body)
  const [answer] = await answered
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString('utf8') }
}
