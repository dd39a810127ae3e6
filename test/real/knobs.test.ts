import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import type { JsonObject } from '../../src/lang/json.js'
import { call, startBackend, tally } from '../kit/backend.js'
import { openMesh } from '../kit/mesh.js'
import { type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'
import { ACCEPTED, staticOf, validate } from '../kit/static-envoy.js'
import { nodeOf, type SmallMesh, translated } from '../kit/translated.js'

// Settings that no recorded scenario has: a stock Envoy takes what they make.

const scratch = mkdtempSync(join(tmpdir(), 'pillion-knobs-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const STOCK = ['envoy.filters.http.router']
const DYNAMIC = { mode: 'ALLOW_ANY_DYNAMIC_DNS' }
const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: a, namespace: default}
spec:
  clusterIP: 10.0.0.1
  ports: [{name: http, port: 80}, {name: tcp, port: 90}]
`

const WILDCARD = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: wild, namespace: default}
spec:
  hosts: ['*.example.com']
  ports: [{number: 443, name: https, protocol: HTTPS}, {number: 80, name: http, protocol: HTTP}]
  resolution: DYNAMIC_DNS
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: wild, namespace: default}
spec:
  host: '*.example.com'
  trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: true}}
`

const ENDPOINTS = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: far, namespace: default}
spec:
  hosts: [far.example]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 10.0.0.1, locality: us/a}, {address: 10.0.0.2, locality: us/b}, {address: 10.0.0.3, locality: eu/a}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: far, namespace: default}
