import { describe, expect, it } from 'vitest'
import type { TrafficPolicy } from '../../config/istio-types.generated.js'
import type { ConsolidatedRule, Endpoint, NetworkGateway, Service } from '../../mesh/index.js'
import { weightScale } from '../../mesh/networks.js'
import { decode, encode } from '../../proto/index.js'
import type { OwnTarget, ProxyContext } from '../../proxy/view.js'
import {
  translateClusters,
  translateFixedClusters,
  translateInboundClusters,
  translateSniClusters,
} from './clusters.js'
import { translateAssignments, translateSniAssignments } from './endpoints.js'

const HOST = 'a.ns1.svc.cluster.local'
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

interface World {
  service?: Partial<Service>
  policy?: TrafficPolicy
  rule?: Partial<ConsolidatedRule>
  endpoints?: readonly Partial<Endpoint>[]
  gateways?: readonly NetworkGateway[]
  view?: object
  mesh?: ProxyContext['mesh']
  scope?: object
  own?: readonly OwnTarget[]
  policyMode?: 'DISABLE' | 'PERMISSIVE' | 'STRICT'
}

function serviceOf(fields: Partial<Service> = {}): Service {
  return {
    host: HOST,
    namespace: 'ns1',
    name: 'a',
    registry: 'Kubernetes',
    ports: [{ name: 'http', port: 80, protocol: 'http' }],
    resolution: 'client',
    isMeshExternal: false,
    isNodeLocal: false,
    subjectAltNames: [],
    trafficDistribution: 'any',
    ...fields,
  } as Service
}

function endpointOf(fields: Partial<Endpoint> = {}): Endpoint {
  return {
    host: HOST,
    namespace: 'ns1',
    addresses: ['10.0.0.1'],
    port: 8080,
    servicePortName: 'http',
    labels: {},
    cluster: 'Kubernetes',
    network: '',
    locality: '',
    nodeName: '',
    weight: 0,
    health: 'healthy',
    tlsMode: 'istio',
    workloadName: 'w',
    workloadNamespace: 'ns1',
    ...fields,
  } as Endpoint
}

function worldOf(world: World): { readonly context: ProxyContext; readonly service: Service } {
  const service = serviceOf(world.service)
  const rule = { namespace: 'ns1', name: 'r', host: HOST, subsets: [], trafficPolicy: world.policy, ...world.rule }
  const context = {
    view: {
      type: 'sidecar',
      namespace: 'ns1',
      labels: {},
      network: '',
      networkView: [],
      locality: { region: '', zone: '', subZone: '' },
      nodeName: 'n1',
      ipMode: 'v4',
      addresses: ['10.0.0.9'],
      extensions: undefined,
      meta: { tlsClient: { certChain: '', key: '', rootCert: '' }, hasSelfDiscovery: false },
      ...world.view,
    },
    scope: { ingress: undefined, inboundConnectionPool: undefined, ...world.scope },
    mesh: { connectTimeout: '10s', trustDomain: 'cluster.local', ...world.mesh },
    own: world.own ?? [],
    lookup: {
      bestRule: () => (world.policy === undefined && world.rule === undefined ? undefined : rule),
      endpoints: () => (world.endpoints ?? [{}]).map(endpointOf),
      accounts: () => ['spiffe://cluster.local/ns/ns1/sa/a'],
      isMutualThroughout: () => (world.endpoints ?? [{}]).map(endpointOf).every(({ tlsMode }) => tlsMode === 'istio'),
      serviceMtls: () => world.policyMode ?? 'PERMISSIVE',
      endpointMtls: () => world.policyMode ?? 'PERMISSIVE',
      weightScale: () => weightScale(world.gateways ?? []),
      gateways: (network: string) => (world.gateways ?? []).filter(gateway => gateway.network === network),
    },
  }
  return { context: context as unknown as ProxyContext, service }
}

