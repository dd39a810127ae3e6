import type { KeyObject } from 'node:crypto'
import { formatPlain } from '../format.js'
import { type FunctionMap, fail, fn } from '../function.js'
import type { TemplateHost } from '../host.js'
import { type FieldAnswer, type GoKind, GoObject, type GoValue, NO_FIELD } from '../value.js'
import {
  bits,
  der,
  integer,
  integerValue,
  objectId,
  octets,
  pem,
  printable,
  readDer,
  sequence,
  timeOf,
  utf8,
} from './der.js'
import { base64Bytes } from './encodings.js'
import { builtin } from './load.js'

type Crypto = typeof import('node:crypto')
type List = GoValue[] | null

/** Work that making a key stands for (limits.ts MAX_WORK). */
const KEY_COST = 4_000_000
const DAY = 86_400_000

/** Certificates and keys. They need a host that gives `crypto`, `randomBytes` and `now`. */
export function certificateFunctions(host: TemplateHost): FunctionMap {
  const crypto = (): Crypto => (host.crypto as Crypto | undefined) ?? builtin<Crypto>('node:crypto')
  const generate = (): Crypto =>
    (host.crypto as Crypto | undefined) ?? fail('needs to generate keys, which this host does not do')
  const newKey = (): KeyObject => generate().generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const readKey = (text: string): KeyObject => keyOf(crypto(), text)
  const make = (request: Request, key: KeyObject, signer?: Signer): CertificateValue => {
    const now = host.now?.() ?? fail('needs a clock, which this host does not give')
    const serial = host.randomBytes?.(16) ?? fail('needs random bytes, which this host does not give')
    const serialNumber = BigInt(`0x${Buffer.from(serial).toString('hex')}`)
    return issue(crypto(), request, { key, signer, now, serialNumber })
  }
  const ca = (name: string, days: number, key: KeyObject): GoValue =>
    make({ name, ips: null, names: null, days, isAuthority: true }, key)
  const plain = (name: string, ips: List, names: List, days: number): Request => ({
    name,
    ips,
    names,
    days,
    isAuthority: false,
  })
  return {
    genPrivateKey: fn('string', (type: string) => generatePrivateKey(generate, type), 2 * KEY_COST),
    genCA: fn('string int', (name: string, days: number) => ca(name, days, newKey()), KEY_COST),
    genCAWithKey: fn('string int string', (name: string, days: number, key: string) => ca(name, days, readKey(key))),
    genSelfSignedCert: fn(
      'string list list int',
      (name: string, ips: List, names: List, days: number) => make(plain(name, ips, names, days), newKey()),
      KEY_COST,
    ),
    genSelfSignedCertWithKey: fn(
      'string list list int string',
      (name: string, ips: List, names: List, days: number, key: string) =>
        make(plain(name, ips, names, days), readKey(key)),
    ),
    genSignedCert: fn(
      'string list list int sprig.certificate',
      (name: string, ips: List, names: List, days: number, by: CertificateValue) =>
        make(plain(name, ips, names, days), newKey(), signerOf(crypto(), by)),
      KEY_COST,
    ),
    genSignedCertWithKey: fn(
      'string list list int sprig.certificate string',
      (name: string, ips: List, names: List, days: number, by: CertificateValue, key: string) =>
        make(plain(name, ips, names, days), readKey(key), signerOf(crypto(), by)),
    ),
    buildCustomCert: fn('string string', (cert: string, key: string) => customCertificate(crypto(), cert, key)),
  }
}

/** `.Cert` and `.Key`, PEM. */
class CertificateValue extends GoObject {
  readonly goType = 'sprig.certificate'
  readonly goKind: GoKind = 'struct'
  readonly cert: string
  readonly key: string
  constructor(cert: string, key: string) {
    super()
    this.cert = cert
    this.key = key
  }
  field(name: string): FieldAnswer {
    return name === 'Cert' ? this.cert : name === 'Key' ? this.key : NO_FIELD
  }
  override fields(): readonly (readonly [string, GoValue])[] {
    return [
      ['Cert', this.cert],
      ['Key', this.key],
    ]
  }
  override json(): GoValue {
    return Object.assign(Object.create(null), { Cert: this.cert, Key: this.key })
  }
}

