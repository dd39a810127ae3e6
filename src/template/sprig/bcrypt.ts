/** bcrypt (OpenBSD's $2a$) at Go's default cost. Blowfish's tables are the binary digits of pi, computed at the first use. */

const COST = 10
const ROUNDS = 16
const WORDS = 18 + 4 * 256
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const MAGIC = 'OrpheanBeholderScryDoubt'

interface Cipher {
  readonly p: Int32Array
  readonly s: Int32Array
}

let digitsOfPi: Int32Array | undefined

/** `password` has at most 72 bytes, `salt` 16. */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost = COST): string {
  const key = Uint8Array.from([...password, 0])
  const cipher = initialCipher()
  expandKey(cipher, key, salt)
  const none = new Uint8Array(16)
  for (let i = 0; i < 2 ** cost; i++) {
    expandKey(cipher, key, none)
    expandKey(cipher, salt, none)
  }
  const words = new Int32Array(6)
  const magic = new TextEncoder().encode(MAGIC)
  for (let i = 0; i < 6; i++) words[i] = wordAt(magic, 4 * i)
  for (let i = 0; i < 64; i++) for (let block = 0; block < 6; block += 2) encrypt(cipher, words, block)
  const bytes = new Uint8Array(24)
  const view = new DataView(bytes.buffer)
  words.forEach((word, i) => {
    view.setInt32(4 * i, word)
  })
  return `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(bytes.subarray(0, 23))}`
}

function initialCipher(): Cipher {
  digitsOfPi ??= computePi()
  return { p: digitsOfPi.slice(0, 18), s: digitsOfPi.slice(18) }
}

/** The first fractional bits of pi, by Machin's formula in fixed point. */
function computePi(): Int32Array {
  const bits = BigInt(32 * WORDS)
  const guard = 64n
  const one = 1n << (bits + guard)
  const pi = 4n * (4n * arctan(5n, one) - arctan(239n, one))
  const fraction = (pi >> guard) & ((1n << bits) - 1n)
  const hex = fraction.toString(16).padStart(8 * WORDS, '0')
  return Int32Array.from({ length: WORDS }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16))
}

function arctan(inverse: bigint, one: bigint): bigint {
  let power = one / inverse
  let sum = power
  const square = inverse * inverse
  for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
    power /= square
    sum += (sign * power) / n
  }
  return sum
}

function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0
  for (let i = 0; i < 4; i++) word = (word << 8) | (bytes[(at + i) % bytes.length] ?? 0)
  return word
}

function expandKey(cipher: Cipher, key: Uint8Array, salt: Uint8Array): void {
  const { p, s } = cipher
  for (let i = 0; i < 18; i++) p[i]! ^= wordAt(key, 4 * i)
  const saltWords = [0, 4, 8, 12].map(at => wordAt(salt, at))
  const block = new Int32Array(2)
  let next = 0
  for (const table of [p, s]) {
    for (let i = 0; i < table.length; i += 2) {
      block[0]! ^= saltWords[next] ?? 0
      block[1]! ^= saltWords[next + 1] ?? 0
      next = (next + 2) % 4
      encrypt(cipher, block, 0)
      table[i] = block[0]!
      table[i + 1] = block[1]!
    }
  }
}

function encrypt({ p, s }: Cipher, words: Int32Array, at: number): void {
  let left = words[at]!
  let right = words[at + 1]!
  for (let i = 0; i < ROUNDS; i += 2) {
    left ^= p[i]!
    right ^= mix(s, left)
    right ^= p[i + 1]!
    left ^= mix(s, right)
  }
  words[at] = right ^ p[17]!
  words[at + 1] = left ^ p[16]!
}

function mix(s: Int32Array, x: number): number {
  const sum = (s[x >>> 24]! + s[256 + ((x >>> 16) & 255)]!) | 0
  return ((sum ^ s[512 + ((x >>> 8) & 255)]!) + s[768 + (x & 255)]!) | 0
}

function encode(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    const quad = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63]
    const count = Math.min(bytes.length - i, 3) + 1
    out += quad
      .slice(0, count)
      .map(index => ALPHABET[index])
      .join('')
  }
  return out
}
