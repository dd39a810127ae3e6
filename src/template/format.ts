import { isAscii, toBytes } from './bytes.js'
import { type FloatFormat, formatFloat } from './float.js'
import { FunctionError } from './function.js'
import { MAX_VALUE, MAX_VALUE_DEPTH } from './limits.js'
import { goQuote, goQuoteCharacter } from './quote.js'
import { GoInt, GoObject, GoPointer, GoSlice, type GoValue, itemsOf, StringMap, sortedKeys, typeName } from './value.js'

/** Go's fmt package, for the values of value.ts. */

interface Flags {
  readonly plus: boolean
  readonly minus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  readonly width: number | undefined
  readonly precision: number | undefined
  /** `%+v` and `%#v`, in which the flags mean something else. */
  readonly plusV: boolean
  readonly sharpV: boolean
}

const PLAIN: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
  plusV: false,
  sharpV: false,
}

/** Counts what one call has printed, so that a value that contains itself many times over cannot fill the memory. */
interface Budget {
  left: number
}

/** fmt.Sprint: spaces between operands where neither is a string. */
export function sprint(args: readonly GoValue[]): string {
  const budget = newBudget()
  let out = ''
  let wasString = true
  args.forEach((arg, i) => {
    const isString = typeof arg === 'string'
    if (i > 0 && !isString && !wasString) out += ' '
    out += formatArgument(arg, 'v', PLAIN, budget)
    wasString = isString
  })
  return out
}

export function sprintln(args: readonly GoValue[]): string {
  const budget = newBudget()
  return `${args.map(arg => formatArgument(arg, 'v', PLAIN, budget)).join(' ')}\n`
}

/** `%v` of one value. */
export function formatPlain(value: GoValue): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'number':
      return formatFloat(value, 'g', -1)
  }
  return formatArgument(value, 'v', PLAIN, newBudget())
}

function newBudget(): Budget {
  return { left: MAX_VALUE }
}

