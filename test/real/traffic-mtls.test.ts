import { connect } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { call, startBackend } from '../kit/backend.js'
import type { Envoy } from '../kit/envoy.js'
import { type Mesh, openMesh } from '../kit/mesh.js'
import { ingressAt, PORTS, type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'
import type { Protocol } from '../kit/xds-client.js'

// Two sidecars with certificates over SDS, each the SPIFFE ID of its pod's service account.

const CLIENT_ID = 'spiffe://mesh.example/ns/shop/sa/buyer'
/** A peer that says nothing for so long has gone wrong. */
const SILENCE_MS = 30_000
const SERVER_ID = 'spiffe://mesh.example/ns/shop/sa/seller'
const mode = (name: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: ${name}}}
`

async function pair(protocol: Protocol): Promise<{ mesh: Mesh; client: Envoy; server: Envoy }> {
  const client = (ip: string): Pod => ({
    name: 'client',
    ip,
    labels: { app: 'client' },
    account: 'buyer',
    isMutual: true,
  })
  const web = (ip: string): Pod => ({ name: 'web-1', ip, labels: { app: 'web' }, account: 'seller', isMutual: true })
  const mesh = await openMesh({
    meshConfig: 'trustDomain: mesh.example',
    files: ip => ({
      web: serviceObjects({ name: 'web', pods: [web(ip(21))], targetPort: PORTS.in }),
      client: [podObject(client(ip(10)))],
      sidecars: [
        sidecarObject({ pod: client(ip(10)) }),
        sidecarObject({ pod: web(ip(21)), ingress: [ingressAt(web(ip(21)))] }),
      ],
      authentication: mode('STRICT'),
    }),
  })
  const server = await mesh.sidecar(web(mesh.ip(21)), protocol)
  const sidecar = await mesh.sidecar(client(mesh.ip(10)), protocol)
  await mesh.settled()
  return { mesh, client: sidecar, server }
}

/** What the server shows to somebody who has no certificate, and what becomes of that connection. */
function shake(host: string): Promise<{ readonly names: string | undefined; readonly error: string }> {
  return new Promise(done => {
    const socket = connect({ host, port: PORTS.in, rejectUnauthorized: false, ALPNProtocols: ['istio'] })
    let names: string | undefined
    let failure = ''
    onTestFinished(() => void socket.destroy())
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('no end')))
    socket.on('secureConnect', () => {
      names = socket.getPeerX509Certificate()?.subjectAltName
      socket.write('GET / HTTP/1.1\r\nhost: web\r\n\r\n')
    })
    socket.on('data', data => (failure = `answered: ${data.toString().slice(0, 20)}`))
    socket.on('error', (error: NodeJS.ErrnoException) => (failure ||= error.code ?? error.message))
    socket.on('close', () => done({ names, error: failure }))
  })
}

describe.each<Protocol>(['delta', 'sotw'])('mutual TLS between two sidecars over %s', protocol => {
  it('is real: each end is who it says, and nothing else gets in', async () => {
    const { mesh, client, server } = await pair(protocol)
    const program = await startBackend('program', mesh.ip(21))
    expect(await call({ via: mesh.ip(10), host: 'web' })).toMatchObject({ status: 200, body: 'program' })
    const forwarded = String(program.seen[0]?.headers['x-forwarded-client-cert'])
    expect(forwarded).toContain(`URI=${CLIENT_ID}`)
    expect(forwarded).toContain(`By=${SERVER_ID}`)
    expect([...(await client.stats('ssl.handshake$')).values()].some(count => count > 0)).toBe(true)
    expect([...(await server.stats('ssl.handshake$')).values()].some(count => count > 0)).toBe(true)

    await expect(call({ via: mesh.ip(21), port: PORTS.in, host: 'web' })).rejects.toThrow(/ECONNRESET|socket hang up/)
    const { names, error } = await shake(mesh.ip(21))
    expect(names).toBe(`URI:${SERVER_ID}`)
    expect(error).toMatch(/CERTIFICATE_REQUIRED|ECONNRESET/)
    expect(program.seen).toHaveLength(1)
  })

  it('follows the policy: PERMISSIVE takes both, DISABLE plaintext alone', async () => {
    const { mesh } = await pair(protocol)
    const program = await startBackend('program', mesh.ip(21))
    const direct = { via: mesh.ip(21), port: PORTS.in, host: 'web' }
    const certificates = (): boolean[] => program.seen.map(({ headers }) => 'x-forwarded-client-cert' in headers)
    await mesh.put({ authentication: mode('PERMISSIVE') })
    expect((await call(direct)).status).toBe(200)
    expect((await call({ via: mesh.ip(10), host: 'web' })).status).toBe(200)
    expect(certificates()).toEqual([false, true])
    await mesh.put({ authentication: mode('DISABLE') })
    expect((await call(direct)).status).toBe(200)
    expect((await call({ via: mesh.ip(10), host: 'web' })).status).toBe(200)
    expect(certificates()).toEqual([false, true, false, false])
    await mesh.put({ authentication: mode('STRICT') })
    await expect(call(direct)).rejects.toThrow(/ECONNRESET|socket hang up/)
    expect((await call({ via: mesh.ip(10), host: 'web' })).status).toBe(200)
  })
})

it('who may call is decided by identity, and a new identity reaches Envoy without a restart', async () => {
  const { mesh, client } = await pair('delta')
  await startBackend('program', mesh.ip(21))
  const ask = async (path: string): Promise<number> => (await call({ via: mesh.ip(10), host: 'web', path })).status
  await mesh.put({
    authorization: `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  action: ALLOW
  rules:
  - from: [{source: {principals: [mesh.example/ns/shop/sa/buyer]}}]
    to: [{operation: {paths: [/open]}}]
  - from: [{source: {principals: [mesh.example/ns/shop/sa/owner]}}]
`,
  })
  expect([await ask('/open'), await ask('/closed')]).toEqual([200, 403])
  const pod: Pod = { name: 'client', ip: mesh.ip(10), labels: { app: 'client' }, account: 'owner', isMutual: true }
  mesh.write({ client: [podObject(pod)] })
  await expect.poll(() => client.admin('/certs')).toContain('spiffe://mesh.example/ns/shop/sa/owner')
  // Connections that are open keep the identity they were made with; a limit of one request makes new ones.
  await mesh.put({
    rule: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: 1}}}
`,
  })
  await expect.poll(() => ask('/closed')).toBe(200)
})

it('a server that is somebody else is refused by its caller', async () => {
  const { mesh, client } = await pair('delta')
  await startBackend('program', mesh.ip(21))
  expect((await call({ via: mesh.ip(10), host: 'web' })).status).toBe(200)
  // The caller is told to expect another account than the one that the server has.
  await mesh.put({
    rule: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy: {tls: {mode: ISTIO_MUTUAL, subjectAltNames: ["spiffe://mesh.example/ns/shop/sa/other"]}}
`,
  })
  expect((await call({ via: mesh.ip(10), host: 'web' })).status).toBe(503)
  const refused = await client.stats('ssl.fail_verify_san$')
  expect([...refused.values()].some(count => count > 0)).toBe(true)
})
