import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeGoJson } from '../gojson.js'
import type { Json } from '../json.js'
import { isShared } from '../shared-json.js'
import { parseYaml, YamlShapes } from './index.js'

/** Fixed texts with `§` where a value stands: scalars of every style, keys, comments, flows, and lines that continue others. */
const line = fc
  .tuple(
    fc.constantFrom('', '', '  ', '    '),
    fc.constantFrom(
      ...['a: §', 'b: "§"', "c: '§'", 'd: x§', 'e: §x', 'f: "a§b§"', 'g: §.§', '§: 1', '"§": 1', 'h: § # c', '# §'],
      ...['- §', '- "§"', '- k: §', '-§', 'i: [§]', 'j: ["§", 1]', 'k: {x: §}', "l: {'x': '§'}", 'm: |', '§', '§ §'],
      ...[
        'n: |-',
        'o: "§',
        '§"',
        'p: "\\§"',
        'q: x:§',
        'r: x#§',
        's: x #§',
        't: >',
        'u:',
        '---',
        'v: &§',
        '1: §',
        '0: a',
      ],
      ...[
        'w: |§',
        'x: §:',
        "y: 'it''§'",
        'z: "\\x4§"',
        'a: "\\\\§"',
        'b: §\r',
        'c: \ue000',
        'd: -§',
        'e: ""',
        'f: § §',
      ],
    ),
  )
  .map(([indent, content]) => indent + content)
const fixed = fc.array(line, { minLength: 1, maxLength: 7 }).map(lines => lines.join('\n'))
const value = fc.oneof(
  fc.constantFrom(
    ...[
      'a',
      'app-1',
      'v1',
      '1.0',
      '1',
      'true',
      'null',
      '~',
      '',
      ' ',
      'a b',
      ' a',
      'a ',
      '#',
      'a #b',
      'a: b',
      'a:',
      ':a',
    ],
    ...[
      '-',
      '- a',
      '---',
      '...',
      '"',
      '"a"',
      '"a b"',
      '"a\\n"',
      '""',
      "'",
      "'a'",
      '\\',
      'a\\',
      '[',
      ']',
      '{a: 1}',
      'a,b',
    ],
    ...[
      '{"containerPort":8080}',
      'a\nb',
      'a\n  b: 1',
      '\t',
      'a\tb',
      'é',
      '\ue000',
      '\ue001',
      '\u2028',
      '|',
      '>',
      '&a',
      '*a',
    ],
    ...[
      '!t',
      '%',
      '@',
      '`',
      '?',
      '? a',
      '0x1f',
      '1_000',
      '.5',
      '.inf',
      'yes',
      '2001-01-01',
      '1:20',
      '=',
      '<<',
      '"a"b"',
      '\r',
    ],
  ),
  fc.string({ maxLength: 6 }),
)

interface Parts {
  readonly texts: string[]
  readonly values: number[]
}

/** The template's text between the values, and the values; empty texts are left out, as templates leave them out. */
function partsOf(template: string, values: readonly string[]): Parts {
  const parts: Parts = { texts: [], values: [] }
  for (const [i, text] of template.split('§').entries()) {
    if (i > 0 && values[i - 1] !== '') parts.values.push(parts.texts.length)
    if (i > 0 && values[i - 1] !== '') parts.texts.push(values[i - 1]!)
    if (text !== '') parts.texts.push(text)
  }
  return parts
}

const shown = (read: Json | undefined): string => (read === undefined ? 'none' : encodeGoJson(read))

describe('YamlShapes', () => {
  it('never says anything else than the reader', () => {
    let known = 0
    const cases = fixed.chain(template => {
      const holes = template.split('§').length - 1
      const values = fc.array(value, { minLength: holes, maxLength: holes })
      return fc.tuple(fc.constant(template), fc.array(values, { minLength: 3, maxLength: 8 }))
    })
    const shapes = new YamlShapes()
    fc.assert(
      fc.property(cases, ([template, executions]) => {
        // The second time with plain values makes the shape; then come the others.
        const plain = executions[0]!.map((_, i) => `p${i}`)
        for (const values of [plain, plain, ...executions]) {
          const parts = partsOf(template, values)
          const read = shapes.read(parts)
          if (read === undefined) continue
          known++
          const expected = parseYaml(parts.texts.join(''))
          expect(shown(read)).toBe(expected.ok ? shown(expected.value) : expected.error.message)
        }
      }),
      { seed: 3, numRuns: 20_000 },
    )
    expect(known).toBeGreaterThan(5_000)
  })

  it.each([
    ['a: §', 'app', '1.0', 'b: c', 'x #y', '- a'],
    ['a: "§"', '1.0: {#}', 'a"b', 'a\\n', 'a\nb'],
    ["a: '§'", 'x "1.0" \\', "it's", ' a'],
    ['a: |\n  [§]\n', '{"a": "b"} # \'', 'a\nb', 'é'],
    ['a: {b: "§"}', 'x, y]', 'x"'],
  ])('of %j fills in %j and leaves other texts to the reader', (template, harmless, ...others) => {
    const shapes = new YamlShapes()
    for (const _ of ['met', 'made']) shapes.read(partsOf(template, ['a']))
    const read = (text: string): string => shown(shapes.read(partsOf(template, [text])))
    const expected = parseYaml(template.replace('§', harmless))
    expect(read(harmless)).toBe(shown(expected.ok ? expected.value : undefined))
    expect(others.map(read)).toEqual(others.map(() => 'none'))
  })

  it('makes no shape where a value is a key, a comment, in a flow or over several lines', () => {
    for (const template of ['§: 1', 'a: 1 # §', 'a: [§]', 'a: "\n  §"', 'a: x\n  §']) {
      const shapes = new YamlShapes()
      const read = ['a', 'a', 'a'].map(text => shapes.read(partsOf(template, [text])))
      expect([template, ...read]).toEqual([template, undefined, undefined, undefined])
    }
  })

  it('shares what holds no value, frozen', () => {
    const shapes = new YamlShapes()
    const read = (text: string) => shapes.read(partsOf('a: {x: 1}\nb: "§"\n', [text])) as Record<string, object>
    read('1')
    const [second, third] = [read('2'), read('3')]
    expect([second, third]).toEqual([
      { a: { x: 1 }, b: '2' },
      { a: { x: 1 }, b: '3' },
    ])
    expect(third['a']).toBe(second['a'])
    expect(isShared(third['a']!)).toBe(true)
  })

  it('is bounded: documents of ever new kinds push out old ones', () => {
    const shapes = new YamlShapes()
    const kind = (name: number): Json | undefined => shapes.read(partsOf(`k${name}: "§"\n`, ['v']))
    for (let turn = 0; turn < 3; turn++) kind(0)
    expect(kind(0)).toEqual({ k0: 'v' })
    for (let name = 1; name < 20_000; name++) kind(name)
    expect(kind(0)).toBeUndefined()
  })
})
