// The composition root: the only module that reads the environment and ends the process.
import { readFileSync } from 'node:fs'
import type { CommandContext, ExitCode, StopSignal } from './cli/command.js'

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function onStop(listener: (signal: StopSignal) => void): () => void {
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return () => {
    process.off('SIGINT', listener)
    process.off('SIGTERM', listener)
  }
}

let isOutputWatched = false

/** Each stream is made by Node when it is first asked for, which most commands need of one or two of them. */
function outputStream(): typeof process.stdout {
  if (!isOutputWatched) endOnClosedPipe()
  isOutputWatched = true
  return process.stdout
}

/** `pillion … | head`: the reader is gone, and that is nothing to complain about. A full disk is. */
function endOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`pillion: cannot write standard output: ${error.message}\n`)
    process.exit(3)
  })
}

function reportBug(error: unknown): ExitCode {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`pillion: internal error, please report it: ${text}\n`)
  return 3
}

async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${packageVersion()}\n`)
    return
  }
  const { runProgram } = await import('./cli/program.js')
  const context: CommandContext = {
    get stdout() {
      return outputStream()
    },
    get stderr() {
      return process.stderr
    },
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    version: packageVersion(),
    onStop,
    forceExit: code => process.exit(code),
  }
  // Not process.exit: what is still in a pipe's buffer must reach its reader.
  process.exitCode = await runProgram(argv, context).catch(reportBug)
}

// No `await`: the bundled command is CommonJS, which has none at the outermost level.
void main(process.argv.slice(2))
