import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import {
  bitString,
  boolean,
  type Der,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  time,
  toPem,
  utf8String,
} from './der.js'

/** Who signs: an elliptic-curve P-256 key and the name on its own certificate. */
export interface Issuer {
  readonly commonName: string
  readonly key: KeyObject
}

export interface CertificateRequest {
  /** At most 64 characters (RFC 5280 upper bound); clients look at the names below, not at this. */
  readonly commonName: string
  /** Public P-256 key of the subject. */
  readonly publicKey: KeyObject
  /** Valid DNS names, IP addresses and URIs, each told from the others by its form. Empty for an authority. */
  readonly names: readonly string[]
  /** What the key is for: to sign others, to serve TLS, or (a workload) both ends of mutual TLS. */
  readonly use: 'authority' | 'server' | 'workload'
  readonly notBefore: Date
  readonly notAfter: Date
  /** 1 to 20 bytes, not all zero, unique per issuer: random bytes from the caller. */
  readonly serial: Uint8Array
}

const OIDS = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const
const ORGANIZATION = 'Pillion'
/** Numbers of the GeneralName choices of RFC 5280 4.2.1.6. */
const GENERAL_NAME = { dns: 2, uri: 6, ip: 7 } as const

/** Issues an X.509 v3 certificate, signed with ECDSA over SHA-256. A self-signed one has the subject's own key as issuer. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = sequence(oid(OIDS.ecdsaWithSha256))
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(request.serial),
    algorithm,
    nameOf(issuer.commonName),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.commonName),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensionsOf(request, issuer))),
  )
  return toPem('CERTIFICATE', sequence(body, algorithm, bitString(sign('sha256', body, issuer.key))))
}

function nameOf(commonName: string): Der {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8String(value)))
  return sequence(attribute(OIDS.organization, ORGANIZATION), attribute(OIDS.commonName, commonName))
}

function extensionsOf(request: CertificateRequest, issuer: Issuer): Der[] {
  const keyId = keyIdentifier(request.publicKey)
  const issuerKeyId = keyIdentifier(createPublicKey(issuer.key))
  const shared = [
    extension(OIDS.subjectKeyIdentifier, false, octetString(keyId)),
    extension(OIDS.authorityKeyIdentifier, false, sequence(implicit(0, issuerKeyId))),
  ]
  const { use, names } = request
  if (use === 'authority') return [...authorityExtensions(), ...shared]
  const purposes = use === 'server' ? [OIDS.serverAuth] : [OIDS.serverAuth, OIDS.clientAuth]
  return [...leafExtensions(names, purposes), ...shared]
}

function authorityExtensions(): Der[] {
  // keyCertSign (bit 5) and cRLSign (bit 6): one byte 0000 0110 with one unused bit.
  return [
    extension(OIDS.basicConstraints, true, sequence(boolean(true))),
    extension(OIDS.keyUsage, true, bitString(Buffer.from([0b0000_0110]), 1)),
  ]
}

function leafExtensions(names: readonly string[], purposes: readonly string[]): Der[] {
  // digitalSignature (bit 0) is all that an ECDSA key does in TLS.
  return [
    extension(OIDS.basicConstraints, true, sequence()),
    extension(OIDS.keyUsage, true, bitString(Buffer.from([0b1000_0000]), 7)),
    extension(OIDS.extendedKeyUsage, false, sequence(...purposes.map(oid))),
    extension(OIDS.subjectAltName, false, sequence(...names.map(generalName))),
  ]
}

function extension(id: string, isCritical: boolean, value: Der): Der {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octetString(value))
}

/** RFC 7093 method 1: the leftmost 160 bits of SHA-256; SHA-1 is not to be had under FIPS. */
function keyIdentifier(key: KeyObject): Der {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

function generalName(name: string): Der {
  if (name.includes('://')) return implicit(GENERAL_NAME.uri, Buffer.from(name, 'ascii'))
  const address = addressBytes(name)
  return address === undefined
    ? implicit(GENERAL_NAME.dns, Buffer.from(name, 'ascii'))
    : implicit(GENERAL_NAME.ip, address)
}

function addressBytes(name: string): Der | undefined {
  if (/^\d+(\.\d+){3}$/.test(name)) return Buffer.from(name.split('.').map(Number))
  return name.includes(':') ? ipv6Bytes(name) : undefined
}

function ipv6Bytes(text: string): Der {
  const groups = (part: string) => (part === '' ? [] : part.split(':').flatMap(ipv6Group))
  const [head = '', tail] = text.split('::')
  const start = groups(head)
  const end = tail === undefined ? [] : groups(tail)
  const words = [...start, ...new Array<number>(8 - start.length - end.length).fill(0), ...end]
  return Buffer.from(words.flatMap(word => [word >> 8, word & 0xff]))
}

/** One group, or the dotted IPv4 form that may end an address. */
function ipv6Group(group: string): number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
  return [(a << 8) | b, (c << 8) | d]
}
