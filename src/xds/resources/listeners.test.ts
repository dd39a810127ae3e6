import { describe, expect, test } from 'vitest'
import type { MeshConfig, TrafficPolicy, VirtualService } from '../../config/istio-types.generated.js'
import type { Json, JsonObject } from '../../lang/json.js'
import {
  type ConsolidatedRule,
  DEFAULT_IDENTITY,
  type EgressListener,
  type Endpoint,
  type MtlsMode,
  parseProtocol,
  type Service,
  type VirtualServiceConfig,
} from '../../mesh/index.js'
import type { FilterChain, HttpConnectionManager, Listener, TcpProxy } from '../../proto/envoy-types.generated.js'
import { encode } from '../../proto/index.js'
import { parseNode } from '../../proxy/node.js'
import { type OwnTarget, type ProxyContext, viewOf } from '../../proxy/view.js'
import { translateFixedListeners, translateInboundListeners, translateListeners } from './listeners.js'

const MESH: MeshConfig = { enableTracing: true, protocolDetectionTimeout: '0s', trustDomain: 'cluster.local' }

interface Setup {
  readonly services?: readonly Service[]
  readonly egress?: readonly Partial<EgressListener>[]
  readonly virtualServices?: readonly VirtualServiceConfig[]
  readonly metadata?: Readonly<Record<string, Json>>
  readonly ips?: string
  readonly extensions?: readonly string[]
  readonly mesh?: MeshConfig
  readonly scope?: Partial<ProxyContext['scope']>
  readonly own?: readonly OwnTarget[]
  readonly mtls?: ProxyContext['mtls']
  readonly pods?: readonly Partial<Endpoint>[]
  /** Policy of the DestinationRule of every host. */
  readonly policy?: TrafficPolicy
}

function contextOf(setup: Setup): ProxyContext {
  const { services = [], ips = '10.1.0.9', virtualServices = [] } = setup
  const node: JsonObject = {
    id: `sidecar~${ips.split(',')[0]}~app.default~default.svc.cluster.local`,
    metadata: { CLUSTER_ID: 'Kubernetes', INSTANCE_IPS: ips, LABELS: { app: 'app' }, ...setup.metadata },
    ...(setup.extensions === undefined ? {} : { extensions: setup.extensions.map(name => ({ name })) }),
  }
  const parsed = parseNode(node)
  if (!parsed.ok) throw new Error(parsed.error)
  const lines = setup.egress ?? [{}]
  return {
    view: viewOf(parsed.value, undefined, 'Kubernetes'),
    scope: {
      key: 'default/',
      namespace: 'default',
      sidecar: undefined,
      egress: lines.map((line, index) => ({
        index,
        port: undefined,
        bind: '',
        captureMode: 'DEFAULT' as const,
        services,
        virtualServices,
        ...line,
      })),
      services,
      outbound: { mode: 'ALLOW_ANY', egressProxy: undefined },
      ingress: undefined,
      inboundConnectionPool: undefined,
      ...setup.scope,
    },
    mesh: { ...MESH, ...setup.mesh },
    identity: DEFAULT_IDENTITY,
    lookup: {
      service: () => undefined,
      bestRule: host => (setup.policy === undefined ? undefined : ruleOf(host, setup.policy)),
      endpoints: () => [],
      accounts: () => [],
      serviceMtls: () => 'PERMISSIVE',
      endpointMtls: () => 'PERMISSIVE',
      isMutualThroughout: () => true,
      gateways: () => [],
      weightScale: () => 1,
      headless: () => (setup.pods ?? []) as readonly Endpoint[],
      namespaceLabels: () => undefined,
    },
    own: setup.own ?? [],
    authorization: [],
    tokens: [],
    telemetry: [],
    mtls: setup.mtls ?? { mode: 'PERMISSIVE', ports: {}, from: [] },
  }
}

function ruleOf(host: string, trafficPolicy: TrafficPolicy): ConsolidatedRule {
  const from = { namespace: 'default', name: 'rule' }
  return { ...from, from: ['default/rule'], host, trafficPolicy, subsets: [], exportTo: ['*'], selector: undefined }
}

