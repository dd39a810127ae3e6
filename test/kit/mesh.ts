import { once } from 'node:events'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { JsonObject } from '../../src/lang/json.js'
import { bootstrapOf, nodeOf } from '../../src/xds/resources/bootstrap.js'
import { type ControlPlane, type ControlPlaneCall, startControlPlane } from './control-plane.js'
import { type Envoy, startEnvoy, untilLive } from './envoy.js'
import type { Pod } from './mesh-objects.js'
import type { Protocol } from './xds-client.js'

// A small mesh on one machine, with real Envoys. Nothing captures traffic here (interception NONE): every pod is an address of
// the loopback network, a program calls its sidecar by address, and Sidecars say where each listens:
//
//   ip:9080   out: a program's calls to other services, by their name in the header Host    (egress: bind and port)
//   ip:8080   in: calls for the program, where it has a sidecar                              (ingress: bind and port)
//   ip:3000   the program itself                                                            (ingress: defaultEndpoint)
//
// A service's port is therefore 9080 (an egress listener offers the services of its port), and its targetPort is 8080 where
// pods have sidecars, 3000 where they have none. See mesh-objects.ts.

/** Files of configuration by name: objects or YAML text; undefined removes the file. */
export type Files = Readonly<Record<string, readonly object[] | string | undefined>>

export interface MeshCall {
  readonly files: (ip: (n: number) => string) => Files
  /** MeshConfig in YAML. */
  readonly meshConfig?: string
  /** How the control plane is run; default: in this process. */
  readonly start?: (call: ControlPlaneCall) => Promise<ControlPlane>
}

export interface Mesh {
  /** Address of a pod, of this mesh alone. */
  ip(n: number): string
  plane: ControlPlane
  /** For sockets and the like; goes with the test. */
  readonly folder: string
  /** Writes the files, all before the control plane looks, and waits until every proxy has taken what follows from them. */
  put(files: Files): Promise<void>
  /** The same for MeshConfig, in YAML. */
  setMeshConfig(text: string): Promise<void>
  /** Only writes. */
  write(files: Files): void
  /** Waits until every proxy has taken everything up to this revision or a later one. Fails at a refusal. */
  settled(revision?: number): Promise<void>
  /** The sidecar of a pod, once it is LIVE. */
  sidecar(pod: Pod, protocol?: Protocol): Promise<Envoy>
  /** Starts the control plane again where it was, with the configuration as it is now. */
  restart(): Promise<void>
}

/** Only for who has gone wrong: a machine may be as slow as it likes. */
const SETTLE_MS = 60_000

/** Everything goes when the test is over; what was logged is shown when it failed. */
export async function openMesh({ files, meshConfig = '', start = startControlPlane }: MeshCall): Promise<Mesh> {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-'))
  const config = join(folder, 'config')
  mkdirSync(config)
  const { subnet, release } = await ownSubnet()
  const ip = (n: number): string => `${subnet}.${n}`
  const envoys: Envoy[] = []
  const write = (changes: Files): void => writeFiles(config, folder, changes)
  write(files(ip))
  const meshFile = join(folder, 'mesh.yaml')
  writeFileSync(meshFile, meshConfig)
  const args = ['--configDir', config, '--meshConfig', meshFile]
  const call = { args, scratch: folder, now: () => new Date() }
  const changed = async (change: () => void): Promise<void> => {
    const { revision } = await syncz(mesh.plane)
    change()
    await settled(mesh, envoys, revision + 1)
  }
  const mesh: Mesh = {
    ip,
    folder,
    plane: await start(call),
    write,
    put: changes => changed(() => write(changes)),
    setMeshConfig: text => changed(() => writeWhole(meshFile, folder, text)),
    settled: revision => settled(mesh, envoys, revision ?? 0),
    sidecar: async (pod, protocol = 'delta') => {
      const envoy = await startEnvoy({ bootstrap: bootstrapFor(pod, mesh.plane, protocol) })
      envoys.push(envoy)
      await untilLive(envoy)
      return envoy
    },
    restart: async () => {
      mesh.plane = await start({ ...call, grpcPort: mesh.plane.grpcPort })
    },
  }
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') {
      console.error(mesh.plane.log().slice(-4000))
      for (const envoy of envoys) console.error(envoy.log().slice(-4000))
    }
    await Promise.all(envoys.map(envoy => envoy.stop()))
    await mesh.plane.stop()
    release()
    rmSync(folder, { recursive: true, force: true })
  })
  return mesh
}

