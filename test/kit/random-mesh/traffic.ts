import fc from 'fast-check'
import {
  ACCOUNTS,
  app,
  both,
  EXTERNAL,
  host,
  istio,
  kubernetesHost,
  type MeshObject,
  NETWORKS,
  namespace,
  some,
  VERSIONS,
  version,
  workloadLabels,
} from './names.js'

const seconds = fc.constantFrom('1s', '5s')
const exportTo = fc.constantFrom(['*'], ['.'], ['shop'])

const entryPort = fc.constantFrom(
  { number: 80, name: 'http', protocol: 'HTTP' },
  { number: 443, name: 'tls', protocol: 'TLS' },
  { number: 9000, name: 'tcp', protocol: 'TCP' },
)
const entryFields = some({
  locality: fc.constantFrom('r1/z1', 'r2/z2/s'),
  weight: fc.constantFrom(1, 5),
  network: fc.constantFrom(...NETWORKS),
  serviceAccount: fc.constantFrom(...ACCOUNTS),
})
const entryEndpoint = both(
  fc.record({ address: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3') }),
  some({ labels: fc.record({ app, version }) }),
  entryFields,
)
const serviceEntry = istio(
  'networking',
  'ServiceEntry',
  both(
    fc.record({
      hosts: fc.uniqueArray(fc.oneof(fc.constantFrom(...EXTERNAL), kubernetesHost), { minLength: 1, maxLength: 2 }),
      ports: fc.uniqueArray(entryPort, { minLength: 1, maxLength: 2, selector: port => port.number }),
    }),
    fc.oneof(
      fc.record({ resolution: fc.constant('STATIC'), endpoints: fc.array(entryEndpoint, { maxLength: 2 }) }),
      fc.record({
        resolution: fc.constant('STATIC'),
        workloadSelector: workloadLabels.map(labels => ({ labels })),
      }),
      fc.constantFrom(
        { resolution: 'DNS', endpoints: [{ address: 'real.example.com' }] },
        { resolution: 'DNS_ROUND_ROBIN' },
        { hosts: ['*.example.com'], resolution: 'DYNAMIC_DNS' },
      ),
      fc.constant({ resolution: 'NONE' }),
    ),
    some({
      location: fc.constantFrom('MESH_INTERNAL', 'MESH_EXTERNAL'),
      addresses: fc.constantFrom(['240.1.0.1'], ['240.1.0.2', '240.1.0.3']),
      exportTo,
      subjectAltNames: fc.constant(['spiffe://cluster.local/ns/shop/sa/web']),
    }),
  ),
)

/** One of them stands where a pod does. */
const workloadEntry = istio(
  'networking',
  'WorkloadEntry',
  both(
    fc.record({ address: fc.constantFrom('192.0.2.1', '192.0.2.2', '10.1.0.17') }),
    fc.record({ labels: workloadLabels }),
    entryFields,
  ),
)

const workloadGroup = istio(
  'networking',
  'WorkloadGroup',
  fc.record({
    metadata: fc.record({ labels: workloadLabels }),
    template: both(fc.constant({ ports: { http: 8080 } }), entryFields),
  }),
)

const egressHost = fc
  .tuple(
    fc.constantFrom('*', '.', '~', 'shop', 'bank'),
    fc.oneof(fc.constant('*'), kubernetesHost, fc.constantFrom(...EXTERNAL)),
  )
  .map(([ns, name]) => `${ns}/${name}`)
const sidecar = istio(
  'networking',
  'Sidecar',
  both(
    some({
      workloadSelector: workloadLabels.map(labels => ({ labels })),
      outboundTrafficPolicy: fc.constantFrom({ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }),
      ingress: fc.constant([
        { port: { number: 8080, protocol: 'HTTP', name: 'http' }, defaultEndpoint: '127.0.0.1:8081' },
      ]),
    }),
    fc.record({
      egress: fc
        .tuple(
          fc.option(
            fc.record({
              port: fc.constantFrom(
                { number: 80, protocol: 'HTTP', name: 'http' },
                { number: 9000, protocol: 'TCP', name: 'tcp' },
              ),
              hosts: fc.uniqueArray(egressHost, { minLength: 1, maxLength: 2 }),
            }),
            { nil: undefined },
          ),
          fc.record({ hosts: fc.uniqueArray(egressHost, { minLength: 1, maxLength: 3 }) }),
        )
        .map(lines => lines.filter(line => line !== undefined)),
    }),
  ),
)

const destination = both(
  fc.record({ host: fc.oneof(app, kubernetesHost, fc.constantFrom('ext.example.com', 'a.example.com')) }),
  some({ subset: version, port: fc.constantFrom({ number: 80 }, { number: 9000 }) }),
)
const split = fc.oneof(
  destination.map(destination => [{ destination }]),
  fc.tuple(destination, destination).map(([a, b]) => [
    { destination: a, weight: 30 },
    { destination: b, weight: 70, headers: { response: { remove: ['server'] } } },
  ]),
)
const httpMatch = some({
  match: fc.constantFrom(
    [{ uri: { prefix: '/a' } }],
    [{ uri: { regex: '/[a-z]+' }, ignoreUriCase: true }],
    [{ headers: { user: { exact: 'me' } } }, { port: 80 }],
    [{ method: { exact: 'GET' }, queryParams: { q: { prefix: 'x' } } }],
    [{ sourceLabels: { app: 'web' } }],
    [{ sourceLabels: { tier: 'front' } }],
    [{ sourceNamespace: 'bank' }],
  ),
})
const forwarding = both(
  fc.record({ route: split }),
  some({
    timeout: seconds,
    retries: fc.constantFrom({ attempts: 3, retryOn: '5xx' }, { attempts: 2, perTryTimeout: '2s', retryOn: '503' }),
    fault: fc.constantFrom(
      { abort: { httpStatus: 500, percentage: { value: 10 } } },
      { delay: { fixedDelay: '5s', percentage: { value: 1 } } },
    ),
    headers: fc.constant({ request: { set: { 'x-a': 'b' } } }),
    mirror: destination,
    rewrite: fc.constantFrom({ uri: '/' }, { authority: 'other.example.com' }),
    corsPolicy: fc.constant({ allowOrigins: [{ prefix: 'https://' }], allowMethods: ['GET'], maxAge: '1h' }),
  }),
)
const httpRoute = both(
  httpMatch,
  fc.oneof(
    { weight: 6, arbitrary: forwarding },
    { weight: 1, arbitrary: fc.constant({ redirect: { uri: '/new' } }) },
    { weight: 1, arbitrary: fc.constant({ directResponse: { status: 503, body: { string: 'closed' } } }) },
    { weight: 3, arbitrary: fc.record({ delegate: fc.record({ name: fc.constantFrom('part', 'two'), namespace }) }) },
  ),
)
const virtualService = istio(
  'networking',
  'VirtualService',
  both(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 2 }),
          http: fc.array(httpRoute, { minLength: 1, maxLength: 3 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          hosts: host.map(name => [name]),
          tcp: split.map(route => [
            {
              match: [{ port: 9000 }],
              route: route.map(({ destination, ...each }) =>
                'weight' in each ? { destination, weight: each.weight } : { destination },
              ),
            },
          ]),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          hosts: fc.constantFrom(['a.example.com'], ['*.example.com']),
          tls: destination.map(destination => [
            { match: [{ port: 443, sniHosts: ['a.example.com'] }], route: [{ destination }] },
          ]),
        }),
      },
    ),
    some({ exportTo, gateways: fc.constantFrom(['mesh'], ['istio-system/gw'], ['mesh', 'istio-system/gw']) }),
  ),
)
/** What others delegate to. */
const delegate = istio(
  'networking',
  'VirtualService',
  both(fc.record({ http: fc.array(both(httpMatch, forwarding), { minLength: 1, maxLength: 2 }) }), some({ exportTo })),
  ['part'],
)

