import { describe, expect, it } from 'vitest'
import { addressesOf, translated } from '../../test/kit/translated.js'
import { createWorkMesh } from '../../test/kit/work.js'
import { parseConfigDocuments } from '../config/parse.js'
import { parseYamlStream } from '../lang/yaml/index.js'

const SERVICE = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: vm, namespace: default}
spec:
  hosts: [vm.example]
  location: MESH_INTERNAL
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  workloadSelector: {labels: {app: vm}}
---
`
const workload = (n: number, annotation: string, status = ''): string => `
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm-${n}, namespace: default, annotations: {${annotation}}}
spec: {address: 10.3.0.${n}, labels: {app: vm}}
${status === '' ? '' : `status: {conditions: [{type: Other, status: 'False'}, {type: Healthy, status: '${status}'}]}`}
---
`
const CHECKED = "proxy.istio.io/health-checks-enabled: 'true'"

describe('a WorkloadEntry', () => {
  const endpointsOf = (objects: string): string[] =>
    addressesOf(translated({ objects: SERVICE + objects }).endpoints['outbound|80||vm.example'])

  it.each<[string, string, string, boolean]>([
    ['whose health is checked, and good', CHECKED, 'True', true],
    ['whose health is checked, and bad', CHECKED, 'False', false],
    ['whose health is checked, and not known yet', CHECKED, '', false],
    ['whose health nobody knows', CHECKED, 'Unknown', false],
    ['whose health is not to count', "proxy.istio.io/health-checks-enabled: 'false'", 'False', true],
    ['whose health is not checked', '', 'False', true],
  ])('%s', (_, annotation, status, isServing) => {
    expect(endpointsOf(workload(1, annotation, status) + workload(2, ''))).toEqual([
      ...(isServing ? ['10.3.0.1:80'] : []),
      '10.3.0.2:80',
    ])
  })

  it('that falls ill is EDS alone', () => {
    const mesh = createWorkMesh(SERVICE + workload(1, CHECKED, 'True') + workload(2, ''))
    mesh.connect('client.default')
    mesh.told()
    mesh.apply(workload(1, CHECKED, 'False'))
    expect(mesh.told()).toEqual({ 'client.default': ['EDS'] })
  })

  it('without traffic is told about', () => {
    const { problems } = parseConfigDocuments(parseYamlStream(workload(1, CHECKED)))
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        path: 'metadata.annotations["proxy.istio.io/health-checks-enabled"]',
        position: { line: 4 },
      },
    ])
  })
})

describe('addresses in the status of a ServiceEntry', () => {
  const entry = (status: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: tcp, namespace: default}
spec:
  hosts: [A.example, b.example]
  ports: [{number: 5432, name: tcp, protocol: TCP}]
  resolution: DNS
${status}
---
`
  const GIVEN = `status:
  addresses: [{host: a.example, value: 240.240.7.7}, {host: a.example, value: '2001:2::7'}, {host: b.example, value: no-address}]`
  const listeners = (objects: string, metadata: Record<string, string>): string[] =>
    Object.keys(translated({ objects, proxy: { metadata } }).listeners)
      .filter(name => name.endsWith('_5432'))
      .sort()

  it('are what the proxy listens on for its hosts, where its agent answers DNS', () => {
    expect(listeners(entry(GIVEN), { DNS_CAPTURE: 'true' })).toEqual(['0.0.0.0_5432', '240.240.7.7_5432'])
    expect(listeners(entry(GIVEN), {})).toEqual(['0.0.0.0_5432'])
  })

  it('go before those that Pillion would give, which keep out of their way', () => {
    const both = { DNS_CAPTURE: 'true', DNS_AUTO_ALLOCATE: 'true' }
    const [a, b] = listeners(entry(''), both)
    expect([a, b]).toEqual([expect.stringMatching(/^240\.240\./), expect.stringMatching(/^240\.240\./)])
    const taken = entry(`status: {addresses: [{host: a.example, value: ${(b ?? '').replace('_5432', '')}}]}`)
    // Each of the two is asked to make way for the other in one of these.
    const swapped = taken
      .replace('a.example', 'b.example')
      .replace(String(b).replace('_5432', ''), String(a).replace('_5432', ''))
    expect(new Set(listeners(taken, both)).size).toBe(2)
    expect(listeners(taken, both)).toContain(b)
    expect(new Set(listeners(swapped, both)).size).toBe(2)
    expect(listeners(swapped, both)).toContain(a)
  })
})
