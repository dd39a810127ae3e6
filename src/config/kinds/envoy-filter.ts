import { type Path, quote, type Report } from '../finding.js'
import type { EnvoyFilter, EnvoyFilter_EnvoyConfigObjectPatch } from '../istio-types.generated.js'
import { checkNetworkSelector, checkTarget } from '../rules/sharing.js'
import { regexFlaw, require } from '../rules/values.js'
import { istioKind } from './kind.js'

export const envoyFilterKind = istioKind<EnvoyFilter>({
  kind: 'EnvoyFilter',
  group: 'networking.istio.io',
  versions: ['v1alpha3'],
  message: 'istio.networking.v1alpha3.EnvoyFilter',
  validate: ({ spec }, report) => {
    report.warn(
      [],
      'an EnvoyFilter relies on generated configuration, which may differ after any upgrade; prefer another resource',
      'internals',
    )
    checkNetworkSelector(spec.workloadSelector, ['spec', 'workloadSelector'], report)
    const { targetRefs = [] } = spec
    if (spec.workloadSelector !== undefined && targetRefs.length > 0) {
      report.error(['spec'], 'only one of workloadSelector and targetRefs may be set')
    }
    for (const [index, ref] of targetRefs.entries()) checkTarget(ref, ['spec', 'targetRefs', index], report)
    for (const [index, patch] of (spec.configPatches ?? []).entries()) {
      checkPatch(patch, ['spec', 'configPatches', index], report)
    }
  },
})

/** Which match belongs to what is patched. */
const MATCHES: readonly (readonly [string, readonly string[]])[] = [
  ['listener', ['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER', 'LISTENER_FILTER']],
  ['cluster', ['CLUSTER']],
  ['routeConfiguration', ['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE']],
]

function checkPatch({ applyTo, match, patch }: EnvoyFilter_EnvoyConfigObjectPatch, path: Path, report: Report): void {
  if (applyTo === undefined) {
    report.error([...path, 'applyTo'], 'applyTo is missing, such as HTTP_FILTER')
    return
  }
  // Waypoints are judged by their schema alone.
  if (match?.context === 'WAYPOINT') return
  if (patch === undefined) {
    report.error([...path, 'patch'], 'the patch is missing')
    return
  }
  const { operation } = patch
  if (operation === undefined) report.error([...path, 'patch', 'operation'], 'the operation is missing, such as MERGE')
  else if (operation !== 'REMOVE' && patch.value === undefined)
    report.error([...path, 'patch', 'value'], `operation ${operation} needs a value`)
  const version = match?.proxy?.proxyVersion ?? ''
  if (version !== '') require(report, [...path, 'match', 'proxy', 'proxyVersion'], regexFlaw(version))
  checkFit(applyTo, match, path, report)
  checkTyped(applyTo, patch.value, [...path, 'patch', 'value'], report)
}

function checkFit(
  applyTo: string,
  match: EnvoyFilter_EnvoyConfigObjectPatch['match'],
  path: Path,
  report: Report,
): void {
  for (const [field, targets] of MATCHES) {
    if (!targets.includes(applyTo)) continue
    const other = MATCHES.find(([name]) => name !== field && match?.[name as 'listener'] !== undefined)
    if (other !== undefined)
      report.error([...path, 'match'], `applyTo ${applyTo} goes with match.${field}, not match.${other[0]}`)
  }
  const { filter } = match?.listener?.filterChain ?? {}
  if (filter !== undefined)
    checkFilter(applyTo, filter, [...path, 'match', 'listener', 'filterChain', 'filter'], report)
}

interface MatchedFilter {
  readonly name?: string
  readonly subFilter?: { readonly name?: string }
}

function checkFilter(applyTo: string, { name = '', subFilter }: MatchedFilter, path: Path, report: Report): void {
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') {
    report.warn(path, `applyTo ${applyTo} does not look at filters: this match does nothing`)
  }
  if (name === '') report.error([...path, 'name'], 'the name of the filter is missing')
  if (subFilter === undefined) return
  if (applyTo !== 'HTTP_FILTER') {
    report.error([...path, 'subFilter'], `a subFilter is for applyTo HTTP_FILTER, not ${applyTo}`)
  }
  if ((subFilter.name ?? '') === '') report.error([...path, 'subFilter', 'name'], 'the name of the filter is missing')
}

/** A filter without `@type` is one that Envoy has not understood for years. */
function checkTyped(applyTo: string, value: unknown, path: Path, report: Report): void {
  if (applyTo !== 'HTTP_FILTER' && applyTo !== 'NETWORK_FILTER') return
  if (typeof value !== 'object' || value === null) return
  if ('config' in value)
    report.warn([...path, 'config'], `Envoy reads typed_config; ${quote('config')} is not supported`, 'deprecated')
}