function clusterOf(world: World) {
  const { context, service } = worldOf(world)
  const [cluster] = translateClusters(context, service)
  if (cluster === undefined) throw new Error('no cluster')
  // What cannot be encoded is no Cluster.
  decode('envoy.config.cluster.v3.Cluster', encode('envoy.config.cluster.v3.Cluster', cluster))
  return cluster
}

function httpOptions(world: World): unknown {
  return clusterOf(world).typedExtensionProtocolOptions?.[HTTP_OPTIONS]
}

/** `region/zone@priority*weight: addresses`, one per locality. */
function placesOf(world: World): readonly string[] {
  const { context, service } = worldOf(world)
  const [assignment] = translateAssignments(context, service)
  return (assignment?.endpoints ?? []).map(({ locality, priority = 0, loadBalancingWeight = 0, lbEndpoints = [] }) => {
    const place = [locality?.region, locality?.zone].filter(Boolean).join('/')
    const addresses = lbEndpoints.map(({ endpoint, loadBalancingWeight: weight }) => {
      const { address, portValue } = endpoint?.address?.socketAddress ?? {}
      return `${address}:${portValue}*${weight}`
    })
    return `${place}@${priority}*${loadBalancingWeight}: ${addresses.join(' ')}`.trim()
  })
}

describe('load balancers', () => {
  it.each([
    [{}, { lbPolicy: 'LEAST_REQUEST' }],
    [{ simple: 'ROUND_ROBIN' }, { lbPolicy: 'ROUND_ROBIN' }],
    [{ simple: 'RANDOM' }, { lbPolicy: 'RANDOM' }],
    [{ simple: 'PASSTHROUGH' }, { lbPolicy: 'CLUSTER_PROVIDED', type: 'ORIGINAL_DST' }],
    [
      { consistentHash: { useSourceIp: true } },
      { lbPolicy: 'RING_HASH', ringHashLbConfig: { minimumRingSize: '1024' } },
    ],
    [{ consistentHash: { useSourceIp: true, maglev: {} } }, { lbPolicy: 'MAGLEV' }],
    [
      { simple: 'ROUND_ROBIN', warmup: { duration: '60s' } },
      { roundRobinLbConfig: { slowStartConfig: { slowStartWindow: '60s', minWeightPercent: { value: 10 } } } },
    ],
    [{ warmupDurationSecs: '5s' }, { leastRequestLbConfig: { slowStartConfig: { slowStartWindow: '5s' } } }],
  ] as const)('%j', (loadBalancer, expected) => {
    expect(clusterOf({ policy: { loadBalancer } })).toMatchObject(expected)
  })
})

describe('policies by port and subset', () => {
  const policy: TrafficPolicy = {
    loadBalancer: { simple: 'RANDOM' },
    tls: { mode: 'DISABLE' },
    portLevelSettings: [{ port: { number: 80 }, connectionPool: { tcp: { maxConnections: 2 } } }],
  }
  it('a port level puts what it does not say back to its default', () => {
    const cluster = clusterOf({ policy })
    expect(cluster).toMatchObject({ lbPolicy: 'LEAST_REQUEST' })
    expect(cluster.circuitBreakers?.thresholds?.[0]?.maxConnections).toBe(2)
    expect(cluster.transportSocketMatches).toHaveLength(2)
  })
  it('… but marks endpoints by the TLS mode above it', () => {
    const { context, service } = worldOf({ policy })
    const lb = translateAssignments(context, service)[0]?.endpoints?.[0]?.lbEndpoints?.[0]
    expect(lb?.metadata?.filterMetadata).toEqual({ istio: { workload: 'w;ns1;w;;Kubernetes' } })
  })
  it('another port keeps the top level', () => {
    expect(clusterOf({ policy, service: { ports: [{ name: 'http', port: 81, protocol: 'http' }] } }).lbPolicy).toBe(
      'RANDOM',
    )
  })
  it('subsets follow the plain cluster, named after them, with their own endpoints', () => {
    const { context, service } = worldOf({
      rule: {
        subsets: [
          { name: 'v1', labels: { version: 'v1' } },
          { name: 'none', labels: { version: 'x' } },
        ],
      },
      endpoints: [{ labels: { version: 'v1' } }, { addresses: ['10.0.0.2'] }],
    })
    expect(translateClusters(context, service).map(({ name }) => name)).toEqual(
      ['', 'v1', 'none'].map(subset => `outbound|80|${subset}|${HOST}`),
    )
    expect(
      translateAssignments(context, service).map(({ endpoints = [] }) => endpoints[0]?.lbEndpoints?.length ?? 0),
    ).toEqual([2, 1, 0])
  })
})

