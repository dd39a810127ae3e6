import { describe, expect, it } from 'vitest'
import { encodeGoJson } from '../gojson.js'
import { parseYaml, parseYamlStream, splitYamlDocuments } from './index.js'
import { MAX_ALIAS_NODES, MAX_DEPTH } from './limits.js'

/** What sigs.k8s.io/yaml v1.6.0 reads, as JSON with sorted keys. */
const FACTS: readonly (readonly [string, string])[] = [
  ['', 'null'],
  ['# only a comment\n', 'null'],
  ['---\na: 1\n', '{"a":1}'],
  ['[yes, No, on, OFF, y, N, true, False]', '[true,false,true,false,true,false,true,false]'],
  ['[0777, 0o777, 1_000, 0b11, 0x1F, -0b11, +5, 08, 0_7]', '[511,511,1000,3,31,-3,5,8,7]'],
  ['[1e3, .5, 1., -1.5E+2, ".5", 1e999, 1.2.3]', '[1000,0.5,1,-150,".5","1e999","1.2.3"]'],
  ['[2001-01-01, 12:30:45, 1:20]', '["2001-01-01","12:30:45","1:20"]'],
  [
    '[9007199254740993, 18446744073709551615, -9223372036854775808]',
    '[9007199254740993,18446744073709551615,-9223372036854775808]',
  ],
  ['1: a\nyes: b\n1.5: c\n1e6: d\n0x10: e\n', '{"1":"a","1.5":"c","16":"e","1e+06":"d","true":"b"}'],
  ['~: a', 'error'],
  ['? [a]\n: b', 'error'],
  ['a: .inf', 'error'],
  ['a: 1\na: 2', '{"a":2}'],
  [
    'a: !!binary aGVsbG8=\nb: !!str 5\nc: !!int "7"\nd: !foo x\ne: !!float 1\n',
    '{"a":"hello","b":"5","c":7,"d":"x","e":1}',
  ],
  ['a: !!binary "*"', 'error'],
  ['x: &x {a: 1}\nw: *x\nz:\n  <<: *x\n  b: 2\n', '{"w":{"a":1},"x":{"a":1},"z":{"a":1,"b":2}}'],
  ['a: 1\n<<: {a: 2, c: 3}\nc: 4', '{"a":2,"c":4}'],
  ['<<: [{a: 1}, {a: 2, b: 3}]', '{"a":1,"b":3}'],
  ['<<: 1', 'error'],
  ['a: *x', 'error'],
  ['a: &x [*x]', 'error'],
  ['a: b\n  c\n\n  d\ne: "f\n  g\\\n  h"\n', '{"a":"b c\\nd","e":"f gh"}'],
  ['a: |\n  x\n   y\n\nb: |-\n  x\nc: >\n  x\n  y\n', '{"a":"x\\n y\\n","b":"x","c":"x y\\n"}'],
  ['a: |\n  x', '{"a":"x"}'],
  ['a: |+\n\n', '{"a":"\\n"}'],
  ['a: {b: 1,\nc: [\n2,\n],\n}\n', '{"a":{"b":1,"c":[2]}}'],
  ['{"a":1,"b":["c"]}', '{"a":1,"b":["c"]}'],
  ['a: 1\r\nb: |\r\n  x\r\n', '{"a":1,"b":"x\\n"}'],
  ['a: [001:db8::, a:b]', '{"a":["001:db8::","a:b"]}'],
  ['a: b: c', 'error'],
  ['a:\n\t- b', 'error'],
  ['a: [', 'error'],
  ['__proto__: {x: 1}\nconstructor: 2\n', '{"__proto__":{"x":1},"constructor":2}'],
]

const read = (text: string): string => {
  const result = parseYaml(text)
  return result.ok ? encodeGoJson(result.value, { sortKeys: true }) : 'error'
}

