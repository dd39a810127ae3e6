import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCidr, parseIp, prefixContains } from './cidr.js'
import { formatDuration, formatProtoDuration, parseDuration, parseProtoDuration } from './duration.js'
import { encodeGoJson, parseJson } from './gojson.js'
import type { Json } from './json.js'
import { canonicalQuantity } from './quantity.js'
import { compileRegex, MAX_PATTERN_LENGTH } from './regex.js'
import { matchesSelector, parseLabelSelector, parseSelectorText } from './selector.js'

describe('canonicalQuantity', () => {
  it.each([
    ['2000m', '2'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1.1Mi', '1153433600m'],
    ['0.5', '500m'],
    ['1000', '1k'],
    ['1e3', '1e3'],
    ['2052E3', '2052E3'],
    ['1.234', '1.234'],
    ['+5', '+5'],
    ['0.1n', '1n'],
    ['-1.5', '-1500m'],
    ['00', '0'],
    ['9Ei', '9223372036854775807'],
    ['100000000000000000000', '100E'],
    ['100Mi', '100Mi'],
    ['0.5Ki', '512'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toEqual({ ok: true, value: canonical })
  })

  it.each(['', 'x', '1.2.3', '1 Gi', '1gi', '1K', '1mi', '1e', ' 1', '1e1.5', '--1', '1e99999999999'])(
    'refuses %j',
    text => {
      expect(canonicalQuantity(text).ok).toBe(false)
    },
  )
})

describe('durations', () => {
  it.each([
    ['1h30m', 5_400_000_000_000n, '1h30m0s'],
    ['-1.5s', -1_500_000_000n, '-1.5s'],
    ['.5ms', 500_000n, '500µs'],
    ['0', 0n, '0s'],
    ['1us1ns', 1_001n, '1.001µs'],
    ['0.3333333333333333333333h', 1_200_000_000_000n, '20m0s'],
  ])('%s', (text, nanoseconds, printed) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: nanoseconds })
    expect(formatDuration(nanoseconds)).toBe(printed)
  })

  it.each(['', '1', 's', '1x', '1s 2s', '-', '9223372037s'])('refuses %j', text => {
    expect(parseDuration(text).ok).toBe(false)
  })

  it.each([
    ['7s', '7s'],
    ['1.5s', '1.500s'],
    ['-0.000001s', '-0.000001s'],
    ['1.123456789s', '1.123456789s'],
  ])('proto %s is %s', (text, printed) => {
    const parsed = parseProtoDuration(text)
    expect(parsed.ok && formatProtoDuration(parsed.value)).toBe(printed)
  })
})

describe('addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.3.4', true],
    ['10.1.2.3/8', '10.0.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['0.0.0.0/0', '::1', false],
    ['::ffff:0:0/96', '::ffff:1.2.3.4', true],
    ['fe80::/10', 'fe80::1%eth0', false],
  ])('%s contains %s: %s', (block, address, isInside) => {
    const [prefix, ip] = [parseCidr(block), parseIp(address)]
    expect(prefix.ok && ip.ok && prefixContains(prefix.value, ip.value)).toBe(isInside)
  })

  it.each([
    '10.0.0.0',
    '10.0.0/8',
    '01.2.3.4/8',
    '1.2.3.4/33',
    '1.2.3.4/08',
    '::/129',
    ' 1.2.3.4/8',
    '1::2::3/8',
    'fe80::1%a/64',
  ])('refuses %j', text => {
    expect(parseCidr(text).ok).toBe(false)
  })
})

describe('selectors', () => {
  const labels = { app: 'a', tier: '' }
  it.each([
    [{}, true],
    [{ matchLabels: { app: 'a' } }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] }, false],
    [{ matchExpressions: [{ key: 'constructor', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  ])('%j', (json, isMatch) => {
    const selector = parseLabelSelector(json as Json)
    expect(selector.ok && matchesSelector(selector.value, labels)).toBe(isMatch)
  })

  it.each([
    { matchLabels: { 'a b': 'x' } },
    { matchLabels: { a: '-x' } },
    { matchExpressions: [{ key: 'a', operator: 'In' }] },
    { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] },
    { matchExpressions: [{ key: 'a', operator: 'in', values: ['x'] }] },
  ])('refuses %j', json => {
    expect(parseLabelSelector(json).ok).toBe(false)
  })

  it.each([
    ['app in (a,b),!c', true],
    ['app=a, tier', true],
    ['app==b', false],
    ['app!=b', true],
    ['zone notin (x)', true],
    ['tier in (,x)', true],
    ['', true],
  ])('%s: %s', (text, isMatch) => {
    const selector = parseSelectorText(text)
    expect(selector.ok && matchesSelector(selector.value, labels)).toBe(isMatch)
  })

  it.each(['a in (x y)', 'a,,b', ',', 'a=b=c', 'a in', '!', 'a>x'])('refuses %j', text => {
    expect(parseSelectorText(text).ok).toBe(false)
  })
})

describe('JSON', () => {
  it('prints as Go does', () => {
    const value = { b: '<&>\u2028', a: [1e21, 1e-7, '\ud800x', '\\ud800', '\b\u007f'] }
    expect(encodeGoJson(value)).toBe(
      '{"b":"\\u003c\\u0026\\u003e\\u2028","a":[1e+21,1e-7,"\\ufffdx","\\\\ud800","\\b\u007f"]}',
    )
    expect(encodeGoJson({ b: 1, a: 12345678901234567890n }, { sortKeys: true })).toBe(
      '{"a":12345678901234567890,"b":1}',
    )
  })

  it.each([
    ['{"a":1,}', 1, 8],
    ['[1,\n 2\n x]', 3, 2],
    ['', 1, 1],
    ['{"a":"\n"}', 1, 6],
    ['01', 1, 2],
    ['[1]]', 1, 4],
  ])('says where %j breaks', (text, line, column) => {
    expect(parseJson(text)).toMatchObject({ ok: false, error: { position: { line, column } } })
  })

  it('refuses what is nested too deep, however long', () => {
    expect(parseJson('['.repeat(3_000_000))).toMatchObject({ ok: false, error: { code: 'json-limit' } })
    expect(parseJson(`"${'['.repeat(10_000)}"`).ok).toBe(true)
  })

  it('agrees with JSON.parse on any text', () => {
    const noise = fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom(...'[]{}",:01-.e tru\\n\n'), maxLength: 20 }))
    fc.assert(
      fc.property(noise, text => {
        let expected: unknown
        try {
          expected = { ok: true, value: JSON.parse(text) }
        } catch {
          expected = { ok: false }
        }
        expect(parseJson(text)).toMatchObject(expected as object)
        const big = parseJson(
          text.replace(/[0-9]+/g, digits => digits + '0'.repeat(17)),
          { bigIntegers: true },
        )
        expect(typeof big.ok).toBe('boolean')
      }),
      { seed: 5, numRuns: 800 },
    )
  })

  it('keeps __proto__ a key', () => {
    const parsed = parseJson('{"__proto__":{"x":1}}')
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__'])
  })
})

describe('compileRegex', () => {
  it('is linear, capped, and says what it refuses', () => {
    const regex = compileRegex('(a+)+$')
    expect(regex.ok && regex.value.matches(`${'a'.repeat(5_000)}b`)).toBe(false)
    expect(regex.ok && regex.value.matchesWhole('aaa')).toBe(true)
    expect(compileRegex('(?=x)').ok).toBe(false)
    expect(compileRegex('a'.repeat(MAX_PATTERN_LENGTH + 1)).ok).toBe(false)
  })
})
