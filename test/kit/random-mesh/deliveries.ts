import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import type { JsonObject } from '../../../src/lang/json.js'
import { decode } from '../../../src/proto/index.js'
import type { ProxyNode } from '../../../src/proxy/node.js'
import { CDS, EDS, LDS, NDS, type Protocol, RDS, VHDS } from '../../../src/xds/delivery/index.js'
import { openSource, type ProxySource, type SourceOptions } from '../../../src/xds/resources/source.js'
import { MESH_PROXIES } from '../mesh-proxies.js'
import { type Held, openReplica, type Replica } from '../xds-replica.js'
import { applyEdit, type MeshEdit, meshEdit } from './edits.js'
import { afterReading, type OpenMesh, openMesh, type RandomMesh, snapshotInForce, snapshotOf } from './mesh.js'

/** Rounds of pushing, reading and answering after which nothing can be left to say. */
const ROUNDS = 12

/** What happens to one client, or (edits, pushes and rests) to all. */
export type DeliveryEvent =
  | { readonly do: 'edit'; readonly edit: MeshEdit }
  | { readonly do: 'push' | 'reconnect' | 'refuse' }
  /** All read and answer until there is nothing left to say. */
  | { readonly do: 'rest' }
  | { readonly do: 'read' | 'answer'; readonly most: number }
  /** Given up on, as the server does with a client that does not say that its clusters are up. */
  | { readonly do: 'release' }

const most = fc.integer({ min: 1, max: 4 })
const event: fc.Arbitrary<DeliveryEvent> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('edit' as const), edit: meshEdit }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rest' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), most }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), most }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
)
/** Each with a number that says whose turn it is. */
export const deliveryEvents: fc.Arbitrary<readonly (readonly [DeliveryEvent, number])[]> = fc.array(
  fc.tuple(event, fc.nat(20)),
  { minLength: 5, maxLength: 40, size: 'max' },
)

interface Client {
  readonly node: ProxyNode
  readonly open: () => ProxySource
  readonly replica: Replica
  source: ProxySource
}

/**
 * Throws where a client, once all is quiet, holds anything but what one that comes now is sent. What it refused is as it was
 * before, until it is sent anew, at the latest when it connects again.
 */
export function playDeliveries(
  protocol: Protocol,
  begin: RandomMesh,
  events: readonly (readonly [DeliveryEvent, number])[],
  options: SourceOptions = {},
): void {
  const kept = openMesh()
  let mesh = begin
  kept.apply(snapshotOf(mesh))
  const clients = MESH_PROXIES.map((node): Client => {
    const open = () => openSource(kept.graph, node, options)
    const source = open()
    return { node, open, source, replica: openReplica(protocol, source) }
  })
  for (const [event, who] of events) {
    if (event.do === 'edit') {
      mesh = applyEdit(mesh, event.edit)
      kept.apply(snapshotOf(mesh))
      mesh = afterReading(mesh)
    } else if (event.do === 'push') pushNews(kept, clients)
    else if (event.do === 'rest') for (const client of clients) rest(client)
    else happen(clients[who % clients.length] as Client, event)
  }
  const fresh = openMesh()
  fresh.apply(snapshotInForce(mesh))
  pushNews(kept, clients)
  for (const client of clients) {
    using wanted = openSource(fresh.graph, client.node, options)
    using whole = openSource(fresh.graph, client.node)
    for (const again of [false, true]) {
      if (again) reconnect(client)
      settle(client)
      expectHolding(client, wanted, protocol)
      if (options.discoversHosts === true) expectHosts(client, whole)
    }
    client.source[Symbol.dispose]()
  }
  deepStrictEqual([...kept.bugs, ...fresh.bugs], [], 'steps that threw')
}

/** To those alone that something is new for. */
function pushNews({ graph: { news, engine } }: OpenMesh, clients: readonly Client[]): void {
  for (const found of news.round())
    for (const { source } of found)
      clients.find(client => client.source === source)?.replica.stream.pushTo(engine.revision)
}

