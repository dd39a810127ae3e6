import { isJsonObject, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import type { BootstrapOptions, HostPort } from '../xds/resources/bootstrap.js'
import { type CommandContext, type CommandModule, collect, type ExitCode, failed, wrongUse } from './command.js'
import { type NodeFlags, nodeFrom, proxyOptions } from './node-flags.js'

interface BootstrapFlags extends NodeFlags {
  readonly xdsAddress: string
  readonly sdsAddress?: string
  readonly adminAddress: string
  readonly sotw?: boolean
  readonly metadata: readonly string[]
}

export const command: CommandModule = {
  define: (command, act) => {
    proxyOptions(command, 'NONE')
      .option('--metadata <key=value>', 'metadata of its Node, such as PILLION_VHDS=true; repeatable', collect, [])
      .optionsGroup('The control plane:')
      .option('--xdsAddress <host:port>', 'ADS, plaintext', '127.0.0.1:15010')
      .option('--sdsAddress <host:port>', 'SDS (default: where ADS is)')
      .option('--sotw', 'state of the world instead of delta')
      .option('--adminAddress <host:port>', "Envoy's admin interface; port 0 is any free one", '127.0.0.1:0')
      .action(act<BootstrapFlags>(run))
  },
  exitCodes: '0 done; 2 wrong use; 3 the file of --node could not be read',
  examples: [
    {
      line: 'pillion bootstrap --proxy web-1.shop --label app=web | envoy -c /dev/fd/0',
      does: 'a stock Envoy of this mesh',
    },
    { line: 'pillion bootstrap --node proxy.json#client > bootstrap.json', does: 'for a Node that was recorded' },
    {
      line: 'pillion bootstrap --proxy web-1.shop --metadata PILLION_VHDS=true',
      does: 'one that is sent single virtual hosts',
    },
  ],
}

async function run(flags: BootstrapFlags, context: CommandContext): Promise<ExitCode> {
  const node = await nodeFrom(flags, context)
  if (!node.ok) return flags.node === undefined ? wrongUse(context, node.error) : failed(context, node.error)
  const addresses = parseAddresses(flags)
  if (!addresses.ok) return wrongUse(context, addresses.error)
  const withOwn = withMetadata(node.value, flags.metadata)
  if (!withOwn.ok) return wrongUse(context, withOwn.error)
  const { bootstrapOf } = await import('../xds/resources/bootstrap.js')
  const { asksForDiscovery, VHDS_SWITCH } = await import('../proxy/discovers-hosts.js')
  if (flags.sotw === true && asksForDiscovery(withOwn.value))
    return wrongUse(context, `${VHDS_SWITCH} needs a delta stream: leave out --sotw, or the switch`)
  const bootstrap = bootstrapOf({
    node: withOwn.value,
    ...addresses.value,
    protocol: flags.sotw === true ? 'sotw' : 'delta',
  })
  context.stdout.write(`${JSON.stringify(bootstrap, undefined, 2)}\n`)
  return 0
}

/** `key=value` of each flag, in place of what the Node has. */
function withMetadata(node: JsonObject, flags: readonly string[]): Result<JsonObject, string> {
  const bad = flags.find(flag => flag.indexOf('=') < 1)
  if (bad !== undefined) return err(`--metadata ${bad} is not key=value`)
  if (flags.length === 0) return ok(node)
  const own = flags.map(flag => [flag.slice(0, flag.indexOf('=')), flag.slice(flag.indexOf('=') + 1)])
  const { metadata = null } = node
  const metadataWithOwn: JsonObject = {
    ...(isJsonObject(metadata) ? metadata : {}),
    ...(Object.fromEntries(own) as JsonObject),
  }
  return ok({ ...node, metadata: metadataWithOwn })
}

function parseAddresses(flags: BootstrapFlags): Result<Pick<BootstrapOptions, 'xds' | 'sds' | 'admin'>, string> {
  const xds = parseHostPort(flags.xdsAddress)
  if (xds === undefined) return err(`--xdsAddress ${flags.xdsAddress} is not host:port`)
  const sds = flags.sdsAddress === undefined ? xds : parseHostPort(flags.sdsAddress)
  if (sds === undefined) return err(`--sdsAddress ${flags.sdsAddress} is not host:port`)
  const admin = parseHostPort(flags.adminAddress)
  if (admin === undefined) return err(`--adminAddress ${flags.adminAddress} is not host:port`)
  return ok({ xds, sds, admin })
}

function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3] ?? Number.NaN)
  return match === null || port > 65_535 ? undefined : { host: match[1] ?? match[2]!, port }
}
