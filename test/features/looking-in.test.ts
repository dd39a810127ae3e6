import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CDS, EDS, LDS, RDS } from '../../src/xds/delivery/index.js'
import { type CommandAnswer, runInProcess } from '../kit/command.js'
import { type ControlPlane, startControlPlane } from '../kit/control-plane.js'
import { fetch1, type Reply } from '../kit/http.js'
import { openXdsClient, type XdsClient } from '../kit/xds-client.js'

const MESH = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.0.0.1, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.0.0.2, selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {serviceAccountName: web}
status: {podIP: 10.1.0.1, phase: Running, conditions: [{type: Ready, status: "True"}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart}}
addressType: IPv4
endpoints: [{addresses: [10.1.0.2], conditions: {ready: true}}]
ports: [{name: http, port: 8080}]
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: shop}
data: {token: U0VDUkVU}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec: {egress: [{hosts: ["./*"]}]}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: second, namespace: shop}
spec: {egress: [{hosts: ["*/*"]}]}
`
/** At line 3 of its own file. */
const RULES = `

apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  subsets: [{name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http: [{match: [{uri: {regex: "/a[bc]+"}}], route: [{destination: {host: cart, subset: v2}}]}]
`
const NODE = {
  id: 'sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local',
  metadata: { NAMESPACE: 'shop', CLUSTER_ID: 'Kubernetes', ISTIO_VERSION: '1.30.0', LABELS: { app: 'web' } },
}
const CART = 'outbound|80|v2|cart.shop.svc.cluster.local'
const REFUSAL = `Error adding/updating cluster(s) ${CART}: no such thing`

const scratch = mkdtempSync(join(tmpdir(), 'pillion-looking-in-'))
const rules = join(scratch, 'mesh', 'rules.yaml')
let plane: ControlPlane
let client: XdsClient
let clock = Date.parse('2026-01-01T00:00:00Z')

beforeAll(async () => {
  const folder = join(scratch, 'mesh')
  mkdirSync(folder)
  writeFileSync(join(folder, 'mesh.yaml'), MESH)
  writeFileSync(rules, RULES)
  // A clock that moves each time it is read: durations are then more than nothing.
  const now = (): Date => new Date(clock++)
  plane = await startControlPlane({ scratch, args: ['--configDir', folder, '--monitoringAddr', '127.0.0.1:0'], now })
  client = openXdsClient({ port: plane.grpcPort, protocol: 'delta', node: NODE, isAcknowledging: false })
  client.subscribe(CDS)
  client.nack(await client.next(), REFUSAL)
  client.subscribe(LDS)
  client.ack(await client.next())
  client.subscribe(RDS, ['80'])
  const routes = await client.next()
  client.nack(routes, 'in route 80: missing closing ]: /a[bc]+')
  const isTold = (): boolean => (plane.log().match(/refused what it was sent/g) ?? []).length === 2
  while (!isTold()) await after(5)
})
afterAll(async () => {
  client.close()
  await plane.stop()
  rmSync(scratch, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}): Promise<Reply> =>
  fetch1(plane.url('http', path), { method: 'GET', headers })

const run = (...args: string[]): Promise<CommandAnswer> => {
  const server = new URL(plane.url('http', '/')).host
  return runInProcess({ args: [...args, ...(args.includes('--configDir') ? [] : ['--server', server])], cwd: scratch })
}

describe('debug pages', () => {
  it.each([
    [
      'syncz',
      { revision: 1, control_plane: { component: 'pillion' }, connections: [{ proxy: 'web-1.shop', revision: 1 }] },
    ],
    ['syncz?proxyID=web-1.shop-1', { connections: [{ cluster_id: 'Kubernetes', cluster_acked: '', route_acked: '' }] }],
    ['connections', { totalClients: 1, clients: [{ connectionId: 'web-1.shop-1' }] }],
    ['adsz', { clients: [{ labels: { app: 'web' }, watches: { [CDS]: '*', [RDS]: 1 } }] }],
    ['registryz', [{ hostname: 'cart.shop.svc.cluster.local' }, { hostname: 'web.shop.svc.cluster.local' }]],
    ['endpointz', [{ svc: 'cart.shop.svc.cluster.local:http', ep: [{ Addresses: ['10.1.0.2'] }] }, { ep: [] }]],
    ['mesh', { rootNamespace: 'istio-system' }],
    ['networkz', { networks: {} }],
    ['inject', { policy: 'enabled', templates: { sidecar: expect.stringContaining('istio-proxy') }, values: {} }],
    ['adsz?push=true', { pushedTo: 1, revision: 1 }],
    ['instancesz', { 'web-1.shop': [{ hostname: 'web.shop.svc.cluster.local', targetPort: 8080 }] }],
    ['ndsz?proxyID=web-1.shop', { table: { 'cart.shop.svc.cluster.local': { ips: ['10.0.0.2'] } } }],
    [
      `sidecarz?proxyID=${NODE.id}`,
      {
        sidecar: 'shop/default',
        source: expect.stringMatching(/mesh\.yaml:\d+$/),
        services: ['shop/cart.shop.svc.cluster.local', 'shop/web.shop.svc.cluster.local'],
      },
    ],
    [
      'push_status',
      {
        ProxyStatus: {
          pilot_xds_cds_reject: { 'web-1.shop-1': { proxy: 'web-1.shop', resources: [CART] } },
          pillion_sidecar_conflict: {
            [`shop: Sidecar shop/second has no effect: shop/default is older and selects all workloads of namespace shop too`]:
              {},
          },
        },
      },
    ],
  ])('/debug/%s', async (page, expected) => {
    const reply = await get(`/debug/${page}`)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(JSON.parse(reply.body)).toMatchObject(expected)
    expect(reply.body.split('\n')).toHaveLength(2)
    const pretty = await get(`/debug/${page}${page.includes('?') ? '&' : '?'}pretty`)
    expect(JSON.parse(pretty.body)).toEqual(JSON.parse(reply.body))
    expect(pretty.body).toContain('\n  ')
  })

  it('lists every object in force with its place, and nothing of a Secret', async () => {
    const { body } = await get('/debug/configz')
    const objects = JSON.parse(body) as { kind: string; source: string }[]
    expect(objects.find(({ kind }) => kind === 'DestinationRule')?.source).toBe(`${rules}:3`)
    expect(body).not.toContain('U0VDUkVU')
    expect(body).not.toContain('SECRET')
  })

  it('dumps what the proxy was sent', async () => {
    const { configs } = JSON.parse((await get('/debug/config_dump?proxyID=web-1.shop')).body)
    const names = configs[0].dynamicActiveClusters.map(({ cluster }: { cluster: { name: string } }) => cluster.name)
    expect(new Set(names)).toEqual(new Set(client.held(CDS).keys()))
    expect(configs[3].dynamicRouteConfigs[0].routeConfig).toEqual(client.held(RDS).get('80')?.value)
  })

  it('lists itself for browsers and for tools', async () => {
    for (const path of ['/debug', '/debug/']) {
      const page = await get(path)
      expect(page.headers['content-security-policy']).toContain("default-src 'none'")
      expect(page.body).toContain('/debug/syncz')
    }
    expect(JSON.parse((await get('/debug/list')).body)).toEqual(expect.arrayContaining(['syncz', 'config_dump']))
    expect((await get('/')).body).toContain('/debug')
  })

  it.each([
    ['no proxy named', '/debug/config_dump', 400, 'connected: web-1.shop'],
    ['a proxy that is not there', '/debug/syncz?proxyID=x.y', 404, 'no proxy x.y is connected'],
    ['no such page', '/debug/krtz', 404, '/debug/registryz'],
  ])('says what there is: %s', async (_, path, status, text) => {
    expect(await get(path)).toMatchObject({ status, body: expect.stringContaining(text) })
  })

  it('answers nobody who came by another name, nor a POST', async () => {
    expect(await get('/debug/configz', { host: 'rebound.example:80' })).toMatchObject({ status: 403 })
    expect(await get('/debug/configz', { host: 'localhost:1' })).toMatchObject({ status: 200 })
    expect(await fetch1(plane.url('http', '/debug/configz'))).toMatchObject({ status: 405 })
  })
})

describe('a Sidecar that can never apply', () => {
  it('is logged once, with its place', () => {
    const lines = plane
      .log()
      .split('\n')
      .filter(line => line.includes('Sidecar shop/second has no effect'))
    expect(lines).toEqual([expect.stringMatching(/mesh\.yaml:\d+:1: .*code=sidecar-conflict/)])
  })
})

describe('what a proxy refused', () => {
  it('is logged with the file and line of its cause', async () => {
    await expect.poll(() => plane.log()).toContain('/a[bc]+')
    const line =
      plane
        .log()
        .split('\n')
        .find(each => each.includes(REFUSAL)) ?? ''
    expect(line).toContain('warn')
    expect(line).toContain(`cause="DestinationRule shop/cart (${rules}:3)"`)
    const quoted =
      plane
        .log()
        .split('\n')
        .find(each => each.includes('/a[bc]+')) ?? ''
    expect(quoted).toContain(`VirtualService shop/cart (${rules}:15) at spec.http[0].match[0].uri.regex`)
    expect(quoted).not.toContain('DestinationRule')
  })

  it.each([
    [
      'what it quotes is looked for',
      "no '/a[bc]+' here",
      `VirtualService shop/cart (mesh/rules.yaml:15) at spec.http[0].match[0].uri.regex`,
    ],
    ['that is said', 'no', 'No configuration holds what it quotes either.'],
  ])('may be named by nothing: %s', async (_, message, expected) => {
    const other = openXdsClient({
      ...{ port: plane.grpcPort, protocol: 'delta' as const, isAcknowledging: false },
      node: { ...NODE, id: 'sidecar~10.1.0.8~web-8.shop~shop.svc.cluster.local' },
    })
    other.subscribe(LDS)
    other.nack(await other.next(), message)
    const status = async (): Promise<string> => (await run('proxy-status', 'web-8.shop')).stdout
    await expect.poll(status).toContain(expected)
    expect(await status()).toContain('names no resource')
    other.close()
    await expect.poll(status).toBe('')
  })

  it('is in proxy-status, whose exit code says so', async () => {
    const table = await run('proxy-status')
    expect(table).toMatchObject({ code: 1, stderr: '' })
    expect(table.stdout.split('\n')[1]?.split(/ {3,}/)).toEqual([
      ...['web-1.shop', 'Kubernetes', 'NACKED', 'SYNCED', 'NOT SENT', 'NACKED', 'NOT SENT', 'pillion', '1.30.0'],
    ])
    const { stdout } = await run('proxy-status', 'web-1.shop')
    expect(stdout).toContain(REFUSAL)
    expect(stdout).toContain('DestinationRule shop/cart (mesh/rules.yaml:3)')
    expect(stdout).toContain('VirtualService shop/cart (mesh/rules.yaml:15) at spec.http[0].match[0].uri.regex')
    const json = await run('proxy-status', '-o', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ connections: [{ proxy: 'web-1.shop' }] })
  })
})

describe('proxy-config', () => {
  it.each([
    ['clusters', 'cart.shop.svc.cluster.local   80     v2       outbound    EDS            cart.shop'],
    ['listeners', '0.0.0.0     80      Trans: raw_buffer; App: http/1.1,h2c'],
    ['routes', '~/a[bc]+   cart.shop         outbound|80|v2|cart.shop.svc.cluster.local'],
    ['endpoints', '10.1.0.2:8080   HEALTHY   -          outbound|80||cart.shop.svc.cluster.local'],
    ['all', 'ENDPOINT'],
  ])('%s: the same from a server, from files, and from a dump', async (section, line) => {
    const live = await run('proxy-config', section, 'web-1.shop')
    expect(live).toMatchObject({ code: 0, stderr: '' })
    expect(live.stdout).toContain(line)
    const offline = await run('proxy-config', section, 'web-1.shop', '--configDir', 'mesh', '--label', 'app=web')
    expect(offline.stdout).toBe(live.stdout)
    writeFileSync(join(scratch, 'dump.json'), (await get('/debug/config_dump?proxyID=web-1.shop')).body)
    expect((await run('proxy-config', section, '-f', 'dump.json')).stdout).toBe(live.stdout)
  })

  it.each([
    [['clusters', '--subset', 'v2', '--direction', 'outbound', '-o', 'json'], 1],
    [['listeners', '--type', 'http', '--port', '80', '-o', 'json'], 1],
    [['endpoints', '--cluster', 'outbound|80||cart.shop.svc.cluster.local', '-o', 'json'], 1],
    [['routes', '--name', 'nothing', '-o', 'json'], 0],
  ])('%j finds %i', async (args, count) => {
    const { stdout } = await run('proxy-config', ...args.toSpliced(1, 0, 'web-1.shop'))
    expect(JSON.parse(stdout)).toHaveLength(count)
  })

  it.each([
    [['proxy-config', 'clusters'], 2, 'NAME.NAMESPACE'],
    [['proxy-config', 'clusters', 'x.y'], 3, 'connected: web-1.shop'],
    [['proxy-config', 'clusters', '-f', 'mesh/rules.yaml'], 3, 'mesh/rules.yaml:3'],
    [['proxy-config', 'clusters', 'x.y', '-o', 'xml'], 2, '--output'],
    [['proxy-config', 'listeners', 'web-1.shop', '--type', 'udp'], 2, 'HTTP, TCP'],
    [['proxy-config', 'clusters', 'web-1.shop', '--type', 'http'], 2, 'sidecar, router'],
    [['proxy-status', '-o', 'xml'], 2, '--output'],
  ])('%j is refused in words', async (args, code, text) => {
    const answer = await run(...args)
    expect(answer.stderr).toContain(text)
    expect(answer).toMatchObject({ code, stdout: '' })
  })

  it('says where it looked when no server is there', async () => {
    const answer = await runInProcess({ args: ['proxy-status', '--server', '127.0.0.1:9'], cwd: scratch })
    expect(answer.code).toBe(3)
    expect(answer.stderr).toContain('http://127.0.0.1:9')
    expect(answer.stderr).toContain('--server')
  })
})

describe('metrics', () => {
  const scrape = async (): Promise<Map<string, number>> => {
    const { body } = await fetch1(plane.url('monitoring', '/metrics'), { method: 'GET' })
    const lines = body.split('\n').filter(line => line !== '' && !line.startsWith('#'))
    return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
  }

  it('count connections, pushes, refusals and the mesh', async () => {
    const found = await scrape()
    expect(found.get('pilot_xds_send_time_count')).toBeGreaterThanOrEqual(3)
    expect(Object.fromEntries(found)).toMatchObject({
      'pilot_xds{version="1.30.0"}': 1,
      'pilot_xds_pushes{type="cds"}': 1,
      'pilot_xds_config_size_bytes_count{type="rds"}': 1,
      'pilot_total_xds_rejects{type="cds"}': 1,
      'pilot_xds_cds_reject{node="web-1.shop"}': 1,
      'pilot_xds_rds_reject{node="web-1.shop"}': 1,
      pilot_services: 2,
      pilot_virt_services: 1,
      pilot_no_ip: 0,
      'pilot_info{version="0.0.0-test"}': 1,
      'istio_build{component="pilot",tag="0.0.0-test"}': 1,
      pillion_sidecar_conflicts: 1,
      pillion_engine_revision: 1,
      pillion_engine_rows: expect.any(Number),
    })
  })

  it('time a change until the proxy has acknowledged it, and forget a proxy that is gone', async () => {
    const other = openXdsClient({
      ...{ port: plane.grpcPort, protocol: 'sotw' as const },
      node: { ...NODE, id: 'sidecar~10.1.0.9~web-9.shop~shop.svc.cluster.local' },
    })
    other.subscribe(CDS)
    await other.next()
    other.subscribe(EDS, ['outbound|80||cart.shop.svc.cluster.local'])
    await other.next()
    const before = await scrape()
    expect(before.get('pilot_proxy_convergence_time_count')).toBe(0)
    writeFileSync(rules, RULES.replaceAll('v2', 'v3'))
    await other.until(() => other.held(CDS).has('outbound|80|v3|cart.shop.svc.cluster.local'))
    await expect.poll(async () => (await scrape()).get('pilot_proxy_convergence_time_count')).toBe(1)
    const after = await scrape()
    expect(after.get('pilot_proxy_convergence_time_sum')).toBeGreaterThan(0)
    expect(after.get('pilot_proxy_queue_time_count')).toBeGreaterThan(0)
    expect(after.get('pilot_push_triggers{type="config"}')).toBe(1)
    expect(after.get('pilot_k8s_cfg_events{type="VirtualService",event="add"}')).toBe(1)
    expect(after.get('pilot_k8s_cfg_events{type="VirtualService",event="update"}')).toBe(1)
    expect(after.get('pilot_k8s_reg_events{type="Service",event="add"}')).toBe(2)
    expect(after.has('pilot_k8s_reg_events{type="Service",event="update"}')).toBe(false)
    await expect.poll(() => plane.log().match(/Sidecar shop\/second has no effect/g)).toHaveLength(1)
    const last = other.received.at(-1)
    if (last !== undefined) other.nack(last, 'no')
    await expect.poll(async () => (await scrape()).get('pilot_xds_cds_reject{node="web-9.shop"}') ?? 0).toBe(1)
    other.close()
    await expect.poll(async () => (await scrape()).get('pilot_xds{version="1.30.0"}')).toBe(1)
    expect((await scrape()).has('pilot_xds_cds_reject{node="web-9.shop"}')).toBe(false)
  })
})
