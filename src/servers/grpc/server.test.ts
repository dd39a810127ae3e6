import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Issuer, issueCertificate } from '../../identity/certificate.js'
import { createRateGate } from './rate.js'
import { createGrpcServer } from './server.js'
import { OK, percentDecode } from './status.js'
import type { GrpcEvent, GrpcServerOptions, GrpcStatus, Peer } from './types.js'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server with two methods: `/t/Hold` says one message and waits, `/t/Who` answers with the peer. */
async function run(options: GrpcServerOptions = {}) {
  const events: GrpcEvent[] = []
  const peers: Peer[] = []
  const server = createGrpcServer({ ...options, on: event => void events.push(event) })
  server.add('/t/Hold', {
    kind: 'stream',
    open: call => {
      peers.push(call.peer)
      call.write({ parts: [Buffer.from('hello')] })
      return { message: () => {}, halfClosed: () => call.end(OK), writable: () => {}, closed: () => {} }
    },
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  closing.push(() => server.close(50))
  return { server, port, events, peers }
}

interface Answer {
  readonly code: number
  readonly message: string
}

/** A call that stays open until the server ends it. */
function hold(address: string, headers: IncomingHttpHeaders = {}, tls: SecureClientSessionOptions = {}) {
  const session = connectHttp2(address, tls)
  closing.push(() => session.destroy())
  let isGoingAway = false
  session.on('error', () => {})
  session.on('goaway', () => (isGoingAway = true))
  const stream = session.request({
    ':method': 'POST',
    ':path': '/t/Hold',
    'content-type': 'application/grpc',
    ...headers,
  })
  stream.on('error', () => {})
  stream.resume()
  const open = new Promise<void>(resolve => stream.once('data', () => resolve()))
  const ended = new Promise<Answer>(resolve => {
    let answer: Answer = { code: -1, message: '' }
    const note = (from: IncomingHttpHeaders): void => {
      if (from['grpc-status'] === undefined) return
      answer = { code: Number(from['grpc-status']), message: percentDecode(String(from['grpc-message'] ?? '')) }
    }
    stream.on('response', note)
    stream.on('trailers', note)
    stream.on('close', () => resolve(answer))
  })
  return { session, stream, open, ended, isGoingAway: () => isGoingAway }
}

const plain = (port: number): string => `http://127.0.0.1:${port}`

describe('connections', () => {
  it('are closed when they do not answer a ping, and stay when they do', async () => {
    const { server, port } = await run({ keepalive: { intervalMs: 30, timeoutMs: 300 } })
    const good = hold(plain(port))
    await good.open
    const dead = connectTcp(port, '127.0.0.1')
    const closed = new Promise(resolve => dead.on('close', resolve))
    dead.on('error', () => {})
    dead.resume()
    // Preface, empty settings, the acknowledgement of the server's; and from then on silence.
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
    const acknowledged = Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0])
    dead.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, acknowledged]))
    await closed
    await expect.poll(() => server.stats().connections).toBe(1)
    expect(good.session.destroyed).toBe(false)
  })

  it('are asked to go away when they are old, and their calls end after the time of grace', async () => {
    const { port } = await run({ maxConnectionAgeMs: 30, connectionGraceMs: 30 })
    const call = hold(plain(port))
    await call.open
    expect(await call.ended).toEqual({ code: 14, message: 'the connection is old: reconnect' })
    expect(call.isGoingAway()).toBe(true)
  })

  it('end by themselves when their calls have, however long the grace', async () => {
    const { port } = await run({ maxConnectionAgeMs: 30, connectionGraceMs: 60_000 })
    const call = hold(plain(port))
    await call.open
    const closed = new Promise(resolve => call.session.on('close', resolve))
    call.session.on('goaway', () => call.stream.end())
    expect((await call.ended).code).toBe(0)
    await closed
  })
})

describe('connections without a call', () => {
  it('are closed, those that broke the protocol among them; one with a call stays', async () => {
    const { server, port } = await run({ connectionIdleMs: 300 })
    const good = hold(plain(port))
    await good.open
    const idle = connectHttp2(plain(port))
    const idleClosed = new Promise(resolve => idle.on('close', resolve))
    idle.on('error', () => {})
    const broken = connectTcp(port, '127.0.0.1')
    const told: Buffer[] = []
    const brokenClosed = new Promise(resolve => broken.on('close', resolve))
    broken.on('error', () => {})
    broken.on('data', chunk => told.push(chunk))
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
    const dataOfNoStream = Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 1, 0])
    broken.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings, dataOfNoStream]))
    await Promise.all([idleClosed, brokenClosed])
    expect(Buffer.concat(told).toString('latin1')).toContain('DATA: stream in idle')
    await expect.poll(() => server.stats().connections).toBe(1)
    expect(good.session.destroyed).toBe(false)
    good.stream.end()
    await new Promise(resolve => good.session.on('close', resolve))
    await expect.poll(() => server.stats().connections).toBe(0)
  })
})

