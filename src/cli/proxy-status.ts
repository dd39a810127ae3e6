import type { KindComparison } from '../explain/dump-comparison.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { ok, type Result } from '../lang/result.js'
import { type CommandContext, type CommandModule, type ExitCode, failed, wrongUse } from './command.js'
import { inUsersWords } from './mesh-files.js'
import { fromFile, fromServer } from './proxy-source.js'
import { askServer, DEFAULT_SERVER } from './running-server.js'

interface StatusFlags {
  readonly server: string
  readonly file?: string
  readonly output: string
}

const HELP = `
SYNCED    what was sent is acknowledged
STALE     what was sent is not acknowledged yet
NACKED    the proxy refused what it was sent, and keeps what it had: name it to see why
NOT SENT  nothing was asked for, or sent yet`

export const command: CommandModule = {
  define: (command, act) => {
    command
      .argument(
        '[name.namespace]',
        'one proxy: what is out of sync, what it refused, and the configuration behind that',
      )
      .option('--server <host:port>', 'HTTP address of the running pillion serve', DEFAULT_SERVER)
      .option('-f, --file <path>', "compare with this dump of the proxy's Envoy, /config_dump?include_eds; - is stdin")
      .option('-o, --output <format>', 'short (a table) or json', 'short')
      .addHelpText('after', HELP)
      .action(act<StatusFlags>(run))
  },
  exitCodes:
    '0 nothing refused; 1 a proxy refused something, or (-f) has something else than the server; 2 wrong use; 3 no server, no such proxy, or a file could not be read',
  examples: [
    { line: 'pillion proxy-status', does: 'every connected proxy' },
    { line: 'pillion proxy-status web-1.shop', does: 'one, with what it refused and the file and line behind it' },
    {
      line: 'curl -s localhost:15000/config_dump?include_eds | pillion proxy-status web-1.shop -f -',
      does: 'and whether its Envoy has what the server has',
    },
  ],
}

async function run(flags: StatusFlags, context: CommandContext, [name]: readonly string[]): Promise<ExitCode> {
  const { server, file, output } = flags
  if (output !== 'short' && output !== 'json') return wrongUse(context, `--output must be short or json, not ${output}`)
  if (file !== undefined && name === undefined) return wrongUse(context, 'a dump is of one proxy: name it')
  const query = name === undefined ? '' : `?proxyID=${encodeURIComponent(name)}`
  const syncz = await askServer(server, `/debug/syncz${query}`)
  if (!syncz.ok) return failed(context, syncz.error)
  const { hasRefusals } = await import('../explain/proxy-status.js')
  const compared = await compare(syncz.value, flags, context, name)
  if (!compared.ok) return compared.error
  const { text, isMatching, comparison } = compared.value
  context.stdout.write(
    output === 'json'
      ? `${JSON.stringify({ ...(syncz.value as JsonObject), comparison }, undefined, 2)}\n`
      : inUsersWords(`${await statusText(syncz.value, name)}${text}`, context),
  )
  if (connections(syncz.value).length === 0)
    context.stderr.write('pillion: no proxy is connected (pillion bootstrap prints what makes an Envoy connect)\n')
  return hasRefusals(syncz.value) || !isMatching ? 1 : 0
}

async function statusText(syncz: Json, name: string | undefined): Promise<string> {
  const { proxyStatusTable, proxyStatusText } = await import('../explain/proxy-status.js')
  return name === undefined ? proxyStatusTable(syncz) : proxyStatusText(syncz)
}

interface Compared {
  /** Undefined: nothing to compare with. */
  readonly comparison: readonly KindComparison[] | undefined
  readonly text: string
  readonly isMatching: boolean
}

/** What the server has for the proxy, and what its Envoy has. */
async function compare(
  syncz: Json,
  { server, file }: StatusFlags,
  context: CommandContext,
  name: string | undefined,
): Promise<Result<Compared, ExitCode>> {
  if (file === undefined || name === undefined) return ok({ comparison: undefined, text: '', isMatching: true })
  const envoy = await fromFile(file, context)
  if (!envoy.ok) return envoy
  const served = await fromServer(name, server, context)
  if (!served.ok) return served
  const { compareDumps, comparisonText, isMatch } = await import('../explain/dump-comparison.js')
  const protocol = protocolOf(syncz)
  const comparison = compareDumps(served.value, envoy.value, protocol)
  return ok({ comparison, text: `\n${comparisonText(comparison, protocol)}`, isMatching: comparison.every(isMatch) })
}

function connections(syncz: Json): readonly Json[] {
  const list = isJsonObject(syncz) ? syncz['connections'] : undefined
  return Array.isArray(list) ? list : []
}

function protocolOf(syncz: Json): 'delta' | 'sotw' {
  const first = connections(syncz)[0]
  return isJsonObject(first) && first['protocol'] === 'sotw' ? 'sotw' : 'delta'
}
