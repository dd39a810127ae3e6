import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/lang/json.js'
import { translated } from '../kit/translated.js'

const HOST = 'a.default.svc.cluster.local'
const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: a, namespace: default}
spec:
  clusterIP: 10.0.0.1
  ports: [{name: http, port: 80}, {name: tcp, port: 90}, {name: what, port: 91}]
---
`

function rule(policy: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: a, namespace: default}
spec: {host: a, trafficPolicy: ${policy}}
---
`
}

describe('an upgrade to HTTP/2', () => {
  const upgrade = rule('{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}')
  const refusal = rule('{connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}')
  const http2 = { explicitHttpConfig: { http2ProtocolOptions: {} } }
  const asClient = { useDownstreamProtocolConfig: { httpProtocolOptions: {}, http2ProtocolOptions: {} } }
  const mesh = { h2UpgradePolicy: 'UPGRADE' }

  it.each<[string, string, JsonObject, number, object | undefined]>([
    ['of a rule, at an HTTP port', upgrade, {}, 80, http2],
    ['of a rule, at a port whose protocol nobody declared', upgrade, {}, 91, http2],
    ['of the mesh, at an HTTP port', '', mesh, 80, http2],
    ['of the mesh, not at a port whose protocol nobody declared', '', mesh, 91, asClient],
    ['of the mesh, not at a TCP port', '', mesh, 90, undefined],
    ['of the mesh, which a rule refuses', refusal, mesh, 80, undefined],
  ])('%s', (_, rules, mesh, port, expected) => {
    const cluster = translated({ objects: SERVICE + rules, mesh }).clusters[`outbound|${port}||${HOST}`]
    const options = (cluster?.['typedExtensionProtocolOptions'] as JsonObject | undefined)?.[OPTIONS]
    expect(options).toEqual(expected === undefined ? undefined : expect.objectContaining(expected))
  })
})

describe('a mirrored request', () => {
  it('has the host of the original', () => {
    const route = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: default}
spec: {hosts: [a], http: [{route: [{destination: {host: a}}], mirror: {host: m}}]}
`
    const { routes } = translated({ objects: SERVICE + route })
    const hosts = routes['80']?.['virtualHosts'] as { name: string; routes: { route: JsonObject }[] }[]
    expect(hosts[0]?.routes[0]?.route['requestMirrorPolicies']).toMatchObject([
      { cluster: 'outbound|80||m.default.svc.cluster.local', disableShadowHostSuffixAppend: true },
    ])
  })
})

describe('TLS to a host outside of the mesh', () => {
  const entry = (names: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: default}
spec: {hosts: [e.example], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}], ${names}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: e, namespace: default}
spec: {host: e.example, trafficPolicy: {tls: {mode: SIMPLE, sni: e.example}}}
`
  const contextOf = (objects: string, mesh: JsonObject = {}) => {
    const socket = translated({ objects, mesh }).clusters['outbound|443||e.example']?.['transportSocket'] as JsonObject
    return (socket['typedConfig'] as JsonObject)['commonTlsContext']
  }

  it('takes a server with the names of the ServiceEntry', () => {
    expect(contextOf(entry('subjectAltNames: [s.example]'))).toMatchObject({
      combinedValidationContext: { defaultValidationContext: { matchSubjectAltNames: [{ exact: 's.example' }] } },
    })
    expect(JSON.stringify(contextOf(entry('location: MESH_EXTERNAL')))).not.toContain('matchSubjectAltNames')
  })

  it('has the algorithms of the mesh', () => {
    const mesh = { tlsDefaults: { ecdhCurves: ['P-256'], cipherSuites: ['ECDHE-RSA-AES256-GCM-SHA384'] } }
    expect(contextOf(entry('location: MESH_EXTERNAL'), mesh)).toMatchObject({ tlsParams: mesh.tlsDefaults })
  })
})

describe('outboundTrafficPolicy ALLOW_ANY_DYNAMIC_DNS', () => {
  const mesh = { outboundTrafficPolicy: { mode: 'ALLOW_ANY_DYNAMIC_DNS' } }
  const filter = 'envoy.filters.http.dynamic_forward_proxy'
  const made = translated({ objects: SERVICE, mesh })
  const before = translated({ objects: SERVICE })

  it('sends requests for unknown hosts to the cluster that asks DNS, bytes to where they were going', () => {
    expect(Object.keys(made.clusters).filter(name => !(name in before.clusters))).toEqual(['AllowAnyDynamicDNSCluster'])
    const hosts = made.routes['80']?.['virtualHosts'] as { name: string; routes: { route: JsonObject }[] }[]
    expect(hosts.find(({ name }) => name === 'allow_any')?.routes[0]?.route['cluster']).toBe(
      'AllowAnyDynamicDNSCluster',
    )
    expect(made.listeners['10.0.0.1_90']).toEqual(before.listeners['10.0.0.1_90'])
    expect(JSON.stringify(made.listeners['virtualOutbound'])).toContain('PassthroughCluster')
  })

  it('looks for HTTP wherever it may come', () => {
    const holders = Object.entries(made.listeners).filter(([, listener]) => JSON.stringify(listener).includes(filter))
    const http = Object.entries(before.listeners).filter(
      ([name, listener]) => name !== 'virtualInbound' && JSON.stringify(listener).includes('http_connection_manager'),
    )
    expect(holders.map(([name]) => name).sort()).toEqual([...http.map(([name]) => name), 'virtualOutbound'].sort())
    expect(made.listeners['virtualOutbound']).toMatchObject({
      listenerFilters: [{ name: 'envoy.filters.listener.http_inspector' }],
      continueOnListenerFiltersTimeout: true,
    })
  })

  it('is nothing for a Sidecar with a policy of its own', () => {
    const sidecar = `
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: own, namespace: default}
spec: {outboundTrafficPolicy: {mode: ALLOW_ANY}}
`
    const { listeners, routes } = translated({ objects: SERVICE.trim().replace(/---$/, '') + sidecar, mesh })
    expect(JSON.stringify([listeners, routes])).not.toMatch(/dynamic_forward_proxy|AllowAnyDynamicDNS/)
  })
})
