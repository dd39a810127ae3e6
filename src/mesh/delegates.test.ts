import { describe, expect, it } from 'vitest'
import type { HTTPMatchRequest, HTTPRoute, VirtualService } from '../config/istio-types.generated.js'
import { formatProblem, type Problem } from '../lang/problem.js'
import { mergeRoutes, resolveDelegates } from './delegates.js'
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
    source: { file: 'mesh.yaml', line: 3, column: 1 },
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
  const reported: string[] = []
  const httpOf = (...others: VirtualServiceConfig[]): readonly HTTPRoute[] | undefined => {
    reported.length = 0
    const byKey = new Map(others.map(other => [`${other.namespace}/${other.name}`, other]))
    const report = (problem: Problem): void => void reported.push(formatProblem(problem))
    return resolveDelegates(root, key => byKey.get(key), {}, report).spec.http
  }

  it('stand in place of the route that delegates, which fills what they leave out', () => {
    const team = virtual('b/team', { http: [to('x.example'), { ...to('y.example'), timeout: '1s' }] })
    expect(httpOf(team)).toEqual([
      { match: [{ uri: { prefix: '/t' } }], timeout: '9s', ...to('x.example') },
      { match: [{ uri: { prefix: '/t' } }], timeout: '1s', ...to('y.example') },
      to('rest.example'),
    ])
    expect(reported).toEqual([])
  })

  const elsewhere = { match: [{ uri: { prefix: '/other' } }], ...to('x') }
  it.each<[string, VirtualServiceConfig[], string]>([
    ['missing', [], 'there is no VirtualService b/team: its routes are missing'],
    [
      'of another namespace',
      [virtual('c/team', { http: [to('x')] })],
      'there is no VirtualService b/team: its routes are missing',
    ],
    [
      'with hosts of its own',
      [virtual('b/team', { hosts: ['z.example'], http: [to('x')] })],
      'VirtualService b/team has hosts of its own, so its routes are not used: leave out its hosts and gateways to delegate to it',
    ],
    [
      'not exported to the root',
      [virtual('b/team', { exportTo: ['b'], http: [to('x')] })],
      'VirtualService b/team is not exported to a, so its routes are missing: add a to its exportTo',
    ],
    [
      'that delegates again',
      [virtual('b/team', { http: [{ delegate: { name: 'more' } }] })],
      'VirtualService b/team delegates further, which a delegate cannot: those routes are missing',
    ],
    [
      'of other requests',
      [virtual('b/team', { http: [elsewhere] })],
      '1 of the routes of VirtualService b/team can never match what matches here, and are left out',
    ],
  ])('drop the route when %s, and say so', (_, others, why) => {
    expect(httpOf(...others)).toEqual([to('rest.example')])
    expect(reported).toEqual([`mesh.yaml:3:1: VirtualService a/root: ${why} (spec.http[0].delegate)`])
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
