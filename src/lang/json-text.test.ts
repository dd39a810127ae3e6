import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from './json.js'
import { PrintedPlace } from './json-text.js'
import { share } from './shared-json.js'

function print(place: PrintedPlace, value: Json): string {
  const pieces: string[] = []
  place.print(value, pieces)
  return pieces.join('')
}

/** Few keys and values, so that what stands at a place is often there again, or something like it. */
const scalar = fc.constantFrom<Json[]>(null, true, 0, -1.5, 1e21, '', 'a', 'é"\\\n', '\u2028', '__proto__')
const { tree } = fc.letrec<{ tree: Json }>(tie => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', '"', 'é', '__proto__'), tie('tree'), {
      maxKeys: 3,
      noNullPrototype: false,
    }),
  ),
}))

test('prints as JSON.stringify does, whatever stood at the place before, shared or not', () => {
  const shared = fc.array(
    tree.map(value => share(value)),
    { minLength: 1, maxLength: 5 },
  )
  const values = fc
    .tuple(shared, fc.array(tree), fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean())))
    .map(([kept, own, picks]): Json[] =>
      picks.map(([i, j, isInside]) => {
        const value = kept[i % kept.length]!
        const other = own[j % Math.max(own.length, 1)] ?? null
        return isInside ? { a: [other, value, value], b: value, c: { a: value } } : i % 2 === 0 ? value : other
      }),
    )
  fc.assert(
    fc.property(values, list => {
      const place = new PrintedPlace()
      for (const value of list) expect(print(place, value)).toBe(JSON.stringify(value))
    }),
    { numRuns: 2_000 },
  )
})

test.each<[what: string, value: Json, text: string]>([
  ['an integer beyond 2^53', [12345678901234567890n], '[12345678901234567890]'],
  ['more items than are remembered', Array.from({ length: 300 }, (_, i) => i), JSON.stringify([...Array(300).keys()])],
  ['nothing in it', { a: [], b: {} }, '{"a":[],"b":{}}'],
])('%s', (_, value, text) => {
  const place = new PrintedPlace()
  expect([print(place, value), print(place, value)]).toEqual([text, text])
})
