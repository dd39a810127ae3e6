import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROOT, runSpawned } from '../kit/command.js'
import { fetch1 } from '../kit/http.js'

const SAMPLE = join(ROOT, 'samples/opt-in')
let cwd = ''
let children: ChildProcess[] = []
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'pillion-serve-'))
  for (const name of ['config.yaml', 'values.yaml']) await copyFile(join(SAMPLE, name), join(cwd, name))
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await rm(cwd, { recursive: true, force: true })
})

const FILES = ['--injectConfigFile', 'config.yaml', '--valuesFile', 'values.yaml']
const FREE = [
  '--httpsAddr',
  '127.0.0.1:0',
  '--httpAddr',
  '127.0.0.1:0',
  '--monitoringAddr',
  '127.0.0.1:0',
  '--grpcAddr',
  '127.0.0.1:0',
]

/** `pillion serve` as a process of its own, on free ports. */
async function serve(...flags: string[]) {
  const args = [join(ROOT, 'bin/pillion.mjs'), 'serve', ...FREE, '--readyFile', 'ready.json', ...flags]
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const text = { out: '', err: '' }
  let wake = (): void => {}
  child.stdout.setEncoding('utf8').on('data', chunk => (text.out += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => {
    text.err += chunk
    wake()
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const logged = async (pattern: RegExp) => {
    while (!pattern.test(text.err)) await new Promise<void>(resolve => (wake = resolve))
  }
  const isUp = (async () => {
    for (;;) {
      const ready = await readFile(join(cwd, 'ready.json'), 'utf8').catch(() => '')
      if (ready !== '') return JSON.parse(ready) as Record<'https' | 'http' | 'monitoring', string>
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  })()
  const bound = await Promise.race([isUp, ended.then(() => Promise.reject(new Error(text.err)))])
  return { child, text, ended, logged, bound }
}

async function ask(https: string, name: 'review' | 'review-misspelt', path = '/inject') {
  const body = await readFile(join(SAMPLE, `${name}.json`), 'utf8')
  const reply = await fetch1(`https://${https}${path}`, { body })
  return JSON.parse(reply.body).response as {
    allowed: boolean
    patch?: string
    warnings?: string[]
    status?: { message: string }
  }
}

/** As editors save: a new file takes the place of the old one. */
async function edit(name: string, change: (text: string) => string) {
  const text = await readFile(join(cwd, name), 'utf8')
  await writeFile(join(cwd, `.${name}.new`), change(text))
  await rename(join(cwd, `.${name}.new`), join(cwd, name))
}

describe('pillion serve', () => {
  it('says what is up, answers on every address, and stops with 0', async () => {
    const { child, text, ended, bound } = await serve(...FILES)
    expect(text.out).toContain(`https://${bound.https}/inject`)
    expect(text.out.match(/^ {2}(npx pillion|curl|npm run) /gm)).toHaveLength(3)
    expect(text.out).toContain(`More of them: http://${bound.http}/ or npx pillion --help\n`)
    const get = (address: string, path: string) => fetch1(`http://${address}${path}`, { method: 'GET' })
    expect(await get(bound.http, '/ready')).toMatchObject({ status: 200, body: 'ready\n' })
    expect(await get(bound.http, '/healthz')).toMatchObject({ status: 200 })
    expect(await get(bound.monitoring, '/version')).toMatchObject({ body: expect.stringMatching(/^\d+\.\d+\.\d+/) })
    expect(await fetch1(`https://${bound.https}/ready`, { method: 'GET' })).toMatchObject({ status: 200 })
    const page = await get(bound.http, '/')
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.body).toContain(bound.https)
    expect(page.body).toContain('pillion inject')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  it('injects who asks, warns who misspells, counts and logs both without their contents', async () => {
    const { bound, logged, text } = await serve(...FILES)
    const asks = await ask(bound.https, 'review')
    expect(asks.allowed).toBe(true)
    expect(Buffer.from(asks.patch ?? '', 'base64').toString()).toContain('docker.io/istio/proxyv2:1.30.0')
    const misspelt = await ask(bound.https, 'review-misspelt')
    expect(misspelt).toMatchObject({ allowed: true, warnings: [expect.stringContaining('yes')] })
    expect(misspelt.patch).toBeUndefined()
    await logged(/reason=policy-disabled/)
    expect(text.err).toMatch(/admission\twebhook=inject\tverdict=patched\treason=inject-true.*name=asks/)
    expect(text.err).not.toContain('nginx')
    const { body } = await fetch1(`http://${bound.monitoring}/metrics`, { method: 'GET' })
    for (const line of [
      'sidecar_injection_requests_total 2',
      'sidecar_injection_success_total 2',
      'sidecar_injection_failure_total 0',
      'sidecar_injection_skip_total{reason="policy-disabled"} 1',
      'sidecar_injection_time_seconds_bucket{le="0.1"} 2',
      'pillion_configuration_current 1',
    ]) {
      expect(body).toContain(`${line}\n`)
    }
    expect(body).toMatch(/^process_cpu_seconds_total /m)
  })

  it('takes from a values file what it says, and the rest from the built-in values', async () => {
    await writeFile(join(cwd, 'mine.yaml'), 'global:\n  hub: example.com/mine\n')
    const { bound, logged, text } = await serve('--valuesFile', 'mine.yaml')
    const imageOf = async (): Promise<string | undefined> => {
      const patch = Buffer.from((await ask(bound.https, 'review')).patch ?? '', 'base64').toString()
      return /"image":"([^"]*)\/proxyv2:([^"]+)"/.exec(patch)?.[1]
    }
    expect(await imageOf()).toBe('example.com/mine')
    await edit('mine.yaml', () => 'global:\n  hub: example.com/other\n')
    await logged(/configuration reloaded/)
    expect(await imageOf()).toBe('example.com/other')
    await edit('mine.yaml', () => 'global:\n  hubb: x\n  tag: [1]\n')
    await logged(/configuration not reloaded/)
    expect(text.err).toMatch(/mine\.yaml:3:\d+: /)
    expect(await imageOf()).toBe('example.com/other')
  })

  it('gives templates what the command gives them: a clock, randomness, keys, the environment', async () => {
    const calls = ['now | date "2006"', 'uuidv4', 'genPrivateKey "ecdsa" | trunc 27', 'env "PATH" "" | len | toString']
    const lines = calls.map((call, i) => `        example.com/v${i}: {{ ${call} | quote }}`)
    const template = ['    metadata:', '      annotations:', ...lines].join('\n')
    await writeFile(join(cwd, 'config.yaml'), `policy: enabled\ntemplates:\n  sidecar: |\n${template}\n`)
    const expected = [/^20\d\d$/, /^[0-9a-f-]{36}$/, /^-----BEGIN EC PRIVATE KEY--$/, /^[1-9]/]
    const { bound } = await serve(...FILES)
    const valuesOf = async (): Promise<string[]> => {
      const patch = Buffer.from((await ask(bound.https, 'review')).patch ?? '', 'base64').toString()
      const operations = JSON.parse(patch) as { path: string; value: string }[]
      return calls.map((_, i) => operations.find(({ path }) => path.endsWith(`example.com~1v${i}`))?.value ?? '')
    }
    const [first, second] = [await valuesOf(), await valuesOf()]
    for (const [i, pattern] of expected.entries()) expect(first[i]).toMatch(pattern)
    expect(second[1]).not.toBe(first[1])

    const args = ['inject', '-f', join(SAMPLE, 'pods.yaml'), ...FILES]
    const printed = await runSpawned({ args, cwd, env: { PATH: process.env['PATH'] } })
    expect(printed.code).toBe(0)
    for (const [i, pattern] of expected.entries()) {
      const value = new RegExp(`example.com/v${i}: (.*)`).exec(printed.stdout)?.[1]?.replaceAll(/["']/g, '')
      expect(value).toMatch(pattern)
    }
  })

  it('follows the configuration: a good edit counts at once, a bad one is named and changes nothing', async () => {
    const { bound, logged, text } = await serve(...FILES)
    expect((await ask(bound.https, 'review-misspelt')).patch).toBeUndefined()
    await edit('config.yaml', content => content.replace('policy: disabled', 'policy: enabled'))
    await logged(/configuration reloaded/)
    expect((await ask(bound.https, 'review-misspelt')).patch).toBeDefined()

    await edit('config.yaml', content => content.replace('| quote }}', '| qoute }}'))
    await logged(/not reloaded/)
    expect(text.err).toMatch(/config\.yaml:\d+:\d+: .*"qoute"/)
    expect((await ask(bound.https, 'review-misspelt')).patch).toBeDefined()
    expect((await fetch1(`http://${bound.http}/ready`, { method: 'GET' })).status).toBe(200)
    const { body } = await fetch1(`http://${bound.monitoring}/metrics`, { method: 'GET' })
    expect(body).toContain('pillion_configuration_current 0\n')
  })

  it('never puts one half of a change in force', async () => {
    const { bound, logged } = await serve(...FILES)
    // Both files change together, the values unusably: the new template must not be served with the old values.
    await edit('values.yaml', () => 'global: {hub: [\n')
    await edit('config.yaml', content => content.replace('args: [proxy, sidecar]', 'args: [proxy, changed]'))
    await logged(/not reloaded/)
    const patchOf = async () => Buffer.from((await ask(bound.https, 'review')).patch ?? '', 'base64').toString()
    expect(await patchOf()).not.toContain('changed')
    await edit('values.yaml', () => 'global: {hub: example.com, tag: new, proxy: {image: p}}\n')
    await logged(/configuration reloaded/)
    expect(await patchOf()).toMatch(/example.com\/p:new.*changed|changed.*example.com\/p:new/)
  })

  it('follows the swap of a mounted ConfigMap; when its files go away, the last good state stays', async () => {
    const mount = async (version: string, policy: string) => {
      await mkdir(join(cwd, version))
      for (const name of ['config.yaml', 'values.yaml']) {
        const text = await readFile(join(SAMPLE, name), 'utf8')
        await writeFile(join(cwd, version, name), text.replace('policy: disabled', `policy: ${policy}`))
      }
      await symlink(version, join(cwd, '..data_tmp'))
      await rename(join(cwd, '..data_tmp'), join(cwd, '..data'))
    }
    await mount('..1', 'disabled')
    for (const name of ['config', 'values']) await symlink(`..data/${name}.yaml`, join(cwd, name))
    const { bound, logged } = await serve('--injectConfigFile', 'config', '--valuesFile', 'values')
    await mount('..2', 'enabled')
    await logged(/configuration reloaded/)
    expect((await ask(bound.https, 'review-misspelt')).patch).toBeDefined()
    await rm(join(cwd, '..2'), { recursive: true })
    await logged(/cannot read .*config: no such file/)
    expect((await ask(bound.https, 'review-misspelt')).patch).toBeDefined()
  })

  it('lets a request in flight finish when it is told to stop', async () => {
    const { child, ended, bound, logged } = await serve(...FILES)
    const body = await readFile(join(SAMPLE, 'review.json'))
    const [host, port] = bound.https.split(':')
    const outgoing = request({
      ...{ host, port, path: '/inject', method: 'POST', rejectUnauthorized: false },
      headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
    })
    outgoing.write(body.subarray(0, 100))
    // The server has the head of the request; only then is it in flight.
    await once(outgoing, 'continue')
    child.kill('SIGTERM')
    await logged(/shutting down/)
    await expect(fetch1(`http://${bound.http}/ready`, { method: 'GET' })).rejects.toThrow()
    outgoing.end(body.subarray(100))
    const [answer] = await once(outgoing, 'response')
    expect(answer.statusCode).toBe(200)
    answer.resume()
    expect(await ended).toBe(0)
  })

  it('ends at once on a second signal', async () => {
    const { child, ended, bound, logged } = await serve(...FILES)
    const [host, port] = bound.https.split(':')
    const headers = { expect: '100-continue' }
    const outgoing = request({ host, port, path: '/inject', method: 'POST', rejectUnauthorized: false, headers })
    outgoing.on('error', () => {})
    outgoing.write('{')
    await once(outgoing, 'continue')
    child.kill('SIGTERM')
    await logged(/shutting down/)
    child.kill('SIGTERM')
    expect(await ended).toBe(143)
  })

  it('serves the webhook on the plain address when HTTPS is off', async () => {
    const { bound } = await serve(...FILES, '--httpsAddr', '')
    expect(bound.https).toBeUndefined()
    const body = await readFile(join(SAMPLE, 'review.json'))
    expect((await fetch1(`http://${bound.http}/inject`, { body })).body).toContain('"patchType":"JSONPatch"')
  })

  it('serves rules at /mutate, and follows their file', async () => {
    await copyFile(join(ROOT, 'samples/custom-webhook/rules.yaml'), join(cwd, 'rules.yaml'))
    const { bound, text, logged } = await serve(...FILES, '--rules', 'rules.yaml')
    expect(text.out).toMatch(new RegExp(`^ {2}rules +https://${bound.https}/mutate `, 'm'))
    expect(text.out).toMatch(/^ {2}rules +rules\.yaml$/m)
    const answer = await ask(bound.https, 'review', '/mutate/nothing-of-that-name')
    expect(answer).toMatchObject({ allowed: false, status: { message: expect.stringContaining('/mutate/envoy') } })

    const isCurrent = async (): Promise<string | undefined> => {
      const { body } = await fetch1(`http://${bound.monitoring}/metrics`, { method: 'GET' })
      return /^pillion_configuration_current (\d)$/m.exec(body)?.[1]
    }
    expect(await isCurrent()).toBe('1')
    await edit('rules.yaml', content => content.replace('record:', 'recrod:'))
    await logged(/rules not reloaded/)
    expect(await isCurrent()).toBe('0')
    await edit('config.yaml', content => `${content}# another good edit\n`)
    await logged(/configuration reloaded/)
    expect(await isCurrent()).toBe('0')
    await edit('rules.yaml', content => content.replace('recrod:', 'record:'))
    await logged(/rules reloaded/)
    expect(await isCurrent()).toBe('1')
  })
})

describe('what keeps pillion serve from starting', () => {
  const run = (...args: string[]) => runSpawned({ args: ['serve', ...args], cwd })

  it.each<[string, string[], number, RegExp]>([
    ['an address that is none', ['--httpsAddr', 'nonsense'], 2, /--httpsAddr: "nonsense" is not an address/],
    ['nothing to serve on', ['--httpsAddr', '', '--httpAddr', ''], 2, /nothing to serve on/],
    ['half a certificate', [...FILES, '--tlsCertFile', 'x'], 2, /belong together/],
    ['a DNS name that is none', [...FILES, '--dnsName', 'a b'], 2, /"a b" is neither a DNS name nor an IP address/],
    ['a duration that is none', [...FILES, '--shutdownDuration', 'soon'], 2, /--shutdownDuration: invalid duration/],
    [
      'pings without end',
      [...FILES, '--keepaliveInterval', '1ms'],
      2,
      /--keepaliveInterval: at least 1s, or 0s for none/,
    ],
    ['a level that is none', [...FILES, '--log_output_level', 'loud'], 2, /"loud" is none of none, error/],
    ['an unknown flag', ['--frobnicate'], 2, /unknown option '--frobnicate'/],
    [
      'a file that is missing',
      [...FREE, '--injectConfigFile', 'nope.yaml', '--valuesFile', 'values.yaml'],
      3,
      /cannot read .*nope.yaml: no such file/,
    ],
    [
      'a folder as a file',
      [...FREE, '--injectConfigFile', '.', '--valuesFile', 'values.yaml'],
      3,
      /cannot read .*: it is a folder/,
    ],
    [
      'a certificate file that is missing',
      [...FILES, ...FREE, '--tlsCertFile', 'x.crt', '--tlsKeyFile', 'x.key'],
      3,
      /cannot read .*x.crt: no such file/,
    ],
  ])('%s', async (_, args, code, message) => {
    const { stderr, ...answer } = await run(...args)
    expect(answer).toEqual({ code, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('bad files, all of them at once, with line and column', async () => {
    await writeFile(join(cwd, 'config.yaml'), 'policy: [\n')
    await writeFile(join(cwd, 'values.yaml'), 'global:\n  hub: 5\n')
    const { code, stderr } = await run(...FILES, ...FREE)
    expect(code).toBe(3)
    expect(stderr).toMatch(/config\.yaml:\d+:\d+: /)
    expect(stderr).toMatch(/values\.yaml:2:\d+: /)
  })

  it('a port in use, and what to do about it', async () => {
    const { bound } = await serve(...FILES)
    const { code, stderr } = await run(...FILES, ...FREE, '--httpsAddr', bound.https)
    expect(code).toBe(3)
    expect(stderr).toContain(`https: ${bound.https} is in use by another process`)
    expect(stderr).toContain('--httpsAddr takes another port')
  })
})
