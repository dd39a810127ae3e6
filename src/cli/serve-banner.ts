import { join, relative } from 'node:path'
import { type Address, formatAddress, isLoopback } from '../servers/address.js'
import { STATE_FILES } from '../servers/development-ca.js'
import type { StartPage } from '../servers/pages.js'
import { type Bound, urlOf } from '../servers/serving.js'
import { hasDemo, samplesFolder } from '../sources/samples.js'
import type { CommandContext } from './command.js'
import type { ConfigFile, ServePlan } from './serve-flags.js'
import type { MeshCounts, ServedMesh } from './serve-mesh.js'

/** The mesh that the control plane serves, as it is now. */
export interface LoadedMesh extends ServedMesh {
  readonly counts: MeshCounts
}

/** What the terminal and the start page both tell: what is up, where, with which configuration, and what to try next. */
export function describe(
  plan: ServePlan,
  bound: Bound,
  loaded: LoadedMesh | undefined,
  context: CommandContext,
): StartPage {
  return {
    version: context.version,
    endpoints: endpointsOf(plan, bound),
    configuration: configurationOf(plan, loaded, context.cwd),
    commands: [
      ...injectionCommands(context.cwd),
      ...demoCommand(loaded, bound),
      webhookCommand(plan, bound, context.cwd),
      ...meshCommands(loaded, bound),
    ],
  }
}

/** Of the commands to try; the start page has them all. */
const FIRST_COMMANDS = 3

/** Plain text for standard output. */
export function bannerText({ version, endpoints, configuration, commands }: StartPage): string {
  const width = Math.max(...[...endpoints, ...configuration].map(({ name }) => name.length))
  const urlWidth = Math.max(...endpoints.map(({ url }) => url.length))
  const startPage = endpoints.find(({ name }) => name === START_PAGE)
  const lines = [
    `Pillion ${version} is up`,
    ...endpoints.map(({ name, url, purpose }) => `  ${name.padEnd(width)}  ${url.padEnd(urlWidth)}  ${purpose}`),
    ...configuration.map(({ name, value }) => `  ${name.padEnd(width)}  ${value}`),
    '',
    'Try next, in another terminal:',
    ...commands.slice(0, FIRST_COMMANDS).flatMap(({ line, does }) => [`  # ${does}`, `  ${line}`]),
    `More of them: ${startPage === undefined ? '' : `${startPage.url} or `}npx pillion --help`,
    '',
    'Ctrl-C stops it; requests in flight finish.',
  ]
  return `${lines.join('\n')}\n`
}

const START_PAGE = 'http'

function endpointsOf(plan: ServePlan, { https, http, monitoring, grpc }: Bound): StartPage['endpoints'] {
  const found: { name: string; url: string; purpose: string }[] = []
  const webhook = https !== undefined ? urlOf('https', https) : http !== undefined ? urlOf('http', http) : undefined
  if (webhook !== undefined) {
    found.push({ name: 'webhook', url: `${webhook}/inject`, purpose: 'sidecar injection' })
    if (plan.rules !== undefined) found.push({ name: 'rules', url: `${webhook}/mutate`, purpose: RULES_PURPOSE })
  }
  if (http !== undefined)
    found.push({ name: START_PAGE, url: `${urlOf('http', http)}/`, purpose: 'start page, /ready, /healthz' })
  if (grpc !== undefined) found.push({ name: 'xds', url: formatAddress(grpc), purpose: xdsPurpose(grpc) })
  if (grpc !== undefined && http !== undefined)
    found.push({
      name: 'debug',
      url: `${urlOf('http', http)}/debug`,
      purpose: 'who is connected, what each proxy holds',
    })
  if (monitoring !== undefined) {
    found.push({ name: 'monitoring', url: `${urlOf('http', monitoring)}/metrics`, purpose: 'metrics, /version' })
  }
  return found
}

const RULES_PURPOSE = 'interception rules of your own; /mutate/<rule> is one of them'

/** SDS is for this machine alone (servers/sds.ts). */
function xdsPurpose({ host }: Address): string {
  return isLoopback(host) ? 'ADS for proxies, and SDS of a development CA; plaintext' : 'ADS for proxies, plaintext'
}

