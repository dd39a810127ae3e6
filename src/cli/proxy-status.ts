import type { Json } from '../lang/json.js'
import { type CommandContext, type CommandModule, type ExitCode, failed, wrongUse } from './command.js'
import { inUsersWords } from './mesh-files.js'
import { askServer, DEFAULT_SERVER } from './running-server.js'

interface StatusFlags {
  readonly server: string
  readonly output: string
}

const HELP = `
SYNCED    what was sent is acknowledged
STALE     what was sent is not acknowledged yet
NACKED    the proxy refused what it was sent, and keeps what it had: name it to see why
NOT SENT  nothing was asked for, or sent yet

Exit code 1: some proxy refused something.
`

export const command: CommandModule = {
  define: (command, act) => {
    command
      .argument(
        '[name.namespace]',
        'one proxy: what is out of sync, what it refused, and the configuration behind that',
      )
      .option('--server <host:port>', 'HTTP address of the running pillion serve', DEFAULT_SERVER)
      .option('-o, --output <format>', 'short (a table) or json', 'short')
      .addHelpText('after', HELP)
      .action(act<StatusFlags>(run))
  },
  examples: [
    { line: 'pillion proxy-status', does: 'every connected proxy' },
    { line: 'pillion proxy-status web-1.shop', does: 'one, with what it refused and the file and line behind it' },
  ],
}

async function run(
  { server, output }: StatusFlags,
  context: CommandContext,
  [name]: readonly string[],
): Promise<ExitCode> {
  if (output !== 'short' && output !== 'json') return wrongUse(context, `--output must be short or json, not ${output}`)
  const query = name === undefined ? '' : `?proxyID=${encodeURIComponent(name)}`
  const syncz = await askServer(server, `/debug/syncz${query}`)
  if (!syncz.ok) return failed(context, syncz.error)
  const { hasRefusals } = await import('../explain/proxy-status.js')
  context.stdout.write(
    output === 'json'
      ? `${JSON.stringify(syncz.value, undefined, 2)}\n`
      : inUsersWords(await text(syncz.value, name), context),
  )
  return hasRefusals(syncz.value) ? 1 : 0
}

async function text(syncz: Json, name: string | undefined): Promise<string> {
  const { proxyStatusTable, proxyStatusText } = await import('../explain/proxy-status.js')
  return name === undefined ? proxyStatusTable(syncz) : proxyStatusText(syncz)
}
