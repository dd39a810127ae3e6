// Prometheus merging and probe rewriting, through the library's `inject`.
import { loadMeshConfig } from '../../../src/config/mesh-config.js'
import { mergePrometheus } from '../../../src/inject/prometheus.js'
import type { JsonObject } from '../../../src/lang/json.js'
import type { Failure, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, jsonDifference } from '../difference.js'
import { configOf, containerOf, type Injection, injectedPod, injectPod, must, type Pod } from './core.js'
import { tableOf } from './steps.js'

type Annotations = Readonly<Record<string, string>> | null | undefined

interface EnvVar {
  readonly name: string
  readonly value?: string
}

interface PrometheusFile {
  readonly enableMerge?: { name: string; mesh: JsonObject | null; annotations: Annotations; expected: boolean }[]
  readonly scrapeConfiguration?: { name: string; annotations: Annotations; expected: Scrape }[]
  readonly applyMerge?: ApplyRow[]
  readonly securePort?: SecureRow[]
  readonly reservedPorts?: { port: number; reason: string }[]
}

interface Scrape {
  readonly path: string
  readonly port: string
  readonly targets: readonly { readonly port: string; readonly path: string }[] | null
}

interface ApplyRow {
  readonly name: string
  readonly meshYAML: string
  readonly annotations: Annotations
  readonly hasProxy: boolean
  readonly error: string
  readonly expectedAnnotations: Readonly<Record<string, string>>
  readonly expectedProxyEnv: readonly EnvVar[]
}

interface SecureRow {
  readonly name: string
  readonly annotations: Annotations
  readonly proxyEnv: readonly EnvVar[] | null
  readonly expectedAnnotations: Readonly<Record<string, string>>
}

const SCRAPE_ENV = 'ISTIO_PROMETHEUS_ANNOTATIONS'
const STATUS = 'sidecar.istio.io/status'

export function prometheusTables(data: DataFolder): Table[] {
  const file = data.json<PrometheusFile>('prometheus.json')
  const reserved = (file.reservedPorts ?? []).map(row => ({ ...row, name: String(row.port) }))
  return [
    tableOf('prometheus/enableMerge', file.enableMerge, ({ mesh, annotations, expected }) => {
      const pod = injectedPod({ ...around(annotations), mesh: mesh === null ? '' : JSON.stringify(mesh) })
      return jsonDifference(expected, pod.metadata.annotations?.['prometheus.io/port'] !== undefined)
    }),
    tableOf('prometheus/scrapeConfiguration', file.scrapeConfiguration, checkScrape),
    tableOf('prometheus/applyMerge', file.applyMerge, checkApply),
    tableOf('prometheus/securePort', file.securePort, checkSecure),
    tableOf('prometheus/reservedPorts', reserved, ({ port }) => {
      const outcome = injectPod(around({ 'prometheus.istio.io/scrape-targets': `${port}:/metrics` }))
      const isRefused = outcome.verdict === 'failed' && outcome.failure.code === 'prometheus-ports'
      return isRefused ? undefined : `expected port ${port} to be refused, got ${outcome.verdict}`
    }),
  ]
}

/** A pod with these annotations and one application container; the template adds the proxy, with `env` if given. */
function around(annotations: Annotations, env: readonly EnvVar[] = [], hasProxy = true): Injection {
  const proxy = `spec:\n  containers:\n  - name: istio-proxy\n    env: ${JSON.stringify(env)}\n`
  const pod = { metadata: { name: 'p', annotations: annotations ?? {} }, spec: { containers: [{ name: 'app' }] } }
  return { config: configOf(hasProxy ? proxy : 'spec: {}\n'), pod }
}

/** What the agent will scrape is told to it in one variable; where there are targets, the first stands for port and path. */
function checkScrape({ annotations, expected }: { annotations: Annotations; expected: Scrape }): Failure {
  const proxy = containerOf(injectedPod(around(annotations)), 'istio-proxy')
  const told = proxy?.env?.find(({ name }) => name === SCRAPE_ENV)?.value
  const actual = told === undefined ? {} : (JSON.parse(told) as Partial<Scrape>)
  const first = expected.targets?.[0] ?? expected
  return jsonDifference(
    { path: first.path, port: first.port, targets: expected.targets ?? [] },
    { path: actual.path ?? '', port: actual.port ?? '', targets: actual.targets ?? [] },
  )
}

function checkApply(row: ApplyRow): Failure {
  const outcome = injectPod({ ...around(row.annotations, [], row.hasProxy), mesh: row.meshYAML })
  if (row.error !== '') return outcome.verdict === 'failed' ? undefined : expectedError(row.error, outcome.verdict)
  const isRefusedEarlier = outcome.verdict === 'failed' && outcome.failure.code === 'invalid-annotations'
  const pod = isRefusedEarlier
    ? mergedAlone(row)
    : outcome.verdict === 'injected'
      ? (outcome.pod as unknown as Pod)
      : undefined
  if (pod === undefined) return outcome.verdict === 'failed' ? outcome.failure.message : 'refused'
  const env = containerOf(pod, 'istio-proxy')?.env ?? []
  return jsonDifference(
    { annotations: row.expectedAnnotations ?? {}, env: row.expectedProxyEnv ?? [] },
    { annotations: withoutKeys(pod.metadata.annotations ?? {}, [STATUS]), env },
  )
}

