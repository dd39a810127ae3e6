import { isJsonObject, type Json } from '../lang/json.js'
import type { AdmissionObserver, AdmissionResult } from './admission.js'
import type { Log, LogFields } from './log.js'
import type { AdmissionRequest } from './review.js'

/** One line per call: who asked for what, what became of it, and the code of the reason. Nothing of the object but its name. */
export function logAdmissions(log: Log, webhook: string): AdmissionObserver {
  return {
    received: () => {},
    finished: (result, seconds) => {
      const fields = { webhook, ...fieldsOf(result), ms: Math.round(seconds * 1e5) / 100 }
      if (result.kind === 'answered' && result.answer.allowed) log.info('admission', fields)
      else log.warn('admission', fields)
    },
  }
}

/** Tells several; metrics and the log watch the same calls. */
export function observers(...all: readonly AdmissionObserver[]): AdmissionObserver {
  return {
    received: () => {
      for (const one of all) one.received()
    },
    finished: (result, seconds) => {
      for (const one of all) one.finished(result, seconds)
    },
  }
}

function fieldsOf(result: AdmissionResult): LogFields {
  if (result.kind === 'rejected') return { verdict: 'rejected', code: result.status, reason: result.message }
  if (result.kind === 'undecodable') return { verdict: 'undecodable', reason: result.message }
  const { answer } = result
  const { uid, namespace, operation, resource } = result.review.request
  return {
    verdict: answer.allowed ? (answer.patch === undefined ? 'skipped' : 'patched') : 'denied',
    reason: answer.reason,
    operation: operation === '' ? undefined : operation,
    resource: resource.resource === '' ? undefined : resource.resource,
    namespace: namespace === '' ? undefined : namespace,
    name: nameOf(result.review.request),
    uid,
    warnings: answer.warnings === undefined || answer.warnings.length === 0 ? undefined : answer.warnings.length,
    message: answer.allowed ? undefined : answer.message,
  }
}

/** A pod of a ReplicaSet has no name yet when it is admitted, only the beginning of one. */
function nameOf({ name, object }: AdmissionRequest): string | undefined {
  if (name !== '') return name
  const meta = member(object, 'metadata')
  const own = member(meta, 'name') ?? member(meta, 'generateName')
  return typeof own === 'string' ? own : undefined
}

function member(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
