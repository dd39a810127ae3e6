import { normalize, resolve } from 'node:path'
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
    writeProblems(problems, context, flags)
    return err(3)
  }
  const place = openPlaces(file => {
    const content = reading.snapshot.get(file)
    return content?.ok === true ? content.value : undefined
  })
  return ok({ mesh, problems, place })
}

export function writeProblems(problems: readonly Problem[], context: CommandContext, flags?: MeshPaths): void {
  for (const problem of problems)
    context.stderr.write(`pillion: ${inUsersWords(formatProblem(problem), context, flags)}\n`)
}

/** The flags that name files. */
type MeshPaths = Pick<MeshFlags, 'configDir' | 'cluster' | 'meshConfig' | 'networksConfig'>

/**
 * Files as the user named them: below the paths of the flags, which alone are looked for, since a rendered resource may name
 * other files; without flags below the working directory.
 */
export function inUsersWords(text: string, { cwd }: CommandContext, flags?: MeshPaths): string {
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
