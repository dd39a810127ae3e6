import { describe, expect, it } from 'vitest'
import type { HTTPMatchRequest, HTTPRoute, VirtualService } from '../config/istio-types.generated.js'
import { mergeDelegates, mergeRoutes } from './delegates.js'
import type { VirtualServiceConfig } from './scope.js'

const to = (host: string): HTTPRoute => ({ route: [{ destination: { host } }] })

function virtual(key: string, spec: VirtualService): VirtualServiceConfig {
  const [namespace = '', name = ''] = key.split('/')
  return {
    type: 'VirtualService',
    kind: 'VirtualService',
    group: 'networking.istio.io',
    version: 'v1',
    namespace,
    name,
    labels: {},
    annotations: {},
    creationTimestamp: '',
    spec,
    source: undefined,
  }
}

describe('delegates', () => {
  const root = virtual('a/root', {
    hosts: ['h.example'],
    http: [
      { match: [{ uri: { prefix: '/t' } }], delegate: { name: 'team', namespace: 'b' }, timeout: '9s' },
      to('rest.example'),
    ],
  })
  const httpOf = (...others: VirtualServiceConfig[]): readonly HTTPRoute[] | undefined =>
    mergeDelegates([root, ...others], {})[0]?.spec.http

  it('stand in place of the route that delegates, which fills what they leave out', () => {
    const team = virtual('b/team', { http: [to('x.example'), { ...to('y.example'), timeout: '1s' }] })
    expect(httpOf(team)).toEqual([
      { match: [{ uri: { prefix: '/t' } }], timeout: '9s', ...to('x.example') },
      { match: [{ uri: { prefix: '/t' } }], timeout: '1s', ...to('y.example') },
      to('rest.example'),
    ])
  })

  it('are gone themselves', () => {
    const merged = mergeDelegates([root, virtual('b/team', { http: [to('x.example')] })], {})
    expect(merged.map(({ name }) => name)).toEqual(['root'])
  })

  it.each<[string, VirtualServiceConfig[]]>([
    ['missing', []],
    ['of another namespace', [virtual('c/team', { http: [to('x')] })]],
    ['with hosts of its own', [virtual('b/team', { hosts: ['z.example'], http: [to('x')] })]],
    ['not exported to the root', [virtual('b/team', { exportTo: ['b'], http: [to('x')] })]],
    ['that delegates again', [virtual('b/team', { http: [{ delegate: { name: 'more' } }] })]],
  ])('drop the route when %s', (_, others) => {
    expect(httpOf(...others)).toEqual([to('rest.example')])
  })
})

describe('conditions of root and delegate', () => {
  const merged = (root: HTTPMatchRequest[], own: HTTPMatchRequest[]): readonly HTTPMatchRequest[] | undefined =>
    mergeRoutes({ match: root, delegate: { name: 'd' } }, [{ match: own, ...to('x') }])[0]?.match

  it.each<[string, HTTPMatchRequest[], HTTPMatchRequest[], HTTPMatchRequest[] | undefined]>([
    ['longer prefix', [{ uri: { prefix: '/a' } }], [{ uri: { prefix: '/a/b' } }], [{ uri: { prefix: '/a/b' } }]],
    ['exact under prefix', [{ uri: { prefix: '/a' } }], [{ uri: { exact: '/ab' } }], [{ uri: { exact: '/ab' } }]],
    ['the same exact text', [{ uri: { exact: '/a' } }], [{ uri: { exact: '/a' } }], [{ uri: { exact: '/a' } }]],
    ['prefix elsewhere', [{ uri: { prefix: '/a' } }], [{ uri: { prefix: '/b' } }], undefined],
    ['prefix under exact', [{ uri: { exact: '/a' } }], [{ uri: { prefix: '/a' } }], undefined],
    ['a pattern', [{ uri: { prefix: '/a' } }], [{ uri: { regex: '/a.*' } }], undefined],
    [
      'one of two contradicts',
      [{ uri: { prefix: '/a' } }],
      [{ uri: { prefix: '/ab' } }, { uri: { prefix: '/b' } }],
      undefined,
    ],
    ['names', [{ name: 'r' }], [{ name: 'o' }], [{ name: 'r-o' }]],
    [
      'headers of both',
      [{ headers: { a: { exact: '1' } } }],
      [{ headers: { b: {} } }],
      [{ headers: { a: { exact: '1' }, b: {} } }],
    ],
    [
      'another value of a header',
      [{ headers: { a: { exact: '1' } } }],
      [{ headers: { a: { exact: '2' } } }],
      undefined,
    ],
    ['another port', [{ port: 80 }], [{ port: 81 }], undefined],
    ['another case rule', [{ ignoreUriCase: true }], [{ port: 81 }], undefined],
    ['labels', [{ sourceLabels: { a: '1' } }], [{ sourceLabels: { a: '2' } }], undefined],
    ['gateways of the root', [{ gateways: ['mesh'] }], [{ port: 1 }], [{ gateways: ['mesh'], port: 1 }]],
    ['other gateways', [{ gateways: ['mesh'] }], [{ gateways: ['a/b'] }], undefined],
    ['none of the delegate', [{ port: 1 }], [], [{ port: 1 }]],
  ])('%s', (_, root, own, expected) => {
    expect(merged(root, own)).toEqual(expected)
  })

  it('gives every pair that can be met', () => {
    const root = [{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }]
    expect(merged(root, [{ uri: { exact: '/ax' } }, { method: { exact: 'GET' } }])).toEqual([
      { uri: { exact: '/ax' } },
      { uri: { prefix: '/a' }, method: { exact: 'GET' } },
      { uri: { prefix: '/b' }, method: { exact: 'GET' } },
    ])
  })
})
