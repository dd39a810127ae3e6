import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Answer, call, startBackend } from '../kit/backend.js'
import { ROOT } from '../kit/command.js'
import type { ControlPlane, ControlPlaneCall } from '../kit/control-plane.js'
import { type Files, type Mesh, openMesh, syncz } from '../kit/mesh.js'
import { egressAt, PORTS, type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'
import type { Protocol } from '../kit/xds-client.js'

// A mesh that changes while it carries traffic, and a control plane that fails.

const client = (ip: string): Pod => ({ name: 'client', ip, labels: { app: 'client' } })

/** All traffic to one version. Versions without a subset have no cluster; by default that is the other one. */
const only = (version: string, subsets = [version]): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  subsets: [${subsets.map(name => `{name: ${name}, labels: {version: ${name}}}`).join(', ')}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http: [{retries: {attempts: 0}, route: [{destination: {host: web, subset: ${version}}}]}]
`

const web = (mesh: Pick<Mesh, 'ip'>, n: number): Pod => ({
  ...{ name: `web-${n}`, ip: mesh.ip(20 + n), labels: { app: 'web', version: `v${n}` } },
})

async function world(start?: (call: ControlPlaneCall) => Promise<ControlPlane>): Promise<Mesh> {
  const files = (ip: (n: number) => string): Files => ({
    services: serviceObjects({ name: 'web', pods: [web({ ip }, 1), web({ ip }, 2)] }),
    client: [podObject(client(ip(10))), sidecarObject({ pod: client(ip(10)) })],
    rules: only('v1'),
  })
  const mesh = await openMesh({ files, ...(start === undefined ? {} : { start }) })
  for (const n of [1, 2]) await startBackend(`v${n}`, mesh.ip(20 + n))
  return mesh
}

const ask = (mesh: Mesh): Promise<Answer> => call({ via: mesh.ip(10), host: 'web' })

/** Requests without pause, a few at a time, until stopped; gives how often each answer came. */
function load(mesh: Mesh): { stop(): Promise<Map<string, number>> } {
  const answers = new Map<string, number>()
  let isRunning = true
  const worker = async (): Promise<void> => {
    while (isRunning) {
      const answer = await ask(mesh).then(({ status, body }) => (status === 200 ? body : `${status} ${body}`), String)
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
  }
  const workers = Array.from({ length: 4 }, worker)
  return {
    stop: async () => {
      isRunning = false
      await Promise.all(workers)
      return answers
    },
  }
}

describe.each<Protocol>(['delta', 'sotw'])('over %s', protocol => {
  it('no request fails while clusters come and go below it', async () => {
    const mesh = await world()
    const envoy = await mesh.sidecar(client(mesh.ip(10)), protocol)
    await mesh.settled()
    expect((await ask(mesh)).body).toBe('v1')
    const requests = load(mesh)
    for (const version of ['v2', 'v1', 'v2', 'v1', 'v2', 'v1']) {
      await mesh.put({ rules: only(version) })
      await expect.poll(async () => (await ask(mesh)).body).toBe(version)
    }
    const answers = await requests.stop()
    expect([...answers.keys()].sort()).toEqual(['v1', 'v2'])
    expect(await envoy.stat('cluster_manager.cluster_removed')).toBeGreaterThanOrEqual(6)
  })

  it('no request fails while endpoints come and go', async () => {
    const mesh = await world()
    await mesh.sidecar(client(mesh.ip(10)), protocol)
    await mesh.put({ rules: undefined })
    const requests = load(mesh)
    for (const here of [[1], [1, 2], [2], [1, 2], [1], [2], [1]]) {
      await mesh.put({ services: serviceObjects({ name: 'web', pods: here.map(n => web(mesh, n)) }) })
      const seen = new Set<string>()
      for (let i = 0; i < 20; i++) seen.add((await ask(mesh)).body)
      expect([...seen].sort()).toEqual(here.map(n => `v${n}`))
    }
    expect([...(await requests.stop()).keys()].sort()).toEqual(['v1', 'v2'])
  })

  it('no request fails while its listener changes', async () => {
    const mesh = await world()
    const caller = client(mesh.ip(10))
    const envoy = await mesh.sidecar(caller, protocol)
    await mesh.settled()
    const requests = load(mesh)
    for (const path of ['/dev/null', '/dev/stdout', '/dev/null', '/dev/stdout']) {
      await mesh.setMeshConfig(`accessLogFile: ${path}`)
      await ask(mesh)
    }
    const answers = await requests.stop()
    expect([...answers.keys()]).toEqual(['v1'])
    expect(await envoy.stat('listener_manager.listener_modified')).toBeGreaterThanOrEqual(4)
  })

  it('what Envoy refuses is in the log, with its cause, and in the status; the last good configuration stays', async () => {
    const mesh = await world()
    const caller = client(mesh.ip(10))
    await mesh.sidecar(caller, protocol)
    await mesh.settled()
    const good = egressAt(caller, { number: PORTS.out, protocol: 'HTTP', name: 'http-out' })
    // 192.0.2.0/24 is for documentation: no machine has that address, so that Envoy cannot listen on it.
    const bad = { ...egressAt(caller, { number: 9999, protocol: 'HTTP', name: 'http-bad' }), bind: '192.0.2.1' }
    const other = serviceObjects({ name: 'other', pods: [], port: { name: 'http', port: 9999 } })
    mesh.write({ other, client: [podObject(caller), sidecarObject({ pod: caller, egress: [good, bad] })] })
    const status = async () => (await syncz(mesh.plane)).connections[0]?.types.find(({ short }) => short === 'LDS')
    await expect.poll(status).toMatchObject({
      state: 'STALE',
      nack: { message: expect.stringContaining('192.0.2.1'), resources: ['192.0.2.1_9999'] },
    })
    await expect
      .poll(() => mesh.plane.log())
      .toMatch(/warn.*refused.*192\.0\.2\.1_9999.*Sidecar shop\/client \(\S*client\.yaml:\d+\)/)
    expect((await ask(mesh)).body).toBe('v1')
    // Other changes go on coming, though the listener is refused still.
    mesh.write({ rules: only('v2') })
    await expect.poll(async () => (await ask(mesh)).body).toBe('v2')
    mesh.write({ client: [podObject(caller), sidecarObject({ pod: caller, egress: [good] })] })
    await expect.poll(status).not.toHaveProperty('nack')
    await mesh.settled()
    expect((await ask(mesh)).body).toBe('v2')
  })
})

/** `pillion serve` as a process of its own, which `kill` ends as a crash would. */
async function spawnControlPlane({ args, scratch, grpcPort = 0 }: ControlPlaneCall): Promise<Killable> {
  const folder = mkdtempSync(join(scratch, 'plane-'))
  const [readyFile, logFile] = [join(folder, 'ready.json'), join(folder, 'log')]
  const output = openSync(logFile, 'a')
  const addresses = [
    '--httpsAddr=',
    '--monitoringAddr=',
    '--httpAddr',
    '127.0.0.1:0',
    '--grpcAddr',
    `127.0.0.1:${grpcPort}`,
  ]
  const own = ['--readyFile', readyFile, '--stateDir', join(scratch, 'state')]
  const command = [join(ROOT, 'bin', 'pillion.mjs'), 'serve', ...addresses, ...own, ...args]
  const child = spawn(process.execPath, command, { cwd: folder, stdio: ['ignore', output, output] })
  closeSync(output)
  const log = (): string => readFileSync(logFile, 'utf8')
  await expect.poll(() => existsSync(readyFile) || child.exitCode !== null).toBe(true)
  if (!existsSync(readyFile)) throw new Error(`pillion serve ended: ${log()}`)
  const bound = JSON.parse(readFileSync(readyFile, 'utf8')) as { readonly grpc: string; readonly http: string }
  return {
    grpcPort: Number(bound.grpc.split(':').at(-1)),
    debug: async path => (await fetch(`http://${bound.http}${path}`)).json(),
    url: (_, path) => `http://${bound.http}${path}`,
    log,
    kill: () => end(child, 'SIGKILL'),
    stop: async () => {
      await end(child, 'SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Killable extends ControlPlane {
  kill(): Promise<void>
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

describe('a control plane that is killed', () => {
  it.each<Protocol>(['delta', 'sotw'])(
    'leaves Envoy serving, and brings it up to date afterwards, over %s',
    async protocol => {
      let plane: Killable | undefined
      const mesh = await world(async call => (plane = await spawnControlPlane(call)))
      const envoy = await mesh.sidecar(client(mesh.ip(10)), protocol)
      // A new stream of SotW does not say which clusters Envoy has: one that is left out goes at once, used or not.
      const subsets = (version: string): string[] => (protocol === 'sotw' ? ['v1', 'v2'] : [version])
      mesh.write({ rules: only('v1', subsets('v1')) })
      await mesh.settled(protocol === 'sotw' ? 2 : 1)
      expect((await ask(mesh)).body).toBe('v1')
      const requests = load(mesh)
      await plane?.kill()
      await expect.poll(() => envoy.stat('control_plane.connected_state')).toBe(0)
      mesh.write({ rules: only('v2', subsets('v2')) })
      expect((await ask(mesh)).body).toBe('v1')
      await mesh.restart()
      // Envoy tries again after a pause that grows to half a minute at most.
      await expect.poll(async () => (await ask(mesh)).body).toBe('v2')
      expect([...(await requests.stop()).keys()].sort()).toEqual(['v1', 'v2'])
      await mesh.settled()
      expect([...(await envoy.stats('update_rejected$'))].filter(([, count]) => count > 0)).toEqual([])
    },
  )
})
