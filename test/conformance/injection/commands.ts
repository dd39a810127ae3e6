// Rows that run the `pillion inject` command: golden files, recorded documents, command lines.
import { type CommandAnswer, type CommandCall, runInProcess, runSpawned } from '../../kit/command.js'
import type { Failure, Row, RunSettings, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, jsonDifference, textDifference } from '../difference.js'
import { type ConfigPaths, type Surroundings, writeConfigDir } from './setup.js'

interface GoldenCase extends Surroundings {
  readonly name: string
  readonly input: string
  readonly expected: string | null
  readonly config: ConfigPaths
  readonly kubeInject: boolean
  readonly kubeInjectRevision: string
  readonly kubeInjectWarnings?: readonly string[] | null
  readonly kubeInjectError?: string | null
}

interface DocumentCase extends Surroundings {
  readonly name: string
  readonly config: ConfigPaths
  readonly revision: string
  readonly input: string
  readonly output: string
  readonly warnings: readonly string[] | null
  readonly error: string | null
}

interface CommandLineCase {
  readonly args: readonly string[]
  readonly golden?: string
  readonly expectError?: string
}

export function goldenTable(data: DataFolder, settings: RunSettings): Table {
  const cases = data.json<GoldenCase[]>('cases.json').filter(row => row.kubeInject)
  return { name: 'cases/kube-inject', rows: cases.map(row => goldenRow(data, settings, row)) }
}

function goldenRow(data: DataFolder, settings: RunSettings, row: GoldenCase): Row {
  const check = async (): Promise<Failure> => {
    const input = data.text(row.input)
    const answer = await inject(data, settings, row, row.kubeInjectRevision, input)
    const error = row.kubeInjectError
    if (typeof error === 'string' || row.expected === null) return failedAsRecorded(error ?? 'an error', answer)
    // The golden files have no agreed white space at their ends.
    const difference = textDifference(data.text(row.expected).trim(), answer.stdout.trim())
    return exitFailure(answer) ?? difference ?? warningFailure(row.kubeInjectWarnings ?? [], answer)
  }
  return { name: row.name, check }
}

export function documentTable(data: DataFolder, settings: RunSettings): Table {
  const rows = data.json<DocumentCase[]>('kube-inject-extra.json').map(row => ({
    name: row.name,
    check: async (): Promise<Failure> => {
      const answer = await inject(data, settings, row, row.revision, row.input)
      const difference = textDifference(row.output ?? '', answer.stdout)
      const warnings = warningFailure(row.warnings ?? [], answer)
      if (typeof row.error === 'string') return failedAsRecorded(row.error, answer) ?? difference ?? warnings
      return exitFailure(answer) ?? difference ?? warnings
    },
  }))
  return { name: 'kube-inject-extra', rows }
}

export function commandLineTable(data: DataFolder, settings: RunSettings): Table {
  const rows = data.json<CommandLineCase[]>('kube-inject-cli/cases.json').map(row => ({
    name: row.args.join(' ') || '(no arguments)',
    check: () => checkCommandLine(data, settings, row),
  }))
  return { name: 'kube-inject-cli', rows }
}

async function checkCommandLine(data: DataFolder, settings: RunSettings, row: CommandLineCase): Promise<Failure> {
  const args = ['kube-inject', ...row.args]
  const answer = await run(settings, { args, cwd: data.absolute('kube-inject-cli') })
  if (row.expectError === undefined) {
    const golden = data.text(`kube-inject-cli/${row.golden}`)
    return exitFailure(answer) ?? textDifference(golden.trim(), answer.stdout.trim())
  }
  if (answer.code === 0) return expectedError(row.expectError, answer.stdout)
  // The recorded regular expressions are plain ones, written for this comparison; no user's expression comes here.
  if (new RegExp(row.expectError).test(answer.stderr)) return undefined
  return `standard error does not match ${row.expectError}: ${answer.stderr}`
}

function inject(
  data: DataFolder,
  settings: RunSettings,
  row: Surroundings & { readonly config: ConfigPaths },
  revision: string,
  stdin: string,
): Promise<CommandAnswer> {
  const configDir = writeConfigDir(data, settings.scratch, row)
  const args = [
    ...['inject', '-f', '-'],
    ...['--injectConfigFile', data.absolute(row.config.config)],
    ...['--valuesFile', data.absolute(row.config.values)],
    ...['--meshConfigFile', data.absolute(row.config.mesh)],
    ...(revision === '' ? [] : ['--revision', revision]),
    ...(configDir === undefined ? [] : ['--configDir', configDir]),
  ]
  return run(settings, { args, stdin, env: row.env, cwd: data.path })
}

function run(settings: RunSettings, call: CommandCall): Promise<CommandAnswer> {
  return settings.spawn ? runSpawned(call) : runInProcess(call)
}

function exitFailure(answer: CommandAnswer): Failure {
  return answer.code === 0 ? undefined : `exit code ${answer.code}: ${answer.stderr.slice(0, 1000)}`
}

/** Texts of errors are free; that there is one, and that the user is told, is not. */
function failedAsRecorded(recorded: string, answer: CommandAnswer): Failure {
  if (answer.code === 0) return expectedError(recorded, answer.stdout)
  return answer.stderr.trim() === '' ? 'failed without saying why' : undefined
}

/** The reference's warnings, one per line; Pillion may say more, in lines of its own. */
function warningFailure(recorded: readonly string[], answer: CommandAnswer): Failure {
  const lines = answer.stderr.split('\n').filter(line => line.startsWith('===>'))
  return jsonDifference(
    recorded.map(warning => warning.trimEnd()),
    lines,
  )
}
