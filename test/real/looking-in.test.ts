import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandAnswer, runInProcess } from '../kit/command.js'
import { type ControlPlane, startControlPlane } from '../kit/control-plane.js'
import { type Envoy, freePort, startEnvoy } from '../kit/envoy.js'
import { syncz } from '../kit/mesh.js'

// A stock Envoy that cannot take what valid configuration means on this machine, and what its owner is told.

/** For documentation only (RFC 5737): no machine has it. */
const FOREIGN = '192.0.2.1'

const mesh = (good: number, bad: number): string => `
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.0.0.2, ports: [{name: http-good, port: ${good}}, {name: http-bad, port: ${bad}}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart}}
addressType: IPv4
endpoints: [{addresses: [127.0.0.2], conditions: {ready: true}}]
ports: [{name: http-good, port: 9}, {name: http-bad, port: 9}]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec:
  egress:
  - {port: {number: ${good}, protocol: HTTP, name: good}, bind: 127.0.0.1, hosts: ["./*"]}
  - {port: {number: ${bad}, protocol: HTTP, name: bad}, bind: ${FOREIGN}, hosts: ["./*"]}
`

const scratch = mkdtempSync(join(tmpdir(), 'pillion-real-looking-'))
let plane: ControlPlane
let envoy: Envoy
let good = 0

const run = (...args: string[]): Promise<CommandAnswer> =>
  runInProcess({
    args: [
      ...args,
      ...(args[0] === 'proxy-config' && args.includes('-f') ? [] : ['--server', new URL(plane.url('http', '/')).host]),
    ],
    cwd: scratch,
  })

beforeAll(async () => {
  mkdirSync(join(scratch, 'mesh'))
  good = await freePort()
  writeFileSync(join(scratch, 'mesh', 'shop.yaml'), mesh(good, await freePort()))
  plane = await startControlPlane({ scratch, args: ['--configDir', join(scratch, 'mesh')], now: () => new Date() })
  const bootstrap = await runInProcess({
    args: [
      'bootstrap',
      '--proxy',
      'web-1.shop',
      '--xdsAddress',
      `127.0.0.1:${plane.grpcPort}`,
      '--interceptionMode',
      'NONE',
    ],
    cwd: scratch,
  })
  if (bootstrap.code !== 0) throw new Error(bootstrap.stderr)
  envoy = await startEnvoy({ bootstrap: JSON.parse(bootstrap.stdout) })
})
afterAll(async () => {
  await envoy.stop()
  await plane.stop()
  rmSync(scratch, { recursive: true })
})

describe('a stock Envoy', () => {
  it('refuses a listener, and its owner is told where that comes from', async () => {
    await expect.poll(async () => (await run('proxy-status')).stdout).toContain('NACKED')
    const { code, stdout } = await run('proxy-status', 'web-1.shop')
    expect(code).toBe(1)
    expect(stdout).toContain(`cannot bind '${FOREIGN}:`)
    expect(stdout).toContain('Sidecar shop/default (mesh/shop.yaml:20) at spec.egress[1].bind')
    expect(stdout).not.toContain('Service shop/cart')
  })

  it('has the clusters, routes and endpoints that the server says it has', async () => {
    const open = async (): Promise<string[]> => {
      const { connections } = await syncz(plane)
      const types = connections.flatMap(({ types }) => types)
      return types.filter(({ state }) => state !== 'SYNCED').map(({ short }) => short)
    }
    await expect.poll(open).toEqual(['LDS'])
    await expect.poll(() => envoy.admin('/config_dump?include_eds')).toContain('cart.shop.svc')
    writeFileSync(join(scratch, 'dump.json'), await envoy.admin('/config_dump?include_eds'))
    // Routes of the refused listener are only the server's.
    for (const section of [['clusters'], ['endpoints'], ['routes', '--name', String(good)]]) {
      const own = await run('proxy-config', ...section, '-f', 'dump.json')
      const served = await run('proxy-config', ...section, 'web-1.shop')
      const rows = (text: string): string[][] =>
        text.split('\n').flatMap(line => (line.includes('cart.shop.svc') ? [line.trim().split(/ {3,}/)] : []))
      expect(rows(served.stdout)).not.toEqual([])
      expect(rows(own.stdout)).toEqual(rows(served.stdout))
    }
    const { code, stdout } = await run('proxy-status', 'web-1.shop', '-f', 'dump.json')
    expect(code).toBe(1)
    expect(stdout).toMatch(new RegExp(`^Listeners don't match\n {2}not in Envoy: ${FOREIGN}_\\d+$`, 'm'))
    expect(stdout).toMatch(/^Clusters match$/m)
    expect(stdout).toMatch(/^Endpoints match$/m)
  })
})