/** `service('a', '10.96.0.1', '80 HTTP', …)` */
function service(name: string, address: string, ...ports: string[]): Service {
  const addresses = address === '' ? [] : address.split(',')
  return {
    host: name.includes('.') ? name : `${name}.default.svc.cluster.local`,
    namespace: 'default',
    name,
    registry: name.includes('.') ? 'External' : 'Kubernetes',
    creationTimestamp: '',
    ports: ports.map(text => {
      const [port = '', protocol = ''] = text.split(' ')
      return { name: `p${port}`, port: Number(port), protocol: parseProtocol(protocol) }
    }),
    resolution: 'client',
    address: addresses[0] ?? '0.0.0.0',
    clusterAddresses: addresses.length === 0 ? {} : { Kubernetes: addresses },
    autoAddress: '',
    autoAddressV6: '',
    hasGivenAddress: false,
    isHeadless: false,
    isMeshExternal: false,
    labels: {},
    selector: {},
    exportTo: ['*'],
    subjectAltNames: [],
    isNodeLocal: false,
    isClusterLocal: false,
    trafficDistribution: 'any',
    hasBothFamilies: false,
    publishesUnready: false,
    aliases: [],
    sessionAffinity: 'None',
    externalName: '',
    targetPorts: {},
  }
}

function virtualService(name: string, spec: VirtualService): VirtualServiceConfig {
  return {
    type: 'VirtualService',
    kind: 'VirtualService',
    group: 'networking.istio.io',
    version: 'v1',
    namespace: 'default',
    name,
    labels: {},
    annotations: {},
    creationTimestamp: '',
    spec,
    source: undefined,
  }
}

/** A listener in one line: its name, what each chain takes, and where that goes. `*` is the default chain. */
function inShort({ name, filterChains = [], defaultFilterChain }: Listener): string {
  const chains = filterChains.map(chain => `${matchInShort(chain)}>${goalOf(chain)}`)
  const last = defaultFilterChain === undefined ? [] : [`*>${goalOf(defaultFilterChain)}`]
  return `${name}: ${[...chains, ...last].join(' ; ')}`
}

function matchInShort({ filterChainMatch = {}, transportSocket }: FilterChain): string {
  const {
    serverNames = [],
    prefixRanges = [],
    applicationProtocols = [],
    transportProtocol,
    destinationPort,
  } = filterChainMatch
  return [
    ...(destinationPort === undefined ? [] : [`:${destinationPort}`]),
    ...(transportProtocol === undefined ? [] : [transportProtocol]),
    ...(applicationProtocols.length === 0 ? [] : [applicationProtocols.join(',')]),
    ...serverNames,
    ...prefixRanges.map(({ addressPrefix, prefixLen }) => `${addressPrefix}/${prefixLen}`),
    ...(transportSocket === undefined ? [] : ['mTLS']),
  ].join(' ')
}

function goalOf(chain: FilterChain): string {
  const tcp = filterOf<TcpProxy>(chain, 'envoy.filters.network.tcp_proxy')
  if (tcp !== undefined) {
    return (
      tcp.cluster ?? (tcp.weightedClusters?.clusters ?? []).map(({ name, weight }) => `${weight}%${name}`).join('+')
    )
  }
  const http = managerOf(chain)
  return `http(${http?.rds?.routeConfigName ?? http?.routeConfig?.name ?? ''})`
}

function managerOf(chain: FilterChain): HttpConnectionManager | undefined {
  return filterOf<HttpConnectionManager>(chain, 'envoy.filters.network.http_connection_manager')
}

function filterOf<T>({ filters = [] }: FilterChain, name: string): T | undefined {
  return filters.find(filter => filter.name === name)?.typedConfig as T | undefined
}

/** Every listener has to be a valid message, too. */
function outbound(setup: Setup): string[] {
  const listeners = translateListeners(contextOf(setup))
  for (const listener of listeners) encode('envoy.config.listener.v3.Listener', listener)
  return listeners.map(inShort)
}

function fixed(setup: Setup): readonly Listener[] {
  const context = contextOf(setup)
  const listeners = [...translateFixedListeners(context), ...translateInboundListeners(context)]
  for (const listener of listeners) encode('envoy.config.listener.v3.Listener', listener)
  return listeners
}

const PASS = '*>PassthroughCluster'
const RAW = 'raw_buffer http/1.1,h2c'
const to = (name: string, port: number) => `outbound|${port}||${name}.default.svc.cluster.local`

