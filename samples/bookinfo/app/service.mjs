// Every service of the sample, in one small program without dependencies. It answers with JSON: who it is, who called it (as
// its sidecar saw the caller's certificate), and what the services said that it called itself. Each request may ask for trouble:
//
//   x-fail: ratings=2     `ratings` answers its first two attempts of this request with 503
//   x-slow: details=5000  `details` waits that many milliseconds before it answers
//
// In a cluster it runs by itself, with the variables NAME, VERSION and CALLS (see kubernetes/workloads.yaml). `npm run demo`
// imports it and starts one server for each pod.
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { pathToFileURL } from 'node:url'

/** Passed on from call to call, so that one request of a visitor stays one request. */
const PASSED_ON = ['x-request-id', 'traceparent', 'x-user', 'x-fail', 'x-slow', 'x-chaos']
/** So many requests are remembered, for x-fail. */
const REMEMBERED = 10_000

/**
 * Starts one service. `calls`: what it asks before it answers, URL by name. `via`: address of the sidecar, where nothing carries
 * its traffic there by itself; the port and the header Host stay those of the URL.
 */
export async function startService({ name, version, host = '0.0.0.0', port = 8080, calls = {}, via }) {
  const attempts = new Map()
  const server = createServer(async (incoming, answer) => {
    const headers = Object.fromEntries(PASSED_ON.flatMap(key => (key in incoming.headers ? [[key, incoming.headers[key]]] : [])))
    const attempt = countOf(attempts, incoming.headers['x-request-id'] ?? '')
    const delay = wishFor(name, incoming.headers['x-slow'])
    if (delay > 0) await new Promise(done => setTimeout(done, delay))
    const isFailing = attempt <= wishFor(name, incoming.headers['x-fail'])
    const called = isFailing
      ? []
      : await Promise.all(Object.entries(calls).map(async ([to, url]) => [to, await ask(url, { via, headers })]))
    const status = isFailing ? 503 : 200
    answer.writeHead(status, { 'content-type': 'application/json' })
    const caller = callerOf(incoming.headers['x-forwarded-client-cert'])
    answer.end(`${JSON.stringify({ service: name, version, attempt, caller, calls: Object.fromEntries(called) })}\n`)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** GET; never throws: what went wrong is an answer too, with status 0. */
export function ask(url, { via, headers = {} } = {}) {
  const { hostname, port, pathname, host } = new URL(url)
  return new Promise(done => {
    const outgoing = request(
      { host: via ?? hostname, port: port || 80, path: pathname, headers: { ...headers, host } },
      async incoming => {
        try {
          let text = ''
          for await (const chunk of incoming.setEncoding('utf8')) text += chunk
          const isJson = incoming.headers['content-type'] === 'application/json'
          done({ status: incoming.statusCode, body: isJson ? JSON.parse(text) : text })
        } catch (error) {
          done({ status: 0, body: error.message })
        }
      },
    )
    outgoing.on('error', error => done({ status: 0, body: error.message }))
    outgoing.end()
  })
}

/** How often this request was here, this time included. */
function countOf(attempts, id) {
  if (id === '') return 1
  const count = (attempts.get(id) ?? 0) + 1
  attempts.set(id, count)
  if (attempts.size > REMEMBERED) attempts.delete(attempts.keys().next().value)
  return count
}

/** `ratings=2` is 2 for `ratings`, and 0 for all others. */
function wishFor(name, header = '') {
  const [to, number] = String(header).split('=')
  return to === name ? Number(number) || 0 : 0
}

/** The identity in the certificate of who called, which the sidecar tells in the header X-Forwarded-Client-Cert. */
function callerOf(header = '') {
  return /(?:^|;)URI=([^;,]+)/.exec(header)?.[1] ?? 'nobody that showed a certificate'
}

/** `details=http://… reviews=http://…` */
function parseCalls(text = '') {
  return Object.fromEntries(
    text.split(/\s+/).filter(Boolean).map(part => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  )
}

// Mounted from a ConfigMap, the file is a link.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const { NAME = 'app', VERSION = 'v1', CALLS, HOST, PORT = '8080', VIA } = process.env
  await startService({ name: NAME, version: VERSION, host: HOST, port: Number(PORT), calls: parseCalls(CALLS), via: VIA })
  // The first process of a container has to say itself that it goes.
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
  console.log(`${NAME} ${VERSION} listens on port ${PORT}`)
}
