import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../../../src/lang/json.js'
import { parseYamlStream, stringifyYaml } from '../../../src/lang/yaml/index.js'
import { CDS, ECDS, EDS, LDS, NDS, RDS, SDS } from '../../../src/xds/delivery/index.js'
import { type ControlPlane, startControlPlane } from '../../kit/control-plane.js'
import { openXdsClient, type XdsClient } from '../../kit/xds-client.js'
import { endpointNames, routeNames } from '../../kit/xds-references.js'
import type { Area, Failure, Row, RunSettings, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { jsonDifference } from '../difference.js'

interface Scenario {
  readonly name: string
  readonly area: string
}

interface RecordedProxy {
  readonly name: string
  readonly node: JsonObject
  /** Names that a proxyless client asks for instead of everything. */
  readonly grpcListeners?: readonly string[]
}

export const area: Area = { tables, close: stopPlane }

/** Where the record has none: the runner's part of the contract. */
const CREATED = '2026-01-01T00:00:00Z'

/** One table per area of the scenarios; a row is one proxy of one scenario. */
function* tables(data: DataFolder, settings: RunSettings): Iterable<Table> {
  const scenarios = data.json<Scenario[]>('scenarios.json').filter(({ name }) => data.has(`${name}/proxy.json`))
  for (const name of new Set(scenarios.map(scenario => scenario.area))) {
    const rows = scenarios
      .filter(scenario => scenario.area === name)
      .flatMap(({ name }) => scenarioRows(name, data, settings))
    yield { name, rows }
  }
}

function scenarioRows(scenario: string, data: DataFolder, settings: RunSettings): Row[] {
  return data.json<RecordedProxy[]>(`${scenario}/proxy.json`).map(proxy => ({
    name: `${scenario}/${proxy.name}`,
    check: async () => checkProxy(await planeOf(scenario, data, settings), scenario, proxy, data),
  }))
}

let plane: { readonly scenario: string; readonly running: ControlPlane } | undefined

/** Rows of one scenario share a server; rows come scenario by scenario, so there is never more than one. */
async function planeOf(scenario: string, data: DataFolder, { scratch }: RunSettings): Promise<ControlPlane> {
  if (plane?.scenario === scenario) return plane.running
  await stopPlane()
  const running = await startControlPlane({ scratch, args: configurationFlags(scenario, data, scratch) })
  plane = { scenario, running }
  return running
}

async function stopPlane(): Promise<void> {
  const stopping = plane
  plane = undefined
  await stopping?.running.stop()
}

/** Copies what the scenario configures, with the creation times that the contract gives, and names it by flags. */
export function configurationFlags(scenario: string, data: DataFolder, scratch: string): string[] {
  const folder = mkdtempSync(join(scratch, 'scenario-'))
  const copy = (from: string, to: string): string => {
    const path = join(folder, to)
    writeFileSync(path, withCreationTimes(data.text(`${scenario}/${from}`)))
    return path
  }
  mkdirSync(join(folder, 'config'))
  copy('config.yaml', 'config/config.yaml')
  const flags = ['--configDir', join(folder, 'config')]
  for (const file of readdirSync(data.absolute(scenario))) {
    const id = /^cluster-(.+)\.yaml$/.exec(file)?.[1]
    if (id !== undefined) flags.push('--cluster', `${id}=${copy(file, file)}`)
  }
  if (data.has(`${scenario}/mesh.yaml`)) flags.push('--meshConfig', copy('mesh.yaml', 'mesh.yaml'))
  if (data.has(`${scenario}/networks.yaml`)) flags.push('--networksConfig', copy('networks.yaml', 'networks.yaml'))
  return flags
}

export function withCreationTimes(text: string): string {
  return parseYamlStream(text)
    .map(({ value, text: source }) => {
      if (!isJsonObject(value) || !isJsonObject(value['metadata'] ?? null)) return source
      const group = String(value['apiVersion'] ?? '').split('/')[0] ?? ''
      const metadata = value['metadata'] as JsonObject
      if (!group.endsWith('.istio.io') || metadata['creationTimestamp'] !== undefined) return source
      return stringifyYaml({ ...value, metadata: { ...metadata, creationTimestamp: CREATED } })
    })
    .join('---\n')
}

async function checkProxy(
  plane: ControlPlane,
  scenario: string,
  proxy: RecordedProxy,
  data: DataFolder,
): Promise<Failure> {
  const client = openXdsClient({ port: plane.grpcPort, protocol: 'sotw', node: proxy.node })
  try {
    const failures: string[] = []
    for (const [file, actual] of await collect(client, proxy, scenario, data)) {
      const path = `${scenario}/${proxy.name}/${file}`
      if (!data.has(path)) continue
      const difference = jsonDifference(comparable(data.json<Json>(path)), comparable(actual))
      if (difference !== undefined) failures.push(`${file}: ${difference}`)
    }
    return failures.length === 0 ? undefined : failures.join('\n')
  } finally {
    client.close()
  }
}

/** Everything that the record has, asked for as Envoy does: clusters, their endpoints, listeners, their routes. */
async function collect(
  client: XdsClient,
  proxy: RecordedProxy,
  scenario: string,
  data: DataFolder,
): Promise<Map<string, Json>> {
  const found = new Map<string, Json>()
  const clusters = await ask(client, CDS, [])
  found.set('clusters.json', byName(clusters))
  found.set('endpoints.json', byName(await askNames(client, EDS, endpointNames(clusters))))
  const listeners = await ask(client, LDS, proxy.grpcListeners ?? [])
  found.set('listeners.json', byName(listeners))
  found.set('routes.json', byName(await askNames(client, RDS, routeNames(listeners))))
  found.set('nametable.json', await ask(client, NDS, []))
  const extensions = `${scenario}/${proxy.name}/extensions.json`
  if (data.has(extensions))
    found.set('extensions.json', byName(await askNames(client, ECDS, recordedNames(data, extensions))))
  const secrets = `${scenario}/${proxy.name}/secrets.json`
  if (data.has(secrets)) found.set('secrets.json', byName(await askNames(client, SDS, recordedNames(data, secrets))))
  return found
}

/** An answer that does not come within this time, in ms, is none: for types that the server does not serve. */
const PATIENCE_MS = 1500

async function ask(client: XdsClient, type: string, names: readonly string[]): Promise<JsonObject[]> {
  client.subscribe(type, names)
  const answered = () => client.received.some(response => response.type === type)
  await client.until(answered, PATIENCE_MS).catch((error: unknown) => {
    // No answer is an answer, which the comparison shows; a stream that ended is not.
    if (String(error).includes('ended')) throw error
  })
  return [...client.held(type).values()].map(({ value }) => withoutType(value as JsonObject))
}

/** A subscription without names would mean everything, or nothing. */
function askNames(client: XdsClient, type: string, names: readonly string[]): Promise<JsonObject[]> {
  return names.length === 0 ? Promise.resolve([]) : ask(client, type, [...new Set(names)])
}

function withoutType({ '@type': _, ...resource }: JsonObject): JsonObject {
  return resource
}

function recordedNames(data: DataFolder, path: string): string[] {
  return data.json<JsonObject[]>(path).map(resource => String(resource['name']))
}

function byName(resources: readonly JsonObject[]): JsonObject[] {
  const name = (resource: JsonObject): string => String(resource['name'] ?? resource['clusterName'] ?? '')
  return [...resources].sort((a, b) => (name(a) < name(b) ? -1 : 1))
}

/** Lists whose order the record calls free: README of the data, "How to compare" and "Fixed conditions". */
const FREE_ORDER = new Set(['domains', 'matchSubjectAltNames', 'matchTypedSubjectAltNames', 'applicationProtocols'])
/** In one route match, matchers come in random order in the reference. */
const FREE_IN_MATCH = new Set(['headers', 'queryParameters'])
/** A clock text in the reference. */
const IGNORED_VALUE = 'ISTIO_META_WASM_PLUGIN_RESOURCE_VERSION'

function comparable(value: Json, isInMatch = false): Json {
  if (Array.isArray(value)) return value.map(item => comparable(item))
  if (!isJsonObject(value)) return value
  const copy: JsonObject = {}
  for (const key of Object.keys(value).sort()) {
    const member = comparable(value[key] ?? null, key === 'match')
    const isFree = FREE_ORDER.has(key) || (isInMatch && FREE_IN_MATCH.has(key))
    copy[key] = key === IGNORED_VALUE ? '' : isFree && Array.isArray(member) ? sorted(member) : member
  }
  return copy
}

function sorted(list: readonly Json[]): Json[] {
  const text = (item: Json): string => JSON.stringify(item)
  return [...list].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}
