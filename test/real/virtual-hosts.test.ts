import { Agent } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfigDump } from '../../src/explain/config-dump.js'
import { compareDumps, isMatch } from '../../src/explain/dump-comparison.js'
import type { Json } from '../../src/lang/json.js'
import { RDS, VHDS } from '../../src/xds/delivery/index.js'
import { nodeOf } from '../../src/xds/resources/bootstrap.js'
import { type Answer, call, startBackend } from '../kit/backend.js'
import type { Envoy } from '../kit/envoy.js'
import { type Files, type Mesh, openMesh, syncz } from '../kit/mesh.js'
import { egressAt, PORTS, type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'
import { openXdsClient } from '../kit/xds-client.js'

// Virtual hosts that are resources of their own, in the hands of a real Envoy: docs/adr/0009-vhds.md.

const ON = `
defaultConfig: {proxyMetadata: {PILLION_VHDS: "true"}}
`

const client = (ip: string): Pod => ({ name: 'client', ip, labels: { app: 'client' } })
const NAMES = ['web', 'api', 'cart'] as const

/** Requests to a service get a header that says so; others are untouched. */
const marked = (name: string, mark: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop}
spec:
  hosts: [${name}]
  http: [{headers: {response: {set: {x-mark: "${mark}"}}}, retries: {attempts: 0}, route: [{destination: {host: ${name}}}]}]
`

/** Three services, each with a program of its own at 127.x.y.2n. */
async function world(meshConfig = ON, policy: 'ALLOW_ANY' | 'REGISTRY_ONLY' = 'REGISTRY_ONLY'): Promise<Mesh> {
  const files = (ip: (n: number) => string): Files => ({
    ...Object.fromEntries(
      NAMES.map((name, n) => [
        name,
        serviceObjects({ name, pods: [pod(name, ip(20 + n))], clusterIP: `10.96.0.${n + 1}` }),
      ]),
    ),
    client: [
      podObject(client(ip(10))),
      sidecarObject({ pod: client(ip(10)), outboundTrafficPolicy: { mode: policy } }),
    ],
  })
  const mesh = await openMesh({ files, meshConfig })
  for (const [n, name] of NAMES.entries()) await startBackend(name, mesh.ip(20 + n))
  return mesh
}

const pod = (name: string, ip: string): Pod => ({ name: `${name}-1`, ip, labels: { app: name } })

const ask = (mesh: Mesh, host: string, port?: number): Promise<Answer> =>
  call({ via: mesh.ip(10), host, ...(port === undefined ? {} : { port }) })
const text = ({ status, body, headers }: Answer): string =>
  [status === 200 ? body : String(status), headers['x-mark'] ?? ''].filter(part => part !== '').join(' ')

/** Names of the virtual hosts that Envoy has, by route configuration. */
async function hostsOf(envoy: Envoy): Promise<Record<string, string[]>> {
  const dump = JSON.parse(await envoy.admin('/config_dump?resource=dynamic_route_configs')) as {
    readonly configs?: readonly {
      readonly route_config: { readonly name: string; readonly virtual_hosts?: readonly { readonly name: string }[] }
    }[]
  }
  return Object.fromEntries(
    (dump.configs ?? []).map(({ route_config: { name, virtual_hosts = [] } }) => [
      name,
      virtual_hosts.map(host => host.name),
    ]),
  )
}

/** How many responses of route configurations, and how many of virtual hosts, it took. */
async function loads(envoy: Envoy): Promise<{ readonly routes: number; readonly hosts: number }> {
  const stats = await envoy.stats('^http\\..*\\.rds\\..*\\.update_success$')
  const sum = (isHosts: boolean): number =>
    [...stats].filter(([name]) => name.includes('.rds.vhds.') === isHosts).reduce((all, [, value]) => all + value, 0)
  return { routes: sum(false), hosts: sum(true) }
}

function load(mesh: Mesh, hosts: readonly string[]): { stop(): Promise<string[]> } {
  const answers = new Set<string>()
  let isRunning = true
  const worker = async (host: string): Promise<void> => {
    while (isRunning) answers.add(`${host}: ${await ask(mesh, host).then(text, String)}`)
  }
  const workers = hosts.map(worker)
  return {
    stop: async () => {
      isRunning = false
      await Promise.all(workers)
      return [...answers].sort()
    },
  }
}

const ROUTE = String(PORTS.out)
const full = (name: string): string => `${ROUTE}/${name}.shop.svc.cluster.local:${ROUTE}`

/** A program that sees what a sidecar beside it is sent. */
async function listener(mesh: Mesh) {
  const { name, labels, namespace = 'shop', ip } = client(mesh.ip(10))
  const node = nodeOf({
    ...{ type: 'sidecar', name, namespace, ip, labels, serviceAccount: 'default', interceptionMode: 'NONE' },
    ...{ clusterId: 'Kubernetes', network: '', istioVersion: '1.32.0', domain: 'cluster.local' },
  })
  const xds = openXdsClient({ port: mesh.plane.grpcPort, protocol: 'delta', node })
  onTestFinished(() => xds.close())
  xds.subscribe(RDS, [ROUTE])
  xds.subscribe(VHDS)
  await xds.until(() => xds.held(VHDS).size > 0)
  await xds.quiet()
  return xds
}

describe('a sidecar that discovers virtual hosts', () => {
  it('reaches every host, and sends requests for unknown ones where the policy says', async () => {
    const mesh = await world()
    const envoy = await mesh.sidecar(client(mesh.ip(10)))
    await mesh.settled()
    for (const name of NAMES) expect(text(await ask(mesh, name))).toBe(name)
    expect((await ask(mesh, 'nobody.example')).status).toBe(502)
    expect((await hostsOf(envoy))[ROUTE]?.sort()).toEqual([...NAMES.map(full), `${ROUTE}/block_all`].sort())
    const caller = client(mesh.ip(10))
    await mesh.put({
      client: [podObject(caller), sidecarObject({ pod: caller, outboundTrafficPolicy: { mode: 'ALLOW_ANY' } })],
    })
    // PassthroughCluster: to where the connection was going, which without interception is the sidecar itself.
    expect((await ask(mesh, 'nobody.example')).status).not.toBe(502)
    expect((await hostsOf(envoy))[ROUTE]?.sort()).toEqual([`${ROUTE}/allow_any`, ...NAMES.map(full)].sort())
    for (const name of NAMES) expect(text(await ask(mesh, name))).toBe(name)
    expect(await comparison(mesh, envoy)).toEqual([])
  })

  it('is sent one of them when a VirtualService changes, and fails no request', async () => {
    const mesh = await world()
    const envoy = await mesh.sidecar(client(mesh.ip(10)))
    const xds = await listener(mesh)
    const before = await loads(envoy)
    const requests = load(mesh, NAMES)
    for (const mark of ['a', 'b', 'c']) {
      await mesh.put({ rules: marked('web', mark) })
      expect(text(await ask(mesh, 'web'))).toBe(`web ${mark}`)
    }
    const answers = await requests.stop()
    expect(answers).toEqual(['api: api', 'cart: cart', ...['', ' a', ' b', ' c'].map(mark => `web: web${mark}`)])
    const after = await loads(envoy)
    expect([after.routes - before.routes, after.hosts - before.hosts]).toEqual([0, 3])
    const told = (await xds.quiet()).map(({ type, resources, removed }) => [type, [...resources.keys()], removed])
    expect(told).toEqual([1, 2, 3].map(() => [VHDS, [full('web')], []]))
  })

  it('is told that a host is gone, that another came, and of a port that it had nothing of', async () => {
    const mesh = await world()
    const caller = client(mesh.ip(10))
    const envoy = await mesh.sidecar(caller)
    await mesh.settled()
    const before = await loads(envoy)
    const requests = load(mesh, ['api'])
    await mesh.put({ web: undefined })
    expect((await ask(mesh, 'web')).status).toBe(502)
    await mesh.put({ web: serviceObjects({ name: 'web', pods: [pod('web', mesh.ip(20))], clusterIP: '10.96.0.1' }) })
    expect(text(await ask(mesh, 'web'))).toBe('web')
    expect((await loads(envoy)).routes).toBe(before.routes)
    const ports = [PORTS.out, 9081].map(number =>
      egressAt(caller, { number, protocol: 'HTTP', name: `http-${number}` }),
    )
    await startBackend('late', mesh.ip(30))
    await mesh.put({
      late: serviceObjects({ name: 'late', pods: [pod('late', mesh.ip(30))], port: { name: 'http', port: 9081 } }),
      client: [podObject(caller), sidecarObject({ pod: caller, egress: ports })],
    })
    expect(text(await ask(mesh, 'late', 9081))).toBe('late')
    expect(await requests.stop()).toEqual(['api: api'])
    // Gone, and there again, while the listener of before drains: for connections that it has it goes on.
    const connection = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => connection.destroy())
    const again = () => call({ via: mesh.ip(10), host: 'late', port: 9081, agent: connection })
    expect(text(await again())).toBe('late')
    await mesh.put({ client: [podObject(caller), sidecarObject({ pod: caller })] })
    await expect(ask(mesh, 'late', 9081)).rejects.toThrow('ECONNREFUSED')
    const kept = await again()
    // Its cluster is gone, as no listener needs it; its virtual host is not.
    expect([kept.status, kept.body]).toEqual([503, ''])
    await mesh.put({ client: [podObject(caller), sidecarObject({ pod: caller, egress: ports })] })
    expect(text(await ask(mesh, 'late', 9081))).toBe('late')
    expect(await comparison(mesh, envoy)).toEqual([])
  })

  it('fails no request while clusters come and go below it', async () => {
    const mesh = await world()
    const versions = [1, 2].map(n => ({ ...pod('web', mesh.ip(40 + n)), name: `web-v${n}` }))
    for (const [n, { ip }] of versions.entries()) await startBackend(`v${n + 1}`, ip)
    const labelled = versions.map((each, n) => ({ ...each, labels: { app: 'web', version: `v${n + 1}` } }))
    const envoy = await mesh.sidecar(client(mesh.ip(10)))
    await mesh.put({ web: serviceObjects({ name: 'web', pods: labelled, clusterIP: '10.96.0.1' }), rules: only('v1') })
    const requests = load(mesh, ['web', 'api'])
    for (const version of ['v2', 'v1', 'v2', 'v1']) {
      await mesh.put({ rules: only(version) })
      expect(text(await ask(mesh, 'web'))).toBe(version)
    }
    expect(await requests.stop()).toEqual(['api: api', 'web: v1', 'web: v2'])
    expect(await envoy.stat('cluster_manager.cluster_removed')).toBeGreaterThanOrEqual(4)
  })

  it('keeps what it has while the control plane is gone, and is told what differs', async () => {
    const mesh = await world()
    const envoy = await mesh.sidecar(client(mesh.ip(10)))
    await mesh.put({ rules: marked('web', 'before') })
    const before = await loads(envoy)
    const requests = load(mesh, ['api'])
    await mesh.plane.stop()
    await expect.poll(() => envoy.stat('control_plane.connected_state')).toBe(0)
    await mesh.restart()
    await expect.poll(() => envoy.stat('control_plane.connected_state'), { timeout: 40_000 }).toBe(1)
    await mesh.settled()
    expect(await loads(envoy)).toEqual(before)
    await mesh.plane.stop()
    await expect.poll(() => envoy.stat('control_plane.connected_state')).toBe(0)
    mesh.write({ rules: marked('web', 'after'), cart: undefined })
    await mesh.restart()
    await expect.poll(async () => text(await ask(mesh, 'web')), { timeout: 40_000 }).toBe('web after')
    await mesh.settled()
    expect((await ask(mesh, 'cart')).status).toBe(502)
    expect((await hostsOf(envoy))[ROUTE]?.sort()).toEqual([full('api'), full('web'), `${ROUTE}/block_all`].sort())
    const after = await loads(envoy)
    expect([after.routes, after.hosts]).toEqual([before.routes, before.hosts + 1])
    expect(await requests.stop()).toEqual(['api: api'])
  })

  it('has what the server has, whatever was edited, and however often the server went away', async () => {
    const mesh = await world()
    const caller = client(mesh.ip(10))
    const envoy = await mesh.sidecar(caller)
    await mesh.settled()
    const requests = load(mesh, ['api'])
    const edits = fc.sample(edit, { seed: 9, numRuns: 40 })
    for (const [index, each] of edits.entries()) {
      mesh.write(filesOf(each, caller))
      if (index % 10 === 9) {
        await mesh.plane.stop()
        await expect.poll(() => envoy.stat('control_plane.connected_state')).toBe(0)
        mesh.write(filesOf(edits[(index * 7) % edits.length] as Edit, caller))
        await mesh.restart()
        await expect.poll(() => envoy.stat('control_plane.connected_state'), { timeout: 40_000 }).toBe(1)
      } else if (index % 3 === 0) await mesh.settled()
    }
    // What is on disk now is in force once something later is.
    await mesh.put({ last: serviceObjects({ name: 'last', pods: [], clusterIP: '10.96.1.1' }) })
    expect(await comparison(mesh, envoy)).toEqual([])
    expect((await hostsOf(envoy))[ROUTE]).toContain(full('last'))
    expect(await requests.stop()).toEqual(['api: api'])
  })

  it('refuses a virtual host, which is told with its cause; its route configuration stays as it was until that is mended', async () => {
    const mesh = await world()
    await mesh.sidecar(client(mesh.ip(10)))
    await mesh.put({ rules: marked('web', 'good') })
    mesh.write({ rules: marked('web', '%NO_SUCH_COMMAND%') })
    const status = async () => (await syncz(mesh.plane)).connections[0]?.types.find(({ short }) => short === 'VHDS')
    await expect
      .poll(status, { timeout: 10_000 })
      .toMatchObject({ state: 'STALE', nack: { message: expect.anything() } })
    await expect
      .poll(() => mesh.plane.log())
      .toMatch(/warn.*refused.*VHDS.*VirtualService shop\/web \(\S*rules\.yaml:\d+/)
    expect(text(await ask(mesh, 'web'))).toBe('web good')
    mesh.write({ more: marked('api', 'new') })
    await expect.poll(() => mesh.plane.log().split('proxy refused').length - 1, { timeout: 10_000 }).toBe(2)
    expect(text(await ask(mesh, 'api'))).toBe('api')
    mesh.write({ rules: marked('web', 'mended') })
    await expect.poll(async () => text(await ask(mesh, 'web')), { timeout: 10_000 }).toBe('web mended')
    await mesh.settled()
    expect(text(await ask(mesh, 'api'))).toBe('api new')
  })
})

describe('the switch', () => {
  it('means proxies that start with it; the others keep their virtual hosts, whatever control plane they come to', async () => {
    const mesh = await world('')
    const envoy = await mesh.sidecar(client(mesh.ip(10)))
    await mesh.settled()
    const requests = load(mesh, NAMES)
    const inline = NAMES.map(name => `${name}.shop.svc.cluster.local:${ROUTE}`)
    await mesh.setMeshConfig(ON)
    await mesh.plane.stop()
    await expect.poll(() => envoy.stat('control_plane.connected_state')).toBe(0)
    await mesh.restart()
    await expect.poll(() => envoy.stat('control_plane.connected_state'), { timeout: 40_000 }).toBe(1)
    await mesh.put({ rules: marked('web', 'new') })
    expect(text(await ask(mesh, 'web'))).toBe('web new')
    expect((await hostsOf(envoy))[ROUTE]?.sort()).toEqual([...inline, 'block_all'].sort())
    expect(await requests.stop()).toEqual(['api: api', 'cart: cart', 'web: web', 'web: web new'])
  })

  it('is turned off without a failed request', async () => {
    const mesh = await world()
    const envoy = await mesh.sidecar(client(mesh.ip(10)))
    await mesh.settled()
    const requests = load(mesh, NAMES)
    await mesh.setMeshConfig('')
    await mesh.plane.stop()
    await expect.poll(() => envoy.stat('control_plane.connected_state')).toBe(0)
    await mesh.restart()
    await expect
      .poll(async () => (await hostsOf(envoy))[ROUTE], { timeout: 40_000 })
      .toContain(`web.shop.svc.cluster.local:${ROUTE}`)
    await mesh.settled()
    expect(await requests.stop()).toEqual(NAMES.map(name => `${name}: ${name}`).sort())
  })

  it('means nothing on a SotW stream, and the log says so', async () => {
    const mesh = await world()
    const envoy = await mesh.sidecar(client(mesh.ip(10)), 'sotw')
    expect(text(await ask(mesh, 'web'))).toBe('web')
    expect((await hostsOf(envoy))[ROUTE]).toContain(`web.shop.svc.cluster.local:${ROUTE}`)
    expect(mesh.plane.log()).toMatch(
      /warn.*inside of route configurations.*PILLION_VHDS is on, but it needs a delta stream/,
    )
  })
})

/** Which services there are at two ports, which of them have a rule, and what the Sidecar says. */
const edit = fc.record({
  services: fc.subarray(['a', 'b', 'c', 'd', 'web', 'cart']),
  late: fc.subarray(['e', 'f']),
  marks: fc.dictionary(fc.constantFrom('a', 'b', 'web'), fc.constantFrom('1', '2', '3'), { maxKeys: 3 }),
  mode: fc.constantFrom('ALLOW_ANY' as const, 'REGISTRY_ONLY' as const),
  ports: fc.constantFrom([PORTS.out], [PORTS.out, 9081]),
})
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

function filesOf({ services, late, marks, mode, ports }: Edit, caller: Pod): Files {
  const objects = (names: readonly string[], all: readonly string[], port: number): Files =>
    Object.fromEntries(
      all.map((name, n) => {
        const spec = { name, pods: [], clusterIP: `10.96.${port % 7}.${n + 10}`, port: { name: 'http', port } }
        return [name, names.includes(name) ? serviceObjects(spec) : undefined]
      }),
    )
  const egress = ports.map(number => egressAt(caller, { number, protocol: 'HTTP', name: `http-${number}` }))
  return {
    ...objects(services, ['a', 'b', 'c', 'd', 'web', 'cart'], PORTS.out),
    ...objects(late, ['e', 'f'], 9081),
    rules: Object.entries(marks)
      .map(([name, mark]) => marked(name, mark))
      .join('---'),
    client: [podObject(caller), sidecarObject({ pod: caller, egress, outboundTrafficPolicy: { mode } })],
  }
}

/** All traffic to one version, which alone has a cluster. */
const only = (version: string): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, subsets: [{name: ${version}, labels: {version: ${version}}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http: [{retries: {attempts: 0}, route: [{destination: {host: web, subset: ${version}}}]}]
`

/** How Envoy differs from what the server has for it. It keeps the routes of listeners that drain. */
async function comparison(mesh: Mesh, envoy: Envoy): Promise<unknown[]> {
  const [server, own] = await Promise.all([
    mesh.plane.debug('/debug/config_dump?proxyID=client.shop'),
    envoy.admin('/config_dump?include_eds'),
  ])
  const [mine, theirs] = [readConfigDump(server as Json), readConfigDump(JSON.parse(own) as Json)]
  if (!mine.ok || !theirs.ok) throw new Error('no dump')
  return compareDumps(mine.value, theirs.value, 'delta')
    .map(each => (each.kind === 'routes' ? { ...each, extra: [] } : each))
    .filter(each => !isMatch(each))
}
