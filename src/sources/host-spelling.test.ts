import { describe, expect, it } from 'vitest'
import { translated } from '../../test/kit/translated.js'
import { ok } from '../lang/result.js'
import type { RouteConfiguration } from '../proto/envoy-types.generated.js'
import { openConfigFiles } from './config-files.js'

const CREATED = (year: number): string => `creationTimestamp: '${year}-01-01T00:00:00Z'`
const entry = (name: string, host: string, year: number, where = 'shop'): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: ${where}, ${CREATED(year)}}
spec: {hosts: [${host}], ports: [{number: ${year - 1940}, name: http, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 10.0.0.1}]}
`
const routes = (name: string, host: string, status: number, where = 'shop'): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${where}, ${CREATED(status + 1800)}}
spec: {hosts: [${host}], http: [{directResponse: {status: ${status}}}]}
`
const rule = (name: string, host: string, where = 'shop'): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${where}}
spec: {host: ${host}}
`

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const snapshot = new Map(Object.entries(files).map(([path, text]) => [path, ok(text)] as const))
  return openConfigFiles()
    .read(snapshot)
    .problems.filter(({ code }) => code === 'host-case')
    .map(({ position, message }) => `${position?.file}:${position?.line}: ${message}`)
}

describe('hosts of two objects that differ by case alone', () => {
  it('are told with both places, the younger one by the older', () => {
    expect(
      problemsOf({ 'a.yaml': entry('new', 'API.example', 2025), 'b.yaml': entry('old', 'api.example', 2020) }),
    ).toEqual([
      'a.yaml:2: host "API.example" of ServiceEntry shop/new is "api.example" of ServiceEntry shop/old (b.yaml:2) in another case: they are one host; in one namespace the older one decides, ports of both count',
    ])
  })

  it.each<[string, string, string, number]>([
    ['of one kind in two namespaces', routes('a', 'API.example', 400), routes('b', 'api.example', 401, 'other'), 1],
    ['of two kinds', entry('a', 'API.example', 2020), routes('b', 'api.example', 400), 0],
    ['written alike', routes('a', 'API.example', 400), routes('b', 'API.example', 401), 0],
    ['short names of two namespaces', routes('a', 'API', 400), routes('b', 'api', 401, 'other'), 0],
    ['short names of one', routes('a', 'API', 400), routes('b', 'api', 401), 1],
    ['rules of one namespace', rule('a', 'API.example'), rule('b', 'api.example'), 1],
    ['rules of two, which do not meet', rule('a', 'API.example'), rule('b', 'api.example', 'other'), 0],
  ])('%s', (_, a, b, count) => {
    expect(problemsOf({ 'a.yaml': a, 'b.yaml': b })).toHaveLength(count)
  })

  it('are told no more when one of them goes', () => {
    const files = new Map([
      ['a.yaml', ok(rule('a', 'API.example'))],
      ['b.yaml', ok(rule('b', 'api.example'))],
    ] as const)
    const reader = openConfigFiles()
    const both = reader.read(files)
    both.accept()
    expect(both.problems).toHaveLength(1)
    expect(reader.read(new Map([['b.yaml', ok(rule('b', 'api.example'))]])).problems).toEqual([])
  })

  it('are one host to proxies: that of the older objects, and no other host is touched', () => {
    const objects = [
      entry('old', 'api.example', 2020),
      entry('new', 'API.Example', 2021),
      entry('other', 'other.example', 2020),
      routes('late', 'Api.example', 402),
      routes('early', 'api.EXAMPLE', 401),
    ].join('---')
    const { clusters, routes: made } = translated({ objects })
    const names = Object.keys(clusters).filter(name => name.startsWith('outbound'))
    expect(names.sort()).toEqual(['outbound|80||api.example', 'outbound|80||other.example', 'outbound|81||api.example'])
    const { virtualHosts = [] } = made['80'] as RouteConfiguration
    expect(virtualHosts.map(({ name, routes: [first] = [] }) => [name, first?.directResponse?.status])).toEqual([
      ['api.example:80', 401],
      ['other.example:80', undefined],
      ['allow_any', undefined],
    ])
  })

  it('in one object are told where they stand', () => {
    const read = openConfigFiles().read(new Map([['a.yaml', ok(entry('a', 'API.example, api.example', 2020))]]))
    expect(read.problems).toMatchObject([
      {
        severity: 'warning',
        message: '"api.example" and "API.example" are one host; expected one of them',
        path: 'spec.hosts[1]',
      },
    ])
  })
})
