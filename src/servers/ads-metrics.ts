import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ProxyNode } from '../proxy/node.js'
import { ADS_TYPES, type SourceRevision, type TypeUrl } from '../xds/delivery/index.js'
import type { AdsEvent } from './ads.js'
import { shortOf } from './xds-types.js'

/** Counts what happens on streams under the reference's names, which dashboards know. */
export interface AdsMetrics {
  /** Of a proxy that was let in; gone with its `disconnected`. */
  readonly connected: (connection: string, node: ProxyNode) => void
  readonly on: (event: AdsEvent) => void
  /** Configuration changed, this is its revision now, and these are the reasons to push. */
  readonly changed: (revision: SourceRevision, triggers: Iterable<string>) => void
}

/** Upper bounds in seconds and bytes, the reference's. */
const CONVERGENCE = [0.1, 0.5, 1, 3, 5, 10, 20, 30]
const SEND = [0.01, 0.1, 1, 3, 5, 10, 20, 30]
const SIZES = [1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000]

/** Changes whose time is remembered: a proxy that lags behind more of them is counted from the oldest. */
const MAX_CHANGES = 1_000

/** `now` is a clock in ms. */
export function createAdsMetrics(registry: Registry, now: () => number): AdsMetrics {
  const meters = declareMeters([registry])
  const nodes = new Map<string, ProxyNode>()
  const converged = createConvergence(now)
  declareConnected([registry], nodes)
  const rejected = (connection: string, type: TypeUrl): void => {
    meters.rejects.inc({ type: typeLabel(type) })
    meters.rejectsOf.get(shortOf(type))?.inc({ node: nodes.get(connection)?.instance ?? connection })
  }
  return {
    connected: (connection, node) => {
      nodes.set(connection, node)
    },
    changed: (revision, triggers) => {
      for (const type of triggers) meters.triggers.inc({ type })
      converged.changed(revision)
    },
    on: event => {
      if (event.kind === 'sent') {
        meters.pushes.inc({ type: typeLabel(event.type) })
        meters.sizes.observe({ type: typeLabel(event.type) }, event.bytes)
        converged.sent(event.connection)
      } else if (event.kind === 'nack') rejected(event.connection, event.type)
      else if (event.kind === 'stale-nonce') meters.expired.inc({ type: typeLabel(event.type) })
      else if (event.kind === 'dequeued') meters.queue.observe(event.waitedMs / 1000)
      else if (event.kind === 'accepted') meters.send.observe(event.waitedMs / 1000)
      else if (event.kind === 'settled') {
        const seconds = converged.settled(event.connection, event.revision)
        if (seconds !== undefined) meters.convergence.observe(seconds)
      } else if (event.kind === 'disconnected') {
        const node = nodes.get(event.connection)?.instance ?? event.connection
        // Otherwise there would be a series for every proxy that ever refused something.
        for (const gauge of meters.rejectsOf.values()) gauge.remove({ node })
        nodes.delete(event.connection)
        converged.forget(event.connection)
      }
    },
  }
}

const KNOWN: ReadonlySet<TypeUrl> = new Set(ADS_TYPES.map(({ url }) => url))

/** `cds`, as the reference writes types. Clients may ask for types that they make up: those share one series. */
function typeLabel(type: TypeUrl): string {
  return KNOWN.has(type) ? shortOf(type).toLowerCase() : 'other'
}

function declareMeters(registers: Registry[]) {
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ['type'], registers })
  const histogram = (name: string, help: string, buckets: number[]) => new Histogram({ name, help, buckets, registers })
  const reject = (type: string): [string, Gauge] => {
    const name = `pilot_xds_${type.toLowerCase()}_reject`
    const help = `Pilot rejected ${type} configs.`
    return [type, new Gauge({ name, help, labelNames: ['node'], registers })]
  }
  return {
    pushes: counter('pilot_xds_pushes', 'Responses sent to proxies, by type.'),
    rejects: counter('pilot_total_xds_rejects', 'Total number of XDS responses from pilot rejected by proxy.'),
    expired: counter('pilot_xds_expired_nonce', 'Total number of XDS requests with an expired nonce.'),
    triggers: counter('pilot_push_triggers', 'Total number of times a push was triggered, by its reason.'),
    rejectsOf: new Map(['CDS', 'EDS', 'LDS', 'RDS'].map(reject)),
    convergence: histogram(
      'pilot_proxy_convergence_time',
      'Delay in seconds between config change and a proxy having acknowledged all required configuration.',
      CONVERGENCE,
    ),
    queue: histogram(
      'pilot_proxy_queue_time',
      'Time in seconds, a proxy is in the push queue before being dequeued.',
      CONVERGENCE,
    ),
    send: histogram('pilot_xds_send_time', 'Total time in seconds Pilot takes to send generated configuration.', SEND),
    sizes: new Histogram({
      name: 'pilot_xds_config_size_bytes',
      help: 'Distribution of configuration sizes pushed to clients.',
      labelNames: ['type'],
      buckets: SIZES,
      registers,
    }),
  }
}

/** By the version that proxies say they are of; counted when somebody asks. */
function declareConnected(registers: Registry[], nodes: ReadonlyMap<string, ProxyNode>): void {
  new Gauge({
    name: 'pilot_xds',
    help: 'Number of endpoints connected to this pilot using XDS.',
    labelNames: ['version'],
    registers,
    collect() {
      this.reset()
      for (const { metadata } of nodes.values()) this.inc({ version: metadata.istioVersion || 'unknown' })
    },
  })
}

/** From a change to the moment when a proxy has acknowledged all that it means for it, in seconds. */
function createConvergence(now: () => number) {
  const changes: { readonly revision: SourceRevision; readonly at: number }[] = []
  const settledAt = new Map<string, SourceRevision>()
  const sending = new Set<string>()
  return {
    changed: (revision: SourceRevision): void => {
      changes.push({ revision, at: now() })
      if (changes.length > MAX_CHANGES) changes.shift()
    },
    sent: (connection: string): void => void sending.add(connection),
    /** Undefined: it only connected, or the changes meant nothing for it. */
    settled: (connection: string, revision: SourceRevision): number | undefined => {
      const before = settledAt.get(connection)
      settledAt.set(connection, revision)
      const wasSent = sending.delete(connection)
      if (before === undefined || !wasSent) return undefined
      const first = changes.find(change => change.revision > before && change.revision <= revision)
      return first === undefined ? undefined : (now() - first.at) / 1000
    },
    forget: (connection: string): void => {
      settledAt.delete(connection)
      sending.delete(connection)
    },
  }
}