describe('outbound listeners', () => {
  const cases: readonly [title: string, setup: Setup, listeners: readonly string[]][] = [
    [
      'HTTP is on any address',
      { services: [service('a', '10.0.0.1', '80 HTTP')] },
      [`0.0.0.0_80: ${RAW}>http(80) ; ${PASS}`],
    ],
    [
      'HTTP services share a listener',
      { services: [service('a', '10.0.0.1', '80 HTTP'), service('b', '10.0.0.2', '80 GRPC')] },
      [`0.0.0.0_80: ${RAW}>http(80) ; ${PASS}`],
    ],
    ['bytes are at the address', { services: [service('a', '10.0.0.1', '70 TCP')] }, [`10.0.0.1_70: >${to('a', 70)}`]],
    [
      'what is not declared is sniffed, with routes of its own',
      { services: [service('a', '10.0.0.1', '70')] },
      [`10.0.0.1_70: ${RAW}>http(a.default.svc.cluster.local:70) ; *>${to('a', 70)}`],
    ],
    ['UDP has no listener', { services: [service('a', '10.0.0.1', '53 UDP')] }, []],
    [
      'HTTP and TCP of one port side by side',
      { services: [service('a', '10.0.0.1', '80 HTTP'), service('b', '10.0.0.2', '80 TCP')] },
      [`0.0.0.0_80: ${RAW}>http(80) ; ${PASS}`, `10.0.0.2_80: >${to('b', 80)}`],
    ],
    [
      'HTTP and TCP without an address share one listener',
      { services: [service('a', '', '80 HTTP'), service('b', '', '80 TCP')] },
      [`0.0.0.0_80: ${RAW}>http(80) ; *>${to('b', 80)}`],
    ],
    [
      'TCP at one address: the older stays',
      { services: [service('a', '', '70 TCP'), service('b', '', '70 TCP')] },
      [`0.0.0.0_70: >${to('a', 70)}`],
    ],
    [
      'server names tell TLS without an address apart',
      { services: [service('a.com', '', '443 TLS'), service('b.com', '', '443 HTTPS')] },
      [`0.0.0.0_443: a.com>outbound|443||a.com ; b.com>outbound|443||b.com ; ${PASS}`],
    ],
    [
      'TLS at an address needs no name',
      { services: [service('a', '10.0.0.1', '443 TLS')] },
      [`10.0.0.1_443: >${to('a', 443)}`],
    ],
    [
      'a prefix is matched, an address beside it listened on',
      { services: [service('net.com', '10.9.0.0/16,10.8.0.1', '70 TCP')] },
      [`0.0.0.0_70: 10.9.0.0/16>outbound|70||net.com ; ${PASS}`, '10.8.0.1_70: >outbound|70||net.com'],
    ],
    [
      'ports of the proxy are not taken on any address',
      {
        services: [service('a', '10.0.0.1', '15001 HTTP', '15006 HTTP', '15090 HTTP', '15006 TCP')],
        metadata: { ENVOY_PROMETHEUS_PORT: 15090 },
      },
      [`10.0.0.1_15006: >${to('a', 15006)}`],
    ],
    ['aliases have none', { services: [{ ...service('a', '', '80 HTTP'), resolution: 'alias' }] }, []],
    [
      'IPv6 alone',
      { services: [service('a', 'fd00::1', '80 HTTP', '70 TCP')], ips: 'fd00::9' },
      [`[::]_80: ${RAW}>http(80) ; ${PASS}`, `[fd00::1]_70: >${to('a', 70)}`],
    ],
    [
      'no redirection: loopback, bound, no sniffing',
      { services: [service('a', '10.0.0.1', '80 HTTP', '70 TCP')], metadata: { INTERCEPTION_MODE: 'NONE' } },
      ['127.0.0.1_80: >http(80)', `127.0.0.1_70: >${to('a', 70)}`],
    ],
    [
      'no redirection: HTTP and TCP on one port are sniffed',
      { services: [service('a', '', '80 HTTP'), service('b', '', '80 TCP')], metadata: { INTERCEPTION_MODE: 'NONE' } },
      [`127.0.0.1_80: ${RAW}>http(80) ; *>${to('b', 80)}`],
    ],
    [
      'nothing unknown gets out',
      {
        services: [service('a', '', '80 HTTP')],
        scope: { outbound: { mode: 'REGISTRY_ONLY', egressProxy: undefined } },
      },
      [`0.0.0.0_80: ${RAW}>http(80) ; *>BlackHoleCluster`],
    ],
  ]
  test.each(cases)('%s', (_, setup, listeners) => expect(outbound(setup)).toEqual(listeners))
})

