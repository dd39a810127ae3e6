import { describe, expect, it } from 'vitest'
import { HAS_SCENARIOS, loadScenario } from '../../test/kit/scenario.js'
import { explainVisibility, type VisibilityAnswer, visibilityText } from './visibility.js'

function ask(scenario: string, proxyName: string, host: string, port = 0): VisibilityAnswer {
  const { engine, graph, proxies } = loadScenario(scenario)
  const proxy = proxies.find(({ name }) => name === proxyName)!
  const { sidecar } = proxy.row().scope
  return engine.read(read =>
    explainVisibility({
      scope: graph.context(read, proxy.row()).scope,
      sidecar: sidecar === '' ? undefined : read.one(graph.tables.inputs.config.Sidecar, sidecar),
      candidates: read.where(graph.tables.serviceHost, host),
      host,
      port,
    }),
  )
}

describe.skipIf(!HAS_SCENARIOS)('explain visibility', () => {
  it.each([
    ['a', 'b.ns1.svc.cluster.local', 'imported', 'spec.egress[0].hosts[1]'],
    ['a', 'x.api.example.com', 'imported', 'spec.egress[0].hosts[2]'],
    ['a', 'c.ns2.svc.cluster.local', 'not-imported', undefined],
    ['a', 'nowhere.example.com', 'unknown-host', undefined],
    ['b', 'b.ns1.svc.cluster.local', 'not-imported', undefined],
  ] as const)('%s to %s: %s', (proxy, host, reason, path) => {
    const answer = ask('sidecar-egress-hosts', proxy, host)
    expect([answer.reason, answer.isReachable]).toEqual([reason, reason === 'imported'])
    expect(answer.candidates.find(({ egress }) => egress !== undefined)?.egress?.path).toBe(path)
  })

  it('names the smallest change', () => {
    const answer = ask('sidecar-egress-hosts', 'a', 'c.ns2.svc.cluster.local')
    expect(answer.change).toMatch(/^add "ns2\/c\.ns2\.svc\.cluster\.local" to the egress hosts of Sidecar ns1\//)
    expect(visibilityText(answer)).toContain('not reachable: no egress host of the Sidecar names it')
  })

  it('knows a wrong port', () => {
    expect(ask('sidecar-egress-hosts', 'a', 'b.ns1.svc.cluster.local', 81)).toMatchObject({
      isReachable: false,
      reason: 'no-such-port',
    })
  })
})
