// What a hostile or broken client may do to the ADS port of `pillion serve`: it is answered or cut off and told why, the log says
// so where there is nobody to tell, and a proxy that was there all the time goes on being served.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2, constants } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../../src/proto/index.js'
import { CDS, EDS, LDS, NDS, RDS } from '../../src/xds/delivery/index.js'
import { type ControlPlane, startControlPlane } from '../kit/control-plane.js'
import { type Ended, openXdsClient, type Protocol, type XdsClient } from '../kit/xds-client.js'

const NODE = {
  id: 'sidecar~10.0.0.1~witness.default~default.svc.cluster.local',
  metadata: { NAMESPACE: 'default', CLUSTER_ID: 'Kubernetes' },
}

let scratch = ''
let plane: ControlPlane
let witness: XdsClient
let services = 0

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'pillion-bad-input-'))
  mkdirSync(join(scratch, 'config'))
  addService()
  plane = await startControlPlane({ args: ['--configDir', join(scratch, 'config')], scratch })
  witness = client('delta')
  witness.subscribe(CDS)
  await witness.until(() => held().includes(nameOf(services)))
}, 30_000)

afterAll(async () => {
  witness.close()
  await plane.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const nameOf = (index: number): string => `outbound|80||service-${index}.example.com`
const held = (): string[] => [...witness.held(CDS).keys()]

function addService(): void {
  services++
  const spec = `hosts: [service-${services}.example.com]\n  ports: [{number: 80, name: http, protocol: HTTP}]\n  resolution: DNS`
  const metadata = `metadata: {name: s${services}, namespace: default}`
  const text = `apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n${metadata}\nspec:\n  ${spec}\n`
  writeFileSync(join(scratch, 'config', `s${services}.yaml`), text)
}

/** The witness is told of a change, and has seen nothing but changes. */
async function expectService(): Promise<void> {
  addService()
  await witness.until(() => held().includes(nameOf(services)))
  expect(plane.log()).not.toMatch(/internal error/)
}

const NONE = 'no node'

function client(protocol: Protocol, node: object | typeof NONE = NODE): XdsClient {
  return openXdsClient({ port: plane.grpcPort, protocol, node: node === NONE ? undefined : node })
}

/** The end of a stream that begins with these bytes of a message, or with this request. */
async function endOf(
  protocol: Protocol,
  first: Uint8Array | object,
  node: object | typeof NONE = NODE,
): Promise<Ended> {
  const stream = client(protocol, node)
  if (first instanceof Uint8Array) stream.sendBytes(first)
  else stream.send(first)
  const end = await stream.ended
  stream.close()
  return end
}

describe.each<Protocol>(['sotw', 'delta'])('a %s stream', protocol => {
  const requestType = `envoy.service.discovery.v3.${protocol === 'sotw' ? 'DiscoveryRequest' : 'DeltaDiscoveryRequest'}`
  const valid = (): Uint8Array => encode(requestType, { node: NODE, typeUrl: CDS })
  /** Metadata that nests, as bytes: Node.metadata (3), Struct.fields (1), its value (2), Value.struct_value (5). */
  const nested = (depth: number): Uint8Array => {
    let bytes: Uint8Array = Buffer.alloc(0)
    const field = (number: number, content: Uint8Array): Uint8Array =>
      Buffer.concat([Buffer.from([number * 8 + 2, ...varint(content.length)]), content])
    for (let i = 0; i < depth; i++) bytes = field(1, field(2, field(5, bytes)))
    return field(protocol === 'sotw' ? 2 : 1, field(3, bytes))
  }

  it.each<[string, () => Uint8Array, number, RegExp]>([
    ['nothing at all', () => new Uint8Array(), 3, /first request of a stream must have a node/],
    ['bytes at random', () => Buffer.from('garbage, garbage'), 3, /the request cannot be read: /],
    ['a message that ends too early', () => valid().subarray(0, -3), 3, /ends within a field/],
    ['a number without an end', () => Buffer.alloc(40, 0xff), 3, /longer than 10 bytes/],
    ['text that is no UTF-8', () => Buffer.from([0x22, 2, 0xc3, 0x28]), 3, /cannot be read: /],
    ['messages in messages', () => nested(2000), 3, /nest more than 100 deep/],
    ['five million bytes', () => Buffer.alloc(5_000_000), 8, /has 5000000 bytes, and 4194304 are accepted/],
  ])('of %s', async (_, bytes, code, message) => {
    const end = await endOf(protocol, bytes())
    expect([end.code, end.message]).toEqual([code, expect.stringMatching(message)])
    await expectService()
  })

  it.each<[string, object | typeof NONE, RegExp]>([
    ['no node', NONE, /must have a node/],
    ['an empty node', {}, /must have a node/],
    ['a node without an id', { cluster: 'c' }, /the node id "" has 1 parts/],
    ['an id that is none', { id: 'hello' }, /the node id "hello" has 1 parts, not the 4/],
    ['an id of a million characters', { id: 'x'.repeat(1_000_000) }, /the node id "x+/],
    ['a type that is none', { id: 'toaster~10.0.0.1~a.b~c' }, /has the type "toaster"/],
    ['no address', { id: 'sidecar~nowhere~a.b~c' }, /no valid address/],
    ['a null byte and a new line', { id: 'sidecar~\u0000\n~a.b~c' }, /no valid address/],
    ['metadata of another kind', { ...NODE, metadata: { LABELS: [1], INSTANCE_IPS: { a: 1 } } }, /metadata/],
  ])('with %s', async (_, node, message) => {
    const end = await endOf(protocol, { typeUrl: CDS }, node)
    expect([end.code, end.message]).toEqual([3, expect.stringMatching(message)])
    expect(end.message.length).toBeLessThan(2000)
    await expectService()
  })

  it('with names that objects have of themselves', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']
    const stream = client(protocol, { ...NODE, metadata: { ...NODE.metadata, LABELS: { constructor: 'x' } } })
    for (const type of [EDS, RDS, '__proto__', 'constructor']) stream.subscribe(type, names)
    stream.subscribe(CDS, [])
    await stream.until(() => stream.held(CDS).has(nameOf(1)))
    expect(({} as Record<string, unknown>)['version']).toBeUndefined()
    stream.close()
    await expectService()
  })

  it('that asks for types nobody knows, and goes on', async () => {
    const stream = client(protocol)
    for (const type of ['', 'a', 'type.googleapis.com/no.such.Type', '../../etc/passwd', 'x'.repeat(10_000)]) {
      stream.subscribe(type, ['a'])
    }
    stream.subscribe(CDS)
    await stream.until(() => stream.held(CDS).has(nameOf(1)))
    stream.close()
    const many = client(protocol)
    for (let i = 0; i < 100; i++) many.subscribe(`type.googleapis.com/${i}`, ['a'])
    expect(await many.ended).toMatchObject({ code: 8, message: 'more than 32 types are asked for on one stream' })
    await expectService()
  })

  it('that asks for a million names', async () => {
    const names = (count: number, from = 0): string[] =>
      Array.from({ length: count }, (_, i) => (from + i).toString(36))
    const key = protocol === 'sotw' ? 'resourceNames' : 'resourceNamesSubscribe'
    const [many, more] = [names(600_000), names(1_000_000)]
    expect(await endOf(protocol, { typeUrl: EDS, [key]: many })).toMatchObject({
      code: 8,
      message: expect.stringMatching(/more than 65536 names of EDS are asked for/),
    })
    expect(await endOf(protocol, { typeUrl: EDS, [key]: more })).toMatchObject({
      code: 8,
      message: expect.stringMatching(/has \d+ bytes, and 4194304 are accepted/),
    })
    await expectService()
  })

  it('that answers what it was never sent', async () => {
    const stream = client(protocol)
    stream.subscribe(CDS)
    await stream.until(() => stream.held(CDS).has(nameOf(1)))
    for (const typeUrl of [CDS, EDS, LDS, 'x']) {
      for (const responseNonce of ['nonsense', '', '9'.repeat(1000)]) {
        stream.send({ typeUrl, responseNonce, errorDetail: { code: 99, message: 'x'.repeat(5000) } })
      }
    }
    stream.subscribe(NDS)
    await stream.until(() => stream.received.some(({ type }) => type === NDS))
    stream.close()
    await expectService()
  })

  it('that never reads: no more is made for it than its connection takes', async () => {
    const stream = client(protocol)
    stream.pause()
    for (let i = 0; i < 2000; i++) stream.send({ typeUrl: i % 2 === 0 ? CDS : LDS, responseNonce: '' })
    await expectService()
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 5; i++) await expectService()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
    stream.close()
  })
})

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0))