describe('headless services', () => {
  const headless: Service = { ...service('db', '', '70 TCP', '80 HTTP'), resolution: 'none', isHeadless: true }
  const pod = (address: string, network = ''): Partial<Endpoint> => ({
    addresses: [address],
    network,
    servicePortName: 'p70',
  })

  test('bytes go to each pod but the proxy itself, and to those of its network', () => {
    const pods = [
      pod('10.1.0.1'),
      pod('10.1.0.9'),
      pod('10.7.0.1', 'far'),
      { ...pod('10.1.0.2'), servicePortName: 'other' },
    ]
    expect(outbound({ services: [headless], pods, metadata: { NETWORK: 'near' } })).toEqual([
      `10.1.0.1_70: >${to('db', 70)}`,
      `0.0.0.0_80: ${RAW}>http(80) ; ${PASS}`,
    ])
  })

  test('no pods, no listener; an entry that never has any is on any address', () => {
    expect(outbound({ services: [{ ...headless, ports: headless.ports.slice(0, 1) }] })).toEqual([])
    const entry: Service = { ...service('any.com', '', '70 TCP'), resolution: 'none' }
    expect(outbound({ services: [entry] })).toEqual(['0.0.0.0_70: >outbound|70||any.com'])
  })
})

describe('egress lines of a Sidecar', () => {
  const http = { number: 80, name: 'http', protocol: 'http' } as const
  const a = service('a', '10.0.0.1', '80 HTTP')
  const tcp = service('b', '10.0.0.2', '80 TCP')

  const cases: readonly [title: string, egress: readonly Partial<EgressListener>[], listeners: readonly string[]][] = [
    ['a port without bind', [{ port: http, services: [a] }], [`0.0.0.0_80: ${RAW}>http(80) ; ${PASS}`]],
    [
      'a bind of its own',
      [{ port: http, bind: '127.0.0.2', captureMode: 'NONE', services: [a] }],
      ['127.0.0.2_80: >http(80)'],
    ],
    ['bound without bind', [{ port: http, captureMode: 'NONE', services: [a] }], ['127.0.0.1_80: >http(80)']],
    [
      'a unix socket',
      [{ port: { ...http, number: 0 }, bind: 'unix:///run/s', services: [a] }],
      ['unix:///run/s_0: >http(unix:///run/s)'],
    ],
    [
      'the line says what a port speaks',
      [{ port: { ...http, number: 70, protocol: 'tcp' }, services: [a] }],
      [`10.0.0.1_70: >${to('a', 80)}`],
    ],
    [
      'a catch-all line adds nothing to a listener that is there, but may make another',
      [{ port: { ...http, protocol: 'tcp' }, bind: '10.0.0.2', services: [a] }, { services: [tcp, a] }],
      [`10.0.0.2_80: >${to('a', 80)}`, `0.0.0.0_80: ${RAW}>http(80) ; ${PASS}`],
    ],
  ]
  test.each(cases)('%s', (_, egress, listeners) => expect(outbound({ egress })).toEqual(listeners))

  test('a listener with a socket of its own accepts one connection at a time', () => {
    const [bound] = translateListeners(contextOf({ egress: [{ port: http, captureMode: 'NONE', services: [a] }] }))
    expect(bound).toMatchObject({ maxConnectionsToAcceptPerSocketEvent: 1 })
    expect(bound).not.toHaveProperty('bindToPort')
  })
})

