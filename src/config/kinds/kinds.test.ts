import { describe, expect, it } from 'vitest'
import { parseYamlStream } from '../../lang/yaml/index.js'
import { openCrdChecker } from '../crd/index.js'
import { parseConfigDocuments } from '../parse.js'
import { isOfType } from '../specs.js'
import { allKinds } from './registry.js'

/** Paths of the findings on an object; warnings begin with `~`. Only the kind's own rules, not the CRD's. */
function findings(kind: string, spec: string): string[] {
  const { group, versions } = allKinds().find(({ type }) => type === kind)!
  const text = `{"apiVersion": "${group}/${versions[0]}", "kind": "${kind}", "metadata": {"name": "x"}, "spec": ${spec}}`
  const { problems } = parseConfigDocuments(parseYamlStream(text))
  return problems.map(({ path = '', severity }) => (severity === 'error' ? path : `~${path}`))
}

const route = (rule: string, more = ''): string => `{hosts: [a.b], ${more} http: [{${rule}}]}`
const TO = 'route: [{destination: {host: a}}]'

describe('rules of each kind', () => {
  // One fact a line: kind, spec, where something is found.
  it.each([
    ['VirtualService', route(TO), []],
    ['VirtualService', route(''), ['spec.http[0]']],
    ['VirtualService', route(`${TO}, redirect: {uri: /b}`), ['spec.http[0]']],
    ['VirtualService', route('redirect: {}'), ['spec.http[0].redirect']],
    ['VirtualService', route(`redirect: {uri: /b, redirectCode: 200}`), ['spec.http[0].redirect.redirectCode']],
    ['VirtualService', route(`${TO}, timeout: 1us`), ['spec.http[0].timeout']],
    [
      'VirtualService',
      route(`${TO}, retries: {attempts: 2, retryOn: "5xx,503,whenever"}`),
      ['spec.http[0].retries.retryOn'],
    ],
    ['VirtualService', route(`${TO}, fault: {abort: {httpStatus: 42}}`), ['spec.http[0].fault.abort.httpStatus']],
    [
      'VirtualService',
      route(`${TO}, fault: {delay: {fixedDelay: 5s, percentage: {value: 101}}}`),
      ['spec.http[0].fault.delay.percentage'],
    ],
    [
      'VirtualService',
      route('route: [{destination: {host: a}, weight: 0}, {destination: {host: b}}]'),
      ['spec.http[0].route'],
    ],
    [
      'VirtualService',
      route('route: [{destination: {host: a, port: {number: 0}}}]'),
      ['spec.http[0].route[0].destination.port.number'],
    ],
    [
      'VirtualService',
      route(`match: [{headers: {"a b": {exact: x}}}], ${TO}`),
      ['spec.http[0].match[0].headers["a b"]'],
    ],
    ['VirtualService', `{hosts: [a.b], http: [{${TO}}, {match: [{uri: {prefix: /}}], ${TO}}]}`, ['~spec.http[1]']],
    ['VirtualService', '{http: [{delegate: {name: x}}]}', ['spec.http[0].delegate']],
    ['VirtualService', '{gateways: [g], http: [{route: [{destination: {host: a}}]}]}', ['spec.gateways']],
    ['VirtualService', route(TO, 'exportTo: [".", "*"],'), ['spec.exportTo']],
    ['VirtualService', route(TO, 'exportTo: ["~"],'), ['spec.exportTo[0]']],
    ['DestinationRule', '{host: "*.a.b"}', []],
    ['DestinationRule', '{host: a, trafficPolicy: {}}', ['spec.trafficPolicy']],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {portLevelSettings: [{loadBalancer: {simple: RANDOM}}]}}',
      ['spec.trafficPolicy.portLevelSettings[0].port'],
    ],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {tls: {mode: MUTUAL}}}',
      ['spec.trafficPolicy.tls.clientCertificate', 'spec.trafficPolicy.tls.privateKey'],
    ],
    ['DestinationRule', '{host: a, workloadSelector: {matchLabels: {a: b}}, exportTo: ["*"]}', ['spec.exportTo[0]']],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {distribute: [{from: a/*, to: {a: 50, b: 40}}]}}}}',
      ['spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to'],
    ],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {enabled: true}, zoneAwareLbSetting: {enabled: true}}}}',
      ['spec.trafficPolicy.loadBalancer.zoneAwareLbSetting'],
    ],
    [
      'DestinationRule',
      '{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {failover: [{from: a, to: a}], failoverPriority: [x, "topology.kubernetes.io/zone=b"]}}}}',
      [
        'spec.trafficPolicy.loadBalancer.zoneAwareLbSetting.failover[0]',
        'spec.trafficPolicy.loadBalancer.zoneAwareLbSetting.failoverPriority[1]',
      ],
    ],
    [
      'ServiceEntry',
      '{hosts: [a.b], resolution: STATIC, ports: [{number: 80, name: http, protocol: SMOKE}]}',
      ['spec.ports[0].protocol'],
    ],
    ['ServiceEntry', '{hosts: [a.b], addresses: [1.2.3.4/40]}', ['spec.addresses[0]']],
    ['Sidecar', '{egress: [{hosts: ["./*"], bind: 1.2.3}]}', ['spec.egress[0].bind']],
    ['Sidecar', '{ingress: [{port: {number: 80, protocol: HTTP}, defaultEndpoint: "unix:///run/app.sock"}]}', []],
    [
      'PeerAuthentication',
      '{selector: {matchLabels: {a: b}}, portLevelMtls: {"65536": {mode: STRICT}}}',
      ['spec.portLevelMtls["65536"]'],
    ],
    ['Gateway', '{servers: [{hosts: ["*"], port: {number: 443, name: a, protocol: HTTPS}}]}', ['spec.servers[0].tls']],
    [
      'AuthorizationPolicy',
      '{rules: [{to: [{operation: {paths: ["/a/{*}", "/a{*}"]}}]}]}',
      ['spec.rules[0].to[0].operation.paths[1]'],
    ],
    ['RequestAuthentication', '{jwtRules: [{issuer: a, jwks: "{}"}]}', ['spec.jwtRules[0].jwks']],
    [
      'EnvoyFilter',
      '{configPatches: [{applyTo: CLUSTER, match: {listener: {}}, patch: {operation: REMOVE}}]}',
      ['~', 'spec.configPatches[0].match'],
    ],
  ])('%s %s', (kind, spec, expected) => {
    expect(findings(kind, spec)).toEqual(expected)
  })

  it('is stricter where the schema of the CRD is', () => {
    const text = `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\nspec: {hosts: [a.b], http: [{timeout: 0s, ${TO}}]}`
    const { problems } = parseConfigDocuments(parseYamlStream(text), { schemas: openCrdChecker() })
    expect(problems.map(({ path, code }) => [path, code])).toEqual([['spec.http[0].timeout', 'schema-rule']])
  })
})

describe('kinds of Kubernetes', () => {
  const object = (text: string) => parseConfigDocuments(parseYamlStream(text)).objects[0]!

  it('views a pod as the mesh reads it', () => {
    const pod = object(
      `apiVersion: v1
kind: Pod
metadata:
  name: p
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, controller: true}]
spec:
  containers: [{name: a, image: b, ports: [{containerPort: 80, name: http}]}]
  initContainers: [{name: i, ports: [{containerPort: 1}]}, {name: s, restartPolicy: Always, ports: [{containerPort: 2, protocol: UDP}]}]
status:
  phase: Running
  podIP: 10.0.0.1
  podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]
  conditions: [{type: Ready, status: "False"}]
`,
    )
    expect(isOfType(pod, 'Pod') && pod.spec).toEqual({
      serviceAccountName: 'default',
      ports: [
        { name: 'http', protocol: 'TCP', containerPort: 80 },
        { protocol: 'UDP', containerPort: 2 },
      ],
      phase: 'Running',
      podIPs: ['10.0.0.1', 'fd00::1'],
      isReady: false,
      controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1' },
    })
  })

  it('tells unknown readiness of an endpoint from a false one', () => {
    const slice = object(
      'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s}\naddressType: IPv4\nendpoints: [{addresses: [1.1.1.1]}, {addresses: [1.1.1.2], conditions: {ready: false}}]\nports: [{port: 80}]\n',
    )
    expect(isOfType(slice, 'EndpointSlice') && slice.spec.endpoints).toEqual([
      { addresses: ['1.1.1.1'] },
      { addresses: ['1.1.1.2'], ready: false },
    ])
  })

  it('has no namespace for what has none, and one for all else', () => {
    expect(object('apiVersion: v1\nkind: Node\nmetadata: {name: n1, namespace: x}\n').namespace).toBe('')
    expect(object('apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n')).toMatchObject({
      namespace: 'default',
      spec: { data: { a: 'Yg==' } },
    })
  })
})
