import type { TelemetryTracing, TelemetryTracing_CustomTag } from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import type { TelemetryMode } from './access-log-policy.js'

/** How requests of one direction are traced, as far as Telemetry says it: what is undefined is the proxy's own configuration's. */
export interface TracingChoice {
  /** Of mesh config, by name. */
  readonly provider: string
  readonly isDisabled: boolean
  /** Percent. */
  readonly sampling: number | undefined
  readonly customTags: Readonly<Record<string, TelemetryTracing_CustomTag>> | undefined
  readonly hasIstioTags: boolean | undefined
  /** The sampling is written into `x-request-id`, so that everybody behind decides the same. */
  readonly usesRequestId: boolean
  readonly isKeptToItself: boolean
}

/**
 * Of the levels that hold for a workload, widest first; what a narrower one says replaces what a wider one says, field by field, and one
 * provider is used. Undefined: Telemetry says nothing of it, so the mesh's `enableTracing` holds.
 * https://istio.io/latest/docs/reference/config/telemetry/#Tracing
 */
export function tracingChoice(
  levels: readonly TelemetryObject[],
  mesh: Pick<MeshSettings, 'defaultProviders'>,
  mode: TelemetryMode,
): TracingChoice | undefined {
  const all = levels.flatMap(({ spec }) => spec.tracing ?? [])
  const [standard] = mesh.defaultProviders?.tracing ?? []
  if (all.length === 0 && standard === undefined) return undefined
  const entries = all.filter(entry => isFor(entry, mode))
  const last = <T>(field: (entry: TelemetryTracing) => T | undefined): T | undefined =>
    entries.map(field).findLast(value => value !== undefined)
  return {
    provider: last(({ providers = [] }) => providers.find(({ name }) => name !== undefined)?.name) ?? standard ?? '',
    isDisabled: last(entry => entry.disableSpanReporting) ?? false,
    sampling: last(entry => entry.randomSamplingPercentage),
    customTags: last(entry => entry.customTags),
    hasIstioTags: last(entry => entry.enableIstioTags),
    usesRequestId: last(entry => entry.useRequestIdForTraceSampling) ?? true,
    isKeptToItself: last(entry => entry.disableContextPropagation) ?? false,
  }
}

function isFor({ match }: TelemetryTracing, mode: TelemetryMode): boolean {
  const wanted = match?.mode ?? 'CLIENT_AND_SERVER'
  return wanted === 'CLIENT_AND_SERVER' || wanted === mode
}