function configurationOf(plan: ServePlan, loaded: LoadedMesh | undefined, cwd: string): StartPage['configuration'] {
  const file = ({ path, origin }: ConfigFile): string =>
    origin === 'built-in' ? 'built in' : `${show(path, cwd)}${origin === 'mounted' ? ' (mounted)' : ''}`
  const certificate =
    plan.tls.from === 'files'
      ? show(plan.tls.cert, cwd)
      : `own, in ${show(plan.tls.stateDir, cwd)}; for ${plan.tls.names.join(', ')}`
  return [
    { name: 'templates', value: file(plan.config) },
    { name: 'values', value: file(plan.values) },
    ...(plan.rules === undefined ? [] : [{ name: 'rules', value: show(plan.rules, cwd) }]),
    { name: 'mesh config', value: plan.mesh === undefined ? builtinMesh(loaded, cwd) : file(plan.mesh) },
    ...(loaded === undefined ? [] : [{ name: 'mesh', value: meshOf(loaded, cwd) }]),
    ...(plan.https === undefined ? [] : [{ name: 'certificate', value: certificate }]),
  ]
}

/** What was loaded, from where, and for the sample how to have another. */
function meshOf({ paths, isSample, counts }: LoadedMesh, cwd: string): string {
  const places = [...paths.objects, ...paths.clusters.map(({ path }) => path)].map(path => show(path, cwd))
  if (places.length === 0) return 'empty: --configDir names files with services and rules'
  const { services, workloads } = counts
  const content = `${plural(services, 'service')}, ${plural(workloads, 'workload')}`
  return `${places.join(', ')}: ${content}${isSample ? ' (the sample; --configDir takes yours)' : ''}`
}

function builtinMesh(loaded: LoadedMesh | undefined, cwd: string): string {
  if (loaded?.isSample !== true) return 'built in'
  return `built in for injection, ${show(loaded.paths.mesh ?? '', cwd)} for proxies`
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function injectionCommands(cwd: string): StartPage['commands'] {
  const pods = `${show(samplesFolder(), cwd)}/opt-in/pods.yaml`
  return [
    { does: 'inject a sidecar into a manifest, without a cluster', line: `npx pillion inject -f ${pods}` },
    { does: 'why would these pods be injected, or not?', line: `npx pillion explain injection -f ${pods}` },
  ]
}

function webhookCommand(plan: ServePlan, bound: Bound, cwd: string): StartPage['commands'][number] {
  const review = `${show(samplesFolder(), cwd)}/opt-in/review.json`
  return {
    does: 'ask the running webhook, as an API server would',
    line: `curl -sS ${curlTarget(plan, bound, cwd)} -H 'Content-Type: application/json' --data-binary @${review}`,
  }
}

function demoCommand(loaded: LoadedMesh | undefined, { grpc }: Bound): StartPage['commands'] {
  if (loaded?.isSample !== true || grpc === undefined || !hasDemo()) return []
  return [{ does: 'the sample mesh for real: six Envoys and their services, on this machine', line: 'npm run demo' }]
}

/** For the sample, whose proxies are known by name. */
function meshCommands(loaded: LoadedMesh | undefined, { grpc, http }: Bound): StartPage['commands'] {
  if (loaded?.isSample !== true || grpc === undefined) return []
  const proxy = '--proxy productpage-v1.shop'
  return [
    {
      does: 'what a proxy of the sample mesh is sent',
      line: `npx pillion render ${proxy}`,
    },
    {
      does: 'what a stock Envoy starts with, to be that proxy',
      line: `npx pillion bootstrap ${proxy} --ip 127.0.0.11 --xdsAddress ${formatAddress(grpc)}`,
    },
    ...(http === undefined
      ? []
      : [
          {
            does: 'who is connected, and up to date',
            line: `npx pillion proxy-status --server ${urlOf('http', http)}`,
          },
        ]),
    {
      does: 'where does a request of that program go?',
      line: `npx pillion explain request ${proxy} http://127.0.0.11:9080/reviews/1 -H 'host: reviews.books:9080'`,
    },
    {
      does: 'can it reach that host, and why not?',
      line: `npx pillion explain visibility ${proxy} --host ratings.scores:9080`,
    },
  ]
}

function curlTarget(plan: ServePlan, { https, http }: Bound, cwd: string): string {
  if (https === undefined) return http === undefined ? '' : `${urlOf('http', http)}/inject`
  const url = `${urlOf('https', https)}/inject`
  if (plan.tls.from === 'files') return `--insecure ${url}`
  return `--cacert ${show(join(plan.tls.stateDir, STATE_FILES.authorityCertificate), cwd)} ${url}`
}

/** Relative where that is shorter to read and type. */
function show(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') || short === '' ? path : short
}
