import type { Registry } from 'prom-client'
import type { JsonObject } from '../lang/json.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { watchFiles } from '../sources/files.js'
import type { FileSnapshot } from '../sources/snapshot.js'
import type { Address } from './address.js'
import { createAdsServer } from './ads.js'
import { createAdsMetrics } from './ads-metrics.js'
import { admitProxies } from './ads-proxies.js'
import { type ControlPlaneIdentity, type DebugFacts, debugRoutes } from './debug/index.js'
import { createGrpcServer } from './grpc/server.js'
import { reasonOf } from './listener.js'
import type { Log } from './log.js'
import { declareMeshMetrics } from './mesh-metrics.js'
import { type ClusterConfig, createMeshSource, type MeshPaths, meshFiles, refusal } from './mesh-source.js'
import type { Route } from './router.js'
import { openSds, type Sds } from './sds.js'
import { identityOf } from './sds-identity.js'

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

/** The first change after a quiet time is read this soon, in ms: long enough for one file to be written. */
const FIRST_CHANGE_MS = 15

/** Reads the mesh's configuration, follows it on disk, and serves what it makes for each proxy over ADS. */
export async function openControlPlane(
  settings: ControlPlaneSettings,
  { log, registry }: ControlPlaneOutput,
): Promise<Result<ControlPlane, readonly string[]>> {
  const mesh = createMeshSource(settings.paths)
  const { engine } = mesh.graph
  const metrics = createAdsMetrics(registry, settings.now)
  const proxies = admitProxies(mesh, { log, metrics })
  const ads = createAdsServer({ connect: proxies.connect, now: settings.now, on: proxies.on })
  let problems: readonly Problem[] = []
  const apply = (snapshot: FileSnapshot): void => {
    problems = mesh.apply(snapshot)
    for (const problem of problems) tell(problem, log)
  }
  let sds: Sds | undefined
  const follow = (snapshot: FileSnapshot, changed: readonly string[]): void => {
    const before = engine.revision
    apply(snapshot)
    if (engine.revision === before) return
    log.info('configuration of the mesh changed', { changed: changed.join(','), revision: engine.revision })
    metrics.changed(engine.revision)
    ads.changed(engine.revision)
    sds?.meshChanged()
  }
  const watch = await watchFiles(meshFiles(settings.paths), follow, { firstMs: FIRST_CHANGE_MS })
  apply(watch.current())
  const grpc = createGrpcServer()
  ads.register(grpc)
  const identify = (node: JsonObject): Result<string, string> => identityOf(mesh.graph, node)
  sds = await openSds({ address: settings.grpc, stateDir: settings.stateDir, identify, now: settings.now }, log)
  sds.register(grpc)
  const close = async (): Promise<void> => {
    watch.close()
    ads.close()
    sds?.close()
    await grpc.close()
  }
  const usable = refusal(problems)
  const listening = usable.ok ? await listen(grpc, settings.grpc) : usable
  if (!listening.ok) {
    await close()
    return listening
  }
  declareMeshMetrics(registry, mesh, settings.identity.info.version)
  const facts: DebugFacts = {
    mesh,
    problems: () => problems,
    streams: ads.streams,
    refusals: proxies.refusals,
    identity: settings.identity,
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

function tell(problem: Problem, log: Log): void {
  const write = problem.severity === 'error' ? log.error : log.warn
  write(formatProblem(problem), { code: problem.code })
}
