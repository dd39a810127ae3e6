import { describe, expect, it } from 'vitest'
import { jsonDifference, textDifference } from './difference.js'
import { belowFloor } from './scoreboard.js'

describe('jsonDifference', () => {
  it.each<[string, unknown, unknown]>([
    ['key order', { a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }],
    ['absent and undefined', { a: 1 }, { a: 1, b: undefined }],
    ['large integers', { a: 12 }, { a: 12n }],
    ['no prototype', { a: {} }, Object.assign(Object.create(null), { a: Object.create(null) })],
  ])('is silent about %s', (_, expected, actual) => {
    expect(jsonDifference(expected, actual)).toBeUndefined()
  })

  it.each<[string, unknown, unknown, string]>([
    ['values', { a: { b: 1 } }, { a: { b: 2 } }, '.a.b: expected 1, got 2'],
    ['null and absent', { a: null }, {}, '.a: expected null, got nothing'],
    ['types', { a: '1' }, { a: 1 }, '.a: expected "1", got 1'],
    ['list order', [1, 2], [2, 1], '[0]: expected 1, got 2\n[1]: expected 2, got 1'],
    ['missing items', [1, 2], [1], '(root): expected 2 items, got 1\n[1]: expected 2, got nothing'],
    ['lists and objects', { a: [] }, { a: {} }, '.a: expected [], got {}'],
    ['keys of Object.prototype', {}, JSON.parse('{"__proto__":1}'), '.__proto__: expected nothing, got 1'],
  ])('names %s', (_, expected, actual, said) => {
    expect(jsonDifference(expected, actual)).toBe(said)
  })

  it('says how many more there are', () => {
    const many = Array.from({ length: 40 }, (_, i) => i)
    expect(
      jsonDifference(
        many,
        many.map(i => i + 1),
      ),
    ).toMatch(/… and 28 more$/)
  })
})

describe('textDifference', () => {
  it.each([
    ['a\nb\n', 'a\nb'],
    ['a: 1', 'a: 1 '],
    ['\ta', '    a'],
    ['a\n', 'a\r\n'],
  ])('%j is not %j', (expected, actual) => {
    expect(textDifference(expected, actual)).toContain('line ')
  })

  it('is silent about equal texts', () => {
    expect(textDifference('a\nb\n', 'a\nb\n')).toBeUndefined()
  })
})

describe('belowFloor', () => {
  const count = (table: string, passed: number) => ({ area: 'a', table, passed, total: 10 })
  it('names tables that fell, and tables that are gone', () => {
    expect(belowFloor([count('x', 5), count('y', 5), count('z', 5)], [count('x', 5), count('y', 4)], ['a'])).toEqual([
      'a y: 4 of 10 rows pass, 5 passed before',
      'a z: not run, 5 rows passed before',
    ])
  })
  it('does not ask about areas that were not run, nor about rows that are red as before', () => {
    expect(belowFloor([count('x', 5)], [], ['b'])).toEqual([])
    expect(belowFloor([count('x', 5)], [count('x', 6)], ['a'])).toEqual([])
  })
})
