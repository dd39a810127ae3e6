import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type CertificateRequest, issueCertificate } from './certificate.js'

const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const issuer = { commonName: 'Pillion development CA', key: authority.privateKey }

function issue(change: Partial<CertificateRequest> = {}): X509Certificate {
  const request: CertificateRequest = {
    commonName: 'pillion',
    publicKey: server.publicKey,
    names: ['localhost', '127.0.0.1', '::1', 'istiod.istio-system.svc'],
    use: 'server',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    serial: Buffer.from([0x80, 0, 1]),
    ...change,
  }
  return new X509Certificate(issueCertificate(request, issuer))
}
const root = issue({ commonName: issuer.commonName, publicKey: authority.publicKey, use: 'authority', names: [] })

describe('issueCertificate', () => {
  it('signs a certificate that the authority vouches for', () => {
    const leaf = issue()
    expect(leaf.verify(authority.publicKey)).toBe(true)
    expect(leaf.verify(server.publicKey)).toBe(false)
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.checkPrivateKey(server.privateKey)).toBe(true)
    expect([root.ca, leaf.ca]).toEqual([true, false])
    expect(root.verify(authority.publicKey)).toBe(true)
  })

  it('carries serial, names, validity and use', () => {
    const leaf = issue()
    expect(leaf.serialNumber).toBe('800001')
    expect(leaf.subject).toBe('O=Pillion\nCN=pillion')
    expect(leaf.issuer).toBe('O=Pillion\nCN=Pillion development CA')
    expect(leaf.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:istiod.istio-system.svc',
    )
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect([leaf.validFrom, leaf.validTo]).toEqual(['Jan  1 00:00:00 2026 GMT', 'Jan  1 00:00:00 2027 GMT'])
  })

  it.each(['10.0.0.1', '2001:db8::7', '::ffff:192.0.2.1', 'fe80::1:2:3:4', '1:2:3:4:5:6:7:8', '::'])(
    'answers for the address %s',
    address => {
      expect(issue({ names: [address] }).checkIP(address)).toBe(address)
    },
  )

  it('answers for many names, whose list needs a long length', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `service-${i}.a-namespace.svc.cluster.local`)
    expect(issue({ names }).checkHost(names[1999]!)).toBe(names[1999])
  })

  it('names a workload by a URI, for both ends of TLS', () => {
    const leaf = issue({ names: ['spiffe://cluster.local/ns/shop/sa/web'], use: 'workload' })
    expect(leaf.subjectAltName).toBe('URI:spiffe://cluster.local/ns/shop/sa/web')
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    expect(leaf.checkIssued(root)).toBe(true)
  })

  it('writes years from 2050 as GeneralizedTime', () => {
    expect(issue({ notAfter: new Date('2061-02-03T04:05:06Z') }).validTo).toBe('Feb  3 04:05:06 2061 GMT')
  })
})
