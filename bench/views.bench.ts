// What translation itself takes, in one process and without a wire: N services, M proxies that ask for everything, and what one
// change costs until every proxy could be sent its share. Work is counted in step runs of the engine.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '../src/engine/index.js'
import { ok } from '../src/lang/result.js'
import { parseNode } from '../src/proxy/node.js'
import { createMeshSource, type MeshSource } from '../src/servers/mesh-source.js'
import type { FileSnapshot } from '../src/sources/snapshot.js'
import { CDS, EDS, LDS, NDS, RDS } from '../src/xds/delivery/index.js'
import { openSource, type ProxySource } from '../src/xds/resources/source.js'
import {
  allPods,
  appDocuments,
  appFile,
  appOf,
  IDLE_FILE,
  idleDocuments,
  type MeshShape,
  namespaceDocuments,
  namespaceOf,
  type ProxyPod,
  routeFile,
  virtualService,
  writeMesh,
} from './mesh/files.js'

const TYPES = [CDS, EDS, LDS, RDS, NDS]
const DEFAULTS: readonly MeshShape[] = [
  { services: 1000, proxies: 100, isScoped: false },
  { services: 1000, proxies: 1000, isScoped: true },
]

/** A proxy, and up to which revision it was told everything. */
interface Client {
  readonly source: ProxySource
  told: number
}

export function run(flags: readonly string[]): void {
  const number = (name: string): number | undefined => {
    const text = flags.find(flag => flag.startsWith(`--${name}=`))?.split('=')[1]
    return text === undefined ? undefined : Number(text)
  }
  const [services, proxies] = [number('services'), number('proxies')]
  const asked =
    services === undefined ? DEFAULTS : [{ services, proxies: proxies ?? 100, isScoped: flags.includes('--scoped') }]
  for (const shape of asked) measure(shape)
}

function measure(shape: MeshShape): void {
  const { services, proxies, isScoped } = shape
  console.log(`\n${services} services, ${proxies} proxies ${isScoped ? 'scoped by Sidecars' : 'unscoped'}`)
  const root = mkdtempSync(join(tmpdir(), 'views-bench-'))
  const files = writeMesh(root, shape)
  const snapshot = new Map(readFolder(root))
  rmSync(root, { recursive: true })
  const byTable = new Map<string, number>()
  let counted = false
  const engine = createEngine({
    onRun: table => {
      if (counted) byTable.set(tableName(table), (byTable.get(tableName(table)) ?? 0) + 1)
    },
  })
  counted = true
  const mesh = createMeshSource(
    { homeCluster: 'Kubernetes', objects: [root], clusters: [], mesh: undefined, networks: undefined },
    engine,
  )
  const step = (what: string, work: () => string): void => {
    byTable.clear()
    const before = process.cpuUsage()
    const told = work()
    const { user, system } = process.cpuUsage(before)
    const runs = [...byTable].sort(([, a], [, b]) => b - a)
    const total = runs.reduce((sum, [, count]) => sum + count, 0)
    const most = runs.slice(0, 6).map(([table, count]) => `${table} ${count}`)
    console.log(
      `${what.padEnd(28)} ${((user + system) / 1000).toFixed(1).padStart(8)} ms CPU  ${String(total).padStart(6)} runs  ${told}  (${most.join(', ')})`,
    )
  }
  const apply = (path: string, documents: readonly object[]): void => {
    snapshot.set(join(root, path), ok(documents.map(document => JSON.stringify(document)).join('\n---\n')))
    mesh.apply(snapshot as FileSnapshot)
  }
  step('files read', () => {
    mesh.apply(snapshot as FileSnapshot)
    return ''
  })
  const heapBefore = heap()
  const clients: Client[] = []
  step('all warm', () => {
    for (const pod of files.pods) clients.push(connect(mesh, pod))
    return ''
  })
  console.log(
    `${''.padEnd(28)} ${(heap() - heapBefore).toFixed(1).padStart(8)} MiB heap, of all ${heap().toFixed(1)}; ${JSON.stringify(small(engine.stats()))}`,
  )
  const [shared, own] = [appOf(0), appOf(10)]
  const pods = allPods(own, shape)
  const changes: readonly (readonly [string, string, readonly object[]])[] = [
    ['one endpoint', appFile(own), appDocuments(own, pods, { ready: 1 })],
    ['one endpoint, of all', appFile(shared), appDocuments(shared, allPods(shared, shape), { ready: 1 })],
    ...[80, 70, 60].map(weight => {
      return ['one VirtualService, of all', routeFile(shared), [virtualService(shared, weight)]] as const
    }),
    ['a label that nobody reads', appFile(own), appDocuments(own, pods, { ready: 1, note: 'x' })],
    ['unrelated', IDLE_FILE, idleDocuments(1)],
    ['one VirtualService', routeFile(own), [virtualService(own, 80)]],
    [
      'one Sidecar',
      `${own.namespace}/namespace.yaml`,
      namespaceDocuments(own.namespace, ['./*', `${namespaceOf(0)}/*`, `${namespaceOf(20)}/*`]),
    ],
    ['one Service', `${own.namespace}/new.yaml`, appDocuments({ ...own, index: 60_000, name: 'new' }, [])],
  ]
  for (const [what, path, documents] of changes)
    step(what, () => {
      const start = process.cpuUsage()
      apply(path, documents)
      const { user, system } = process.cpuUsage(start)
      return `(${((user + system) / 1000).toFixed(1)} ms of it for the file) ${tell(clients)}`
    })
  for (const { source } of clients) source[Symbol.dispose]()
}

