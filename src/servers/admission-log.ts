import type { AdmissionObserver, AdmissionResult } from './admission.js'
import type { Log, LogFields } from './log.js'

/** One line per call: who asked for what, what became of it, and the code of the reason. Nothing of the object but its name. */
export function logAdmissions(log: Log, webhook: string): AdmissionObserver {
  return {
    received: () => {},
    finished: (result, seconds) => {
      const fields = fieldsOf(webhook, result, Math.round(seconds * 1e5) / 100)
      if (result.verdict === 'patched' || result.verdict === 'skipped') log.info('admission', fields)
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

function fieldsOf(webhook: string, result: AdmissionResult, ms: number): LogFields {
  const { verdict } = result
  if (verdict === 'rejected') return { webhook, verdict, code: result.status, reason: result.message, ms }
  if (verdict === 'undecodable') return { webhook, verdict, reason: result.reason, ms }
  return {
    webhook,
    verdict,
    reason: result.reason,
    operation: result.operation || undefined,
    resource: result.resource || undefined,
    namespace: result.namespace || undefined,
    name: result.name || undefined,
    uid: result.uid,
    warnings: result.warnings || undefined,
    message: verdict === 'denied' ? result.message : undefined,
    ms,
  }
}
