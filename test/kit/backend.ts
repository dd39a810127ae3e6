import { once } from 'node:events'
import { type Agent, createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { onTestFinished } from 'vitest'
import { PORTS } from './mesh-objects.js'

/** A request as a program got it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface Backend {
  readonly seen: Seen[]
  /** What it answers with; `body` defaults to its name. */
  answer: (seen: Seen) => {
    readonly status?: number
    readonly afterMs?: number
    readonly headers?: Record<string, string>
  }
}

/** A tiny program: answers each request with its name. On an address (port 3000) or a unix socket; gone when the test is over. */
export async function startBackend(name: string, at: string): Promise<Backend> {
  const backend: Backend = { seen: [], answer: () => ({}) }
  const server = createServer((incoming, outgoing) => {
    incoming.resume()
    const seen = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers }
    backend.seen.push(seen)
    const { status = 200, afterMs = 0, headers = {} } = backend.answer(seen)
    setTimeout(() => outgoing.writeHead(status, headers).end(name), afterMs)
  })
  // Envoy keeps connections: closing them when idle would make requests fail that nobody is to blame for.
  server.keepAliveTimeout = 600_000
  await listening(server.listen(at.startsWith('/') ? { path: at } : { host: at, port: PORTS.program }))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return backend
}

async function listening(server: Server): Promise<void> {
  await once(server, 'listening')
}

export interface Call {
  /** Where to connect: an address, and 9080 unless it says so. */
  readonly via: string
  /** The service that is meant. */
  readonly host: string
  readonly port?: number
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whose connections it takes; default: one of its own. */
  readonly agent?: Agent
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** How long a call may take, in ms. */
const CALL_MS = 20_000

/** One request over a connection of its own. */
export function call({ via, host, port = PORTS.out, headers = {}, agent, ...rest }: Call): Promise<Answer> {
  return new Promise((done, failed) => {
    const { path = '/', method = 'GET' } = rest
    const own = { headers: { ...headers, host }, agent: agent ?? false, timeout: CALL_MS }
    const options = { host: via, port, path, method, ...own }
    const outgoing = request(options, response => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('error', failed)
      response.on('end', () => done({ status: response.statusCode ?? 0, body, headers: response.headers }))
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${via} within ${CALL_MS} ms`)))
    outgoing.on('error', failed)
    outgoing.end()
  })
}

/** How often each body came, of that many calls one after the other. */
export async function tally(times: number, ask: () => Promise<Answer>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let i = 0; i < times; i++) {
    const { status, body } = await ask()
    const key = status === 200 ? body : String(status)
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
