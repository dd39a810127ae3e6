import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../lang/json.js'
import type { ProxyResources, ResourceKind } from '../config-dump.js'
import { allTables, type ProxyConfigFilter, type SectionName, sectionOf, sectionTable } from './index.js'

const HCM = 'envoy.filters.network.http_connection_manager'
const TCP = 'envoy.filters.network.tcp_proxy'
const address = (ip: string, portValue: number) => ({ socketAddress: { address: ip, portValue } })
const istio = (config: string) => ({ filterMetadata: { istio: { config } } })
const http = (typedConfig: JsonObject) => ({ filters: [{ name: HCM, typedConfig }] })
const tcp = (typedConfig: JsonObject) => ({ filters: [{ name: TCP, typedConfig }] })
const endpoint = (ip: string, healthStatus?: string) => ({
  endpoint: { address: address(ip, 80) },
  ...(healthStatus === undefined ? {} : { healthStatus }),
})
const to = (cluster: string) => ({ route: { cluster } })

const held: Readonly<Record<ResourceKind, readonly JsonObject[]>> = {
  clusters: [
    { name: 'PassthroughCluster', type: 'ORIGINAL_DST' },
    { name: 'outbound|9000||cart.shop', type: 'EDS' },
    {
      name: 'outbound|80|v2|cart.shop',
      type: 'EDS',
      metadata: istio('/apis/networking.istio.io/v1/namespaces/shop/destination-rule/cart'),
    },
    { name: 'outbound|80||cart.shop', type: 'EDS' },
    { name: 'dns', clusterType: { name: 'envoy.clusters.dns' } },
    { name: 'agent' },
  ],
  listeners: [
    {
      name: 'in',
      address: address('0.0.0.0', 15006),
      filterChains: [
        {
          filterChainMatch: { transportProtocol: 'tls', serverNames: ['a.b'], destinationPort: 8080 },
          ...http({
            routeConfig: { virtualHosts: [{ routes: [{ match: { prefix: '/' }, ...to('inbound|8080||') }] }] },
          }),
        },
        {
          filterChainMatch: { prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }] },
          ...tcp({ cluster: 'BlackHoleCluster' }),
        },
      ],
    },
    {
      name: 'web',
      address: address('10.0.0.1', 80),
      additionalAddresses: [{ address: address('fd00::1', 80) }],
      filterChains: [http({ rds: { routeConfigName: '80' } })],
      defaultFilterChain: tcp({ weightedClusters: { clusters: [{ name: 'outbound|80||x', weight: 30 }] } }),
    },
    { name: 'none', address: { pipe: { path: '/run/s' } } },
  ],
  routes: [
    {
      name: '80',
      virtualHosts: [
        {
          name: 'cart:80',
          domains: ['cart', 'cart.shop', '10.0.0.1'],
          routes: [
            {
              match: { prefix: '/a', headers: [{ name: 'x' }] },
              metadata: istio('/apis/networking.istio.io/v1/namespaces/shop/virtual-service/cart'),
              route: { weightedClusters: { clusters: [{ name: 'v1', weight: 90 }, { name: 'v2' }] } },
            },
            { match: { path: '/b' }, redirect: {} },
            { match: { safeRegex: { regex: '/c+' } }, directResponse: { status: 503 } },
            { match: { pathSeparatedPrefix: '/d' }, ...to('v1') },
          ],
        },
        { name: 'empty', domains: ['*'] },
      ],
    },
    { name: '9' },
  ],
  endpoints: [
    {
      clusterName: 'outbound|80||cart.shop',
      endpoints: [
        { locality: { region: 'r', zone: 'z' }, lbEndpoints: [endpoint('10.0.0.1'), endpoint('10.0.0.2', 'DRAINING')] },
        { lbEndpoints: [endpoint('fd00::2', 'UNKNOWN'), { endpoint: { address: { pipe: { path: '/s' } } } }] },
      ],
    },
    { clusterName: 'empty' },
  ],
  secrets: [],
}
const resources = Object.fromEntries(
  Object.entries(held).map(([kind, list]) => [kind, list.map(value => ({ version: '', value }))]),
) as unknown as ProxyResources

