import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ClientHttp2Session } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Call, connect2, fetch1, fetch2, type Reply } from '../../test/kit/http.js'
import { type AdmissionResult, admissionRoute } from './admission.js'
import { servingPair } from './development-ca.js'
import { type Listener, listenSecure } from './listener.js'
import { createRouter } from './router.js'

const LIMIT = 6_291_456
let folder = ''
let listener: Listener
let url = ''
let results: AdmissionResult[] = []
let bugs: unknown[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pillion-admission-'))
  const pair = await servingPair({ stateDir: folder, names: ['localhost', '127.0.0.1'], now: new Date() })
  if (!pair.ok) throw new Error(pair.error)
  const route = admissionRoute(
    {
      path: '/inject',
      decide: ({ request }, path) => {
        if (request.name === 'bug') throw new Error('a bug')
        return { allowed: true, reason: 'test', warnings: [`${request.name} at ${path}`] }
      },
      observe: { received: () => {}, finished: result => results.push(result) },
    },
    error => bugs.push(error),
  )
  const router = createRouter([route], { onBug: error => bugs.push(error) })
  const opened = await listenSecure(router, { host: '127.0.0.1', port: 0 }, pair.value)
  if (!opened.ok) throw new Error(opened.error)
  listener = opened.value
  url = `https://127.0.0.1:${listener.address.port}`
})
afterAll(async () => {
  await listener.stop(0)
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  results = []
  bugs = []
})

const review = (name: string) =>
  JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { uid: 'u', name } })
const WRONG_TYPE = 'invalid Content-Type, want `application/json`\n'
const answers = (path: string) =>
  `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u","allowed":true,"warnings":["x at ${path}"]}}`

const exchanges: [string, string, Call, number, string | RegExp][] = [
  ['a review', '/inject', { body: review('x') }, 200, answers('/inject')],
  ['a trailing slash', '/inject/', { body: review('x') }, 200, answers('/inject/')],
  ['a query', '/inject?timeout=10s', { body: review('x') }, 200, answers('/inject')],
  [
    'path parameters, percent-encoded',
    '/inject/cluster/a%20b',
    { body: review('x') },
    200,
    answers('/inject/cluster/a b'),
  ],
  ['any method', '/inject', { method: 'PUT', body: review('x') }, 200, answers('/inject')],
  ['another path', '/injectx', { body: review('x') }, 404, '404 page not found\n'],
  ['a broken escape', '/inject/%zz', { body: review('x') }, 400, 'malformed request path\n'],
  ['no body', '/inject', {}, 400, 'no body found\n'],
  ['GET', '/inject', { method: 'GET' }, 400, 'no body found\n'],
  [
    'a charset',
    '/inject',
    { body: review('x'), headers: { 'content-type': 'application/json; charset=utf-8' } },
    415,
    WRONG_TYPE,
  ],
  ['YAML type', '/inject', { body: review('x'), headers: { 'content-type': 'application/yaml' } }, 415, WRONG_TYPE],
  ['no type', '/inject', { body: review('x'), headers: {} }, 415, WRONG_TYPE],
  ['an empty body of the wrong type', '/inject', { headers: {} }, 400, 'no body found\n'],
  ['garbage', '/inject', { body: '\u0000\u0001\u0002' }, 200, /^{"response":{"uid":"","allowed":false,"status":/],
  ['10,000 levels', '/inject', { body: '['.repeat(10_000) + ']'.repeat(10_000) }, 200, /nested more than/],
  ['__proto__', '/inject', { body: '{"__proto__":{"kind":"AdmissionReview"}}' }, 200, /its kind is missing/],
  ['exactly the limit', '/inject', { body: ' '.repeat(LIMIT) }, 200, /"allowed":false/],
  ['one byte more', '/inject', { body: ' '.repeat(LIMIT + 1) }, 400, `Request entity too large: limit is ${LIMIT}\n`],
  ['7 MB', '/inject', { body: 'x'.repeat(7_000_000) }, 400, `Request entity too large: limit is ${LIMIT}\n`],
  ['7 MB of the wrong type', '/inject', { body: 'x'.repeat(7_000_000), headers: {} }, 400, /^Request entity too large/],
]

async function expectExchange(
  send: (path: string, call: Call) => Promise<Reply>,
  path: string,
  call: Call,
  status: number,
  body: string | RegExp,
) {
  const reply = await send(path, call)
  expect([reply.status, reply.body]).toEqual([status, body instanceof RegExp ? expect.stringMatching(body) : body])
  expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8')
  if (status !== 200) expect(reply.headers['x-content-type-options']).toBe('nosniff')
  // Whatever came, the next one is served.
  expect((await send('/inject', { body: review('x') })).body).toBe(answers('/inject'))
}

describe('a webhook over HTTP/1.1', () => {
  it.each(exchanges)('%s', async (_, path, call, status, body) => {
    await expectExchange((to, what) => fetch1(url + to, what), path, call, status, body)
  })

  it('answers a body that is too large before it has all arrived, and hangs up', async () => {
    const socket = connectTls(listener.address.port, '127.0.0.1', { rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    socket.write(
      `POST /inject HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const chunk = 'x'.repeat(65_536)
    for (let sent = 0; sent <= LIMIT; sent += chunk.length) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
    const text = await textOf(socket)
    expect(text).toMatch(/^HTTP\/1.1 400 .*connection: close.*entity too large/is)
  })

  it('survives a client that hangs up halfway', async () => {
    const socket = connectTls(listener.address.port, '127.0.0.1', { rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    socket.write(
      'POST /inject HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"kind"',
    )
    socket.destroy()
    while (results.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    expect(results).toEqual([{ verdict: 'rejected', status: 400, message: 'the body ended early' }])
    expect((await fetch1(`${url}/inject`, { body: review('x') })).status).toBe(200)
  })
})

describe('a webhook over HTTP/2', () => {
  let session: ClientHttp2Session
  beforeAll(() => {
    session = connect2(url)
  })
  afterAll(() => session.destroy())

  it.each(exchanges)('%s', async (_, path, call, status, body) => {
    await expectExchange((to, what) => fetch2(session, to, what), path, call, status, body)
  })

  it('serves many at a time on one connection', async () => {
    const replies = await Promise.all(
      Array.from({ length: 200 }, () => fetch2(session, '/inject', { body: review('x') })),
    )
    expect(new Set(replies.map(({ body }) => body))).toEqual(new Set([answers('/inject')]))
  })
})

describe('what becomes of a call', () => {
  it('is told to the observer', async () => {
    await fetch1(`${url}/inject`, { body: review('x') })
    await fetch1(`${url}/inject`, { body: '{}' })
    await fetch1(`${url}/inject`, {})
    expect(results.map(({ verdict }) => verdict)).toEqual(['skipped', 'undecodable', 'rejected'])
  })

  it('is a denial with its uid when the handler has a bug', async () => {
    const reply = await fetch1(`${url}/inject`, { body: review('bug') })
    expect(JSON.parse(reply.body).response).toMatchObject({ uid: 'u', allowed: false })
    expect(reply.body).not.toContain('a bug')
    expect(bugs).toEqual([new Error('a bug')])
  })
})

async function textOf(socket: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of socket) chunks.push(chunk)
  } catch {
    // The server cuts a connection whose body it did not take; what it said before that is what counts.
  }
  return Buffer.concat(chunks).toString()
}
