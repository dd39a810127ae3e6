import { encodeGoJson } from '../lang/gojson.js'
import type { JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { parseGoBool } from './go-bool.js'
import { MERGE_METRICS_ANNOTATION, PROMETHEUS_ENV, PROXY, SECURE_METRICS_ENV, SECURE_PORT_ANNOTATION } from './names.js'
import {
  annotationOf,
  annotationsOf,
  findSidecar,
  objectsIn,
  type Pod,
  textIn,
  withAnnotations,
  withContainer,
  withEnv,
} from './pod.js'
import type { InjectionWarning } from './types.js'

/** Ports of the proxy that may not be scraped as the app's, and what they are. */
export const RESERVED_PORTS: ReadonlyMap<number, string> = new Map([
  [15000, 'Envoy admin'],
  [15001, 'outbound traffic capture'],
  [15004, 'pilot debug'],
  [15006, 'inbound traffic capture'],
  [15008, 'HBONE tunnel'],
  [15020, 'pilot-agent status / merged Prometheus'],
  [15021, 'Envoy health'],
  [15053, 'DNS proxy'],
  [15090, 'Envoy Prometheus (already merged)'],
])

/** Keys are compared by the name that Prometheus would make of them, so several spellings are one key. */
const SCRAPE = 'prometheus_io_scrape'
const PORT = 'prometheus_io_port'
const PATH = 'prometheus_io_path'
const TARGETS = 'prometheus_istio_io_scrape_targets'
const SECURE = 'prometheus_istio_io_secure_port'

const DEFAULT_PATH = '/metrics'

export interface ScrapeTarget {
  readonly port: string
  readonly path: string
}

export interface Scrape {
  readonly scrape: string
  readonly path: string
  readonly port: string
  readonly targets: readonly ScrapeTarget[] | undefined
}

export interface PrometheusMesh {
  readonly enablePrometheusMerge?: boolean
  readonly defaultConfig?: { readonly statusPort?: number }
}

/** Whether the app's metrics are merged into the proxy's: annotation, then mesh config, then yes. */
export function isMergingMetrics(mesh: PrometheusMesh, annotations: ReadonlyMap<string, string>): boolean {
  const own = annotations.get(MERGE_METRICS_ANNOTATION)
  return (own === undefined ? undefined : parseGoBool(own)) ?? mesh.enablePrometheusMerge ?? true
}

/**
 * Moves the app's scrape annotations into the proxy's environment and points Prometheus at the proxy. Errors: a port that
 * is none, or one of the proxy's own.
 */
export function mergePrometheus(
  pod: Pod,
  mesh: PrometheusMesh,
  warn: (warning: InjectionWarning) => void = () => {},
): Result<Pod, string> {
  const annotations = annotationsOf(pod)
  if (isScrapeOff(annotations) || !isMergingMetrics(mesh, annotations)) return ok(pod)
  const statusPort = String(mesh.defaultConfig?.statusPort ?? 0)
  const found = scrapeOf(annotations, warn)
  if (found.port === statusPort) return ok(pod)
  const first = found.targets?.[0]
  const scrape = first === undefined ? found : { ...found, port: first.port, path: first.path }
  const broken = brokenPort(scrape, statusPort)
  if (broken !== undefined) return err(broken)
  return ok(pointAtProxy(recordScrape(pod, scrape), statusPort))
}

/** Tells Prometheus the port of merged metrics over TLS, where the proxy has one and the user named none. */
export function setSecurePort(pod: Pod): Pod {
  const sidecar = findSidecar(pod, PROXY)
  if (sidecar === undefined) return pod
  if ([...annotationsOf(pod).keys()].some(key => sanitize(key) === SECURE)) return pod
  const values = objectsIn(sidecar.container, 'env').flatMap(entry =>
    entry['name'] === SECURE_METRICS_ENV ? (textIn(entry, 'value') ?? '') : [],
  )
  const port = values.find(value => value !== '' && value !== '0')
  return port === undefined ? pod : withAnnotations(pod, [[SECURE_PORT_ANNOTATION, port]])
}

/** Takes out every spelling of the scrape annotations, if they point at the proxy: a second injection starts afresh. */
export function stripPrometheus(pod: Pod, statusPort: number): Pod {
  const keys = [...annotationsOf(pod).keys()]
  const port = keys.filter(key => sanitize(key) === PORT).map(key => annotationOf(pod, key))
  if (!port.includes(String(statusPort))) return pod
  return withAnnotations(
    pod,
    keys.filter(key => [SCRAPE, PORT, PATH, TARGETS].includes(sanitize(key))).map(key => [key, null]),
  )
}

/** What the app's annotations say; of several spellings of one key the one last in order counts. */
export function scrapeOf(
  annotations: ReadonlyMap<string, string>,
  warn: (warning: InjectionWarning) => void = () => {},
): Scrape {
  const found = new Map<string, string>()
  for (const [key, value] of annotations) found.set(sanitize(key), value)
  return {
    scrape: found.get(SCRAPE) ?? '',
    path: found.get(PATH) ?? '',
    port: found.get(PORT) ?? '',
    targets: parseTargets(found.get(TARGETS) ?? '', warn),
  }
}

function isScrapeOff(annotations: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of annotations) if (sanitize(key) === SCRAPE && parseGoBool(value) === false) return true
  return false
}

