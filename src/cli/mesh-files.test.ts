import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, runInProcess } from '../../test/kit/command.js'

const MESH = join(ROOT, 'testdata/explain/origins/mesh')
const PROXY = ['--proxy', 'reviews-v1.books']

/** Every command that reads a mesh from files, without what names the mesh. */
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['render', ['render', ...PROXY, '--explain']],
  ['explain visibility', ['explain', 'visibility', ...PROXY, '--host', 'reviews']],
  ['explain request', ['explain', 'request', ...PROXY, 'http://reviews:9080/']],
  ['proxy-config', ['proxy-config', 'clusters', 'reviews-v1.books']],
]

describe('the mesh that commands read from files', () => {
  let cwd: string
  const meshConfig = (name: string, address: string): string => {
    const file = join(cwd, name)
    writeFileSync(file, `configSources:\n  - address: ${address}\n`)
    return file
  }
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'pillion-mesh-'))
  })
  afterAll(() => rmSync(cwd, { recursive: true }))

  it.each(COMMANDS)('%s finds it where the mesh config’s configSources say', async (_, args) => {
    const file = meshConfig('sources.yaml', `fs://${pathToFileURL(MESH).pathname}`)
    const bySources = await runInProcess({ args: [...args, '--meshConfig', file], cwd })
    const byFlag = await runInProcess({ args: [...args, '--configDir', MESH], cwd })
    expect(byFlag.stdout).not.toBe('')
    expect(bySources).toEqual(byFlag)
  })

  it('diff adds them to both sides', async () => {
    const file = meshConfig('both.yaml', `fs://${pathToFileURL(MESH).pathname}`)
    writeFileSync(join(cwd, 'old.yaml'), '')
    const sidecar = 'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default, namespace: books}\n'
    writeFileSync(join(cwd, 'new.yaml'), `${sidecar}spec: {egress: [{hosts: ["~/*"]}]}\n`)
    const { code, stdout } = await runInProcess({ args: ['diff', 'old.yaml', 'new.yaml', '--meshConfig', file], cwd })
    expect(code).toBe(1)
    expect(stdout).toContain('+ Sidecar books/default (new.yaml:1)')
    expect(stdout).toContain('- clusters outbound|9080||reviews.books.svc.cluster.local')
  })

  it('diff has traffic reach a proxy as the Pod says', async () => {
    const mesh = (port: number, annotations: string): string =>
      `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.0.0.1, selector: {app: web}, ports: [{name: tcp, port: ${port}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}${annotations}}
spec: {containers: [{name: web, image: web}]}
status: {podIP: 10.0.1.1, phase: Running}
`
    const listeners = async (annotations: string): Promise<string[]> => {
      writeFileSync(join(cwd, 'from.yaml'), mesh(80, annotations))
      writeFileSync(join(cwd, 'to.yaml'), mesh(81, annotations))
      const { stdout } = await runInProcess({ args: ['diff', 'from.yaml', 'to.yaml'], cwd })
      return [...stdout.matchAll(/ listeners (\S+)/g)].map(([, name = '']) => name)
    }
    expect(await listeners(', annotations: {sidecar.istio.io/interceptionMode: NONE}')).toEqual([
      '127.0.0.1_80',
      '127.0.0.1_81',
    ])
    expect(await listeners('')).toEqual(['10.0.0.1_80', '10.0.0.1_81', 'virtualInbound'])
  })

  it('diff tells with its exit code that proxies come or go', async () => {
    const entry = (name: string): string =>
      `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: ${name}, namespace: shop}
spec: {address: 10.0.0.1}
`
    writeFileSync(join(cwd, 'one.yaml'), entry('a'))
    writeFileSync(join(cwd, 'two.yaml'), `${entry('a')}---\n${entry('b')}`)
    const diff = async (...args: string[]) => {
      const { code, stdout } = await runInProcess({ args: ['diff', ...args], cwd })
      return [code, ...stdout.split('\n').filter(line => /^(new|gone|none)/.test(line))]
    }
    expect(await diff('one.yaml', 'one.yaml')).toEqual([0, 'none of 1 proxy would be sent anything'])
    expect(await diff('one.yaml', 'two.yaml')).toEqual([1, 'new: b.shop', 'none of 1 proxy would be sent anything'])
    expect(await diff('two.yaml', 'one.yaml')).toEqual([1, 'gone: b.shop', 'none of 1 proxy would be sent anything'])
  })

  it('diff makes proxies up for the home cluster', async () => {
    const inEast = (hosts: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web.shop.svc.cluster.local
  workloadSelector: {matchLabels: {topology.istio.io/cluster: ${hosts}}}
  trafficPolicy: {connectionPool: {tcp: {maxConnections: 7}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.0.0.1, ports: [{name: tcp, port: 80}]}
`
    writeFileSync(join(cwd, 'west.yaml'), inEast('west'))
    writeFileSync(join(cwd, 'east.yaml'), inEast('east'))
    const args = ['diff', 'west.yaml', 'east.yaml', '--clusterID', 'east', '--proxy', 'a.shop', '--label', 'a=b']
    const { stdout } = await runInProcess({ args, cwd })
    expect(stdout).toContain('circuitBreakers.thresholds[0].maxConnections: 4294967295 -> 7')
  })

  it('is said to hold a Sidecar that no workload can get', async () => {
    const sidecar = (name: string): string =>
      `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: ${name}, namespace: books}\nspec: {egress: [{hosts: ["./*"]}]}\n`
    writeFileSync(join(cwd, 'twice.yaml'), `${sidecar('a')}---\n${sidecar('b')}`)
    const args = ['render', ...PROXY, '--configDir', MESH, '--configDir', 'twice.yaml']
    const { code, stderr } = await runInProcess({ args, cwd })
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^pillion: twice\.yaml:6:1: Sidecar books\/b has no effect: books\/a is older and selects all workloads of /,
    )
  })

  it('proxy-config stops a pipeline where something was left out, as render does', async () => {
    writeFileSync(join(cwd, 'partly.yaml'), 'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {}\n')
    const of = ['--configDir', MESH, '--configDir', 'partly.yaml']
    const shown = await runInProcess({ args: ['proxy-config', 'clusters', 'reviews-v1.books', ...of], cwd })
    const rendered = await runInProcess({ args: ['render', ...PROXY, ...of], cwd })
    expect([shown.code, rendered.code]).toEqual([1, 1])
    expect(shown.stdout).toContain('reviews.books.svc.cluster.local')
    expect(shown.stderr).toBe(rendered.stderr)
  })

  it.each(COMMANDS)('%s says which source cannot be read', async (_, args) => {
    meshConfig('bad.yaml', 'k8s://')
    const { code, stdout, stderr } = await runInProcess({ args: [...args, '--meshConfig', 'bad.yaml'], cwd })
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toBe(
      'pillion: bad.yaml:2:5: "k8s://": configuration from a cluster is not read yet; use fs:///folder, or --configDir folder (configSources[0].address)\n',
    )
  })

  it('has to be named where the mesh config names none', async () => {
    writeFileSync(join(cwd, 'plain.yaml'), 'enableAutoMtls: true\n')
    const { code, stderr } = await runInProcess({ args: ['render', ...PROXY, '--meshConfig', 'plain.yaml'], cwd })
    expect([code, stderr]).toEqual([
      2,
      'pillion: no Istio or Kubernetes objects were named: add --configDir, and plain.yaml has no configSources\n',
    ])
  })

  it('is the sample where no flag names one, and says so', async () => {
    const sample = ['--configDir', 'samples/bookinfo', '--meshConfig', 'samples/bookinfo/mesh.yaml']
    const args = ['explain', 'visibility', '--proxy', 'productpage-v1.shop', '--host', 'reviews.books']
    const unnamed = await runInProcess({ args, cwd: ROOT })
    const named = await runInProcess({ args: [...args, ...sample], cwd: ROOT })
    expect(unnamed.stdout).toBe(named.stdout)
    expect(unnamed.stderr).toBe(
      'pillion: no flag names a mesh: this is the sample, samples/bookinfo (--configDir names yours)\n',
    )
  })
})
