import { expect, it } from 'vitest'
import { call, startBackend } from '../kit/backend.js'
import { runInProcess } from '../kit/command.js'
import { type Mesh, openMesh } from '../kit/mesh.js'
import { ingressAt, PORTS, type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'

// `pillion explain request` says from the files what two real Envoys then do.

const POLICIES = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http:
  - match: [{uri: {prefix: /old/}}]
    rewrite: {uri: /admin/}
    route: [{destination: {host: web}}]
  - match: [{uri: {prefix: /marked/}}]
    headers: {request: {set: {x-mark: "yes"}, remove: [x-user]}}
    route: [{destination: {host: web}}]
  - match: [{uri: {prefix: /other/}}]
    rewrite: {authority: elsewhere}
    route: [{destination: {host: web}}]
  - route: [{destination: {host: web}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: never, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  action: DENY
  rules:
  - to: [{operation: {paths: [/admin/*, "/files/{*}/secret"], ports: ["8080"]}}]
  - from: [{source: {notNamespaces: [shop]}}]
    to: [{operation: {ports: ["8080"]}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: some, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  rules:
  - from: [{source: {principals: ["*/sa/buyer"]}}]
    to: [{operation: {methods: [GET], hosts: [web], notPaths: [/marked/*]}}]
  - when: [{key: "request.headers[x-mark]", values: ["yes"]}, {key: "request.headers[x-user]", notValues: [eve]}]
  - from: [{source: {serviceAccounts: [nobody]}}]
  - from: [{source: {requestPrincipals: ["*"]}}]
  - to: [{operation: {methods: [PUT], paths: ["/files/{**}"]}}]
    when: [{key: destination.port, values: ["8080"]}, {key: connection.sni, values: ["outbound_*"]}]
`

const PLAINTEXT = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {tls: {mode: DISABLE}}}
`

const WRONG_NAME = PLAINTEXT.replace(
  '{mode: DISABLE}',
  '{mode: ISTIO_MUTUAL, subjectAltNames: ["spiffe://cluster.local/ns/shop/sa/x"]}',
)

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
}

const REQUESTS: readonly Asked[] = [
  {},
  { path: '/a?b=/admin/' },
  { path: '/admin/x' },
  { path: '/admin' },
  { path: '/old/x' },
  { method: 'PUT' },
  { method: 'PUT', path: '/files/a/b' },
  { path: '/files/a/secret' },
  { path: '/files/a/b/secret' },
  { path: '/marked/x' },
  { path: '/marked/x', headers: { 'x-user': 'eve' } },
  { method: 'POST', headers: { 'x-mark': 'yes' } },
  { method: 'POST', headers: { 'x-mark': 'yes', 'x-user': 'eve' } },
  { method: 'POST', headers: { 'x-mark': 'yes', 'x-user': 'jo' } },
  { host: 'WEB.shop' },
  { path: '/other/x' },
]

function pods(ip: (n: number) => string): { readonly client: Pod; readonly web: Pod } {
  return {
    client: { name: 'client', ip: ip(10), labels: { app: 'client' }, account: 'buyer', isMutual: true },
    web: { name: 'web-1', ip: ip(21), labels: { app: 'web' }, account: 'seller', isMutual: true },
  }
}

async function explained({ folder, ip }: Mesh, { path = '/', method = 'GET', host = 'web', headers }: Asked) {
  const lines = Object.entries({ host, ...headers }).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const url = `http://${ip(10)}:${PORTS.out}${path}`
  const mesh = ['--configDir', `${folder}/config`, '--meshConfig', `${folder}/mesh.yaml`]
  const proxy = ['--proxy', 'client.shop', '--interceptionMode', 'NONE', '-o', 'json']
  const { stdout, stderr } = await runInProcess({
    args: ['explain', 'request', url, '-X', method, ...lines, ...mesh, ...proxy],
    cwd: folder,
  })
  expect(stderr).toBe('')
  const { outcome, steps } = JSON.parse(stdout) as {
    readonly outcome: string
    readonly steps: readonly { readonly text: string }[]
  }
  return { outcome, last: steps.at(-1)?.text ?? '' }
}

/** What is said, as the status that a caller then gets. */
const STATUS: Readonly<Record<string, number>> = { served: 200, denied: 403 }

it('what is said of a request is what becomes of it', async () => {
  const mesh = await openMesh({
    files: ip => {
      const { client, web } = pods(ip)
      return {
        web: serviceObjects({ name: 'web', pods: [web], targetPort: PORTS.in }),
        client: [podObject(client)],
        sidecars: [sidecarObject({ pod: client }), sidecarObject({ pod: web, ingress: [ingressAt(web)] })],
        policies: POLICIES,
      }
    },
  })
  const { client, web } = pods(mesh.ip)
  await mesh.sidecar(web)
  await mesh.sidecar(client)
  await mesh.settled()
  await startBackend('program', web.ip)
  const ask = async ({ host = 'web', ...asked }: Asked): Promise<number> =>
    (await call({ via: client.ip, host, ...asked })).status

  const said: [Asked, number | undefined][] = []
  const done: [Asked, number][] = []
  for (const request of REQUESTS) {
    said.push([request, STATUS[(await explained(mesh, request)).outcome]])
    done.push([request, await ask(request)])
  }
  expect(said).toEqual(done)
  expect(new Set(done.map(([, status]) => status))).toEqual(new Set([200, 403]))

  await mesh.put({ rule: PLAINTEXT })
  expect(await explained(mesh, {})).toMatchObject({ outcome: 'denied', last: expect.stringContaining('plaintext') })
  expect(await ask({})).toBe(503)
  await mesh.put({ rule: WRONG_NAME })
  expect(await explained(mesh, {})).toMatchObject({ outcome: 'denied', last: expect.stringContaining('certificate') })
  expect(await ask({})).toBe(503)
})
