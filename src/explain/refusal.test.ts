import { describe, expect, it } from 'vitest'
import { suspectsOf } from './refusal.js'
import type { ConfigOrigin } from './resources.js'

const origin = (type: string, name: string): ConfigOrigin => ({
  ...{ type, cluster: '', namespace: 'shop', name },
  source: undefined,
})
const RULE = origin('DestinationRule', 'web')
const ROUTES = origin('VirtualService', 'web')
const SERVICE = origin('Service', 'web')
const ALL = [RULE, ROUTES, SERVICE]
const SPECS = new Map<ConfigOrigin, unknown>([
  [ROUTES, { http: [{ match: [{ uri: { regex: '/a(b' } }] }] }],
  [SERVICE, { externalIPs: ['192.0.2.1'] }],
])
const specOf = (each: ConfigOrigin): unknown => SPECS.get(each)
const resource = {
  metadata: {
    filterMetadata: { istio: { config: '/apis/networking.istio.io/v1/namespaces/shop/destination-rule/web' } },
  },
}

describe('which object made Envoy refuse a resource', () => {
  it.each([
    ['the one that holds what is quoted', 'missing ): /a(b', [ROUTES]],
    ['the one that holds a part of what is quoted', "cannot bind '192.0.2.1:80': no", [SERVICE]],
    ['the one that the resource names', 'bad circuit breaker', [RULE]],
  ])('is %s', (_, message, expected) => {
    expect(suspectsOf(ALL, { message, resource, specOf })).toEqual(expected)
  })

  it('may be any of the first few, where nothing tells', () => {
    expect(suspectsOf(ALL, { message: 'no', resource: undefined, specOf })).toEqual(ALL)
    expect(
      suspectsOf(
        Array.from({ length: 9 }, () => SERVICE),
        { message: '', resource, specOf },
      ),
    ).toHaveLength(5)
  })
})
