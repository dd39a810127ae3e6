import type { WebhookEntry } from '../config/webhook-configuration.js'
import { isJsonObject } from '../lang/json.js'
import { err } from '../lang/result.js'
import {
  type InterceptionRequest,
  type MatchCondition,
  type MatchCriteria,
  parseCondition,
  type StringMap,
} from '../rules/index.js'

/** By the path that the reference serves, or by the name that its charts give. */
export function isInjector({ name, client }: WebhookEntry): boolean {
  const path = client.kind === 'service' ? client.path : pathOf(client.url)
  return name.endsWith('sidecar-injector.istio.io') || path === '/inject' || path.startsWith('/inject/')
}

/** The path of an URL, without what follows it. */
export function pathOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*(\/[^?#]*)?/i.exec(url)?.[1] ?? ''
}

const compiled = new WeakMap<WebhookEntry, MatchCriteria>()

export function criteriaOf(entry: WebhookEntry): MatchCriteria {
  const known = compiled.get(entry)
  if (known !== undefined) return known
  const criteria = { ...entry, matchConditions: entry.matchConditions.map(compile) }
  compiled.set(entry, criteria)
  return criteria
}

/** Stands in what is said of a condition that cannot be compiled: what it says is not known. */
export const NOT_UNDERSTOOD = 'not understood here'

/** An API server takes no condition that it cannot compile, but it has functions that are not here. */
function compile({ name, expression }: WebhookEntry['matchConditions'][number]): MatchCondition {
  const parsed = parseCondition(name, expression)
  return parsed.ok ? parsed.value : { name, expression, evaluate: () => err(`${NOT_UNDERSTOOD}: ${parsed.error}`) }
}

export function namespaceLabels({ namespaceLabels: labels, namespace }: InterceptionRequest): StringMap {
  return labels ?? { 'kubernetes.io/metadata.name': namespace }
}

export function labelsOf({ object }: InterceptionRequest): StringMap {
  const labels = isJsonObject(object) && isJsonObject(object['metadata']) ? object['metadata']['labels'] : undefined
  if (!isJsonObject(labels)) return {}
  // A manifest may hold what an API server would refuse: labels that are not text count for nothing.
  return Object.fromEntries(
    Object.keys(labels).flatMap(key => (typeof labels[key] === 'string' ? [[key, labels[key]]] : [])),
  )
}
