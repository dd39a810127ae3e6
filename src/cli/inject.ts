import { Option } from 'commander'
import type { InjectedDocument, InjectionSetup } from '../inject/index.js'
import { formatProblem, type Position } from '../lang/problem.js'
import { type CommandContext, type CommandModule, collect, type ExitCode, failed, wrongUse } from './command.js'
import type { InjectionFlags } from './injection-files.js'
import { type ManifestOutput, manifestOption, openOutput, readManifests } from './manifests.js'

interface InjectOptions extends InjectionFlags {
  readonly filename: readonly string[]
  readonly output?: string
  readonly namespace?: string
  readonly istioNamespace?: string
  readonly meshConfigMapName?: string
  readonly injectConfigMapName?: string
  readonly webhookConfig?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly xdsAddress?: string
}

export const command: CommandModule = {
  define: (command, act) => {
    manifestOption(command)
      .option('-o, --output <file>', 'write there instead of standard output; never half of it')
      .option('--injectConfigFile <file>', 'injection configuration (key config of the ConfigMap) or one bare template')
      .option('--valuesFile <file>', 'values of the templates (key values of the ConfigMap)')
      .option('--meshConfigFile <file>', 'mesh config (key mesh of the ConfigMap)')
      .option('--operatorFileName <file>', 'IstioOperator file; its values and meshConfig win over the files')
      .option('-r, --revision <name>', 'control plane revision')
      .option('--configDir <path>', 'file or folder with Node objects, for native sidecars; repeatable', collect, [])
      .option(
        '-n, --namespace <name>',
        'accepted for scripts of the reference; manifests say their namespace themselves',
      )
      .option('-i, --istioNamespace <name>', 'namespace of the control plane (for the forms that ask a cluster)')
    for (const [flag] of CLUSTER_FLAGS) command.addOption(new Option(`${flag} <name>`).hideHelp())
    command.action(act<InjectOptions>(run))
  },
  exitCodes:
    '0 done; 2 wrong use; 3 a file could not be read, or a workload could not be injected (the file of -o stays as it was)',
  examples: [
    { line: 'pillion inject -f app.yaml', does: 'with the built-in configuration' },
    { line: 'pillion inject -f deploy/ -o injected.yaml', does: 'a folder into one file' },
    {
      line: 'pillion inject -f - --injectConfigFile config.yaml --valuesFile values.json --meshConfigFile mesh.yaml',
      does: 'with the ConfigMaps of an Istio installation',
    },
  ],
}

/** Flags that mean a cluster, by option name, with what takes their place here. */
const CLUSTER_FLAGS: readonly (readonly [flag: string, name: keyof InjectOptions, instead: string])[] = [
  ['--meshConfigMapName', 'meshConfigMapName', '--meshConfigFile'],
  ['--injectConfigMapName', 'injectConfigMapName', '--injectConfigFile and --valuesFile'],
  ['--webhookConfig', 'webhookConfig', '--injectConfigFile and --valuesFile'],
  ['--xds-address', 'xdsAddress', '--injectConfigFile and --valuesFile'],
  ['--kubeconfig', 'kubeconfig', '--injectConfigFile, --valuesFile and --meshConfigFile'],
  ['--context', 'context', '--injectConfigFile, --valuesFile and --meshConfigFile'],
]

async function run(options: InjectOptions, context: CommandContext): Promise<ExitCode> {
  if (options.filename.length === 0) return wrongUse(context, 'filename not specified (see --filename or -f)')
  const manifests = await readManifests(options.filename, context)
  if (!manifests.ok) return failed(context, manifests.error)
  const cluster = clusterFlag(options)
  if (cluster !== undefined) return wrongUse(context, cluster)
  const { builtInNotice, loadInjection } = await import('./injection-files.js')
  const loaded = await loadInjection(options, context)
  if (!loaded.ok) return fail(context, loaded.error)
  for (const line of loaded.value.warnings) context.stderr.write(`pillion: warning: ${line}\n`)
  if (loaded.value.builtIn.length > 0) context.stderr.write(`pillion: ${builtInNotice(loaded.value.builtIn)}\n`)
  const output = await openOutput(options.output, context)
  if (!output.ok) return failed(context, output.error)
  for (const { file, text } of manifests.value) {
    if (await injectFile(file, text, loaded.value.setup, output.value, context)) continue
    await output.value.abandon()
    return 3
  }
  const done = await output.value.finish()
  return done.ok ? 0 : failed(context, done.error)
}

/** A cluster is needed only for what no file gives. */
function clusterFlag(options: InjectOptions): string | undefined {
  const hasMesh = options.meshConfigFile !== undefined || options.operatorFileName !== undefined
  const hasValues = options.valuesFile !== undefined || options.operatorFileName !== undefined
  if (options.injectConfigFile !== undefined && hasMesh && hasValues) return undefined
  const asked = CLUSTER_FLAGS.find(([, name]) => options[name] !== undefined)
  if (asked === undefined) return undefined
  return `${asked[0]} asks a cluster, which comes with the Kubernetes connection; until then name files: ${asked[2]}`
}

/** False when the work has to stop; what could not be done is on standard error then. */
async function injectFile(
  file: string,
  text: string,
  setup: InjectionSetup,
  output: ManifestOutput,
  context: CommandContext,
): Promise<boolean> {
  const { injectDocuments } = await import('../inject/index.js')
  let index = 0
  let isSkipping = false
  for (const document of injectDocuments(setup, text, { file })) {
    isSkipping ||= document.warnings.length > 0
    for (const warning of document.warnings) context.stderr.write(`${warning.trimEnd()}\n`)
    for (const { kind, name, warnings } of document.objects) {
      for (const { message } of warnings)
        context.stderr.write(`pillion: warning: ${kind} ${quoted(name)}: ${message}\n`)
    }
    if (document.result === 'failed') {
      const { locateInStream } = await import('./locate.js')
      fail(context, failureLines(document, locateInStream(text, file, index)))
      return false
    }
    await output.write(`${document.output}---\n`)
    index++
  }
  // For people only: scripts of the reference compare what is on standard error.
  if (isSkipping && context.stderr.isTTY === true && file !== '-') {
    context.stderr.write(`pillion: to see why: pillion explain injection -f ${file}\n`)
  }
  return true
}

/** One line per problem, each with the place where to look; the whole message where there are no parts. */
function failureLines(document: InjectedDocument, locate: (path: string) => Position): readonly string[] {
  const { failure, problems = [], message = 'cannot be injected', objects } = document
  const subject = failure === undefined ? undefined : objects.at(-1)
  const what = subject === undefined ? '' : `${subject.kind} ${quoted(subject.name)}: `
  if (problems.length === 0) return [formatProblem({ ...UNPLACED, message: message.trimEnd(), position: locate('') })]
  return problems.map(problem => {
    const position = problem.position ?? locate(problem.path ?? '')
    return formatProblem({ ...problem, message: `${what}${problem.message}`, position })
  })
}

const UNPLACED = { severity: 'error', code: 'cannot-inject' } as const

function quoted(name: string): string {
  return JSON.stringify(name)
}

function fail(context: CommandContext, lines: readonly string[]): ExitCode {
  for (const line of lines) context.stderr.write(`pillion: ${line}\n`)
  return 3
}
