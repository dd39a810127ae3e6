import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatAddress } from '../servers/address.js'
import { STATE_FILES } from '../servers/development-ca.js'
import type { StartPage } from '../servers/pages.js'
import { type Bound, urlOf } from '../servers/serving.js'
import type { CommandContext } from './command.js'
import type { ConfigFile, ServePlan } from './serve-flags.js'

/** What the terminal and the start page both tell: what is up, where, with which configuration, and what to try next. */
export function describe(plan: ServePlan, bound: Bound, context: CommandContext): StartPage {
  return {
    version: context.version,
    endpoints: endpointsOf(bound),
    configuration: configurationOf(plan, context.cwd),
    commands: commandsOf(plan, bound, context.cwd),
  }
}

/** Plain text for standard output. */
export function bannerText({ version, endpoints, configuration, commands }: StartPage): string {
  const width = Math.max(...[...endpoints, ...configuration].map(({ name }) => name.length))
  const urlWidth = Math.max(...endpoints.map(({ url }) => url.length))
  const lines = [
    `Pillion ${version} is up`,
    ...endpoints.map(({ name, url, purpose }) => `  ${name.padEnd(width)}  ${url.padEnd(urlWidth)}  ${purpose}`),
    ...configuration.map(({ name, value }) => `  ${name.padEnd(width)}  ${value}`),
    '',
    'Try next, in another terminal:',
    ...commands.flatMap(({ line, does }) => [`  # ${does}`, `  ${line}`]),
    '',
    'Ctrl-C stops it; requests in flight finish.',
  ]
  return `${lines.join('\n')}\n`
}

function endpointsOf({ https, http, monitoring, grpc }: Bound): StartPage['endpoints'] {
  const found: { name: string; url: string; purpose: string }[] = []
  if (https !== undefined)
    found.push({ name: 'webhook', url: `${urlOf('https', https)}/inject`, purpose: 'sidecar injection' })
  if (http !== undefined) {
    if (https === undefined)
      found.push({ name: 'webhook', url: `${urlOf('http', http)}/inject`, purpose: 'sidecar injection' })
    found.push({ name: 'http', url: `${urlOf('http', http)}/`, purpose: 'start page, /ready, /healthz' })
  }
  if (grpc !== undefined) found.push({ name: 'xds', url: formatAddress(grpc), purpose: 'ADS for proxies, plaintext' })
  if (monitoring !== undefined) {
    found.push({ name: 'monitoring', url: `${urlOf('http', monitoring)}/metrics`, purpose: 'metrics, /version' })
  }
  return found
}

function configurationOf(plan: ServePlan, cwd: string): StartPage['configuration'] {
  const file = ({ path, origin }: ConfigFile): string =>
    origin === 'built-in' ? 'built in' : `${show(path, cwd)}${origin === 'mounted' ? ' (mounted)' : ''}`
  const certificate =
    plan.tls.from === 'files'
      ? show(plan.tls.cert, cwd)
      : `own, in ${show(plan.tls.stateDir, cwd)}; for ${plan.tls.names.join(', ')}`
  return [
    { name: 'templates', value: file(plan.config) },
    { name: 'values', value: file(plan.values) },
    { name: 'mesh', value: plan.mesh === undefined ? 'built in' : file(plan.mesh) },
    ...(plan.https === undefined ? [] : [{ name: 'certificate', value: certificate }]),
  ]
}

function commandsOf(plan: ServePlan, bound: Bound, cwd: string): StartPage['commands'] {
  const sample = show(samplesFolder(), cwd)
  return [
    {
      does: 'inject a sidecar into a manifest, without a cluster',
      line: `npx pillion inject -f ${sample}/opt-in/pods.yaml`,
    },
    {
      does: 'ask the running webhook, as an API server would',
      line: `curl -sS ${curlTarget(plan, bound, cwd)} -H 'Content-Type: application/json' --data-binary @${sample}/opt-in/review.json`,
    },
    {
      does: 'why would this pod be injected, or not?',
      line: `npx pillion explain injection -f ${sample}/opt-in/pods.yaml`,
    },
  ]
}

function curlTarget(plan: ServePlan, { https, http }: Bound, cwd: string): string {
  if (https === undefined) return http === undefined ? '' : `${urlOf('http', http)}/inject`
  const url = `${urlOf('https', https)}/inject`
  if (plan.tls.from === 'files') return `--insecure ${url}`
  return `--cacert ${show(join(plan.tls.stateDir, STATE_FILES.authorityCertificate), cwd)} ${url}`
}

/** Samples stand in the package's root, beside dist/ (or src/, when this runs uncompiled). */
function samplesFolder(): string {
  return resolve(fileURLToPath(new URL('.', import.meta.url)), '../../samples')
}

/** Relative where that is shorter to read and type. */
function show(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') || short === '' ? path : short
}
