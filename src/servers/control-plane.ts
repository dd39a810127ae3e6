import type { Registry } from 'prom-client'
import { err, ok, type Result } from '../lang/result.js'
import type { Address } from './address.js'
import { createAdsServer } from './ads.js'
import { createAdsMetrics } from './ads-metrics.js'
import { admitProxies } from './ads-proxies.js'
import { type ConnectionSettings, grpcOptions } from './connections.js'
import { type ControlPlaneIdentity, type DebugFacts, debugRoutes } from './debug/index.js'
import { createGrpcServer } from './grpc/server.js'
import type { LiveInjection } from './injection-source.js'
import { reasonOf } from './listener.js'
import { openLiveMesh } from './live-mesh.js'
import type { Log } from './log.js'
import { declareMeshMetrics, triggersOf } from './mesh-metrics.js'
import { type ClusterConfig, type MeshPaths, startRefusal } from './mesh-source.js'
import type { Route } from './router.js'
import { openSds } from './sds.js'
import { openIdentities } from './sds-identity.js'

export interface ControlPlaneSettings {
  /** Where ADS is served, in plaintext. */
  readonly grpc: Address
  readonly paths: MeshPaths
  /** What Pillion makes for itself: the development CA that signs the certificates of workloads. */
  readonly stateDir: string
  /** Clock in ms. */
  readonly now: () => number
  /** How it names itself to tools. */
  readonly identity: ControlPlaneIdentity
  readonly connections: ConnectionSettings
  /** For the debug pages: the injection in use; undefined: it is not there yet. */
  readonly injection: () => LiveInjection | undefined
  /** Whether debug pages may end connections (UNSAFE_ENABLE_ADMIN_ENDPOINTS). */
  readonly isAdministered: boolean
}

export interface ControlPlaneOutput {
  readonly log: Log
  /** Takes the metrics of ADS, the mesh and the engine. */
  readonly registry: Registry
}

export interface ControlPlane {
  /** Really bound. */
  readonly address: Address
  /** Debug pages, for the plain HTTP address. */
  readonly routes: readonly Route[]
  /** Every object in force now. */
  readonly objects: () => Iterable<ClusterConfig>
  readonly close: () => Promise<void>
}

/** Reads the mesh's configuration, follows it on disk, and serves what it makes for each proxy over ADS. */
export async function openControlPlane(
  settings: ControlPlaneSettings,
  { log, registry }: ControlPlaneOutput,
): Promise<Result<ControlPlane, readonly string[]>> {
  const live = await openLiveMesh(settings.paths, log)
  const usable = startRefusal(live.problems(), settings.paths)
  if (!usable.ok) {
    live.close()
    return usable
  }
  const { mesh } = live
  const { engine } = mesh.graph
  const metrics = createAdsMetrics(registry, settings.now)
  const countEvents = declareMeshMetrics(registry, mesh, settings.identity.info.version)
  countEvents(mesh.events())
  const proxies = admitProxies(mesh, { log, metrics })
  const ads = createAdsServer({ connect: proxies.connect, news: proxies.news, now: settings.now, on: proxies.on })
  const grpc = createGrpcServer(grpcOptions(settings.connections, log, settings.now))
  ads.register(grpc)
  const identify = openIdentities(mesh.graph)
  const sds = await openSds({ address: settings.grpc, stateDir: settings.stateDir, identify, now: settings.now }, log)
  sds.register(grpc)
  live.onChange(() => {
    metrics.changed(engine.revision, triggersOf(mesh.events()))
    countEvents(mesh.events())
    ads.changed(engine.revision)
    sds.meshChanged()
  })
  const close = async (): Promise<void> => {
    live.close()
    ads.close()
    sds.close()
    await grpc.close()
  }
  const listening = await listen(grpc, settings.grpc)
  if (!listening.ok) {
    await close()
    return listening
  }
  const facts: DebugFacts = {
    mesh,
    problems: live.problems,
    streams: ads.streams,
    nodeOf: proxies.nodeOf,
    refusals: proxies.refusals,
    identity: settings.identity,
    injection: settings.injection,
    push: () => ads.changed(engine.revision),
    disconnect: settings.isAdministered ? ads.disconnect : undefined,
  }
  return ok({ address: listening.value, routes: debugRoutes(facts), objects: mesh.objects, close })
}

type Grpc = ReturnType<typeof createGrpcServer>

async function listen(grpc: Grpc, { host, port }: Address): Promise<Result<Address, readonly string[]>> {
  try {
    const bound = await grpc.listen({ host, port })
    return ok({ host, port: bound.port })
  } catch (error) {
    return err([`grpc: ${reasonOf(error as NodeJS.ErrnoException, { host, port })}`])
  }
}
