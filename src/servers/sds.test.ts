import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openXdsClient, type Protocol, type XdsClient } from '../../test/kit/xds-client.js'
import { ok } from '../lang/result.js'
import { LDS, SDS } from '../xds/delivery/index.js'
import { createGrpcServer } from './grpc/server.js'
import type { Log } from './log.js'
import { CERTIFICATE_LIFE_MS, openSds, type SdsSettings } from './sds.js'

const stateDir = mkdtempSync(join(tmpdir(), 'pillion-sds-'))
afterAll(() => rmSync(stateDir, { recursive: true }))
const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const START = Date.parse('2026-01-01T00:00:00Z')

async function server(change: Partial<SdsSettings> = {}) {
  const logged: string[] = []
  const write = (message: string): void => void logged.push(message)
  const log: Log = { error: write, warn: write, info: write, debug: write, flush: () => {} }
  const state = { time: START, id: 'spiffe://cluster.local/ns/shop/sa/web', released: 0 }
  const settings: SdsSettings = {
    address: { host: '127.0.0.1', port: 0 },
    stateDir,
    identify: () =>
      ok({
        get current() {
          return ok(state.id)
        },
        [Symbol.dispose]: () => void state.released++,
      }),
    now: () => state.time,
    checkMs: 5,
    ...change,
  }
  const sds = await openSds(settings, log)
  const grpc = createGrpcServer()
  sds.register(grpc)
  const { port } = await grpc.listen({ host: '127.0.0.1', port: 0 })
  opened.push(async () => {
    sds.close()
    await grpc.close()
  })
  const client = (protocol: Protocol): XdsClient => {
    const made = openXdsClient({
      port,
      protocol,
      service: 'sds',
      node: { id: 'sidecar~127.0.0.1~web-1.shop~shop.svc' },
    })
    opened.push(() => made.close())
    return made
  }
  return { sds, logged, state, client }
}

interface Secret {
  readonly tlsCertificate?: {
    readonly certificateChain: { readonly inlineString: string }
    readonly privateKey: { readonly inlineString: string }
  }
  readonly validationContext?: { readonly trustedCa: { readonly inlineString: string } }
}

const secretOf = (client: XdsClient, name: string): Secret => (client.held(SDS).get(name)?.value ?? {}) as Secret
const certificateOf = (client: XdsClient): X509Certificate =>
  new X509Certificate(secretOf(client, 'default').tlsCertificate?.certificateChain.inlineString ?? '')

describe.each<Protocol>(['sotw', 'delta'])('SDS on loopback over %s', protocol => {
  it('gives a workload its certificate, and the roots that it is to be checked against', async () => {
    const { client, logged } = await server()
    const proxy = client(protocol)
    proxy.subscribe(SDS, ['default', 'ROOTCA'])
    await proxy.until(() => proxy.held(SDS).size === 2)
    const leaf = certificateOf(proxy)
    const root = new X509Certificate(secretOf(proxy, 'ROOTCA').validationContext?.trustedCa.inlineString ?? '')
    expect(leaf.subjectAltName).toBe('URI:spiffe://cluster.local/ns/shop/sa/web')
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true)
    expect(new Date(leaf.validTo).getTime()).toBe(START + CERTIFICATE_LIFE_MS)
    expect(logged.filter(line => line.startsWith('SDS is on'))).toHaveLength(1)
  })

  it('renews at half its life and pushes, and not before', async () => {
    const { client, state } = await server()
    const proxy = client(protocol)
    proxy.subscribe(SDS, ['default', 'ROOTCA'])
    await proxy.until(() => proxy.held(SDS).size === 2)
    const first = certificateOf(proxy)
    state.time = START + CERTIFICATE_LIFE_MS / 2 - 1
    expect(await proxy.quiet()).toHaveLength(proxy.received.length)
    state.time = START + CERTIFICATE_LIFE_MS / 2
    await proxy.until(() => certificateOf(proxy).serialNumber !== first.serialNumber)
    expect(new Date(certificateOf(proxy).validTo).getTime()).toBe(state.time + CERTIFICATE_LIFE_MS)
    expect(certificateOf(proxy).publicKey.equals(first.publicKey)).toBe(false)
    expect(await proxy.quiet()).toHaveLength(1)
  })

  it('gives another certificate where the workload is another one now', async () => {
    const { client, state, sds } = await server()
    const proxy = client(protocol)
    proxy.subscribe(SDS, ['default'])
    await proxy.until(() => proxy.held(SDS).size === 1)
    sds.meshChanged()
    state.id = 'spiffe://example.org/ns/shop/sa/other'
    state.time += 1000
    sds.meshChanged()
    await proxy.until(() => certificateOf(proxy).subjectAltName === `URI:${state.id}`)
    expect(proxy.received).toHaveLength(2)
  })

  it('says in the log which secrets there are not, and answers no other type', async () => {
    const { client, logged } = await server()
    const proxy = client(protocol)
    proxy.subscribe(LDS)
    proxy.subscribe(SDS, ['file-root:/etc/passwd', 'ROOTCA'])
    await proxy.until(() => proxy.held(SDS).size === 1)
    expect([...proxy.held(SDS).keys(), ...proxy.held(LDS).keys()]).toEqual(['ROOTCA'])
    expect(logged.at(-1)).toBe('a proxy asks for a secret that there is none of here')
  })
})

it('lets go of who a proxy is when it goes', async () => {
  const { client, state } = await server()
  const proxy = client('delta')
  proxy.subscribe(SDS, ['ROOTCA'])
  await proxy.until(() => proxy.held(SDS).size === 1)
  expect(state.released).toBe(0)
  await proxy.close()
  await expect.poll(() => state.released).toBe(1)
})

it('tells of a few unknown secrets only', async () => {
  const { client, logged } = await server()
  const proxy = client('delta')
  proxy.subscribe(SDS, [...Array.from({ length: 1000 }, (_, n) => `${n}`.padEnd(1000, 'x')), 'ROOTCA'])
  await proxy.until(() => proxy.held(SDS).size === 1)
  expect(logged.filter(line => line.startsWith('a proxy asks'))).toHaveLength(10)
})

describe('SDS elsewhere', () => {
  it.each(['', '0.0.0.0', '::', '10.0.0.1', 'istiod.example', '127.example.com'])(
    'refuses on %j, and says why',
    async host => {
      const { client, logged } = await server({ address: { host, port: 15010 } })
      const proxy = client('delta')
      proxy.subscribe(SDS, ['default'])
      expect(await proxy.ended).toEqual({
        code: 9,
        message: expect.stringContaining(`SDS is off on ${host.includes(':') ? `[${host}]` : host}:15010`),
      })
      expect(logged[0]).toContain('--grpcAddr 127.0.0.1:15010')
    },
  )

  it.each(['localhost', '::1', '127.8.9.1'])('answers on %s', async host => {
    const { client } = await server({ address: { host, port: 0 } })
    const proxy = client('delta')
    proxy.subscribe(SDS, ['ROOTCA'])
    await proxy.until(() => proxy.held(SDS).size === 1)
  })

  it('refuses where there is no folder for a CA', async () => {
    const { client } = await server({ stateDir: '/dev/null/state' })
    const proxy = client('delta')
    proxy.subscribe(SDS, ['default'])
    expect(await proxy.ended).toMatchObject({ code: 9, message: expect.stringContaining('/dev/null/state') })
  })
})
