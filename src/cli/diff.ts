import type { ConfigDiff } from '../explain/diff.js'
import type { DiffSide } from '../explain/diff-objects.js'
import type { DiffProxy } from '../explain/diff-sides.js'
import type { Problem } from '../lang/problem.js'
import { type CommandContext, type CommandModule, collect, type ExitCode, exitHelp, wrongUse } from './command.js'
import { diffProxies } from './diff-proxies.js'
import { inUsersWords, type OpenMesh, openMesh, writeProblems } from './mesh-files.js'

export interface DiffFlags {
  readonly configDir: readonly string[]
  readonly cluster: readonly string[]
  readonly clusterOld: readonly string[]
  readonly clusterNew: readonly string[]
  readonly clusterID: string
  readonly meshConfig?: string
  readonly meshConfigOld?: string
  readonly meshConfigNew?: string
  readonly networksConfig?: string
  readonly networksConfigOld?: string
  readonly networksConfigNew?: string
  readonly proxy: readonly string[]
  readonly type: string
  readonly label: readonly string[]
  readonly output: string
}

export const command: CommandModule = {
  define: (command, act) => {
    command
      .argument('<old>', 'configuration as it is: folder or file')
      .argument('<new>', 'configuration as it would be')
      .description(
        'Tells what a change of configuration would change at proxies: which of them, which fields of which resources, how many bytes would be pushed, and which objects are the cause. Both sides are validated.',
      )
      .optionsGroup('The mesh:')
      .option('--configDir <path>', 'objects of both sides besides: file or folder; repeatable', collect, [])
      .option('--meshConfig <file>', 'mesh configuration of both; --meshConfigOld, --meshConfigNew: of one')
      .option('--meshConfigOld <file>', 'mesh configuration as it is')
      .option('--meshConfigNew <file>', 'mesh configuration as it would be')
      .option('--networksConfig <file>', 'networks of both; --networksConfigOld, --networksConfigNew: of one')
      .option('--networksConfigOld <file>', 'networks as they are')
      .option('--networksConfigNew <file>', 'networks as they would be')
      .option('--cluster <id=path>', 'Kubernetes objects of one more cluster, of both; repeatable', collect, [])
      .option('--clusterOld <id=path>', 'those as they are; repeatable', collect, [])
      .option('--clusterNew <id=path>', 'those as they would be; repeatable', collect, [])
      .option('--clusterID <id>', 'id of the home cluster', 'Kubernetes')
      .optionsGroup('The proxies:')
      .option(
        '--proxy <name.namespace>',
        'only this one; repeatable; default: all workloads of both sides',
        collect,
        [],
      )
      .option('--type <type>', 'sidecar or router, of those that --proxy names', 'sidecar')
      .option('--label <key=value>', 'label of those that --proxy names and no side has; repeatable', collect, [])
      .optionsGroup('Options:')
      .option('-o, --output <format>', FORMATS.join(' or '), 'text')
      .addHelpText('after', exitHelp(EXIT_CODES))
      .action(act<DiffFlags>(run))
  },
  examples: [
    { line: 'pillion diff mesh/ mesh.new/', does: 'what every proxy would be sent otherwise' },
    {
      line: 'pillion diff main/istio branch/istio --configDir cluster-dump/',
      does: 'a change of Istio objects, with the services and pods of a cluster',
    },
    {
      line: 'pillion diff mesh/ mesh/ --meshConfigOld mesh.yaml --meshConfigNew mesh.new.yaml -o json',
      does: 'a change of the mesh config, as data',
    },
  ],
}

const FORMATS = ['text', 'json'] as const
const EXIT_CODES =
  '0 no proxy would be sent anything else; 1 some would, some come or go, or the new side has errors; 2 wrong use; 3 something could not be read'

async function run(flags: DiffFlags, context: CommandContext, [before, after]: readonly string[]): Promise<ExitCode> {
  if (!FORMATS.some(format => format === flags.output))
    return wrongUse(context, `--output must be ${FORMATS.join(' or ')}, not ${flags.output}`)
  if (!before || !after) return wrongUse(context, 'two configurations are needed: OLD NEW')
  const [oldFlags, newFlags] = [sideFlags(flags, before, 'Old'), sideFlags(flags, after, 'New')]
  const old = await openMesh(oldFlags, context)
  if (!old.ok) return old.error
  const now = await openMesh(newFlags, context)
  if (!now.ok) return now.error
  const problems = { before: old.value.problems, after: now.value.problems }
  writeProblems(withoutRepeats(problems.before, problems.after), context, bothFlags(oldFlags, newFlags))
  const proxies = await diffProxies(old.value.mesh, now.value.mesh, flags)
  if (!proxies.ok) return wrongUse(context, proxies.error)
  for (const note of proxies.value.notes) context.stderr.write(`pillion: ${note}\n`)
  const diff = await compare(old.value, now.value, proxies.value.proxies)
  const text = await textOf(diff, problems, flags.output)
  context.stdout.write(inUsersWords(text, context, bothFlags(oldFlags, newFlags)))
  const isInvalid = problems.after.some(({ severity }) => severity === 'error')
  return isDifferent(diff) || isInvalid ? 1 : 0
}

/** A proxy that comes or goes is compared with nothing, and no reason for silence: a folder that was emptied by mistake has no other. */
function isDifferent({ changed, newProxies, goneProxies }: ConfigDiff): boolean {
  return changed + newProxies.length + goneProxies.length > 0
}

function sideFlags(flags: DiffFlags, path: string, side: 'Old' | 'New') {
  const mesh = flags[`meshConfig${side}`] ?? flags.meshConfig
  const networks = flags[`networksConfig${side}`] ?? flags.networksConfig
  return {
    configDir: [path, ...flags.configDir],
    cluster: [...flags.cluster, ...flags[`cluster${side}`]],
    clusterID: flags.clusterID,
    ...(mesh === undefined ? {} : { meshConfig: mesh }),
    ...(networks === undefined ? {} : { networksConfig: networks }),
  }
}

/** Files that both sides have are read twice. */
function withoutRepeats(before: readonly Problem[], after: readonly Problem[]): Problem[] {
  const known = new Set(before.map(problem => JSON.stringify(problem)))
  return [...before, ...after.filter(problem => !known.has(JSON.stringify(problem)))]
}

async function compare(old: OpenMesh, now: OpenMesh, proxies: readonly DiffProxy[]): Promise<ConfigDiff> {
  const { diffConfigs } = await import('../explain/diff-sides.js')
  const { meshFields } = await import('../explain/visibility-facts.js')
  const sideOf = ({ mesh: { graph, objects, sourceOf }, place }: OpenMesh): DiffSide => ({
    graph,
    objects,
    places: { sourceOf, place, meshField: meshFields(sourceOf, place) },
  })
  return diffConfigs(sideOf(old), sideOf(now), proxies)
}

async function textOf(
  diff: ConfigDiff,
  problems: { readonly before: readonly Problem[]; readonly after: readonly Problem[] },
  output: string,
): Promise<string> {
  const { diffText } = await import('../explain/diff-text.js')
  return output === 'json' ? `${JSON.stringify({ ...diff, problems }, undefined, 2)}\n` : diffText(diff)
}

/** All paths of both sides. */
function bothFlags(old: ReturnType<typeof sideFlags>, now: ReturnType<typeof sideFlags>) {
  const settings = [old.meshConfig, now.meshConfig, old.networksConfig, now.networksConfig]
  return {
    configDir: [...old.configDir, ...now.configDir, ...settings.filter(path => path !== undefined)],
    cluster: [...old.cluster, ...now.cluster],
  }
}
