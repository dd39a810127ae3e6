import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeGoJson } from '../gojson.js'
import type { Json } from '../json.js'
import { readFast } from './fast.js'
import { readFull } from './full.js'
import { parseYaml, splitYamlDocuments } from './index.js'

const sorted = (value: Json): string => encodeGoJson(value, { sortKeys: true })

/** Both readers' results where the fast one has an opinion and the package accepts the text. */
function disagreement(text: string): readonly [string, string] | undefined {
  const fast = readFast(text, false)
  if (fast === undefined) return undefined
  const full = readFull(text, false)
  if (!full.ok || sorted(full.value) === sorted(fast)) return undefined
  return [sorted(fast), sorted(full.value)]
}

const scalar = fc.constantFrom(
  ...[
    'a',
    'a b',
    'a:b',
    'a#b',
    '-x',
    '1',
    '0777',
    'yes',
    '~',
    '1e3',
    "'it''s'",
    '"x: y"',
    '"a\\n\\x41"',
    '[a, b]',
    '{a: b, c: [1]}',
  ],
  ...[
    '[]',
    '{}',
    '{a: , b: 1,}',
    'a # c',
    '"a" # c',
    '$(X)',
    'http://x:80/y',
    '*',
    '&a x',
    '!!str 1',
    '"q',
    'a: b',
    '- a',
    '.5',
    '|x',
  ],
  ...[
    '"a\n   b"',
    "'a\n\n   b'",
    'a\n   b',
    '[\n 1,\n 2 ]',
    '\ta',
    'a\tb',
    'é',
    '😀',
    '...',
    '---',
    '::',
    ':a',
    '?',
    '%a',
    '`a',
    '"a\\\n   b"',
  ],
)
const key = fc.constantFrom('a', 'b', 'c.d/e', '"q"', "'s'", 'yes', '1', '1.5', 'a b', '<<', '~', 'é')
const eol = fc.constantFrom('\n', '\n', '\n', ' # c\n', '\n\n', '\n  # c\n', '  \n')
const literal = fc
  .tuple(
    fc.constantFrom('|', '|-', '|+', '>', '|2'),
    fc.array(fc.constantFrom('', 'x', '  y', '# z', 'a: b', '- c'), { maxLength: 4 }),
  )
  .map(
    ([head, lines]) =>
      (indent: string): string =>
        `${head}\n${lines.map(line => `${indent}${line}`.trimEnd()).join('\n')}`,
  )

/** Writes itself with the given indentation. */
type Write = (indent: string) => string
interface Shapes {
  block: Write
  value: Write
}
const { block } = fc.letrec<Shapes>(tie => ({
  block: fc
    .tuple(fc.boolean(), fc.array(fc.tuple(key, tie('value') as fc.Arbitrary<Write>), { minLength: 1, maxLength: 3 }))
    .map(
      ([isList, entries]) =>
        (indent: string): string =>
          entries.map(([name, value]) => `${indent}${isList ? '-' : `${name}:`}${value(indent)}`).join(''),
    ),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(scalar, eol).map(
      ([text, end]) =>
        (): string =>
          ` ${text}${end}`,
    ),
    fc.tuple(literal, eol).map(
      ([text, end]) =>
        (indent: string): string =>
          ` ${text(`${indent}  `)}${end}`,
    ),
    eol.map(end => (): string => end),
    fc.tuple(tie('block') as fc.Arbitrary<Write>, eol, fc.constantFrom('', ' ', '  ', '  ', '  ')).map(
      ([inner, end, step]) =>
        (indent: string): string =>
          `${end}${inner(indent + step)}`,
    ),
  ),
}))

describe('readFast', () => {
  it('agrees with the full reader on generated documents', () => {
    let opinions = 0
    fc.assert(
      fc.property(block, write => {
        const text = write('')
        if (readFast(text, false) !== undefined) opinions++
        expect(disagreement(text)).toBeUndefined()
      }),
      { seed: 7, numRuns: 1_500 },
    )
    expect(opinions).toBeGreaterThan(200)
  })

  it.each([
    'a: &x 1',
    'a: !!str 1',
    '? a',
    'a: >\n  b\n',
    '\ta: 1',
    '%YAML 1.1\n---\na: 1',
    '<<: {a: 1}',
    'a: 1\n---\nb: 1',
    'a: {a:1}',
  ])('has no opinion on %j', text => {
    expect(readFast(text, false)).toBeUndefined()
  })

  const data = process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/conformance')
  it.skipIf(!existsSync(data))('reads nearly every manifest, and agrees with the full reader', () => {
    const files = readdirSync(join(data, 'injection'), { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.yaml'),
    )
    const texts = files
      .map(name => readFileSync(join(data, 'injection', name), 'utf8'))
      .filter(text => text.length < 20_000)
    const documents = texts.flatMap(text => splitYamlDocuments(text).map(document => document.text))
    const fast = documents.filter(text => readFast(text, false) !== undefined)
    expect(fast.length).toBeGreaterThan(documents.length * 0.95)
    // Every seventh: the full reader takes milliseconds for each.
    expect(
      fast
        .filter((_, i) => i % 7 === 0)
        .map(disagreement)
        .filter(Boolean),
    ).toEqual([])
  })
})

describe('any text', () => {
  it('is read or refused, never thrown at', () => {
    const noise = fc.string({ unit: fc.constantFrom(...'ab:-#\'"[]{},&*!|>%@?~<. \n\n\t\r0é'), maxLength: 60 })
    fc.assert(
      fc.property(noise, text => {
        expect(typeof parseYaml(text).ok).toBe('boolean')
      }),
      { seed: 3, numRuns: 1_500 },
    )
  })
})