describe('routes of connections', () => {
  const db = service('db', '10.0.0.1', '70 TCP')
  const host = 'db.default.svc.cluster.local'
  const route = (subset: string, weight?: number) => ({
    destination: { host, subset },
    ...(weight === undefined ? {} : { weight }),
  })
  const subset = (name: string) => `outbound|70|${name}|${host}`

  const tcp: readonly [title: string, routes: VirtualService['tcp'], chains: string][] = [
    ['without a match', [{ route: [route('v1')] }], `>${subset('v1')}`],
    ['by weight', [{ route: [route('v1', 75), route('v2', 25)] }], `>75%${subset('v1')}+25%${subset('v2')}`],
    ['for other clients', [{ match: [{ sourceLabels: { app: 'x' } }], route: [route('v1')] }], `>${to('db', 70)}`],
    ['for this client', [{ match: [{ sourceLabels: { app: 'app' } }], route: [route('v1')] }], `>${subset('v1')}`],
    ['for another namespace', [{ match: [{ sourceNamespace: 'x' }], route: [route('v1')] }], `>${to('db', 70)}`],
    ['for another port', [{ match: [{ port: 71 }], route: [route('v1')] }], `>${to('db', 70)}`],
    ['for gateways', [{ match: [{ gateways: ['default/gw'] }], route: [route('v1')] }], `>${to('db', 70)}`],
    [
      'by destination, then the service',
      [{ match: [{ destinationSubnets: ['10.0.0.0/8', '10.9.9.9'] }], route: [route('v1')] }],
      `10.0.0.0/8 10.9.9.9/32>${subset('v1')} ; *>${to('db', 70)}`,
    ],
    [
      'nothing after one for all',
      [{ match: [{ port: 70 }], route: [route('v1')] }, { route: [route('v2')] }],
      `>${subset('v1')}`,
    ],
  ]
  test.each(tcp)('tcp %s', (_, routes = [], chains) => {
    const virtualServices = [virtualService('v', { hosts: [host], tcp: routes })]
    expect(outbound({ services: [db], virtualServices })).toEqual([`10.0.0.1_70: ${chains}`])
  })

  test('tls by server name, and each name only once', () => {
    const [x, y] = [service('x.com', '', '443 TLS'), service('y.com', '', '443 TLS')]
    const toX = { destination: { host: 'x.com' } }
    const tls = [
      { match: [{ sniHosts: ['x.com', 'y.com'] }], route: [toX] },
      {
        match: [{ sniHosts: ['y.com', 'z.com'] }],
        route: [{ destination: { host: 'y.com', port: { number: 8443 } } }],
      },
    ]
    const virtualServices = [virtualService('v', { hosts: ['x.com', 'y.com'], tls })]
    expect(outbound({ services: [x, y], virtualServices })).toEqual([
      `0.0.0.0_443: x.com y.com>outbound|443||x.com ; z.com>outbound|8443||y.com ; ${PASS}`,
    ])
  })

  const policies: readonly [title: string, policy: TrafficPolicy, part: TcpProxy][] = [
    ['idle connections', { connectionPool: { tcp: { idleTimeout: '30s' } } }, { idleTimeout: '30s' }],
    ['by source', { loadBalancer: { consistentHash: { useSourceIp: true } } }, { hashPolicy: [{ sourceIp: {} }] }],
    [
      'of a port',
      { portLevelSettings: [{ port: { number: 70 }, connectionPool: { tcp: { idleTimeout: '9s' } } }] },
      { idleTimeout: '9s' },
    ],
    [
      'through a tunnel',
      { tunnel: { protocol: 'POST', targetHost: 'fd00::1', targetPort: 1080 } },
      { tunnelingConfig: { hostname: '[fd00::1]:1080', usePost: true } },
    ],
  ]
  test.each(policies)('DestinationRule: %s', (_, policy, part) => {
    const direct = translateListeners(contextOf({ services: [db], policy }))
    const virtualServices = [virtualService('v', { hosts: [host], tcp: [{ route: [route('v1')] }] })]
    const routed = translateListeners(contextOf({ services: [db], virtualServices, policy }))
    for (const [listener] of [direct, routed]) {
      expect(filterOf<TcpProxy>(listener?.filterChains?.[0] ?? {}, 'envoy.filters.network.tcp_proxy')).toMatchObject(
        part,
      )
    }
  })

  test('statistics by the pattern of the mesh', () => {
    const [listener] = translateListeners(
      contextOf({ services: [db], mesh: { outboundClusterStatName: '%SERVICE%_%SERVICE_PORT%' } }),
    )
    const [chain = {}] = listener?.filterChains ?? []
    expect(filterOf<TcpProxy>(chain, 'envoy.filters.network.tcp_proxy')?.statPrefix).toBe('db.default_70')
  })

  test('a chain says which VirtualService it is of', () => {
    const virtualServices = [virtualService('v', { hosts: [host], tcp: [{ route: [route('v1')] }] })]
    const [listener] = translateListeners(contextOf({ services: [db], virtualServices }))
    expect(listener?.filterChains?.[0]?.metadata).toEqual({
      filterMetadata: { istio: { config: '/apis/networking.istio.io/v1/namespaces/default/virtual-service/v' } },
    })
  })
})

