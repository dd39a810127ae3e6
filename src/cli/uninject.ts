import type { Loss } from '../inject/index.js'
import { formatProblem, type Position } from '../lang/problem.js'
import { type CommandContext, type CommandModule, type ExitCode, failed, wrongUse } from './command.js'
import { type ManifestOutput, manifestOption, openOutput, readManifests } from './manifests.js'

interface UninjectOptions {
  readonly filename: readonly string[]
  readonly output?: string
}

export const command: CommandModule = {
  define: (command, act) => {
    manifestOption(command)
      .option('-o, --output <file>', 'write there instead of standard output; never half of it')
      .action(act<UninjectOptions>(run))
  },
  exitCodes: '0 done; 1 done, but something could not be restored; 2 wrong use; 3 a file could not be read',
  examples: [{ line: 'pillion inject -f app.yaml | pillion uninject -f -', does: 'there and back again' }],
}

async function run(options: UninjectOptions, context: CommandContext): Promise<ExitCode> {
  if (options.filename.length === 0) return wrongUse(context, 'filename not specified (see --filename or -f)')
  const manifests = await readManifests(options.filename, context)
  if (!manifests.ok) return failed(context, manifests.error)
  const output = await openOutput(options.output, context)
  if (!output.ok) return failed(context, output.error)
  let worst: ExitCode = 0
  for (const { file, text } of manifests.value) {
    const code = await uninjectFile(file, text, output.value, context)
    if (code === 3) {
      await output.value.abandon()
      return 3
    }
    if (code !== 0) worst = code
  }
  const done = await output.value.finish()
  return done.ok ? worst : failed(context, done.error)
}

/** 0: restored; 1: something could not be, and standard error names it; 3: the file cannot be read as manifests. */
async function uninjectFile(
  file: string,
  text: string,
  output: ManifestOutput,
  context: CommandContext,
): Promise<ExitCode> {
  const { uninjectStream } = await import('../inject/index.js')
  let code: ExitCode = 0
  const { locateInStream } = await import('./locate.js')
  for (const [index, document] of uninjectStream(text, { file }).entries()) {
    if (document.problems.length > 0) {
      const locate = locateInStream(text, file, index)
      const placed = document.problems.map(problem => ({ position: locate(problem.path ?? ''), ...problem }))
      return failed(context, placed.map(formatProblem).join('\npillion: '))
    }
    if (document.losses.length > 0) {
      code = 1
      const locate = locateInStream(text, file, index)
      for (const loss of document.losses) context.stderr.write(`pillion: ${lossText(loss, locate(loss.path))}\n`)
    }
    await output.write(`${document.output}---\n`)
  }
  return code
}

function lossText({ path, message }: Loss, { file, line, column }: Position): string {
  return `${file}:${line}:${column}: not restored: ${path}: ${message}`
}