describe('TLS', () => {
  const tlsOf = (world: World) => clusterOf(world).transportSocket?.typedConfig
  it.each([
    ['external services', { service: { isMeshExternal: true } }],
    ['a mesh without auto mutual TLS', { mesh: { enableAutoMtls: false } }],
    ['policy DISABLE', { policyMode: 'DISABLE' }],
    ['a rule DISABLE', { policy: { tls: { mode: 'DISABLE' } } }],
    ['a Secret that a sidecar cannot have', { policy: { tls: { mode: 'SIMPLE', credentialName: 'c' } } }],
  ] satisfies [string, World][])('none for %s', (_, world) => {
    const cluster = clusterOf(world)
    expect([cluster.transportSocket, cluster.transportSocketMatches]).toEqual([undefined, undefined])
  })
  it('names of peers stand for every trust domain alias, sorted', () => {
    const found = JSON.stringify(clusterOf({ mesh: { trustDomain: 'cluster.local', trustDomainAliases: ['b', 'a'] } }))
    expect([...found.matchAll(/"exact":"([^"]*)"/g)].map(([, name]) => name)).toEqual(
      ['a', 'b', 'cluster.local'].map(domain => `spiffe://${domain}/ns/ns1/sa/a`),
    )
  })
  it('a gateway gets Secrets by name', () => {
    const policy: TrafficPolicy = { tls: { mode: 'MUTUAL', credentialName: 'c' } }
    const found = JSON.stringify(tlsOf({ policy, view: { type: 'router' } }))
    expect([...found.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name)).toEqual([
      'kubernetes://c',
      'kubernetes://c-cacert',
    ])
  })
  it.each([
    [{ mode: 'SIMPLE' }, { autoSni: true, autoSanValidation: true }],
    [{ mode: 'SIMPLE', subjectAltNames: ['x'] }, { autoSni: true }],
    [{ mode: 'SIMPLE', sni: 'x' }, undefined],
    [{ mode: 'ISTIO_MUTUAL' }, undefined],
  ] as const)('server name of %j', (tls, expected) => {
    expect((httpOptions({ policy: { tls } }) as Record<string, unknown>)?.['upstreamHttpProtocolOptions']).toEqual(
      expected,
    )
  })
  it('a plain Envoy is not told to exchange metadata', () => {
    const cluster = clusterOf({ view: { extensions: new Set(['envoy.filters.http.router']) } })
    expect(cluster.filters).toBeUndefined()
    expect(JSON.stringify(cluster)).not.toContain('istio-peer-exchange')
  })
  it('PROXY protocol stands before every socket', () => {
    const matches = clusterOf({ policy: { proxyProtocol: { version: 'V2' } } }).transportSocketMatches
    expect(matches?.map(match => match.transportSocket?.name)).toEqual(
      Array(2).fill('envoy.transport_sockets.upstream_proxy_protocol'),
    )
  })
})

