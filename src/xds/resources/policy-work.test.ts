import { describe, expect, it } from 'vitest'
import { createWorkMesh, type ShortType, type WorkMesh } from '../../../test/kit/work.js'
import type { JsonObject } from '../../lang/json.js'

// Exactly who is told what when a policy changes: proxies that it holds for, and clients where it is about them; nobody else.

const pod = (name: string, namespace: string, ip: string, labels: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { 'security.istio.io/tlsMode': 'istio', ...labels } },
  spec: { serviceAccountName: 'default', containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] },
  status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
})
const service = (name: string, namespace: string, clusterIP: string, ip: string): object[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { clusterIP, selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [
      { addresses: [ip], conditions: { ready: true }, targetRef: { kind: 'Pod', name: `${name}-1`, namespace } },
    ],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  },
]

/** `a` of ns1 and `b` of ns2 serve, `z` of ns1 and `r` of the root namespace only call; ns3 sees nothing but itself. */
const MESH: readonly object[] = [
  ...service('a', 'ns1', '10.96.0.1', '10.0.0.1'),
  ...service('b', 'ns2', '10.96.0.2', '10.0.1.1'),
  pod('a-1', 'ns1', '10.0.0.1', { app: 'a' }),
  pod('z-1', 'ns1', '10.0.0.9', { app: 'z' }),
  pod('b-1', 'ns2', '10.0.1.1', { app: 'b' }),
  pod('r-1', 'istio-system', '10.0.3.1', { app: 'r' }),
  pod('c-1', 'ns3', '10.0.2.1', { app: 'c' }),
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'default', namespace: 'ns3' },
    spec: { egress: [{ hosts: ['./*'] }] },
  },
]

const yaml = (...objects: readonly object[]): string => objects.map(object => JSON.stringify(object)).join('\n---\n')

function mesh(): WorkMesh {
  const made = createWorkMesh(yaml(...MESH))
  made.connect('a-1.ns1', { ip: '10.0.0.1' })
  made.connect('z-1.ns1', { ip: '10.0.0.9' })
  made.connect('b-1.ns2', { ip: '10.0.1.1' })
  made.connect('c-1.ns3', { ip: '10.0.2.1' })
  made.connect('r-1.istio-system', { ip: '10.0.3.1' })
  return made
}

const A = { matchLabels: { app: 'a' } }
const B = { matchLabels: { app: 'b' } }
const GONE = { matchLabels: { app: 'nobody' } }

const policy =
  (group: string, kind: string, version = 'v1') =>
  (namespace: string, spec: object, name = 'p', created = '2026-01-01T00:00:00Z'): object => ({
    apiVersion: `${group}.istio.io/${version}`,
    kind,
    metadata: { name, namespace, creationTimestamp: created },
    spec,
  })
const authorization = policy('security', 'AuthorizationPolicy')
const tokens = policy('security', 'RequestAuthentication')
const peers = policy('security', 'PeerAuthentication')
const telemetry = policy('telemetry', 'Telemetry')
const proxyConfig = policy('networking', 'ProxyConfig', 'v1beta1')
const envoyFilter = policy('networking', 'EnvoyFilter', 'v1alpha3')
const group = policy('networking', 'WorkloadGroup')
const wasm = policy('extensions', 'WasmPlugin', 'v1alpha1')

const ALLOW = { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] }
const DENY = { action: 'DENY', rules: [{ to: [{ operation: { ports: ['8080'] } }] }] }
const ROOT = 'istio-system'
const JWKS = '{"keys":[]}'
const TOKENS = { jwtRules: [{ issuer: 'me', jwks: JWKS }] }
const LOG = { accessLogging: [{ providers: [{ name: 'envoy' }] }] }
const TRACE = { tracing: [{ randomSamplingPercentage: 10 }] }
const COUNT = { metrics: [{ providers: [{ name: 'prometheus' }] }] }
const STRICT = { mtls: { mode: 'STRICT' } }
const PERMISSIVE = { mtls: { mode: 'PERMISSIVE' } }
const DISABLE = { mtls: { mode: 'DISABLE' } }

type Told = Readonly<Record<string, readonly ShortType[]>>

interface Line {
  readonly what: string
  readonly before?: readonly object[]
  readonly put?: readonly object[]
  readonly remove?: readonly object[]
  readonly configureBefore?: JsonObject
  readonly configure?: JsonObject
  readonly told: Told
}

const to = (types: readonly ShortType[], ...names: readonly string[]): Told =>
  Object.fromEntries(names.map(name => [name, types]))
const listeners = (...names: readonly string[]): Told => to(['LDS'], ...names)
const NS1 = ['a-1.ns1', 'z-1.ns1'] as const
const EVERYBODY = ['a-1.ns1', 'z-1.ns1', 'b-1.ns2', 'c-1.ns3', 'r-1.istio-system'] as const
const NOBODY: Told = {}

