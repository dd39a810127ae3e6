import { openCrdChecker } from '../config/crd/index.js'
import { loadMeshConfig } from '../config/mesh-config.js'
import { loadMeshNetworks } from '../config/mesh-networks.js'
import type { IgnoredDocument } from '../config/parse.js'
import { settingsKind, unknownMeshFields } from '../config/settings-files.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { ok } from '../lang/result.js'
import { parseYaml } from '../lang/yaml/index.js'
import { openConfigFiles } from '../sources/config-files.js'
import { type CommandContext, type CommandModule, type ExitCode, failed, wrongUse } from './command.js'
import { type Manifest, manifestOption, readManifests } from './manifests.js'

interface ValidateOptions {
  readonly filename: readonly string[]
  readonly namespace?: string
  readonly output?: string
  readonly strict?: boolean
}

export const command: CommandModule = {
  define: (command, act) => {
    manifestOption(command)
      .option('-n, --namespace <name>', 'namespace of documents that name none', 'default')
      .option('-o, --output <format>', 'short (one finding per line) or json', 'short')
      .option('--strict', 'warnings fail too')
      .action(act<ValidateOptions>(run))
  },
  exitCodes:
    '0 nothing that the control plane would refuse; 1 errors, and with --strict warnings too; 2 wrong use; 3 a file could not be read',
  examples: [
    { line: 'pillion validate -f config/', does: 'every object of a folder; exit code 1 if one would be refused' },
    {
      line: 'kubectl get virtualservices -A -o yaml | pillion validate -f - --strict',
      does: 'what a cluster holds, warnings included',
    },
  ],
}

async function run(options: ValidateOptions, context: CommandContext): Promise<ExitCode> {
  const { output = 'short' } = options
  if (options.filename.length === 0) return wrongUse(context, 'filename not specified (see --filename or -f)')
  if (output !== 'short' && output !== 'json')
    return wrongUse(context, `unknown output "${output}": expected short or json`)
  const manifests = await readManifests(options.filename, context)
  if (!manifests.ok) return failed(context, manifests.error)
  const [settings, objects] = bySettings(manifests.value)
  const snapshot = new Map(objects.map(({ file, text }) => [file, ok(text)]))
  const defaultNamespace = options.namespace ?? 'default'
  const files = openConfigFiles({ defaultNamespace, schemas: openCrdChecker() })
  const { put, ignored, ...read } = files.read(snapshot)
  const problems = [...settings.flatMap(settingsProblems), ...read.problems]
  const sorted = inOrderOfPlace(problems)
  context.stdout.write(output === 'json' ? asJson(sorted, ignored) : asText(sorted, ignored))
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  if (output === 'short') context.stderr.write(`${summary(put.length, errors, warnings)}\n`)
  return errors > 0 || (options.strict === true && warnings > 0) ? 1 : 0
}

/** Mesh configs and networks, which are no objects of a cluster and often lie beside those, and all other files. */
function bySettings(manifests: readonly Manifest[]): [settings: Settings[], objects: Manifest[]] {
  const settings: Settings[] = []
  const objects: Manifest[] = []
  for (const manifest of manifests) {
    const read = parseYaml(manifest.text)
    const kind = read.ok ? settingsKind(read.value) : undefined
    if (kind === undefined) objects.push(manifest)
    else settings.push({ ...manifest, kind })
  }
  return [settings, objects]
}

interface Settings extends Manifest {
  readonly kind: 'mesh' | 'networks'
}

function settingsProblems({ file, text, kind }: Settings): readonly Problem[] {
  const read = kind === 'mesh' ? loadMeshConfig(text, { file }) : loadMeshNetworks(text, { file })
  return [...(read.ok ? [] : read.error), ...(kind === 'mesh' ? unknownMeshFields(text, { file }) : [])]
}

function asText(problems: readonly Problem[], ignored: readonly IgnoredDocument[]): string {
  const lines = problems.map(problem => {
    const { severity, message } = problem
    return severity === 'error' ? formatProblem(problem) : formatProblem({ ...problem, message: `warning: ${message}` })
  })
  const notes = ignored.filter(isNoteworthy).map(({ position, ...document }) => {
    const message = `note: ${document.kind} (${document.apiVersion}) is not read`
    return formatProblem({
      severity: 'warning',
      code: 'ignored',
      message,
      ...(position === undefined ? {} : { position }),
    })
  })
  return [...lines, ...notes].map(line => `${line}\n`).join('')
}

/** What a cluster runs stands beside its configuration in many a folder: nobody expects a word about each Deployment. */
const WORKLOADS = /^(apps|batch|autoscaling|policy|rbac\.authorization\.k8s\.io)\/|^v1 ServiceAccount$/

function isNoteworthy({ apiVersion, kind }: IgnoredDocument): boolean {
  return !WORKLOADS.test(`${apiVersion} ${kind}`)
}

function asJson(problems: readonly Problem[], ignored: readonly IgnoredDocument[]): string {
  return `${JSON.stringify({ problems, ignored }, null, 2)}\n`
}

function inOrderOfPlace(problems: readonly Problem[]): Problem[] {
  const file = ({ position }: Problem): string => position?.file ?? ''
  return [...problems].sort((a, b) => {
    if (file(a) !== file(b)) return file(a) < file(b) ? -1 : 1
    const [p, q] = [a.position, b.position]
    return (p?.line ?? 0) - (q?.line ?? 0) || (p?.column ?? 0) - (q?.column ?? 0)
  })
}

function summary(objects: number, errors: number, warnings: number): string {
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
  return `${count(objects, 'valid object')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`
}
