import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CDS } from '../../src/xds/delivery/index.js'
import { ROOT, runInProcess } from '../kit/command.js'
import { type ControlPlane, startControlPlane } from '../kit/control-plane.js'
import { openXdsClient } from '../kit/xds-client.js'

// Which configuration `pillion serve` takes its mesh from.

const SAMPLE = join(ROOT, 'samples/bookinfo')
let scratch = ''
let plane: ControlPlane | undefined
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'pillion-mesh-'))
})
afterEach(async () => {
  await plane?.stop()
  plane = undefined
  rmSync(scratch, { recursive: true, force: true })
})

interface Listed {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec: { readonly http?: readonly { readonly timeout?: string }[] }
}

async function objects(): Promise<readonly Listed[]> {
  return (await plane?.debug('/debug/configz')) as readonly Listed[]
}

async function namesOf(kind: string): Promise<string[]> {
  return (await objects()).filter(each => each.kind === kind).map(({ metadata }) => metadata.name)
}

describe('the mesh of pillion serve', () => {
  it('is the sample without arguments, and the start page says so', async () => {
    plane = await startControlPlane({ args: [], scratch })
    expect(await namesOf('Service')).toEqual(['productpage', 'details', 'reviews', 'ratings'])
    expect(await plane.debug('/debug/mesh')).toMatchObject({ trustDomain: 'bookinfo.example' })
    const page = await (await fetch(plane.url('http', '/'))).text()
    expect(page).toContain('samples/bookinfo: 5 services, 7 workloads (the sample; --configDir takes yours)')
    const suggested = [
      ...page.matchAll(/<pre>npx (pillion (?:render|bootstrap|explain visibility) [^<]*)<\/pre>/g),
    ].map(([, line]) => line)
    expect(suggested).toHaveLength(3)
    for (const line of suggested) {
      const answer = await runInProcess({ cwd: ROOT, args: (line ?? '').split(' ').slice(1) })
      // `explain visibility` says no with 1.
      const [code, text] = line?.includes('--host') ? [1, 'not visible'] : [0, '127.0.0.11']
      expect(answer).toMatchObject({ code, stdout: expect.stringContaining(text) })
      expect(answer.stderr).not.toMatch(/error|warning/)
    }
  })

  it('is what configSources of the mesh config name, and follows it', async () => {
    const folder = join(scratch, 'my mesh')
    cpSync(join(SAMPLE, 'kubernetes'), folder, { recursive: true })
    const mesh = join(scratch, 'mesh.yaml')
    writeFileSync(mesh, `configSources:\n  - address: fs://${encodeURI(folder)}\n`)
    plane = await startControlPlane({ args: ['--meshConfig', mesh], scratch })
    const timeout = async () =>
      (await objects()).find(({ kind, metadata }) => kind === 'VirtualService' && metadata.name === 'details')?.spec
        .http?.[0]?.timeout
    expect(await timeout()).toBe('2s')
    const file = join(folder, 'resilience.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('timeout: 2s', 'timeout: 3s'))
    await expect.poll(timeout, { timeout: 20_000 }).toBe('3s')
    expect(await namesOf('Pod')).toEqual([])
    writeFileSync(mesh, `enableAutoMtls: true\nconfigSources: [{address: "fs:///elsewhere"}, {address: "k8s://"}]\n`)
    await expect.poll(() => plane?.log(), { timeout: 20_000 }).toContain('configSources are others now')
    expect(plane.log()).toMatch(/mesh\.yaml:2:\d+: "k8s:\/\/": configuration from a cluster is not read yet/)
    const change = plane
      .log()
      .split('\n')
      .filter(line => line.includes('configSources are others now'))
    expect(change).toEqual([expect.stringMatching(/\/mesh\.yaml:2: .*gone=.*my mesh/)])
    expect(await timeout()).toBe('3s')
  })

  it('says once what is wrong with a file that injection reads too', async () => {
    const file = join(scratch, 'mixed.yaml')
    const proxyConfig =
      'apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: {name: pc, namespace: shop}\n'
    writeFileSync(file, `${proxyConfig}spec: {concurrency: many}\n---\nkind: {\n`)
    plane = await startControlPlane({ args: ['--configDir', file], scratch })
    const about = (): (string | undefined)[] =>
      [...(plane?.log() ?? '').matchAll(/(error|warn)\t.*mixed\.yaml:(\d+)/g)].map(([, level, at]) => `${level} ${at}`)
    expect(about()).toEqual(['error 4', 'error 7'])
    writeFileSync(file, `${proxyConfig}spec: {concurrency: none}\n`)
    await expect.poll(() => plane?.log(), { timeout: 20_000 }).toContain('"none"')
    await expect.poll(() => plane?.log(), { timeout: 20_000 }).toContain('configuration reloaded')
    expect(about()).toEqual(['error 4', 'error 7', 'error 4'])
  })

  it('says once that proxies are of a cluster that it read nothing for', async () => {
    plane = await startControlPlane({
      args: ['--configDir', join(SAMPLE, 'kubernetes'), '--clusterID', 'east'],
      scratch,
    })
    for (const cluster of ['Kubernetes', 'Kubernetes', 'east', undefined]) {
      const metadata = { NAMESPACE: 'shop', ...(cluster === undefined ? {} : { CLUSTER_ID: cluster }) }
      const node = { id: 'sidecar~10.1.0.1~web.shop~shop.svc.cluster.local', metadata }
      const client = openXdsClient({ port: plane.grpcPort, protocol: 'delta', node })
      client.subscribe(CDS)
      await client.next()
      client.close()
    }
    const told = (): string[] => plane?.log().match(/a proxy is of a cluster .*/g) ?? []
    await expect
      .poll(told)
      .toEqual([expect.stringMatching(/connection=web\.shop-1\tcluster=Kubernetes\tclusters=east/)])
  })

  it('refuses to start with sources that it cannot read, with the line of each', async () => {
    const mesh = join(scratch, 'mesh.yaml')
    writeFileSync(mesh, 'configSources:\n  - address: k8s://\n  - address: xds://istiod:15010\n')
    const { code, stderr } = await runInProcess({ cwd: scratch, args: ['serve', '--meshConfig', mesh] })
    expect(code).toBe(3)
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      'pillion: cannot start',
      expect.stringMatching(/^ {2}.*mesh\.yaml:2:5: "k8s:\/\/": configuration from a cluster is not read yet; use fs:/),
      expect.stringMatching(/^ {2}.*mesh\.yaml:3:5: "xds:\/\/istiod:15010": configuration over xDS is not read yet; /),
    ])
  })

  it.each([
    ['--meshConfig', 'outboundTrafficPolicy: {mode: NOTHING}\n', /settings\.yaml:1:\d+: unknown value "NOTHING"/],
    ['--networksConfig', 'networks: {east: {gatewayz: []}}\n', /settings\.yaml:1:\d+: unknown field "gatewayz"/],
    ['--networksConfig', 'networks: [\n', /settings\.yaml:2:1: /],
  ])('refuses to start with an invalid %s: no good version of it is known', async (flag, text, says) => {
    const file = join(scratch, 'settings.yaml')
    writeFileSync(file, text)
    const flags = [flag, file, '--configDir', join(SAMPLE, 'kubernetes')]
    const free = ['--httpsAddr=', '--httpAddr', '127.0.0.1:0', '--monitoringAddr=', '--grpcAddr', '127.0.0.1:0']
    const { code, stderr } = await runInProcess({ cwd: scratch, args: ['serve', ...flags, ...free] })
    expect(code).toBe(3)
    expect(stderr).toMatch(says)
    expect(stderr.split('\n')[0]).toBe('pillion: cannot start')
  })

  it('refuses to start with a folder that is not there', async () => {
    const mesh = join(scratch, 'mesh.yaml')
    writeFileSync(mesh, 'configSources: [{address: fs:///no/such/folder}]\n')
    const free = ['--httpsAddr=', '--httpAddr', '127.0.0.1:0', '--monitoringAddr=', '--grpcAddr', '127.0.0.1:0']
    const { code, stderr } = await runInProcess({ cwd: scratch, args: ['serve', '--meshConfig', mesh, ...free] })
    expect(code).toBe(3)
    expect(stderr).toContain('/no/such/folder')
  })
})
