import { describe, expect, it } from 'vitest'
import type { VirtualService } from '../../config/istio-types.generated.js'
import type { EgressListener, OutboundPolicy, Protocol, Service, VirtualServiceConfig } from '../../mesh/index.js'
import type { ProxyContext } from '../../proxy/view.js'
import { translateRoutes } from './routes.js'
import { serviceDomains } from './virtual-host-domains.js'

const ANY: OutboundPolicy = { mode: 'ALLOW_ANY', egressProxy: undefined }

function service(host: string, ports: Readonly<Record<number, Protocol>>, more: Partial<Service> = {}): Service {
  return {
    host,
    namespace: 'a',
    registry: 'Kubernetes',
    resolution: 'client',
    ports: Object.entries(ports).map(([port, protocol]) => ({ name: 'p', port: Number(port), protocol })),
    address: '0.0.0.0',
    clusterAddresses: {},
    aliases: [],
    ...more,
  } as unknown as Service
}

function virtual(name: string, spec: VirtualService): VirtualServiceConfig {
  return { namespace: 'a', name, spec } as unknown as VirtualServiceConfig
}

const timeout = (hosts: string[], seconds: number): VirtualService => ({
  hosts,
  http: [{ timeout: `${seconds}s`, route: [{ destination: { host: 'to.example' } }] }],
})

interface Given {
  readonly services?: readonly Service[]
  readonly virtuals?: readonly VirtualServiceConfig[]
  readonly egress?: Partial<EgressListener>
  readonly outbound?: OutboundPolicy
}

function context({ services = [], virtuals = [], egress = {}, outbound = ANY }: Given): ProxyContext {
  const listener = {
    index: 0,
    port: undefined,
    bind: '',
    captureMode: 'DEFAULT',
    services,
    virtualServices: virtuals,
    ...egress,
  }
  return {
    view: {
      namespace: 'a',
      labels: { app: 'c' },
      dnsDomain: 'a.svc.cluster.local',
      cluster: 'k',
      ipMode: 'v4',
      meta: {},
    },
    scope: { egress: [listener], services, outbound },
    mesh: {},
    lookup: { bestRule: () => undefined },
  } as unknown as ProxyContext
}

const hostsOf = (given: Given, name: string): Record<string, string | undefined> =>
  Object.fromEntries(
    (translateRoutes(context(given), name)?.virtualHosts ?? []).map(host => [
      host.name ?? '',
      host.routes?.[0]?.route?.timeout ?? String(host.routes?.[0]?.directResponse?.status),
    ]),
  )