describe('inbound', () => {
  const own = (name: string, port: string, targetPort: number): OwnTarget => {
    const found = service(name, '10.0.0.1', port)
    const [first] = found.ports
    if (first === undefined) throw new Error('no port')
    return { service: found, port: first, targetPort }
  }
  const chainsAt = (protocol: string, mode: MtlsMode, port = 8080): string[] => {
    const [, inbound] = fixed({ own: [own('a', `80 ${protocol}`, port)], mtls: { mode, ports: {}, from: [] } })
    const chains = inbound?.filterChains ?? []
    return chains
      .filter(chain => chain.filterChainMatch?.destinationPort === port)
      .map(chain => `${matchInShort(chain)}>${goalOf(chain)}`)
  }
  const ALL = 'istio,istio-peer-exchange,istio-http/1.0,istio-http/1.1,istio-h2'
  const MESH_HTTP = 'istio-http/1.0,istio-http/1.1,istio-h2'
  const [HTTP, TCP] = ['http(inbound|8080||)', 'inbound|8080||']

  const cases: readonly [protocol: string, mode: MtlsMode, chains: readonly string[]][] = [
    ['HTTP', 'STRICT', [`:8080 tls mTLS>${HTTP}`]],
    ['HTTP', 'PERMISSIVE', [`:8080 tls ${ALL} mTLS>${HTTP}`, `:8080 raw_buffer>${HTTP}`]],
    ['HTTP', 'DISABLE', [`:8080 raw_buffer>${HTTP}`]],
    ['TCP', 'STRICT', [`:8080 tls mTLS>${TCP}`]],
    ['TCP', 'PERMISSIVE', [`:8080 tls ${ALL} mTLS>${TCP}`, `:8080 tls>${TCP}`, `:8080 raw_buffer>${TCP}`]],
    ['TCP', 'DISABLE', [`:8080 raw_buffer>${TCP}`]],
    ['auto', 'STRICT', [`:8080 tls ${MESH_HTTP} mTLS>${HTTP}`, `:8080 tls mTLS>${TCP}`]],
    [
      'auto',
      'PERMISSIVE',
      [
        `:8080 tls ${MESH_HTTP} mTLS>${HTTP}`,
        `:8080 raw_buffer http/1.1,h2c>${HTTP}`,
        `:8080 tls istio-peer-exchange,istio mTLS>${TCP}`,
        `:8080 raw_buffer>${TCP}`,
        `:8080 tls>${TCP}`,
      ],
    ],
    ['auto', 'DISABLE', [`:8080 raw_buffer http/1.1,h2c>${HTTP}`, `:8080 raw_buffer>${TCP}`]],
  ]
  test.each(cases)('%s %s', (protocol, mode, chains) => expect(chainsAt(protocol, mode)).toEqual(chains))

  test('the older of two services of one port says what it speaks', () => {
    const [, inbound] = fixed({ own: [own('a', '80 HTTP', 8080), own('b', '70 TCP', 8080)] })
    const names = (inbound?.filterChains ?? []).filter(chain => chain.name === '0.0.0.0_8080').map(goalOf)
    expect(names).toEqual([HTTP, HTTP])
  })

  test('policy for a port that no service declares gives it chains of its own', () => {
    const [, inbound] = fixed({ mtls: { mode: 'PERMISSIVE', ports: { 9000: 'DISABLE' }, from: [] } })
    const chains = (inbound?.filterChains ?? []).filter(chain => chain.filterChainMatch?.destinationPort === 9000)
    expect(chains.map(matchInShort)).toEqual([':9000 raw_buffer http/1.1,h2c', ':9000 raw_buffer'])
    expect(inbound?.listenerFilters?.find(({ name }) => name?.includes('tls'))?.filterDisabled).toEqual({
      orMatch: {
        rules: [
          { destinationPortRange: { start: 9000, end: 9001 } },
          { destinationPortRange: { start: 15006, end: 15007 } },
        ],
      },
    })
  })

  test('where only some ports need an inspector, it is off on the rest', () => {
    const mtls = { mode: 'DISABLE', ports: { 8080: 'STRICT' }, from: [] } as const
    const [, inbound] = fixed({ own: [own('a', '80 HTTP', 8080)], mtls })
    expect(inbound?.listenerFilters?.find(({ name }) => name?.includes('tls'))?.filterDisabled).toEqual({
      notMatch: { destinationPortRange: { start: 8080, end: 8081 } },
    })
  })

  test('without redirection only what the Sidecar names is listened on', () => {
    const setup: Setup = { own: [own('a', '80 HTTP', 8080)], metadata: { INTERCEPTION_MODE: 'NONE' } }
    expect(fixed(setup)).toEqual([])
    const ingress = [{ port: { number: 9080, protocol: 'HTTP', name: 'http' }, bind: '127.0.0.7' }]
    const listeners = fixed({ ...setup, scope: { ingress, sidecar: 'default/s' } })
    expect(listeners.map(({ name, bindToPort }) => [name, bindToPort])).toEqual([['127.0.0.7_9080', undefined]])
    expect(listeners[0]?.filterChains?.map(matchInShort)).toEqual([`tls ${ALL} mTLS`, 'raw_buffer'])
    expect(listeners[0]?.listenerFilters?.map(({ name }) => name)).toEqual(['envoy.filters.listener.tls_inspector'])
  })

  test('the own address, where others can reach it, names ingress listeners', () => {
    const ingress = [{ port: { number: 9080, protocol: 'TCP', name: 'tcp' } }]
    const nameAt = (ips: string) =>
      fixed({ ips, scope: { ingress, sidecar: 'default/s' } })
        .flatMap(({ filterChains = [] }) => filterChains.map(({ name }) => name))
        .at(-1)
    expect([
      nameAt('10.1.0.9'),
      nameAt('127.0.0.5'),
      nameAt('169.254.1.1'),
      nameAt('fd00::9'),
      nameAt('fe80::1'),
    ]).toEqual(['10.1.0.9_9080', '0.0.0.0_9080', '0.0.0.0_9080', '[fd00::9]_9080', '[::]_9080'])
  })
})

