import fc from 'fast-check'
import { NETWORKS } from './names.js'

/** Named by policies: some that are not there are named too. */
const PROVIDERS = [
  { name: 'authz', envoyExtAuthzGrpc: { service: 'api.shop.svc.cluster.local', port: 7070 } },
  { name: 'lines', envoyFileAccessLog: { path: '/dev/stderr', logFormat: { text: '%RESPONSE_CODE%\n' } } },
  { name: 'web-authz', envoyExtAuthzHttp: { service: 'bank/api.bank.svc.cluster.local', port: 80, failOpen: true } },
  { name: 'calls', envoyHttpAls: { service: 'sql.shop.svc.cluster.local', port: 9000 } },
  { name: 'zipkins', zipkin: { service: 'web.shop.svc.cluster.local', port: 80 } },
  { name: 'spans', opentelemetry: { service: 'sql.bank.svc.cluster.local', port: 9000 } },
]

/** Fields of a mesh configuration. */
export const meshSettings: fc.Arbitrary<object> = fc.record(
  {
    outboundTrafficPolicy: fc.constantFrom({ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }),
    enableAutoMtls: fc.boolean(),
    enableTracing: fc.boolean(),
    connectTimeout: fc.constantFrom('1s', '3s'),
    accessLogFile: fc.constantFrom('', '/dev/stdout'),
    trustDomain: fc.constantFrom('cluster.local', 'td.example'),
    trustDomainAliases: fc.constantFrom(['old.example'], []),
    rootNamespace: fc.constantFrom('istio-system', 'shop'),
    protocolDetectionTimeout: fc.constantFrom('0s', '2s'),
    proxyHttpPort: fc.constantFrom(0, 15080),
    localityLbSetting: fc.constantFrom(
      { enabled: false },
      { enabled: true, failover: [{ from: 'r1', to: 'r2' }] },
      { enabled: true, distribute: [{ from: 'r1/*', to: { 'r1/z1/*': 80, 'r2/*': 20 } }] },
      { enabled: true, failoverPriority: ['topology.kubernetes.io/zone', 'tier'] },
    ),
    defaultServiceExportTo: fc.constantFrom(['*'], ['.']),
    defaultVirtualServiceExportTo: fc.constantFrom(['*'], ['.']),
    defaultDestinationRuleExportTo: fc.constantFrom(['*'], ['.']),
    extensionProviders: fc.constant(PROVIDERS),
    defaultProviders: fc.constantFrom(
      { tracing: ['spans'] },
      { accessLogging: ['lines', 'calls'] },
      { metrics: ['prometheus'] },
    ),
    discoverySelectors: fc.constantFrom([{ matchLabels: { 'istio-discovery': 'enabled' } }], []),
    serviceSettings: fc.constant([{ settings: { clusterLocal: true }, hosts: ['*.bank.svc.cluster.local'] }]),
    inboundTrafficPolicy: fc.constantFrom({ mode: 'LOCALHOST' }, { mode: 'PASSTHROUGH' }),
    meshMTLS: fc.constant({ minProtocolVersion: 'TLSV1_3' }),
  },
  { requiredKeys: [] },
)

const gateways = fc.constantFrom(
  [],
  [{ address: '192.0.2.91', port: 15443 }],
  [
    { address: '192.0.2.91', port: 15443 },
    { address: '192.0.2.92', port: 15443 },
  ],
  [{ registryServiceName: 'eastwest.istio-system.svc.cluster.local', port: 443 }],
)
const endpoints = fc.constantFrom(
  [{ fromRegistry: 'Kubernetes' }],
  [{ fromRegistry: 'remote' }],
  [{ fromCidr: '10.1.0.0/28' }],
  [{ fromCidr: '192.0.2.0/24' }, { fromRegistry: 'remote' }],
)

/** A networks file. */
export const meshNetworks: fc.Arbitrary<object> = fc
  .subarray([...NETWORKS])
  .chain(names => fc.record(Object.fromEntries(names.map(name => [name, fc.record({ endpoints, gateways })]))))
  .map(networks => ({ networks }))