/** What holds for policies of every kind that only listeners are made of. */
function common(kind: string, make: typeof authorization, spec: object, other: object): Line[] {
  const selected = (selector: object, of = spec): object => ({ ...of, selector })
  return [
    { what: `${kind} of a namespace`, put: [make('ns1', spec)], told: listeners(...NS1) },
    { what: `${kind} with a selector`, put: [make('ns1', selected(A))], told: listeners('a-1.ns1') },
    { what: `${kind} that selects what is in another namespace`, put: [make('ns1', selected(B))], told: NOBODY },
    { what: `${kind} that selects nobody`, put: [make('ns1', selected(GONE))], told: NOBODY },
    { what: `${kind} of a namespace without proxies`, put: [make('ns9', spec)], told: NOBODY },
    { what: `${kind} of the root namespace`, put: [make(ROOT, spec)], told: listeners(...EVERYBODY) },
    {
      what: `${kind} that is another now`,
      before: [make('ns1', selected(A))],
      put: [make('ns1', selected(A, other))],
      told: listeners('a-1.ns1'),
    },
    {
      what: `${kind} whose selector moves on`,
      before: [make('ns1', selected(A))],
      put: [make('ns1', selected({ matchLabels: { app: 'z' } }))],
      told: listeners(...NS1),
    },
    {
      what: `${kind} that goes`,
      before: [make('ns1', spec)],
      remove: [make('ns1', spec)],
      told: listeners(...NS1),
    },
    { what: `${kind} once more as it was`, before: [make('ns1', spec)], put: [make('ns1', spec)], told: NOBODY },
    {
      what: `${kind} that a pod comes to be selected by`,
      before: [make('ns1', selected({ matchLabels: { tier: 'front' } }))],
      put: [pod('z-1', 'ns1', '10.0.0.9', { app: 'z', tier: 'front' })],
      told: listeners('z-1.ns1'),
    },
    {
      what: `${kind} that is for gateways`,
      put: [make('ns1', { ...spec, targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }] })],
      told: NOBODY,
    },
  ]
}

const PROVIDER = { name: 'authz', envoyExtAuthzGrpc: { service: 'a.ns1.svc.cluster.local', port: 80 } }
const CUSTOM = { action: 'CUSTOM', provider: { name: 'authz' }, rules: [{}] }
const OLD_PRINCIPAL = { rules: [{ from: [{ source: { principals: ['cluster.local/ns/ns1/sa/default'] } }] }] }

const AUTHORIZATION: readonly Line[] = [
  ...common('an AuthorizationPolicy', authorization, ALLOW, DENY),
  {
    what: 'a provider that an AuthorizationPolicy asks comes to be',
    before: [authorization('ns1', { ...CUSTOM, selector: A })],
    configure: { extensionProviders: [PROVIDER] },
    told: listeners('a-1.ns1'),
  },
  { what: 'a provider that nobody asks comes to be', configure: { extensionProviders: [PROVIDER] }, told: NOBODY },
  {
    what: 'an AuthorizationPolicy of a namespace that becomes the root',
    before: [authorization('ns1', ALLOW)],
    configure: { rootNamespace: 'ns1' },
    told: listeners('b-1.ns2', 'c-1.ns3', 'r-1.istio-system'),
  },
  {
    what: 'an AuthorizationPolicy of a namespace that is the root no more',
    before: [authorization(ROOT, ALLOW)],
    configure: { rootNamespace: 'ns1' },
    told: listeners('a-1.ns1', 'z-1.ns1', 'b-1.ns2', 'c-1.ns3'),
  },
  {
    what: 'the labels of a policy, not of a workload',
    before: [authorization('ns1', OLD_PRINCIPAL)],
    put: [{ ...authorization('ns1', OLD_PRINCIPAL), metadata: { name: 'p', namespace: 'ns1', labels: { team: 'x' } } }],
    told: NOBODY,
  },
]

const TELEMETRY: readonly Line[] = [
  ...common('a Telemetry that logs', telemetry, LOG, { accessLogging: [{ disabled: true }] }),
  ...common('a Telemetry that traces', telemetry, TRACE, COUNT),
  ...common('a Telemetry that counts', telemetry, COUNT, TRACE),
  {
    what: 'a Telemetry that is younger than another of its namespace',
    before: [telemetry('ns1', LOG)],
    put: [telemetry('ns1', TRACE, 'q', '2026-01-02T00:00:00Z')],
    told: NOBODY,
  },
  {
    what: 'a Telemetry of the root namespace where another namespace has its own',
    before: [telemetry('ns1', { accessLogging: [{ disabled: true }] })],
    put: [telemetry(ROOT, LOG)],
    told: listeners('b-1.ns2', 'c-1.ns3', 'r-1.istio-system'),
  },
  {
    what: 'a Telemetry that names a provider which is not there',
    put: [telemetry('ns1', { accessLogging: [{ providers: [{ name: 'nobody' }] }] })],
    told: NOBODY,
  },
]

/** Who has the service of ns1 in scope: all but ns3. */
const CLIENTS = ['a-1.ns1', 'z-1.ns1', 'b-1.ns2', 'r-1.istio-system'] as const

