import { describe, expect, it } from 'vitest'
import { createWorkMesh, type ShortType, type WorkMesh } from '../../../test/kit/work.js'
import { CDS, EDS, LDS, RDS } from '../delivery/index.js'

const pod = (name: string, namespace: string, ip: string, labels: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}
spec: {serviceAccountName: ${name.split('-')[0]}, nodeName: n1, containers: [{name: app, ports: [{containerPort: 8080}]}]}
status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}], conditions: [{type: Ready, status: "True"}]}
---`
const service = (name: string, namespace: string, ip: string, port = 80, protocol = 'http'): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  clusterIP: ${ip}
  clusterIPs: [${ip}]
  selector: {app: ${name}}
  ports: [{name: ${protocol}, port: ${port}, targetPort: 8080, protocol: TCP}]
---`
interface Address {
  readonly ip: string
  readonly pod: string
  readonly ready?: boolean
}
const slice = (name: string, namespace: string, addresses: readonly Address[], port = 'http'): string => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}-1, namespace: ${namespace}, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
endpoints:
${addresses
  .map(
    ({ ip, pod: of, ready = true }) =>
      `- {addresses: [${ip}], conditions: {ready: ${ready}}, targetRef: {kind: Pod, name: ${of}, namespace: ${namespace}}}`,
  )
  .join('\n')}
ports: [{name: ${port}, port: 8080, protocol: TCP}]
---`
const istio = (kind: string, name: string, namespace: string, spec: string, group = 'networking.istio.io/v1'): string =>
  `
