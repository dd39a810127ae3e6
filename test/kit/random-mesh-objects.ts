import fc from 'fast-check'
import type { MeshDocument } from './random-mesh.js'

const NAMESPACES = ['istio-system', 'shop', 'bank'] as const
const APPS = ['web', 'api', 'sql'] as const
const VERSIONS = ['v1', 'v2'] as const
const EXTERNAL = ['ext.example.com', '*.example.com', 'a.example.com'] as const
const ACCOUNTS = ['default', 'web', 'sql'] as const

type Optional<T> = { readonly [K in keyof T]?: fc.Arbitrary<T[K]> }

const namespace = fc.oneof(
  { weight: 5, arbitrary: fc.constant('shop' as const) },
  { weight: 3, arbitrary: fc.constant('bank' as const) },
  { weight: 1, arbitrary: fc.constant('istio-system' as const) },
)
const app = fc.constantFrom(...APPS)
const version = fc.constantFrom(...VERSIONS)
const age = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z')
const seconds = fc.constantFrom('1s', '5s')
/** Hosts as configuration names them: short, whole, of other namespaces, of nobody. */
const kubernetesHost = fc.tuple(app, namespace).map(([name, ns]) => `${name}.${ns}.svc.cluster.local`)
const host: fc.Arbitrary<string> = fc.oneof(app, kubernetesHost, fc.constantFrom(...EXTERNAL))
const exportTo = fc.constantFrom(['*'], ['.'], ['shop'])

/** A record whose fields are there or not. */
function some<T extends Record<string, unknown>>(fields: Optional<T>): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(fields as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] })
}

function both(...parts: fc.Arbitrary<Record<string, unknown>>[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(...parts).map(values => Object.assign({}, ...values) as Record<string, unknown>)
}

type Place = fc.Arbitrary<string>

function document(
  apiVersion: string,
  kind: string,
  name: Place,
  namespace: Place,
  rest: (name: string, namespace: string) => fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<MeshDocument> {
  return fc.tuple(name, namespace, age).chain(([name, namespace, creationTimestamp]) =>
    rest(name, namespace).map(({ metadata, ...fields }) => ({
      apiVersion,
      kind,
      metadata: { name, namespace, creationTimestamp, ...(metadata as object | undefined) },
      ...fields,
    })),
  )
}

function istio(
  group: string,
  kind: string,
  spec: fc.Arbitrary<Record<string, unknown>>,
  names: readonly string[] = ['one', 'two', 'default'],
): fc.Arbitrary<MeshDocument> {
  return document(`${group}.istio.io/v1`, kind, fc.constantFrom(...names), namespace, () =>
    spec.map(spec => ({ spec })),
  )
}

// --- Kubernetes

/** Numbers that differ between names and namespaces, for addresses. */
function numberOf(name: string, namespace: string): number {
  return 1 + NAMESPACES.indexOf(namespace as 'shop') * 16 + APPS.indexOf(name.slice(0, 3) as 'web') * 4
}

const SERVICE_PORTS = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'grpc', port: 7070, targetPort: 7070 },
  { name: 'tcp-data', port: 9000, targetPort: 9000 },
  { name: 'https', port: 443, targetPort: 8443 },
  { name: 'auto', port: 8000, targetPort: 8000 },
  { name: 'http-alt', port: 9000, targetPort: 9001 },
] as const

const serviceAt = (name: Place, namespace: Place) =>
  document('v1', 'Service', name, namespace, (name, namespace) =>
    fc.record({
      metadata: some({
        annotations: some({
          'networking.istio.io/exportTo': fc.constantFrom('.', '*', 'shop'),
          'networking.istio.io/traffic-distribution': fc.constantFrom('PreferClose'),
        }),
        labels: some({ tier: fc.constantFrom('front', 'back') }),
      }),
      spec: fc.oneof(
        { weight: 8, arbitrary: clusterService(name, namespace) },
        {
          weight: 1,
          arbitrary: fc.constant({ type: 'ExternalName', externalName: 'real.example.com', ports: [SERVICE_PORTS[0]] }),
        },
      ),
    }),
  )

function clusterService(name: string, namespace: string): fc.Arbitrary<Record<string, unknown>> {
  return both(
    fc.record({
      clusterIP: fc.constantFrom(
        `10.96.0.${numberOf(name, namespace)}`,
        `10.96.0.${numberOf(name, namespace)}`,
        'None',
      ),
      ports: fc.uniqueArray(fc.constantFrom(...SERVICE_PORTS), {
        minLength: 1,
        maxLength: 3,
        selector: port => port.port,
      }),
    }),
    some({
      selector: fc.constantFrom({ app: name }, { app: name, version: 'v1' }),
      publishNotReadyAddresses: fc.boolean(),
      internalTrafficPolicy: fc.constantFrom('Local', 'Cluster'),
      sessionAffinity: fc.constantFrom('ClientIP', 'None'),
    }),
  )
}

