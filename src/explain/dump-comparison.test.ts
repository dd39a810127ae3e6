import { describe, expect, it } from 'vitest'
import type { ProxyResources, VersionedResource } from './config-dump.js'
import { compareDumps, comparisonText } from './dump-comparison.js'

const held = (parts: Partial<ProxyResources>): ProxyResources => ({
  ...{ clusters: [], endpoints: [], listeners: [], routes: [], secrets: [] },
  ...parts,
})
const named = (name: string, version: string): VersionedResource => ({ version, value: { name } })
const assignment = (port: number): VersionedResource => ({
  version: '',
  value: {
    clusterName: 'a',
    endpoints: [
      { lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '10.0.0.1', portValue: port } } } }] },
    ],
  },
})
const server = held({ clusters: [named('a', '1'), named('b', '1'), named('c', '1')], endpoints: [assignment(80)] })
const envoy = held({
  clusters: [named('a', '1'), named('b', '0'), named('old', '1'), named('bootstrap', '')],
  endpoints: [assignment(81)],
})

describe("an Envoy's dump against the server's", () => {
  it('compares versions of a delta stream, and addresses of endpoints', () => {
    expect(compareDumps(server, envoy, 'delta')).toEqual([
      { kind: 'clusters', missing: ['c'], extra: ['old'], different: ['b'] },
      { kind: 'listeners', missing: [], extra: [], different: [] },
      { kind: 'routes', missing: [], extra: [], different: [] },
      { kind: 'endpoints', missing: [], extra: [], different: ['a'] },
    ])
  })

  it('compares names of a SotW stream, and says so', () => {
    const compared = compareDumps(server, envoy, 'sotw')
    expect(compared[0]).toEqual({ kind: 'clusters', missing: ['c'], extra: ['old'], different: [] })
    expect(comparisonText(compared, 'sotw')).toBe(`\
Clusters don't match
  not in Envoy: c
  in Envoy alone: old
Listeners match
Routes match
Endpoints don't match
  different: a
(by name: on a SotW stream resources have no versions of their own)
`)
  })

  it('names no more than a screen holds', () => {
    const many = held({ clusters: Array.from({ length: 25 }, (_, i) => named(`c${i}`, '1')) })
    const text = comparisonText(compareDumps(many, held({}), 'delta'), 'delta')
    expect(text).toContain('  not in Envoy: 5 more\n')
    expect(text.split('\n').length).toBeLessThan(30)
  })
})
