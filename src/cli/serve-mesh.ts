import { configSourcePaths } from '../config/config-sources.js'
import { loadMeshConfig } from '../config/mesh-config.js'
import type { ConfigObject } from '../config/object.js'
import { ok, type Result } from '../lang/result.js'
import { isLoopback } from '../servers/address.js'
import type { Log } from '../servers/log.js'
import type { MeshPaths } from '../servers/mesh-source.js'
import { watchFiles } from '../sources/files.js'
import { sampleMesh } from '../sources/samples.js'
import type { FileContent } from '../sources/snapshot.js'
import { readConfigSources } from './config-sources.js'
import type { ServePlan } from './serve-flags.js'

/** The plan with what the mesh config's `configSources` name beside `--configDir`. The errors are one line each. */
export async function withConfigSources(plan: ServePlan): Promise<Result<ServePlan, readonly string[]>> {
  if (plan.mesh === undefined) return ok(plan)
  const sources = await readConfigSources(plan.mesh.path)
  return sources.ok ? ok({ ...plan, objects: [...plan.objects, ...sources.value] }) : sources
}

/**
 * Says so when `configSources` change while the server runs: they are read at the start alone, unlike what they name. Gives
 * what ends it.
 */
export async function watchConfigSources({ mesh }: ServePlan, log: Log): Promise<() => void> {
  if (mesh === undefined) return () => {}
  const { path } = mesh
  let atStart: string | undefined
  const watch = await watchFiles([path], snapshot => {
    const now = sourcesIn(snapshot.get(path), path)
    if (now !== undefined && now !== atStart)
      log.warn(`${path}: configSources are others now: they count when pillion serve is started again`)
  })
  atStart = sourcesIn(watch.current().get(path), path)
  return watch.close
}

/** Undefined for a mesh config that is not good now: others tell. */
function sourcesIn(text: FileContent | undefined, path: string): string | undefined {
  return text?.ok === true && loadMeshConfig(text.value).ok
    ? JSON.stringify(configSourcePaths(text.value, path))
    : undefined
}

/** What the control plane reads. `isSample`: nobody named a mesh, so it is the one of the samples. */
export interface ServedMesh {
  readonly paths: MeshPaths
  readonly isSample: boolean
}

/** The sample is for a first look: only this machine may be served it, and only when no flag names any other configuration of a mesh. */
export function servedMesh({ clusterId, objects, clusters, mesh, networks, grpc }: ServePlan): ServedMesh {
  const paths = { homeCluster: clusterId, objects, clusters, mesh: mesh?.path, networks }
  const isUnnamed = objects.length === 0 && clusters.length === 0 && mesh === undefined && networks === undefined
  const sample = isUnnamed && grpc !== undefined && isLoopback(grpc.host) ? sampleMesh() : undefined
  if (sample === undefined) return { paths, isSample: false }
  return { paths: { ...paths, objects: [sample.folder], mesh: sample.mesh }, isSample: true }
}

/** Counts for people: services by whatever kind defines them, and the workloads that a proxy may stand for. */
export interface MeshCounts {
  readonly services: number
  readonly workloads: number
}

export function countMesh(objects: Iterable<{ readonly object: ConfigObject }>): MeshCounts {
  const kinds = new Map<string, number>()
  for (const { object } of objects) kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + 1)
  const count = (...names: string[]): number => names.reduce((sum, name) => sum + (kinds.get(name) ?? 0), 0)
  return { services: count('Service', 'ServiceEntry'), workloads: count('Pod', 'WorkloadEntry') }
}
