import { describe, expect, it } from 'vitest'
import { suspectsOf, suspectText } from './refusal.js'
import type { ConfigOrigin } from './resources.js'

const origin = (type: string, line: number): ConfigOrigin => ({
  ...{ type, cluster: '', namespace: 'shop', name: 'web' },
  source: { file: 'a.yaml', line, column: 1 },
})
const RULE = origin('DestinationRule', 10)
const ROUTES = origin('VirtualService', 20)
const SERVICE = origin('Service', 30)
const ALL = [RULE, ROUTES, SERVICE]
const SPECS = new Map<ConfigOrigin, unknown>([
  [ROUTES, { http: [{ match: [{ headers: { 'x-b': { regex: '/a(b' } } }] }] }],
  [SERVICE, { externalIPs: ['10.0.0.1', '192.0.2.1'] }],
])
const facts = {
  specOf: (each: ConfigOrigin): unknown => SPECS.get(each),
  /** The third line of each object. */
  place: (source: ConfigOrigin['source']) => source && { ...source, line: source.line + 3 },
  resource: {
    metadata: {
      filterMetadata: { istio: { config: '/apis/networking.istio.io/v1/namespaces/shop/destination-rule/web' } },
    },
  },
}

describe('which object made Envoy refuse a resource', () => {
  it.each([
    [
      'the one that holds what is quoted, and where',
      'missing ): /a(b',
      ['VirtualService shop/web (a.yaml:23) at spec.http[0].match[0].headers.x-b.regex'],
    ],
    [
      'the one that holds a part of what is quoted',
      "cannot bind '192.0.2.1:80': no",
      ['Service shop/web (a.yaml:33) at spec.externalIPs[1]'],
    ],
    ['the one that the resource names', 'bad circuit breaker', ['DestinationRule shop/web (a.yaml:10)']],
  ])('is %s', (_, message, expected) => {
    expect(suspectsOf(ALL, { ...facts, message }).map(suspectText)).toEqual(expected)
  })

  it('may be any of the first few, where nothing tells', () => {
    const found = suspectsOf(ALL, { ...facts, message: 'no', resource: undefined })
    expect(found).toEqual(ALL.map(each => ({ ...each, path: '' })))
    const many = Array.from({ length: 9 }, () => SERVICE)
    expect(suspectsOf(many, { ...facts, message: '' })).toHaveLength(5)
  })
})
