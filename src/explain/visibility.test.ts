import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario, scenarioNames } from '../../test/kit/scenario.js'
import { askVisibility, type VisibilityReply } from './visibility-facts.js'

const NOWHERE = { sourceOf: () => undefined, place: () => undefined, meshField: () => undefined }

function ask(scenario: string, proxyName: string, host: string, port = 0): VisibilityReply {
  const { graph, proxies } = loadScenario(scenario)
  const proxy = proxies.find(({ name }) => name === proxyName)!
  return askVisibility(graph, proxy.row(), { host, port }, NOWHERE)
}

/** Every service that some Sidecar keeps from a proxy, asked for again with the proposed egress host written in. */
function changesTried(name: string): { readonly count: number; readonly useless: string[] } {
  const { engine, graph, proxies } = loadScenario(name)
  const { Sidecar } = graph.tables.inputs.config
  const hosts = engine.read(read => [...read.all(graph.tables.service).values()].map(({ host }) => host))
  const useless: string[] = []
  let count = 0
  for (const proxy of proxies)
    for (const host of hosts) {
      const asked = { host, port: 0 }
      const [answer] = askVisibility(graph, proxy.row(), asked, NOWHERE).answers
      const change = /^add "(.+)" to spec\.egress\[(\d+)\]\.hosts/.exec(answer?.change?.text ?? '')
      const key = answer?.sidecar?.key ?? ''
      const before = engine.read(read => read.one(Sidecar, key))
      if (change === null || before === undefined) continue
      count++
      const egress = before.spec.egress?.map((listener, index) =>
        index === Number(change[2]) ? { ...listener, hosts: [...(listener.hosts ?? []), change[1]!] } : listener,
      )
      engine.commit(tx => tx.put(Sidecar, key, { ...before, spec: { ...before.spec, ...(egress && { egress }) } }))
      if (!askVisibility(graph, proxy.row(), asked, NOWHERE).isReachable) useless.push(`${name} ${proxy.name} ${host}`)
      engine.commit(tx => tx.put(Sidecar, key, before))
    }
  return { count, useless }
}

describe.skipIf(!HAS_SCENARIOS)('explain visibility', () => {
  it.each([
    ['a', 'b.ns1.svc.cluster.local', 'imported', 'spec.egress[0].hosts[1]'],
    ['a', 'x.api.example.com', 'imported', 'spec.egress[0].hosts[2]'],
    ['a', 'c.ns2.svc.cluster.local', 'not-imported', undefined],
    ['a', 'nowhere.example.com', 'unknown-host', undefined],
    ['b', 'b.ns1.svc.cluster.local', 'not-imported', undefined],
  ] as const)('%s to %s: %s', (proxy, host, reason, path) => {
    const [answer] = ask('sidecar-egress-hosts', proxy, host).answers
    expect([answer?.reason, answer?.isReachable]).toEqual([reason, reason === 'imported'])
    expect(answer?.candidates.find(({ egress }) => egress !== undefined)?.egress?.path).toBe(path)
  })

  it('names the smallest change', () => {
    const [answer] = ask('sidecar-egress-hosts', 'a', 'c.ns2.svc.cluster.local').answers
    expect(answer?.change?.text).toBe('add "ns2/c.ns2.svc.cluster.local" to spec.egress[0].hosts of Sidecar ns1/for-a')
  })

  it('proposes egress hosts that do help: each was tried', () => {
    const tried = scenarioNames().map(scenario => changesTried(scenario))
    expect(tried.flatMap(({ useless }) => useless)).toEqual([])
    expect(tried.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(10)
  })

  it('knows a wrong port', () => {
    expect(ask('sidecar-egress-hosts', 'a', 'b.ns1.svc.cluster.local', 81).answers).toMatchObject([
      { isReachable: false, reason: 'no-such-port' },
    ])
  })

  it.each([
    ['b', 'short-name', ['b.ns1.svc.cluster.local']],
    ['d.ns2', 'short-name', ['d.ns2.svc.cluster.local']],
    ['*.api.example.com', 'pattern', ['x.api.example.com', 'y.api.example.com']],
    ['10.96.1.2', 'service-address', ['b.ns1.svc.cluster.local']],
    ['10.1.1.2', 'workload-address', ['b.ns1.svc.cluster.local']],
    ['10.9.9.9', 'unknown', ['10.9.9.9']],
  ] as const)('%s is understood as %s', (host, meaning, hosts) => {
    const reply = ask('sidecar-egress-hosts', 'a', host)
    expect([reply.meaning, reply.answers.map(answer => answer.host)]).toEqual([meaning, hosts])
  })

  it('offers hosts that are spelt alike', () => {
    const { meaning, nearest } = ask('sidecar-egress-hosts', 'a', 'x.api.exmaple.com')
    expect([meaning, nearest[0]]).toEqual(['unknown', 'x.api.example.com'])
  })
})