/** Of loopback: 64 times 256 of them. */
const SUBNETS = 64 * 256
/** Nobody listens there but who has the subnet. */
const LOCK_PORT = 20_009

/** Addresses that no other mesh has, of this process or another: Envoys share ports without complaint, and each other's calls. */
async function ownSubnet(): Promise<{ readonly subnet: string; readonly release: () => void }> {
  for (let offset = 0; offset < SUBNETS; offset++) {
    const number = (process.pid * 16 + offset) % SUBNETS
    const subnet = `127.${64 + (number >> 8)}.${number & 255}`
    const lock = await locked(`${subnet}.1`)
    if (lock !== undefined) return { subnet, release: () => void lock.close() }
  }
  throw new Error('every subnet of loopback is taken')
}

/** Undefined: somebody else has it. */
async function locked(host: string): Promise<Server | undefined> {
  const server = createServer().listen({ host, port: LOCK_PORT })
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  )
}

function bootstrapFor(pod: Pod, { grpcPort }: ControlPlane, protocol: Protocol): object {
  const { name, namespace = 'shop', ip, labels, account = 'default', metadata = {}, locality } = pod
  const node = nodeOf({
    ...{ type: 'sidecar', name, namespace, ip, labels, serviceAccount: account, interceptionMode: 'NONE' },
    ...{ clusterId: 'Kubernetes', network: '', istioVersion: '1.32.0', domain: 'cluster.local' },
  })
  const server = { host: '127.0.0.1', port: grpcPort }
  const more = { metadata: { ...(node['metadata'] as JsonObject), ...metadata }, ...(locality && { locality }) }
  return bootstrapOf({
    node: { ...node, ...more },
    xds: server,
    sds: server,
    protocol,
    admin: { host: '127.0.0.1', port: 0 },
  })
}

function writeFiles(config: string, scratch: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(config, `${name}.yaml`)
    if (content === undefined) rmSync(path, { force: true })
    else {
      const text = typeof content === 'string' ? content : content.map(each => JSON.stringify(each)).join('\n---\n')
      writeWhole(path, scratch, text)
    }
  }
}

/** Nobody sees half a file. */
function writeWhole(path: string, scratch: string, text: string): void {
  const draft = join(scratch, 'draft')
  writeFileSync(draft, text)
  mkdirSync(dirname(path), { recursive: true })
  renameSync(draft, path)
}

interface Syncz {
  readonly revision: number
  readonly connections: readonly {
    readonly connection: string
    readonly revision: number
    readonly types: readonly {
      readonly short: string
      readonly state: string
      readonly nack?: { readonly message: string }
    }[]
  }[]
}

export async function syncz(plane: ControlPlane): Promise<Syncz> {
  return (await plane.debug('/debug/syncz')) as Syncz
}

async function settled({ plane }: Mesh, envoys: readonly Envoy[], revision: number): Promise<void> {
  const until = Date.now() + SETTLE_MS
  for (;;) {
    const now = await syncz(plane)
    for (const { connection, types } of now.connections)
      for (const { short, nack } of types)
        if (nack !== undefined) throw new Error(`${connection} refused ${short}: ${nack.message}`)
    const isTold = now.revision >= revision && now.connections.every(each => each.revision >= now.revision)
    if (isTold && now.connections.length >= envoys.length && (await isWarm(envoys))) return
    if (Date.now() > until) throw new Error(`not at revision ${revision}: ${JSON.stringify(now, undefined, 1)}`)
    await new Promise(done => setTimeout(done, 20))
  }
}

async function isWarm(envoys: readonly Envoy[]): Promise<boolean> {
  const filter = '^(cluster_manager.warming_clusters|listener_manager.total_listeners_warming)$'
  const stats = await Promise.all(envoys.map(envoy => envoy.stats(filter)))
  return stats.every(each => [...each.values()].every(value => value === 0))
}
