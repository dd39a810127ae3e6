import type { WebhookEntry } from '../config/webhook-configuration.js'
import type { JsonObject } from '../lang/json.js'
import { type LabelSelector, matchesSelector } from '../lang/selector.js'
import { type InterceptionRequest, matchRequest, type StringMap } from '../rules/index.js'
import { criteriaOf, isInjector, labelsOf, namespaceLabels } from './criteria.js'
import type { ClusterFacts, LabelChange, NamespaceFacts, NearMiss } from './types.js'

/** The smallest sets of label changes with which some injection webhook would match. */
export function nearestOf(
  cluster: ClusterFacts,
  request: InterceptionRequest,
  namespace: NamespaceFacts | undefined,
): NearMiss[] {
  const misses = cluster.webhooks.flatMap(configuration =>
    configuration.entries.flatMap(entry => {
      if (!isInjector(entry)) return []
      const changes = changesFor(entry, request, namespace !== undefined)
      return changes === undefined ? [] : [{ configuration: configuration.name, entry: entry.name, changes }]
    }),
  )
  const fewest = Math.min(...misses.map(({ changes }) => changes.length))
  return misses.filter(({ changes }) => changes.length === fewest)
}

/** Undefined where no change of labels helps. */
function changesFor(
  entry: WebhookEntry,
  request: InterceptionRequest,
  isNamespaceKnown: boolean,
): LabelChange[] | undefined {
  const [onPod, onNamespace] = [labelsOf(request), namespaceLabels(request)]
  const changes = [
    ...changesOf(entry.objectSelector, onPod, 'pod'),
    ...(isNamespaceKnown ? changesOf(entry.namespaceSelector, onNamespace, 'namespace') : []),
  ]
  const changed = withChanges(request, changes)
  return matchRequest(criteriaOf(entry), changed).verdict === 'match' ? changes : undefined
}

function changesOf(selector: LabelSelector, labels: StringMap, on: LabelChange['on']): LabelChange[] {
  return selector.requirements
    .filter(requirement => !matchesSelector({ requirements: [requirement] }, labels))
    .map(({ key, operator, values }) => {
      const isSet = operator === 'In' || operator === 'Exists'
      return { on, key, value: isSet ? (values[0] ?? '') : null }
    })
}

function withChanges(request: InterceptionRequest, changes: readonly LabelChange[]): InterceptionRequest {
  const pod = request.object as JsonObject
  const metadata = pod['metadata'] as JsonObject
  const labels = changed(labelsOf(request), changes, 'pod')
  return {
    ...request,
    object: { ...pod, metadata: { ...metadata, labels: { ...labels } } },
    namespaceLabels: changed(namespaceLabels(request), changes, 'namespace'),
  }
}

function changed(labels: StringMap, changes: readonly LabelChange[], on: LabelChange['on']): StringMap {
  const copy: Record<string, string> = { ...labels }
  for (const change of changes) {
    if (change.on !== on) continue
    if (change.value === null) delete copy[change.key]
    else copy[change.key] = change.value
  }
  return copy
}
