import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { issueCertificate } from '../../src/identity/certificate.js'
import { call, startBackend } from '../kit/backend.js'
import { openMesh } from '../kit/mesh.js'
import { egressAt, ingressAt, PORTS, type Pod, podObject, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'

// What is not HTTP, and sockets that are files.

/** A peer that says nothing for so long has gone wrong. */
const SILENCE_MS = 30_000

const client = (ip: string): Pod => ({ name: 'client', ip, labels: { app: 'client' } })

/** A server that says its name and ends. */
async function greeter(server: Server, host: string): Promise<void> {
  server.listen({ host, port: PORTS.program })
  await once(server, 'listening')
  onTestFinished(() => void server.close())
}

/** All that a server says. */
async function heard(host: string, port: number): Promise<string> {
  const socket = connect({ host, port }).setEncoding('utf8')
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`${host}:${port} says nothing`)))
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

it('TCP goes to the service of its port, divided by weight, and elsewhere when the rule says so', async () => {
  const pods = (ip: (n: number) => string): Pod[] =>
    [1, 2].map(n => ({ name: `db-${n}`, ip: ip(20 + n), labels: { app: 'db', version: `v${n}` } }))
  const weights = (v1: number, v2: number): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: db, namespace: shop}
spec:
  host: db
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: db, namespace: shop}
spec:
  hosts: [db]
  tcp:
  - match: [{port: 5432}]
    route:
    - {destination: {host: db, subset: v1}, weight: ${v1}}
    - {destination: {host: db, subset: v2}, weight: ${v2}}
`
  const mesh = await openMesh({
    files: ip => ({
      db: serviceObjects({ name: 'db', pods: pods(ip), port: { name: 'tcp-db', port: 5432 } }),
      client: [
        podObject(client(ip(10))),
        sidecarObject({
          pod: client(ip(10)),
          egress: [egressAt(client(ip(10)), { number: 5432, protocol: 'TCP', name: 'tcp' })],
        }),
      ],
      rules: weights(100, 0),
    }),
  })
  for (const { name, ip } of pods(mesh.ip))
    await greeter(
      createServer(socket => socket.end(name)),
      ip,
    )
  await mesh.sidecar(client(mesh.ip(10)), 'sotw')
  await mesh.settled()
  const ask = (): Promise<string> => heard(mesh.ip(10), 5432)
  expect([await ask(), await ask(), await ask()]).toEqual(['db-1', 'db-1', 'db-1'])
  await mesh.put({ rules: weights(0, 100) })
  expect([await ask(), await ask(), await ask()]).toEqual(['db-2', 'db-2', 'db-2'])
  await mesh.put({ rules: weights(50, 50) })
  const answers = new Set<string>()
  for (let i = 0; i < 40; i++) answers.add(await ask())
  expect([...answers].sort()).toEqual(['db-1', 'db-2'])
})

/** A TLS server for one name, with a certificate of its own making; it says which one it is. */
async function tlsGreeter(name: string, host: string): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cert = issueCertificate(
    {
      ...{ commonName: name, publicKey, names: [name], use: 'server', serial: Buffer.from([7]) },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 600_000) },
    },
    { commonName: name, key: privateKey },
  )
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await greeter(
    createTlsServer({ cert, key }, socket => socket.end(name)),
    host,
  )
}

it('TLS that ends at the program is routed by the server name', async () => {
  const mesh = await openMesh({
    meshConfig: 'outboundTrafficPolicy: {mode: REGISTRY_ONLY}',
    files: ip => ({
      client: [
        podObject(client(ip(10))),
        sidecarObject({
          pod: client(ip(10)),
          egress: [egressAt(client(ip(10)), { number: 8443, protocol: 'TLS', name: 'tls' })],
        }),
      ],
      entries: ['one', 'two']
        .map(
          (name, n) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: shop}
spec:
  hosts: [${name}.example]
  ports: [{number: 8443, name: tls, protocol: TLS, targetPort: ${PORTS.program}}]
  resolution: STATIC
  endpoints: [{address: ${ip(21 + n)}}]
`,
        )
        .join('---'),
      rules: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: both, namespace: shop}
spec:
  hosts: [alias.example, one.example, two.example]
  tls:
  - match: [{port: 8443, sniHosts: [alias.example, two.example]}]
    route: [{destination: {host: two.example}}]
  - match: [{port: 8443, sniHosts: [one.example]}]
    route: [{destination: {host: one.example}}]
`,
    }),
  })
  await tlsGreeter('one.example', mesh.ip(21))
  await tlsGreeter('two.example', mesh.ip(22))
  await mesh.sidecar(client(mesh.ip(10)))
  await mesh.settled()
  /** Name on the certificate of whoever answers. */
  const served = async (servername: string): Promise<string> => {
    const socket = connectTls({ host: mesh.ip(10), port: 8443, servername, rejectUnauthorized: false })
    onTestFinished(() => void socket.destroy())
    return new Promise((done, failed) => {
      socket.setTimeout(SILENCE_MS, () => failed(new Error('no handshake')))
      socket.on('secureConnect', () => done(String(socket.getPeerX509Certificate()?.subjectAltName)))
      socket.on('error', failed)
      socket.on('close', () => failed(new Error('closed')))
    })
  }
  expect(await served('one.example')).toBe('DNS:one.example')
  expect(await served('two.example')).toBe('DNS:two.example')
  expect(await served('alias.example')).toBe('DNS:two.example')
  await expect(served('unknown.example')).rejects.toThrow()
})

it('calls come to a program on a unix socket', async () => {
  const server = (ip: string): Pod => ({ name: 'web-1', ip, labels: { app: 'web', version: 'v1' } })
  const mesh = await openMesh({
    files: ip => ({ web: serviceObjects({ name: 'web', pods: [server(ip(21))], targetPort: PORTS.in }) }),
  })
  const program = join(mesh.folder, 'program')
  const caller = client(mesh.ip(10))
  const web = server(mesh.ip(21))
  const backend = await startBackend('program', program)
  mesh.write({
    sidecars: [
      podObject(caller),
      sidecarObject({ pod: caller }),
      sidecarObject({ pod: web, ingress: [ingressAt(web, `unix://${program}`)] }),
    ],
  })
  await mesh.sidecar(web)
  await mesh.sidecar(caller)
  await mesh.settled(2)
  expect(await call({ via: mesh.ip(10), host: 'web', path: '/a' })).toMatchObject({ status: 200, body: 'program' })
  expect(await call({ via: mesh.ip(21), port: PORTS.in, host: 'any' })).toMatchObject({ status: 200, body: 'program' })
  expect(backend.seen.map(({ path }) => path)).toEqual(['/a', '/'])
})
