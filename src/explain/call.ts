import type { WebhookConfiguration, WebhookEntry } from '../config/webhook-configuration.js'
import { isJsonObject, type JsonObject } from '../lang/json.js'
import { formatSelector, type LabelRequirement, matchesSelector } from '../lang/selector.js'
import { type InterceptionRequest, type MatchStep, matchRequest } from '../rules/index.js'
import { criteriaOf, isInjector, labelsOf, NOT_UNDERSTOOD, namespaceLabels } from './criteria.js'
import { nearestOf } from './nearest.js'
import type {
  CallExplanation,
  ClusterFacts,
  CriterionFinding,
  EntryExplanation,
  NamespaceFacts,
  Path,
  RequirementFinding,
  Subject,
} from './types.js'

/** Evaluates every webhook of every configuration as an API server does for the creation of the pod. */
export function explainCall(cluster: ClusterFacts, subject: Subject): CallExplanation {
  const namespace = cluster.namespaces.get(subject.namespace.name)
  const request = creationOf(subject, namespace)
  const entries = cluster.webhooks.flatMap(configuration =>
    configuration.entries.map((entry, index) =>
      explainEntry({ configuration, entry, index, request, subject, namespace }),
    ),
  )
  const injectors = entries.filter(({ isInjector }) => isInjector)
  const outcome = outcomeOf(injectors, cluster.isComplete === true)
  const nearest = outcome === 'not-called' ? nearestOf(cluster, request, namespace) : []
  return {
    outcome,
    summary: summaryOf(outcome, injectors, entries.length),
    entries,
    nearest,
    warnings: warningsOf(injectors, outcome, subject),
  }
}

function outcomeOf(injectors: readonly EntryExplanation[], isComplete: boolean): CallExplanation['outcome'] {
  const has = (outcome: EntryExplanation['outcome']): boolean => injectors.some(entry => entry.outcome === outcome)
  if (injectors.length === 0 && !isComplete) return 'no-configuration'
  if (has('rejects')) return 'rejected'
  if (has('calls')) return 'called'
  return has('unknown') ? 'unknown' : 'not-called'
}

function summaryOf(outcome: CallExplanation['outcome'], injectors: readonly EntryExplanation[], total: number): string {
  const names = (wanted: EntryExplanation['outcome']): string =>
    injectors
      .filter(entry => entry.outcome === wanted)
      .map(entry => `${entry.configuration}/${entry.entry}`)
      .join(', ')
  switch (outcome) {
    case 'no-configuration':
      return total === 0
        ? 'no MutatingWebhookConfiguration was given'
        : `none of the ${total} webhooks that were given is a sidecar injector`
    case 'called':
      return `webhook ${names('calls')} matches${labelText(injectors)}`
    case 'rejected':
      return `a match condition of webhook ${names('rejects')} fails, and its failurePolicy is Fail`
    case 'unknown':
      return `it depends on facts that are not known here: ${names('unknown')}`
    case 'not-called':
      if (injectors.length === 0) return 'there is no injection webhook'
      return `none of the ${injectors.length} injection webhooks matches`
  }
}

/** The labels that made it match. */
function labelText(injectors: readonly EntryExplanation[]): string {
  const calling = injectors.find(({ outcome }) => outcome === 'calls')
  const texts = (calling?.criteria ?? []).flatMap(({ criterion, requirements = [] }) =>
    requirements
      .filter(({ value }) => value !== null)
      .map(({ key, value }) => `${criterion === 'namespaceSelector' ? 'namespace' : 'pod'} label ${key}=${value}`),
  )
  return texts.length === 0 ? '' : `, for ${texts.join(' and ')}`
}

function warningsOf(
  injectors: readonly EntryExplanation[],
  outcome: CallExplanation['outcome'],
  { pod }: Subject,
): string[] {
  if (outcome === 'not-called' && isAskedByAnnotation(pod)) {
    return [`the annotation ${INJECT_KEY}: "true" is not seen by the API server: selectors look at labels only`]
  }
  const calling = injectors.filter(({ outcome }) => outcome === 'calls')
  if (calling.length < 2) return []
  const names = calling.map(({ configuration, entry }) => `${configuration}/${entry}`).join(' and ')
  return [`the pod goes through injection ${calling.length} times, once for each of ${names}`]
}

const INJECT_KEY = 'sidecar.istio.io/inject'

function isAskedByAnnotation({ metadata }: JsonObject): boolean {
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined
  return isJsonObject(annotations) && Object.hasOwn(annotations, INJECT_KEY) && annotations[INJECT_KEY] === 'true'
}