/** `port[:path],…`; undefined without any, or where one has no port. */
function parseTargets(text: string, warn: (warning: InjectionWarning) => void): ScrapeTarget[] | undefined {
  const targets: ScrapeTarget[] = []
  for (const item of text.split(',')) {
    const trimmed = item.trim()
    if (trimmed === '') continue
    const colon = trimmed.indexOf(':')
    const port = (colon === -1 ? trimmed : trimmed.slice(0, colon)).trim()
    const path = colon === -1 ? '' : trimmed.slice(colon + 1).trim()
    if (port === '') {
      const message = `scrape-targets ${JSON.stringify(text)} is ignored: ${JSON.stringify(trimmed)} has no port`
      warn({ code: 'scrape-targets-ignored', message })
      return undefined
    }
    targets.push({ port, path: path === '' ? DEFAULT_PATH : path })
  }
  return targets.length === 0 ? undefined : targets
}

function brokenPort(scrape: Scrape, statusPort: string): string | undefined {
  const ports = scrape.targets?.map(({ port }) => port) ?? (scrape.port === '' ? [] : [scrape.port])
  const prefix = `invalid prometheus scrape ${scrape.targets === undefined ? 'configuration:' : 'targets: target'}`
  for (const port of ports) {
    const number = /^[-+]?[0-9]{1,18}$/.test(port) ? Number(port) : Number.NaN
    if (!(number >= 1 && number <= 65_535)) return `${prefix} invalid port ${JSON.stringify(port)}`
    if (String(number) === statusPort)
      return `${prefix} port ${number} is the status port of the proxy and cannot be scraped`
    const reason = RESERVED_PORTS.get(number)
    if (reason !== undefined) return `${prefix} port ${number} is reserved for Istio (${reason}) and cannot be scraped`
  }
  return undefined
}

function recordScrape(pod: Pod, { scrape, path, port, targets }: Scrape): Pod {
  const sidecar = findSidecar(pod, PROXY)
  const isEmpty = scrape === '' && path === '' && port === '' && targets === undefined
  if (sidecar === undefined || isEmpty) return pod
  const record: JsonObject = { scrape, path, port }
  if (targets !== undefined) record['targets'] = targets.map(target => ({ port: target.port, path: target.path }))
  return withContainer(pod, sidecar.list, withEnv(sidecar.container, PROMETHEUS_ENV, encodeGoJson(record)))
}

function pointAtProxy(pod: Pod, statusPort: string): Pod {
  const own = [...annotationsOf(pod).keys()].filter(key => [SCRAPE, PORT, PATH, TARGETS].includes(sanitize(key)))
  return withAnnotations(pod, [
    ...own.map(key => [key, null] as const),
    ['prometheus.io/port', statusPort],
    ['prometheus.io/path', '/stats/prometheus'],
    ['prometheus.io/scrape', 'true'],
  ])
}

/** What Prometheus makes of a key; nothing of those that are surely none of ours. */
function sanitize(key: string): string {
  return !key.startsWith('prometheus') ? '' : key.replace(/[^a-zA-Z0-9_]/g, '_')
}
