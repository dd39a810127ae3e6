import {
  type InjectionOutcome,
  type InjectionRequest,
  type InjectionWarning,
  inject,
  injectByPlan,
} from '../inject/index.js'
import { isJsonObject, type JsonObject } from '../lang/json.js'
import { parseInjectPath } from './inject-path.js'
import type { LiveInjection } from './injection-source.js'
import type { AdmissionAnswer, AdmissionReview } from './review.js'

/** What the injection webhook says to one review, with the configuration of the moment. `path` carries the URL parameters. */
export function answerInjection(live: LiveInjection, review: AdmissionReview, path: string): AdmissionAnswer {
  const { object, namespace } = review.request
  if (!isJsonObject(object)) {
    const found = object === null ? 'there is none' : `it is ${Array.isArray(object) ? 'a list' : `a ${typeof object}`}`
    return { allowed: false, reason: 'pod-decode', message: `request.object must be a Pod, but ${found}` }
  }
  const annotations = live.namespaces.get(namespaceOf(object) ?? namespace)
  const request: InjectionRequest = {
    pod: object,
    namespace,
    parameters: parseInjectPath(path),
    ...(annotations === undefined ? {} : { namespaceAnnotations: annotations }),
  }
  const planned = injectByPlan(live.setup, request)
  if (planned === undefined) return answerOf(inject(live.setup, request))
  return { allowed: true, reason: planned.reason, patch: planned.patch, warnings: textsOf(planned.warnings) }
}

function answerOf(outcome: InjectionOutcome): AdmissionAnswer {
  const warnings = warningTexts(outcome)
  if (outcome.verdict === 'failed') {
    return { allowed: false, reason: outcome.failure.code, message: outcome.failure.message, warnings }
  }
  const { reason } = outcome.decision
  return outcome.verdict === 'refused'
    ? { allowed: true, reason, warnings }
    : { allowed: true, reason, patch: outcome.patch, warnings }
}

/** Each text once: the decision's warnings may be among the outcome's. */
function warningTexts({ decision, warnings }: InjectionOutcome): readonly string[] {
  return textsOf([...decision.warnings, ...warnings])
}

function textsOf(warnings: readonly InjectionWarning[]): readonly string[] {
  return warnings.length === 0 ? [] : [...new Set(warnings.map(({ message }) => message))]
}

function namespaceOf(pod: JsonObject): string | undefined {
  const meta = Object.hasOwn(pod, 'metadata') ? pod['metadata'] : undefined
  const namespace = isJsonObject(meta) && Object.hasOwn(meta, 'namespace') ? meta['namespace'] : undefined
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined
}
