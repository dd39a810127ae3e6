import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { AdmissionObserver } from './admission.js'

export interface Metrics {
  readonly registry: Registry
  /** Counts a call of the injection webhook, under the reference's names. */
  readonly injection: AdmissionObserver
  /** Whether a part, such as `rules`, is the newest on disk; not while a bad edit is held back. The metric is 1 while all are. */
  readonly configurationIsCurrent: (part: string, isCurrent: boolean) => void
  readonly certificateExpires: (at: Date) => void
}

/** Upper bounds in seconds, the reference's; dashboards rely on them. */
const TIME_BUCKETS = [0.1, 1, 3, 5, 10, 20, 30, 60]

/** A registry of its own per server, so that several can live in one process. `process` metrics are for the one that owns it. */
export function createMetrics({ withProcess }: { readonly withProcess: boolean }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (withProcess) collectDefaultMetrics({ register: registry })
  const configuration = new Gauge({
    name: 'pillion_configuration_current',
    help: '1 while the configuration in use is the newest on disk, 0 while a bad edit is held back.',
    registers,
  })
  const certificate = new Gauge({
    name: 'pillion_webhook_certificate_expiry_timestamp_seconds',
    help: 'When the serving certificate of the webhook expires, in Unix time.',
    registers,
  })
  const held = new Set<string>()
  configuration.set(1)
  return {
    registry,
    injection: injectionMetrics(registers),
    configurationIsCurrent: (part, isCurrent) => {
      if (isCurrent) held.delete(part)
      else held.add(part)
      configuration.set(held.size === 0 ? 1 : 0)
    },
    certificateExpires: at => certificate.set(at.getTime() / 1000),
  }
}

function injectionMetrics(registers: Registry[]): AdmissionObserver {
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const requests = counter('sidecar_injection_requests_total', 'Total number of sidecar injection requests.')
  const successes = counter('sidecar_injection_success_total', 'Total number of answered sidecar injection requests.')
  const failures = counter('sidecar_injection_failure_total', 'Total number of failed sidecar injection requests.')
  const skips = new Counter({
    name: 'sidecar_injection_skip_total',
    help: 'Total number of skipped sidecar injection requests, by the gate that decided.',
    labelNames: ['reason'],
    registers,
  })
  const seconds = new Histogram({
    name: 'sidecar_injection_time_seconds',
    help: 'Total time taken for injection in seconds.',
    buckets: TIME_BUCKETS,
    registers,
  })
  return {
    received: () => requests.inc(),
    finished: (result, taken) => {
      seconds.observe(taken)
      // As the reference counts: any answer in an AdmissionReview is a success, a denial is a failure as well.
      const { verdict } = result
      if (verdict !== 'rejected') successes.inc()
      if (verdict === 'skipped') skips.inc({ reason: result.reason })
      else if (verdict !== 'patched') failures.inc()
    },
  }
}