interface Request {
  readonly name: string
  readonly ips: List
  readonly names: List
  readonly days: number
  readonly isAuthority: boolean
}

interface Signer {
  readonly key: KeyObject
  /** DER of its subject. */
  readonly subject: Uint8Array
  readonly keyId: Uint8Array | undefined
}

interface Issuance {
  readonly key: KeyObject
  readonly signer: Signer | undefined
  readonly now: number
  readonly serialNumber: bigint
}

function issue(crypto: Crypto, request: Request, { key, signer, now, serialNumber }: Issuance): CertificateValue {
  const publicKey = crypto.createPublicKey(key).export({ type: 'spki', format: 'der' })
  const subject = nameOf(request.name)
  const signingKey = signer?.key ?? key
  const algorithm = signatureAlgorithm(signingKey)
  const notBefore = Math.floor(now / 1000) * 1000
  const body = sequence(
    der(0xa0, integer(2n)),
    integer(serialNumber),
    algorithm.id,
    signer?.subject ?? subject,
    sequence(timeOf(notBefore), timeOf(notBefore + request.days * DAY)),
    subject,
    publicKey,
    der(0xa3, sequence(...extensions(crypto, request, publicKey, signer))),
  )
  const signature = crypto.sign(algorithm.hash, body, signingKey)
  return new CertificateValue(pem('CERTIFICATE', sequence(body, algorithm.id, bits(signature))), keyPem(key))
}

function signatureAlgorithm(key: KeyObject): { readonly id: Uint8Array; readonly hash: string | null } {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { id: sequence(objectId('1.2.840.113549.1.1.11'), der(0x05)), hash: 'sha256' }
    case 'ec':
      return { id: sequence(objectId('1.2.840.10045.4.3.2')), hash: 'sha256' }
    case 'ed25519':
      return { id: sequence(objectId('1.3.101.112')), hash: null }
  }
  return fail('error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported')
}

function nameOf(commonName: string): Uint8Array {
  if (commonName === '') return sequence()
  const text = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(commonName) ? printable(commonName) : utf8(commonName)
  return sequence(der(0x31, sequence(objectId('2.5.4.3'), text)))
}

function extensions(
  crypto: Crypto,
  { ips, names, isAuthority }: Request,
  publicKey: Uint8Array,
  signer: Signer | undefined,
): Uint8Array[] {
  const critical = Uint8Array.of(0x01, 0x01, 0xff)
  const extension = (id: string, isCritical: boolean, value: Uint8Array): Uint8Array =>
    sequence(objectId(id), ...(isCritical ? [critical] : []), octets(value))
  const usage = isAuthority ? Uint8Array.of(0xa4) : Uint8Array.of(0xa0)
  const list = [
    extension('2.5.29.15', true, bits(usage, isAuthority ? 2 : 5)),
    extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.19', true, isAuthority ? sequence(critical) : sequence()),
  ]
  if (isAuthority) list.push(extension('2.5.29.14', false, octets(keyIdOf(crypto, publicKey))))
  if (signer?.keyId !== undefined) list.push(extension('2.5.29.35', false, sequence(der(0x80, signer.keyId))))
  const alternatives = [...dnsNames(names), ...addresses(ips)]
  if (alternatives.length > 0) list.push(extension('2.5.29.17', false, sequence(...alternatives)))
  return list
}

/** SHA-1 of the bit string that holds the public key. */
function keyIdOf(crypto: Crypto, publicKey: Uint8Array): Uint8Array {
  const [, key] = readDer(readDer(publicKey)[0]?.body ?? new Uint8Array())
  return crypto
    .createHash('sha1')
    .update(key?.body.subarray(1) ?? '')
    .digest()
}

