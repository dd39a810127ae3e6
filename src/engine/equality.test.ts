import { describe, expect, it } from 'vitest'
import { emptyObject } from '../lang/json.js'
import { isSameData } from './equality.js'

class Thing {
  readonly a = 1
}

const bare = (a: number): object => Object.assign(emptyObject(), { a })
const without = (a: number): object => Object.assign(Object.create(null), { a })

describe('isSameData', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['literals', { a: 1 }, { a: 1 }, true],
    ['literals that differ', { a: 1 }, { a: 2 }, false],
    ['objects without prototype', without(1), without(1), true],
    ['objects that parsers make', bare(1), bare(1), true],
    ['objects that parsers make, and differ', bare(1), bare(2), false],
    ['one of each', bare(1), { a: 1 }, true],
    ['within others', { x: [bare(1)] }, { x: [without(1)] }, true],
    ['instances: by identity', new Thing(), new Thing(), false],
    ['lists', [1, [2]], [1, [2]], true],
    ['a list and an object', [], {}, false],
  ])('%s', (_, a, b, expected) => {
    expect(isSameData(a, b)).toBe(expected)
  })
})