describe('translateRoutes', () => {
  const x = service('x.example', { 80: 'http' })

  it.each<[string, Given, string, Record<string, string>]>([
    ['a service', { services: [x] }, '80', { 'x.example:80': '0s', allow_any: '0s' }],
    ['not on that port', { services: [x] }, '81', { allow_any: '0s' }],
    ['not HTTP', { services: [service('x.example', { 80: 'tcp' })] }, '80', { allow_any: '0s' }],
    ['nothing else', { outbound: { mode: 'REGISTRY_ONLY', egressProxy: undefined } }, '80', { block_all: '502' }],
    [
      'the first VirtualService of a host',
      { services: [x], virtuals: [virtual('p', timeout(['x.example'], 1)), virtual('q', timeout(['x.example'], 2))] },
      '80',
      { 'x.example:80': '1s', allow_any: '0s' },
    ],
    [
      'exact before wildcard, whoever is older',
      { services: [x], virtuals: [virtual('p', timeout(['*.example'], 1)), virtual('q', timeout(['x.example'], 2))] },
      '80',
      { 'x.example:80': '2s', allow_any: '0s' },
    ],
    [
      'a longer wildcard before a shorter',
      {
        services: [service('x.b.example', { 80: 'http' })],
        virtuals: [virtual('p', timeout(['*.example'], 1)), virtual('q', timeout(['*.b.example'], 2))],
      },
      '80',
      { 'x.b.example:80': '2s', allow_any: '0s' },
    ],
    [
      'a host without a service, on port 80',
      { virtuals: [virtual('p', timeout(['v.example'], 1))] },
      '80',
      { 'v.example:80': '1s', allow_any: '0s' },
    ],
    [
      'a host without a service, elsewhere',
      { virtuals: [virtual('p', timeout(['v.example'], 1))] },
      '81',
      { allow_any: '0s' },
    ],
    [
      'a VirtualService for other sources leaves the service',
      {
        services: [x],
        virtuals: [
          virtual('p', {
            hosts: ['x.example'],
            http: [{ ...timeout([], 1).http?.[0], match: [{ sourceLabels: { app: 'other' } }] }],
          }),
        ],
      },
      '80',
      { 'x.example:80': '0s', allow_any: '0s' },
    ],
    [
      'one sniffed service',
      { services: [x, service('y.example', { 80: 'auto' })] },
      'y.example:80',
      { 'y.example:80': '0s' },
    ],
    [
      'the HTTP proxy',
      { services: [x, service('y.example', { 81: 'grpc' })] },
      'http_proxy',
      { 'x.example:80': '0s', 'y.example:81': '0s', allow_any: '0s' },
    ],
  ])('%s', (_, given, name, expected) => {
    expect(hostsOf(given, name)).toEqual(expected)
  })

  it('stops at a route that takes every request', () => {
    const route = [{ destination: { host: 'to.example' } }]
    const spec = {
      hosts: ['x.example'],
      http: [{ match: [{ uri: { prefix: '/' } }, { uri: { prefix: '/a' } }], route }, { route }],
    }
    const made = translateRoutes(context({ services: [x], virtuals: [virtual('p', spec)] }), '80')
    expect(made?.virtualHosts?.[0]?.routes).toHaveLength(1)
  })

  it('leaves out a route whose pattern no Envoy compiles, and goes on', () => {
    const route = [{ destination: { host: 'to.example' } }]
    const spec = { hosts: ['x.example'], http: [{ match: [{ uri: { regex: '(?!a)' } }], route }, { route }] }
    const made = translateRoutes(context({ services: [x], virtuals: [virtual('p', spec)] }), '80')
    expect(made?.virtualHosts?.[0]?.routes?.map(({ match }) => match)).toEqual([{ prefix: '/' }])
  })

  it('gives a domain to the first, and a short form never the name of another service', () => {
    const services = [service('x.a.svc.cluster.local', { 80: 'http' }), service('x.a', { 80: 'http' })]
    const hosts = translateRoutes(context({ services }), '80')?.virtualHosts ?? []
    const all = hosts.flatMap(({ domains = [] }) => domains)
    expect(new Set(all).size).toBe(all.length)
    expect(hosts.find(({ name }) => name === 'x.a:80')?.domains).toContain('x.a')
  })

  it('splits by weight, without what has none, and mirrors', () => {
    const to = (subset: string, weight: number) => ({ destination: { host: 'to.example', subset }, weight })
    const http = [
      {
        route: [to('a', 90), to('b', 10), to('c', 0)],
        mirrors: [
          { destination: { host: 'm.example' }, percentage: { value: 50 } },
          { destination: { host: 'm.example' }, percentage: { value: 0 } },
        ],
      },
    ]
    const made = translateRoutes(
      context({ services: [x], virtuals: [virtual('p', { hosts: ['x.example'], http })] }),
      '80',
    )
    const action = made?.virtualHosts?.[0]?.routes?.[0]?.route
    expect(action?.weightedClusters?.clusters?.map(({ name, weight }) => [name, weight])).toEqual([
      ['outbound|80|a|to.example', 90],
      ['outbound|80|b|to.example', 10],
    ])
    expect(
      action?.requestMirrorPolicies?.map(({ cluster, runtimeFraction }) => [
        cluster,
        runtimeFraction?.defaultValue?.numerator,
      ]),
    ).toEqual([['outbound|80||m.example', 500_000]])
  })

  it('sends what nobody knows to the egress proxy', () => {
    const outbound: OutboundPolicy = { mode: 'ALLOW_ANY', egressProxy: { host: 'e.example', port: { number: 3128 } } }
    expect(translateRoutes(context({ outbound }), '80')?.virtualHosts?.[0]?.routes?.[0]?.route?.cluster).toBe(
      'outbound|3128||e.example',
    )
  })

  it('knows no other names', () => {
    expect(translateRoutes(context({}), 'nonsense')).toBeUndefined()
  })
})

describe('serviceDomains', () => {
  const { view } = context({})
  const domains = (host: string, port?: number, more: Partial<Service> = {}): readonly string[] =>
    serviceDomains(service(host, {}, more), view, port).domains

  it.each<[string, readonly string[]]>([
    ['x.example', ['x.example', 'x.example.']],
    ['*.example', ['*.example', '*.example.']],
    ['10.0.0.1', ['10.0.0.1']],
    ['x.a.svc.cluster.local', ['x.a.svc.cluster.local', 'x.a.svc.cluster.local.', 'x', 'x.a.svc', 'x.a']],
    ['x.b.svc.cluster.local', ['x.b.svc.cluster.local', 'x.b.svc.cluster.local.', 'x.b', 'x.b.svc']],
  ])('%s', (host, expected) => {
    expect(domains(host)).toEqual(expected)
  })

  it('addresses, IPv6 in brackets, with the port where it counts', () => {
    const addresses = { clusterAddresses: { k: ['10.0.0.1', '::1'] } }
    const dual = { ...view, ipMode: 'dual' as const }
    expect(serviceDomains(service('x.example', {}, addresses), dual, 81).domains.slice(-4)).toEqual([
      '10.0.0.1',
      '10.0.0.1:81',
      '[::1]',
      '[::1]:81',
    ])
  })

  it('names of pods of a headless service', () => {
    expect(domains('x.example', undefined, { resolution: 'none' })).toContain('*.x.example')
  })
})
