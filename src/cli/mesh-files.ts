import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import type { FindPlace } from '../explain/places.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import type { MeshSource } from '../servers/mesh-source.js'
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
export function meshOptions(command: Command): Command {
  return command
    .optionsGroup('The mesh:')
    .option('--configDir <path>', 'Istio and Kubernetes objects: file or folder; repeatable', collect, [])
    .option('--cluster <id=path>', 'Kubernetes objects of one more cluster; repeatable', collect, [])
    .option('--meshConfig <file>', 'mesh configuration')
    .option('--networksConfig <file>', 'networks of the mesh and their gateways')
}

/** The mesh of some files, as it was when they were read. */
export interface OpenMesh {
  readonly mesh: MeshSource
  /** All findings; what is invalid is not in the mesh. */
  readonly problems: readonly Problem[]
  readonly place: FindPlace
}

/** Reads the files and commits them. The error is the exit code; what is wrong was written. */
export async function openMesh(flags: MeshFlags, context: CommandContext): Promise<Result<OpenMesh, ExitCode>> {
  if (flags.configDir.length === 0) return err(wrongUse(context, 'configuration not specified (see --configDir)'))
  const { parseClusters } = await import('./serve-flags.js')
  const clusters = parseClusters(flags.cluster, context.cwd)
  if (!clusters.ok) return err(wrongUse(context, clusters.error))
  const { createMeshSource, meshFiles, refusal } = await import('../servers/mesh-source.js')
  const { readPaths } = await import('../sources/snapshot.js')
  const { openPlaces } = await import('../explain/places.js')
  const at = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(context.cwd, path)
  const paths = {
    homeCluster: flags.clusterID,
    objects: flags.configDir.map(path => resolve(context.cwd, path)),
    clusters: clusters.value,
    mesh: at(flags.meshConfig),
    networks: at(flags.networksConfig),
  }
  const reading = await readPaths(meshFiles(paths))
  if (reading === undefined) return err(failed(context, 'the configuration is being changed: try again'))
  const mesh = createMeshSource(paths)
  const problems = mesh.apply(reading.snapshot)
  if (!refusal(problems).ok) {
    writeProblems(problems, context)
    return err(3)
  }
  const place = openPlaces(file => {
    const content = reading.snapshot.get(file)
    return content?.ok === true ? content.value : undefined
  })
  return ok({ mesh, problems, place })
}

export function writeProblems(problems: readonly Problem[], context: CommandContext): void {
  for (const problem of problems) context.stderr.write(`pillion: ${inUsersWords(formatProblem(problem), context)}\n`)
}

/** How far up a file may stand to be named by `../`. */
const LEVELS_UP = 2

/** Files below or beside where the user is, as the user would name them. */
export function inUsersWords(text: string, { cwd }: CommandContext): string {
  let named = text.replaceAll(`${cwd}/`, '')
  let [folder, up] = [dirname(cwd), '../']
  for (let level = 0; level < LEVELS_UP && dirname(folder) !== folder; level++) {
    named = named.replaceAll(`${folder}/`, up)
    ;[folder, up] = [dirname(folder), `../${up}`]
  }
  return named
}
