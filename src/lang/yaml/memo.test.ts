import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeGoJson } from '../gojson.js'
import type { Json } from '../json.js'
import { isShared } from '../shared-json.js'
import { readFast } from './fast.js'
import { parseYaml, YamlMemo } from './index.js'

const shown = (value: Json | undefined): string => (value === undefined ? 'none' : encodeGoJson(value))

/** Few different lines, so that the same block comes again behind, before and inside others. */
const line = fc
  .tuple(
    fc.constantFrom('', '  ', '    ', '      '),
    fc.constantFrom(
      ...['a:', 'b: 1', '- a: 1', '- - b', '-', '- x', 'x', '# c', '', 'c: |', 'c: |+', '- |-', 'd: "q', 'q"', "e: 'r"],
      ...["r'", 'f: [1,', '2]', 'g: {h: 1', '}', '---', 'b: 2 # c', 'a: # c', '- a:', 'y: no', "'z': 0x1f"],
    ),
  )
  .map(([indent, content]) => indent + content)
const piece = fc.constantFrom(
  ...['- a: 1\n  b: 2', '- a:\n    b: 2\n  c: 3', '- a: |\n    x\n\n', '- a: |+\n    x\n\n', '- a: 1\n# c\n  b: 2'],
  ...['- a: "q\n    r"\n  b: 1', '- a: "q\nr"\n  b: 1', '- a: p\n    q\n  b: 1', '- a: {b: 1,\nc: 2}\n  d: 1'],
  ...[
    '- - x\n  - y',
    '-\n  a: 1\n  b: 2',
    '- a:\n  - x\n  - y',
    '- a: [1,\n  2]\n# c\n',
    '- a: |-\n    - x\n    # y\n',
  ],
)
const document = fc
  .array(fc.oneof({ weight: 4, arbitrary: piece }, line), { minLength: 1, maxLength: 5 })
  .chain(pieces => fc.constantFrom('', 'top:\n', 'k: v\ntop:\n  in:\n').map(head => head + pieces.join('\n')))
const ended = fc.tuple(document, fc.constantFrom('', '\n', '\n\n')).map(([text, end]) => text + end)

describe('YamlMemo', () => {
  it('changes no value, whatever was read before', () => {
    const memo = new YamlMemo()
    let shared = 0
    fc.assert(
      fc.property(ended, text => {
        const known = readFast(text, false, memo)
        expect(shown(known)).toBe(shown(readFast(text, false)))
        if (holdsShared(known ?? null)) shared++
      }),
      { seed: 11, numRuns: 20_000 },
    )
    expect(shared).toBeGreaterThan(500)
  })

  it('gives the same frozen block from the third reading on', () => {
    const memo = new YamlMemo()
    const read = (name: string): Json => {
      const result = parseYaml(`top:\n  list:\n  - name: ${name}\n    x: 1\n  - name: same\n    y: [1, 2]\n`, { memo })
      return result.ok ? ((result.value as { top: { list: Json[] } }).top.list[1] ?? null) : null
    }
    const [first, second, third] = [read('a'), read('b'), read('c')]
    expect(Object.isFrozen(first)).toBe(false)
    expect(third).toBe(second)
    expect(Object.isFrozen((third as { y: Json }).y)).toBe(true)
  })

  it('forgets what is not used', () => {
    const memo = new YamlMemo()
    for (const _ of ['met', 'kept']) memo.keep('block', { a: 1 })
    const other = (from: number): void => {
      for (let i = from; i < from + 600; i++) memo.keep(`other ${i}`, [])
    }
    other(0)
    expect(memo.get('block')).toEqual({ a: 1 })
    other(1_000)
    other(2_000)
    expect(memo.get('block')).toBeUndefined()
  })
})

function holdsShared(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isShared(value) || Object.values(value).some(holdsShared)
}
