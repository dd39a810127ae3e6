import { isJsonObject, type Json } from '../lang/json.js'
import { formatSelector, type LabelSelector, matchesSelector } from '../lang/selector.js'
import { type StringMap, stringsOf } from './objects.js'
import type { InterceptionRequest, MatchCriteria, ResourceRule } from './rule.js'

/** One criterion looked at: what it asked for, what the request had, and whether it was met. */
export interface MatchStep {
  readonly criterion: 'resources' | 'namespaceSelector' | 'objectSelector' | 'matchCondition'
  /** `unknown`: the facts are missing offline; the API server knows them. */
  readonly outcome: 'met' | 'not met' | 'unknown' | 'error'
  /** One line for people: the selector or expression and what it was compared with. */
  readonly detail: string
}

export interface MatchResult {
  /** `error`: a match condition failed to evaluate and the failure policy is Fail: the API server rejects the request. */
  readonly verdict: 'match' | 'no match' | 'error'
  /** In the order in which the API server evaluates them; ends with the first criterion that is not met. */
  readonly steps: readonly MatchStep[]
}

/**
 * Would the API server call? The order and the rules are those of admissionregistration.k8s.io/v1: resources and operations,
 * namespaceSelector, objectSelector (met by the object or the old object), then match conditions, of which one that is
 * false outweighs others that fail, and failures count as the failure policy says.
 */
export function matchRequest(criteria: MatchCriteria, request: InterceptionRequest): MatchResult {
  const steps: MatchStep[] = []
  for (const check of [matchResources, matchNamespace, matchObject]) {
    const step = check(criteria, request)
    if (step !== undefined) steps.push(step)
    if (step?.outcome === 'not met') return { verdict: 'no match', steps }
  }
  const conditions = matchConditions(criteria, request)
  steps.push(...conditions)
  if (conditions.some(step => step.outcome === 'not met')) return { verdict: 'no match', steps }
  if (conditions.some(step => step.outcome === 'error')) {
    return { verdict: criteria.failurePolicy === 'Fail' ? 'error' : 'no match', steps }
  }
  return { verdict: 'match', steps }
}

function matchResources(criteria: MatchCriteria, request: InterceptionRequest): MatchStep {
  const { group, version, resource, subResource, operation } = request
  const what = `${operation} ${[group, version].filter(Boolean).join('/')} ${resource}${subResource === '' ? '' : `/${subResource}`}`
  const isMet = criteria.resources.some(rule => isResourceMet(rule, request))
  const asked = criteria.resources.map(describeResources).join('; ')
  return { criterion: 'resources', outcome: isMet ? 'met' : 'not met', detail: `${what} against ${asked}` }
}

function describeResources(rule: ResourceRule): string {
  const groups = rule.apiGroups.map(group => (group === '' ? 'core' : group)).join(',')
  return `${rule.operations.join(',')} ${groups}/${rule.apiVersions.join(',')} ${rule.resources.join(',')}`
}

function isResourceMet(rule: ResourceRule, request: InterceptionRequest): boolean {
  const hasScope =
    rule.scope === '*' ||
    (rule.scope === 'Namespaced') === (request.namespace !== '' && request.resource !== 'namespaces')
  return (
    hasScope &&
    holds(rule.apiGroups, request.group) &&
    holds(rule.apiVersions, request.version) &&
    holds(rule.operations, request.operation) &&
    rule.resources.some(pattern => isResourceNamed(pattern, request))
  )
}

function holds(patterns: readonly string[], value: string): boolean {
  return patterns.includes('*') || patterns.includes(value)
}

// A star is every resource but no subresource; `pods/*` is every subresource of pods; star, slash, `scale` is that of all.
function isResourceNamed(pattern: string, { resource, subResource }: InterceptionRequest): boolean {
  const [wanted = '', wantedSub = ''] = pattern.split('/', 2)
  const isWanted = wanted === '*' || wanted === resource
  return isWanted && (wantedSub === subResource || (wantedSub === '*' && (subResource !== '' || wanted === '*')))
}

function matchNamespace(criteria: MatchCriteria, request: InterceptionRequest): MatchStep | undefined {
  const selector = criteria.namespaceSelector
  if (selector === undefined || isEmpty(selector)) return undefined
  const criterion = 'namespaceSelector'
  if (request.namespace === '') return { criterion, outcome: 'met', detail: 'the object is cluster-scoped' }
  const labels = request.namespaceLabels ?? nameLabelIfEnough(selector, request.namespace)
  if (labels === undefined) {
    return {
      criterion,
      outcome: 'unknown',
      detail: `${formatSelector(selector)}: the labels of namespace ${request.namespace} are not known here`,
    }
  }
  return selectorStep(criterion, selector, labels, `namespace ${request.namespace}`)
}

/** Set by the API server on every namespace: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name */
const NAME_LABEL = 'kubernetes.io/metadata.name'

function nameLabelIfEnough({ requirements }: LabelSelector, namespace: string): StringMap | undefined {
  return requirements.every(({ key }) => key === NAME_LABEL) ? { [NAME_LABEL]: namespace } : undefined
}

function matchObject(criteria: MatchCriteria, request: InterceptionRequest): MatchStep | undefined {
  const selector = criteria.objectSelector
  if (selector === undefined || isEmpty(selector)) return undefined
  // The API server takes either object: an update that removes the label is still seen.
  const candidates = [request.object, request.oldObject].map(labelsOf).filter(labels => labels !== undefined)
  const matching = candidates.find(labels => matchesSelector(selector, labels))
  return selectorStep('objectSelector', selector, matching ?? candidates[0] ?? {}, 'object')
}

function selectorStep(
  criterion: 'namespaceSelector' | 'objectSelector',
  selector: LabelSelector,
  labels: StringMap,
  whose: string,
): MatchStep {
  const shown = Object.keys(labels)
    .map(key => `${key}=${labels[key]}`)
    .join(',')
  return {
    criterion,
    outcome: matchesSelector(selector, labels) ? 'met' : 'not met',
    detail: `${formatSelector(selector)} against the labels of the ${whose}: ${shown === '' ? 'none' : shown}`,
  }
}

function isEmpty(selector: LabelSelector): boolean {
  return formatSelector(selector) === ''
}

/** Labels of an object; undefined for null (there is no such object). */
function labelsOf(object: Json): StringMap | undefined {
  if (!isJsonObject(object)) return undefined
  const metadata = object['metadata'] ?? null
  return stringsOf(isJsonObject(metadata) ? (metadata['labels'] ?? null) : null)
}

function matchConditions(criteria: MatchCriteria, request: InterceptionRequest): MatchStep[] {
  return criteria.matchConditions.map(condition => {
    const result = condition.evaluate(request)
    const detail = `${condition.name}: ${condition.expression.trim()}`
    if (!result.ok) return { criterion: 'matchCondition', outcome: 'error', detail: `${detail}: ${result.error}` }
    return { criterion: 'matchCondition', outcome: result.value ? 'met' : 'not met', detail }
  })
}
