import type {
  MetricSelector,
  Metrics,
  MetricsOverrides,
  MetricsOverrides_TagOverride,
} from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import type { TelemetryMode } from './access-log-policy.js'

/** Metrics of one direction: which change from what they are, by name of Telemetry (`REQUEST_COUNT`) or the user's own. */
export interface MetricsChoice {
  /** Of TCP connections that are open. */
  readonly reportingInterval: string | undefined
  readonly changes: readonly MetricChange[]
}

export interface MetricChange {
  readonly metric: string
  readonly isDisabled: boolean
  /** By name of the tag, in that order. */
  readonly tags: readonly (readonly [tag: string, change: MetricsOverrides_TagOverride])[]
}

/** Those that there are, as Telemetry names them, and as they are called in what Envoy exports, without `istio_`. */
export const STANDARD_METRICS: Readonly<Record<string, string>> = {
  REQUEST_COUNT: 'requests_total',
  REQUEST_DURATION: 'request_duration_milliseconds',
  REQUEST_SIZE: 'request_bytes',
  RESPONSE_SIZE: 'response_bytes',
  TCP_OPENED_CONNECTIONS: 'tcp_connections_opened_total',
  TCP_CLOSED_CONNECTIONS: 'tcp_connections_closed_total',
  TCP_SENT_BYTES: 'tcp_sent_bytes_total',
  TCP_RECEIVED_BYTES: 'tcp_received_bytes_total',
  GRPC_REQUEST_MESSAGES: 'request_messages_total',
  GRPC_RESPONSE_MESSAGES: 'response_messages_total',
}

type Settings = Pick<MeshSettings, 'defaultProviders' | 'extensionProviders'>

/**
 * What is measured in one direction, of the levels that hold for a workload (widest first). Undefined: nothing, as no provider of
 * metrics is used, or all of them are switched off. A level that names providers replaces those of wider levels; one that does not
 * changes what they measure. https://istio.io/latest/docs/reference/config/telemetry/#Metrics
 */
export function metricsChoice(
  levels: readonly TelemetryObject[],
  mesh: Settings,
  mode: TelemetryMode,
): MetricsChoice | undefined {
  const entries = levels.flatMap(({ spec }) => spec.metrics ?? [])
  const defaults = mesh.defaultProviders?.metrics ?? []
  const used = entries.map(namesOf).findLast(names => names.length > 0) ?? defaults
  const provider = used.find(name => isPrometheus(name, mesh))
  if (provider === undefined) return undefined
  const own = entriesOf(provider, entries, defaults)
  const overrides = own.flatMap(entry => entry.overrides ?? []).filter(({ match }) => isFor(match, mode))
  if (overrides.some(({ match, disabled }) => disabled === true && isOfAll(match))) return undefined
  return {
    reportingInterval: own.findLast(entry => entry.reportingInterval !== undefined)?.reportingInterval,
    changes: changesOf(overrides),
  }
}

function namesOf({ providers = [] }: Metrics): string[] {
  return providers.flatMap(({ name = '' }) => (name === '' ? [] : [name]))
}

function isPrometheus(provider: string, { extensionProviders = [] }: Settings): boolean {
  return extensionProviders.find(({ name }) => name === provider)?.prometheus !== undefined
}

/** An entry that names no provider speaks of those of the one before it. */
function entriesOf(provider: string, entries: readonly Metrics[], defaults: readonly string[]): readonly Metrics[] {
  let names = defaults
  return entries.filter(entry => {
    const own = namesOf(entry)
    if (own.length > 0) names = own
    return names.includes(provider)
  })
}

function isFor(match: MetricSelector | undefined, mode: TelemetryMode): boolean {
  const wanted = match?.mode ?? 'CLIENT_AND_SERVER'
  return wanted === 'CLIENT_AND_SERVER' || wanted === mode
}

function isOfAll(match: MetricSelector | undefined): boolean {
  return match?.customMetric === undefined && (match?.metric ?? 'ALL_METRICS') === 'ALL_METRICS'
}

/** Later ones go on top of earlier ones: tag by tag, and whether the metric is there at all. */
function changesOf(overrides: readonly MetricsOverrides[]): readonly MetricChange[] {
  const changes = new Map<string, { isDisabled: boolean; tags: Map<string, MetricsOverrides_TagOverride> }>()
  for (const { match, disabled, tagOverrides = {} } of overrides)
    for (const metric of isOfAll(match)
      ? Object.keys(STANDARD_METRICS)
      : [match?.customMetric ?? match?.metric ?? '']) {
      const change = changes.get(metric) ?? { isDisabled: false, tags: new Map() }
      changes.set(metric, change)
      if (disabled !== undefined) change.isDisabled = disabled
      for (const [tag, override] of Object.entries(tagOverrides)) change.tags.set(tag, override)
    }
  return [...changes]
    .sort(byName)
    .map(([metric, { isDisabled, tags }]) => ({ metric, isDisabled, tags: [...tags].sort(byName) }))
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
