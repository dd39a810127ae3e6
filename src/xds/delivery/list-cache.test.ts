import { describe, expect, it } from 'vitest'
import { createListCache } from './list-cache.js'
import type { EncodedResource } from './resource.js'

const resource = (name: string, version = `v-${name}`): EncodedResource => ({ name, version, bytes: Buffer.alloc(1) })
const list = (...names: readonly string[]): EncodedResource[] => names.map(name => resource(name))
const all = (): boolean => true

describe('what was made of a list', () => {
  it('is found by the same resources in the same order, and by nothing else', () => {
    const cache = createListCache<string>(100)
    cache.keep(list('a', 'b', 'c'), 'abc', 1)
    cache.keep([], 'nothing', 1)
    const found = [list('a', 'b', 'c'), list('a', 'x', 'c'), list('a', 'c', 'b'), list('a', 'b'), list('a'), []]
    expect(found.map(each => cache.find(each, all))).toEqual(['abc', ...Array(4).fill(undefined), 'nothing'])
    const other = [resource('a'), resource('b', 'v2'), resource('c')]
    expect(cache.find(other, all)).toBeUndefined()
    expect(cache.find(list('a', 'b', 'c'), () => false)).toBeUndefined()
  })

  it('is compared with few, however many lists look alike from outside', () => {
    const cache = createListCache<number>(1000)
    const lists = Array.from({ length: 100 }, (_, i) => list('first', `own-${i}`, 'last'))
    for (const [i, each] of lists.entries()) cache.keep(each, i, 1)
    let compared = 0
    const fits = (): boolean => ++compared > 0
    expect(cache.find(list('first', 'another', 'last'), fits)).toBeUndefined()
    expect(compared).toBeLessThanOrEqual(8)
    expect(cache.find(lists[99] as EncodedResource[], all)).toBe(99)
    expect(cache.bytes).toBeLessThanOrEqual(8)
  })

  it('takes the place of what it is kept instead of', () => {
    const cache = createListCache<string>(100)
    cache.keep(list('a'), 'old', 10)
    cache.keep(list('a'), 'new', 20, 'old')
    expect([cache.find(list('a'), all), cache.bytes]).toEqual(['new', 20])
    cache.keep(list('a'), 'newest', 5, 'gone long ago')
    expect([cache.find(list('a'), made => made === 'newest'), cache.bytes]).toEqual(['newest', 25])
  })

  it('goes when there is too much, the oldest first; what is too much by itself is not kept', () => {
    const cache = createListCache<string>(100)
    for (const name of ['a', 'b', 'c']) cache.keep(list(name), name, 40)
    cache.keep(list('huge'), 'huge', 101)
    const found = ['a', 'b', 'c', 'huge'].map(name => cache.find(list(name), all))
    expect(found).toEqual([undefined, 'b', 'c', undefined])
    expect(cache.bytes).toBe(80)
    cache.clear()
    expect([cache.find(list('c'), all), cache.bytes]).toEqual([undefined, 0])
  })
})
