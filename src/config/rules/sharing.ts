import { type Path, quote, type Report } from '../finding.js'
import type {
  NetworkingWorkloadSelector,
  PolicyTargetReference,
  TypeWorkloadSelector,
} from '../istio-types.generated.js'
import type { Labels } from '../object.js'
import { labelFlaw } from './values.js'

/** Labels of a workload selector: no wildcards, no empty keys. Without labels it selects the namespace, which is worth a word. */
export function checkSelector(selector: TypeWorkloadSelector | undefined, path: Path, report: Report): void {
  if (selector !== undefined) checkSelectorLabels(selector.matchLabels, [...path, 'matchLabels'], report)
}

export function checkNetworkSelector(
  selector: NetworkingWorkloadSelector | undefined,
  path: Path,
  report: Report,
): void {
  if (selector !== undefined) checkSelectorLabels(selector.labels, [...path, 'labels'], report)
}

function checkSelectorLabels(labels: Labels | undefined, path: Path, report: Report): void {
  const keys = Object.keys(labels ?? {})
  if (keys.length === 0) {
    report.warn(
      path.slice(0, -1),
      'a selector without labels selects every workload of the namespace',
      'empty-selector',
    )
  }
  for (const key of keys) {
    const value = labels?.[key] ?? ''
    if (key === '') report.error([...path, key], `a selector may not have an empty key (its value is ${quote(value)})`)
    if (key.includes('*') || value.includes('*')) {
      report.error([...path, key], `a selector may not have wildcards: ${quote(`${key}=${value}`)}`)
    }
  }
}

/** What policies may be attached to. */
const TARGETS: Readonly<Record<string, string>> = {
  '/Service': '',
  'core/Service': '',
  'networking.istio.io/ServiceEntry': '',
  'gateway.networking.k8s.io/Gateway': '',
  'gateway.networking.k8s.io/GatewayClass': '',
}

interface Targeted {
  readonly selector?: TypeWorkloadSelector
  readonly targetRef?: PolicyTargetReference
  readonly targetRefs?: readonly PolicyTargetReference[]
}

/** A policy names targets or selects workloads, not both; targets are of its own namespace. */
export function checkTargets(spec: Targeted, report: Report): void {
  checkSelector(spec.selector, ['spec', 'selector'], report)
  const { targetRef, targetRefs = [] } = spec
  const ways = [spec.selector, targetRef, targetRefs.length === 0 ? undefined : targetRefs]
  if (ways.filter(way => way !== undefined).length > 1) {
    report.error(['spec'], 'only one of selector, targetRef and targetRefs may be set')
  }
  if (targetRef !== undefined) checkTarget(targetRef, ['spec', 'targetRef'], report)
  for (const [index, ref] of targetRefs.entries()) checkTarget(ref, ['spec', 'targetRefs', index], report)
}

export function checkTarget(ref: PolicyTargetReference, path: Path, report: Report): void {
  if ((ref.name ?? '') === '') report.error([...path, 'name'], 'the name of the target is missing')
  if ((ref.namespace ?? '') !== '') {
    report.error(
      [...path, 'namespace'],
      `a target is of the policy's own namespace: ${quote(ref.namespace)} may not be set`,
    )
  }
  const target = `${ref.group ?? ''}/${ref.kind ?? ''}`
  if (!Object.hasOwn(TARGETS, target)) {
    const known = 'Service, ServiceEntry (networking.istio.io), Gateway and GatewayClass (gateway.networking.k8s.io)'
    report.error([...path, 'kind'], `${quote(target)} is no target for a policy; expected one of ${known}`)
  }
}

/** Namespaces that a config is visible to: `.`, `*`, `~` (none, for services) or names, without contradictions. */
export function checkExportTo(
  exportTo: readonly string[] | undefined,
  namespace: string,
  report: Report,
  of: 'service' | 'rule with selector' | 'rule',
): void {
  const path = ['spec', 'exportTo']
  const seen = new Set<string>()
  for (const [index, entry] of (exportTo ?? []).entries()) {
    const key = entry === '.' && namespace !== '' ? namespace : entry
    const here = [...path, index]
    if (seen.has(key)) report.error(here, `${quote(entry)} is named twice`)
    seen.add(key)
    const isWord = entry === '.' || entry === '*' || entry === '~'
    const flaw = isWord ? undefined : labelFlaw(entry, 'namespace')
    if (flaw !== undefined) report.error(here, `${flaw}; or ".", "*" or "~"`)
    if (entry === '~' && of !== 'service') report.error(here, '"~" (visible to nobody) is for service entries only')
    if (of === 'rule with selector' && entry !== '.' && entry !== namespace) {
      report.error(here, `a rule with a workloadSelector is visible in its own namespace only, not in ${quote(entry)}`)
    }
  }
  for (const word of ['*', '~']) {
    if (seen.has(word) && seen.size > 1)
      report.error(path, `${quote(word)} says it all: no other entry may stand beside it`)
  }
}
