import { Command, CommanderError, Help } from 'commander'
import { type Act, type CommandContext, type CommandModule, type Example, type ExitCode, exitHelp } from './command.js'
import { COMMANDS, type CommandRow } from './commands.js'

const TOP_EXAMPLES: readonly Example[] = [
  { line: 'pillion serve', does: 'webhook and control plane with a sample mesh on this machine, no cluster needed' },
  { line: 'pillion <command> --help', does: 'flags and examples of one command' },
]

/** Parses `argv` (without node and script) and runs the command it names. Never throws for what a user may type. */
export async function runProgram(
  argv: readonly string[],
  context: CommandContext,
  commands: readonly CommandRow[] = COMMANDS,
): Promise<ExitCode> {
  const exit: { code: ExitCode } = { code: 0 }
  const act: Act = run =>
    async function action(...given) {
      // commander hands over the positional arguments, the options and the command itself.
      const options = given.at(-2) as Parameters<typeof run>[0]
      const words = given
        .slice(0, -2)
        .flat()
        .filter(word => typeof word === 'string')
      exit.code = await run(options, context, words)
    }
  const program = frame(context)
  const named = namedCommand(argv, commands)
  for (const row of commands) addCommand(program, row, row === named ? (await row.load()).command : undefined, act)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exit.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

const describe = new Help()
/** Of flags that may be given several times: it tells nobody anything. */
const EMPTY_DEFAULT = / \(default: \[\]\)$/

/** `--help`, `--version` and errors go through the context, and end in an exception instead of the process. */
function frame(context: CommandContext): Command {
  const program = new Command('pillion')
    .description('An Istio-compatible sidecar injector and service mesh control plane that explains itself.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({ optionDescription: option => describe.optionDescription(option).replace(EMPTY_DEFAULT, '') })
    .showSuggestionAfterError(true)
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeOut: text => context.stdout.write(text),
      writeErr: text => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error: /, 'pillion: ')),
    })
    .exitOverride()
  return program.addHelpText('after', exampleText(TOP_EXAMPLES))
}

function addCommand(program: Command, row: CommandRow, module: CommandModule | undefined, act: Act): void {
  // `.command()` hands settings (output, exit override) down; a bare `new Command` would not have them.
  const command = program.command(row.name, { hidden: row.isHidden === true })
  command.summary(row.summary).description(`${row.summary}.`).helpGroup(row.group)
  if (row.alias !== undefined) command.alias(row.alias)
  module?.define(command, act)
  if (module?.exitCodes !== undefined) command.addHelpText('after', exitHelp(module.exitCodes))
  if (module?.examples !== undefined) command.addHelpText('after', exampleText(module.examples))
}

/** The first word that is not a flag; `help x` names x. No flag before the command takes a value. */
function namedCommand(argv: readonly string[], commands: readonly CommandRow[]): CommandRow | undefined {
  const words = argv.filter(word => !word.startsWith('-'))
  const name = words[0] === 'help' ? words[1] : words[0]
  return name === undefined ? undefined : commands.find(row => row.name === name || row.alias === name)
}

/** Characters of a line that is read at a glance. */
const EASY_WIDTH = 100

/** What each does beside it, or above it where that would be too far to the right. */
function exampleText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ line }) => line.length))
  const isWide = examples.some(({ does }) => width + does.length + 4 > EASY_WIDTH)
  const lines = examples.map(({ line, does }) =>
    isWide ? `  # ${does}\n  ${line}` : `  ${line.padEnd(width)}  ${does}`,
  )
  return `\nExamples:\n${lines.join('\n')}`
}