describe('protocols', () => {
  const configs = { http1: 'explicitHttpConfig', http2: 'http2ProtocolOptions', client: 'useDownstreamProtocolConfig' }
  it.each([
    ['http', {}, undefined],
    ['grpc', {}, configs.http2],
    ['auto', {}, configs.client],
    ['auto', { view: { type: 'router' } }, undefined],
    ['http', { mesh: { h2UpgradePolicy: 'UPGRADE' } }, configs.http2],
    ['tcp', { mesh: { h2UpgradePolicy: 'UPGRADE' } }, undefined],
    ['http', { policy: { connectionPool: { http: { h2UpgradePolicy: 'UPGRADE' } } } }, configs.http2],
    ['http', { policy: { connectionPool: { http: { useClientProtocol: true } } } }, configs.client],
    ['http', { policy: { connectionPool: { http: { idleTimeout: '9s' } } } }, configs.http1],
  ] satisfies [Service['ports'][number]['protocol'], World, string | undefined][])(
    '%s with %j',
    (protocol, world, expected) => {
      const found = httpOptions({ ...world, service: { ports: [{ name: 'http', port: 80, protocol }] } })
      if (expected === undefined) expect(found).toBeUndefined()
      else expect(JSON.stringify(found)).toContain(expected)
    },
  )
})

describe('names of statistics', () => {
  it.each([
    ['%SERVICE%_%SERVICE_PORT%_%SUBSET_NAME%', 'a.ns1_80_;'],
    ['%SERVICE_FQDN%.%SERVICE_PORT_NAME%.%OTHER%', `${HOST}.http.%OTHER%;`],
    ['', `outbound|80||${HOST};`],
  ])('%s', (outboundClusterStatName, expected) => {
    expect(clusterOf({ mesh: { outboundClusterStatName } }).altStatName).toBe(expected)
  })
})

describe('discovery', () => {
  it.each([
    ['dns', { type: 'STRICT_DNS', dnsLookupFamily: 'V4_ONLY' }],
    ['dns-round-robin', { type: 'LOGICAL_DNS' }],
    ['none', { type: 'ORIGINAL_DST', lbPolicy: 'CLUSTER_PROVIDED' }],
    ['client', { type: 'EDS', edsClusterConfig: { serviceName: `outbound|80||${HOST}` } }],
    ['dynamic-dns', { clusterType: { name: 'envoy.clusters.dynamic_forward_proxy' } }],
  ] as const)('%s', (resolution, expected) => {
    expect(clusterOf({ service: { resolution } })).toMatchObject(expected)
  })
  it('a gateway is told the endpoints of a headless service', () => {
    expect(clusterOf({ service: { resolution: 'none' }, view: { type: 'router' } }).type).toBe('EDS')
  })
  it.each([{ resolution: 'alias' }, { resolution: 'dns' }] as const)('no cluster for %j without endpoints', service => {
    const world = worldOf({ service, endpoints: [] })
    expect(translateClusters(world.context, world.service)).toEqual([])
  })
  it('UDP ports have no cluster, names are no endpoints of EDS', () => {
    const world = worldOf({ service: { ports: [{ name: 'u', port: 53, protocol: 'udp' }] } })
    expect(translateClusters(world.context, world.service)).toEqual([])
    expect(placesOf({ endpoints: [{ addresses: ['name.example'] }] })).toEqual([])
  })
  it('SNI clusters start no TLS, and hold no endpoints that do not speak it', () => {
    const { context, service } = worldOf({ endpoints: [{}, { tlsMode: 'disabled', addresses: ['10.0.0.2'] }] })
    const [cluster] = translateSniClusters(context, service)
    expect([cluster?.name, cluster?.transportSocketMatches]).toEqual([`outbound_.80_._.${HOST}`, undefined])
    expect(translateSniAssignments(context, service)[0]?.endpoints?.[0]?.lbEndpoints).toHaveLength(1)
  })
})