const PEERS: readonly Line[] = [
  { what: 'a PeerAuthentication of a namespace', put: [peers('ns1', STRICT)], told: listeners(...NS1) },
  {
    what: 'a PeerAuthentication with a selector',
    put: [peers('ns1', { ...STRICT, selector: A })],
    told: listeners('a-1.ns1'),
  },
  {
    what: 'a PeerAuthentication that selects nobody',
    put: [peers('ns1', { ...STRICT, selector: GONE })],
    told: NOBODY,
  },
  { what: 'a PeerAuthentication of the root namespace', put: [peers(ROOT, STRICT)], told: listeners(...EVERYBODY) },
  {
    what: 'a PeerAuthentication of the root namespace where another namespace has its own',
    before: [peers('ns1', PERMISSIVE)],
    put: [peers(ROOT, STRICT)],
    told: listeners('b-1.ns2', 'c-1.ns3', 'r-1.istio-system'),
  },
  {
    what: 'a PeerAuthentication of the root namespace with a selector, which is for its own workloads',
    put: [peers(ROOT, { ...STRICT, selector: A })],
    told: NOBODY,
  },
  { what: 'a PeerAuthentication that says what holds anyway', put: [peers('ns1', PERMISSIVE)], told: NOBODY },
  {
    what: 'a PeerAuthentication that goes',
    before: [peers('ns1', STRICT)],
    remove: [peers('ns1', STRICT)],
    told: listeners(...NS1),
  },
  {
    what: 'no mutual TLS for a workload',
    put: [peers('ns1', { ...DISABLE, selector: A })],
    told: { ...to(['EDS'], ...CLIENTS), ...to(['EDS', 'LDS'], 'a-1.ns1') },
  },
  {
    what: 'no mutual TLS for a port of a workload',
    put: [peers('ns1', { ...PERMISSIVE, selector: A, portLevelMtls: { 8080: { mode: 'DISABLE' } } })],
    told: { ...to(['EDS'], ...CLIENTS), ...to(['EDS', 'LDS'], 'a-1.ns1') },
  },
  {
    what: 'no mutual TLS for a workload that nobody calls',
    put: [peers('ns1', { ...DISABLE, selector: { matchLabels: { app: 'z' } } })],
    told: listeners('z-1.ns1'),
  },
  {
    what: 'no mutual TLS where clients do not find out by themselves, who are told all the same',
    configureBefore: { enableAutoMtls: false },
    put: [peers('ns1', { ...DISABLE, selector: A })],
    told: { ...to(['EDS'], ...CLIENTS), ...to(['EDS', 'LDS'], 'a-1.ns1') },
  },
]

const LINES: readonly Line[] = [
  ...AUTHORIZATION,
  ...common('a RequestAuthentication', tokens, TOKENS, { jwtRules: [{ issuer: 'you', jwks: JWKS }] }),
  { what: 'a RequestAuthentication without rules', put: [tokens('ns1', {})], told: NOBODY },
  ...TELEMETRY,
  ...PEERS,
]

/** Kinds that nothing is made of: not a step of the engine is for them. */
const UNTRANSLATED: readonly (readonly [string, object])[] = [
  ['a ProxyConfig, which is for injection', proxyConfig('ns1', { concurrency: 1 })],
  ['a ProxyConfig of the root namespace', proxyConfig(ROOT, { concurrency: 1 })],
  ['a WorkloadGroup', group('ns1', { metadata: { labels: { app: 'a' } }, template: {} })],
  ['an EnvoyFilter', envoyFilter(ROOT, { configPatches: [{ applyTo: 'CLUSTER', patch: { operation: 'REMOVE' } }] })],
  ['a WasmPlugin', wasm('ns1', { selector: A, url: 'oci://wasm.example/plugin:1' })],
]

describe('a policy', () => {
  it.each(LINES)('$what', ({ before = [], put = [], remove = [], configureBefore, configure, told }) => {
    const made = mesh()
    if (configureBefore !== undefined) made.configure(configureBefore)
    made.apply(yaml(...before))
    made.told()
    if (put.length > 0) made.apply(yaml(...put))
    if (remove.length > 0) made.apply(yaml(...remove), 'remove')
    if (configure !== undefined) made.configure(configure)
    expect(made.told()).toEqual(told)
  })

  it.each<[string, object, readonly string[]]>([
    ['AuthorizationPolicy', authorization('ns1', ALLOW), ['virtualInbound']],
    ['RequestAuthentication', tokens('ns1', TOKENS), ['virtualInbound']],
    ['PeerAuthentication', peers('ns1', STRICT), ['virtualInbound']],
    ['Telemetry', telemetry('ns1', LOG), ['0.0.0.0_80', 'virtualInbound', 'virtualOutbound']],
  ])('of kind %s is these listeners alone', (_, object, names) => {
    const made = mesh()
    made.told()
    made.apply(yaml(object))
    made.told()
    expect([...made.names('a-1.ns1', 'LDS')].sort()).toEqual(names)
  })
})

describe('what nothing is made of', () => {
  it.each(UNTRANSLATED)('%s', (_, object) => {
    const made = mesh()
    made.told()
    made.runs()
    made.apply(yaml(object))
    expect([made.told(), made.runs()]).toEqual([{}, {}])
  })
})
