import { err, ok, type Result } from '../lang/result.js'
import type { Token } from './lexer.js'
import type { NumberNode } from './nodes.js'
import { goQuote, goUnquote } from './quote.js'

const MAX_INT = (1n << 63n) - 1n
const MAX_UINT = (1n << 64n) - 1n

/** A number or character literal. Complex numbers are not supported: no function takes one. */
export function parseNumber({ kind, text, at }: Token): Result<NumberNode, string> {
  if (kind === 'charConstant') return parseCharacter(text, at)
  if (kind === 'complex' || text.endsWith('i')) return err(`complex numbers are not supported: ${goQuote(text)}`)
  const whole = parseInteger(text)
  if (whole !== undefined) {
    const int = inRange(whole, -MAX_INT - 1n, MAX_INT)
    const uint = text.startsWith('-') && whole !== 0n ? undefined : inRange(whole, 0n, MAX_UINT)
    if (int !== undefined || uint !== undefined) return number(text, at, int, uint, Number(whole))
    return err(`integer overflow: ${goQuote(text)}`)
  }
  const float = parseFloatLiteral(text)
  if (float !== undefined && !/[.eEpP]/.test(text)) return err(`integer overflow: ${goQuote(text)}`)
  if (float === undefined) return err(`illegal number syntax: ${goQuote(text)}`)
  const exact = Number.isInteger(float) ? BigInt(float) : undefined
  return number(text, at, exact && inRange(exact, -MAX_INT - 1n, MAX_INT), exact && inRange(exact, 0n, MAX_UINT), float)
}

function number(
  text: string,
  at: number,
  int: bigint | undefined,
  uint: bigint | undefined,
  float: number,
): Result<NumberNode, string> {
  return ok({ kind: 'number', at, text, int, uint, float })
}

function inRange(value: bigint, low: bigint, high: bigint): bigint | undefined {
  return value >= low && value <= high ? value : undefined
}

function parseCharacter(text: string, at: number): Result<NumberNode, string> {
  const value = goUnquote(text)
  if (value === undefined) return err('invalid syntax')
  const points = [...value]
  if (points.length !== 1) return err(`malformed character constant: ${text}`)
  let point = value.codePointAt(0) ?? 0
  if (point >= 0xdc80 && point <= 0xdcff) point -= 0xdc00
  return number(text, at, BigInt(point), BigInt(point), point)
}

const INTEGER = /^([+-]?)(?:0[xX](_?[0-9a-fA-F]+)+|0[oO](_?[0-7]+)+|0[bB](_?[01]+)+|0(_?[0-7]+)*|[1-9](_?[0-9]+)*)$/

/** An integer with Go's prefixes and underscores; undefined if the text is none. */
export function parseInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text)
  if (match === null) return undefined
  const digits = text.slice(match[1]?.length ?? 0).replaceAll('_', '')
  const isOldOctal = /^0[0-7]+$/.test(digits)
  const value = BigInt(isOldOctal ? `0o${digits.slice(1)}` : digits.toLowerCase())
  return match[1] === '-' ? -value : value
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const HEX = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/

/** A floating-point literal: decimal or hexadecimal, no underscores. */
export function parseFloatLiteral(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  const match = HEX.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole + fraction === '') return undefined
  const value = Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -value : value
}
