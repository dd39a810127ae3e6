import { Counter, type Registry } from 'prom-client'
import type { Json } from '../lang/json.js'
import { applyRules, type Interception, type InterceptionRequest, type Operation, type Rule } from '../rules/index.js'
import type { AdmissionRoute } from './admission.js'
import type { Log } from './log.js'
import type { AdmissionAnswer, AdmissionReview } from './review.js'
import type { LiveRules, RulesSource } from './rules-source.js'

export const MUTATE_PATH = '/mutate'

/** Counts and logs what rules do. */
export interface RulesObserver {
  readonly applied: (interception: Interception, review: AdmissionReview) => void
}

/** `/mutate` applies all rules in order, `/mutate/<rule>` that one. */
export function rulesRoute(source: RulesSource, observer: RulesObserver): Omit<AdmissionRoute, 'observe'> {
  return { path: MUTATE_PATH, decide: (review, path) => answerRules(source.current(), review, path, observer) }
}

function answerRules(live: LiveRules, review: AdmissionReview, path: string, observer: RulesObserver): AdmissionAnswer {
  const rules = rulesAt(live.rules, path)
  if (rules === undefined) {
    // A registration that outlived its rule: letting everything pass would hide that for ever.
    const known = live.rules.map(({ name }) => `${MUTATE_PATH}/${name}`).join(', ')
    return {
      allowed: false,
      reason: 'unknown-rule',
      code: 404,
      message: `there is no rule at ${path}; there are ${MUTATE_PATH}, ${known}`,
    }
  }
  const interception = applyRules(rules, requestOf(review, live))
  observer.applied(interception, review)
  return answerOf(interception)
}

function rulesAt(rules: readonly Rule[], path: string): readonly Rule[] | undefined {
  const name = path.slice(MUTATE_PATH.length).replace(/^\/+|\/+$/g, '')
  if (name === '') return rules
  const found = rules.find(rule => rule.name === name)
  return found === undefined ? undefined : [found]
}

function requestOf({ request }: AdmissionReview, live: LiveRules): InterceptionRequest {
  const { resource, subResource, operation, name, namespace, object, oldObject, raw } = request
  return {
    group: resource.group,
    version: resource.version,
    resource: resource.resource,
    subResource,
    kind: kindOf(raw['kind'] ?? null),
    operation: operation as Operation,
    name,
    namespace,
    object,
    oldObject,
    request: raw,
    namespaceLabels: live.namespaces.get(namespace),
  }
}

function kindOf(kind: Json): string {
  const name = typeof kind === 'object' && kind !== null && !Array.isArray(kind) ? kind['kind'] : undefined
  return typeof name === 'string' ? name : ''
}

function answerOf(interception: Interception): AdmissionAnswer {
  const { warnings, denial, patch } = interception
  if (denial !== undefined)
    return { allowed: false, reason: 'rule-denied', message: denial.message, code: denial.code, warnings }
  return patch.length === 0
    ? { allowed: true, reason: 'rule-unchanged', warnings }
    : { allowed: true, reason: 'rule-changed', patch, warnings }
}

/** `pillion_rule_total{rule, effect}`, and a log line for what a rule recorded, denied or failed at. */
export function observeRules(registry: Registry, log: Log): RulesObserver {
  const total = new Counter({
    name: 'pillion_rule_total',
    help: 'Requests that a rule matched, by what it did.',
    labelNames: ['rule', 'effect'],
    registers: [registry],
  })
  return {
    applied: ({ outcomes }, { request }) => {
      for (const { rule, effect, message } of outcomes) {
        if (effect === 'not matched') continue
        total.inc({ rule, effect })
        if (message === undefined && effect !== 'recorded') continue
        const { operation, resource, namespace, name } = request
        const write = effect === 'failed' ? log.error : effect === 'denied' ? log.warn : log.info
        write(`rule ${effect}`, { rule, message, operation, resource: resource.resource, namespace, name })
      }
    },
  }
}
