import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { isWide, narrow } from './narrow.js'
import { parseYaml, YamlShapes } from './yaml/index.js'
import { splitYamlDocuments } from './yaml/split.js'

/** V8 marks texts of one byte a character with a quotation mark when it writes them down. */
function isNarrow(text: string): boolean {
  return serialize(text)[2] === '"'.charCodeAt(0)
}

describe('narrow', () => {
  const cut = 'a dash – and a text that says nothing of it'.slice(8)

  it('makes texts narrow that can be', () => {
    expect(isNarrow(cut)).toBe(false)
    expect(isNarrow(narrow(cut))).toBe(true)
    expect(narrow(cut)).toBe(cut)
  })

  it.each(['', 'é"\\\n\0', '– wide', '\ud800 alone', '__proto__', '\u2028'])('does not change %j', text => {
    expect(narrow(text)).toBe(text)
    expect(isWide(text)).toBe([...text].some(char => char > '\xff'))
  })
})

describe('a wide character in a comment', () => {
  it.each([
    ['plain', '# –\na: some text here\n'],
    ['single quotes', "# –\na: 'some text here'\n"],
    ['double quotes', '# –\na: "some text here"\n'],
    ['literal', '# –\na: |-\n  some text here\n'],
    ['flow', '# –\na: [some text here]\n'],
  ])('leaves %s text narrow', (_, text) => {
    const read = parseYaml(text)
    const value = read.ok ? Object.values(read.value as object).flat()[0] : undefined
    expect(value).toBe('some text here')
    expect(isNarrow(value)).toBe(true)
  })

  it('leaves other documents of the stream narrow', () => {
    const [first, second] = splitYamlDocuments('# –\na: 1\n---\nb: some text\n')
    expect(first!.text).toBe('# –\na: 1\n')
    expect(isNarrow(second!.text)).toBe(true)
  })
})

it('shapes make narrow texts', () => {
  const shapes = new YamlShapes()
  const read = (name: string): unknown =>
    shapes.read({ texts: ['metadata:\n  name: some-', name, '-name\n  other: "some text here"\n'], values: [1] })
  read('a')
  read('b')
  const { metadata } = read('c') as { metadata: { name: string; other: string } }
  expect(metadata).toEqual({ name: 'some-c-name', other: 'some text here' })
  expect([metadata.name, metadata.other].map(isNarrow)).toEqual([true, true])
})
