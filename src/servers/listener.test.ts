import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:https'
import { connect as connectRaw } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect2, fetch1, fetch2 } from '../../test/kit/http.js'
import { formatAddress, parseAddress } from './address.js'
import { servingPair } from './development-ca.js'
import { type KeyPair, listenPlain, listenSecure, type SecureListener } from './listener.js'
import { createRouter, plain } from './router.js'

const ANY_PORT = { host: '127.0.0.1', port: 0 }
let folder = ''
let pair: KeyPair
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pillion-listener-'))
  const made = await servingPair({ stateDir: folder, names: ['127.0.0.1'], now: new Date() })
  if (!made.ok) throw new Error(made.error)
  pair = made.value
})
afterAll(() => rm(folder, { recursive: true }))

/** A server whose answers wait until the test lets them go. */
async function slowServer() {
  let arrived = (): void => {}
  let release = (): void => {}
  const isBusy = new Promise<void>(resolve => (arrived = resolve))
  const isReleased = new Promise<void>(resolve => (release = resolve))
  let isStopping = false
  const router = createRouter(
    [
      { path: '/now', scope: 'exact', answer: () => plain(200, 'now') },
      {
        path: '/slow',
        scope: 'exact',
        answer: async () => {
          arrived()
          await isReleased
          return plain(200, 'finished')
        },
      },
    ],
    { onBug: () => {}, isStopping: () => isStopping },
  )
  const opened = await listenSecure(router, ANY_PORT, pair)
  if (!opened.ok) throw new Error(opened.error)
  const stop = (graceMs: number): Promise<void> => {
    isStopping = true
    return opened.value.stop(graceMs)
  }
  return { url: urlOf(opened.value), isBusy, release, stop }
}

function urlOf({ address }: SecureListener): string {
  return `https://127.0.0.1:${address.port}`
}

describe('stopping', () => {
  it('lets an HTTP/1.1 request in flight finish, closes idle connections and takes no new ones', async () => {
    const server = await slowServer()
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    await fetch1(`${server.url}/now`, { agent })
    const reply = fetch1(`${server.url}/slow`)
    await server.isBusy
    const stopped = server.stop(60_000)
    await expect(fetch1(`${server.url}/now`)).rejects.toThrow(/ECONNREFUSED/)
    server.release()
    expect(await reply).toMatchObject({ status: 200, body: 'finished\n', headers: { connection: 'close' } })
    await stopped
    agent.destroy()
  })

  it('lets an HTTP/2 request in flight finish', async () => {
    const server = await slowServer()
    const session = connect2(server.url)
    const reply = fetch2(session, '/slow')
    await server.isBusy
    const stopped = server.stop(60_000)
    server.release()
    expect(await reply).toMatchObject({ status: 200, body: 'finished\n' })
    await stopped
    expect(session.closed).toBe(true)
  })

  it('cuts what does not finish in time, a connection without handshake too', async () => {
    const server = await slowServer()
    const failed = fetch1(`${server.url}/slow`).catch((error: Error) => error)
    await server.isBusy
    const silent = connectRaw(Number(new URL(server.url).port), '127.0.0.1')
    await once(silent, 'connect')
    const isCut = once(silent, 'close')
    await server.stop(20)
    await isCut
    expect(await failed).toBeInstanceOf(Error)
  })
})

describe('listening', () => {
  it('names the address that is taken', async () => {
    const router = createRouter([], { onBug: () => {} })
    const first = await listenPlain(router, ANY_PORT)
    if (!first.ok) throw new Error(first.error)
    const { address } = first.value
    expect(await listenPlain(router, address)).toEqual({
      ok: false,
      error: `${formatAddress(address)} is in use by another process`,
    })
    expect(await listenSecure(router, address, pair)).toMatchObject({
      ok: false,
      error: expect.stringContaining('in use'),
    })
    await first.value.stop(0)
    expect(await listenPlain(router, { host: '192.0.2.1', port: 1 })).toEqual({
      ok: false,
      error: '192.0.2.1:1 is not an address of this machine',
    })
  })

  it('speaks TLS 1.2 and 1.3 only, also after a new key pair', async () => {
    const router = createRouter([], { onBug: () => {} })
    const opened = await listenSecure(router, ANY_PORT, pair)
    if (!opened.ok) throw new Error(opened.error)
    const { port } = opened.value.address
    const handshake = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
      const socket = connectTls(port, '127.0.0.1', {
        rejectUnauthorized: false,
        minVersion: 'TLSv1',
        maxVersion,
        ciphers: 'DEFAULT@SECLEVEL=0',
      })
      try {
        await once(socket, 'secureConnect')
        return socket.getProtocol()
      } catch {
        return 'refused'
      } finally {
        socket.destroy()
      }
    }
    for (let round = 0; round < 2; round++) {
      expect(await Promise.all([handshake('TLSv1.1'), handshake('TLSv1.2'), handshake('TLSv1.3')])).toEqual([
        'refused',
        'TLSv1.2',
        'TLSv1.3',
      ])
      opened.value.useKeyPair(pair)
    }
    await opened.value.stop(0)
  })
})

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:15017', { host: '127.0.0.1', port: 15017 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    [':15017', { host: '', port: 15017 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['', undefined],
  ])('reads %j', (text, address) => {
    expect(parseAddress(text)).toEqual({ ok: true, value: address })
    if (address !== undefined) expect(formatAddress(address)).toBe(text)
  })

  it.each(['15017', 'localhost', 'a:b', '::1:80', '[x]:80', 'host:70000', 'http://x:80'])('refuses %j', text => {
    expect(parseAddress(text)).toMatchObject({
      ok: false,
      error: expect.stringContaining(`"${text}" is not an address`),
    })
  })
})