const instance = fc.tuple(app, fc.nat(1)).map(([name, index]) => `${name}-${index}`)

function addressOf(name: string, namespace: string): string {
  return `10.1.0.${numberOf(name, namespace) + Number(name.at(-1))}`
}

const podAt = (name: Place, namespace: Place) =>
  document('v1', 'Pod', name, namespace, (name, namespace) =>
    fc.record({
      metadata: fc.record({
        labels: both(
          fc.record({ app: fc.constantFrom(name.slice(0, -2), name.slice(0, -2), 'sql'), version }),
          some({
            'security.istio.io/tlsMode': fc.constant('istio'),
            'topology.istio.io/network': fc.constant('net-1'),
          }),
        ),
      }),
      spec: fc.record({
        serviceAccountName: fc.constantFrom(...ACCOUNTS),
        nodeName: fc.constantFrom('node-1', 'node-2'),
        containers: fc.constant([
          { name: 'app', image: 'i', ports: [{ containerPort: 8080 }, { containerPort: 9000 }] },
        ]),
      }),
      status: fc.boolean().map(isReady => ({
        phase: 'Running',
        podIP: addressOf(name, namespace),
        podIPs: [{ ip: addressOf(name, namespace) }],
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
      })),
    }),
  )

const sliceAt = (name: Place, namespace: Place) =>
  document('discovery.k8s.io/v1', 'EndpointSlice', name, namespace, (name, namespace) => {
    const service = name.slice(0, 3)
    const endpoint = fc
      .tuple(fc.constantFrom(`${service}-0`, `${service}-1`), fc.boolean(), fc.boolean())
      .map(([pod, isReady, hasTarget]) => ({
        addresses: [addressOf(pod, namespace)],
        conditions: { ready: isReady },
        nodeName: 'node-1',
        ...(hasTarget ? { targetRef: { kind: 'Pod', name: pod, namespace } } : {}),
      }))
    return fc.record({
      metadata: fc.constant({ labels: { 'kubernetes.io/service-name': service } }),
      addressType: fc.constant('IPv4'),
      endpoints: fc.uniqueArray(endpoint, { maxLength: 2, selector: each => each.addresses[0] }),
      ports: fc.subarray(SERVICE_PORTS.map(({ name, targetPort: port }) => ({ name, port, protocol: 'TCP' }))),
    })
  })

const node: fc.Arbitrary<MeshDocument> = fc
  .tuple(fc.constantFrom('node-1', 'node-2'), fc.constantFrom('r1', 'r2'), fc.constantFrom('z1', 'z2'))
  .map(([name, region, zone]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': zone } },
  }))

const namespaceDocument: fc.Arbitrary<MeshDocument> = fc
  .tuple(namespace, some({ 'topology.istio.io/network': fc.constantFrom('net-1', 'net-2') }))
  .map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: labels as Record<string, string> },
  }))

// --- Istio