/** Cells of a table, without its headings. */
const cells = (section: SectionName): string[][] =>
  sectionTable(resources, section, {})
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => line.split(/ {3,}/))

describe('what a proxy holds, as a table', () => {
  it('shows clusters by host, port and subset', () => {
    expect(sectionTable(resources, 'clusters', {})).toBe(`\
SERVICE FQDN         PORT   SUBSET   DIRECTION   TYPE                 DESTINATION RULE
PassthroughCluster   -      -        -           ORIGINAL_DST
agent                -      -        -           STATIC
cart.shop            80     -        outbound    EDS
cart.shop            80     v2       outbound    EDS                  cart.shop
cart.shop            9000   -        outbound    EDS
dns                  -      -        -           envoy.clusters.dns
`)
  })

  it('shows what each filter chain of a listener takes, and where that goes', () => {
    expect(cells('listeners')).toEqual([
      ['/run/s', '0', 'ALL', 'Non-HTTP/Non-TCP'],
      ['10.0.0.1,fd00::1', '80', 'ALL', 'Route: 80'],
      ['10.0.0.1,fd00::1', '80', 'ALL', 'Cluster: outbound|80||x (30)'],
      ['0.0.0.0', '15006', 'SNI: a.b; Trans: tls; Addr: *:8080', 'Cluster: inbound|8080||'],
      ['0.0.0.0', '15006', 'Addr: 10.0.0.0/8', 'BlackHoleCluster'],
    ])
  })

  it('shows routes in the order in which Envoy tries them', () => {
    const cart = ['80', 'cart:80', 'cart, cart.shop + 1 more...']
    expect(cells('routes')).toEqual([
      ['9', '-', '-', '-', '-'],
      [...cart, '/a* + 1 more', 'cart.shop', 'v1 (90), v2 (0)'],
      [...cart, '/b', 'redirect'],
      [...cart, '~/c+', '503'],
      [...cart, '/d[/*]', 'v1'],
      ['80', 'empty', '*', '-', '-'],
    ])
  })

  it('shows endpoints with their place and health', () => {
    const cluster = 'outbound|80||cart.shop'
    expect(cells('endpoints')).toEqual([
      ['10.0.0.1:80', 'HEALTHY', 'r/z', cluster],
      ['10.0.0.2:80', 'DRAINING', 'r/z', cluster],
      ['[fd00::2]:80', 'HEALTHY', '-', cluster],
      ['unix:///s', 'HEALTHY', '-', cluster],
    ])
  })

  it.each<[SectionName, ProxyConfigFilter, number]>([
    ['clusters', {}, 6],
    ['clusters', { fqdn: 'cart' }, 3],
    ['clusters', { fqdn: 'cart', port: '80' }, 2],
    ['clusters', { subset: 'v2' }, 1],
    ['clusters', { direction: 'INBOUND' }, 0],
    ['listeners', { type: 'HTTP' }, 2],
    ['listeners', { type: 'http+tcp' }, 2],
    ['listeners', { type: 'UNKNOWN' }, 1],
    ['listeners', { port: '80' }, 1],
    ['listeners', { address: 'fd00::1' }, 1],
    ['routes', { name: '80' }, 1],
    ['endpoints', { cluster: 'empty' }, 0],
    ['endpoints', { address: '10.0.0.2', port: '80' }, 1],
    ['endpoints', { status: 'draining' }, 1],
    ['endpoints', { port: '81' }, 0],
  ])('finds in %s by %j: %i', (section, filter, count) => {
    expect(sectionOf(resources, section, filter)).toHaveLength(count)
  })

  it('leaves out endpoints that do not fit, and keeps the rest of their assignment', () => {
    const [found] = sectionOf(resources, 'endpoints', { status: 'DRAINING' })
    expect(found).toEqual({
      clusterName: 'outbound|80||cart.shop',
      endpoints: [{ locality: { region: 'r', zone: 'z' }, lbEndpoints: [endpoint('10.0.0.2', 'DRAINING')] }],
    })
  })

  it('prints them all after each other', () => {
    expect(allTables(resources).match(/^[A-Z ]+$/gm)).toHaveLength(4)
  })
})
