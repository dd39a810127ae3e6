import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { isJsonObject, type Json, type JsonObject } from '../../../src/lang/json.js'
import { parseYamlStream } from '../../../src/lang/yaml/index.js'
import { CDS, EDS, LDS, NDS, RDS } from '../../../src/xds/delivery/index.js'
import { type ControlPlane, startControlPlane } from '../../kit/control-plane.js'
import { openXdsClient, type Protocol, type XdsClient } from '../../kit/xds-client.js'
import { endpointNames, routeNames } from '../../kit/xds-references.js'
import type { Area, Failure, RunSettings, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { jsonDifference } from '../difference.js'
import { withCreationTimes } from './xds.js'

interface RecordedProxy {
  readonly name: string
  readonly node: JsonObject
}

interface Step {
  readonly name: string
  /** YAML to create or update. */
  readonly config: string
  readonly k8s: string
}

interface Push {
  /** Name of the message, without its package. */
  readonly type: string
  readonly resources?: readonly string[]
  readonly removed?: readonly string[]
}

interface RecordedStep {
  readonly step: string
  /** By `<proxy>/<protocol>`, in order. */
  readonly pushes: Readonly<Record<string, readonly Push[]>>
}

interface Connection {
  readonly name: string
  readonly proxy: RecordedProxy
  readonly protocol: Protocol
  readonly client: XdsClient
  /** Names asked for, which stay as they are: the recorded client never asked for what came later. */
  readonly endpoints: readonly string[]
  readonly routes: readonly string[]
}

/** One running mesh, and what its connections were sent in each step that was made. */
interface Run {
  readonly plane: ControlPlane
  readonly connections: readonly Connection[]
  /** By step, then by connection: what is wrong, if anything. */
  readonly outcomes: ReadonlyMap<string, Failure>[]
  readonly makeNext: () => Promise<void>
}

const PROTOCOLS: readonly Protocol[] = ['sotw', 'delta']
const TYPES: readonly string[] = [CDS, EDS, LDS, RDS, NDS]
/** A step that takes longer than this, in ms, is stuck. */
const STEP_LIMIT_MS = 10_000
/** An answer that does not come within this time, in ms, is none: for types that a server does not serve to a proxy. */
const PATIENCE_MS = 1500

export const area: Area = { tables, close: stop }

/** Tables `sotw` and `delta`; a row is one step on one connection. Steps build on each other, so both tables share one run. */
function* tables(data: DataFolder, settings: RunSettings): Iterable<Table> {
  const recorded = data.json<RecordedStep[]>('expected.json')
  for (const protocol of PROTOCOLS) {
    const rows = recorded.flatMap(({ step, pushes }, index) =>
      Object.keys(pushes)
        .filter(connection => connection.endsWith(`/${protocol}`))
        .map(connection => ({
          name: `${step}/${connection}`,
          check: async () => (await outcome(index, data, settings)).get(connection),
        })),
    )
    yield { name: protocol, rows }
  }
}

let running: Promise<Run> | undefined

async function outcome(step: number, data: DataFolder, settings: RunSettings): Promise<ReadonlyMap<string, Failure>> {
  running ??= start(data, settings)
  const run = await running
  while (run.outcomes.length <= step) await run.makeNext()
  return run.outcomes[step] as ReadonlyMap<string, Failure>
}

async function stop(): Promise<void> {
  const run = await running?.catch(() => undefined)
  running = undefined
  for (const { client } of run?.connections ?? []) client.close()
  await run?.plane.stop()
}

async function start(data: DataFolder, { scratch }: RunSettings): Promise<Run> {
  const steps = data.json<Step[]>('steps.json')
  const recorded = data.json<RecordedStep[]>('expected.json')
  const proxies = data.json<RecordedProxy[]>('proxy.json')
  const files = openConfiguration(scratch)
  files.put(data.text('config.yaml'))
  files.publish()
  const plane = await startControlPlane({ scratch, args: ['--configDir', files.folder] })
  const connections: Connection[] = []
  for (const proxy of proxies) for (const protocol of PROTOCOLS) connections.push(await connect(plane, proxy, protocol))
  await quietSince(plane, 0, connections.length)
  const outcomes: Map<string, Failure>[] = []
  const makeNext = async (): Promise<void> => {
    const expected = recorded[outcomes.length]
    const step = steps.find(({ name }) => name === expected?.step)
    if (expected === undefined || step === undefined) throw new Error(`no step ${expected?.step ?? outcomes.length}`)
    const seen = connections.map(({ client }) => client.received.length)
    const { revision } = await syncz(plane)
    files.put(`${step.config}\n---\n${step.k8s}`)
    files.publish()
    const stuck = await quietSince(plane, revision + 1, connections.length).catch(String)
    const found = new Map<string, Failure>()
    for (const [index, connection] of connections.entries()) {
      const sent = connection.client.received.slice(seen[index])
      const excess = beyond(sent.flatMap(itemsOf), expected.pushes[connection.name] ?? [])
      const difference = await differenceFromFresh(plane, connection)
      const failures = [stuck, excess, difference].filter(text => typeof text === 'string')
      found.set(connection.name, failures.length === 0 ? undefined : failures.join('\n'))
    }
    outcomes.push(found)
  }
  return { plane, connections, outcomes, makeNext }
}

interface Configuration {
  readonly folder: string
  /** Creates or updates the objects of some YAML. */
  readonly put: (yaml: string) => void
  /** Shows all objects at once, as a mounted ConfigMap does: the folder is a link that is swapped. */
  readonly publish: () => void
}

function openConfiguration(scratch: string): Configuration {
  const root = mkdtempSync(join(scratch, 'push-'))
  const folder = join(root, 'config')
  const texts = new Map<string, string>()
  let version = 0
  return {
    folder,
    put: yaml => {
      for (const document of withCreationTimes(yaml).split(/^---\n/m)) {
        const id = idOf(document)
        if (id !== undefined) texts.set(id, document)
      }
    },
    publish: () => {
      const target = join(root, `version-${++version}`)
      mkdirSync(target)
      // A change of its own in every step: its revision tells when the step was read, whatever else it does.
      texts.set('marker', `apiVersion: v1\nkind: Namespace\nmetadata: {name: marker, labels: {step: "${version}"}}\n`)
      for (const [index, text] of [...texts.values()].entries()) writeFileSync(join(target, `${index}.yaml`), text)
      symlinkSync(target, `${folder}.new`)
      renameSync(`${folder}.new`, folder)
    },
  }
}

function idOf(document: string): string | undefined {
  const value = parseYamlStream(document)[0]?.value
  if (!isJsonObject(value)) return undefined
  const metadata = value['metadata'] as JsonObject
  const group = String(value['apiVersion']).replace(/\/?[^/]*$/, '')
  return [group, value['kind'], metadata['namespace'], metadata['name']].join('/')
}

async function connect(plane: ControlPlane, proxy: RecordedProxy, protocol: Protocol): Promise<Connection> {
  const client = openXdsClient({ port: plane.grpcPort, protocol, node: proxy.node })
  await ask(client, CDS, [])
  const endpoints = endpointNames(valuesOf(client, CDS))
  await ask(client, EDS, endpoints)
  await ask(client, LDS, [])
  const routes = routeNames(valuesOf(client, LDS))
  await ask(client, RDS, routes)
  await ask(client, NDS, [])
  return { name: `${proxy.name}/${protocol}`, proxy, protocol, client, endpoints, routes }
}

async function ask(client: XdsClient, type: string, names: readonly string[]): Promise<void> {
  if (names.length === 0 && (type === EDS || type === RDS)) return
  client.subscribe(type, names)
  const answered = () => client.received.some(response => response.type === type)
  await client.until(answered, PATIENCE_MS).catch((error: unknown) => {
    // No answer is an answer, which the comparison shows; a stream that ended is not.
    if (String(error).includes('ended')) throw error
  })
}

function valuesOf(client: XdsClient, type: string): JsonObject[] {
  return [...client.held(type).values()].map(({ value }) => value as JsonObject)
}

interface Syncz {
  readonly revision: number
  readonly connections: readonly { readonly connection: string; readonly revision: number }[]
}

function stateOf({ revision, connections }: Syncz): string {
  return [`the mesh is at ${revision}`, ...connections.map(each => `${each.connection} at ${each.revision}`)].join(', ')
}

async function syncz(plane: ControlPlane): Promise<Syncz> {
  return (await plane.debug('/debug/syncz')) as Syncz
}

/** Waits until every connection has acknowledged the newest revision, and that is this one or a later. */
async function quietSince(plane: ControlPlane, revision: number, connections: number): Promise<void> {
  const limit = Date.now() + STEP_LIMIT_MS
  for (;;) {
    const now = await syncz(plane)
    const isDone = now.revision >= revision && now.connections.every(each => each.revision >= now.revision)
    // Connections that were opened only for comparison may still be closing.
    if (isDone && now.connections.length >= connections) return
    if (Date.now() > limit) throw new Error(`not every connection came to revision ${revision}: ${stateOf(now)}`)
    await after(10)
  }
}

type Item = readonly [type: string, what: 'resource' | 'removed' | 'response', name: string]

/** A response without anything in it is still one, of its type. */
function itemsOf({ type: url, resources, removed }: XdsClient['received'][number]): Item[] {
  const type = url.slice(url.lastIndexOf('.') + 1)
  return [
    [type, 'response', ''],
    ...[...resources.keys()].map((name): Item => [type, 'resource', name]),
    ...removed.map((name): Item => [type, 'removed', name]),
  ]
}

function beyond(sent: readonly Item[], recorded: readonly Push[]): string | undefined {
  const allowed = new Set(
    recorded.flatMap(({ type, resources = [], removed = [] }) => [
      `${type} response `,
      ...resources.map(name => `${type} resource ${name}`),
      ...removed.map(name => `${type} removed ${name}`),
    ]),
  )
  const excess = sent.map(item => item.join(' ')).filter(text => !allowed.has(text))
  return excess.length === 0
    ? undefined
    : `sent beyond the record: ${[...new Set(excess)].map(text => text.trim()).join(', ')}`
}

/** What the client holds against what a connection that is opened now is sent, asking for the same names. */
async function differenceFromFresh(plane: ControlPlane, connection: Connection): Promise<string | undefined> {
  const { client, proxy, protocol } = connection
  const fresh = openXdsClient({ port: plane.grpcPort, protocol, node: proxy.node })
  try {
    const names = new Map([
      [EDS, stillNamed(connection.endpoints, endpointNames(valuesOf(client, CDS)))],
      [RDS, stillNamed(connection.routes, routeNames(valuesOf(client, LDS)))],
    ])
    for (const type of TYPES) await ask(fresh, type, names.get(type) ?? [])
    const differences = TYPES.map(type => {
      const difference = jsonDifference(contents(fresh, type, names.get(type)), contents(client, type, names.get(type)))
      return difference === undefined
        ? undefined
        : `${type.split('.').at(-1)} unlike a fresh connection's: ${difference}`
    })
    const found = differences.filter(text => text !== undefined)
    return found.length === 0 ? undefined : found.join('\n')
  } finally {
    fresh.close()
  }
}

/** Envoy drops the endpoints of a cluster with the cluster, and the routes of a listener with the listener. */
function stillNamed(asked: readonly string[], referred: readonly string[]): string[] {
  return asked.filter(name => referred.includes(name))
}

/** By name: types that are asked for by name have no order. The version of a delta resource is part of what is held. */
function contents(client: XdsClient, type: string, names: readonly string[] | undefined): Json {
  const held = [...client.held(type)].filter(([name]) => names?.includes(name) ?? true)
  return Object.fromEntries(held.map(([name, { version, value }]) => [name, { version, value: value as JsonObject }]))
}
