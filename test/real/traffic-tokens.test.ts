import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import { call, startBackend } from '../kit/backend.js'
import { openMesh } from '../kit/mesh.js'
import { ingressAt, PORTS, type Pod, serviceObjects, sidecarObject } from '../kit/mesh-objects.js'

// RequestAuthentication and AuthorizationPolicy in front of a program.

const KEYS = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const JWKS = JSON.stringify({ keys: [KEYS.publicKey.export({ format: 'jwk' })] })

function token(claims: object, key: KeyObject = KEYS.privateKey): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode({ exp: Math.ceil(Date.now() / 1000) + 600, ...claims })}`
  return `${head}.${sign('sha256', Buffer.from(head), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

it('tokens are checked, and what they say decides who gets in', async () => {
  const web = (ip: string): Pod => ({ name: 'web-1', ip, labels: { app: 'web' } })
  const mesh = await openMesh({
    files: ip => ({
      web: serviceObjects({ name: 'web', pods: [web(ip(21))], targetPort: PORTS.in }),
      sidecar: [sidecarObject({ pod: web(ip(21)), ingress: [ingressAt(web(ip(21)))] })],
      tokens: `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  jwtRules:
  - issuer: ours
    jwks: '${JWKS}'
    outputClaimToHeaders: [{header: x-user, claim: sub}]
  - issuer: theirs
    jwksUri: https://keys.nowhere.example/jwks.json
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  rules:
  - to: [{operation: {paths: [/public]}}]
  - from: [{source: {requestPrincipals: [ours/*]}}]
    to: [{operation: {paths: [/private]}}]
  - to: [{operation: {paths: [/admin]}}]
    when: [{key: "request.auth.claims[groups]", values: [admins]}]
`,
    }),
  })
  const program = await startBackend('program', mesh.ip(21))
  await mesh.sidecar(web(mesh.ip(21)))
  await mesh.settled()
  const ask = async (path: string, bearer?: string): Promise<number> => {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
    return (await call({ via: mesh.ip(21), port: PORTS.in, host: 'web', path, headers })).status
  }
  const ada = token({ iss: 'ours', sub: 'ada' })
  expect([await ask('/public'), await ask('/private'), await ask('/admin')]).toEqual([200, 403, 403])
  expect([await ask('/private', ada), await ask('/admin', ada)]).toEqual([200, 403])
  expect(program.seen.at(-1)?.headers).toMatchObject({ 'x-user': 'ada' })
  expect(await ask('/admin', token({ iss: 'ours', sub: 'ada', groups: ['staff', 'admins'] }))).toBe(200)
  const forged = token({ iss: 'ours', sub: 'ada' }, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
  expect(await ask('/public', forged)).toBe(401)
  expect(await ask('/public', token({ iss: 'ours', sub: 'ada', exp: 1 }))).toBe(401)
  // Nobody can fetch those keys here, so that nobody can check such a token: it is refused, and the rest goes on.
  expect(await ask('/public', token({ iss: 'theirs', sub: 'eve' }))).toBe(401)
  expect(await ask('/public', token({ iss: 'nobody', sub: 'eve' }))).toBe(401)
})
