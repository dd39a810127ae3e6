import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issueCertificate } from '../identity/certificate.js'
import { servingPair } from './development-ca.js'
import type { CheckedPair } from './key-pair.js'
import { certificateFromFiles, ownCertificate, type TlsSource } from './tls-source.js'

const DAY_MS = 86_400_000
let root = ''
let open: TlsSource[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pillion-tls-'))
})
afterEach(async () => {
  for (const source of open) source.close()
  open = []
  await rm(root, { recursive: true, force: true })
})

const names = ['localhost', '127.0.0.1', '::1']
const serialOf = ({ cert }: { cert: string }) => new X509Certificate(cert).serialNumber

async function made(now: Date, wanted = names): Promise<CheckedPair> {
  const pair = await servingPair({ stateDir: join(root, 'state'), names: wanted, now })
  if (!pair.ok) throw new Error(pair.error)
  return pair.value
}

describe("certificates of Pillion's own", () => {
  const now = new Date('2026-03-01T00:00:00Z')

  it('are made once, for the names asked for, signed by an authority that is kept', async () => {
    const first = await made(now)
    const again = await made(new Date(now.getTime() + 5 * DAY_MS))
    expect(serialOf(again)).toBe(serialOf(first))
    const authority = new X509Certificate(await readFile(join(root, 'state/ca.pem')))
    const leaf = new X509Certificate(first.cert)
    expect(leaf.verify(authority.publicKey)).toBe(true)
    expect(names.map(name => leaf.checkHost(name) ?? leaf.checkIP(name))).toEqual(names)
  })

  it('are for the user alone', async () => {
    await mkdir(join(root, 'state'))
    await chmod(join(root, 'state'), 0o755)
    await made(now)
    const mode = async (path: string) => ((await stat(join(root, path))).mode & 0o777).toString(8)
    expect(await Promise.all(['state', 'state/ca-key.pem', 'state/serving.pem'].map(mode))).toEqual([
      '700',
      '600',
      '600',
    ])
  })

  it('are renewed by the same authority when a third of their time is left, or for new names', async () => {
    const first = await made(now)
    const authority = await readFile(join(root, 'state/ca.pem'), 'utf8')
    const renewed = await made(new Date(now.getTime() + 61 * DAY_MS))
    expect(serialOf(renewed)).not.toBe(serialOf(first))
    const named = await made(new Date(now.getTime() + 61 * DAY_MS), [...names, 'istiod.istio-system.svc'])
    expect(named.certificate.checkHost('istiod.istio-system.svc')).toBeDefined()
    expect(await readFile(join(root, 'state/ca.pem'), 'utf8')).toBe(authority)
  })

  it('are renewed while running', async () => {
    let time = now
    const source = await new Promise<CheckedPair>((resolve, reject) => {
      const options = { stateDir: join(root, 'state'), names, now: () => time, checkMs: 5 }
      ownCertificate(options, { onPair: resolve, onProblem: message => reject(new Error(message)) }).then(opened => {
        if (!opened.ok) return reject(new Error(opened.error))
        open.push(opened.value)
        time = new Date(now.getTime() + 70 * DAY_MS)
      }, reject)
    })
    expect(source.notAfter.toISOString()).toBe('2026-08-08T00:00:00.000Z')
  })

  it('come from one authority, however many start together', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => made(now)))
    const authority = new X509Certificate(await readFile(join(root, 'state/ca.pem')))
    expect(pairs.map(({ certificate }) => certificate.verify(authority.publicKey))).toEqual(pairs.map(() => true))
  })

  it('are refused, not replaced, where the kept authority cannot be used', async () => {
    await mkdir(join(root, 'state'))
    await writeFile(join(root, 'state/ca-key.pem'), 'not a key')
    const pair = await servingPair({ stateDir: join(root, 'state'), names, now })
    expect(pair).toMatchObject({
      ok: false,
      error: expect.stringMatching(/ca-key.pem holds no certificate.*remove .*state/),
    })
    await writeFile(join(root, 'file'), '')
    expect(await servingPair({ stateDir: join(root, 'file'), names, now })).toMatchObject({ ok: false })
  })

  it('have a folder made with its parents, or say why not', async () => {
    expect((await servingPair({ stateDir: join(root, 'deep/er/state'), names, now })).ok).toBe(true)
    // A file system that refuses with ENOENT, for which Node's recursive mkdir never comes back.
    expect(await servingPair({ stateDir: '/proc/nope/state', names, now })).toMatchObject({
      ok: false,
      error: expect.stringContaining('--stateDir names another folder'),
    })
  })
})

const authorityKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const leafKeys = [
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
]

/** PEM texts of the key with that number, and of a certificate for it. */
function texts(key: 0 | 1, days: { from?: number; to?: number } = {}) {
  const { publicKey, privateKey } = leafKeys[key]!
  const at = (offset: number) => new Date(Date.now() + offset * DAY_MS)
  const cert = issueCertificate(
    {
      ...{ commonName: 'x', publicKey, names: ['localhost'], use: 'server', serial: Buffer.from([1]) },
      ...{ notBefore: at(days.from ?? -1), notAfter: at(days.to ?? 1) },
    },
    { commonName: 'test', key: authorityKeys.privateKey },
  )
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

describe('certificates from files', () => {
  const events: string[] = []
  let wake = (): void => {}
  const nextEvent = async () => {
    if (events.length === 0) await new Promise<void>(resolve => (wake = resolve))
    return events.shift()!
  }
  const tell = (event: string) => {
    events.push(event)
    wake()
  }
  async function openFiles(cert = 'tls.crt', key = 'tls.key') {
    const source = await certificateFromFiles(
      { cert: join(root, cert), key: join(root, key), now: () => new Date() },
      {
        onPair: pair => tell(pair.certificate.checkPrivateKey(leafKeys[1]!.privateKey) ? 'second pair' : 'first pair'),
        onProblem: message => tell(message.replaceAll(`${root}/`, '')),
      },
    )
    if (source.ok) open.push(source.value)
    return source
  }
  async function write(parts: { cert?: string; key?: string }) {
    if (parts.cert !== undefined) await writeFile(join(root, 'tls.crt'), parts.cert)
    if (parts.key !== undefined) await writeFile(join(root, 'tls.key'), parts.key)
  }
  beforeEach(() => {
    events.length = 0
  })

  it.each<[string, () => { cert?: string; key?: string }, RegExp]>([
    [
      'of another key',
      () => ({ cert: texts(0).cert, key: texts(1).key }),
      /tls.crt does not match the private key in .*tls.key$/,
    ],
    ['that expired', () => texts(0, { from: -9, to: -2 }), /tls.crt expired on 20\d\d-/],
    ['of the future', () => texts(0, { from: 2, to: 9 }), /tls.crt is not valid before 20\d\d-/],
    ['that is no certificate', () => ({ cert: 'hello', key: texts(0).key }), /tls.crt holds no certificate/],
    [
      'with a key that is none',
      () => ({ cert: texts(0).cert, key: 'hello' }),
      /tls.key holds no unencrypted private key/,
    ],
    ['without a key file', () => ({ cert: texts(0).cert }), /cannot read .*tls.key: no such file/],
    ['that is not there', () => ({}), /cannot read .*tls.crt: no such file/],
  ])('refuse at the start a pair %s', async (_, parts, message) => {
    await write(parts())
    expect(await openFiles()).toMatchObject({ ok: false, error: expect.stringMatching(message) })
  })

  it('are reloaded when both have changed; halfway through, the earlier pair stays', async () => {
    await write(texts(0))
    expect((await openFiles()).ok).toBe(true)
    await write({ cert: texts(1).cert })
    expect(await nextEvent()).toBe('the certificate in tls.crt does not match the private key in tls.key')
    await write({ key: texts(1).key })
    expect(await nextEvent()).toBe('second pair')
    await write(texts(0, { from: -9, to: -2 }))
    expect(await nextEvent()).toMatch(/expired on|does not match/)
  })

  it('are reloaded on the swap of a mounted Secret', async () => {
    for (const version of [0, 1] as const) {
      await mkdir(join(root, `..${version}`))
      const { cert, key } = texts(version)
      await writeFile(join(root, `..${version}`, 'tls.crt'), cert)
      await writeFile(join(root, `..${version}`, 'tls.key'), key)
    }
    await symlink('..0', join(root, '..data'))
    for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, join(root, name))
    expect((await openFiles()).ok).toBe(true)
    await symlink('..1', join(root, '..data_tmp'))
    await rename(join(root, '..data_tmp'), join(root, '..data'))
    expect(await nextEvent()).toBe('second pair')
  })
})
