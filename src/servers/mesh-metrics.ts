import { Counter, Gauge, type Registry } from 'prom-client'
import type { ConfigObject } from '../config/object.js'
import { FINDINGS, type FindingKind } from '../xds/resources/findings.js'
import { meshFindings } from './mesh-findings.js'
import type { MeshSource, ObjectEvent } from './mesh-source.js'

/** Counts of the mesh and of the engine, read when somebody asks, and of changes, which the answer takes. */
export function declareMeshMetrics(
  registry: Registry,
  mesh: MeshSource,
  version: string,
): (events: readonly ObjectEvent[]) => void {
  const { engine, tables } = mesh.graph
  const registers = [registry]
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }
  const all = <T>(table: Parameters<typeof engine.changes<string, T>>[0]): ReadonlyMap<string, T> =>
    engine.read(read => read.all(table))
  gauge('pilot_services', 'Total services known to pilot.', () => all(tables.service).size)
  gauge(
    'pilot_virt_services',
    'Total virtual services known to pilot.',
    () => all(tables.inputs.config.VirtualService).size,
  )
  for (const [name, help] of Object.entries(FINDINGS) as [FindingKind, string][])
    gauge(name, help, () => meshFindings(mesh.graph)[name].length)
  gauge(
    'pillion_sidecar_conflicts',
    'Sidecars that can never apply, as an older one selects the same workloads.',
    () => all(tables.sidecarConflict).size,
  )
  const build = { component: 'pilot', tag: version }
  new Gauge({
    name: 'istio_build',
    help: 'Istio component build info.',
    labelNames: ['component', 'tag'],
    registers,
  }).set(build, 1)
  new Gauge({
    name: 'pilot_info',
    help: 'Pilot version and build information.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  declareEngineMetrics(registry, mesh)
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ['type', 'event'], registers })
  const config = counter('pilot_k8s_cfg_events', 'Events from configuration: objects of Istio and the Gateway API.')
  const registries = counter('pilot_k8s_reg_events', "Events from the registry: Kubernetes' own objects.")
  return events => {
    for (const { event, object } of events)
      (isOfRegistry(object) ? registries : config).inc({ type: object.kind, event })
  }
}

function isOfRegistry({ group }: ConfigObject): boolean {
  return group === '' || group === 'discovery.k8s.io'
}

const ENDPOINT_KINDS: ReadonlySet<string> = new Set(['EndpointSlice', 'Endpoints', 'Pod', 'Node'])
const SERVICE_KINDS: ReadonlySet<string> = new Set(['Service', 'ServiceEntry', 'WorkloadEntry'])

/** Reasons to push as the reference calls them: `endpoint`, `service`, `config`; `global` for mesh config and networks. */
export function triggersOf(events: readonly ObjectEvent[]): ReadonlySet<string> {
  if (events.length === 0) return new Set(['global'])
  return new Set(
    events.map(({ object: { kind } }) =>
      ENDPOINT_KINDS.has(kind) ? 'endpoint' : SERVICE_KINDS.has(kind) ? 'service' : 'config',
    ),
  )
}

const ENGINE_STATS = {
  revision: 'Commits that changed something.',
  rows: 'Rows in all tables.',
  tables: 'Tables.',
  edges: 'Edges from table to table, index or buckets.',
  subjects: 'Keys, buckets and tables that rows watch.',
  historyEntries: 'Entries of change logs.',
  holds: 'Holds on members of families.',
} as const

/** What it costs to keep the mesh: rows, step runs, members of families. */
function declareEngineMetrics(registry: Registry, { graph: { engine } }: MeshSource): void {
  const registers = [registry]
  new Counter({
    name: 'pillion_engine_step_runs_total',
    help: 'Runs of steps.',
    registers,
    // One walk over the engine gives every figure.
    collect() {
      const stats = engine.stats()
      for (const [stat, gauge] of gauges) gauge.set(stats[stat])
      members.reset()
      for (const [family, count] of stats.members) members.set({ family }, count)
      this.reset()
      this.inc(stats.runs)
    },
  })
  const gauges = Object.entries(ENGINE_STATS).map(([stat, help]) => {
    const name = `pillion_engine_${stat.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)}`
    return [stat as keyof typeof ENGINE_STATS, new Gauge({ name, help, registers })] as const
  })
  const members = new Gauge({
    name: 'pillion_engine_members',
    help: 'Live members of each family of tables: proxies that are alike share one.',
    labelNames: ['family'],
    registers,
  })
}
