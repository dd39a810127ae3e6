import { normalize, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import type { FindPlace } from '../explain/places.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import type { MeshPaths, MeshSource } from '../servers/mesh-source.js'
import { type CommandContext, collect, type ExitCode, failed, wrongUse } from './command.js'

/** Flags that say what the mesh is. */
export interface MeshFlags {
  readonly configDir: readonly string[]
  readonly cluster: readonly string[]
  readonly meshConfig?: string
  readonly networksConfig?: string
  readonly clusterID: string
}

/** Declares those flags but `--clusterID`, which names a proxy's cluster too (node-flags.ts). */
export function meshOptions(command: Command, heading = 'The mesh (without any of these: the sample):'): Command {
  return command
    .optionsGroup(heading)
    .option('--configDir <path>', 'Istio and Kubernetes objects: file or folder; repeatable', collect, [])
    .option('--cluster <id=path>', 'Kubernetes objects of one more cluster; repeatable', collect, [])
    .option('--meshConfig <file>', 'mesh configuration; its configSources (fs:///folder) are read like --configDir')
    .option('--networksConfig <file>', 'networks of the mesh and their gateways')
}

/** The mesh of some files, as it was when they were read. */
export interface OpenMesh {
  readonly mesh: MeshSource
  /** All findings; what is invalid is not in the mesh. */
  readonly problems: readonly Problem[]
  readonly place: FindPlace
  /** The flags that the files are named by in what is written: those given, or what stood in for them. */
  readonly named: MeshNames
}

/** The flags that name files. */
export type MeshNames = Pick<MeshFlags, 'configDir' | 'cluster' | 'meshConfig' | 'networksConfig'>

/** Reads the files and commits them. The error is the exit code; what is wrong was written. */
export async function openMesh(flags: MeshFlags, context: CommandContext): Promise<Result<OpenMesh, ExitCode>> {
  const found = await pathsOf(flags, context)
  if (!found.ok) return found
  const { paths, named } = found.value
  const { conflictsOf, createMeshSource, meshFiles, refusal } = await import('../servers/mesh-source.js')
  const { createEngineFaults } = await import('../servers/engine-faults.js')
  const { createEngine } = await import('../engine/index.js')
  const { readPaths } = await import('../sources/snapshot.js')
  const { openPlaces } = await import('../explain/places.js')
  const reading = await readPaths(meshFiles(paths))
  if (reading === undefined) return err(failed(context, 'the configuration is being changed: try again'))
  const faults = createEngineFaults(text =>
    context.stderr.write(`pillion: internal error, please report it: ${text}\n`),
  )
  const mesh = createMeshSource(paths, createEngine({ onFault: faults.on }))
  const problems = [...mesh.apply(reading.snapshot), ...conflictsOf(mesh)]
  if (!refusal(problems).ok) {
    writeProblems(problems, context, named)
    return err(3)
  }
  if (problems.length === 0 && [...mesh.objects()].length === 0)
    context.stderr.write(`pillion: ${nothingFound(named)}\n`)
  const place = openPlaces(file => {
    const content = reading.snapshot.get(file)
    return content?.ok === true ? content.value : undefined
  })
  return ok({ mesh, problems, place, named })
}

interface FoundPaths {
  readonly paths: MeshPaths
  readonly named: MeshNames
}

/** What the flags name, with the `configSources` of the mesh config; where no flag names any, the sample that `pillion serve` serves too. */
async function pathsOf(flags: MeshFlags, context: CommandContext): Promise<Result<FoundPaths, ExitCode>> {
  const { parseClusters } = await import('./serve-flags.js')
  const { readConfigSources } = await import('./config-sources.js')
  const named = isMeshNamed(flags) ? flags : await sampleNames(context)
  const clusters = parseClusters(named.cluster, context.cwd)
  if (!clusters.ok) return err(wrongUse(context, clusters.error))
  const at = (path: string): string => resolve(context.cwd, path)
  const mesh = named.meshConfig === undefined ? undefined : at(named.meshConfig)
  const sources = mesh === undefined ? ok([]) : await readConfigSources(mesh)
  if (!sources.ok) {
    for (const line of sources.error) context.stderr.write(`pillion: ${inUsersWords(line, context, named)}\n`)
    return err(3)
  }
  const objects = [...named.configDir.map(at), ...sources.value]
  if (objects.length + clusters.value.length === 0) return err(await refuseNothing(named, context))
  const networks = named.networksConfig === undefined ? undefined : at(named.networksConfig)
  return ok({ paths: { homeCluster: flags.clusterID, objects, clusters: clusters.value, mesh, networks }, named })
}

/** Whether some flag names configuration of a mesh. */
export function isMeshNamed({ configDir, cluster, meshConfig, networksConfig }: MeshNames): boolean {
  return configDir.length > 0 || cluster.length > 0 || meshConfig !== undefined || networksConfig !== undefined
}

async function refuseNothing({ meshConfig }: MeshNames, context: CommandContext): Promise<ExitCode> {
  if (meshConfig === undefined) return wrongUse(context, NOTHING_NAMED)
  const { readText } = await import('./manifests.js')
  const text = await readText(resolve(context.cwd, meshConfig), context.cwd)
  if (!text.ok) return failed(context, inUsersWords(text.error, context))
  return wrongUse(context, `${NOTHING_NAMED}, and ${meshConfig} has no configSources`)
}

const NOTHING_NAMED = 'no Istio or Kubernetes objects were named: add --configDir'

/** A folder that is there, and empty: what follows would be hard to understand without this. */
function nothingFound({ configDir, cluster }: MeshNames): string {
  const paths = [...configDir, ...cluster.map(item => item.slice(item.indexOf('=') + 1))].join(', ')
  return `there are no Istio or Kubernetes objects in ${paths || 'what configSources name'}`
}

/** Nothing, where the samples were left out. */
async function sampleNames({ cwd, stderr }: CommandContext): Promise<MeshNames> {
  const { sampleMesh } = await import('../sources/samples.js')
  const sample = sampleMesh()
  if (sample === undefined) return { configDir: [], cluster: [] }
  const short = (path: string): string => (path.startsWith(`${cwd}/`) ? relative(cwd, path) : path)
  const folder = short(sample.folder)
  stderr.write(`pillion: no flag names a mesh: this is the sample, ${folder} (--configDir names yours)\n`)
  return { configDir: [folder], cluster: [], meshConfig: short(sample.mesh) }
}

export function writeProblems(problems: readonly Problem[], context: CommandContext, flags?: MeshNames): void {
  for (const problem of problems)
    context.stderr.write(`pillion: ${inUsersWords(formatProblem(problem), context, flags)}\n`)
}

/**
 * Files as the user named them: below the paths of the flags, which alone are looked for, since a rendered resource may name
 * other files; without flags below the working directory.
 */
export function inUsersWords(text: string, { cwd }: CommandContext, flags?: MeshNames): string {
  if (flags === undefined) return text.replaceAll(`${cwd}/`, '')
  const { configDir, cluster, meshConfig, networksConfig } = flags
  const given = [...configDir, ...cluster.map(item => item.slice(item.indexOf('=') + 1)), meshConfig, networksConfig]
  const roots = given
    .filter(path => path !== undefined)
    .map(path => ({ path: normalize(path), root: resolve(cwd, path) }))
  // The longest first: one may stand inside another.
  const sorted = roots.sort((a, b) => b.root.length - a.root.length)
  return sorted.reduce((named, { path, root }) => {
    const written = path === './' || path === '.' ? '' : path.replace(/\/$/, '')
    return named.replace(new RegExp(`${escaped(root)}(/|(?=[:"\\s),]|$))`, 'g'), (_, slash: string) =>
      written === '' ? '' : `${written}${slash}`,
    )
  }, text)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
