import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import type { Any, ConfigListenerFilter, HttpFilter, MetricConfig } from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { ProxyView } from '../../proxy/view.js'
import type { TelemetryMode } from './access-log-policy.js'
import { hasIstioExtension } from './filters.js'
import { type MetricChange, metricsChoice, STANDARD_METRICS } from './stats-policy.js'

/** The filter that measures, for requests and for connections; both lists are empty where nothing is measured. */
export interface StatsFilters {
  readonly http: readonly HttpFilter[]
  readonly tcp: readonly ConfigListenerFilter[]
}

interface StatsFacts {
  readonly view: Pick<ProxyView, 'extensions'>
  readonly mesh: Pick<MeshSettings, 'defaultProviders' | 'extensionProviders'>
  readonly telemetry: readonly TelemetryObject[]
  readonly mode: TelemetryMode
}

const NAME = 'istio.stats'
const NONE: StatsFilters = { http: [], tcp: [] }

/** Istio's metrics, for proxies whose Envoy has them: https://istio.io/latest/docs/reference/config/metrics/ */
export function statsFilters({ view, mesh, telemetry, mode }: StatsFacts): StatsFilters {
  if (!hasIstioExtension(view, 'stats')) return NONE
  const choice = metricsChoice(telemetry, mesh, mode)
  if (choice === undefined) return NONE
  const { reportingInterval, changes } = choice
  const typedConfig: Any = packAny('stats.PluginConfig', {
    // A client says what it meant to call; what it puts into a header is no service of the mesh.
    ...(mode === 'SERVER' ? { disableHostHeaderFallback: true } : {}),
    ...(reportingInterval === undefined ? {} : { tcpReportingDuration: reportingInterval }),
    ...(changes.length === 0 ? {} : { metrics: changes.map(metricOf) }),
  })
  return { http: [{ name: NAME, typedConfig }], tcp: [{ name: NAME, typedConfig }] }
}

function metricOf({ metric, isDisabled, tags }: MetricChange): MetricConfig {
  const removed = tags.filter(([, { operation }]) => operation === 'REMOVE').map(([tag]) => tag)
  const dimensions = tags.filter(([, { operation }]) => operation !== 'REMOVE')
  return {
    name: Object.hasOwn(STANDARD_METRICS, metric) ? (STANDARD_METRICS[metric] ?? metric) : metric,
    ...(isDisabled ? { drop: true } : {}),
    ...(removed.length === 0 ? {} : { tagsToRemove: removed }),
    ...(dimensions.length === 0
      ? {}
      : { dimensions: Object.fromEntries(dimensions.map(([tag, { value }]) => [tag, value ?? ''])) }),
  }
}
