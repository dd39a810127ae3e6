import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { MeshNetworks } from '../../src/config/istio-types.generated.js'
import { applyMeshConfig, DEFAULT_MESH_CONFIG } from '../../src/config/mesh-config.js'
import type { ConfigObject } from '../../src/config/object.js'
import { parseConfigDocuments } from '../../src/config/parse.js'
import { createEngine, type Engine } from '../../src/engine/index.js'
import { isJsonObject, type Json, type JsonObject } from '../../src/lang/json.js'
import { parseYaml, parseYamlStream } from '../../src/lang/yaml/index.js'
import { DEFAULT_IDENTITY, type MeshSettings, putObject } from '../../src/mesh/index.js'
import { type ProxyNode, parseNode } from '../../src/proxy/node.js'
import type { ProxyContext } from '../../src/proxy/view.js'
import { createXdsGraph, type ViewRow, type XdsGraph } from '../../src/xds/resources/graph.js'
import type { Translators } from '../../src/xds/resources/translators.js'

const DATA = process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance')
export const SCENARIO_FOLDER = join(DATA, 'xds')
/** Tests are skipped only where the data is not there at all. */
export const HAS_SCENARIOS = existsSync(SCENARIO_FOLDER)
/** Of objects that do not say. */
const CREATED = '2026-01-01T00:00:00Z'

export interface Scenario {
  readonly name: string
  readonly engine: Engine
  readonly graph: XdsGraph
  /** Steps that threw so far, in whichever table. */
  readonly bugs: readonly string[]
  readonly proxies: readonly ScenarioProxy[]
}

export interface ScenarioProxy {
  readonly name: string
  readonly node: ProxyNode
  /** Facts for the proxy; the context is only good inside `body`. */
  readonly with: <T>(body: (context: ProxyContext) => T) => T
  readonly row: () => ViewRow
  /** Recorded JSON, such as `clusters`; undefined when there is none. */
  readonly golden: (file: string) => Json | undefined
}

const NO_TRANSLATORS: Translators = {
  clusters: () => [],
  fixedClusters: () => [],
  inboundClusters: () => [],
  assignments: () => [],
  listeners: () => [],
  fixedListeners: () => [],
  inboundListeners: () => [],
}

export function scenarioNames(): string[] {
  if (!HAS_SCENARIOS) return []
  return readdirSync(SCENARIO_FOLDER).filter(name => existsSync(join(SCENARIO_FOLDER, name, 'proxy.json')))
}

/** Commits a scenario's configuration to an engine of its own. Throws where it cannot be read: then the test must fail. */
export function loadScenario(name: string, translators: Partial<Translators> = {}): Scenario {
  const folder = join(SCENARIO_FOLDER, name)
  const bugs: string[] = []
  const engine = createEngine({ onFault: ({ message }) => bugs.push(message) })
  const graph = createXdsGraph(engine, DEFAULT_IDENTITY, { ...NO_TRANSLATORS, ...translators })
  engine.commit(tx => {
    const { inputs } = graph.tables
    tx.put(inputs.settings, 'mesh', meshOf(join(folder, 'mesh.yaml')))
    const networks = readYaml(join(folder, 'networks.yaml'))
    if (networks !== undefined) tx.put(inputs.networks, 'mesh', networks as MeshNetworks)
    for (const { file, cluster } of configFiles(folder))
      for (const object of objectsOf(join(folder, file))) putObject(tx, inputs, object, cluster)
  })
  const recorded = JSON.parse(readFileSync(join(folder, 'proxy.json'), 'utf8')) as {
    readonly name: string
    readonly node: JsonObject
  }[]
  return { name, engine, graph, bugs, proxies: recorded.map(proxy => scenarioProxy(proxy, folder, graph)) }
}

function scenarioProxy(
  { name, node: raw }: { readonly name: string; readonly node: JsonObject },
  folder: string,
  graph: XdsGraph,
): ScenarioProxy {
  const node = parseNode(raw)
  if (!node.ok) throw new Error(node.error)
  const row = (): ViewRow => graph.engine.read(read => graph.viewRow(read, node.value))
  return {
    name,
    node: node.value,
    row,
    with: body => graph.engine.read(read => body(graph.context(read, graph.viewRow(read, node.value)))),
    golden: file => readJson(join(folder, name, `${file}.json`)),
  }
}

function configFiles(folder: string): { readonly file: string; readonly cluster: string }[] {
  const remote = readdirSync(folder).flatMap(file => {
    const cluster = /^cluster-(.+)\.yaml$/.exec(file)?.[1]
    return cluster === undefined ? [] : [{ file, cluster }]
  })
  return [{ file: 'config.yaml', cluster: DEFAULT_IDENTITY.configCluster }, ...remote]
}

function objectsOf(path: string): ConfigObject[] {
  const parsed = parseConfigDocuments(parseYamlStream(readFileSync(path, 'utf8'), { file: path }))
  return parsed.objects.map(object =>
    object.creationTimestamp === '' && object.group.endsWith('.istio.io')
      ? { ...object, creationTimestamp: CREATED }
      : object,
  )
}

function meshOf(path: string): MeshSettings {
  const applied = applyMeshConfig(DEFAULT_MESH_CONFIG, readYaml(path) ?? {})
  if (!applied.ok) throw new Error(`${path}: ${applied.error.message}`)
  return applied.value as unknown as MeshSettings
}

function readYaml(path: string): Json | undefined {
  if (!existsSync(path)) return undefined
  const value = parseYaml(readFileSync(path, 'utf8'))
  if (!value.ok) throw new Error(`${path}: ${value.error.message}`)
  return value.value
}

function readJson(path: string): Json | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Json) : undefined
}

/** Lists whose order does not count, by the name of their field. */
const UNORDERED = new Set(['domains', 'matchSubjectAltNames', 'applicationProtocols', 'headers', 'queryParameters'])

/** What the record and a resource are compared as: absent equals default, and some lists are sets (xds/README.md). */
export function comparable(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map(item => comparable(item) ?? null)
    return UNORDERED.has(field)
      ? items.map(item => JSON.stringify(item)).sort()
      : items.length === 0
        ? undefined
        : items
  }
  if (typeof value === 'bigint') return String(value)
  if (!isJsonObject(value)) return isDefault(value) ? undefined : value
  const entries = Object.entries(value)
    .map(([key, item]) => [key, comparable(item, key)] as const)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries)
}

function isDefault(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === 0 || value === '' || value === '0'
}

export interface GoldenDifference {
  readonly name: string
  readonly kind: 'missing' | 'extra' | 'different'
  readonly got?: unknown
  readonly expected?: unknown
}

/** Compares resources with a recorded list, by `name` or `clusterName`. */
export function differences(got: readonly unknown[], golden: Json | undefined): GoldenDifference[] {
  const byName = (list: readonly unknown[]): Map<string, unknown> =>
    new Map(list.map(item => [nameOf(item), comparable(item)]))
  const [mine, theirs] = [byName(got), byName(Array.isArray(golden) ? golden : [])]
  const out: GoldenDifference[] = []
  for (const [name, expected] of theirs) {
    const found = mine.get(name)
    if (!mine.has(name)) out.push({ name, kind: 'missing', expected })
    else if (!isDeepStrictEqual(found, expected)) out.push({ name, kind: 'different', got: found, expected })
  }
  for (const [name, found] of mine) if (!theirs.has(name)) out.push({ name, kind: 'extra', got: found })
  return out
}

function nameOf(item: unknown): string {
  if (!isJsonObject(item)) return ''
  const name = item['name'] ?? item['clusterName']
  return typeof name === 'string' ? name : ''
}