describe('fixed listeners', () => {
  test('TPROXY keeps addresses', () => {
    const [outbound, inbound] = fixed({ metadata: { INTERCEPTION_MODE: 'TPROXY' } })
    expect([outbound?.transparent, inbound?.transparent]).toEqual([true, true])
    expect(inbound?.listenerFilters?.map(({ name }) => name).slice(0, 2)).toEqual([
      'envoy.filters.listener.original_dst',
      'envoy.filters.listener.original_src',
    ])
  })

  test('both families', () => {
    const ips = '10.1.0.9,fd00::9'
    expect(fixed({ ips })[0]).not.toHaveProperty('additionalAddresses')
    const [outbound] = fixed({ ips, metadata: { PROXY_CONFIG: { proxyMetadata: { ISTIO_DUAL_STACK: 'true' } } } })
    expect(outbound).toMatchObject({
      address: { socketAddress: { address: '0.0.0.0' } },
      additionalAddresses: [{ address: { socketAddress: { address: '::', portValue: 15001 } } }],
    })
  })

  test('an egress proxy takes what is unknown', () => {
    const egressProxy = { host: 'out.default.svc.cluster.local', port: { number: 80 } }
    const [outbound] = fixed({ scope: { outbound: { mode: 'ALLOW_ANY', egressProxy } } })
    expect(outbound?.filterChains?.map(goalOf)).toEqual(['BlackHoleCluster', to('out', 80)])
  })

  test('a forward proxy where there is a port for it', () => {
    const proxy = fixed({ metadata: { HTTP_PROXY_PORT: '15007' } }).at(1)
    expect(proxy === undefined ? '' : inShort(proxy)).toBe('127.0.0.1_15007: >http(http_proxy)')
  })

  test('exact balance', () => {
    const listeners = fixed({ metadata: { INBOUND_LISTENER_EXACT_BALANCE: 'true' } })
    expect(listeners.map(({ connectionBalanceConfig }) => connectionBalanceConfig)).toEqual([
      undefined,
      { exactBalance: {} },
    ])
  })
})

