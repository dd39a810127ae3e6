import { describe, expect, it } from 'vitest'
import { createWorkMesh, type WorkMesh } from '../../../test/kit/work.js'
import { CDS, LDS } from '../delivery/index.js'

const service = (name: string, namespace: string, more = ''): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {clusterIP: 10.96.0.1, selector: {app: ${name}}, ports: [{name: http, port: 80}]${more}}
---`
const sidecar = (namespace: string): string => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {egress: [{hosts: ["./*"]}]}
---`
const MESH = [service('a', 'ns1'), service('b', 'ns2'), sidecar('ns1'), sidecar('ns2')].join('')

function mesh(): WorkMesh {
  const made = createWorkMesh(MESH)
  for (const name of ['a-1.ns1', 'a-2.ns1', 'b-1.ns2']) made.connect(name, { ip: `10.0.0.${name.charCodeAt(2)}` })
  // What is opened before the first round may be given by it, changed or not.
  news(made)
  made.told()
  return made
}

/** Names of those whom a round gives. */
function news({ graph, proxies }: WorkMesh): readonly string[] {
  const found = [...graph.news.round()].flat()
  return found.map(({ source }) => proxies().find(proxy => proxy.source === source)?.name ?? '').sort()
}

describe('news', () => {
  it('are for those whose tables changed, each once, and for nobody a second time', () => {
    const made = mesh()
    made.apply(service('c', 'ns1'))
    expect(news(made)).toEqual(['a-1.ns1', 'a-2.ns1'])
    expect(news(made)).toEqual([])
    expect(made.told()).toMatchObject({ 'a-1.ns1': ['CDS', 'EDS', 'RDS', 'NDS'] })
  })

  it('are for nobody where nothing comes of a change', () => {
    const made = mesh()
    made.apply(service('d', 'ns3'))
    expect(news(made)).toEqual([])
  })

  it('are for a proxy that has other tables now, and then of those', () => {
    const made = mesh()
    made.apply(sidecar('ns2'), 'remove')
    expect(news(made)).toEqual(['b-1.ns2'])
    made.told()
    made.apply(service('e', 'ns3'))
    expect(news(made)).toEqual(['b-1.ns2'])
  })

  it('say that nothing is new without asking any table, to all others', () => {
    const made = mesh()
    const { source } = made.proxies()[2]!
    const told = source.revision()
    made.apply(service('c', 'ns1'))
    expect(news(made)).toEqual(['a-1.ns1', 'a-2.ns1'])
    made.runs()
    expect(source.changes(CDS, told)).toEqual({ kind: 'delta', changed: [], removed: [] })
    expect(made.runs()).toEqual({})
    made.apply(service('f', 'ns2'))
    expect(source.changes(CDS, told)).toMatchObject({ changed: ['outbound|80||f.ns2.svc.cluster.local'] })
  })

  it('are not forgotten by who was not told them before the next ones', () => {
    const made = mesh()
    const { source } = made.proxies()[0]!
    const told = source.revision()
    made.apply(service('c', 'ns1'))
    expect(news(made)).toEqual(['a-1.ns1', 'a-2.ns1'])
    made.apply(service('f', 'ns2'))
    expect(news(made)).toEqual(['b-1.ns2'])
    expect(source.changes(CDS, told)).toMatchObject({ changed: ['outbound|80||c.ns1.svc.cluster.local'] })
  })

  it('of a round that is given up are told by the next', () => {
    const made = mesh()
    made.apply(service('c', 'ns1'))
    const [first] = made.graph.news.round()
    expect(first).toEqual([])
    expect(news(made)).toEqual(['a-1.ns1', 'a-2.ns1'])
  })

  it('are looked for in the tables that have them alone, as long as nothing else changes', () => {
    const made = mesh()
    const { source } = made.proxies()[0]!
    const told = source.revision()
    made.apply(service('c', 'ns1'))
    expect(news(made)).toEqual(['a-1.ns1', 'a-2.ns1'])
    expect(made.graph.news.finished).toBe(source.revision())
    expect(source.changes(LDS, told)).toEqual({ kind: 'delta', changed: [], removed: [] })
    expect(source.changes(CDS, told)).toMatchObject({ changed: ['outbound|80||c.ns1.svc.cluster.local'] })
    // Another port: a listener of its own, which no round has found yet.
    made.apply(service('g', 'ns1').replace('port: 80', 'port: 81'))
    expect(source.changes(LDS, told)).toMatchObject({ changed: [expect.stringContaining('81')] })
  })

  it('leave nothing behind of a proxy that is gone', () => {
    const made = mesh()
    for (const { source } of made.proxies()) source[Symbol.dispose]()
    made.apply(service('c', 'ns1'))
    expect([...made.graph.news.round()].flat()).toEqual([])
    expect(made.engine.stats().pins).toBe(1)
  })
})
