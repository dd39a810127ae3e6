import { type Command, InvalidArgumentError } from 'commander'

/** 0 done · 1 findings or differences that CI should stop on · 2 wrong use · 3 the work failed. */
export type ExitCode = 0 | 1 | 2 | 3

/** Where text goes. `process.stdout` is one; a test passes a list's push. */
interface Sink {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export type StopSignal = 'SIGINT' | 'SIGTERM'

/** All that a command may know of the process around it. Made once, in main.ts; tests make their own. */
export interface CommandContext {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute; relative paths of the user are resolved against it. */
  readonly cwd: string
  readonly now: () => Date
  /** Of the package, such as `0.1.0`. */
  readonly version: string
  /** Calls `listener` on each SIGINT and SIGTERM until the returned function is called; while nobody listens, they end the process. */
  readonly onStop: (listener: (signal: StopSignal) => void) => () => void
  /** Ends the process at once, in-flight work and buffered output included. For a second Ctrl-C only: elsewhere return an exit code. */
  readonly forceExit: (code: ExitCode | 130 | 143) => void
}

/** What a command does once its arguments are parsed. `args` are the positional ones. A throw is reported as a bug (exit 3). */
type Run<Options> = (options: Options, context: CommandContext, args: readonly string[]) => ExitCode | Promise<ExitCode>

/** Turns a `Run` into what commander's `.action()` takes. `Options` must be what the declared flags yield. */
export type Act = <Options>(run: Run<Options>) => (...given: unknown[]) => Promise<void>

/**
 * What `src/cli/<name>.ts` exports as `command`. `define` declares flags, arguments and sub-commands on commander's command
 * (name, alias and summary come from the table in commands.ts) and ends with `.action(act(run))`. It runs whenever the command
 * is named, for `--help` too, so whatever is heavy belongs behind `await import()` in `run`.
 *
 *     export const command: CommandModule = {
 *       define: (command, act) => {
 *         command.option('-f, --filename <path>', 'file, folder or -', collect, []).action(act<Options>(run))
 *       },
 *     }
 */
export interface CommandModule {
  readonly define: (command: Command, act: Act) => void
  /** Complete command lines with what each is for, shown under `--help`. */
  readonly examples?: readonly Example[]
  /** What its exit codes say, such as `0 done; 2 wrong use`, shown under `--help`; commands of a command have `exitHelp`. */
  readonly exitCodes?: string
}

export interface Example {
  readonly line: string
  readonly does: string
}

/** What `addHelpText` takes to tell the exit codes: one on a line. */
export function exitHelp(codes: string): string {
  const lines = codes.split('; ').map(line => `  ${line.replace(' ', '  ')}`)
  return `\nExit codes:\n${lines.join('\n')}`
}

/**
 * commander's argument parser for a repeatable flag; give it `[]` as the default. An empty value is a variable of a script that was
 * not set: as a path it would mean the whole working directory.
 */
export function collect(value: string, previous: readonly string[]): string[] {
  if (value === '') throw new InvalidArgumentError('It is empty.')
  return [...previous, value]
}

/** Writes `pillion: message` to standard error; the exit code for a command line that cannot be meant. */
export function wrongUse(context: CommandContext, message: string): ExitCode {
  context.stderr.write(`pillion: ${message}\n`)
  return 2
}

/** Writes `pillion: message` to standard error; the exit code for work that could not be done. */
export function failed(context: CommandContext, message: string): ExitCode {
  context.stderr.write(`pillion: ${message}\n`)
  return 3
}