function* readFolder(folder: string): Iterable<[string, ReturnType<typeof ok<string>>]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) yield [path, ok(readFileSync(path, 'utf8'))]
  }
}

function connect({ graph }: MeshSource, { name, namespace, ip, labels, serviceAccount }: ProxyPod): Client {
  const node = parseNode({
    id: `sidecar~${ip}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${serviceAccount}.${namespace}`,
    metadata: {
      NAME: name,
      NAMESPACE: namespace,
      LABELS: labels,
      CLUSTER_ID: 'Kubernetes',
      SERVICE_ACCOUNT: serviceAccount,
      INSTANCE_IPS: ip,
      INTERCEPTION_MODE: 'REDIRECT',
    },
  })
  if (!node.ok) throw new Error(node.error)
  const source = openSource(graph, node.value)
  const clusters = source.list(CDS)
  for (const { needs } of clusters.values()) for (const needed of needs ?? []) source.get(EDS, needed)
  // The first answer for endpoints is a revision to ask changes from.
  source.changes(EDS, source.revision())
  for (const type of [LDS, RDS, NDS]) source.list(type)
  source.told(source.revision())
  return { source, told: source.revision() }
}

/** What every proxy would be sent. */
function tell(clients: readonly Client[]): string {
  const messages = new Map<string, number>()
  let bytes = 0
  for (const client of clients) {
    const { source, told } = client
    for (const type of TYPES) {
      const changes = source.changes(type, told)
      const names = changes.kind === 'reset' ? [...source.list(type).keys()] : [...changes.changed]
      for (const name of names) bytes += source.get(type, name)?.bytes.length ?? 0
      const removed = changes.kind === 'reset' ? 0 : [...changes.removed].length
      const short = `${type.slice(type.lastIndexOf('.') + 1)}${changes.kind === 'reset' ? ' (reset)' : ''}`
      if (names.length + removed > 0) messages.set(short, (messages.get(short) ?? 0) + 1)
    }
    client.told = source.revision()
    source.told(client.told)
  }
  return `${(bytes / 1e6).toFixed(2)} MB ${[...messages].map(([type, count]) => `${count} ${type}`).join(' ') || 'nothing'}`
}

function tableName(table: string): string {
  return table.replace(/\(.*\)/, '()')
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1048576
}

function small({
  rows,
  subjects,
  members,
  tables,
  edges,
}: ReturnType<ReturnType<typeof createEngine>['stats']>): object {
  return { rows, subjects, tables, edges, ...Object.fromEntries(members) }
}