/** Rows record the step alone, also for annotations with which injection as a whole is refused before it gets there. */
function mergedAlone(row: ApplyRow): Pod {
  const containers = [{ name: 'app' }, ...(row.hasProxy ? [{ name: 'istio-proxy' }] : [])]
  const pod = podOf(row.annotations, { containers }) as JsonObject
  const merged = mergePrometheus(pod, must(loadMeshConfig(row.meshYAML)))
  if (!merged.ok) throw new Error(merged.error)
  return merged.value as unknown as Pod
}

function checkSecure(row: SecureRow): Failure {
  // Merging is off, so that the port's own annotation is all that can appear.
  const given = { ...around(row.annotations, row.proxyEnv ?? []), mesh: 'enablePrometheusMerge: false\n' }
  const annotations = injectedPod(given).metadata.annotations ?? {}
  return jsonDifference(row.expectedAnnotations, withoutKeys(annotations, [STATUS]))
}

function withoutKeys(object: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

interface ProbeFile {
  readonly shouldRewrite?: { name: string; annotations: Annotations; rewriteAppHTTPProbe: boolean; expected: boolean }[]
  readonly dumpAppProbers?: { name: string; pod: Pod; targetPort: number; expected: string }[]
  readonly patchRewriteProbe?: {
    name: string
    annotations: Annotations
    pod: Pod
    defaultPort: number
    expected: Pod
  }[]
  readonly mergeOrAppendProbers?: MergeProbersRow[]
  readonly urls?: Readonly<Record<string, string>>
}

interface MergeProbersRow {
  readonly name: string
  readonly previouslyInjected: boolean
  readonly env: readonly EnvVar[]
  readonly newProbers: string
  readonly expected: readonly EnvVar[]
}

const PROBERS_ENV = 'ISTIO_KUBE_APP_PROBERS'
const REWRITING = { sidecarInjectorWebhook: { rewriteAppHTTPProbe: true } }
const HTTP_GET = { httpGet: { path: '/', port: 8000, scheme: 'HTTP' } }

export function probeTables(data: DataFolder): Table[] {
  const file = data.json<ProbeFile>('probes.json')
  const urls = Object.entries(file.urls ?? {}).map(([name, url]) => ({ name, url }))
  return [
    tableOf('probes/shouldRewrite', file.shouldRewrite, row => {
      const values = { sidecarInjectorWebhook: { rewriteAppHTTPProbe: row.rewriteAppHTTPProbe } }
      const spec = { containers: [{ name: 'app', livenessProbe: HTTP_GET }] }
      const pod = injectedPod({ ...around({}), values, pod: podOf(row.annotations, spec) })
      return jsonDifference(row.expected, probersOf(pod) !== undefined)
    }),
    tableOf('probes/dumpAppProbers', file.dumpAppProbers, row =>
      jsonDifference(row.expected, probersOf(rewritten(row.pod, {}, row.targetPort)) ?? ''),
    ),
    tableOf('probes/patchRewriteProbe', file.patchRewriteProbe, row => {
      const { spec } = rewritten(row.pod, row.annotations, row.defaultPort)
      const own = (spec.containers ?? []).filter(({ name }) => name !== 'istio-proxy')
      return jsonDifference(row.expected.spec.containers, own)
    }),
    tableOf('probes/mergeOrAppendProbers', file.mergeOrAppendProbers, checkMergeProbers),
    tableOf('probes/urls', urls, checkUrl),
  ]
}

function podOf(annotations: Annotations, spec: object): object {
  return { metadata: { name: 'p', annotations: annotations ?? {} }, spec }
}

function rewritten(pod: Pod, annotations: Annotations, statusPort: number): Pod {
  const mesh = JSON.stringify({ defaultConfig: { statusPort } })
  const given = { ...pod, metadata: { ...pod.metadata, annotations: annotations ?? {} } }
  return injectedPod({ ...around({}), values: REWRITING, mesh, pod: given })
}

function probersOf(pod: Pod): string | undefined {
  return containerOf(pod, 'istio-proxy')?.env?.find(({ name }) => name === PROBERS_ENV)?.value
}

/** Where a recorded prober URL comes from: which container, and which field of it. */
const HANDLERS: Readonly<Record<string, readonly string[]>> = {
  readyz: ['readinessProbe'],
  livez: ['livenessProbe'],
  startupz: ['startupProbe'],
  prestopz: ['lifecycle', 'preStop'],
  poststartz: ['lifecycle', 'postStart'],
}

/** Builds the pod whose probes are the recorded ones, and lets injection merge them into the proxy's environment. */
function checkMergeProbers(row: MergeProbersRow): Failure {
  const probers = JSON.parse(row.newProbers) as Record<string, object>
  const containers = Object.entries(probers).map(([url, handler]) => {
    const [, , name = '', suffix = ''] = url.split('/')
    return { name, ...nested(HANDLERS[suffix] ?? [], handler) }
  })
  const status = { [STATUS]: '{"containers":["istio-proxy"]}' }
  const pod = podOf(row.previouslyInjected ? status : {}, { containers })
  const injected = injectedPod({ ...around({}, row.env), values: REWRITING, pod })
  return jsonDifference(row.expected, containerOf(injected, 'istio-proxy')?.env)
}

function checkUrl({ name, url }: { name: string; url: string }): Failure {
  const container = { name: 'some-app', ...nested(name.split('.'), HTTP_GET) }
  const probers = probersOf(rewritten({ metadata: {}, spec: { containers: [container] } }, {}, 15020)) ?? '{}'
  return jsonDifference([url.replace('<container>', 'some-app')], Object.keys(JSON.parse(probers) as object))
}

function nested(path: readonly string[], value: object): object {
  return path.reduceRight<object>((inner, key) => ({ [key]: inner }), value)
}
