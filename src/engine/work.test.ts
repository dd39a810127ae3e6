import { describe, expect, it } from 'vitest'
import { createEngine, type Engine, isSameData } from './index.js'

// What ran: each sentence of the incrementality contract on a toy mesh with the shape of the real one.

interface Service {
  readonly host: string
  readonly ports: readonly number[]
  readonly labels: string
}
interface Endpoint {
  readonly host: string
  readonly address: string
  readonly zone: string
}

function toyMesh() {
  const ran: string[] = []
  const engine = createEngine({ onRun: (table, key) => ran.push(`${table}:${key}`) })
  const services = engine.input<string, Service>('services')
  const pods = engine.input<string, Endpoint>('pods', { equals: isSameData })
  const meshConfig = engine.input<string, { readonly timeout: number; readonly log: string }>('meshConfig')
  const podsByHost = pods.index('host', ({ host }) => [host])
  /** The rare and wide input as a narrow row, so that what does not matter here stops here. */
  const timeout = engine.derive('timeout', meshConfig, ({ timeout }) => [['timeout', timeout]])
  /** What clusters need of a service: its labels are not among it. */
  const shape = engine.derive('shape', services, ({ host, ports }, key) => [[key, { host, ports }]], {
    equals: isSameData,
  })
  const endpoints = engine.family(
    'endpoints',
    (zone: string) => zone,
    (zone, graph) =>
      graph.derive(
        'rows',
        shape,
        ({ host }, _, read) => {
          const near = (e: Endpoint): number => (e.zone === zone ? 0 : 1)
          return [[host, read.where(podsByHost, host).map(e => `${near(e)} ${e.address}`)]]
        },
        { equals: isSameData },
      ),
  )
  const clusters = engine.derive('clusters', shape, ({ host, ports }, _, read) => {
    return ports.map(port => [`${port}|${host}`, { port, timeout: read.one(timeout, 'timeout') ?? 0 }] as const)
  })
  engine.commit(tx => {
    tx.put(meshConfig, 'mesh', { timeout: 10, log: 'text' })
    for (const name of ['a', 'b', 'c']) {
      tx.put(services, name, { host: `${name}.svc`, ports: [80], labels: '' })
      for (const n of [1, 2])
        tx.put(pods, `${name}${n}`, { host: `${name}.svc`, address: `${name}${n}`, zone: `z${n}` })
    }
  })
  const [east, west] = [endpoints.hold('z1'), endpoints.hold('z2')]
  const readAll = (): void =>
    engine.read(read => {
      read.all(clusters)
      for (const { value } of [east, west]) read.all(value)
    })
  /** Runs after a change, when everything is read again. */
  const runsOf = (write: Parameters<Engine['commit']>[0]): readonly string[] => {
    readAll()
    ran.length = 0
    engine.commit(write)
    expect(ran, 'a commit computes nothing').toEqual([])
    readAll()
    return ran.toSorted()
  }
  return { engine, services, pods, meshConfig, clusters, endpoints, east, west, ran, runsOf, readAll }
}