const DIRECTIVE = /%([#0+\- ]*)(?:\[([^\]]*)\])?(\*|[0-9]+)?(?:(\.)(?:\[([^\]]*)\])?(\*|[0-9]+)?)?(?:\[([^\]]*)\])?/y
/** Beyond this, a width or precision is not one. */
const MAX_WIDTH = 1_000_000
/** A width that is written out may be ten times that. */
const MAX_WRITTEN_WIDTH = 10_000_000

/** fmt.Sprintf. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  const budget = newBudget()
  let out = ''
  let next = 0
  let isReordered = false
  let isIndexGood = true
  let i = 0
  while (i < format.length) {
    const percent = format.indexOf('%', i)
    if (percent === -1) break
    out += format.slice(i, percent)
    isIndexGood = true
    DIRECTIVE.lastIndex = percent
    const [whole = '%', flagText = '', index1, width, dot, index2, precision, index3] = DIRECTIVE.exec(format) ?? []
    i = percent + whole.length
    select(index1)
    const [parsedWidth, wantsMinus] = readWidth(width)
    if (dot !== undefined) select(index2)
    const parsedPrecision = dot === undefined ? undefined : readPrecision(precision)
    select(index3)
    const verb = i < format.length ? String.fromCodePoint(format.codePointAt(i) ?? 0) : ''
    if (verb === '') {
      out += '%!(NOVERB)'
      break
    }
    i += verb.length
    out += directive(verb, flagsOf(flagText, verb, parsedWidth, wantsMinus, parsedPrecision))
    if (out.length > MAX_VALUE) throw new FunctionError(`result is longer than ${MAX_VALUE} characters`)
  }
  out += format.slice(i)
  return out + extra()

  function select(index: string | undefined): void {
    if (index === undefined) return
    isReordered = true
    const at = /^[0-9]+$/.test(index) ? Number(index) : 0
    if (at >= 1 && at <= args.length) next = at - 1
    else isIndexGood = false
  }

  function intArgument(): number | undefined {
    const arg = args[next]
    if (next < args.length) next++
    const value = typeof arg === 'bigint' ? arg : arg instanceof GoInt ? arg.value : undefined
    return value === undefined || value > BigInt(MAX_WIDTH) || value < -BigInt(MAX_WIDTH) ? undefined : Number(value)
  }

  function readWidth(text: string | undefined): [width: number | undefined, minus: boolean] {
    if (text === undefined) return [undefined, false]
    if (text !== '*') {
      return [Number(text) <= MAX_WRITTEN_WIDTH ? Number(text) : undefined, false]
    }
    const value = intArgument()
    if (value === undefined) out += '%!(BADWIDTH)'
    return value !== undefined && value < 0 ? [-value, true] : [value, false]
  }

  function readPrecision(text: string | undefined): number | undefined {
    if (text === undefined) return 0
    if (text !== '*') return Number(text) <= MAX_WIDTH ? Number(text) : undefined
    const value = intArgument()
    if (value === undefined || value < 0) {
      if (value === undefined) out += '%!(BADPREC)'
      return undefined
    }
    return value
  }

  function directive(verb: string, flags: Flags): string {
    if (verb === '%') return '%'
    if (!isIndexGood) return `%!${verb}(BADINDEX)`
    if (next >= args.length) return `%!${verb}(MISSING)`
    return formatArgument(args[next++], verb, flags, budget)
  }

  function extra(): string {
    if (isReordered || next >= args.length) return ''
    const rest = args.slice(next).map(arg => {
      const isNil = arg === null || arg === undefined
      return isNil ? '<nil>' : `${typeName(arg)}=${formatArgument(arg, 'v', PLAIN, budget)}`
    })
    return `%!(EXTRA ${rest.join(', ')})`
  }
}

function flagsOf(
  text: string,
  verb: string,
  width: number | undefined,
  wantsMinus: boolean,
  precision: number | undefined,
): Flags {
  const [sharp, plus] = [text.includes('#'), text.includes('+')]
  const isV = verb === 'v'
  return {
    sharp: sharp && !isV,
    sharpV: sharp && isV,
    plus: plus && !isV,
    plusV: plus && isV,
    minus: text.includes('-') || wantsMinus,
    space: text.includes(' '),
    zero: text.includes('0'),
    width,
    precision,
  }
}

function formatArgument(value: GoValue, verb: string, flags: Flags, budget: Budget): string {
  if (value === null || value === undefined) {
    return verb === 'T' || verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`
  }
  if (verb === 'T') return formatString(typeName(value), 's', flags)
  if (verb === 'p') return badVerb(value, verb, flags, budget)
  return formatValue(value, verb, flags, budget, 0)
}

/** The value is shown as `%v` would, with the flags that were given. */
function badVerb(value: GoValue, verb: string, flags: Flags, budget: Budget): string {
  return `%!${verb}(${typeName(value)}=${formatValue(value, 'v', flags, budget, 0)})`
}

function formatValue(value: GoValue, verb: string, flags: Flags, budget: Budget, depth: number): string {
  if (depth > MAX_VALUE_DEPTH) throw new FunctionError(`value is nested more than ${MAX_VALUE_DEPTH} deep`)
  // A value costs more than its shortest text.
  if ((budget.left -= 8) < 0) throw new FunctionError('value is too large to print')
  switch (typeof value) {
    case 'string':
      budget.left -= value.length
      return formatString(value, verb, flags)
    case 'boolean':
      return verb === 't' || verb === 'v' ? pad(String(value), flags) : badVerb(value, verb, flags, budget)
    case 'number':
      return formatFloatVerb(value, verb, flags, budget)
    case 'bigint':
      return formatInteger(value, value, verb, flags, budget, false)
    case 'undefined':
      return nested(null, flags)
  }
  if (value === null) return nested(null, flags)
  if (value instanceof GoInt) {
    return formatInteger(value.value, value, verb, flags, budget, value.kind.startsWith('u'))
  }
  if (value instanceof GoObject) return formatObject(value, verb, flags, budget, depth)
  const items = itemsOf(value)
  return items === undefined
    ? formatMap(value as Exclude<typeof value, GoValue[] | GoSlice>, verb, flags, budget, depth)
    : formatList(value as GoValue[] | GoSlice, items, verb, flags, budget, depth)
}

function nested(_: null, flags: Flags): string {
  return flags.sharpV ? 'interface {}(nil)' : '<nil>'
}

function formatList(
  value: GoValue[] | GoSlice,
  items: readonly GoValue[],
  verb: string,
  flags: Flags,
  budget: Budget,
  depth: number,
): string {
  if (flags.sharpV && value instanceof GoSlice && value.isNil) return `${typeName(value)}(nil)`
  const parts = items.map(item => formatValue(item, verb, flags, budget, depth + 1))
  return flags.sharpV ? `${typeName(value)}{${parts.join(', ')}}` : `[${parts.join(' ')}]`
}

function formatMap(
  value: StringMap | { [key: string]: GoValue },
  verb: string,
  flags: Flags,
  budget: Budget,
  depth: number,
): string {
  if (flags.sharpV && value instanceof StringMap && value.isNil) return `${typeName(value)}(nil)`
  const map: Readonly<Record<string, GoValue>> = value instanceof StringMap ? value.entries : value
  const parts = sortedKeys(map).map(key => {
    const name = formatValue(key, verb, flags, budget, depth + 1)
    return `${name}:${formatValue(map[key], verb, flags, budget, depth + 1)}`
  })
  return flags.sharpV ? `${typeName(value)}{${parts.join(', ')}}` : `map[${parts.join(' ')}]`
}

function formatObject(value: GoObject, verb: string, flags: Flags, budget: Budget, depth: number): string {
  const text = flags.sharpV || !'vsxXq'.includes(verb) ? undefined : value.text()
  if (text !== undefined) return formatString(text, verb, flags)
  if (value.integer !== undefined) {
    return formatInteger(value.integer, value, verb, flags, budget, false)
  }
  if (value.isNil) return flags.sharpV ? `(${value.goType})(nil)` : pad('<nil>', flags)
  if (value instanceof GoPointer) return formatValue(value.elem, verb, flags, budget, depth + 1)
  const isPointer = value.goKind === 'ptr'
  const fields = value.fields().map(([name, field]) => {
    const shown = formatValue(field, verb, flags, budget, depth + 1)
    return flags.plusV || flags.sharpV ? `${name}:${shown}` : shown
  })
  const type = flags.sharpV ? value.goType.replace(/^\*/, '') : ''
  const amp = isPointer && depth === 0 ? '&' : ''
  return `${amp}${type}{${fields.join(flags.sharpV ? ', ' : ' ')}}`
}

// Scalars.

function pad(text: string, { width, minus, zero }: Flags): string {
  if (width === undefined) return text
  const length = isAscii(text) ? text.length : [...text].length
  if (length >= width) return text
  if (width > MAX_VALUE) throw new FunctionError(`result is longer than ${MAX_VALUE} characters`)
  const fill = (zero && !minus ? '0' : ' ').repeat(width - length)
  return minus ? text + fill : fill + text
}

function formatString(text: string, verb: string, flags: Flags): string {
  switch (verb) {
    case 'v':
      return flags.sharpV ? pad(goQuote(text), flags) : pad(truncated(text, flags), flags)
    case 's':
      return pad(truncated(text, flags), flags)
    case 'q': {
      const shown = truncated(text, flags)
      const isRaw = flags.sharp && !/[`\x00-\x08\x0a-\x1f\x7f\ufeff\ufffd\udc80-\udcff]/.test(shown)
      return pad(isRaw ? `\`${shown}\`` : goQuote(shown, flags.plus), flags)
    }
    case 'x':
    case 'X':
      return pad(hexString(text, verb, flags), flags)
  }
  return `%!${verb}(string=${pad(truncated(text, flags), flags)})`
}

function truncated(text: string, { precision }: Flags): string {
  if (precision === undefined || text.length <= precision) return text
  return [...text].slice(0, precision).join('')
}

function hexString(text: string, verb: string, { sharp, space, precision }: Flags): string {
  const bytes = [...toBytes(text)].slice(0, precision ?? undefined)
  const prefix = sharp ? `0${verb}` : ''
  const digits = bytes.map(byte => byte.toString(16).padStart(2, '0'))
  const cased = verb === 'X' ? digits.map(pair => pair.toUpperCase()) : digits
  if (cased.length === 0) return ''
  return space ? cased.map(pair => prefix + pair).join(' ') : prefix + cased.join('')
}

function formatInteger(
  value: bigint,
  whole: GoValue,
  verb: string,
  flags: Flags,
  budget: Budget,
  isUnsigned: boolean,
): string {
  switch (verb) {
    case 'v':
      if (flags.sharpV && isUnsigned) return digitsOf(value, 16, '0x', { ...flags, sharp: true })
      return digitsOf(value, 10, '', flags)
    case 'd':
      return digitsOf(value, 10, '', flags)
    case 'b':
      return digitsOf(value, 2, flags.sharp ? '0b' : '', flags)
    case 'o':
      return digitsOf(value, 8, flags.sharp ? '0' : '', flags)
    case 'O':
      return digitsOf(value, 8, '0o', flags)
    case 'x':
      return digitsOf(value, 16, flags.sharp ? '0x' : '', flags)
    case 'X':
      return digitsOf(value, 16, flags.sharp ? '0X' : '', flags).toUpperCase()
    case 'c':
      return pad(characterOf(value), flags)
    case 'q':
      return pad(goQuoteCharacter(Number(value), flags.plus), flags)
    case 'U':
      return pad(unicodeOf(value, flags), { ...flags, zero: false })
  }
  return badVerb(whole, verb, flags, budget)
}

function characterOf(value: bigint): string {
  const isValid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn)
  return isValid ? String.fromCodePoint(Number(value)) : '\ufffd'
}

function unicodeOf(value: bigint, { sharp, precision }: Flags): string {
  const hex = BigInt.asUintN(64, value).toString(16).toUpperCase()
  const digits = hex.padStart(Math.max(precision ?? 4, 4), '0')
  const isPrintable =
    value >= 0x20n && characterOf(value) !== '\ufffd' && !/^'\\[^'\\]/.test(goQuoteCharacter(Number(value)))
  return `U+${digits}${sharp && isPrintable ? ` '${characterOf(value)}'` : ''}`
}

