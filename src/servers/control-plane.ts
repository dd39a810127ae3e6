import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseNode } from '../proxy/node.js'
import { watchFiles } from '../sources/files.js'
import { openSource } from '../xds/resources/source.js'
import type { Address } from './address.js'
import { type Attachment, createAdsServer, type Hello } from './ads.js'
import { createGrpcServer } from './grpc/server.js'
import { grpcStatus } from './grpc/status.js'
import type { GrpcStatus } from './grpc/types.js'
import { reasonOf } from './listener.js'
import type { Log } from './log.js'
import { type ClusterConfig, createMeshSource, type MeshPaths, meshFiles, refusal } from './mesh-source.js'
import type { Route } from './router.js'

export interface ControlPlaneSettings {
  /** Where ADS is served, in plaintext. */
  readonly grpc: Address
  readonly paths: MeshPaths
  /** Clock in ms. */
  readonly now: () => number
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
  log: Log,
): Promise<Result<ControlPlane, readonly string[]>> {
  const { graph, apply, objects } = createMeshSource(settings.paths)
  const { engine } = graph
  let connections = 0
  const connect = ({ node }: Hello): Result<Attachment, GrpcStatus> => {
    const parsed = parseNode(node)
    if (!parsed.ok) return err(grpcStatus('INVALID_ARGUMENT', parsed.error))
    const source = openSource(graph, parsed.value)
    const connection = `${parsed.value.instance}-${++connections}`
    return ok({ connection, source, release: () => source[Symbol.dispose]() })
  }
  const ads = createAdsServer({
    connect,
    now: settings.now,
    on: event => {
      if (event.kind === 'nack')
        log.warn('nack', { connection: event.connection, type: event.type, error: event.nack.message })
      else if (event.kind === 'rejected') log.warn('proxy refused', { peer: event.peer, error: event.status.message })
      else if (event.kind === 'connected' || event.kind === 'disconnected')
        log.info(`proxy ${event.kind}`, { connection: event.connection })
    },
  })
  const watch = await watchFiles(meshFiles(settings.paths), (snapshot, changed) => {
    const before = engine.revision
    report(apply(snapshot), log)
    if (engine.revision === before) return
    log.info('configuration of the mesh changed', { changed: changed.join(','), revision: engine.revision })
    ads.changed(engine.revision)
  })
  const problems = apply(watch.current())
  const usable = refusal(problems)
  report(problems, log)
  const grpc = createGrpcServer()
  ads.register(grpc)
  const close = async (): Promise<void> => {
    watch.close()
    ads.close()
    await grpc.close()
  }
  if (!usable.ok) {
    await close()
    return usable
  }
  const listening = await listen(grpc, settings.grpc)
  if (!listening.ok) {
    await close()
    return listening
  }
  const syncz = (): unknown => ({ revision: engine.revision, connections: ads.streams() })
  return ok({ address: listening.value, routes: [jsonRoute('/debug/syncz', syncz)], objects, close })
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

function report(problems: readonly Problem[], log: Log): void {
  for (const problem of problems) {
    const write = problem.severity === 'error' ? log.error : log.warn
    write(formatProblem(problem), { code: problem.code })
  }
}

function jsonRoute(path: string, content: () => unknown): Route {
  return {
    path,
    scope: 'exact',
    answer: () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: `${JSON.stringify(content(), undefined, 2)}\n`,
    }),
  }
}
