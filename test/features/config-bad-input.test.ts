// Configuration files that are wrong, or gone, under a running control plane: it says why and where, what was good stays in
// force, and everybody else is served.
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CDS, RDS } from '../../src/xds/delivery/index.js'
import { type ControlPlane, startControlPlane } from '../kit/control-plane.js'
import { openXdsClient } from '../kit/xds-client.js'

const NODE = {
  id: 'sidecar~10.1.0.9~client.shop~shop.svc.cluster.local',
  metadata: { NAMESPACE: 'shop', NAME: 'client', CLUSTER_ID: 'Kubernetes', INSTANCE_IPS: '10.1.0.9' },
}
/** Nothing here takes longer, in ms, on a busy machine. */
const PATIENCE_MS = 20_000

let scratch = ''
let folder = ''
let plane: ControlPlane

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'pillion-bad-'))
  folder = join(scratch, 'config')
  mkdirSync(folder)
  write('web.yaml', service('web', 1))
  write('route.yaml', route('1s'))
  writeFileSync(join(scratch, 'mesh.yaml'), 'connectTimeout: 7s\n')
  const args = ['--configDir', folder, '--meshConfig', join(scratch, 'mesh.yaml')]
  plane = await startControlPlane({ scratch, args })
})
afterEach(async () => {
  await plane.stop()
  rmSync(scratch, { recursive: true, force: true })
})

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text)
}

function service(name: string, address: number): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {clusterIP: 10.96.0.${address}, ports: [{name: http, port: 80}]}
`
}

function route(timeout: string, more = ''): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http:
  - timeout: ${timeout}
    route: [{destination: {host: web}}]${more}
`
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const limit = Date.now() + PATIENCE_MS
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error(`${what}; the log: ${plane.log().slice(-3000)}`)
    await after(10)
  }
}

function logged(pattern: RegExp): Promise<void> {
  return until(() => pattern.test(plane.log()), `nothing like ${pattern} was logged`)
}

interface Served {
  readonly clusters: readonly string[]
  readonly connectTimeout: string
  /** Of the route to `web`; empty: it has none of its own. */
  readonly timeout: string
  readonly domains: readonly string[]
  readonly routes: string
}

/** What a proxy that comes now is given. */
async function served(): Promise<Served> {
  const client = openXdsClient({ port: plane.grpcPort, protocol: 'sotw', node: NODE })
  try {
    client.subscribe(CDS)
    client.subscribe(RDS, ['80'])
    await client.until(() => client.held(CDS).size > 0 && client.held(RDS).has('80'), PATIENCE_MS)
    const clusters = [...client.held(CDS).keys()]
    const web = client.held(CDS).get('outbound|80||web.shop.svc.cluster.local')?.value
    const { virtualHosts } = (client.held(RDS).get('80')?.value ?? {}) as {
      virtualHosts: { name: string; domains: string[]; routes: { route?: { timeout?: string } }[] }[]
    }
    const own = virtualHosts.find(({ name }) => name.startsWith('web.'))
    return {
      clusters: clusters.filter(name => name.startsWith('outbound|')),
      connectTimeout: String(web?.['connectTimeout']),
      timeout: own?.routes[0]?.route?.timeout ?? '',
      domains: virtualHosts.flatMap(({ domains }) => domains),
      routes: JSON.stringify(virtualHosts),
    }
  } finally {
    client.close()
  }
}

/** Somebody else's good change comes through. */
async function expectOthersServed(): Promise<void> {
  write('other.yaml', service('other', 2))
  await until(
    async () => (await served()).clusters.includes('outbound|80||other.shop.svc.cluster.local'),
    'the other service is not served',
  )
}

