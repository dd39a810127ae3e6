import type { Command } from 'commander'
import type { SimulatedRequest } from '../explain/request-match.js'
import type { RequestStory, StoryOutcome } from '../explain/request-story.js'
import { err, ok, type Result } from '../lang/result.js'
import type { Workload } from '../mesh/index.js'
import type { InterceptionMode } from '../proxy/metadata.js'
import type { ProxyNode } from '../proxy/node.js'
import { type Act, type CommandContext, collect, type Example, type ExitCode, exitHelp, wrongUse } from './command.js'
import { inUsersWords, type MeshFlags, meshOptions, type OpenMesh, openMesh, writeProblems } from './mesh-files.js'
import { proxyIn, workloadNodes } from './mesh-proxy.js'
import { type NodeFlags, proxyOptions } from './node-flags.js'

interface RequestFlags extends MeshFlags, NodeFlags {
  readonly header: readonly string[]
  readonly request: string
  readonly output: string
  readonly clusterID: string
}

/** `pillion explain request` */
export function defineRequest(parent: Command, act: Act): void {
  const command = parent
    .command('request')
    .summary('Follow a request through proxies, the client’s and the server’s, with the line behind each step')
    .description(
      'Follows a request that a program would send, from files and without Envoy: listener, filter chain, virtual host, route, clusters by weight, endpoints; then the server’s proxy: mutual TLS and authorization. Each with the line that made it.',
    )
    .argument('<url>', 'such as http://reviews:9080/path')
    .option('-H, --header <header>', 'header of the request, as "name: value"; repeatable', collect, [])
    .option('-X, --request <method>', 'method of the request', 'GET')
  meshOptions(command)
  proxyOptions(command)
    .option('-o, --output <format>', FORMATS.join(' or '), 'text')
    .addHelpText('after', exitHelp(EXIT_TEXT))
    .action(act<RequestFlags>(run))
}

export const REQUEST_EXAMPLES: readonly Example[] = [
  {
    line: "pillion explain request --configDir mesh/ --proxy web-1.shop http://reviews.books:9080/ -H 'x-user: tester'",
    does: 'where that request goes, and why',
  },
]

const FORMATS = ['text', 'json'] as const
const EXIT_TEXT =
  '0 the request reaches the workload, leaves the mesh, or is answered by the proxy; 1 a proxy refuses it, or it goes past them; 2 wrong use; 3 the configuration could not be read, or the request cannot be followed'

async function run(flags: RequestFlags, context: CommandContext, [url = '']: readonly string[]): Promise<ExitCode> {
  if (!FORMATS.some(format => format === flags.output))
    return wrongUse(context, `--output must be ${FORMATS.join(' or ')}, not ${flags.output}`)
  const request = parseRequest(url, flags)
  if (!request.ok) return wrongUse(context, request.error)
  const opened = await openMesh(flags, context)
  if (!opened.ok) return opened.error
  const { mesh, problems, named } = opened.value
  writeProblems(problems, context, named)
  const node = await proxyIn(mesh, flags, context)
  if (!node.ok) return node.error
  const story = await storyOf(opened.value, node.value, request.value)
  const proxy = node.value.instance
  const { requestText } = await import('../explain/request-text.js')
  const text =
    flags.output === 'json'
      ? `${JSON.stringify({ proxy, method: request.value.method, url, ...story }, undefined, 2)}\n`
      : requestText(`${request.value.method} ${url} from ${proxy}`, story)
  context.stdout.write(inUsersWords(text, context, named))
  return EXIT_CODES[story.outcome]
}

const EXIT_CODES: Readonly<Record<StoryOutcome, ExitCode>> = {
  ...{ served: 0, forwarded: 0, answered: 0 },
  ...{ refused: 1, denied: 1, partly: 1, bypassed: 1 },
  unknown: 3,
}

async function storyOf({ mesh, place }: OpenMesh, node: ProxyNode, request: SimulatedRequest): Promise<RequestStory> {
  const { graph, sourceOf } = mesh
  const { renderedOf } = await import('../explain/proxy-resources.js')
  const { traceRequest } = await import('../explain/request.js')
  const { addressesOf } = await import('../explain/request-addresses.js')
  const { tellRequest } = await import('../explain/request-story.js')
  const { meshFields } = await import('../explain/visibility-facts.js')
  const nodes = await workloadNodes()
  const row = graph.engine.read(read => graph.viewRow(read, node))
  const rendered = renderedOf(graph, node)
  const isRedirected = row.view.interception !== 'NONE'
  const trace = traceRequest(rendered, request, addressesOf(graph, row, request.host), isRedirected)
  const nodeOf = (workload: Workload, interceptionMode: InterceptionMode): ProxyNode | undefined => {
    const found = nodes(workload, interceptionMode)
    return found.ok ? found.value : undefined
  }
  const places = { sourceOf, place, meshField: meshFields(sourceOf, place) }
  return tellRequest({ graph, row, rendered, places, nodeOf }, trace)
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 }

function parseRequest(
  text: string,
  { header, request: method }: Pick<RequestFlags, 'header' | 'request'>,
): Result<SimulatedRequest, string> {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  const scheme = parsed?.protocol.slice(0, -1)
  if (parsed === undefined || (scheme !== 'http' && scheme !== 'https') || parsed.hostname === '')
    return err(`expected a URL such as http://reviews:9080/path, not "${text}"`)
  if (!/^[A-Za-z-]+$/.test(method)) return err(`--request takes a method such as GET, not "${method}"`)
  const headers = new Map<string, string>()
  for (const line of header) {
    const colon = line.indexOf(':', 1)
    if (colon === -1) return err(`--header takes "name: value", not "${line}"`)
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const port = parsed.port === '' ? (DEFAULT_PORTS[scheme] ?? 0) : Number(parsed.port)
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
  return ok({ method: method.toUpperCase(), scheme, host, port, path: `${parsed.pathname}${parsed.search}`, headers })
}
