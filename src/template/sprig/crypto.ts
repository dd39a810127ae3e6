import type { scryptSync } from 'node:crypto'
import { fromBytes, toBytes } from '../bytes.js'
import { type FunctionMap, fail, fn } from '../function.js'
import type { TemplateHost } from '../host.js'
import { bcryptHash } from './bcrypt.js'
import { base64Bytes } from './encodings.js'
import { builtin } from './load.js'

type Crypto = typeof import('node:crypto')

/** Work that a slow hash stands for (limits.ts MAX_WORK): a template gets some sixteen. */
const SLOW = 4_000_000

export function cryptoFunctions(host: TemplateHost): FunctionMap {
  const crypto = (): Crypto => (host.crypto as Crypto | undefined) ?? builtin<Crypto>('node:crypto')
  const random = (count: number): Uint8Array =>
    host.randomBytes?.(count) ?? fail('needs random bytes, which this host does not give')
  const sum = (algorithm: string) => (text: string) =>
    crypto().createHash(algorithm).update(toBytes(text)).digest('hex')
  const bcrypt = (password: string): string =>
    byteCount(password) > 72
      ? 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes'
      : bcryptHash(toBytes(password), random(16))
  return {
    sha1sum: fn('string', sum('sha1')),
    sha256sum: fn('string', sum('sha256')),
    sha512sum: fn('string', sum('sha512')),
    adler32sum: fn('string', adler32),
    bcrypt: fn('string', bcrypt, SLOW),
    htpasswd: fn(
      'string string',
      (user: string, password: string) =>
        user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(password)}`,
      SLOW,
    ),
    derivePassword: fn(
      'uint32 string string string string',
      (counter: number, type: string, password: string, user: string, site: string) =>
        derivePassword(crypto(), { counter, type, password, user, site }),
      SLOW,
    ),
    encryptAES: fn('string string', (password: string, text: string) =>
      text === '' ? '' : encryptAes(crypto(), password, text, random(16)),
    ),
    decryptAES: fn('string string', (password: string, text: string) =>
      text === '' ? '' : decryptAes(crypto(), password, text),
    ),
    randBytes: fn('int', (count: number) => Buffer.from(random(bounded(count))).toString('base64')),
    randAlphaNum: fn('int', (count: number) => pick(random, count, LETTERS + DIGITS)),
    randAlpha: fn('int', (count: number) => pick(random, count, LETTERS)),
    randNumeric: fn('int', (count: number) => pick(random, count, DIGITS)),
    randAscii: fn('int', (count: number) => pick(random, count, ASCII)),
    randInt: fn('int int', (from: number, to: number) => {
      if (to <= from) fail('invalid argument to Intn')
      return BigInt(from + below(random, to - from))
    }),
    shuffle: fn('string', (text: string) => shuffle(random, text)),
    uuidv4: fn('', () => uuid(random(16))),
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
/** Random characters or bytes that one call gives. */
const MAX_RANDOM = 1_000_000

type Random = (count: number) => Uint8Array

function byteCount(text: string): number {
  return toBytes(text).length
}

function bounded(count: number): number {
  if (count < 0) fail('runtime error: makeslice: len out of range')
  return count > MAX_RANDOM ? fail(`more than ${MAX_RANDOM} random bytes`) : count
}

/** Unbiased number below a limit: what does not divide evenly is drawn again. */
function below(random: Random, limit: number): number {
  const high = 2 ** 48 - (2 ** 48 % limit)
  for (;;) {
    const value = random(6).reduce((sum, byte) => sum * 256 + byte, 0)
    if (value < high) return value % limit
  }
}

function pick(random: Random, count: number, alphabet: string): string {
  if (count < 0) return ''
  return Array.from({ length: bounded(count) }, () => alphabet[below(random, alphabet.length)]).join('')
}

function shuffle(random: Random, text: string): string {
  const points = Array.from(text)
  for (let i = points.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    ;[points[i], points[j]] = [points[j] ?? '', points[i] ?? '']
  }
  return points.join('')
}

function uuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte, i) => {
    const marked = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte
    return marked.toString(16).padStart(2, '0')
  }).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function adler32(text: string): string {
  let [a, b] = [1, 0]
  for (const byte of toBytes(text)) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return String(b * 65536 + a)
}

/** AES-256-CBC; the key is the password, cut or filled with zeros to 32 bytes. */
function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32)
  key.set(toBytes(password).subarray(0, 32))
  return key
}

function encryptAes(crypto: Crypto, password: string, text: string, iv: Uint8Array): string {
  const cipher = crypto.createCipheriv('aes-256-cbc', aesKey(password), iv)
  return Buffer.concat([iv, cipher.update(toBytes(text)), cipher.final()]).toString('base64')
}

function decryptAes(crypto: Crypto, password: string, text: string): string {
  const bytes = base64Bytes(text)
  if (typeof bytes === 'number') fail(`illegal base64 data at input byte ${bytes}`)
  if (bytes.length < 32 || bytes.length % 16 !== 0) fail('crypto/cipher: input not full blocks')
  const decipher = crypto.createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()])
  const padding = plain.at(-1) ?? 0
  return padding > plain.length
    ? fail('slice bounds out of range')
    : fromBytes(plain.subarray(0, plain.length - padding))
}

/** The Master Password algorithm (version 0): scrypt key, HMAC seed, a template of character classes. */
const PASSWORD_SALT = 'com.lyndir.masterpassword'
const PASSWORD_TEMPLATES: Readonly<Record<string, string>> = {
  maximum: 'anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno',
  long:
    'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
    'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
    'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno',
  medium: 'CvcnoCvc CvcCvcno',
  short: 'Cvcn',
  basic: 'aaanaaan aannaaan aaannaaa',
  pin: 'nnnn',
}
const VOWELS = 'AEIOU'
const CONSONANTS = 'BCDFGHJKLMNPQRSTVWXYZ'
const BOTH = VOWELS + VOWELS.toLowerCase() + CONSONANTS + CONSONANTS.toLowerCase()
const PASSWORD_CLASSES: Readonly<Record<string, string>> = {
  V: VOWELS,
  C: CONSONANTS,
  v: VOWELS.toLowerCase(),
  c: CONSONANTS.toLowerCase(),
  A: VOWELS + CONSONANTS,
  a: BOTH,
  n: DIGITS,
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${BOTH}${DIGITS}!@#$%^&*()`,
}

interface PasswordInput {
  readonly counter: number
  readonly type: string
  readonly password: string
  readonly user: string
  readonly site: string
}

function derivePassword(crypto: Crypto, { counter, type, password, user, site }: PasswordInput): string {
  if (!Object.hasOwn(PASSWORD_TEMPLATES, type)) return `cannot find password template ${type}`
  const templates = (PASSWORD_TEMPLATES[type] ?? '').split(' ')
  const [userBytes, siteBytes] = [toBytes(user), toBytes(site)]
  const salt = Buffer.concat([toBytes(PASSWORD_SALT), uint32(userBytes.length), userBytes])
  const options: Parameters<typeof scryptSync>[3] = { N: 32_768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 }
  const key = crypto.scryptSync(toBytes(password), salt, 64, options)
  const message = Buffer.concat([toBytes(PASSWORD_SALT), uint32(siteBytes.length), siteBytes, uint32(counter)])
  const seed = crypto.createHmac('sha256', key).update(message).digest()
  const template = templates[(seed[0] ?? 0) % templates.length] ?? ''
  return Array.from(template, (kind, i) => {
    const characters = PASSWORD_CLASSES[kind] ?? ''
    return characters[(seed[i + 1] ?? 0) % characters.length]
  }).join('')
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