apiVersion: ${group}
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: ${spec}
---`
const security = 'security.istio.io/v1'
const A = 'a.ns1.svc.cluster.local'
const B = 'b.ns2.svc.cluster.local'

/** `a` of ns1 with two pods, `b` of ns2, a headless `db` and a TCP service of ns2; ns3 sees itself and ns1 only. */
const MESH = [
  service('a', 'ns1', '10.96.0.1'),
  slice('a', 'ns1', [
    { ip: '10.0.0.1', pod: 'a-1' },
    { ip: '10.0.0.2', pod: 'a-2' },
  ]),
  pod('a-1', 'ns1', '10.0.0.1', 'app: a, security.istio.io/tlsMode: istio'),
  pod('a-2', 'ns1', '10.0.0.2', 'app: a, security.istio.io/tlsMode: istio'),
  pod('z-1', 'ns1', '10.0.0.9', 'app: z'),
  service('b', 'ns2', '10.96.0.2'),
  slice('b', 'ns2', [{ ip: '10.0.1.1', pod: 'b-1' }]),
  pod('b-1', 'ns2', '10.0.1.1', 'app: b, security.istio.io/tlsMode: istio'),
  service('tcp', 'ns2', '10.96.0.3', 9000, 'tcp'),
  service('db', 'ns2', 'None', 5432, 'tcp'),
  slice('db', 'ns2', [{ ip: '10.0.1.1', pod: 'b-1' }], 'tcp'),
  pod('c-1', 'ns3', '10.0.2.1', 'app: c'),
  istio('Sidecar', 'default', 'ns3', '{egress: [{hosts: ["./*", "ns1/*"]}]}'),
].join('')

/** `a-1` and `b-1` are unscoped, `c-1` has the Sidecar. */
function mesh(): WorkMesh {
  const made = createWorkMesh(MESH)
  made.connect('a-1.ns1', { ip: '10.0.0.1' })
  made.connect('b-1.ns2', { ip: '10.0.1.1' })
  made.connect('c-1.ns3', { ip: '10.0.2.1' })
  made.told()
  made.runs()
  return made
}

interface Line {
  readonly rule: string
  /** What is there before. */
  readonly before?: string
  readonly change: (mesh: WorkMesh) => void
  readonly told: Readonly<Record<string, readonly ShortType[]>>
  /** Tables that may not run at all. */
  readonly never?: readonly string[]
  /** Tables and how often each runs. */
  readonly runs?: Readonly<Record<string, number>>
}

const all = (...types: ShortType[]) => ({ 'a-1.ns1': types, 'b-1.ns2': types, 'c-1.ns3': types })
const virtual = (host: string, to: string, timeout: string): string =>
  istio(
    'VirtualService',
    'v',
    'ns1',
    `{hosts: [${host}], http: [{timeout: ${timeout}, route: [{destination: {host: ${to}}}]}]}`,
  )

/** One for each line of the push matrix of docs/adr/0006-mesh-tables.md. */
const MATRIX: readonly Line[] = [
  {
    rule: 'an endpoint is EDS only, made once for all who have the service',
    change: ({ apply }) => apply(slice('a', 'ns1', [{ ip: '10.0.0.1', pod: 'a-1' }])),
    told: all('EDS'),
    never: ['clusters', 'listeners/port', 'routeBase/base', 'scope/scope'],
    runs: { assignments: 1, 'upstream/assignment': 2 },
  },
  {
    rule: 'an endpoint is nothing to a proxy whose scope has not the service',
    change: ({ apply }) => apply(slice('b', 'ns2', [{ ip: '10.0.1.1', pod: 'b-1', ready: false }])),
    told: { 'a-1.ns1': ['EDS'], 'b-1.ns2': ['EDS'] },
    never: ['listeners/port', 'routeBase/base', 'scope/scope'],
  },
  {
    rule: 'service accounts that change are clusters too',
    change: ({ apply }) =>
      apply(
        pod('a-2', 'ns1', '10.0.0.2', 'app: a, security.istio.io/tlsMode: istio').replace(
          'serviceAccountName: a',
          'serviceAccountName: other',
        ),
      ),
    told: all('CDS'),
    never: ['listeners/port', 'routeBase/base', 'scope/scope'],
  },
  {
    rule: 'pods of a headless service are listeners and names, neither clusters nor routes',
    before: pod('b-2', 'ns2', '10.0.1.2', 'app: x, security.istio.io/tlsMode: istio'),
    change: ({ apply }) =>
      apply(
        slice(
          'db',
          'ns2',
          [
            { ip: '10.0.1.1', pod: 'b-1' },
            { ip: '10.0.1.2', pod: 'b-2' },
          ],
          'tcp',
        ),
      ),
    told: { 'a-1.ns1': ['LDS', 'NDS'], 'b-1.ns2': ['LDS', 'NDS'] },
    never: ['clusters', 'routeBase/base', 'scope/scope', 'plainHost'],
  },
  {
    rule: 'HTTP routes of a VirtualService are RDS, never EDS or LDS',
    before: virtual(A, A, '1s'),
    change: ({ apply }) => apply(virtual(A, A, '2s')),
    told: all('RDS'),
    never: ['clusters', 'assignments', 'listeners/port', 'plainHost', 'shape', 'scope/scope', 'routeBase/plan'],
    runs: { virtualOutline: 1, speaks: 1, routedHost: 1, 'routeBase/base': 2, 'routes/route': 3 },
  },
  {
    rule: 'a last match that is for gateways now takes a host out of the plan',
    before: virtual('x.example', A, '1s'),
    change: ({ apply }) =>
      apply(
        istio(
          'VirtualService',
          'v',
          'ns1',
          `{hosts: [x.example], http: [{match: [{gateways: [ns1/other]}], timeout: 1s, route: [{destination: {host: ${A}}}]}]}`,
        ),
      ),
    told: all('RDS'),
    never: ['scope/scope', 'routedHost'],
    runs: { speaks: 1, 'routeBase/plan': 2 },
  },
  {
    rule: 'matches of TCP routes are the listener of their port alone',
    before: istio('VirtualService', 't', 'ns2', `{hosts: [tcp], tcp: [{route: [{destination: {host: ${A}}}]}]}`),
    change: ({ apply }) =>
      apply(
        istio(
          'VirtualService',
          't',
          'ns2',
          `{hosts: [tcp], tcp: [{match: [{destinationSubnets: [10.1.0.0/16]}], route: [{destination: {host: ${A}}}]}]}`,
        ),
      ),
    told: { 'a-1.ns1': ['LDS'], 'b-1.ns2': ['LDS'] },
    never: ['clusters', 'assignments', 'scope/scope', 'routeBase/plan', 'routeBase/base', 'speaks'],
    runs: { 'listeners/port': 2 },
  },
  {
    rule: 'TCP routes of a VirtualService are LDS',
    before: istio('VirtualService', 't', 'ns2', `{hosts: [tcp], tcp: [{route: [{destination: {host: ${A}}}]}]}`),
    change: ({ apply }) =>
      apply(istio('VirtualService', 't', 'ns2', `{hosts: [tcp], tcp: [{route: [{destination: {host: ${B}}}]}]}`)),
    told: { 'a-1.ns1': ['LDS'], 'b-1.ns2': ['LDS'] },
    never: ['clusters', 'assignments', 'routedHost'],
  },
  {
    rule: 'a VirtualService brings the services that it leads to into a scope',
    change: ({ apply }) => apply(virtual(A, B, '1s')),
    told: { 'a-1.ns1': ['RDS'], 'b-1.ns2': ['RDS'], 'c-1.ns3': ['CDS', 'EDS', 'RDS'] },
    never: ['clusters', 'assignments'],
  },
  {
    rule: 'a DestinationRule is CDS and EDS of its host',
    before: istio('DestinationRule', 'other', 'ns1', '{host: other.example.com}'),
    change: ({ apply }) =>
      apply(istio('DestinationRule', 'a', 'ns1', `{host: ${A}, subsets: [{name: v1, labels: {v: "1"}}]}`)),
    told: all('CDS', 'EDS'),
    never: ['listeners/port', 'scope/scope'],
  },
  {
    rule: 'a DestinationRule that is not the best is nothing',
    before: istio('DestinationRule', 'a', 'ns1', `{host: ${A}, trafficPolicy: {loadBalancer: {simple: RANDOM}}}`),
    change: ({ apply }) =>
      apply(
        istio(
          'DestinationRule',
          'wide',
          'istio-system',
          '{host: "*.ns1.svc.cluster.local", trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}}',
        ),
      ),
    told: {},
    never: ['clusters', 'assignments', 'listeners/port', 'routeBase/base', 'scope/scope'],
  },
  {
    rule: 'a Sidecar is for proxies of its namespace',
    change: ({ apply }) => apply(istio('Sidecar', 'default', 'ns3', '{egress: [{hosts: ["./*"]}]}')),
    told: { 'c-1.ns3': ['CDS', 'EDS', 'LDS', 'RDS', 'NDS'] },
    never: ['clusters', 'assignments', 'plainHost'],
  },
  {
    rule: 'a Sidecar of the root namespace is for those without one of their own',
    change: ({ apply }) => apply(istio('Sidecar', 'default', 'istio-system', '{egress: [{hosts: ["./*"]}]}')),
    told: { 'a-1.ns1': ['CDS', 'EDS', 'LDS', 'RDS', 'NDS'], 'b-1.ns2': ['CDS', 'EDS', 'RDS', 'NDS'] },
    never: ['clusters', 'assignments'],
  },
  {
    rule: 'a Sidecar with a selector is for whom it selects',
    change: ({ apply }) =>
      apply(istio('Sidecar', 'z', 'ns1', '{workloadSelector: {labels: {app: z}}, egress: [{hosts: ["./*"]}]}')),
    told: {},
    never: ['clusters', 'assignments', 'listeners/port', 'routeBase/base'],
  },
  {
    rule: 'a PeerAuthentication of another namespace is no listener',
    change: ({ apply }) => apply(istio('PeerAuthentication', 'default', 'ns2', '{mtls: {mode: STRICT}}', security)),
    told: { 'b-1.ns2': ['LDS'] },
    never: ['listeners/port', 'listeners/fixedListener', 'routeBase/base', 'scope/scope'],
  },
  {
    rule: 'a PeerAuthentication that switches mutual TLS off is for clients too',
    change: ({ apply }) => apply(istio('PeerAuthentication', 'default', 'ns1', '{mtls: {mode: DISABLE}}', security)),
    told: { 'a-1.ns1': ['CDS', 'EDS', 'LDS'], 'b-1.ns2': ['CDS', 'EDS'], 'c-1.ns3': ['CDS', 'EDS'] },
    never: ['listeners/port', 'listeners/fixedListener', 'routeBase/base', 'scope/scope'],
  },
  {
    rule: 'a Gateway is nothing to a sidecar',
    change: ({ apply }) =>
      apply(
        istio(
          'Gateway',
          'g',
          'ns1',
          '{selector: {app: g}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}',
        ),
      ),
    told: {},
    runs: {},
  },
  {
    rule: 'a WorkloadEntry is endpoints',
    before: istio(
      'ServiceEntry',
      'vm',
      'ns1',
      '{hosts: [vm.example.com], ports: [{number: 80, name: http, protocol: HTTP}], resolution: STATIC, workloadSelector: {labels: {app: vm}}}',
    ),
    change: ({ apply }) => apply(istio('WorkloadEntry', 'vm', 'ns1', '{address: 10.3.0.1, labels: {app: vm}}')),
    told: all('EDS'),
    never: ['listeners/port', 'routeBase/base', 'scope/scope'],
  },
  {
    rule: 'an AuthorizationPolicy is LDS of whom it selects',
    change: ({ apply }) =>
      apply(istio('AuthorizationPolicy', 'p', 'ns1', '{selector: {matchLabels: {app: a}}, rules: [{}]}', security)),
    told: { 'a-1.ns1': ['LDS'] },
    never: ['listeners/port', 'routeBase/base', 'scope/scope', 'clusters'],
  },
  {
    rule: 'a RequestAuthentication is LDS of its namespace',
    change: ({ apply }) =>
      apply(
        istio('RequestAuthentication', 'r', 'ns2', '{jwtRules: [{issuer: me, jwks: "{\\"keys\\":[]}"}]}', security),
      ),
    told: { 'b-1.ns2': ['LDS'] },
    never: ['routeBase/base', 'scope/scope', 'clusters'],
  },
  {
    rule: 'Secrets and ConfigMaps are nothing',
    change: ({ apply }) =>
      apply(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: ns1}\ndata: {a: b}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns1}\n',
      ),
    told: {},
    runs: {},
  },
  {
    rule: 'the address of a service is a name, and where it is called',
    change: ({ apply }) => apply(service('tcp', 'ns2', '10.96.0.33', 9000, 'tcp')),
    told: { 'a-1.ns1': ['LDS', 'NDS'], 'b-1.ns2': ['LDS', 'NDS'] },
    never: ['plainHost'],
  },
  {
    rule: 'mesh config: a timeout of connections is clusters',
    change: ({ configure }) => configure({ connectTimeout: '3s' }),
    told: all('CDS'),
    never: ['listeners/port', 'scope/scope', 'assignments'],
  },
  {
    rule: 'mesh config: an access log is listeners',
    change: ({ configure }) => configure({ accessLogFile: '/dev/stdout' }),
    told: all('LDS'),
    never: ['clusters', 'assignments', 'scope/scope', 'routeBase/base'],
  },
  {
    rule: 'what is gone from a scope is told as gone',
    change: ({ apply }) => apply(service('a', 'ns1', '10.96.0.1'), 'remove'),
    told: {
      'a-1.ns1': ['CDS', 'EDS', 'LDS', 'RDS', 'NDS'],
      'b-1.ns2': ['CDS', 'EDS', 'RDS', 'NDS'],
      'c-1.ns3': ['CDS', 'EDS', 'LDS', 'RDS', 'NDS'],
    },
    never: ['routedHost'],
  },
  {
    rule: 'labels that nobody reads are nothing, in a handful of steps',
    change: ({ apply }) => apply(pod('z-1', 'ns1', '10.0.0.9', 'app: z, seen: "yes"')),
    told: {},
    runs: { workloadOfPod: 1, endpointOfWorkload: 1 },
  },
  {
    rule: 'labels of a pod that nobody reads are nothing to its own proxy either',
    change: ({ apply }) =>
      apply(pod('a-1', 'ns1', '10.0.0.1', 'app: a, security.istio.io/tlsMode: istio, seen: "yes"')),
    told: {},
    never: ['listeners/port', 'routeBase/base', 'scope/scope', 'own/list/LDS'],
  },
  {
    rule: 'a service that is private to another namespace is nothing',
    change: ({ apply }) =>
      apply(
        istio(
          'ServiceEntry',
          'private',
          'ns9',
          '{hosts: [p.example.com], exportTo: ["."], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS}',
        ),
      ),
    told: {},
    never: ['clusters', 'assignments', 'listeners/port', 'routeBase/base', 'shape', 'proxy'],
  },
]

describe('push matrix', () => {
  it.each(MATRIX)('$rule', ({ before, change, told, never = [], runs }) => {
    const made = mesh()
    if (before !== undefined) made.apply(before)
    made.told()
    made.runs()
    change(made)
    expect(made.told()).toEqual(told)
    const done = made.runs()
    for (const table of never) expect(done[table] ?? 0, `runs of ${table}`).toBe(0)
    if (runs !== undefined && Object.keys(runs).length === 0) expect(done).toEqual({})
    else expect(done).toMatchObject(runs ?? {})
  })

  it('tells what is gone by its name', () => {
    const made = mesh()
    made.apply(service('a', 'ns1', '10.96.0.1'), 'remove')
    made.told()
    expect(made.names('c-1.ns3', 'CDS')).toContain(`-outbound|80||${A}`)
    expect(made.names('c-1.ns3', 'EDS')).toEqual([`-outbound|80||${A}`])
  })
})

describe('what proxies share', () => {
  it('is everything, for pods of one deployment: one more costs one step', () => {
    const made = mesh()
    made.connect('a-2.ns1', { ip: '10.0.0.2' })
    expect(made.runs()).toEqual({ proxy: 1 })
  })

  it('is all that is outbound, for workloads of one namespace that serve different ports', () => {
    const made = mesh()
    const [a] = made.proxies()
    const { source } = made.connect('z-1.ns1', { ip: '10.0.0.9' })
    expect(Object.keys(made.runs()).sort()).toEqual(['own/cluster', 'own/listener', 'proxy', 'shape'])
    expect(source.get(LDS, 'virtualOutbound')).toBe(a?.source.get(LDS, 'virtualOutbound'))
    expect(source.get(LDS, 'virtualInbound')?.version).not.toBe(a?.source.get(LDS, 'virtualInbound')?.version)
  })

  it('is all that is outbound but names, for namespaces without Sidecars', () => {
    const made = createWorkMesh(MESH)
    const a = made.connect('a-1.ns1', { ip: '10.0.0.1' }).source
    made.runs()
    const b = made.connect('b-1.ns2', { ip: '10.0.1.1' }).source
    const again = made.runs()
    for (const table of ['clusters', 'assignments', 'plainHost', 'upstream/cluster', 'scope/scope', 'routeBase/base'])
      expect(again[table] ?? 0, table).toBe(0)
    const cluster = `outbound|80||${A}`
    expect(a.get(CDS, cluster)).toBe(b.get(CDS, cluster))
    expect(a.get(EDS, cluster)).toBe(b.get(EDS, cluster))
    // The names of neighbours differ.
    expect(a.get(RDS, '80')?.version).not.toBe(b.get(RDS, '80')?.version)
  })

  it('is what a service is made of, for scopes that both have it', () => {
    const made = createWorkMesh(MESH)
    const a = made.connect('a-1.ns1', { ip: '10.0.0.1' }).source
    made.runs()
    const c = made.connect('c-1.ns3', { ip: '10.0.2.1' }).source
    expect(made.runs()['clusters'] ?? 0).toBe(0)
    const cluster = `outbound|80||${A}`
    expect(a.get(CDS, cluster)).toBe(c.get(CDS, cluster))
    expect(a.get(EDS, cluster)?.bytes).toBe(c.get(EDS, cluster)?.bytes)
    expect(a.list(LDS).size).toBeGreaterThan(c.list(LDS).size)
  })

  it('is the host of a VirtualService, for scopes in which it leads to the same services', () => {
    const made = mesh()
    made.apply(virtual(A, A, '1s'))
    made.told()
    expect(made.runs()['routedHost']).toBe(1)
    // Clients of ns3 have a rule of their own for it, which says how its routes hash.
    const hash = '{loadBalancer: {consistentHash: {httpHeaderName: x-user}}}'
    made.apply(istio('DestinationRule', 'a', 'ns3', `{host: ${A}, trafficPolicy: ${hash}}`))
    made.told()
    made.runs()
    made.apply(virtual(A, A, '2s'))
    made.told()
    expect(made.runs()['routedHost']).toBe(2)
  })

  it('is listeners, for workloads that differ in a label which only providers of spans are told', () => {
    const made = createWorkMesh(MESH)
    made.connect('a-1.ns1', { ip: '10.0.0.1' })
    made.connect('z-1.ns1', { ip: '10.0.0.9' })
    expect(made.engine.stats().members.get('listeners')).toBe(1)
    const provider = { name: 'spans', zipkin: { service: B, port: 80 } }
    made.configure({ extensionProviders: [provider], defaultProviders: { tracing: ['spans'] } })
    made.told()
    expect(made.engine.stats().members.get('listeners')).toBe(2)
  })

  it('is endpoints that no locality arranges, whatever the zones', () => {
    const made = createWorkMesh(MESH)
    const near = made.connect('z-1.ns1', { ip: '10.0.0.9', zone: 'z1' }).source
    made.runs()
    const far = made.connect('y-1.ns1', { ip: '10.0.0.8', zone: 'z2' }).source
    expect(made.runs()['assignments'] ?? 0).toBe(0)
    const cluster = `outbound|80||${A}`
    expect(near.get(EDS, cluster)).toBe(far.get(EDS, cluster))
    made.apply(istio('DestinationRule', 'a', 'ns1', `{host: ${A}, trafficPolicy: {outlierDetection: {interval: 1s}}}`))
    made.told()
    expect(made.runs()['assignments']).toBe(2)
  })

  it('goes with the last who has it', () => {
    const made = createWorkMesh(MESH)
    const first = made.connect('a-1.ns1', { ip: '10.0.0.1' })
    const { tables } = made.engine.stats()
    const second = made.connect('c-1.ns3', { ip: '10.0.2.1' })
    expect(made.engine.stats().tables).toBeGreaterThan(tables)
    second.source[Symbol.dispose]()
    expect(made.engine.stats().tables).toBe(tables)
    expect(first.source.list(CDS).size).toBeGreaterThan(0)
  })
})
