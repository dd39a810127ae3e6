import { createHash, createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { TokenObject } from '../../mesh/index.js'
import { NOBODYS_KEYS, tokenFilters } from './jwt-authentication.js'

describe('keys that nobody has', () => {
  const [key] = (JSON.parse(NOBODYS_KEYS) as { keys: { kty: string; crv: string; x: string; y: string }[] }).keys

  it('are a point of the curve that was found by hashing, not made from a private key', () => {
    const sentence = 'pillion: nobody has the private key of this point, 1'
    expect(key?.x).toBe(createHash('sha256').update(sentence).digest('base64url'))
    // Node takes points of the curve alone.
    expect(createPublicKey({ key: key as never, format: 'jwk' }).asymmetricKeyDetails).toMatchObject({
      namedCurve: 'prime256v1',
    })
  })

  it('stand where a host of keys is not in the mesh', () => {
    const rule = { issuer: 'far', jwksUri: 'https://far.example/keys' }
    const policies = [{ spec: { jwtRules: [rule] } } as unknown as TokenObject]
    const provider = (keys: object) => ({ typedConfig: { providers: { 'origins-0': keys } } })
    const filterOf = (found: { readonly name: string } | undefined) =>
      tokenFilters({ policies, cluster: () => found })[0]
    expect(filterOf(undefined)).toMatchObject(provider({ localJwks: { inlineString: NOBODYS_KEYS } }))
    expect(filterOf({ name: 'keys' })).toMatchObject(provider({ remoteJwks: { httpUri: { cluster: 'keys' } } }))
  })
})
