import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { stringifyYaml } from '../lang/yaml/index.js'
import type { ClientConfig } from '../rules/index.js'
import { STATE_FILES } from '../servers/development-ca.js'
import {
  type CommandContext,
  type CommandModule,
  collect,
  type ExitCode,
  exitHelp,
  failed,
  wrongUse,
} from './command.js'
import { systemError } from './manifests.js'

interface ManifestFlags {
  readonly rules?: string
  readonly configDir: readonly string[]
  readonly name: string
  readonly service?: string
  readonly url?: string
  readonly endpoint: readonly string[]
  readonly caFile?: string
  readonly stateDir: string
}

export const command: CommandModule = {
  define: (command, act) => {
    command
      .command('manifest')
      .description('Print the MutatingWebhookConfiguration that matches the rules and the certificate')
      .option('--rules <file>', 'interception rules')
      .option('--configDir <path>', 'ConfigMap objects that rules refer to; repeatable', collect, [])
      .option('--name <name>', 'name of the MutatingWebhookConfiguration', 'pillion-rules')
      .option('--service <namespace/name[:port]>', 'the API server reaches Pillion through this Service')
      .option('--url <url>', 'the API server calls this address, such as https://10.0.0.5:8443')
      .option(
        '--endpoint <ip:port>',
        'with --service: the server is outside the cluster, at this address; repeatable',
        collect,
        [],
      )
      .option(
        '--caFile <file>',
        'PEM of the authority that signed the serving certificate (default: the one in --stateDir)',
      )
      .option('--stateDir <dir>', 'where `pillion serve` keeps what it makes for itself', './.pillion')
      .addHelpText('after', exitHelp('0 done; 2 wrong use; 3 a file could not be read'))
      .action(act<ManifestFlags>(run))
  },
  examples: [
    {
      line: 'pillion webhook manifest --rules rules.yaml --service demo/pillion:443',
      does: 'reached through a Service',
    },
    {
      line: 'pillion webhook manifest --rules rules.yaml --service demo/pillion --endpoint 10.0.0.5:8443',
      does: 'a server outside the cluster',
    },
    { line: 'pillion webhook manifest --rules rules.yaml --url https://10.0.0.5:8443', does: 'by address' },
  ],
}

async function run(flags: ManifestFlags, context: CommandContext): Promise<ExitCode> {
  if (flags.rules === undefined) return wrongUse(context, 'rules not specified (see --rules)')
  const client = parseClient(flags)
  if (typeof client === 'string') return wrongUse(context, client)
  const endpoints = flags.endpoint.map(parseEndpoint)
  const wrong = flags.endpoint.find((_, i) => endpoints[i] === undefined)
  if (wrong !== undefined)
    return wrongUse(context, `--endpoint ${wrong} is not ip:port, such as 10.0.0.5:8443 or [2001:db8::1]:8443`)
  if (endpoints.length > 0 && client.kind === 'url') return wrongUse(context, '--endpoint goes with --service')
  const { loadRules } = await import('./rules-files.js')
  const live = await loadRules({ rules: flags.rules, configDir: flags.configDir }, context)
  if (live === undefined) return 3
  const caBundle = await readAuthority(flags, context)
  if (typeof caBundle !== 'string') return caBundle.code
  if (flags.caFile === undefined) await warnOfOtherNames(flags, hostOf(client), context)
  const { webhookManifests } = await import('../rules/index.js')
  const known = endpoints.filter(endpoint => endpoint !== undefined)
  const manifests = webhookManifests(live.rules, { name: flags.name, client, caBundle, endpoints: known })
  context.stdout.write(manifests.map(manifest => stringifyYaml(manifest)).join('---\n'))
  return 0
}

function parseClient({ service, url }: ManifestFlags): ClientConfig | string {
  if ((service === undefined) === (url === undefined))
    return 'exactly one of --service and --url says how the API server reaches the webhook'
  if (url !== undefined) return parseUrl(url)
  const match = /^([a-z0-9][-a-z0-9]*)\/([a-z0-9][-a-z0-9]*)(?::(\d{1,5}))?$/.exec(service!)
  const port = Number(match?.[3] ?? 443)
  if (match === null || port < 1 || port > 65_535) return `--service ${service} is not namespace/name[:port]`
  return { kind: 'service', namespace: match[1]!, name: match[2]!, port }
}

/** What admissionregistration.k8s.io/v1 allows of a URL: https, and neither user nor fragment nor query. */
function parseUrl(text: string): ClientConfig | string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:') return `--url ${text} must be an address that begins with https://`
  if (url.username !== '' || url.hash !== '' || url.search !== '')
    return `--url ${text} must have no user, query or fragment`
  return { kind: 'url', url: text }
}

function parseEndpoint(text: string): { readonly ip: string; readonly port: number } | undefined {
  const match = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text)
  const [ip, port] = [match?.[1] ?? '', Number(match?.[2] ?? 0)]
  return isIP(ip) !== 0 && port >= 1 && port <= 65_535 ? { ip, port } : undefined
}

async function readAuthority(
  flags: ManifestFlags,
  context: CommandContext,
): Promise<string | { readonly code: ExitCode }> {
  const path = flags.caFile ?? join(flags.stateDir, STATE_FILES.authorityCertificate)
  try {
    const pem = await readFile(resolve(context.cwd, path), 'utf8')
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
    return { code: failed(context, `${path} holds no PEM certificate`) }
  } catch (error) {
    const hint =
      flags.caFile === undefined ? '; `pillion serve` makes it at its first start, or name one with --caFile' : ''
    return { code: failed(context, `cannot read ${path}: ${systemError(error)}${hint}`) }
  }
}

/** The name or address that the API server wants to find in the certificate. */
function hostOf(client: ClientConfig): string {
  if (client.kind === 'service') return `${client.name}.${client.namespace}.svc`
  return new URL(client.url).hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Otherwise every call fails with an x509 error, which only the API server sees. */
async function warnOfOtherNames(
  { stateDir }: ManifestFlags,
  host: string,
  { cwd, stderr }: CommandContext,
): Promise<void> {
  const pem = await readFile(resolve(cwd, stateDir, STATE_FILES.serving), 'utf8').catch(() => '')
  const [text] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? []
  if (text === undefined) return
  const certificate = new X509Certificate(text)
  if ((isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined) return
  stderr.write(
    `pillion: warning: the certificate in ${stateDir} is not for ${host}, so the API server would refuse it: pillion serve --dnsName ${host} makes one that is\n`,
  )
}