/** The request that the API server would make of the pod's creation. */
function creationOf(subject: Subject, namespace: NamespaceFacts | undefined): InterceptionRequest {
  const pod = podAsCreated(subject)
  const name = textAt(pod, 'name')
  const resource = { group: '', version: 'v1', resource: 'pods' }
  const facts = { name, namespace: subject.namespace.name, operation: 'CREATE' } as const
  const request: JsonObject = {
    ...facts,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource,
    dryRun: false,
  }
  if (subject.controller !== undefined)
    request['userInfo'] = { username: subject.controller.user, groups: ACCOUNT_GROUPS }
  return {
    ...facts,
    ...resource,
    kind: 'Pod',
    subResource: '',
    object: pod,
    oldObject: null,
    request,
    namespaceLabels: namespace?.labels,
  }
}

const ACCOUNT_GROUPS = ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated']

/** An API server sees the namespace on the object too. */
function podAsCreated({ pod, namespace }: Subject): JsonObject {
  const metadata = isJsonObject(pod['metadata']) ? pod['metadata'] : {}
  return { ...pod, metadata: { ...metadata, namespace: namespace.name } }
}

function textAt(pod: JsonObject, key: string): string {
  const metadata = pod['metadata']
  const value = isJsonObject(metadata) ? metadata[key] : undefined
  return typeof value === 'string' ? value : ''
}

interface EntryInput {
  readonly configuration: WebhookConfiguration
  readonly entry: WebhookEntry
  readonly index: number
  readonly request: InterceptionRequest
  readonly subject: Subject
  readonly namespace: NamespaceFacts | undefined
}

function explainEntry(input: EntryInput): EntryExplanation {
  const { configuration, entry, index, request } = input
  const { steps } = matchRequest(criteriaOf(entry), request)
  const criteria = steps.map(step => describe(step, input))
  const position = configuration.locate([...entry.path, 'name'])
  return {
    configuration: configuration.name,
    entry: entry.name,
    index,
    ...(position === undefined ? {} : { position }),
    isInjector: isInjector(entry),
    outcome: entryOutcome(criteria, entry.failurePolicy),
    client: entry.client,
    failurePolicy: entry.failurePolicy,
    reinvocationPolicy: entry.reinvocationPolicy,
    criteria,
  }
}

function entryOutcome(
  criteria: readonly CriterionFinding[],
  failurePolicy: 'Fail' | 'Ignore',
): EntryExplanation['outcome'] {
  const has = (outcome: MatchStep['outcome']): boolean => criteria.some(step => step.outcome === outcome)
  if (has('not met')) return 'does not call'
  if (has('unknown')) return 'unknown'
  if (has('error')) return failurePolicy === 'Fail' ? 'rejects' : 'does not call'
  return 'calls'
}

const ENTRY_KEYS = {
  resources: 'rules',
  namespaceSelector: 'namespaceSelector',
  objectSelector: 'objectSelector',
  matchCondition: 'matchConditions',
} as const

function describe(step: MatchStep, input: EntryInput): CriterionFinding {
  const { configuration, entry, subject } = input
  const position = configuration.locate([...entry.path, ENTRY_KEYS[step.criterion]])
  const placed = { ...step, ...(position === undefined ? {} : { position }) }
  if (step.criterion === 'matchCondition') return doubtful(placed, subject)
  if (step.criterion === 'resources') return placed
  const selector = entry[step.criterion]
  if (step.outcome === 'unknown') return placed
  return { ...placed, requirements: selector.requirements.map(item => requirementFinding(item, step.criterion, input)) }
}

/** Who creates a bare pod is not known here, nor what they may do, nor all that an API server understands. */
function doubtful(step: CriterionFinding, subject: Subject): CriterionFinding {
  const asksUser = subject.controller === undefined && /\brequest\.userInfo\b/.test(step.detail)
  const asksAuthorizer = /\bauthorizer\b/.test(step.detail)
  const isDoubtful = asksUser || asksAuthorizer || step.detail.includes(NOT_UNDERSTOOD)
  return step.outcome === 'error' && isDoubtful ? { ...step, outcome: 'unknown' } : step
}

function requirementFinding(
  requirement: LabelRequirement,
  criterion: MatchStep['criterion'],
  { request, namespace, subject }: EntryInput,
): RequirementFinding {
  const isNamespace = criterion === 'namespaceSelector'
  const labels = isNamespace ? namespaceLabels(request) : labelsOf(request)
  const path: Path = ['metadata', 'labels', requirement.key]
  const position = isNamespace ? namespace?.locate(path) : subject.locate(path)
  return {
    requirement: formatSelector({ requirements: [requirement] }),
    isMet: matchesSelector({ requirements: [requirement] }, labels),
    key: requirement.key,
    value: Object.hasOwn(labels, requirement.key) ? (labels[requirement.key] ?? null) : null,
    ...(position === undefined ? {} : { position }),
  }
}
