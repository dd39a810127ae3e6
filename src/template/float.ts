/** strconv.FormatFloat for float64. */

export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

interface Digits {
  /** Significant digits without leading zeros; `''` for zero. */
  readonly digits: string
  /** Decimal point: the value is 0.DIGITS times 10 to this. */
  readonly point: number
}

/** `precision` -1 asks for as few digits as identify the value. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return sign + formatMagnitude(Math.abs(value), format, precision)
}

function formatMagnitude(value: number, format: FloatFormat, precision: number): string {
  switch (format) {
    case 'b':
      return binaryExponent(value)
    case 'x':
      return hexadecimal(value, precision)
    case 'X':
      return hexadecimal(value, precision).toUpperCase()
    case 'e':
    case 'E': {
      const digits = precision < 0 ? shortest(value) : rounded(exact(value), precision + 1)
      return exponential(digits, precision < 0 ? Math.max(digits.digits.length - 1, 0) : precision, format)
    }
    case 'f': {
      const digits = precision < 0 ? shortest(value) : roundedAt(exact(value), precision)
      return fixed(digits, precision < 0 ? Math.max(digits.digits.length - digits.point, 0) : precision)
    }
    default:
      return general(value, format === 'G' ? 'E' : 'e', precision)
  }
}

function general(value: number, exponent: 'e' | 'E', precision: number): string {
  const isShortest = precision < 0
  const wanted = precision === 0 ? 1 : precision
  const digits = isShortest ? shortest(value) : rounded(exact(value), wanted)
  const length = digits.digits.length
  const limit = isShortest ? 6 : wanted > length && length >= digits.point ? length : wanted
  const power = digits.point - 1
  if (power < -4 || power >= limit) return exponential(digits, Math.max(length - 1, 0), exponent)
  return fixed(digits, Math.max(length - digits.point, 0))
}

function shortest(value: number): Digits {
  if (value === 0) return { digits: '', point: 1 }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

/** All digits of the binary value. */
function exact(value: number): Digits {
  if (value === 0) return { digits: '', point: 1 }
  const { mantissa, exponent } = parts(value)
  const digits = (exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)).toString()
  const point = digits.length + Math.min(exponent, 0)
  return { digits: digits.replace(/0+$/, ''), point }
}

function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & ((1n << 52n) - 1n)
  if (biased === 0) return { mantissa: fraction, exponent: -1074 }
  return { mantissa: fraction | (1n << 52n), exponent: biased - 1075 }
}

/** To a number of significant digits; halves go to even. */
function rounded({ digits, point }: Digits, count: number): Digits {
  if (digits.length <= count) return { digits, point }
  if (count < 0) return { digits: '', point }
  const kept = digits.slice(0, count)
  if (!roundsUp(digits, count)) return { digits: kept.replace(/0+$/, ''), point }
  const up = (BigInt(`0${kept}`) + 1n).toString().padStart(count, '0')
  return { digits: up.replace(/0+$/, ''), point: point + up.length - count }
}

function roundsUp(digits: string, count: number): boolean {
  const next = digits[count] ?? '0'
  if (next !== '5' || digits.length > count + 1) return next >= '5'
  return count > 0 && Number(digits[count - 1]) % 2 === 1
}

/** To a number of digits behind the point. */
function roundedAt(value: Digits, places: number): Digits {
  const count = value.point + places
  return count < 0 ? { digits: '', point: 1 } : rounded(value, count)
}

function exponential({ digits, point }: Digits, places: number, letter: 'e' | 'E'): string {
  const power = digits === '' ? 0 : point - 1
  const padded = digits.padEnd(places + 1, '0')
  const mantissa = places > 0 ? `${padded[0]}.${padded.slice(1)}` : (padded[0] ?? '0')
  return `${mantissa}${letter}${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function fixed({ digits, point }: Digits, places: number): string {
  const whole = point > 0 && digits !== '' ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (places <= 0) return whole
  const fraction = digits === '' ? '' : point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${whole}.${fraction.padEnd(places, '0').slice(0, places)}`
}

function binaryExponent(value: number): string {
  const { mantissa, exponent } = parts(value)
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

function hexadecimal(value: number, precision: number): string {
  if (value === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`
  let { mantissa, exponent } = parts(value)
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n
    exponent--
  }
  let power = exponent + 52
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(52 - 4 * precision)
    const [rest, half] = [mantissa & ((1n << drop) - 1n), 1n << (drop - 1n)]
    mantissa >>= drop
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa += 1n
    mantissa <<= drop
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n
      power++
    }
  }
  const all = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0')
  const digits = precision < 0 ? all.replace(/0+$/, '') : all.padEnd(precision, '0').slice(0, precision)
  const sign = power < 0 ? '-' : '+'
  return `0x1${digits === '' ? '' : `.${digits}`}p${sign}${String(Math.abs(power)).padStart(2, '0')}`
}