const trafficPolicy = some({
  connectionPool: fc.constantFrom(
    { tcp: { maxConnections: 3, tcpKeepalive: { time: '60s' } } },
    { http: { http2MaxRequests: 9, h2UpgradePolicy: 'UPGRADE' } },
  ),
  outlierDetection: fc.constant({ consecutive5xxErrors: 3, interval: '5s' }),
  loadBalancer: fc.constantFrom(
    { simple: 'ROUND_ROBIN' },
    { consistentHash: { httpHeaderName: 'x-user' } },
    { consistentHash: { httpCookie: { name: 'user', ttl: '0s' }, ringHash: { minimumRingSize: 64 } } },
    { localityLbSetting: { enabled: true, failover: [{ from: 'r1', to: 'r2' }] } },
    { localityLbSetting: { enabled: true, failoverPriority: ['topology.istio.io/network', 'version=v1', 'tier'] } },
  ),
  tls: fc.constantFrom(
    { mode: 'DISABLE' },
    { mode: 'SIMPLE', sni: 's.example.com' },
    { mode: 'ISTIO_MUTUAL' },
    { mode: 'MUTUAL', credentialName: 'client' },
  ),
})
/** A rule with a selector is visible in its own namespace only. */
const destinationRule = istio(
  'networking',
  'DestinationRule',
  both(
    fc.record({ host: fc.oneof(host, fc.constantFrom('*.svc.cluster.local', '*')) }),
    some({
      trafficPolicy,
      subsets: fc
        .subarray(VERSIONS.map(name => ({ name, labels: { version: name } })))
        .chain(subsets =>
          trafficPolicy.map(policy =>
            subsets.map((each, index) => (index === 0 ? { ...each, trafficPolicy: policy } : each)),
          ),
        ),
    }),
    fc.oneof(some({ exportTo }), some({ workloadSelector: workloadLabels.map(matchLabels => ({ matchLabels })) })),
  ),
)

/** What says who may be called, where, and how. */
export const trafficObject: fc.Arbitrary<MeshObject> = fc.oneof(
  { weight: 4, arbitrary: serviceEntry },
  { weight: 3, arbitrary: workloadEntry },
  { weight: 1, arbitrary: workloadGroup },
  { weight: 3, arbitrary: sidecar },
  { weight: 6, arbitrary: virtualService },
  { weight: 3, arbitrary: delegate },
  { weight: 5, arbitrary: destinationRule },
)