function digitsOf(value: bigint, base: number, prefix: string, flags: Flags): string {
  const isNegative = value < 0n
  const sign = isNegative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  let digits = (isNegative ? -value : value).toString(base)
  if (flags.precision === 0 && value === 0n) return pad('', { ...flags, zero: false })
  let least = flags.precision ?? 0
  const fillsWidth = flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined
  if (fillsWidth) least = (flags.width ?? 0) - (sign === '' ? 0 : 1)
  digits = digits.padStart(least, '0')
  const shown = prefix === '0' && digits.startsWith('0') ? '' : prefix
  return pad(sign + shown + digits, { ...flags, zero: false })
}

function formatFloatVerb(value: number, verb: string, flags: Flags, budget: Budget): string {
  switch (verb) {
    case 'v':
      return padFloat(formatFloat(value, 'g', flags.precision ?? -1), flags, verb)
    case 'e':
    case 'E':
    case 'f':
      return padFloat(formatFloat(value, verb, flags.precision ?? 6), flags, verb)
    case 'F':
      return padFloat(formatFloat(value, 'f', flags.precision ?? 6), flags, verb)
    case 'g':
    case 'G':
    case 'b':
    case 'x':
    case 'X':
      return padFloat(formatFloat(value, verb as FloatFormat, flags.precision ?? -1), flags, verb)
  }
  return badVerb(value, verb, flags, budget)
}