const entryPort = fc.constantFrom(
  { number: 80, name: 'http', protocol: 'HTTP' },
  { number: 443, name: 'tls', protocol: 'TLS' },
  { number: 9000, name: 'tcp', protocol: 'TCP' },
)
const entryEndpoint = both(
  fc.record({ address: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3') }),
  some({
    labels: fc.record({ app, version }),
    locality: fc.constantFrom('r1/z1', 'r2/z2/s'),
    weight: fc.constantFrom(1, 5),
    network: fc.constantFrom('net-1', 'net-2'),
    serviceAccount: fc.constantFrom(...ACCOUNTS),
  }),
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
      fc.record({ resolution: fc.constant('STATIC'), workloadSelector: app.map(name => ({ labels: { app: name } })) }),
      fc.constant({ resolution: 'DNS', endpoints: [{ address: 'real.example.com' }] }),
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

const workloadEntry = istio(
  'networking',
  'WorkloadEntry',
  entryEndpoint.map(spec => ({ ...spec, labels: spec['labels'] ?? { app: 'web' } })),
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
      workloadSelector: app.map(name => ({ labels: { app: name } })),
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
  fc.record({ host }),
  some({ subset: version, port: fc.constantFrom({ number: 80 }, { number: 9000 }) }),
)
const split = fc.oneof(
  destination.map(destination => [{ destination }]),
  fc.tuple(destination, destination).map(([a, b]) => [
    { destination: a, weight: 30 },
    { destination: b, weight: 70 },
  ]),
)
const httpRoute = both(
  some({
    match: fc.constantFrom(
      [{ uri: { prefix: '/a' } }],
      [{ headers: { user: { exact: 'me' } } }, { port: 80 }],
      [{ sourceLabels: { app: 'web' } }],
      [{ sourceNamespace: 'bank' }],
    ),
    timeout: seconds,
    retries: fc.constant({ attempts: 3, retryOn: '5xx' }),
    fault: fc.constant({ abort: { httpStatus: 500, percentage: { value: 10 } } }),
    headers: fc.constant({ request: { set: { 'x-a': 'b' } } }),
  }),
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ route: split }) },
    { weight: 1, arbitrary: fc.constant({ redirect: { uri: '/new' } }) },
    { weight: 1, arbitrary: fc.record({ delegate: fc.record({ name: fc.constantFrom('part', 'two'), namespace }) }) },
  ),
)
const virtualService = fc.oneof(
  istio(
    'networking',
    'VirtualService',
    both(
      fc.record({ hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 2 }) }),
      fc.oneof(
        { weight: 4, arbitrary: fc.record({ http: fc.array(httpRoute, { minLength: 1, maxLength: 2 }) }) },
        { weight: 1, arbitrary: fc.record({ tcp: split.map(route => [{ match: [{ port: 9000 }], route }]) }) },
        {
          weight: 1,
          arbitrary: fc.record({
            tls: destination.map(destination => [
              { match: [{ port: 443, sniHosts: ['a.example.com'] }], route: [{ destination }] },
            ]),
          }),
        },
      ),
      some({ exportTo, gateways: fc.constantFrom(['mesh'], ['istio-system/gw'], ['mesh', 'istio-system/gw']) }),
    ),
  ),
  istio('networking', 'VirtualService', fc.record({ http: split.map(route => [{ route }]) }), ['part']),
)

const trafficPolicy = some({
  connectionPool: fc.constantFrom({ tcp: { maxConnections: 3 } }, { http: { http2MaxRequests: 9 } }),
  outlierDetection: fc.constant({ consecutive5xxErrors: 3, interval: '5s' }),
  loadBalancer: fc.constantFrom(
    { simple: 'ROUND_ROBIN' },
    { consistentHash: { httpHeaderName: 'x-user' } },
    { localityLbSetting: { enabled: true, failover: [{ from: 'r1', to: 'r2' }] } },
  ),
  tls: fc.constantFrom({ mode: 'DISABLE' }, { mode: 'SIMPLE', sni: 's.example.com' }, { mode: 'ISTIO_MUTUAL' }),
})
/** A rule with a selector is visible in its own namespace only. */
const destinationRule = istio(
  'networking',
  'DestinationRule',
  both(
    fc.record({ host: fc.oneof(host, fc.constantFrom('*.svc.cluster.local', '*')) }),
    some({
      trafficPolicy,
      subsets: fc.subarray(VERSIONS.map(name => ({ name, labels: { version: name } }))),
    }),
    fc.oneof(some({ exportTo }), some({ workloadSelector: app.map(name => ({ matchLabels: { app: name } })) })),
  ),
)

const peerAuthentication = istio(
  'security',
  'PeerAuthentication',
  both(
    fc.record({ mtls: fc.constantFrom({ mode: 'STRICT' }, { mode: 'PERMISSIVE' }, { mode: 'DISABLE' }) }),
    some({ selector: app.map(name => ({ matchLabels: { app: name } })) }),
  ),
)

/** Any object, of the kinds that a mesh is made of. */
export const meshDocument: fc.Arbitrary<MeshDocument> = fc.oneof(
  { weight: 6, arbitrary: serviceAt(app, namespace) },
  { weight: 5, arbitrary: podAt(instance, namespace) },
  {
    weight: 6,
    arbitrary: sliceAt(
      fc.tuple(app, fc.nat(1)).map(parts => parts.join('-s')),
      namespace,
    ),
  },
  { weight: 1, arbitrary: node },
  { weight: 1, arbitrary: namespaceDocument },
  { weight: 4, arbitrary: serviceEntry },
  { weight: 2, arbitrary: workloadEntry },
  { weight: 3, arbitrary: sidecar },
  { weight: 5, arbitrary: virtualService },
  { weight: 5, arbitrary: destinationRule },
  { weight: 2, arbitrary: peerAuthentication },
)

/** What an application is made of: a service, two pods of it, and their endpoints. */
export const meshApplication: fc.Arbitrary<readonly MeshDocument[]> = fc.tuple(app, namespace).chain(([name, ns]) => {
  const at = fc.constant(ns)
  return fc.tuple(
    serviceAt(fc.constant(name), at),
    podAt(fc.constant(`${name}-0`), at),
    podAt(fc.constant(`${name}-1`), at),
    sliceAt(fc.constant(`${name}-s0`), at),
  )
})
