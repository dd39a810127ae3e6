// What a webhook in Node could cost at the least, with the load of webhook.bench.ts and answers of the same size: TLS alone,
// TLS and HTTP, and with the request's JSON read and the answer's written. The rest is injection.
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { servingPair } from '../src/servers/development-ca.js'
import { drive } from './webhook.bench.js'

const WARM_UP = 2_000
const REQUESTS = 4_000

/** A patch as long as that of the stock sidecar template, 6.4 KB. */
const PATCH = Array.from({ length: 10 }, (_, index) => ({
  op: 'add',
  path: `/spec/volumes/${index}`,
  value: {
    name: `volume-${index}`,
    items: Array.from({ length: 11 }, (_, at) => ({ path: `labels-${at}`, field: 'metadata.labels' })),
  },
}))
const ANSWER = answerTo({ request: { uid: 'uid-1' } })

interface Review {
  readonly request: { readonly uid: string }
}

function answerTo({ request }: Review): string {
  const patch = Buffer.from(JSON.stringify(PATCH)).toString('base64')
  const response = { uid: request.uid, allowed: true, patch, patchType: 'JSONPatch' }
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response })
}

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pillion-bench-'))
  try {
    const made = await servingPair({ stateDir: join(folder, 'state'), names: ['localhost'], now: new Date() })
    if (!made.ok) throw new Error(made.error)
    const { key, cert } = made.value
    const http = (answer: (body: Buffer) => string) =>
      createSecureServer({ key, cert, allowHTTP1: true }, (request, response) =>
        serve(request as unknown as IncomingMessage, response as unknown as ServerResponse, answer),
      )
    await measure(
      'TLS alone',
      createServer({ key, cert }, socket => socket.on('error', () => {}).on('data', rawAnswers(socket))),
    )
    await measure('TLS and HTTP', http(() => ANSWER) as unknown as Server)
    await measure(
      'TLS, HTTP and JSON',
      http(body => answerTo(JSON.parse(body.toString()) as Review)) as unknown as Server,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function serve(request: IncomingMessage, response: ServerResponse, answer: (body: Buffer) => string): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = answer(Buffer.concat(chunks))
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
}

/** The load sends one request a write, which arrives in one piece or two; nothing of it is read but its length. */
function rawAnswers(socket: { write: (text: string) => unknown }): (chunk: Buffer) => void {
  let have = ''
  return chunk => {
    have += chunk.toString('latin1')
    const end = have.indexOf('\r\n\r\n') + 4
    if (end === 3 || have.length < end + Number(/content-length: (\d+)/i.exec(have)?.[1])) return
    have = ''
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`)
  }
}

async function measure(name: string, server: Server): Promise<void> {
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  await drive(address, 4, WARM_UP)
  for (const connections of [1, 8]) {
    const before = process.cpuUsage()
    const { seconds } = await drive(address, connections, REQUESTS)
    const { user, system } = process.cpuUsage(before)
    const cpuMs = (user + system) / 1_000 / REQUESTS
    const rate = (REQUESTS / seconds).toFixed(0)
    console.log(
      `${name}, ${connections} connection${connections === 1 ? '' : 's'}: ${cpuMs.toFixed(3)} CPU-ms a request, ${rate} requests/s`,
    )
  }
  server.close()
}
