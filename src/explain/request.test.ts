import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import { type RenderedProxy, traceRequest } from './request.js'
import { hostFor, routeTakes, type SimulatedRequest } from './request-match.js'

const request: SimulatedRequest = {
  method: 'POST',
  scheme: 'http',
  host: 'reviews',
  port: 9080,
  path: '/beta/x?user=jo',
  headers: new Map([['x-user', 'jo']]),
}

describe('a request', () => {
  it.each<[JsonObject, boolean | undefined]>([
    [{ prefix: '/' }, true],
    [{ prefix: '/BETA' }, false],
    [{ prefix: '/BETA', caseSensitive: false }, true],
    [{ path: '/beta/x' }, true],
    [{ path: '/beta' }, false],
    [{ pathSeparatedPrefix: '/beta' }, true],
    [{ pathSeparatedPrefix: '/bet' }, false],
    [{ safeRegex: { regex: '/b.*x' } }, true],
    [{ safeRegex: { regex: '/b' } }, false],
    [{ prefix: '/', headers: [{ name: ':method', stringMatch: { exact: 'POST' } }] }, true],
    [{ prefix: '/', headers: [{ name: 'X-User', stringMatch: { prefix: 'j' } }] }, true],
    [{ prefix: '/', headers: [{ name: 'x-user', stringMatch: { exact: 'JO', ignoreCase: true } }] }, true],
    [{ prefix: '/', headers: [{ name: 'x-none', stringMatch: { exact: '' } }] }, false],
    [{ prefix: '/', headers: [{ name: 'x-none', presentMatch: true }] }, false],
    [{ prefix: '/', headers: [{ name: 'x-none', presentMatch: true, invertMatch: true }] }, true],
    [{ prefix: '/', queryParameters: [{ name: 'user', stringMatch: { safeRegex: { regex: 'j.' } } }] }, true],
    [{ prefix: '/', queryParameters: [{ name: 'other', presentMatch: true }] }, false],
    // What is not understood is never guessed; but what fails anyway, fails.
    [{ prefix: '/', tlsContext: {} }, undefined],
    [{ path: '/other', tlsContext: {} }, false],
  ])('is taken by %j: %s', (match, expected) => {
    expect(routeTakes(match, request)).toBe(expected)
  })

  it.each([
    ['a.b.c', 'a.b.c'],
    ['x.b.c', '*.b.c'],
    ['y.x.b.c', '*.b.c'],
    ['x.z.c', '*.c'],
    ['a.b.d', 'a.b.*'],
    ['A.B.C', 'a.b.c'],
    ['nobody', '*'],
  ])('for %s is of the virtual host %s', (authority, name) => {
    const hosts = ['*', '*.c', '*.b.c', 'a.b.*', 'a.b.c'].map(domain => ({ name: domain, domains: [domain] }))
    expect(hosts[hostFor(hosts, authority)]?.name).toBe(name)
  })

  const tcp = (cluster: string): JsonObject => ({ filters: [{ typedConfig: { '@type': 'x.TcpProxy', cluster } }] })
  const proxy = (more: Partial<RenderedProxy>): RenderedProxy => ({
    clusters: [],
    endpoints: [],
    listeners: [],
    routes: [],
    ...more,
  })
  const listener = (name: string, address: string, chains: JsonObject[]): JsonObject => ({
    name,
    address: { socketAddress: { address, portValue: 9080 } },
    filterChains: chains,
  })

  it('goes to the listener of its address before that of any address', () => {
    const listeners = [listener('any', '0.0.0.0', [tcp('a')]), listener('own', '10.0.0.1', [tcp('b')])]
    const clusters = [
      { name: 'a', type: 'ORIGINAL_DST' },
      { name: 'b', type: 'ORIGINAL_DST' },
    ]
    const clusterFor = (addresses: string[]): string | undefined =>
      traceRequest(proxy({ listeners, clusters }), request, addresses).steps.find(({ kind }) => kind === 'cluster')
        ?.text
    expect([clusterFor(['10.0.0.1']), clusterFor(['10.0.0.2']), clusterFor([])]).toEqual(['b', 'a', 'a'])
  })

  it.each([
    ['http', '10.0.0.1', 'filterChains[1]'],
    ['http', '10.9.0.1', 'filterChains[0]'],
    ['https', '10.9.0.1', 'filterChains[2]'],
  ] as const)('%s to %s is of %s', (scheme, address, field) => {
    const chains = [
      { ...tcp('a'), filterChainMatch: { transportProtocol: 'raw_buffer' } },
      { ...tcp('a'), filterChainMatch: { prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 16 }] } },
      { ...tcp('a'), filterChainMatch: { serverNames: ['*.example.com', 'reviews'], transportProtocol: 'tls' } },
    ]
    const { steps } = traceRequest(proxy({ listeners: [listener('l', '0.0.0.0', chains)] }), { ...request, scheme }, [
      address,
    ])
    expect(steps.find(({ kind }) => kind === 'chain')?.at?.field).toBe(field)
  })

  it('says when nobody is there, and when it cannot be followed', () => {
    const listeners = [listener('l', '0.0.0.0', [tcp('gone')])]
    expect(traceRequest(proxy({ listeners }), request, []).outcome).toBe('refused')
    expect(traceRequest(proxy({}), request, []).outcome).toBe('unknown')
  })
})