/** Sign and padding; with zeros they go between the two. */
function padFloat(text: string, flags: Flags, verb: string): string {
  const hasSign = /^[+-]/.test(text)
  const isSpecial = /Inf|NaN/.test(text)
  const sign = text.startsWith('-') ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  let digits = hasSign ? text.slice(1) : text
  if (isSpecial) {
    const shown = digits === 'NaN' && sign === '' ? digits : `${sign === '' && digits === 'Inf' ? '+' : sign}${digits}`
    return pad(shown, { ...flags, zero: false })
  }
  if (flags.sharp && verb !== 'b') digits = keepPoint(digits, verb, flags.precision)
  const fillsWidth = flags.zero && !flags.minus && flags.width !== undefined
  if (fillsWidth && sign !== '') return sign + digits.padStart((flags.width ?? 0) - 1, '0')
  return pad(sign + digits, flags)
}

/** `%#g`: the point stays, and so do trailing zeros. */
function keepPoint(digits: string, verb: string, precision: number | undefined): string {
  const isHex = verb === 'x' || verb === 'X'
  const [, mantissa = '', exponent = ''] = (isHex ? /^(.*?)([pP].*)?$/ : /^(.*?)([eE].*)?$/).exec(digits) ?? []
  // The x of 0x counts as a digit.
  const wanted = verb === 'x' ? (precision ?? 6) - 1 : 'eEfFX'.includes(verb) ? 0 : (precision ?? 6)
  const significant =
    mantissa
      .replace(/^0[xX]/, '')
      .replace(/^[0.]*/, '')
      .replace('.', '').length || (wanted > 0 ? 1 : 0)
  const zeros = '0'.repeat(Math.max(wanted - significant, 0))
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.`}${zeros}${exponent}`
}
