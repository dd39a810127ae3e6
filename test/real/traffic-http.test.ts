import { once } from 'node:events'
import { createServer } from 'node:http2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, type Backend, type Call, call, startBackend, tally } from '../kit/backend.js'
import type { Envoy } from '../kit/envoy.js'
import { type Files, type Mesh, openMesh } from '../kit/mesh.js'
import { egressAt, PORTS, type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'

// A client's sidecar in front of two versions of a program that have none: what VirtualServices and DestinationRules do to traffic.

interface World {
  readonly mesh: Mesh
  readonly envoy: Envoy
  readonly v1: Backend
  readonly v2: Backend
  ask(change?: Partial<Call>): Promise<Answer>
}

const client = (ip: string): Pod => ({ name: 'client', ip, labels: { app: 'client' } })
const SUBSETS = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
`
/** A VirtualService for \`web\` with these HTTP rules. */
const rules = (http: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http:
${http}`
const TO_V1 = 'route: [{destination: {host: web, subset: v1}}]'
const TO_V2 = 'route: [{destination: {host: web, subset: v2}}]'

async function world(rules: Files, meshConfig = ''): Promise<World> {
  const web = (ip: (n: number) => string, n: number): Pod => ({
    ...{ name: `web-${n}`, ip: ip(20 + n), labels: { app: 'web', version: `v${n}` } },
  })
  const mesh = await openMesh({
    meshConfig,
    files: ip => ({
      services: serviceObjects({ name: 'web', pods: [web(ip, 1), web(ip, 2)] }),
      client: [podObject(client(ip(10))), sidecarObject({ pod: client(ip(10)) })],
      ...rules,
    }),
  })
  const [v1, v2] = [await startBackend('v1', mesh.ip(21)), await startBackend('v2', mesh.ip(22))]
  const envoy = await mesh.sidecar(client(mesh.ip(10)))
  await mesh.settled()
  const ask: World['ask'] = change => call({ via: mesh.ip(10), host: 'web', ...change })
  return { mesh, envoy, v1, v2, ask }
}

describe('HTTP through a sidecar', () => {
  it('goes to every endpoint without rules, under each name of the service', async () => {
    const { ask } = await world({})
    expect(Object.keys(await tally(20, ask)).sort()).toEqual(['v1', 'v2'])
    for (const host of ['web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local', 'web.shop.svc.cluster.local:9080'])
      expect(await ask({ host }), host).toMatchObject({ status: 200 })
  })

  it('is routed by header, path and method, and rewritten', async () => {
    const { ask, v2 } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - match: [{headers: {x-user: {exact: tester}}}]
    ${TO_V2}
  - match: [{uri: {prefix: /api/}, method: {exact: POST}}, {uri: {regex: "/item/[0-9]+"}}]
    rewrite: {uri: /v2/}
    ${TO_V2}
  - match: [{uri: {exact: /old}}]
    redirect: {uri: /new, authority: elsewhere, redirectCode: 302}
  - match: [{uri: {exact: /teapot}}]
    directResponse: {status: 418, body: {string: short and stout}}
  - ${TO_V1}`),
    })
    expect((await ask()).body).toBe('v1')
    expect((await ask({ headers: { 'x-user': 'tester' } })).body).toBe('v2')
    expect((await ask({ headers: { 'x-user': 'testers' } })).body).toBe('v1')
    expect((await ask({ path: '/api/a?b=c', method: 'POST' })).body).toBe('v2')
    expect(v2.seen.at(-1)).toMatchObject({ method: 'POST', path: '/v2/a?b=c' })
    expect((await ask({ path: '/api/a' })).body).toBe('v1')
    expect((await ask({ path: '/item/12' })).body).toBe('v2')
    expect((await ask({ path: '/item/x' })).body).toBe('v1')
    expect(await ask({ path: '/old' })).toMatchObject({ status: 302, headers: { location: 'http://elsewhere/new' } })
    expect(await ask({ path: '/teapot' })).toMatchObject({ status: 418, body: 'short and stout' })
  })

  it('is divided by weight', async () => {
    const { ask } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - route:
    - {destination: {host: web, subset: v1}, weight: 80}
    - {destination: {host: web, subset: v2}, weight: 20}`),
    })
    const { v1 = 0, v2 = 0 } = await tally(500, ask)
    expect(v1 + v2).toBe(500)
    // Five standard deviations on each side of 100.
    expect(v2).toBeGreaterThan(55)
    expect(v2).toBeLessThan(145)
  })

  it('is tried again as often as the rule says', async () => {
    const { ask, v1, mesh } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - retries: {attempts: 3, perTryTimeout: 2s, retryOn: 5xx}
    ${TO_V1}`),
    })
    let failures = 2
    v1.answer = () => ({ status: failures-- > 0 ? 503 : 200 })
    expect((await ask()).status).toBe(200)
    expect(v1.seen).toHaveLength(3)
    v1.answer = () => ({ status: 503 })
    expect((await ask()).status).toBe(503)
    expect(v1.seen).toHaveLength(3 + 4)
    await mesh.put({ routes: rules(`\n  - retries: {attempts: 0}\n    ${TO_V1}`) })
    expect((await ask()).status).toBe(503)
    expect(v1.seen).toHaveLength(7 + 1)
  })

  it('ends at its timeout', async () => {
    const { ask, v1 } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - match: [{uri: {prefix: /patient}}]
    ${TO_V1}
  - timeout: 0.2s
    ${TO_V1}`),
    })
    v1.answer = () => ({ afterMs: 1000 })
    expect(await ask()).toMatchObject({ status: 504, body: 'upstream request timeout' })
    expect(await ask({ path: '/patient' })).toMatchObject({ status: 200 })
  })

  it('fails and waits on purpose', async () => {
    const { ask, v1 } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - match: [{headers: {x-fault: {exact: abort}}}]
    fault: {abort: {percentage: {value: 100}, httpStatus: 451}}
    ${TO_V1}
  - match: [{headers: {x-fault: {exact: delay}}}]
    fault: {delay: {percentage: {value: 100}, fixedDelay: 0.4s}}
    ${TO_V1}
  - ${TO_V1}`),
    })
    expect(await ask({ headers: { 'x-fault': 'abort' } })).toMatchObject({ status: 451, body: 'fault filter abort' })
    expect(v1.seen).toEqual([])
    const begin = performance.now()
    expect(await ask({ headers: { 'x-fault': 'delay' } })).toMatchObject({ status: 200, body: 'v1' })
    expect(performance.now() - begin).toBeGreaterThan(395)
    expect((await ask()).status).toBe(200)
  })

  it('is mirrored, and the answer of the mirror is nobody’s', async () => {
    const { ask, v1, v2 } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - ${TO_V1}
    mirror: {host: web, subset: v2}
    mirrorPercentage: {value: 100}`),
    })
    v2.answer = () => ({ status: 500 })
    expect(await ask({ path: '/a' })).toMatchObject({ status: 200, body: 'v1' })
    await expect.poll(() => v2.seen.length).toBe(1)
    expect(v2.seen[0]).toMatchObject({ path: '/a', headers: { host: 'web' } })
    expect(v1.seen).toHaveLength(1)
  })

  it('has its headers changed both ways', async () => {
    const { ask, v1 } = await world({
      subsets: SUBSETS,
      routes: rules(`
  - headers:
      request: {set: {x-set: rule}, add: {x-add: more}, remove: [x-secret]}
      response: {set: {x-from: rule}, remove: [x-internal]}
    rewrite: {authority: other.example}
    ${TO_V1}`),
    })
    v1.answer = () => ({ headers: { 'x-internal': '1', 'x-kept': '1', 'x-from': 'program' } })
    const { headers } = await ask({ headers: { 'x-set': 'client', 'x-add': 'one', 'x-secret': '1' } })
    expect(v1.seen[0]?.headers).toMatchObject({ 'x-set': 'rule', 'x-add': 'one, more', host: 'other.example' })
    expect(v1.seen[0]?.headers).not.toHaveProperty('x-secret')
    expect(headers).toMatchObject({ 'x-from': 'rule', 'x-kept': '1' })
    expect(headers).not.toHaveProperty('x-internal')
  })

  it('keeps away from an endpoint that fails', async () => {
    const { ask, v1, v2 } = await world({
      policy: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy:
    outlierDetection: {consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 60s, maxEjectionPercent: 50}
`,
      routes: rules('\n  - retries: {attempts: 0}\n    route: [{destination: {host: web}}]'),
    })
    v1.answer = () => ({ status: 500 })
    await tally(12, ask)
    expect(await tally(20, ask)).toEqual({ v2: 20 })
    expect(v1.seen).toHaveLength(3)
    expect(v2.seen.length).toBeGreaterThan(20)
  })

  it('sticks to an endpoint by a header', async () => {
    const { ask } = await world({
      policy: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}
`,
    })
    const perUser = await Promise.all(
      Array.from({ length: 12 }, (_, n) => tally(4, () => ask({ headers: { 'x-user': `user-${n}` } }))),
    )
    for (const counts of perUser) expect(Object.values(counts)).toEqual([4])
    expect(new Set(perUser.flatMap(counts => Object.keys(counts))).size).toBe(2)
  })

  it('is refused to hosts that are not known under REGISTRY_ONLY, and let through under ALLOW_ANY', async () => {
    const strict = { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }
    const { ask, mesh, envoy } = await world({})
    const file = (change: object): Files => ({
      client: [podObject(client(mesh.ip(10))), sidecarObject({ pod: client(mesh.ip(10)), ...change })],
    })
    const unknown = { host: 'unknown.example' }
    await mesh.put(file(strict))
    expect((await ask(unknown)).status).toBe(502)
    expect((await ask()).status).toBe(200)
    // Nothing captures traffic here, so that "the original destination" is not known: let through means tried.
    await mesh.put(file({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' } }))
    expect((await ask(unknown)).status).toBe(503)
    expect(await envoy.stat('cluster.PassthroughCluster;.external.upstream_rq_503')).toBe(1)
    const egressProxy = { host: 'web.shop.svc.cluster.local', port: { number: 9080 } }
    await mesh.put(file({ outboundTrafficPolicy: { mode: 'ALLOW_ANY', egressProxy } }))
    expect((await ask(unknown)).status).toBe(200)
  })
})

it('programs that speak HTTP/2 are spoken to in HTTP/2, whatever their callers speak', async () => {
  const mesh = await openMesh({
    files: ip => ({
      web: serviceObjects({
        name: 'web',
        pods: [{ name: 'web-1', ip: ip(21), labels: { app: 'web' } }],
        port: { name: 'grpc-web', port: 9080 },
      }),
      client: [podObject(client(ip(10))), sidecarObject({ pod: client(ip(10)) })],
    }),
  })
  const server = createServer((incoming, outgoing) => outgoing.end(`HTTP/${incoming.httpVersion}`))
  await once(server.listen({ host: mesh.ip(21), port: PORTS.program }), 'listening')
  onTestFinished(() => void server.close())
  await mesh.sidecar(client(mesh.ip(10)))
  await mesh.settled()
  expect(await call({ via: mesh.ip(10), host: 'web' })).toMatchObject({ status: 200, body: 'HTTP/2.0' })
})

it('an egress listener can be a proxy for programs that know HTTP proxies', async () => {
  const { mesh } = await world({})
  const caller = client(mesh.ip(10))
  const plain: Pod = { name: 'plain-1', ip: mesh.ip(23), labels: { app: 'plain' } }
  const egress = [egressAt(caller, { number: 15080, protocol: 'HTTP_PROXY', name: 'proxy' })]
  // Other ports than 80 have to be written, and Envoy is told not to look at ports: as the reference has it, they are out of reach.
  await mesh.put({
    plain: serviceObjects({ name: 'plain', pods: [plain], port: { name: 'http', port: 80 } }),
    client: [podObject(caller), sidecarObject({ pod: caller, egress })],
  })
  await startBackend('plain', plain.ip)
  const answer = await call({ via: caller.ip, port: 15080, host: 'plain.shop', path: 'http://plain.shop/a' })
  expect(answer).toMatchObject({ status: 200, body: 'plain' })
})

describe('endpoints of several localities', () => {
  it('serve the nearest, and the others when it is gone', async () => {
    const pod = (ip: string): Pod => ({ ...client(ip), labels: { app: 'client', 'istio-locality': 'near.a' } })
    const mesh = await openMesh({
      files: ip => ({
        client: [podObject(pod(ip(10))), sidecarObject({ pod: pod(ip(10)) })],
        entry: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: places, namespace: shop}
spec:
  hosts: [places.example]
  ports: [{number: 9080, name: http, protocol: HTTP, targetPort: 3000}]
  resolution: STATIC
  endpoints:
  - {address: ${ip(21)}, locality: near/a}
  - {address: ${ip(22)}, locality: far/b}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: places, namespace: shop}
spec:
  host: places.example
  trafficPolicy:
    outlierDetection: {consecutive5xxErrors: 2, interval: 1s, baseEjectionTime: 60s, maxEjectionPercent: 100}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: places, namespace: shop}
spec:
  hosts: [places.example]
  http: [{retries: {attempts: 0}, route: [{destination: {host: places.example}}]}]
`,
      }),
    })
    const [near] = [await startBackend('near', mesh.ip(21)), await startBackend('far', mesh.ip(22))]
    await mesh.sidecar(pod(mesh.ip(10)))
    await mesh.settled()
    const ask = (): Promise<Answer> => call({ via: mesh.ip(10), host: 'places.example' })
    expect(await tally(20, ask)).toEqual({ near: 20 })
    near.answer = () => ({ status: 503 })
    expect(await tally(12, ask)).toEqual({ '503': 2, far: 10 })
  })
})
