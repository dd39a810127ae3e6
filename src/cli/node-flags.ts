import { isIP } from 'node:net'
import type { Command } from 'commander'
import { INTERCEPTION_ANNOTATION } from '../inject/names.js'
import { isJsonObject, type Json, type JsonObject } from '../lang/json.js'
import { formatProblem } from '../lang/problem.js'
import { err, ok, type Result } from '../lang/result.js'
import type { InterceptionMode } from '../proxy/metadata.js'
import { type CommandContext, collect } from './command.js'
import { readText } from './manifests.js'

/** Flags that say which proxy is meant, by name or by its Node. */
export interface NodeFlags {
  readonly proxy?: string
  readonly node?: string
  readonly type: string
  readonly label: readonly string[]
  readonly ip: string
  readonly serviceAccount: string
  /** Undefined: what the proxy's Pod says, else `REDIRECT`. */
  readonly interceptionMode?: string
  readonly clusterID: string
  readonly network: string
}

export const PROXY_TYPES = ['sidecar', 'router'] as const
export const MODES = ['NONE', 'REDIRECT', 'TPROXY'] as const
export const DEFAULT_IP = '127.0.0.1'
export const DEFAULT_SERVICE_ACCOUNT = 'default'
/** The release whose resources Pillion makes. */
export const ISTIO_VERSION = '1.32.0'

/** Declares those flags. Without a mode a Pod of the configuration says how traffic reaches its proxy. */
export function proxyOptions(command: Command, interceptionMode?: InterceptionMode): Command {
  const from = interceptionMode === undefined ? ` (default: as ${INTERCEPTION_ANNOTATION} of its Pod, or REDIRECT)` : ''
  return command
    .optionsGroup('The proxy:')
    .option('--proxy <name.namespace>', 'a proxy by the name of its workload')
    .option('--type <type>', 'sidecar or router', 'sidecar')
    .option('--label <key=value>', 'label of its workload; repeatable', collect, [])
    .option('--ip <address>', 'its own address', DEFAULT_IP)
    .option('--serviceAccount <name>', 'its service account', DEFAULT_SERVICE_ACCOUNT)
    .option('--interceptionMode <mode>', `how traffic reaches it: ${MODES.join(', ')}${from}`, interceptionMode)
    .option('--clusterID <id>', 'id of its cluster', 'Kubernetes')
    .option('--network <name>', 'its network', '')
    .option('--node <file[#name]>', 'instead: its Envoy Node as JSON, or one of an array of {name, node}')
}

/** The Envoy Node that is meant, as proto3 JSON. The error is one sentence. */
export function nodeFrom(flags: NodeFlags, context: CommandContext): Promise<Result<JsonObject, string>> {
  return flags.node === undefined ? namedNode(flags) : readNode(flags.node, context)
}

async function namedNode(flags: NodeFlags): Promise<Result<JsonObject, string>> {
  const { proxy, interceptionMode: asked = 'REDIRECT' } = flags
  if (proxy === undefined) return err('which proxy? --proxy NAME.NAMESPACE or --node FILE')
  const match = /^(.+)\.([^.]+)$/.exec(proxy)
  if (match === null) return err(`--proxy takes NAME.NAMESPACE, such as web-1.shop, not "${proxy}"`)
  const type = PROXY_TYPES.find(each => each === flags.type)
  if (type === undefined) return err(`--type must be ${PROXY_TYPES.join(' or ')}, not ${flags.type}`)
  const interceptionMode = MODES.find(each => each === asked)
  if (interceptionMode === undefined) return err(`--interceptionMode must be one of ${MODES.join(', ')}, not ${asked}`)
  if (isIP(flags.ip) === 0) return err(`--ip ${flags.ip} is not an IP address`)
  const labels = parseLabels(flags.label)
  if (!labels.ok) return labels
  const { nodeOf } = await import('../xds/resources/bootstrap.js')
  return ok(
    nodeOf({
      ...{ type, name: match[1]!, namespace: match[2]!, ip: flags.ip, labels: labels.value, interceptionMode },
      ...{ serviceAccount: flags.serviceAccount, clusterId: flags.clusterID, network: flags.network },
      ...{ istioVersion: ISTIO_VERSION, domain: 'cluster.local' },
    }),
  )
}

/** `key=value` of each flag. */
export function parseLabels(flags: readonly string[]): Result<Record<string, string>, string> {
  const labels: Record<string, string> = Object.create(null)
  for (const flag of flags) {
    const at = flag.indexOf('=')
    if (at < 1) return err(`--label ${flag} is not key=value`)
    labels[flag.slice(0, at)] = flag.slice(at + 1)
  }
  return ok(labels)
}

/** `FILE` holds one Node, or an array of `{name, node}` of which `#name` picks one. */
async function readNode(flag: string, context: CommandContext): Promise<Result<JsonObject, string>> {
  const { parseJson } = await import('../lang/gojson.js')
  const [file = '', name] = flag.split('#', 2)
  const text = await readText(file, context.cwd)
  if (!text.ok) return text
  const json = parseJson(text.value, { file })
  if (!json.ok) return err(formatProblem(json.error))
  return pickNode(json.value, file, name)
}

function pickNode(json: Json, file: string, name: string | undefined): Result<JsonObject, string> {
  if (isJsonObject(json)) {
    return typeof json['id'] === 'string' ? ok(json) : err(`${file} holds no Envoy Node: it has no id`)
  }
  const items = Array.isArray(json) ? json.filter(isJsonObject) : []
  const names = items.map(item => String(item['name'] ?? ''))
  const item = items[name === undefined && items.length === 1 ? 0 : names.indexOf(name ?? '')]
  const node = item?.['node']
  if (isJsonObject(node)) return ok(node)
  return err(
    `${file}${name === undefined ? '' : ` has no node ${name}`}: pick one as ${file}#NAME; there are ${names.join(', ') || 'none'}`,
  )
}
