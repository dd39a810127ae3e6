import type { CommandContext, CommandModule, ExitCode } from './command.js'

export const command: CommandModule = {
  define: (command, act) => {
    command.action(act<Record<string, never>>(run))
  },
}

async function run(_options: Record<string, never>, _context: CommandContext): Promise<ExitCode> {
  throw new Error('not yet')
}
