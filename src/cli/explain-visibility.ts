import type { Command } from 'commander'
import type { VisibilityReply } from '../explain/visibility-facts.js'
import { err, ok, type Result } from '../lang/result.js'
import { type Act, type CommandContext, type Example, type ExitCode, exitHelp, wrongUse } from './command.js'
import { inUsersWords, type MeshFlags, meshOptions, openMesh, writeProblems } from './mesh-files.js'
import { proxyIn } from './mesh-proxy.js'
import { type NodeFlags, proxyOptions } from './node-flags.js'

interface VisibilityFlags extends MeshFlags, NodeFlags {
  readonly host?: string
  readonly output: string
  readonly clusterID: string
}

/** `pillion explain visibility` */
export function defineVisibility(parent: Command, act: Act): void {
  const command = parent
    .command('visibility')
    .summary('Explain whether a proxy knows a host, and which line decides')
    .description(
      'Answers from files whether a proxy knows a host: through which Sidecar, egress host, exportTo and precedence; if not, what happens to calls, and the smallest change that would allow it.',
    )
    .requiredOption('--host <host[:port]>', 'host, short name, *.pattern or IP address; with a port, that port')
  meshOptions(command)
  proxyOptions(command)
    .option('-o, --output <format>', `${FORMATS.join(' or ')}`, 'text')
    .addHelpText('after', exitHelp(EXIT_CODES))
    .action(act<VisibilityFlags>(run))
}

export const VISIBILITY_EXAMPLES: readonly Example[] = [
  {
    line: 'pillion explain visibility --configDir mesh/ --proxy web-1.shop --host reviews:9080',
    does: 'whether that pod knows the host, and why',
  },
]

const FORMATS = ['text', 'json'] as const
const EXIT_CODES = '0 the proxy knows the host; 1 it does not; 2 wrong use; 3 the configuration could not be read'

async function run(flags: VisibilityFlags, context: CommandContext): Promise<ExitCode> {
  if (!FORMATS.some(format => format === flags.output))
    return wrongUse(context, `--output must be ${FORMATS.join(' or ')}, not ${flags.output}`)
  const asked = parseHost(flags.host ?? '')
  if (!asked.ok) return wrongUse(context, asked.error)
  const opened = await openMesh(flags, context)
  if (!opened.ok) return opened.error
  const { mesh, problems, place, named } = opened.value
  writeProblems(problems, context, named)
  const node = await proxyIn(mesh, flags, context)
  if (!node.ok) return node.error
  const { askVisibility, meshFields } = await import('../explain/visibility-facts.js')
  const { replyText } = await import('../explain/visibility-text.js')
  const row = mesh.graph.engine.read(read => mesh.graph.viewRow(read, node.value))
  const meshField = meshFields(mesh.sourceOf, place)
  const reply = askVisibility(mesh.graph, row, asked.value, { sourceOf: mesh.sourceOf, place, meshField })
  const proxy = node.value.instance
  const text =
    flags.output === 'json' ? `${JSON.stringify({ proxy, ...reply }, undefined, 2)}\n` : replyText(proxy, reply)
  context.stdout.write(inUsersWords(text, context, named))
  return reply.isReachable ? 0 : 1
}

const MAX_PORT = 65_535

/** `host`, `host:port`, `address`, `[address]:port`. */
function parseHost(text: string): Result<VisibilityReply['asked'], string> {
  const expected = `--host takes HOST or HOST:PORT, such as reviews.shop.svc.cluster.local:9080, not "${text}"`
  const match =
    /^(?:\[([^\]]+)\](?::(\d+))?|([^:/\s[\]]+)(?::(\d+))?|([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F.]*))$/.exec(text)
  if (match === null) return err(expected)
  const [, bracketed, bracketedPort, name, namePort, address] = match
  const digits = bracketedPort ?? namePort
  const port = digits === undefined ? 0 : Number(digits)
  if (digits !== undefined && (port < 1 || port > MAX_PORT))
    return err(`--host ${text}: ${digits} is no port (1 to ${MAX_PORT})`)
  return ok({ host: (bracketed ?? name ?? address ?? '').toLowerCase().replace(/\.$/, ''), port })
}
