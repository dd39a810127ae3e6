import { describe, expect, it } from 'vitest'
import { createWorkMesh } from '../../../test/kit/work.js'
import { FINDINGS, type FindingKind, findingsOf } from './findings.js'

/** `<key>: <configs>` of one kind. */
function found(kind: FindingKind, objects: string): readonly string[] {
  const { engine, graph } = createWorkMesh(objects)
  const findings = engine.read(read => findingsOf(read, graph.tables))
  expect(Object.keys(findings).sort()).toEqual(Object.keys(FINDINGS).sort())
  return findings[kind].map(
    ({ key, configs }) =>
      `${key}: ${configs.map(({ type, namespace, name }) => `${type} ${namespace}/${name}`).join(', ')}`,
  )
}

const made = (year: number): string => `creationTimestamp: '${year}-01-01T00:00:00Z'`
const routes = (name: string, year: number, more = ''): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ns-${name}, ${made(year)}}
spec: {hosts: [a.example], http: [{directResponse: {status: 400}}]${more}}
---`
const rule = (name: string, year: number, subset: string, more = ''): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: default, ${made(year)}}
spec: {host: a.example, subsets: [{name: ${subset}, labels: {version: ${subset}}}]${more}}
---`
const entry = (name: string, year: number, more: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: default, ${made(year)}}
spec: {${more}}
---`
const http = (port = 80): string => `ports: [{number: ${port}, name: http, protocol: HTTP}]`
const service = (name: string, year: number, ports: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: default, ${made(year)}}
spec: {clusterIP: 10.0.0.1, selector: {app: a}, ports: [${ports}]}
---`
const slice = (name: string, port: string, isReady = true): string => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}-1, namespace: default, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
ports: [{name: ${port}, port: 8080, protocol: TCP}]
endpoints: [{addresses: [10.1.1.1], conditions: {ready: ${isReady}}, targetRef: {kind: Pod, name: a-1}}]
---`
const pod = (ips: string, label = 'security.istio.io/tlsMode: istio'): string => `
apiVersion: v1
kind: Pod
metadata: {name: a-1, namespace: default, labels: {app: a, ${label}}}
status: {phase: Running${ips}}
---`
const POD = pod(', podIP: 10.1.1.1, podIPs: [{ip: 10.1.1.1}]')

describe.each<[FindingKind, readonly (readonly [string, string, readonly string[]])[]]>([
  [
    'pilot_vservice_dup_domain',
    [
      [
        'the younger',
        routes('b', 2022) + routes('a', 2023),
        ['a.example ns-a/a: VirtualService ns-a/a, VirtualService ns-b/b'],
      ],
      [
        'nobody where they never meet',
        routes('a', 2022, ", exportTo: ['.']") + routes('b', 2023, ", exportTo: ['.']"),
        [],
      ],
      ['nobody at a gateway', routes('a', 2022) + routes('b', 2023, ', gateways: [gw]'), []],
    ],
  ],
  [
    'pilot_destrule_subsets',
    [
      [
        'the younger',
        rule('a', 2023, 'v1') + rule('b', 2022, 'v1'),
        ['a.example v1 default/a: DestinationRule default/a, DestinationRule default/b'],
      ],
      ['nobody where they differ', rule('a', 2023, 'v1') + rule('b', 2022, 'v2'), []],
      [
        'nobody for other workloads',
        rule('a', 2023, 'v1', ', workloadSelector: {matchLabels: {x: z}}') + rule('b', 2022, 'v1'),
        [],
      ],
    ],
  ],
  [
    'pilot_duplicate_envoy_clusters',
    [
      [
        'the younger, by host in any case and port',
        entry('a', 2023, `hosts: [A.example], ${http()}`) + entry('b', 2022, `hosts: [a.example], ${http()}`),
        ['outbound|80||a.example default/a: ServiceEntry default/a, ServiceEntry default/b'],
      ],
      [
        'nobody at other ports',
        entry('a', 2023, `hosts: [a.example], ${http()}`) + entry('b', 2022, `hosts: [a.example], ${http(81)}`),
        [],
      ],
    ],
  ],
  [
    'pilot_eds_no_instances',
    [
      [
        'a service',
        service('a', 2022, '{name: http, port: 80}'),
        ['outbound|80||a.default.svc.cluster.local: Service default/a'],
      ],
      [
        'one of unready pods',
        service('a', 2022, '{name: http, port: 80}') + slice('a', 'http', false) + POD,
        ['outbound|80||a.default.svc.cluster.local: Service default/a'],
      ],
      ['nobody else', service('a', 2022, '{name: http, port: 80}') + slice('a', 'http') + POD, []],
      [
        'a subset',
        entry(
          'a',
          2022,
          `hosts: [a.example], resolution: STATIC, endpoints: [{address: 10.0.0.1, labels: {version: v2}}], ${http()}`,
        ) + rule('r', 2022, 'v1'),
        ['outbound|80|v1|a.example: ServiceEntry default/a, DestinationRule default/r'],
      ],
    ],
  ],
  [
    'pilot_dns_cluster_without_endpoints',
    [
      [
        'a subset that selects nothing',
        entry('a', 2022, `hosts: [a.example], resolution: DNS, endpoints: [{address: x.example}], ${http()}`) +
          rule('r', 2022, 'v1'),
        ['outbound|80|v1|a.example: ServiceEntry default/a, DestinationRule default/r'],
      ],
      ['nobody whose own name is asked for', entry('a', 2022, `hosts: [a.example], resolution: DNS, ${http()}`), []],
    ],
  ],
  [
    'pilot_endpoint_not_ready',
    [
      [
        'an address',
        service('a', 2022, '{name: http, port: 80}') + slice('a', 'http', false) + POD,
        ['10.1.1.1:8080: Service default/a'],
      ],
      ['nobody else', service('a', 2022, '{name: http, port: 80}') + slice('a', 'http') + POD, []],
    ],
  ],
  [
    'pilot_no_ip',
    [
      ['a pod without an address', pod(''), ['default/a-1: Pod default/a-1']],
      ['a pod with a sidecar behind no service', POD, ['default/a-1: Pod default/a-1']],
      ['nobody without one', pod(', podIP: 10.1.1.1, podIPs: [{ip: 10.1.1.1}]', 'x: z'), []],
      ['nobody else', service('a', 2022, '{name: http, port: 80}') + slice('a', 'http') + POD, []],
    ],
  ],
  [
    'pilot_conflict_inbound_listener',
    [
      [
        'the younger',
        service('a', 2023, '{name: http, port: 80}') +
          service('b', 2022, '{name: tcp, port: 80}') +
          slice('a', 'http') +
          slice('b', 'tcp') +
          POD,
        ['default/a-1:8080 a.default.svc.cluster.local: Service default/a, Service default/b'],
      ],
      [
        'nobody of one protocol',
        service('a', 2023, '{name: http, port: 80}') +
          service('b', 2022, '{name: http-b, port: 81}') +
          slice('a', 'http') +
          slice('b', 'http-b') +
          POD,
        [],
      ],
    ],
  ],
  [
    'pilot_conflict_outbound_listener_tcp_over_current_tcp',
    [
      [
        'the younger of those without addresses',
        entry(
          'a',
          2023,
          'hosts: [a.example], resolution: STATIC, endpoints: [{address: 10.0.0.1}], ports: [{number: 5432, name: tcp, protocol: TCP}]',
        ) +
          entry(
            'b',
            2022,
            'hosts: [b.example], resolution: STATIC, endpoints: [{address: 10.0.0.1}], ports: [{number: 5432, name: tcp, protocol: MONGO}]',
          ),
        ['0.0.0.0:5432 a.example: ServiceEntry default/a, ServiceEntry default/b'],
      ],
      [
        'nobody with TLS, which has names',
        entry('a', 2023, 'hosts: [a.example], ports: [{number: 443, name: tls, protocol: TLS}]') +
          entry('b', 2022, 'hosts: [b.example], ports: [{number: 443, name: https, protocol: HTTPS}]'),
        [],
      ],
      [
        'nobody with addresses of their own',
        entry(
          'a',
          2023,
          'hosts: [a.example], addresses: [10.9.0.1], ports: [{number: 5432, name: tcp, protocol: TCP}]',
        ) +
          entry(
            'b',
            2022,
            'hosts: [b.example], addresses: [10.9.0.2], ports: [{number: 5432, name: tcp, protocol: TCP}]',
          ),
        [],
      ],
    ],
  ],
])('%s tells', (kind, cases) => {
  it.each(cases)('%s', (_, objects, expected) => expect(found(kind, objects)).toEqual(expected))
})
