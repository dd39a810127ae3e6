import { type Path, quote, type Report } from '../finding.js'
import type { Metrics, Telemetry, TelemetryTracing } from '../istio-types.generated.js'
import { checkTargets } from '../rules/sharing.js'
import { percentFlaw, require } from '../rules/values.js'
import { istioKind } from './kind.js'

export const telemetryKind = istioKind<Telemetry>({
  kind: 'Telemetry',
  group: 'telemetry.istio.io',
  versions: ['v1', 'v1alpha1'],
  message: 'istio.telemetry.v1alpha1.Telemetry',
  validate: ({ spec }, report) => {
    checkTargets(spec, report)
    const { tracing = [], metrics = [], accessLogging = [] } = spec
    if (tracing.length > 1) report.warn(['spec', 'tracing'], 'only the first entry is used')
    for (const [index, entry] of tracing.entries()) checkTracing(entry, ['spec', 'tracing', index], report)
    for (const [index, entry] of metrics.entries()) checkMetrics(entry, ['spec', 'metrics', index], report)
    for (const [index, entry] of accessLogging.entries())
      checkProviders(entry, ['spec', 'accessLogging', index], report)
  },
})

function checkProviders(
  { providers = [] }: { readonly providers?: readonly { readonly name?: string }[] },
  path: Path,
  report: Report,
): void {
  for (const [index, { name = '' }] of providers.entries()) {
    if (name === '') report.error([...path, 'providers', index, 'name'], 'the name of the provider is missing')
  }
}

function checkTracing(tracing: TelemetryTracing, path: Path, report: Report): void {
  checkProviders(tracing, path, report)
  if ((tracing.providers ?? []).length > 1) report.warn([...path, 'providers'], 'only the first provider is used')
  require(report, [...path, 'randomSamplingPercentage'], percentFlaw(tracing.randomSamplingPercentage))
  for (const name of Object.keys(tracing.customTags ?? {})) {
    const here = [...path, 'customTags', name]
    const { literal, environment, header, formatter } = tracing.customTags?.[name] ?? {}
    if (name === '') report.error(here, 'the name of a tag may not be empty')
    if (literal !== undefined) {
      if ((literal.value ?? '') === '') report.error([...here, 'literal', 'value'], 'the value is missing')
    } else if (environment !== undefined || header !== undefined) {
      const field = environment === undefined ? 'header' : 'environment'
      if (((environment ?? header)?.name ?? '') === '') report.error([...here, field, 'name'], 'the name is missing')
    } else if (formatter === undefined)
      report.error(here, `the tag ${quote(name)} has no source; expected literal, environment, header or formatter`)
  }
}

function checkMetrics(metrics: Metrics, path: Path, report: Report): void {
  checkProviders(metrics, path, report)
  for (const [index, { match, tagOverrides = {} }] of (metrics.overrides ?? []).entries()) {
    const here = [...path, 'overrides', index]
    if (match?.customMetric === '')
      report.error([...here, 'match', 'customMetric'], 'the name of the metric is missing')
    for (const tag of Object.keys(tagOverrides)) {
      const { operation = 'UPSERT', value = '' } = tagOverrides[tag] ?? {}
      const at = [...here, 'tagOverrides', tag]
      if (operation === 'UPSERT' && value === '') report.error([...at, 'value'], 'operation UPSERT needs a value')
      if (operation !== 'UPSERT' && value !== '') report.error([...at, 'value'], `operation ${operation} has no value`)
    }
  }
}
