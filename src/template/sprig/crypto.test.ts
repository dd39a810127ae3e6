import * as crypto from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseTemplate, sprigFunctions } from '../index.js'
import { bcryptHash } from './bcrypt.js'

const functions = sprigFunctions({
  crypto,
  now: () => 1_700_000_000_000,
  randomBytes: count => crypto.randomBytes(count),
})

function run(text: string): string {
  const parsed = parseTemplate('t', text, { functions })
  if (!parsed.ok) throw new Error(parsed.error.message)
  const result = parsed.value.execute(null)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('bcrypt', () => {
  it('gives a hash that another implementation accepts', () => {
    const salt = Uint8Array.from({ length: 16 }, (_, i) => i * 7)
    const hash = bcryptHash(new TextEncoder().encode('héllo'), salt, 5)
    expect(hash).toBe('$2a$05$..aMDPuhIhC2NyXLTDrgYOKCObdoIIKXBAW/0DOm2dVq9ZmLj5qQK')
  })
})

describe('certificates', () => {
  it('signs for names and addresses', () => {
    const out = run(
      '{{ $ca := genCA "my-ca" 30 }}{{ $c := genSignedCert "svc" (list "10.0.0.1" "::1") (list "svc.ns") 10 $ca }}' +
        '{{ $ca.Cert }}~{{ $c.Cert }}~{{ $c.Key }}',
    )
    const [ca = '', cert = '', key = ''] = out.split('~')
    const [authority, issued] = [new crypto.X509Certificate(ca), new crypto.X509Certificate(cert)]
    expect(authority.ca).toBe(true)
    expect(issued.verify(authority.publicKey)).toBe(true)
    expect(issued.checkIssued(authority)).toBe(true)
    expect(issued.checkPrivateKey(crypto.createPrivateKey(key))).toBe(true)
    expect(issued.subjectAltName).toBe('DNS:svc.ns, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    expect(issued.validTo).toBe('Nov 24 22:13:20 2023 GMT')
  })

  it.each(['ecdsa', 'ed25519'])('accepts a key of type %s', type => {
    const cert = new crypto.X509Certificate(
      run(`{{ (genSelfSignedCertWithKey "x" nil nil 1 (genPrivateKey "${type}")).Cert }}`),
    )
    expect(cert.verify(cert.publicKey)).toBe(true)
  })
})
