// Whatever a mesh, its proxies and the network between them do: once all is quiet, a client that was told changes holds
// exactly what a client that comes now is sent. Seeded; PILLION_FUZZ_RUNS is the number of histories.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from '../../src/proto/index.js'
import { CDS, EDS, LDS, NDS, type Protocol, RDS } from '../../src/xds/delivery/index.js'
import { openSource, type ProxySource } from '../../src/xds/resources/source.js'
import { MESH_PROXIES } from '../kit/mesh-proxies.js'
import { applyEdit, meshEdit, openMesh, randomMesh, snapshotOf } from '../kit/random-mesh.js'
import { type Held, openReplica, type Replica } from '../kit/xds-replica.js'

const RUNS = Number(process.env['PILLION_FUZZ_RUNS'] ?? 15)
const SEED = Number(process.env['PILLION_FUZZ_SEED'] ?? 20260101)
/** Rounds of pushing, reading and answering after which nothing can be left to say. */
const ROUNDS = 12

const most = fc.integer({ min: 1, max: 4 })
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('edit' as const), edit: meshEdit }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), most }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), most }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
  /** Given up on, as the server does with a client that does not say that its clusters are up. */
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
)

interface Client {
  readonly name: string
  readonly open: () => ProxySource
  readonly replica: Replica
  source: ProxySource
}

describe.each<Protocol>(['sotw', 'delta'])('a %s client of a mesh that is edited', protocol => {
  it('holds what a client that comes now is sent', () => {
    // An event happens to one client, or (edits and pushes) to all.
    const events = fc.array(fc.tuple(event, fc.nat(20)), { minLength: 5, maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(randomMesh, events, (begin, events) => {
        const kept = openMesh()
        let mesh = begin
        kept.apply(snapshotOf(mesh))
        const clients = MESH_PROXIES.map((node): Client => {
          const open = () => openSource(kept.graph, node)
          const source = open()
          return { name: node.instance, open, source, replica: openReplica(protocol, source) }
        })
        const push = () => {
          for (const { replica, source } of clients) replica.stream.pushTo(source.revision())
        }
        for (const [each, who] of events) {
          const client = clients[who % clients.length] as Client
          if (each.do === 'edit') {
            mesh = applyEdit(mesh, each.edit)
            kept.apply(snapshotOf(mesh))
          } else if (each.do === 'push') push()
          else if (each.do === 'read') client.replica.read(each.most)
          else if (each.do === 'answer') client.replica.answer(each.most)
          else if (each.do === 'release') client.replica.stream.release()
          else reconnect(client)
        }
        const fresh = openMesh()
        fresh.apply(snapshotOf(mesh))
        for (const [index, client] of clients.entries()) {
          settle(client)
          using wanted = openSource(fresh.graph, MESH_PROXIES[index] as (typeof MESH_PROXIES)[number])
          expectHolding(client, wanted, protocol)
          client.source[Symbol.dispose]()
        }
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

function reconnect(client: Client): void {
  client.source[Symbol.dispose]()
  client.source = client.open()
  client.replica.reconnect(client.source)
}

function settle({ replica, source, name }: Client): void {
  for (let round = 0; round < ROUNDS; round++) {
    replica.stream.pushTo(source.revision())
    const said = replica.read(Number.POSITIVE_INFINITY) + replica.answer(Number.POSITIVE_INFINITY)
    if (said === 0) break
  }
  expect(replica.stream.isQuiet, `${name} has come to rest`).toBe(true)
}

function expectHolding({ replica, name }: Client, source: ProxySource, protocol: Protocol): void {
  for (const type of [CDS, EDS, LDS, RDS, NDS]) {
    const isNamed = type === EDS || type === RDS
    const all = [...source.list(type)].filter(([each]) => !isNamed || replica.wanted(type).has(each))
    const wanted = all.map(([each, { version, bytes }]) =>
      line(each, protocol === 'delta' ? version : '', decoded(type, bytes)),
    )
    const held = [...replica.held(type)].map(([each, { version, value }]) => line(each, version, withoutType(value)))
    expect(held.sort(), `${name}: ${type}`).toEqual(wanted.sort())
  }
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
