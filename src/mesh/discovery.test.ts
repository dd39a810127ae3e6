import { describe, expect, it } from 'vitest'
import { translated } from '../../test/kit/translated.js'
import { createWorkMesh } from '../../test/kit/work.js'
import type { ServiceEntryVisibility } from '../config/istio-types.generated.js'
import { loadMeshConfig } from '../config/mesh-config.js'
import { visibilityFor } from './discovery.js'
import { limitedExport } from './export-to.js'

const namespace = (name: string, labels = ''): string => `
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
---
`
const service = (name: string, where: string, ip: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${where}}
spec: {clusterIP: ${ip}, ports: [{name: http, port: 80}]}
---
`
const entry = (name: string, where: string, exportTo = "['*']"): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: ${where}}
spec:
  hosts: [${name}.example]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  exportTo: ${exportTo}
  endpoints: [{address: 10.1.1.1}]
---
`
const MESH = {
  discoverySelectors: [
    { matchLabels: { env: 'prod' } },
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['cassandra', 'spark'] }] },
  ],
}

const hostsOf = (names: Iterable<string>): string[] =>
  [...names]
    .filter(name => name.startsWith('outbound|'))
    .map(name => name.split('|')[3] ?? '')
    .sort()

describe('namespaces that discoverySelectors leave out', () => {
  const objects =
    namespace('default', 'env: prod') +
    namespace('data', 'app: spark') +
    namespace('other', 'env: test') +
    ['default', 'data', 'other', 'unknown']
      .map((where, i) => service(`in-${where}`, where, `10.0.0.${i + 1}`))
      .join('') +
    entry('a', 'data') +
    entry('b', 'other')

  it('are as if they were not there', () => {
    const { clusters } = translated({ objects, mesh: MESH })
    const host = (name: string, where: string) => `${name}.${where}.svc.cluster.local`
    expect(hostsOf(Object.keys(clusters))).toEqual([
      'a.example',
      host('in-data', 'data'),
      host('in-default', 'default'),
    ])
    expect(hostsOf(Object.keys(translated({ objects }).clusters))).toHaveLength(6)
  })

  it('may be named by their own name, which every namespace has as a label', () => {
    const byName = { discoverySelectors: [{ matchLabels: { 'kubernetes.io/metadata.name': 'other' } }] }
    expect(hostsOf(Object.keys(translated({ objects, mesh: byName }).clusters))).toEqual([
      'b.example',
      'in-other.other.svc.cluster.local',
    ])
  })

  it('are left out cluster by cluster', () => {
    const home = namespace('default', 'env: prod') + service('here', 'default', '10.0.0.1')
    const far = namespace('default', 'env: test') + service('there', 'default', '10.0.0.2')
    const { clusters } = translated({ objects: home, clusters: { far }, mesh: MESH })
    expect(hostsOf(Object.keys(clusters))).toEqual(['here.default.svc.cluster.local'])
  })

  it.each<[string, string, (made: ReturnType<typeof translated>) => unknown]>([
    [
      'rules',
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: r, namespace: istio-system}
spec: {host: "*.default.svc.cluster.local", trafficPolicy: {loadBalancer: {simple: RANDOM}}}
`,
      ({ clusters }) => clusters['outbound|80||in-default.default.svc.cluster.local']?.['lbPolicy'] === 'RANDOM',
    ],
    [
      'routes',
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v, namespace: istio-system}
spec: {hosts: [routed.example], http: [{directResponse: {status: 418}}]}
`,
      ({ routes }) => JSON.stringify(routes['80']).includes('418'),
    ],
    [
      'Sidecars',
      `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: s, namespace: istio-system}
spec: {egress: [{hosts: ["./*"]}]}
`,
      ({ clusters }) => hostsOf(Object.keys(clusters)).length === 1,
    ],
    [
      'policies',
      `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: p, namespace: istio-system}
spec: {mtls: {mode: DISABLE}}
`,
      ({ clusters }) =>
        clusters['outbound|80||in-default.default.svc.cluster.local']?.['transportSocketMatches'] === undefined,
    ],
  ])('have no %s, be it the root namespace', (_, object, applies) => {
    const made = (labels: string) =>
      translated({ objects: `${objects}${namespace('istio-system', labels)}${object}`, mesh: MESH })
    expect(applies(made('env: prod'))).toBe(true)
    expect(applies(made('env: test'))).toBe(false)
  })

  it('come and go with their labels, at once, and other labels change nothing', () => {
    const mesh = createWorkMesh(objects)
    mesh.configure(MESH)
    mesh.connect('client.default')
    mesh.told()
    mesh.apply(namespace('other', 'env: prod'))
    expect(mesh.told()).toEqual({ 'client.default': expect.arrayContaining(['CDS', 'EDS', 'RDS', 'NDS']) })
    expect(mesh.names('client.default', 'CDS')).toContain('outbound|80||in-other.other.svc.cluster.local')
    mesh.runs()
    mesh.apply(namespace('other', 'env: prod, colour: blue'))
    expect(mesh.told()).toEqual({})
    expect(mesh.runs()).not.toHaveProperty('serviceOfKubernetes')
    mesh.apply(namespace('other', 'env: test'))
    mesh.told()
    expect(mesh.names('client.default', 'CDS')).toContain('-outbound|80||b.example')
  })
})

