import { configSourcePaths } from '../config/config-sources.js'
import { loadMeshConfig } from '../config/mesh-config.js'
import type { ConfigObject } from '../config/object.js'
import { isJsonObject } from '../lang/json.js'
import { formatProblem } from '../lang/problem.js'
import { ok, type Result } from '../lang/result.js'
import { parseYamlStream } from '../lang/yaml/index.js'
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
  let told: ConfigSources | undefined
  const watch = await watchFiles([path], snapshot => {
    const now = sourcesIn(snapshot.get(path), path)
    if (now === undefined || told === undefined || areEqual(now, told)) return
    tellSources(now, told, log)
    told = now
  })
  told = sourcesIn(watch.current().get(path), path)
  return watch.close
}

function areEqual(a: ConfigSources, b: ConfigSources): boolean {
  return JSON.stringify([a.paths, a.problems.length]) === JSON.stringify([b.paths, b.problems.length])
}

function tellSources(now: ConfigSources, before: ConfigSources, log: Log): void {
  for (const problem of now.problems) log.error(problem, { code: 'config-source' })
  const added = now.paths.filter(path => !before.paths.includes(path))
  const gone = before.paths.filter(path => !now.paths.includes(path))
  log.warn(`${now.place}: configSources are others now; what they name is read when pillion serve is started again`, {
    code: 'config-sources-changed',
    ...(added.length === 0 ? {} : { added: added.join(' ') }),
    ...(gone.length === 0 ? {} : { gone: gone.join(' ') }),
  })
}
/** The `configSources` of a mesh config, as they stand in its file now. */
interface ConfigSources {
  readonly paths: readonly string[]
  /** Of sources that cannot be read, a line each. */
  readonly problems: readonly string[]
  /** `file:line` of the list, or the file where it has none. */
  readonly place: string
}

/** Undefined for a mesh config that is not good now: others tell. */
function sourcesIn(text: FileContent | undefined, path: string): ConfigSources | undefined {
  if (text?.ok !== true || !loadMeshConfig(text.value).ok) return undefined
  const sources = configSourcePaths(text.value, path)
  const line = lineOfSources(text.value)
  return {
    paths: sources.ok ? sources.value : [],
    problems: sources.ok ? [] : sources.error.map(formatProblem),
    place: line === undefined ? path : `${path}:${line}`,
  }
}

function lineOfSources(text: string): number | undefined {
  const [document] = parseYamlStream(text)
  return isJsonObject(document?.value) && Object.hasOwn(document.value, 'configSources')
    ? document.locate(['configSources'])?.line
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