`
const TRACED = `${SERVICE}---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: traced, namespace: default}
spec: {tracing: [{providers: [{name: traced}]}]}
`
const A = { service: 'a.default.svc.cluster.local', port: 80 }
const traced = (provider: JsonObject): SmallMesh => ({
  objects: TRACED,
  mesh: { extensionProviders: [{ name: 'traced', ...provider }] },
})
const SELF_DISCOVERY = { metadata: { ENABLE_SELF_DISCOVERY: 'true', LABELS: { 'istio-locality': 'us.a' } } }

const MESHES: Readonly<Record<string, SmallMesh>> = {
  'TLS that checks nothing, to names that DNS resolves as they are called': { objects: WILDCARD },
  'unknown hosts by DNS': { objects: SERVICE, mesh: { outboundTrafficPolicy: DYNAMIC } },
  'unknown hosts by DNS of the agent': {
    objects: SERVICE,
    mesh: { outboundTrafficPolicy: DYNAMIC },
    proxy: { ips: '10.9.9.9,fd00::9', metadata: { DNS_CAPTURE: 'true', HTTP_PROXY_PORT: '15007' } },
  },
  'unknown hosts by DNS, over TLS': {
    objects: SERVICE,
    mesh: { outboundTrafficPolicy: { ...DYNAMIC, tls: { mode: 'SIMPLE' } } },
  },
  'unknown hosts by DNS, over TLS that checks nothing': {
    objects: SERVICE,
    mesh: { outboundTrafficPolicy: { ...DYNAMIC, tls: { mode: 'SIMPLE', insecureSkipVerify: true } } },
  },
  'unknown hosts by DNS, over TLS of one name': {
    objects: SERVICE,
    mesh: {
      outboundTrafficPolicy: { ...DYNAMIC, tls: { mode: 'SIMPLE', sni: 'x.example', subjectAltNames: ['x.example'] } },
    },
  },
  'load by zones': {
    objects: `${ENDPOINTS}spec: {host: far.example, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {enabled: true, minClusterSize: 1}}}}`,
    proxy: SELF_DISCOVERY,
  },
  'spans to Datadog': traced({ datadog: A }),
  'spans to SkyWalking': traced({ skywalking: { ...A, accessToken: 'x' } }),
  'spans that Dynatrace samples': traced({
    opentelemetry: { ...A, http: { path: '/otlp', timeout: '3s' }, dynatraceSampler: { tenant: 't', clusterId: 7 } },
  }),
  'settings of connections': {
    objects: SERVICE,
    mesh: {
      defaultConfig: {
        proxyHeaders: { preserveHttp1HeaderCase: true, xForwardedHost: { enabled: true } },
        connectionSettings: {
          profile: 'EDGE',
          httpMaxConnectionDuration: '600s',
          httpDrainTimeout: '5s',
          httpRequestHeadersTimeout: '10s',
          httpMaxStreamDuration: '600s',
        },
      },
      defaultInboundHttpRetryPolicy: { attempts: 1, backoff: '0.1s' },
    },
  },
  'load by zones, for whom nobody asks': { objects: SERVICE, proxy: SELF_DISCOVERY },
  'load by what backends report': {
    objects: `${ENDPOINTS}spec:
  host: far.example
  trafficPolicy:
    loadBalancer:
      backendUtilization: {weightStabilizationPeriod: 1s, errorUtilizationPenaltyPercent: 50, metricNamesForComputingUtilization: [cpu_utilization]}`,
  },
  'load by what backends report, in shares of localities': {
    objects: `${ENDPOINTS}spec:
  host: far.example
  trafficPolicy:
    loadBalancer: {backendUtilization: {}, localityLbSetting: {distribute: [{from: us/*, to: {eu/*: 100}}]}}`,
    proxy: SELF_DISCOVERY,
  },
}

it.concurrent.each(Object.entries(MESHES))('%s', async (name, mesh) => {
  const proxy = { ...mesh.proxy, extensions: STOCK }
  const { clusters, listeners, routes } = translated({ ...mesh, proxy })
  const lists = { clusters: Object.values(clusters), listeners: Object.values(listeners) }
  const file = join(scratch, `${name.replace(/\W+/g, '-')}.json`)
  const named = Object.values(routes).map(route => ({ ...route, name: String(route['name']) }))
  writeFileSync(
    file,
    JSON.stringify(staticOf({ ...nodeOf(proxy), cluster: 'client.default' }, { ...lists, routes: named })),
  )
  expect(await validate(file)).toMatch(ACCEPTED)
})

it('a request for a host that nobody knows goes to where DNS has it', async () => {
  const server = createServer((request, response) => response.end(`for ${request.headers.host}`))
  await once(server.listen({ host: '127.0.0.1', port: 0 }), 'listening')
  onTestFinished(() => void server.close())
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const pod = (ip: string) => ({ name: 'client', ip, labels: { app: 'client' } })
  const mesh = await openMesh({
    meshConfig: 'outboundTrafficPolicy: {mode: ALLOW_ANY_DYNAMIC_DNS}',
    files: ip => ({
      // Somebody has to be known at the port for the proxy to listen there.
      known: serviceObjects({ name: 'known', pods: [] }),
      client: [podObject(pod(ip(10))), sidecarObject({ pod: pod(ip(10)) })],
    }),
  })
  await mesh.sidecar(pod(mesh.ip(10)))
  await mesh.settled()
  const ask = (name: string) => call({ via: mesh.ip(10), host: name })
  expect(await ask(host)).toMatchObject({ status: 200, body: `for ${host}` })
  expect(await ask('no-such-name.invalid')).toMatchObject({ status: 503 })
  await mesh.setMeshConfig('outboundTrafficPolicy: {mode: REGISTRY_ONLY}')
  expect(await ask(host)).toMatchObject({ status: 502 })
})

it('requests stay in the zone of a client whose kind is spread as what it calls', async () => {
  const zones = ['a', 'b']
  const client = (ip: string, zone: string): Pod => ({
    name: `client-h1-${zone}`,
    ip,
    labels: { app: 'client', 'istio-locality': `us.${zone}`, 'pod-template-hash': 'h1' },
    metadata: { ENABLE_SELF_DISCOVERY: 'true', WORKLOAD_NAME: 'client' },
    locality: { region: 'us', zone },
  })
  const rule = (isEnabled: boolean): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {enabled: ${isEnabled}, minClusterSize: 1}}}}
`
  const mesh = await openMesh({
    files: ip => {
      const clients = zones.map((zone, index) => client(ip(10 + index), zone))
      const web = zones.map((zone, index) => ({
        name: `web-${zone}`,
        ip: ip(20 + index),
        labels: { app: 'web', 'istio-locality': `us.${zone}` },
      }))
      return {
        web: serviceObjects({ name: 'web', pods: web }),
        client: serviceObjects({ name: 'client', pods: clients }).map(ofReplicaSet),
        sidecar: [sidecarObject({ pod: client(ip(10), 'a') })],
        rule: rule(true),
      }
    },
  })
  for (const [index, zone] of zones.entries()) await startBackend(`web-${zone}`, mesh.ip(20 + index))
  const envoy = await mesh.sidecar(client(mesh.ip(10), 'a'))
  await mesh.settled()
  const ask = () => call({ via: mesh.ip(10), host: 'web' })
  expect(await envoy.stat('cluster.local_cluster.membership_healthy')).toBe(2)
  expect(await tally(20, ask)).toEqual({ 'web-a': 20 })
  await mesh.put({ rule: rule(false) })
  expect(Object.keys(await tally(20, ask)).sort()).toEqual(['web-a', 'web-b'])
})

/** Pods of one deployment. */
function ofReplicaSet(object: object): object {
  const { kind, metadata } = object as { readonly kind: string; readonly metadata: object }
  if (kind !== 'Pod') return object
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'client-h1', controller: true }
  return { ...object, metadata: { ...metadata, generateName: 'client-h1-', ownerReferences: [owner] } }
}