describe('what runs', () => {
  it('an endpoint runs exactly the endpoints of its host, once for each member', () => {
    const { runsOf, pods } = toyMesh()
    expect(runsOf(tx => tx.put(pods, 'b1', { host: 'b.svc', address: 'new', zone: 'z1' }))).toEqual([
      'endpoints(z1)/rows:b',
      'endpoints(z2)/rows:b',
    ])
  })

  it('an endpoint that moves runs both hosts', () => {
    const { runsOf, pods } = toyMesh()
    const ran = runsOf(tx => tx.put(pods, 'b1', { host: 'c.svc', address: 'b1', zone: 'z1' }))
    expect(ran.filter(run => run.startsWith('endpoints(z1)'))).toEqual(['endpoints(z1)/rows:b', 'endpoints(z1)/rows:c'])
  })

  it('an unrelated change runs nothing', () => {
    const { runsOf, pods, engine } = toyMesh()
    const other = engine.input<string, number>('other')
    expect(runsOf(tx => tx.put(other, 'x', 1))).toEqual([])
    expect(runsOf(tx => tx.put(pods, 'x1', { host: 'nobody.svc', address: 'x', zone: 'z1' }))).toEqual([])
  })

  it('a label-only change stops at the row that leaves labels out', () => {
    const { runsOf, services, engine, clusters } = toyMesh()
    const before = engine.changes(clusters, engine.revision).revision
    expect(runsOf(tx => tx.put(services, 'a', { host: 'a.svc', ports: [80], labels: 'v2' }))).toEqual(['shape:a'])
    expect(engine.changes(clusters, before)).toMatchObject({ kind: 'delta', put: new Map(), removed: [] })
  })

  it('a wide input stops at the narrow row taken from it', () => {
    const { runsOf, meshConfig } = toyMesh()
    expect(runsOf(tx => tx.put(meshConfig, 'mesh', { timeout: 10, log: 'json' }))).toEqual(['timeout:mesh'])
    const ran = runsOf(tx => tx.put(meshConfig, 'mesh', { timeout: 20, log: 'json' }))
    expect(ran).toEqual(['clusters:a', 'clusters:b', 'clusters:c', 'timeout:mesh'])
  })

  it('an equal write is no change: no revision, no flags', () => {
    const { runsOf, pods, engine } = toyMesh()
    const { revision, flags } = engine.stats()
    expect(runsOf(tx => tx.put(pods, 'a1', { host: 'a.svc', address: 'a1', zone: 'z1' }))).toEqual([])
    expect(engine.stats()).toMatchObject({ revision, flags })
  })

  it('several commits between reads run a row once', () => {
    const { readAll, engine, pods, ran } = toyMesh()
    readAll()
    ran.length = 0
    for (const address of ['p', 'q', 'r']) {
      engine.commit(tx => tx.put(pods, 'a1', { host: 'a.svc', address, zone: 'z1' }))
    }
    readAll()
    expect(ran).toEqual(['endpoints(z1)/rows:a', 'endpoints(z2)/rows:a'])
  })

  it('a diamond is computed once and never half new', () => {
    const ran: string[] = []
    const engine = createEngine({ onRun: table => ran.push(table) })
    const source = engine.input<string, number>('source')
    const left = engine.derive('left', source, (n, key) => [[key, n]])
    const right = engine.derive('right', source, (n, key) => [[key, -n]])
    const sum = engine.derive('sum', left, (n, key, read) => [[key, n + read.one(right, key)!]])
    for (const n of [1, 2]) {
      engine.commit(tx => tx.put(source, 'k', n))
      expect(engine.read(read => read.one(sum, 'k'))).toBe(0)
    }
    expect(ran.filter(table => table === 'sum')).toEqual(['sum', 'sum'])
  })

  it('tables that nobody reads compute nothing', () => {
    const { engine, services, ran, readAll } = toyMesh()
    engine.derive('unread', services, () => [])
    readAll()
    expect(ran.filter(run => run.startsWith('unread'))).toEqual([])
  })

  it('a second member with an equal parameter runs nothing, a new one only its own rows', () => {
    const { endpoints, engine, ran, readAll } = toyMesh()
    readAll()
    ran.length = 0
    const [same, other] = [endpoints.hold('z1'), endpoints.hold('z3')]
    engine.read(read => [read.all(same.value), read.all(other.value)])
    expect(ran.toSorted()).toEqual(['endpoints(z3)/rows:a', 'endpoints(z3)/rows:b', 'endpoints(z3)/rows:c'])
  })

  it('holding and releasing leaves nothing behind', () => {
    const { endpoints, engine, readAll } = toyMesh()
    readAll()
    const { runs: _, runsByTable: __, ...before } = engine.stats()
    for (let i = 0; i < 50; i++) {
      const hold = endpoints.hold(`zone ${i}`)
      engine.read(read => read.all(hold.value))
      hold[Symbol.dispose]()
    }
    const { runs: ___, runsByTable: ____, ...after } = engine.stats()
    expect(after).toEqual(before)
  })

  it('no edge grows with the number of holders, pins and watchers', () => {
    const { endpoints, engine, readAll, clusters } = toyMesh()
    readAll()
    const { edges, subjects } = engine.stats()
    for (let i = 0; i < 2_000; i++) {
      engine.watch(clusters, () => {})
      engine.pin()
      endpoints.hold('z1')
    }
    readAll()
    expect(engine.stats()).toMatchObject({ edges, subjects, holds: 2_002, pins: 2_000 })
  })
})