type OwnEvent = Exclude<DeliveryEvent, { readonly do: 'edit' | 'push' | 'rest' }>

function happen(client: Client, event: OwnEvent): void {
  const { replica } = client
  if (event.do === 'read') replica.read(event.most)
  else if (event.do === 'answer') replica.answer(event.most)
  else if (event.do === 'release') replica.stream.release()
  else if (event.do === 'refuse') replica.refuse()
  else reconnect(client)
}

function reconnect(client: Client): void {
  client.source[Symbol.dispose]()
  client.source = client.open()
  client.replica.reconnect(client.source)
}

function rest({ replica }: Client): void {
  for (let round = 0; round < ROUNDS; round++) {
    const said = replica.read(Number.POSITIVE_INFINITY) + replica.answer(Number.POSITIVE_INFINITY)
    if (said === 0) break
  }
}

function settle(client: Client): void {
  rest(client)
  deepStrictEqual(client.replica.stream.isQuiet(), true, `${client.node.instance} has come to rest`)
}

function expectHolding({ replica, node }: Client, source: ProxySource, protocol: Protocol): void {
  for (const type of [CDS, EDS, LDS, RDS, NDS]) {
    const isNamed = type === EDS || type === RDS
    const refused = replica.refused(type)
    // What it asks for because of a cluster or listener that is no more, which it was told in what it refused.
    const isLeft = (name: string): boolean =>
      isNamed && replica.refused(type === EDS ? CDS : LDS).size > 0 && !source.list(type).has(name)
    const all = [...source.list(type)].filter(([name]) => !isNamed || replica.wanted(type).has(name))
    const wanted = all
      .filter(([name]) => !refused.has(name))
      .map(([name, { version, bytes }]) => line(name, protocol === 'delta' ? version : '', decoded(type, bytes)))
    const held = [...replica.held(type)]
      .filter(([name]) => !refused.has(name) && !isLeft(name))
      .map(([name, { version, value }]) => line(name, version, withoutType(value)))
    deepStrictEqual(held.sort(), wanted.sort(), `${node.instance}: ${type}`)
  }
}

/** Route configurations with the virtual hosts that it discovered are those that have them inside. */
function expectHosts({ replica, node }: Client, whole: ProxySource): void {
  const refused = new Set([...replica.refused(VHDS)].map(name => name.slice(0, name.lastIndexOf('/'))))
  const decodedRoutes = [...whole.list(RDS)].map(([name, { bytes }]) => [name, decoded(RDS, bytes)] as const)
  for (const [name, routes] of decodedRoutes) {
    const held = replica.held(RDS).get(name)?.value
    if (held?.['vhds'] === undefined || refused.has(name) || replica.refused(RDS).has(name)) continue
    const { vhds: _, ...shell } = withoutType(held) as JsonObject
    const hosts = [...(replica.hosts().get(name)?.values() ?? [])].map(host => ({
      ...withoutType(host),
      name: String(host['name']).slice(name.length + 1),
    }))
    const { virtualHosts, ...rest } = routes as { readonly virtualHosts: readonly { readonly name: string }[] }
    const message = `${node.instance}: ${name} with its virtual hosts`
    const [mine, wanted] = [
      { ...shell, virtualHosts: byName(hosts) },
      { ...rest, virtualHosts: byName(virtualHosts) },
    ]
    deepStrictEqual(JSON.parse(JSON.stringify(mine)), JSON.parse(JSON.stringify(wanted)), message)
  }
}

function byName<T extends { readonly name: string }>(hosts: readonly T[]): T[] {
  return [...hosts].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function line(name: string, version: string, value: object): string {
  return `${name} ${version} ${JSON.stringify(value)}`
}

function decoded(type: string, bytes: Uint8Array): object {
  return decode(type.slice(type.indexOf('/') + 1), bytes)
}

function withoutType({ '@type': _, ...value }: Held['value']): object {
  return value
}
