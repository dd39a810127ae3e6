import { createHash } from 'node:crypto'
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
      ['delta', CDS, [{ ...a, name: 'other' }, b]],
    ]
    const first = asked.map(question => cache.encode(...question))
    expect(first.map(parts => Buffer.concat(parts))).toEqual(asked.map(question => encodeResources(...question)))
    const again = asked.map(([protocol, type, resources]) => cache.encode(protocol, type, [...resources]))
    expect(again.map(([bytes], i) => bytes === first[i]?.[0])).toEqual(asked.map(() => true))
    cache.clear()
    expect(cache.bytes).toBe(0)
  })

  it('shares most of what lists have in common, wherever they differ', () => {
    const cache = createBodyCache()
    const version = (i: number): string => createHash('sha256').update(String(i)).digest('base64url')
    const all = Array.from({ length: 1000 }, (_, i) => ({ ...resource(`r${i}`, 1000), version: version(i) }))
    const whole = cache.encode('delta', CDS, all)
    for (const at of [0, 333, 1000]) {
      const other = [...all.slice(0, at), resource('own', 1000), ...all.slice(at)]
      const parts = cache.encode('delta', CDS, other)
      expect(Buffer.concat(parts).equals(encodeResources('delta', CDS, other))).toBe(true)
      const fresh = parts.filter(part => !whole.includes(part))
      expect(fresh.reduce((sum, part) => sum + part.length, 0)).toBeLessThan(200_000)
    }
  })

  it.each<Protocol>(['sotw', 'delta'])('sends what is large from where it stands (%s)', protocol => {
    const cache = createBodyCache()
    const all = [resource('a'), resource('large', 100_000), resource('b'), resource('larger', 70_000)]
    const parts = cache.encode(protocol, CDS, all)
    expect(Buffer.concat(parts).equals(encodeResources(protocol, CDS, all))).toBe(true)
    expect(parts.some(part => part === all[1]?.bytes)).toBe(true)
    expect(cache.bytes).toBeLessThan(1000)
  })

  it.each<Protocol>(['sotw', 'delta'])(
    'puts what stands in pieces together only among what is small (%s)',
    protocol => {
      const whole = Uint8Array.from({ length: 90_000 }, (_, i) => i)
      const list = [whole.subarray(0, 10), whole.subarray(10, 80_000), whole.subarray(80_000)]
      const inPieces = (from: number, to: number): EncodedResource => {
        const some = list.slice(from, to)
        const size = some.reduce((sum, { length }) => sum + length, 0)
        const bytes = (): never => {
          throw new Error('nobody needs the whole')
        }
        return Object.defineProperty({ ...resource(`p${from}${to}`), pieces: { size, list: some } }, 'bytes', {
          get: bytes,
        })
      }
      const same = (each: EncodedResource): EncodedResource => ({
        ...resource(each.name),
        bytes: Buffer.concat(each.pieces?.list ?? []),
      })
      const all = [inPieces(0, 3), inPieces(2, 3), inPieces(0, 1)]
      const parts = createBodyCache().encode(protocol, CDS, all)
      expect(Buffer.concat(parts).equals(encodeResources(protocol, CDS, all.map(same)))).toBe(true)
      expect(Buffer.concat([encodeResources(protocol, CDS, all)]).equals(Buffer.concat(parts))).toBe(true)
      expect(parts).toContain(list[1])
    },
  )

  it('holds no more than it may: the oldest go, and what is larger is not kept', () => {
    const cache = createBodyCache(1000)
    const all = [200, 400, 600, 2000].map((size, i) => resource(String(i), size))
    for (const each of all) {
      const [bytes] = cache.encode('sotw', CDS, [each])
      expect(encodeResources('sotw', CDS, [each]).equals(bytes ?? Buffer.alloc(0))).toBe(true)
      expect(cache.bytes).toBeLessThanOrEqual(1000)
    }
    const [kept] = cache.encode('sotw', CDS, [all[2] as EncodedResource])
    expect(cache.encode('sotw', CDS, [all[2] as EncodedResource])[0]).toBe(kept)
  })
})