describe('calls', () => {
  it('end at their deadline', async () => {
    const { port } = await run()
    expect(await hold(plain(port), { 'grpc-timeout': '30m' }).ended).toEqual({
      code: 4,
      message: 'the deadline has passed',
    })
  })

  it('whose client reads nothing are reset soon after they end, with all that they hold', async () => {
    const { port, server } = await run({ endGraceMs: 100 })
    const ends: ((status: GrpcStatus) => void)[] = []
    server.add('/t/Flood', {
      kind: 'stream',
      open: call => {
        ends.push(call.end)
        call.write({ parts: [Buffer.alloc(1_000_000)] })
        return { message: () => {}, halfClosed: () => {}, writable: () => {}, closed: () => {} }
      },
    })
    const call = hold(plain(port), { ':path': '/t/Flood' })
    call.stream.pause()
    await expect.poll(() => ends.length).toBe(1)
    ends[0]?.({ code: 'UNAVAILABLE', message: 'enough' })
    await expect.poll(() => call.stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
    const reader = hold(plain(port), { ':path': '/t/Flood' })
    await expect.poll(() => ends.length).toBe(2)
    ends[1]?.({ code: 'UNAVAILABLE', message: 'enough' })
    expect(await reader.ended).toEqual({ code: 14, message: 'enough' })
  })

  it('beyond the rate wait for their turn, and are turned away where that would take too long', async () => {
    const { port, server } = await run({ limits: { maxStreamsPerSecond: 10 } })
    const calls = Array.from({ length: 14 }, () => hold(plain(port)))
    const turnedAway = await Promise.race(calls.map(call => call.ended))
    expect(turnedAway).toEqual({ code: 8, message: 'more than 10 new streams a second: try again later' })
    expect(server.stats().streams).toBeLessThan(calls.length)
    await Promise.race(calls.slice(1).map(call => call.open))
  })

  it('that are given up while they wait are never opened', async () => {
    const { port, server, peers } = await run({ limits: { maxStreamsPerSecond: 20 } })
    await hold(plain(port)).open
    const waiting = hold(plain(port))
    while (server.stats().streams < 2) await new Promise(resolve => setTimeout(resolve, 1))
    waiting.stream.destroy()
    while (server.stats().streams > 1) await new Promise(resolve => setTimeout(resolve, 1))
    await hold(plain(port)).open
    expect(peers.length).toBe(2)
  })
})

describe('createRateGate', () => {
  it('spaces evenly, keeps no credit of quiet times, and takes no place for what it turns away', () => {
    const gate = createRateGate(10, 250)
    expect([0, 0, 0, 0, 0, 50, 5000, 5000].map(now => gate.enter(now))).toEqual([
      0,
      100,
      200,
      undefined,
      undefined,
      250,
      0,
      100,
    ])
  })
})

const HOUR_MS = 3_600_000

/** Key and certificate in PEM form; without an issuer an authority of its own. */
function certify(commonName: string, issuer?: Certified): Certified {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const request = {
    commonName,
    publicKey,
    names: issuer === undefined ? [] : ['localhost'],
    use: issuer === undefined ? ('authority' as const) : ('workload' as const),
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + HOUR_MS),
    serial: randomBytes(16),
  }
  const cert = issueCertificate(request, issuer?.issuer ?? { commonName, key: privateKey })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  return { cert, key, issuer: { commonName, key: privateKey } }
}

interface Certified {
  readonly cert: string
  readonly key: string | Buffer
  readonly issuer: Issuer
}

describe('TLS', () => {
  const authority = certify('ca')
  const tls = (requestCert: boolean): GrpcServerOptions => {
    const { cert, key } = certify('server', authority)
    return { tls: { cert, key, ca: authority.cert, requestCert, rejectUnauthorized: false } }
  }

  it.each<[string, () => Certified | undefined, boolean]>([
    ['of the authority', () => certify('client', authority), true],
    ['of somebody else', () => certify('client', certify('other')), false],
    ['none', () => undefined, false],
  ])('a client certificate %s: a peer that is verified or is not', async (_, certificate, isVerified) => {
    const { port, peers } = await run(tls(true))
    const own = certificate()
    const client = { ca: authority.cert, ...(own === undefined ? {} : { cert: own.cert, key: own.key }) }
    await hold(`https://localhost:${port}`, {}, client).open
    expect(peers[0]?.certificate !== undefined).toBe(isVerified)
  })

  it('names the connection that broke', async () => {
    const { port, events } = await run(tls(false))
    const socket = connectTcp(port, '127.0.0.1')
    const closed = new Promise(resolve => socket.on('close', resolve))
    socket.on('error', () => {})
    socket.resume()
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await closed
    expect(events).toMatchObject([{ kind: 'connection-broken', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }])
    await hold(`https://localhost:${port}`, {}, { ca: authority.cert }).open
  })
})