describe('serviceEntryVisibility', () => {
  const policies: ServiceEntryVisibility = {
    defaultVisibility: 'NAMESPACE',
    policies: [
      { visibility: 'NONE', matchingRules: [{ namespaceSelector: { matchLabels: { tier: 'bad' } } }] },
      {
        visibility: 'PUBLIC',
        matchingRules: [
          { namespaceSelector: { matchLabels: { tier: 'good' } } },
          { namespaceSelector: { matchExpressions: [{ key: 'old', operator: 'DoesNotExist' }] } },
        ],
      },
      { matchingRules: [{ namespaceSelector: { matchLabels: { tier: 'plain' } } }] },
      { visibility: 'NONE', matchingRules: [{}] },
    ],
  }
  it.each<[Record<string, string>, string]>([
    [{ tier: 'bad' }, 'NONE'],
    [{ tier: 'good' }, 'PUBLIC'],
    [{ tier: 'good', old: '' }, 'NAMESPACE'],
    [{ tier: 'plain' }, 'PUBLIC'],
    [{}, 'NAMESPACE'],
  ])('of a namespace with labels %j is %s', (labels, expected) => {
    expect(visibilityFor(policies, labels)).toBe(expected)
  })

  it.each<[readonly string[], 'NONE' | 'NAMESPACE' | 'PUBLIC', readonly string[]]>([
    [['*'], 'NAMESPACE', ['own']],
    [['own', 'x'], 'NAMESPACE', ['own']],
    [['x'], 'NAMESPACE', ['~']],
    [['x'], 'PUBLIC', ['x']],
    [['~'], 'PUBLIC', ['~']],
    [['*'], 'NONE', ['~']],
  ])('takes from exportTo %j, by %s, all but %j', (exportTo, visibility, expected) => {
    expect(limitedExport(exportTo, visibility, 'own')).toEqual(expected)
  })

  const objects = `${namespace('default')}${namespace('open', 'tier: good')}${namespace('closed', 'tier: bad')}
${['default', 'open', 'closed', 'unknown'].map(where => `---${entry(`in-${where}`, where)}`).join('')}${service('k', 'unknown', '10.0.0.9')}`
  it.each<[string, boolean, readonly string[]]>([
    ['decides what proxies see', true, ['in-default.example', 'in-open.example', 'k.unknown.svc.cluster.local']],
    [
      'decides nothing for proxies unless it applies to them',
      false,
      [
        'in-closed.example',
        'in-default.example',
        'in-open.example',
        'in-unknown.example',
        'k.unknown.svc.cluster.local',
      ],
    ],
  ])('%s', (_, applyToSidecars, expected) => {
    const mesh = { serviceEntryVisibility: { ...policies, applyToSidecars } as never }
    expect(hostsOf(Object.keys(translated({ objects, mesh }).clusters))).toEqual(expected)
  })

  it('follows the labels of a namespace', () => {
    const mesh = createWorkMesh(objects)
    mesh.configure({ serviceEntryVisibility: { ...policies, applyToSidecars: true } as never })
    mesh.connect('client.default')
    mesh.told()
    mesh.apply(namespace('open', 'tier: bad'))
    mesh.told()
    expect(mesh.names('client.default', 'CDS')).toEqual(['-outbound|80||in-open.example'])
  })
})

it.each([
  ['discoverySelectors: [{matchExpressions: [{key: a, operator: Near}]}]', 'discoverySelectors[0]'],
  [
    'serviceEntryVisibility: {policies: [{matchingRules: [{namespaceSelector: {matchLabels: {"a b": c}}}]}]}',
    'serviceEntryVisibility.policies[0].matchingRules[0].namespaceSelector',
  ],
])('a selector that says nothing makes the mesh config invalid: %s', (text, path) => {
  const loaded = loadMeshConfig(text, { file: 'mesh.yaml' })
  expect(loaded.ok ? [] : loaded.error).toMatchObject([{ path, position: { file: 'mesh.yaml', line: 1 } }])
})
