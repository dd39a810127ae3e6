import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { formatProblem } from '../lang/problem.js'
import { parseYamlStream, stringifyYaml, type YamlDocument } from '../lang/yaml/index.js'
import type {
  Interception,
  InterceptionRequest,
  MatchResult,
  Operation,
  Rule,
  RuleOutcome,
  StringMap,
} from '../rules/index.js'
import { type CommandContext, type CommandModule, collect, type ExitCode, failed, wrongUse } from './command.js'
import { manifestOption, openOutput, readManifests } from './manifests.js'

interface MutateOptions {
  readonly filename: readonly string[]
  readonly rules?: string
  readonly rule?: string
  readonly output?: string
  readonly operation: string
  readonly configDir: readonly string[]
  readonly verbose?: boolean
}

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE']

export const command: CommandModule = {
  define: (command, act) => {
    manifestOption(command)
      .option('--rules <file>', 'interception rules')
      .option('--rule <name>', 'only this rule, as /mutate/<name> does')
      .option('--operation <name>', `what is being done to the objects: ${OPERATIONS.join(', ')}`, 'CREATE')
      .option('--configDir <path>', 'Namespace and ConfigMap objects that rules may refer to; repeatable', collect, [])
      .option('-o, --output <file>', 'write there instead of standard output; never half of it')
      .option('-v, --verbose', 'tell for every object what each rule looked at')
      .action(act<MutateOptions>(run))
  },
  exitCodes: '0 done; 1 a rule denied an object, which is left out; 2 wrong use; 3 a file could not be read',
  examples: [
    {
      line: 'pillion mutate --rules samples/custom-webhook/rules.yaml -f samples/custom-webhook/web.yaml',
      does: 'what the webhook would make of these manifests',
    },
    { line: 'pillion mutate --rules rules.yaml -f deploy/ -v > /dev/null', does: 'which rule matches what, and why' },
  ],
}

async function run(options: MutateOptions, context: CommandContext): Promise<ExitCode> {
  if (options.rules === undefined) return wrongUse(context, 'rules not specified (see --rules)')
  if (options.filename.length === 0) return wrongUse(context, 'filename not specified (see --filename or -f)')
  if (!OPERATIONS.includes(options.operation)) {
    return wrongUse(context, `--operation must be one of ${OPERATIONS.join(', ')}, not ${options.operation}`)
  }
  const { loadRules } = await import('./rules-files.js')
  const live = await loadRules({ rules: options.rules, configDir: options.configDir }, context)
  if (live === undefined) return 3
  const rules = options.rule === undefined ? live.rules : live.rules.filter(({ name }) => name === options.rule)
  if (rules.length === 0)
    return wrongUse(
      context,
      `there is no rule ${options.rule}; there are ${live.rules.map(({ name }) => name).join(', ')}`,
    )
  const manifests = await readManifests(options.filename, context)
  if (!manifests.ok) return failed(context, manifests.error)
  const documents = manifests.value.flatMap(({ file, text }) => parseYamlStream(text, { file }))
  const broken = documents.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error')
  for (const problem of broken) context.stderr.write(`pillion: ${formatProblem(problem)}\n`)
  if (broken.length > 0) return 3
  return mutateAll(documents, { rules, namespaces: live.namespaces, options }, context)
}

interface Work {
  readonly rules: readonly Rule[]
  readonly namespaces: ReadonlyMap<string, StringMap>
  readonly options: MutateOptions
}

interface ActiveWork extends Work {
  readonly seen: Seen
}

async function mutateAll(documents: readonly YamlDocument[], work: Work, context: CommandContext): Promise<ExitCode> {
  const { namespaceLabelsOf } = await import('../rules/index.js')
  const namespaces = new Map([...work.namespaces, ...namespaceLabelsOf(documents)])
  const output = await openOutput(work.options.output, context)
  if (!output.ok) return failed(context, output.error)
  const seen: Seen = { hasMatch: false, kinds: new Set() }
  let code: ExitCode = 0
  for (const document of documents) {
    const text = await mutateDocument(document, { ...work, namespaces, seen }, context)
    if (text === undefined) code = 1
    else await output.value.write(text)
  }
  const done = await output.value.finish()
  if (!seen.hasMatch) context.stderr.write(`pillion: ${nothingMatched(seen, work.rules)}\n`)
  return done.ok ? code : failed(context, done.error)
}

/** What became of all objects together. */
interface Seen {
  hasMatch: boolean
  readonly kinds: Set<string>
}

