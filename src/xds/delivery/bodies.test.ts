import { describe, expect, it } from 'vitest'
import { createBodyCache } from './bodies.js'
import type { EncodedResource } from './resource.js'
import { CDS, EDS } from './types.js'
import { encodeResources, type Protocol } from './wire.js'

const resource = (name: string, size = 1): EncodedResource => ({
  name,
  version: `v-${name}`,
  bytes: Buffer.alloc(size),
})

describe('createBodyCache', () => {
  it('gives the same bytes to all who are sent the same resources in the same order, and right ones to others', () => {
    const cache = createBodyCache()
    const [a, b, c] = ['a', 'b', 'c'].map(name => resource(name)) as [EncodedResource, EncodedResource, EncodedResource]
    const asked: readonly (readonly [Protocol, string, readonly EncodedResource[]])[] = [
      ['delta', CDS, [a, b]],
      ['sotw', CDS, [a, b]],
      ['delta', EDS, [a, b]],
      ['delta', CDS, [a, c]],
      ['delta', CDS, [a]],
      ['delta', CDS, []],
      ['delta', CDS, [resource('a'), b]],
    ]
    const first = asked.map(question => cache.encode(...question))
    expect(first).toEqual(asked.map(question => encodeResources(...question)))
    const again = asked.map(([protocol, type, resources]) => cache.encode(protocol, type, [...resources]))
    expect(again.filter((bytes, i) => bytes === first[i]).length).toBe(asked.length - 1) // nothing is kept of nothing
    cache.clear()
    expect(cache.bytes).toBe(0)
  })

  it('holds no more than it may: the oldest go, and what is larger is not kept', () => {
    const cache = createBodyCache(1000)
    const all = [200, 400, 600, 2000].map((size, i) => resource(String(i), size))
    for (const each of all) {
      expect(cache.encode('sotw', CDS, [each])).toEqual(encodeResources('sotw', CDS, [each]))
      expect(cache.bytes).toBeLessThanOrEqual(1000)
    }
    const kept = cache.encode('sotw', CDS, [all[2] as EncodedResource])
    expect(cache.encode('sotw', CDS, [all[2] as EncodedResource])).toBe(kept)
  })
})
