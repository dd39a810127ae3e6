import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { equalJson, type Json } from '../json.js'
import { parseYaml, stringifyYaml } from './index.js'
import { KeyOrders } from './key-order.js'
import { compareKeys } from './keys.js'

/** What sigs.k8s.io/yaml v1.6.0 prints. */
const FACTS: readonly (readonly [Json, string])[] = [
  [null, 'null\n'],
  [true, 'true\n'],
  [[], '[]\n'],
  [{}, '{}\n'],
  [{ b: [], a: {}, c: null }, 'a: {}\nb: []\nc: null\n'],
  [{ a: { b: [{ c: 1, d: [2] }] } }, 'a:\n  b:\n  - c: 1\n    d:\n    - 2\n'],
  [[[1, [2]], { a: 1 }], '- - 1\n  - - 2\n- a: 1\n'],
  [{ a10: 1, a2: 2, a: 3, 'a-b': 4, a_b: 5, B: 6, 'a.b': 7 }, 'B: 6\na: 3\na-b: 4\na.b: 7\na_b: 5\na2: 2\na10: 1\n'],
  [
    ['y', 'n', 'Yes', 'no', 'on', 'OFF', 'true', 'null', '~', ''],
    '- "y"\n- "n"\n- "Yes"\n- "no"\n- "on"\n- "OFF"\n- "true"\n- "null"\n- "~"\n- ""\n',
  ],
  [
    ['1', '0o1', '1_0', '0x1f', '08', '1e3', '1.5', '.5', '.inf'],
    '- "1"\n- "0o1"\n- "1_0"\n- "0x1f"\n- "08"\n- "1e3"\n- "1.5"\n- ".5"\n- ".inf"\n',
  ],
  [['0b2', '1e', 'v1', '1.2.3', '-a', '?a', ':a', '0778x'], '- 0b2\n- 1e\n- v1\n- 1.2.3\n- -a\n- ?a\n- :a\n- 0778x\n'],
  [['2001-01-01', '2001-13-01', '12:30:45', '12:60'], '- "2001-01-01"\n- 2001-13-01\n- "12:30:45"\n- 12:60\n'],
  [
    ['- a', 'a: b', 'a:', 'a #b', '#a', ' a', 'a ', '[a', "it's", "'a'"],
    "- '- a'\n- 'a: b'\n- 'a:'\n- 'a #b'\n- '#a'\n- ' a'\n- 'a '\n- '[a'\n- it's\n- '''a'''\n",
  ],
  [
    ['a\tb', '\u0000\u001b', 'a\rb', '😀', '\u00e9', '"'],
    '- "a\\tb"\n- "\\0\\e"\n- "a\\rb"\n- "\\U0001F600"\n- \u00e9\n- \'"\'\n',
  ],
  [
    { a: 'x\ny\n', b: 'x\ny', c: 'x\n\n', d: ' x\ny', e: 'x \ny' },
    'a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2-\n   x\n  y\ne: "x \\ny"\n',
  ],
  [
    [1, -1, 1.5, 1e21, 1234567.5, 0.00001, -0, 12345678901234567890n],
    '- 1\n- -1\n- 1.5\n- 1e+21\n- 1.2345675e+06\n- 1e-05\n- 0\n- 12345678901234567890\n',
  ],
  [{ 'a\nb': 1 }, '? |-\n  a\n  b\n: 1\n'],
  [{ ['k'.repeat(129)]: { a: 1 } }, `? ${'k'.repeat(129)}\n: a: 1\n`],
  [{ a: `${'x'.repeat(80)} y z` }, `a: ${'x'.repeat(80)}\n  y z\n`],
  [{ a: `# ${'x'.repeat(80)} y` }, `a: '# ${'x'.repeat(80)}\n  y'\n`],
  [{ a: `\t${'x'.repeat(80)}  y` }, `a: "\\t${'x'.repeat(80)}\n  \\ y"\n`],
]

const word = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab01-_.:# \n\'"\\[{,&*!|>%@?~eEx+/\té'), maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }).filter(text => !/[\u0080-\u009f\u2028\u2029]/.test(text)),
  fc.lorem({ maxCount: 20 }),
)
const json = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      word.filter(key => key !== '<<'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value

describe('stringifyYaml', () => {
  it.each(FACTS.map(([value, text]) => [text, value] as const))('prints %j', (text, value) => {
    expect(stringifyYaml(value)).toBe(text)
  })

  it('prints what parseYaml reads back', () => {
    fc.assert(
      fc.property(json, value => {
        const back = parseYaml(stringifyYaml(value))
        return back.ok && equalJson(back.value, JSON.parse(JSON.stringify(value)) as Json)
      }),
      { seed: 20, numRuns: 400 },
    )
  })
})

describe('what is remembered of keys and scalars', () => {
  /** A printer that has met nothing. */
  async function fresh(): Promise<typeof stringifyYaml> {
    vi.resetModules()
    return (await import('./stringify.js')).stringifyYaml
  }

  const place = fc.constantFrom<(text: Json) => Json>(
    text => text,
    text => ({ a: text }),
    text => [{ bcd: [text] }],
    text => ({ a: { b: text, 'y z': { c: [[text]] } } }),
    text => ({ ['long'.repeat(20)]: text }),
  )
  const texts = [
    'two\nlines',
    'a: b',
    `${'some words '.repeat(12)}end`,
    `"${'quoted words: '.repeat(9)}`,
    'é \ud83d\ude00',
    '1.10',
    'y',
  ]

  it('is the same wherever a text was met before', async () => {
    const pairs = fc.sample(fc.tuple(fc.constantFrom(...texts), place), 60)
    for (const [text, put] of pairs) expect(stringifyYaml(put(text))).toBe((await fresh())(put(text)))
  })

  it('is the order of keys, whatever maps were met before', () => {
    const orders = new KeyOrders(key => `${key}:`)
    const key = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '1', '2', '-', '.', 'é'), maxLength: 4 })
    const maps = fc.array(fc.uniqueArray(key, { maxLength: 60 }), { minLength: 50, maxLength: 50 })
    fc.assert(
      fc.property(maps, sequences => {
        for (const keys of [...sequences, ...sequences]) {
          const object = Object.fromEntries(keys.map(name => [name, 1]))
          const sorted = Object.keys(object).sort(compareKeys)
          expect(orders.of(object)).toEqual({ keys: sorted, heads: sorted.map(name => `${name}:`) })
        }
      }),
      { numRuns: 20 },
    )
  })
})