function dnsNames(names: List): Uint8Array[] {
  return (names ?? []).map(name => {
    if (typeof name !== 'string') fail(`error processing alternate dns name: ${formatPlain(name)} is not a string`)
    return der(0x82, new TextEncoder().encode(name))
  })
}

function addresses(ips: List): Uint8Array[] {
  return (ips ?? []).map(ip => {
    if (typeof ip !== 'string') fail(`error parsing ip: ${formatPlain(ip)} is not a string`)
    return der(0x87, addressBytes(ip) ?? fail(`error parsing ip: ${ip}`))
  })
}

function addressBytes(ip: string): Uint8Array | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip)
  if (four !== null) {
    const parts = four.slice(1).map(Number)
    return parts.every(part => part <= 255) ? Uint8Array.from(parts) : undefined
  }
  if (!/^[0-9a-fA-F:]+$/.test(ip) || ip.split('::').length > 2) return undefined
  const [head = '', tail] = ip.split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const all = [...before, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...after]
  if (!all.every(group => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return Uint8Array.from(all.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]))
}

function signerOf(crypto: Crypto, by: CertificateValue): Signer {
  let certificate: InstanceType<Crypto['X509Certificate']>
  try {
    certificate = new crypto.X509Certificate(by.cert)
  } catch {
    return fail('unable to decode certificate')
  }
  const [tbs] = readDer(readDer(certificate.raw)[0]?.body ?? new Uint8Array())
  const fields = readDer(tbs?.body ?? new Uint8Array())
  const subject = fields[5]?.whole ?? fail('unable to decode certificate')
  const publicKey = fields[6]?.whole ?? fail('unable to decode certificate')
  return { key: keyOf(crypto, by.key), subject, keyId: keyIdOf(crypto, publicKey) }
}

function customCertificate(crypto: Crypto, cert: string, key: string): GoValue {
  const decoded = (text: string, what: string): string => {
    const bytes = base64Bytes(text)
    return typeof bytes === 'number' ? fail(`unable to decode base64 ${what}`) : Buffer.from(bytes).toString('utf8')
  }
  const [certText, keyText] = [decoded(cert, 'certificate'), decoded(key, 'private key')]
  if (!certText.includes('-----BEGIN')) fail('unable to decode certificate')
  try {
    new crypto.X509Certificate(certText)
  } catch (error) {
    fail(`error parsing certificate: decodedCert.Bytes: ${error instanceof Error ? error.message : String(error)}`)
  }
  keyOf(crypto, keyText)
  return new CertificateValue(certText, keyText)
}

function keyOf(crypto: Crypto, text: string): KeyObject {
  if (!text.includes('-----BEGIN')) fail('parsing private key: no PEM data in input')
  try {
    return crypto.createPrivateKey(text)
  } catch (error) {
    return fail(`parsing private key: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** PKCS#1 for RSA, SEC 1 for elliptic curves, PKCS#8 for the rest. */
function keyPem(key: KeyObject): string {
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs8'
  return key.export({ type, format: 'pem' }).toString()
}

function generatePrivateKey(crypto: () => Crypto, type: string): string {
  switch (type) {
    case '':
    case 'rsa':
      return keyPem(crypto().generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey)
    case 'ecdsa':
      return keyPem(crypto().generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    case 'ed25519':
      return keyPem(crypto().generateKeyPairSync('ed25519').privateKey)
    case 'dsa':
      return dsaPem(crypto().generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey)
  }
  return `Unknown type ${type}`
}

/** OpenSSL's old form: version, p, q, g, y, x. */
function dsaPem(key: KeyObject): string {
  const [, algorithm, secret] = readDer(readDer(key.export({ type: 'pkcs8', format: 'der' }))[0]!.body)
  const parameters = readDer(readDer(algorithm!.body)[1]!.body).map(integerValue)
  const [p = 1n, q = 0n, g = 0n] = parameters
  const x = integerValue(readDer(secret!.body)[0]!)
  return pem('DSA PRIVATE KEY', sequence(...[0n, p, q, g, power(g, x, p), x].map(integer)))
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