describe('localities', () => {
  const endpoints = [
    { locality: 'us/a' },
    { locality: 'eu/a', addresses: ['10.0.0.2'] },
    { locality: 'us/b', addresses: ['10.0.0.3'] },
  ]
  const view = { locality: { region: 'us', zone: 'a', subZone: '' }, labels: { version: 'v1' } }
  const outlierDetection = {}
  it('sorted, all alike without outlier detection', () => {
    const setting = { localityLbSetting: { failover: [{ from: 'us', to: 'eu' }] } }
    expect(placesOf({ endpoints, view, policy: { loadBalancer: setting } })).toEqual([
      'eu/a@0*1: 10.0.0.2:8080*1',
      'us/a@0*1: 10.0.0.1:8080*1',
      'us/b@0*1: 10.0.0.3:8080*1',
    ])
  })
  it('nearest first with it, priorities without gaps', () => {
    expect(placesOf({ endpoints, view, policy: { outlierDetection }, mesh: { localityLbSetting: {} } })).toEqual([
      'eu/a@2*1: 10.0.0.2:8080*1',
      'us/a@0*1: 10.0.0.1:8080*1',
      'us/b@1*1: 10.0.0.3:8080*1',
    ])
  })
  it('shares are split by weight, places without one are empty', () => {
    const distribute = [{ from: 'us/*', to: { 'us/*': 90 } }]
    expect(placesOf({ endpoints, view, policy: { loadBalancer: { localityLbSetting: { distribute } } } })).toEqual([
      'eu/a@0*1:',
      'us/a@0*45: 10.0.0.1:8080*1',
      'us/b@0*45: 10.0.0.3:8080*1',
    ])
  })
  it('labels in order, one with a value of its own, split a locality', () => {
    const failoverPriority = ['version', 'tier=x']
    const labelled = [
      { version: 'v1', tier: 'y' },
      { version: 'v2', tier: 'x' },
      { version: 'v1', tier: 'x' },
    ]
    const placed = labelled.map((labels, index) => ({ labels, addresses: [`10.0.0.${index}`] }))
    const policy: TrafficPolicy = { outlierDetection, loadBalancer: { localityLbSetting: { failoverPriority } } }
    expect(placesOf({ endpoints: placed, view, policy })).toEqual([
      '@0*1: 10.0.0.2:8080*1',
      '@1*1: 10.0.0.0:8080*1',
      '@2*1: 10.0.0.1:8080*1',
    ])
  })
})

describe('networks', () => {
  const gateway = (network: string, address: string) => ({ network, cluster: '', address, port: 15443, hbonePort: 0 })
  const gateways = [gateway('b', '192.0.2.2'), gateway('b', '192.0.2.1')]
  it('endpoints of another network stand behind its gateways, if they speak mutual TLS', () => {
    const endpoints = [
      { network: 'a' },
      { network: 'b', addresses: ['10.0.0.2'] },
      { network: 'b', addresses: ['10.0.0.3'], tlsMode: 'disabled' as const },
    ]
    expect(placesOf({ endpoints, gateways, view: { network: 'a' } })).toEqual([
      '@0*4: 10.0.0.1:8080*2 192.0.2.1:15443*1 192.0.2.2:15443*1',
    ])
  })
  it('without gateways they are reached directly', () => {
    expect(placesOf({ endpoints: [{ network: 'b' }], view: { network: 'a' } })).toEqual(['@0*1: 10.0.0.1:8080*1'])
  })
})

describe('mesh-wide defaults of traffic policy', () => {
  const mesh = {
    defaultTrafficPolicy: {
      connectionPool: { tcp: { maxConnections: 7 } },
      outlierDetection: { consecutive5xxErrors: 3 },
    },
  }
  const clusterOf = (policy?: TrafficPolicy) => {
    const { context, service } = worldOf({ mesh, ...(policy === undefined ? {} : { policy }) })
    return translateClusters(context, service)[0]
  }
  it('hold where no rule says anything', () => {
    const cluster = clusterOf()
    expect(cluster?.circuitBreakers?.thresholds?.[0]?.maxConnections).toBe(7)
    expect(cluster?.outlierDetection?.consecutive5xx).toBe(3)
  })
  it('hold for what the workload serves and for unknown hosts', () => {
    const { context, service } = worldOf({ mesh })
    const own = [{ service, port: { name: 'http', port: 80, protocol: 'http' as const }, targetPort: 8080 }]
    const clusters = [...translateInboundClusters({ ...context, own }), ...translateFixedClusters(context)]
    const limits = clusters.map(({ name, circuitBreakers }) => [name, circuitBreakers?.thresholds?.[0]?.maxConnections])
    expect(Object.fromEntries(limits)).toEqual({
      'inbound|8080||': 7,
      InboundPassthroughCluster: 7,
      PassthroughCluster: 7,
      BlackHoleCluster: undefined,
    })
  })
  it('block by block give way to a rule', () => {
    const cluster = clusterOf({ connectionPool: { tcp: { maxConnections: 9 } } })
    expect(cluster?.circuitBreakers?.thresholds?.[0]?.maxConnections).toBe(9)
    expect(cluster?.outlierDetection?.consecutive5xx).toBe(3)
  })
})

