import type { Comparison, InjectionExplanation, LocatedObject, WhatIf, World } from '../explain/index.js'
import { formatProblem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import { type CommandContext, type CommandModule, collect, type ExitCode, exitHelp, wrongUse } from './command.js'
import { defineRequest, REQUEST_EXAMPLES } from './explain-request.js'
import { BUILT_IN, builtInFolder, shortened, textOptions, withShortNames } from './explain-text.js'
import { defineVisibility, VISIBILITY_EXAMPLES } from './explain-visibility.js'
import type { InjectionFlags } from './injection-files.js'
import { readManifests } from './manifests.js'

interface ExplainInjectionOptions extends InjectionFlags {
  readonly filename: readonly string[]
  readonly configDir: readonly string[]
  readonly namespace?: string
  readonly output?: string
  readonly verbose?: boolean
  readonly whatIf: readonly string[]
  readonly whatIfConfigDir: readonly string[]
  readonly whatIfInjectConfigFile?: string
  readonly whatIfValuesFile?: string
  readonly whatIfMeshConfigFile?: string
  readonly exitCode?: boolean
}

export const command: CommandModule = {
  define: (command, act) => {
    command
      .command('injection')
      .summary('Explain why pods are or are not injected, and what came from where')
      .description(
        'Answers for every pod in the files, or pod that a controller would create for a workload in them: would the API server call the webhook, what would the webhook decide, and what would injection do. With what-if flags: which workloads would change, and why.',
      )
      .option('-f, --filename <path>', 'file, folder (searched recursively) or -; repeatable', collect, [])
      .option(
        '--configDir <path>',
        'file or folder with Namespace, MutatingWebhookConfiguration, Node and ProxyConfig objects; repeatable',
        collect,
        [],
      )
      .option('--injectConfigFile <file>', 'injection configuration (key config of the ConfigMap) or one bare template')
      .option('--valuesFile <file>', 'values of the templates (key values of the ConfigMap)')
      .option('--meshConfigFile <file>', 'mesh config (key mesh of the ConfigMap)')
      .option('--operatorFileName <file>', 'IstioOperator file; its values and meshConfig win over the files')
      .option('-r, --revision <name>', 'control plane revision')
      .option('-n, --namespace <name>', 'namespace of what names none (default: default)')
      .option(
        '-o, --output <format>',
        `${FORMATS.join(', ')}; default: text, and short for more than ${MANY} workloads`,
      )
      .option('-v, --verbose', 'every webhook, criterion and env entry')
      .option('--what-if <change>', 'imagine this and tell which workloads change; repeatable, see below', collect, [])
      .option(
        '--what-if-configDir <path>',
        'compare with these objects instead of those of --configDir; repeatable',
        collect,
        [],
      )
      .option('--what-if-injectConfigFile <file>', 'compare with this injection configuration')
      .option('--what-if-valuesFile <file>', 'compare with these values')
      .option('--what-if-meshConfigFile <file>', 'compare with this mesh config')
      .option('--exit-code', 'with what-if flags: exit with 1 if a workload changes')
      .addHelpText('after', WHAT_IF_HELP)
      .addHelpText('after', exitHelp(EXIT_CODES))
      .action(act<ExplainInjectionOptions>(run))
    defineVisibility(command, act)
    defineRequest(command, act)
  },
  examples: [
    { line: 'pillion explain injection -f app.yaml', does: 'what the webhook would decide and do' },
    {
      line: 'pillion explain injection -f app.yaml --configDir cluster/',
      does: 'and whether the API server would call it',
    },
    {
      line: 'pillion explain injection -f deploy/ --configDir cluster/ --what-if label-namespace:shop:istio-injection=enabled',
      does: 'which workloads would change',
    },
    ...VISIBILITY_EXAMPLES,
    ...REQUEST_EXAMPLES,
  ],
}

const FORMATS = ['text', 'short', 'json'] as const
/** More workloads than this are shown one line each, unless told otherwise. */
const MANY = 3

const WHAT_IF_HELP = `
What-if changes (several at once, in their order):
  label-namespace:NAMESPACE:KEY=VALUE    unlabel-namespace:NAMESPACE:KEY
  label-pod:WORKLOAD:KEY=VALUE           unlabel-pod:WORKLOAD:KEY         WORKLOAD: name or namespace/name, * is any text
  annotate-pod:WORKLOAD:KEY=VALUE        unannotate-pod:WORKLOAD:KEY
  policy=enabled|disabled                neverInjectSelector=SELECTOR;…   alwaysInjectSelector=SELECTOR;…
  namespaceSelector:WEBHOOK=SELECTOR     objectSelector:WEBHOOK=SELECTOR  remove-webhook:WEBHOOK`
const EXIT_CODES =
  '0 answered, whatever the answer; 1 with --exit-code, if a what-if changes something; 2 wrong use; 3 something could not be read'

async function run(options: ExplainInjectionOptions, context: CommandContext): Promise<ExitCode> {
  const wrong = wrongFlags(options)
  if (wrong !== undefined) return wrongUse(context, wrong)
  const { parseWhatIf } = await import('../explain/index.js')
  const changes: WhatIf[] = []
  for (const text of options.whatIf) {
    const change = parseWhatIf(text)
    if (!change.ok) return wrongUse(context, `--what-if ${change.error}`)
    changes.push(change.value)
  }
  const world = await loadWorld(options, context)
  if (!world.ok) return failLines(context, world.error)
  if (!isWhatIf(options)) return explainAll(world.value, options, context)
  const after = await imaginedWorld(world.value, changes, options, context)
  return after.ok ? compareAll(world.value, after.value, options, context) : failLines(context, after.error)
}

function wrongFlags(options: ExplainInjectionOptions): string | undefined {
  const { filename, output, exitCode } = options
  if (filename.length === 0) return 'filename not specified (see --filename or -f)'
  if (output !== undefined && !FORMATS.some(format => format === output)) {
    return `--output must be one of ${FORMATS.join(', ')}, not ${output}`
  }
  return exitCode === true && !isWhatIf(options)
    ? '--exit-code needs something to compare with (see --what-if)'
    : undefined
}

function isWhatIf(options: ExplainInjectionOptions): boolean {
  const { whatIf, whatIfConfigDir } = options
  return whatIf.length > 0 || whatIfConfigDir.length > 0 || hasOtherFiles(options)
}

function hasOtherFiles(options: ExplainInjectionOptions): boolean {
  const { whatIfInjectConfigFile, whatIfValuesFile, whatIfMeshConfigFile } = options
  return [whatIfInjectConfigFile, whatIfValuesFile, whatIfMeshConfigFile].some(file => file !== undefined)
}

function failLines(context: CommandContext, lines: readonly string[]): ExitCode {
  for (const line of lines) context.stderr.write(`pillion: ${shortened(line, context)}\n`)
  return 3
}

type Loaded<T> = Result<T, readonly string[]>

async function loadWorld(options: ExplainInjectionOptions, context: CommandContext): Promise<Loaded<World>> {
  const manifests = await loadObjects(options.filename, context)
  if (!manifests.ok) return manifests
  const others = await loadObjects(options.configDir, context)
  if (!others.ok) return others
  const { clusterFacts, subjectOf } = await import('../explain/index.js')
  const subjects = manifests.value.flatMap(object => subjectOf(object, options.namespace) ?? [])
  if (subjects.length === 0) return err([`there is no pod and no workload in ${options.filename.join(', ')}`])
  // Namespaces and webhooks may stand beside the workloads too.
  const { cluster, problems } = clusterFacts([...manifests.value, ...others.value])
  if (problems.length > 0) return err(problems.map(formatProblem))
  const setup = await loadSetup(options, context)
  return setup.ok ? ok({ setup: setup.value, cluster, subjects }) : setup
}

async function loadSetup(
  flags: InjectionFlags & Pick<ExplainInjectionOptions, 'output'>,
  context: CommandContext,
): Promise<Loaded<World['setup']>> {
  const { builtInNotice, loadInjection } = await import('./injection-files.js')
  const loaded = await loadInjection(flags, context)
  if (!loaded.ok) return loaded
  for (const line of loaded.value.warnings) context.stderr.write(`pillion: warning: ${shortened(line, context)}\n`)
  const { builtIn } = loaded.value
  if (builtIn.length > 0) {
    const folder = builtInFolder()
    const isShown = folder !== undefined && flags.injectConfigFile === undefined && flags.output !== 'json'
    const where = isShown ? ` (${BUILT_IN}/ is ${shortened(folder, context)})` : ''
    context.stderr.write(`pillion: ${builtInNotice(builtIn)}${where}\n`)
  }
  return ok(loaded.value.setup)
}

async function loadObjects(
  paths: readonly string[],
  context: CommandContext,
): Promise<Loaded<readonly LocatedObject[]>> {
  const files = await readManifests(paths, context)
  if (!files.ok) return err([files.error])
  const { parseYamlStream } = await import('../lang/yaml/index.js')
  const { locatedObjects } = await import('../explain/index.js')
  const read = files.value.map(({ file, text }) => ({ file, documents: parseYamlStream(text, { file }) }))
  const problems = read.flatMap(({ documents }) => documents.flatMap(document => document.problems))
  const errors = problems.filter(({ severity }) => severity === 'error')
  return errors.length > 0 ? err(errors.map(formatProblem)) : ok(read.flatMap(locatedObjects))
}

/** Other files first, then the changes on top of them. */
async function imaginedWorld(
  world: World,
  changes: readonly WhatIf[],
  options: ExplainInjectionOptions,
  context: CommandContext,
): Promise<Loaded<World>> {
  const { clusterFacts, imagine } = await import('../explain/index.js')
  let { setup, cluster } = world
  const hasOtherObjects = options.whatIfConfigDir.length > 0
  if (hasOtherObjects) {
    const objects = await loadObjects(
      [...options.filename.filter(path => path !== '-'), ...options.whatIfConfigDir],
      context,
    )
    if (!objects.ok) return objects
    const read = clusterFacts(objects.value)
    if (read.problems.length > 0) return err(read.problems.map(formatProblem))
    cluster = read.cluster
  }
  if (hasOtherObjects || hasOtherFiles(options)) {
    const other = await loadSetup(otherFlags(options), { ...context, stderr: { write: () => true } })
    if (!other.ok) return other
    setup = other.value
  }
  const imagined = imagine({ ...world, setup, cluster }, changes)
  return imagined.ok ? imagined : err([`--what-if: ${imagined.error}`])
}

function otherFlags(options: ExplainInjectionOptions): InjectionFlags {
  const { whatIfInjectConfigFile, whatIfValuesFile, whatIfMeshConfigFile, whatIfConfigDir } = options
  return {
    ...options,
    ...(whatIfConfigDir.length === 0 ? {} : { configDir: whatIfConfigDir }),
    ...(whatIfInjectConfigFile === undefined ? {} : { injectConfigFile: whatIfInjectConfigFile }),
    ...(whatIfValuesFile === undefined ? {} : { valuesFile: whatIfValuesFile }),
    ...(whatIfMeshConfigFile === undefined ? {} : { meshConfigFile: whatIfMeshConfigFile }),
  }
}

async function explanationsOf(world: World, provenance: boolean): Promise<InjectionExplanation[]> {
  const { explainInjection } = await import('../explain/index.js')
  const { parseInjectPath } = await import('../servers/inject-path.js')
  const { setup, cluster, subjects } = world
  return subjects.map(subject =>
    explainInjection({ setup, cluster, subject, provenance, parametersOf: parseInjectPath }),
  )
}

async function explainAll(world: World, options: ExplainInjectionOptions, context: CommandContext): Promise<ExitCode> {
  const format = options.output ?? (world.subjects.length > MANY ? 'short' : 'text')
  const { explanationTable, explanationText } = await import('../explain/index.js')
  const explanations = await explanationsOf(world, format !== 'short')
  const look = await textOptions(options.verbose === true, context)
  if (format === 'json') {
    context.stdout.write(`${JSON.stringify({ workloads: explanations }, null, 2)}\n`)
    return 0
  }
  const named = explanations.map(explanation => withShortNames(explanation, context))
  const rule = `\n${'─'.repeat(Math.min(RULE_WIDTH, look.width))}\n\n`
  const text =
    format === 'short'
      ? explanationTable(named, look)
      : named.map(explanation => explanationText(explanation, look)).join(rule)
  context.stdout.write(shortened(text, context))
  if (format === 'short' && options.output === undefined) {
    context.stderr.write('pillion: one line each, for there are many: see -o text\n')
  }
  return 0
}

/** Characters of the line between two workloads. */
const RULE_WIDTH = 80

async function compareAll(
  before: World,
  after: World,
  options: ExplainInjectionOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { compareExplanations, comparisonText, isChange } = await import('../explain/index.js')
  const [was, is] = [await explanationsOf(before, false), await explanationsOf(after, false)]
  const comparisons = was.map((explanation, i) => compareExplanations(explanation, is[i]!))
  if (is.some(({ call }) => call.outcome === 'no-configuration')) context.stderr.write(`pillion: ${NO_CALLS}\n`)
  if (options.output === 'json') {
    context.stdout.write(`${JSON.stringify({ workloads: comparisons.map(comparisonJson) }, null, 2)}\n`)
  } else {
    const named = comparisons.map(comparison => ({
      ...comparison,
      before: withShortNames(comparison.before, context),
      after: withShortNames(comparison.after, context),
    }))
    context.stdout.write(
      shortened(comparisonText(named, await textOptions(options.verbose === true, context)), context),
    )
  }
  return options.exitCode === true && comparisons.some(isChange) ? 1 : 0
}

const NO_CALLS =
  'no MutatingWebhookConfiguration was given, so calls are assumed, and labels change nothing about them (see --configDir)'

/** Both pods whole would drown the rest. */
function comparisonJson({ kind, before, after, differences }: Comparison): object {
  const brief = ({ verdict, call, decision, warnings, failure }: InjectionExplanation): object => ({
    ...{ verdict, call, decision, warnings },
    ...(failure === undefined ? {} : { failure }),
  })
  return { subject: after.subject, change: kind, differences, before: brief(before), after: brief(after) }
}