describe('HTTP', () => {
  const manager = (setup: Setup): HttpConnectionManager => {
    const [listener] = translateListeners(contextOf({ services: [service('a', '', '80 HTTP')], ...setup }))
    const found = managerOf(listener?.filterChains?.[0] ?? {})
    if (found === undefined) throw new Error('no HTTP chain')
    return found
  }

  const cases: readonly [title: string, setup: Setup, part: HttpConnectionManager][] = [
    ['paths as they come', { mesh: { pathNormalization: { normalization: 'NONE' } } }, { normalizePath: false }],
    [
      'slashes merged',
      { mesh: { pathNormalization: { normalization: 'MERGE_SLASHES' } } },
      { normalizePath: true, mergeSlashes: true },
    ],
    ['HTTP/1.0', { metadata: { HTTP10: '1' } }, { httpProtocolOptions: { acceptHttp10: true } }],
    ['idle connections', { metadata: { IDLE_TIMEOUT: '90s' } }, { commonHttpProtocolOptions: { idleTimeout: '90s' } }],
    [
      'sampling',
      { mesh: { defaultConfig: { tracing: { sampling: 12.5 } } } },
      { tracing: { randomSampling: { value: 12.5 } } },
    ],
    [
      'request ids',
      { mesh: { defaultConfig: { proxyHeaders: { requestId: { disabled: true } } } } },
      { generateRequestId: false },
    ],
    [
      'server header',
      { mesh: { defaultConfig: { proxyHeaders: { server: { disabled: true } } } } },
      { serverHeaderTransformation: 'PASS_THROUGH' },
    ],
  ]
  test.each(cases)('%s', (_, setup, part) => expect(manager(setup)).toMatchObject(part))

  test('no tracing where the mesh has none', () => {
    expect(manager({ mesh: { enableTracing: false } })).not.toHaveProperty('tracing')
  })

  test('filters of istio-proxy go to istio-proxy alone', () => {
    const names = (extensions?: readonly string[]) =>
      manager(extensions === undefined ? {} : { extensions }).httpFilters?.map(({ name }) =>
        name?.replace('envoy.filters.http.', ''),
      )
    expect(names()).toEqual(['istio.metadata_exchange', 'grpc_stats', 'istio.alpn', 'fault', 'cors', 'router'])
    expect(names(['envoy.filters.http.router'])).toEqual(['grpc_stats', 'fault', 'cors', 'router'])
    expect(names(['istio.alpn'])).toEqual(['grpc_stats', 'istio.alpn', 'fault', 'cors', 'router'])
  })

  test('a plain Envoy is sent no filter, and offers no protocol, of istio-proxy', () => {
    const text = JSON.stringify(fixed({ extensions: ['envoy.filters.http.router'] }))
    expect(text).not.toContain('"istio.metadata_exchange"')
    expect(text).not.toMatch(/"alpnProtocols":\["istio-peer-exchange"/)
  })
})

describe('access log', () => {
  const logsOf = (mesh: MeshConfig) =>
    fixed({ mesh }).map(({ accessLog, filterChains = [] }) => [
      accessLog?.length ?? 0,
      filterChains.filter(chain => JSON.stringify(chain).includes('accessLog')).length,
    ])

  test('none unless asked for', () =>
    expect(logsOf({})).toEqual([
      [0, 0],
      [0, 0],
    ]))
  test('all chains but those to nowhere', () =>
    expect(logsOf({ accessLogFile: '/dev/stdout' })).toEqual([
      [1, 1],
      [1, 5],
    ]))
  test('not of listeners', () =>
    expect(logsOf({ accessLogFile: '/dev/stdout', disableEnvoyListenerLog: true })).toEqual([
      [0, 1],
      [0, 5],
    ]))

  const formats: readonly [title: string, mesh: MeshConfig, format: object][] = [
    ['text ends its line', { accessLogFormat: '%PROTOCOL%' }, { textFormatSource: { inlineString: '%PROTOCOL%\n' } }],
    ['JSON', { accessLogEncoding: 'JSON', accessLogFormat: '{"p":"%PROTOCOL%"}' }, { jsonFormat: { p: '%PROTOCOL%' } }],
    [
      'JSON that is none: the default',
      { accessLogEncoding: 'JSON', accessLogFormat: 'x' },
      { jsonFormat: { protocol: '%PROTOCOL%' } },
    ],
  ]
  test.each(formats)('%s', (_, mesh, logFormat) => {
    const [outbound] = fixed({ mesh: { ...mesh, accessLogFile: '/dev/stdout' } })
    expect(outbound?.accessLog?.[0]).toMatchObject({
      filter: { responseFlagFilter: { flags: ['NR'] } },
      typedConfig: { path: '/dev/stdout', logFormat },
    })
  })
})

test('routers have no listeners of sidecars', () => {
  const { view, ...rest } = contextOf({ services: [service('a', '', '80 HTTP')] })
  const context: ProxyContext = { ...rest, view: { ...view, type: 'router' } }
  const fixed = [...translateFixedListeners(context), ...translateInboundListeners(context)]
  expect([...translateListeners(context), ...fixed]).toEqual([])
})
