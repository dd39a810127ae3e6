import { Counter, Gauge, type Registry } from 'prom-client'
import type { ProxyNode } from '../proxy/node.js'
import { ADS_TYPES, type SourceRevision, type TypeUrl } from '../xds/delivery/index.js'
import type { AdsEvent } from './ads.js'
import { declareHistogram, declareLabelledHistogram, type Series } from './histogram.js'
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
  const meters = declareMeters(registry)
  const nodes = new Map<string, ProxyNode>()
  const convergence = createConvergence(now)
  declareConnected([registry], nodes)
  const on = (event: AdsEvent): void => {
    switch (event.kind) {
      case 'sent':
        countSent(meters, event)
        break
      case 'accepted':
        meters.send.observe(event.waitedMs / 1000)
        break
      case 'settled': {
        const seconds = convergence.settled(event.since, event.revision)
        if (seconds !== undefined) meters.convergence.observe(seconds)
        break
      }
      case 'stale-nonce':
        meters.expired.inc({ type: typeLabel(event.type) })
        break
      case 'nack':
        meters.rejects.inc({ type: typeLabel(event.type) })
        meters.rejectsOf.get(shortOf(event.type))?.inc({ node: nameOf(nodes, event) })
        break
      case 'disconnected':
        // Otherwise there would be a series for every proxy that ever refused something.
        for (const gauge of meters.rejectsOf.values()) gauge.remove({ node: nameOf(nodes, event) })
        nodes.delete(event.connection)
        break
      default:
    }
  }
  return {
    connected: (connection, node) => {
      nodes.set(connection, node)
    },
    changed: (revision, triggers) => {
      for (const type of triggers) meters.triggers.inc({ type })
      convergence.changed(revision)
    },
    on,
  }
}

function nameOf(nodes: ReadonlyMap<string, ProxyNode>, { connection }: { readonly connection: string }): string {
  return nodes.get(connection)?.instance ?? connection
}

type Sent = Extract<AdsEvent, { readonly kind: 'sent' }>

function countSent(meters: Meters, { type, bytes, queuedMs, isTaken }: Sent): void {
  const tally = meters.sentOf(type)
  tally.pushes++
  tally.sizes.observe(bytes)
  if (queuedMs !== undefined) meters.queue.observe(queuedMs / 1000)
  if (isTaken) meters.send.observe(0)
}

const OTHER = 'other'
const KNOWN: ReadonlySet<TypeUrl> = new Set(ADS_TYPES.map(({ url }) => url))

/** `cds`, as the reference writes types. Clients may ask for types that they make up: those share one series. */
function typeLabel(type: TypeUrl): string {
  return KNOWN.has(type) ? shortOf(type).toLowerCase() : OTHER
}

type Meters = ReturnType<typeof declareMeters>

function declareMeters(registry: Registry) {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ['type'], registers })
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    declareHistogram(registry, { name, help, buckets })
  const reject = (type: string): [string, Gauge] => {
    const name = `pilot_xds_${type.toLowerCase()}_reject`
    const help = `Pilot rejected ${type} configs.`
    return [type, new Gauge({ name, help, labelNames: ['node'], registers })]
  }
  return {
    sentOf: declareSent(registry),
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
  }
}

/** What was sent of a type. */
interface Tally {
  pushes: number
  readonly sizes: Series
}

/** Counted in plain numbers, as each push counts every proxy; read when somebody asks. */
function declareSent(registry: Registry): (type: TypeUrl) => Tally {
  const tallies = new Map<TypeUrl, Tally>()
  new Counter({
    name: 'pilot_xds_pushes',
    help: 'Responses sent to proxies, by type.',
    labelNames: ['type'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [type, { pushes }] of tallies) this.inc({ type: typeLabel(type) }, pushes)
    },
  })
  const sizes = declareLabelledHistogram(
    registry,
    {
      name: 'pilot_xds_config_size_bytes',
      help: 'Distribution of configuration sizes pushed to clients.',
      buckets: SIZES,
    },
    'type',
  )
  return type => {
    const known = tallies.get(type)
    if (known !== undefined) return known
    // All that are made up are one.
    const key = KNOWN.has(type) ? type : OTHER
    const tally = tallies.get(key) ?? { pushes: 0, sizes: sizes(typeLabel(type)) }
    tallies.set(key, tally)
    return tally
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
  return {
    changed: (revision: SourceRevision): void => {
      changes.push({ revision, at: now() })
      if (changes.length > MAX_CHANGES) changes.shift()
    },
    /** Undefined: it was told of none that is remembered. */
    settled: (since: SourceRevision, revision: SourceRevision): number | undefined => {
      const first = changes[firstBeyond(changes, since)]
      return first === undefined || first.revision > revision ? undefined : (now() - first.at) / 1000
    },
  }
}

/** Of a list in the order of revisions. */
function firstBeyond(changes: readonly { readonly revision: SourceRevision }[], since: SourceRevision): number {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((changes[middle] as { readonly revision: SourceRevision }).revision > since) high = middle
    else low = middle + 1
  }
  return low
}