describe('parseYaml', () => {
  it.each(FACTS)('reads %j', (text, json) => {
    expect(read(text)).toBe(json)
  })

  it('says where the syntax breaks', () => {
    const result = parseYaml('a: 1\nb: [1, 2\nc: 3\n', { file: 'x.yaml', line: 10 })
    expect(result).toMatchObject({ ok: false, error: { code: 'yaml-syntax', position: { file: 'x.yaml', line: 12 } } })
  })

  it('refuses equal keys where asked to', () => {
    const result = parseYaml('a: 1\nb: 2\na: 3\n', { duplicateKeys: 'error' })
    expect(result).toMatchObject({ ok: false, error: { code: 'yaml-duplicate-key', position: { line: 3, column: 1 } } })
  })

  it.each([
    ['flow lists', '['.repeat(10_000)],
    ['flow maps', '{a: '.repeat(10_000)],
    ['dashes', '- '.repeat(10_000)],
    ['indented maps', Array.from({ length: MAX_DEPTH + 2 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])('refuses deep %s', (_, text) => {
    expect(parseYaml(text)).toMatchObject({ ok: false, error: { code: 'yaml-limit' } })
  })

  it('refuses aliases that multiply', () => {
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${Array(9).fill(i === 0 ? 'x' : `*a${i - 1}`)}]\n`)
    expect(parseYaml(bomb.join(''))).toMatchObject({
      ok: false,
      error: { code: 'yaml-limit', message: `aliases add more than ${MAX_ALIAS_NODES} nodes` },
    })
  })

  it('keeps copies of an alias apart', () => {
    const result = parseYaml('a: &x {n: 1}\nb: *x\n')
    const value = result.ok ? (result.value as { a: object; b: object }) : undefined
    expect(value?.a).not.toBe(value?.b)
  })
})

describe('parseYamlStream', () => {
  it('keeps the source of every document and finds places in it', () => {
    const stream = '# one\na: 1 # x\n---\nb:\n- c: 1\n  "d e": {f: 2}\n'
    const [first, second] = parseYamlStream(stream, { file: 's.yaml' })
    expect(first).toMatchObject({ text: '# one\na: 1 # x\n', line: 1, value: { a: 1 }, problems: [] })
    expect(second?.locate(['b', 0, 'd e', 'f'])).toEqual({ file: 's.yaml', line: 6, column: 11 })
    expect(second?.locate(['b', 0, 'nope', 'x'])).toEqual({ file: 's.yaml', line: 5, column: 3 })
    expect(second?.locate([])).toEqual({ file: 's.yaml', line: 4, column: 1 })
  })

  it('reads on behind a document that fails', () => {
    const documents = parseYamlStream('a: [\n---\nb: 1\n')
    expect(documents.map(({ value, problems }) => [value, problems.length])).toEqual([
      [null, 1],
      [{ b: 1 }, 0],
    ])
  })
})

describe('splitYamlDocuments', () => {
  it.each([
    ['', []],
    ['a\n---\nb', ['a\n', 'b']],
    ['---\na\n---\n---\nb\n', ['---\na\n', '---\nb\n']],
    ['---\n---\n', ['---\n']],
    ['a\n--- # c\nb\n---', ['a\n', 'b\n']],
    ['a\n ---\nb\n', ['a\n ---\nb\n']],
  ])('cuts %j', (stream, texts) => {
    expect(splitYamlDocuments(stream).map(({ text }) => text)).toEqual(texts)
  })

  it('marks a separator with text behind it', () => {
    expect(splitYamlDocuments('a\n--- x\nb\n')[0]).toMatchObject({ badSeparator: 'x' })
    expect(parseYamlStream('a: 1\n--- x\nb: 1\n')[0]?.problems).toMatchObject([{ position: { line: 2, column: 1 } }])
  })
})

describe('control characters', () => {
  it.each(['\u0000\u0001', 'a: b\u0007', 'a: "\u007f"'])('are no text: %j', text => {
    const read = parseYaml(text, { file: 'f.yaml' })
    expect(read).toMatchObject({ ok: false, error: { code: 'yaml-syntax', position: { line: 1 } } })
  })
  it('but for tab, line feed, carriage return and next line', () => {
    expect(parseYaml('a: "\tb\u0085c"\r\n').ok).toBe(true)
  })
})