/** A few lines that would be 10^9 items. */
const BOMB = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
  .concat(
    'bcdefghi'.split('').map((name, index) => {
      const before = `*${'abcdefghi'[index]}`
      return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(',')}]`
    }),
  )
  .join('\n')

describe('a file that cannot be used', () => {
  it.each<[string, string, RegExp]>([
    ['half-written', route('9s').slice(0, -20), /route\.yaml:\d+:\d+: .*/],
    ['not YAML', 'spec: [}\n', /route\.yaml:1:\d+: /],
    ['not text', '\u0000\u0001\ufffd: {', /route\.yaml:1:\d+: /],
    ['a YAML bomb', BOMB, /route\.yaml:\d+:\d+: .*aliases add more than \d+ nodes/],
    ['of a wrong value', route('soon'), /route\.yaml:\d+:\d+: .*soon/],
    [
      'with a regular expression that RE2 refuses',
      route('9s', '\n    match: [{uri: {regex: "(?!x)y"}}]'),
      /route\.yaml:10:20: .*\(\?!/,
    ],
    [
      'with a regular expression without end',
      route('9s', `\n    match: [{uri: {regex: "${'(a+)+'.repeat(400)}"}}]`),
      /route\.yaml:10:20: .*1024/,
    ],
  ])('%s: says where, and its last good version stays', async (_, text, says) => {
    expect(await served()).toMatchObject({ timeout: '1s', connectTimeout: '7s' })
    write('route.yaml', text)
    await logged(says)
    await logged(/VirtualService shop\/web stays in force|its \d+ objects? stays? as/)
    expect(await served()).toMatchObject({ timeout: '1s' })
    await expectOthersServed()
    expect(await served()).toMatchObject({ timeout: '1s' })
    write('route.yaml', route('2s'))
    await until(async () => (await served()).timeout === '2s', 'the repaired file is not in force')
  })
})

describe('a file that is not there any more', () => {
  it('takes its objects with it, and brings them back', async () => {
    unlinkSync(join(folder, 'route.yaml'))
    await until(async () => (await served()).timeout !== '1s', 'the route is still in force')
    await expectOthersServed()
    write('route.yaml', route('3s'))
    await until(async () => (await served()).timeout === '3s', 'the route is not back')
  })

  it('is not gone with a folder that is not there for a while', async () => {
    renameSync(folder, `${folder}.away`)
    await logged(/cannot read \S+config: no such file; its 2 objects stay as they were/)
    expect((await served()).timeout).toBe('1s')
    renameSync(`${folder}.away`, folder)
    write('route.yaml', route('3s'))
    await until(async () => (await served()).timeout === '3s', 'the folder is not read again')
  })

  it('may be a folder now, whose files count', async () => {
    unlinkSync(join(folder, 'route.yaml'))
    mkdirSync(join(folder, 'route.yaml'))
    write('route.yaml/inner.yaml', route('4s'))
    await until(async () => (await served()).timeout === '4s', 'the files of the folder are not in force')
    await expectOthersServed()
  })

  it.each<[string, (path: string) => void, RegExp]>([
    ['gone', () => {}, /mesh\.yaml.*no such file/],
    ['a folder', path => mkdirSync(path), /mesh\.yaml.*folder/],
  ])('keeps the mesh config that was read last, when it is %s', async (_, make, says) => {
    const path = join(scratch, 'mesh.yaml')
    unlinkSync(path)
    make(path)
    await logged(says)
    expect(await served()).toMatchObject({ connectTimeout: '7s' })
    await expectOthersServed()
    rmSync(path, { recursive: true, force: true })
    writeFileSync(path, 'connectTimeout: 8s\n')
    await until(async () => (await served()).connectTimeout === '8s', 'the new mesh config is not in force')
  })
})

describe('configuration that is legal, and meant ill', () => {
  it('hands a regular expression that would hang a backtracking matcher to Envoy, which has none', async () => {
    write('route.yaml', route('5s', '\n    match: [{uri: {regex: "(a+)+$"}}]'))
    await until(async () => (await served()).timeout === '5s', 'the route is not in force')
    expect((await served()).routes).toContain('(a+)+$')
    await expectOthersServed()
  })

  it('ends delegates that lead in a circle', async () => {
    const delegating = (name: string, hosts: string, to: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop}
spec:
  ${hosts}
  http: [{match: [{uri: {prefix: /${name}}}], delegate: {name: ${to}, namespace: shop}}]
`
    write('route.yaml', delegating('web', 'hosts: [web]', 'part'))
    write('part.yaml', delegating('part', '', 'web'))
    write('self.yaml', delegating('self', 'hosts: [self]', 'self'))
    await expectOthersServed()
    expect((await served()).timeout).not.toBe('1s')
    await logged(/part\.yaml:7:\d+: a delegate may not delegate further/)
  })

  it('takes hosts that differ in case for one', async () => {
    const entry = (name: string, host: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: shop}
spec: {hosts: [${host}], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
`
    write('lower.yaml', entry('lower', 'ext.example.com'))
    write('upper.yaml', entry('upper', 'EXT.Example.COM'))
    await expectOthersServed()
    const { clusters, domains } = await served()
    expect(clusters.filter(name => /ext\.example/i.test(name))).toHaveLength(1)
    const lower = domains.map(domain => domain.toLowerCase())
    expect(lower).toHaveLength(new Set(lower).size)
  })

  it('reads ten thousand files at once, one of them broken, and answers meanwhile', async () => {
    const { revision } = (await plane.debug('/debug/syncz')) as { revision: number }
    for (let i = 0; i < 10_000; i++)
      write(`n${i}.yaml`, i === 5000 ? 'kind: [' : `{apiVersion: v1, kind: Namespace, metadata: {name: n${i}}}\n`)
    write('more.yaml', service('more', 3))
    expect(await served()).toMatchObject({ timeout: '1s' })
    await logged(/n5000\.yaml:1:\d+: /)
    await until(
      async () => (await served()).clusters.includes('outbound|80||more.shop.svc.cluster.local'),
      'what came with the files is not served',
    )
    const now = (await plane.debug('/debug/syncz')) as { revision: number }
    expect(now.revision).toBeGreaterThan(revision)
    await expectOthersServed()
  })
})
