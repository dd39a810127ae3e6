import type { DestinationRule, Subset } from '../config/istio-types.generated.js'
import { type ConfigObject, type Labels, objectKey } from '../config/object.js'
import { isExportedTo, isPrivate, normaliseExportTo } from './export-to.js'
import { type Hostname, isWildcard, resolveShortName, wildcardsOver } from './hostname.js'
import type { ConsolidatedRule } from './rule.js'
import { byAge, selects } from './selection.js'
import type { MeshIdentity, MeshSettings } from './settings.js'

export type RuleObject = ConfigObject<DestinationRule>
/** Key of the rules for one host in one namespace. */
export type RuleKey = `${string}/${string}`

export function ruleKey(namespace: string, host: Hostname): RuleKey {
  return `${namespace}/${host}`
}

export function keyOfRule(rule: RuleObject, { domain }: MeshIdentity): RuleKey {
  return ruleKey(rule.namespace, resolveShortName(rule.spec.host ?? '', rule.namespace, domain))
}

/**
 * Rules of one namespace for one host, merged: those without a selector and with the same exportTo are one; of those with a selector
 * each equal selector is one. The oldest gives name and policy, subsets are a union.
 */
export function consolidate(
  rules: readonly RuleObject[],
  host: Hostname,
  mesh: MeshSettings,
): readonly ConsolidatedRule[] {
  const merged = new Map<string, ConsolidatedRule>()
  for (const rule of [...rules].sort(byAge)) {
    const selector = selectorOf(rule)
    const exportTo = normaliseExportTo(rule.spec.exportTo, mesh.defaultDestinationRuleExportTo, rule.namespace)
    const key = JSON.stringify([selector === undefined ? null : Object.entries(selector).sort(), exportTo])
    const first = merged.get(key)
    merged.set(key, first === undefined ? single(rule, host, exportTo, selector) : added(first, rule))
  }
  return [...merged.values()]
}

function selectorOf(rule: RuleObject): Labels | undefined {
  const labels = rule.spec.workloadSelector?.matchLabels
  return labels === undefined || Object.keys(labels).length === 0 ? undefined : labels
}

function single(
  rule: RuleObject,
  host: Hostname,
  exportTo: readonly string[],
  selector: Labels | undefined,
): ConsolidatedRule {
  const { namespace, name, spec } = rule
  const subsets = withoutRepeats(spec.subsets ?? [])
  return {
    from: [objectKey(rule)],
    namespace,
    name,
    host,
    trafficPolicy: spec.trafficPolicy,
    subsets,
    exportTo,
    selector,
  }
}

function added(first: ConsolidatedRule, rule: RuleObject): ConsolidatedRule {
  return {
    ...first,
    from: [...first.from, objectKey(rule)],
    trafficPolicy: first.trafficPolicy ?? rule.spec.trafficPolicy,
    subsets: withoutRepeats([...first.subsets, ...(rule.spec.subsets ?? [])]),
  }
}

function withoutRepeats(subsets: readonly Subset[]): readonly Subset[] {
  const names = new Set<string>()
  return subsets.filter(({ name = '' }) => !names.has(name) && names.add(name))
}

export interface RuleClient {
  readonly namespace: string
  readonly labels: Labels
  readonly rootNamespace: string
}

/**
 * Client namespace, then the service's, then the root namespace; in each the most specific host that has a rule the client may
 * see. `rulesOf` is asked for exact keys, so that the answer depends on no other rule.
 */
export function findBestRule(
  host: Hostname,
  serviceNamespace: string,
  client: RuleClient,
  rulesOf: (key: RuleKey) => readonly ConsolidatedRule[] | undefined,
): ConsolidatedRule | undefined {
  const hosts = [host, ...wildcardsOver(host).filter(wild => isWildcard(wild) && wild !== host)]
  const isVisible = (rule: ConsolidatedRule): boolean => isExportedTo(rule.exportTo, client.namespace)
  const isLocal = (rule: ConsolidatedRule): boolean =>
    client.namespace !== client.rootNamespace || isPrivate(rule.exportTo, client.namespace)
  const stages = [
    { namespace: client.namespace, accepts: isLocal },
    { namespace: serviceNamespace, accepts: isVisible },
    { namespace: client.rootNamespace, accepts: isVisible },
  ]
  for (const { namespace, accepts } of stages)
    for (const candidate of namespace === '' ? [] : hosts) {
      const rules = rulesOf(ruleKey(namespace, candidate))?.filter(accepts)
      if (rules !== undefined && rules.length > 0) return chooseForClient(rules, client)
    }
  return undefined
}

/** A rule with a selector counts for clients of its own namespace, and takes from the one without what it does not say. */
function chooseForClient(rules: readonly ConsolidatedRule[], client: RuleClient): ConsolidatedRule | undefined {
  const general = rules.find(({ selector }) => selector === undefined)
  const special = rules.find(
    ({ selector, namespace }) =>
      selector !== undefined && namespace === client.namespace && selects(selector, client.labels),
  )
  if (special === undefined || general === undefined) return special ?? general
  return {
    ...special,
    from: [...special.from, ...general.from],
    trafficPolicy:
      special.trafficPolicy === undefined
        ? general.trafficPolicy
        : { ...general.trafficPolicy, ...special.trafficPolicy },
    subsets: withoutRepeats([...special.subsets, ...general.subsets]),
  }
}