describe('inbound', () => {
  const target = (service: Partial<Service>, port: number) => {
    const full = serviceOf(service)
    return { service: full, port: { name: 'http', port, protocol: 'http' as const }, targetPort: 8080 }
  }
  it('one cluster per port of the workload, named for the first service port', () => {
    const own = [target({}, 80), target({ host: 'b', name: 'b' }, 80), target({ host: 'c', name: 'c' }, 90)]
    const [cluster, passthrough] = translateInboundClusters(worldOf({ own }).context)
    expect(cluster).toMatchObject({ name: 'inbound|8080||', type: 'ORIGINAL_DST' })
    expect(JSON.stringify(cluster?.metadata).match(/"name":"(\w)"/g)).toEqual(['"name":"a"', '"name":"b"'])
    expect(passthrough?.name).toBe('InboundPassthroughCluster')
  })
  it.each([
    ['unix:///s.sock', { pipe: { path: '/s.sock' } }, true],
    ['127.0.0.1:7', { socketAddress: { address: '127.0.0.1', portValue: 7 } }, false],
    ['0.0.0.0:7', { socketAddress: { address: '10.0.0.9', portValue: 7 } }, true],
    ['[::1]:7', { socketAddress: { address: '::1', portValue: 7 } }, false],
  ])('ingress to %s', (defaultEndpoint, address, isBound) => {
    const ingress = [{ port: { number: 80, protocol: 'HTTP', name: 'h' }, defaultEndpoint }]
    const [cluster] = translateInboundClusters(worldOf({ scope: { ingress } }).context)
    expect(cluster?.loadAssignment?.endpoints?.[0]?.lbEndpoints?.[0]?.endpoint?.address).toEqual(address)
    expect(cluster?.upstreamBindConfig !== undefined).toBe(isBound)
  })
  it('goes to loopback where mesh config says that workloads listen there', () => {
    const mesh = { inboundTrafficPolicy: { mode: 'LOCALHOST' as const } }
    const [cluster, passthrough] = translateInboundClusters(worldOf({ own: [target({}, 80)], mesh }).context)
    expect(cluster).toMatchObject({ name: 'inbound|8080||', type: 'STATIC' })
    expect(cluster?.loadAssignment?.endpoints?.[0]?.lbEndpoints?.[0]?.endpoint?.address).toEqual({
      socketAddress: { address: '127.0.0.1', portValue: 8080 },
    })
    expect(passthrough).toMatchObject({ name: 'InboundPassthroughCluster', type: 'ORIGINAL_DST' })
  })
  it('the pool of the Sidecar goes before that of the rule', () => {
    const scope = { inboundConnectionPool: { tcp: { maxConnections: 3 } } }
    const policy: TrafficPolicy = { connectionPool: { tcp: { maxConnections: 5 } } }
    const [cluster] = translateInboundClusters(worldOf({ own: [target({}, 80)], policy, scope }).context)
    expect(cluster?.circuitBreakers?.thresholds?.[0]?.maxConnections).toBe(3)
  })
  it('a router has none, and no way past its configuration', () => {
    const { context } = worldOf({ view: { type: 'router' } })
    expect([...translateFixedClusters(context), ...translateInboundClusters(context)].map(({ name }) => name)).toEqual([
      'BlackHoleCluster',
    ])
  })
})