function frame(type: number, flags: number, stream: number, payload: Uint8Array, length = payload.length): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

describe('a connection', () => {
  /** Resolves with what the server sent, once it closed the connection. */
  const raw = (bytes: Uint8Array): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      const socket = connectTcp(plane.grpcPort, '127.0.0.1', () => socket.write(bytes))
      const timer = setTimeout(() => reject(new Error('the connection is still open')), 5000)
      socket.on('data', chunk => chunks.push(chunk))
      socket.on('error', () => {})
      socket.on('close', () => {
        clearTimeout(timer)
        resolve(Buffer.concat(chunks))
      })
    })
  const brokenLines = (): number => plane.log().match(/connection broke|connections broke/g)?.length ?? 0

  it.each<[string, Uint8Array]>([
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['TLS', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...Buffer.alloc(600)])],
    ['bytes at random', Buffer.from('x'.repeat(1000))],
    ['a preface, and a frame larger than allowed', Buffer.concat([PREFACE, frame(0, 0, 1, Buffer.alloc(9), 0xffffff)])],
    ['a window that overflows', Buffer.concat([PREFACE, SETTINGS, frame(8, 0, 0, Buffer.from([0x7f, 255, 255, 255]))])],
  ])('of %s is closed, and the log says so', async (_, bytes) => {
    await new Promise(resolve => setTimeout(resolve, 120)) // ten lines a second are told
    const before = brokenLines()
    await raw(bytes)
    await expectService()
    await expect.poll(brokenLines).toBeGreaterThan(before)
  })

  /** Resolves with the server's leave (GOAWAY, frame type 7); the connection is closed later. */
  const untilGoaway = (bytes: Uint8Array): Promise<Buffer> =>
    new Promise(resolve => {
      let all = Buffer.alloc(0)
      const socket = connectTcp(plane.grpcPort, '127.0.0.1', () => socket.write(bytes))
      socket.on('error', () => {})
      socket.on('data', chunk => {
        all = Buffer.concat([all, chunk])
        for (let at = 0; at + 9 <= all.length; at += 9 + all.readUIntBE(at, 3)) {
          if (all[at + 3] !== 7) continue
          socket.destroy()
          resolve(all.subarray(at))
        }
      })
    })

  it.each<[string, Uint8Array]>([
    ['data for a stream that was never opened', Buffer.concat([PREFACE, SETTINGS, frame(0, 0, 1, Buffer.alloc(9))])],
    [
      'headers that cannot be',
      Buffer.concat([PREFACE, SETTINGS, frame(1, 4, 1, Buffer.from([0xff, 0xff, 0xff, 0xff]))]),
    ],
    ['a continuation of nothing', Buffer.concat([PREFACE, SETTINGS, frame(9, 4, 1, Buffer.from([0]))])],
  ])('of %s is told that it broke the protocol', async (_, bytes) => {
    const code = (await untilGoaway(bytes)).readUInt32BE(13)
    expect([constants.NGHTTP2_PROTOCOL_ERROR, constants.NGHTTP2_COMPRESSION_ERROR]).toContain(code)
    await expectService()
  })

  it('is told what its calls lack, and another that asks well is served', async () => {
    const session = connectHttp2(`http://127.0.0.1:${plane.grpcPort}`)
    const ask = (headers: Record<string, string>): Promise<Record<string, unknown>> =>
      new Promise(resolve => {
        const stream = session.request(headers)
        stream.on('response', resolve)
        stream.on('error', () => {})
        stream.end()
        stream.resume()
      })
    const grpc = { ':method': 'POST', 'content-type': 'application/grpc' }
    expect(await ask({ ':path': '/' })).toMatchObject({ ':status': 405 })
    expect(await ask({ ':method': 'POST', ':path': '/', 'content-type': 'text/html' })).toMatchObject({
      ':status': 415,
    })
    expect(await ask({ ...grpc, ':path': '/no.such/Method' })).toMatchObject({
      'grpc-status': '12',
      'grpc-message': 'there is no method /no.such/Method',
    })
    session.destroy()
    await expectService()
  })

  it('opens and drops streams by the thousand', async () => {
    const ads = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'
    const hello = encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', { node: NODE, typeUrl: CDS })
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, hello.length]), hello])
    expect(hello.length).toBeLessThan(256)
    for (let round = 0; round < 4; round++) {
      const session = connectHttp2(`http://127.0.0.1:${plane.grpcPort}`)
      session.on('error', () => {})
      await new Promise(resolve => session.once('remoteSettings', resolve))
      const streams = Array.from({ length: 500 }, () => {
        const stream = session.request({ ':method': 'POST', ':path': ads, 'content-type': 'application/grpc' })
        stream.on('error', () => {})
        stream.write(framed)
        return stream
      })
      await new Promise(resolve => setTimeout(resolve, 20 * round))
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
      session.destroy()
    }
    await expectService()
    const proxies = async (): Promise<number> => {
      const page = (await plane.debug('/debug/syncz')) as unknown[] | { readonly connections?: unknown[] }
      return (Array.isArray(page) ? page : (page.connections ?? [])).length
    }
    while ((await proxies()) > 1) await new Promise(resolve => setTimeout(resolve, 20))
  })
})
