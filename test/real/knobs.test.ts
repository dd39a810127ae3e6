import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { call } from '../kit/backend.js'
import { openMesh } from '../kit/mesh.js'
import { podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'
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