/** Silence would look like success. */
function nothingMatched({ kinds }: Seen, rules: readonly Rule[]): string {
  const isForPods = rules.some(({ resources }) => resources.some(({ resources: names }) => names.includes('pods')))
  const workload = [...kinds].find(kind => POD_MAKERS.has(kind))
  const hint =
    isForPods && workload !== undefined
      ? `; rules for pods are asked about the pods that a ${workload} makes, not about the ${workload}`
      : ''
  return `no rule matched any object${hint} (-v tells what each rule looked at)`
}

const POD_MAKERS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
])

/** The document as the rules leave it, byte for byte where they change nothing; undefined where it was denied. */
async function mutateDocument(
  document: YamlDocument,
  work: ActiveWork,
  context: CommandContext,
): Promise<string | undefined> {
  const asIs = document.text.endsWith('\n') || document.text === '' ? document.text : `${document.text}\n`
  if (!isJsonObject(document.value)) return `${asIs}---\n`
  const items = isList(document.value) ? (document.value['items'] as Json[]) : [document.value]
  const results = await Promise.all(items.map(item => mutateObject(item, work, context)))
  if (results.some(result => result?.isAllowed === false)) return undefined
  if (results.every(result => result === undefined || result.patch.length === 0)) return `${asIs}---\n`
  const objects = results.map((result, i) => result?.object ?? items[i]!)
  return `${stringifyYaml(isList(document.value) ? { ...document.value, items: objects } : objects[0]!)}---\n`
}

function isList(object: JsonObject): boolean {
  return object['kind'] === 'List' && Array.isArray(object['items'])
}

async function mutateObject(
  object: Json,
  work: ActiveWork,
  context: CommandContext,
): Promise<Interception | undefined> {
  if (!isJsonObject(object)) return undefined
  const { applyRules } = await import('../rules/index.js')
  const request = await requestFor(object, work)
  const interception = applyRules(work.rules, request)
  work.seen.hasMatch ||= interception.outcomes.some(({ effect }) => effect !== 'not matched')
  work.seen.kinds.add(request.kind)
  const name = request.name === '' ? '(no name)' : request.name
  const subject = `${request.kind} ${request.namespace === '' ? '' : `${request.namespace}/`}${name}`
  for (const outcome of interception.outcomes) report(outcome, subject, work.options.verbose === true, context)
  return interception
}

function report(
  { rule, effect, match, message }: RuleOutcome,
  subject: string,
  isVerbose: boolean,
  context: CommandContext,
): void {
  if (effect !== 'not matched' || isVerbose) {
    context.stderr.write(`${subject}: rule ${rule}: ${effect}${message === undefined ? '' : `: ${message}`}\n`)
  }
  if (isVerbose) writeSteps(match, context)
}

function writeSteps(match: MatchResult, context: CommandContext): void {
  for (const { criterion, outcome, detail } of match.steps)
    context.stderr.write(`    ${criterion} ${outcome}: ${detail}\n`)
}

/** The request that an API server would make of a manifest; the plural name and the scope are those of Kubernetes' own kinds. */
async function requestFor(object: JsonObject, { namespaces, options }: Work): Promise<InterceptionRequest> {
  const { CLUSTER_SCOPED_KINDS, pluralOf } = await import('../rules/index.js')
  const [group, version] = groupVersion(textOf(object, 'apiVersion'))
  const kind = textOf(object, 'kind')
  const metadata = isJsonObject(object['metadata'] ?? null) ? (object['metadata'] as JsonObject) : {}
  const given = textOf(metadata, 'namespace')
  const namespace = CLUSTER_SCOPED_KINDS.has(kind)
    ? kind === 'Namespace'
      ? textOf(metadata, 'name')
      : ''
    : given === ''
      ? 'default'
      : given
  const operation = options.operation as Operation
  const name = textOf(metadata, 'name')
  const isDelete = operation === 'DELETE'
  const facts = { group, version, kind, operation, name, namespace, resource: pluralOf(kind), subResource: '' }
  return {
    ...facts,
    object: isDelete ? null : object,
    oldObject: operation === 'CREATE' ? null : object,
    request: {
      operation,
      name,
      namespace,
      dryRun: true,
      userInfo: {},
      kind: { group, version, kind },
      resource: { group, version, resource: facts.resource },
    },
    namespaceLabels: namespaces.get(namespace),
  }
}

function groupVersion(apiVersion: string): [string, string] {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)]
}

function textOf(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'string' ? value : ''
}
