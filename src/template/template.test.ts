import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodedJson, type GoMap, type GoValue, parseTemplate, type SourcePosition, sprigFunctions } from './index.js'

const functions = sprigFunctions({
  now: () => 1_700_000_000_000,
  randomBytes: count => new Uint8Array(count).fill(7),
  env: name => (name === 'HOME' ? '/root' : undefined),
})

function run(text: string, data: GoValue = null): string {
  const parsed = parseTemplate('t', text, { functions })
  if (!parsed.ok) return parsed.error.message
  const result = parsed.value.execute(data)
  return result.ok ? result.value : result.error.message
}

describe('language', () => {
  it.each([
    ['{{ define "a" }}[{{ . }}]{{ end }}{{ template "a" 1 }}{{ template "a" }}', '[1][<no value>]'],
    ['{{ range $i, $e := (list "a" "b") }}{{ $i }}{{ $e }}{{ end }}', '0a1b'],
    ['{{ range 3 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ . }}{{ end }}', '02'],
    ['{{ $x := 1 }}{{ with $x = 2 }}{{ . }}{{ end }}{{ $x }}', '22'],
    ['{{ printf "%08.3f|%-6q|%+d|%x" 3.14159 "a" 5 "hi" }}', '0003.142|"a"   |+5|6869'],
    ['{{ "héllo" | trunc 2 | b64enc }}', 'aMM='],
    [
      'a\n{{ .x.y.z }}\n  {{ index nil 1 }}',
      't:3:5: executing "t" at <index nil 1>: error calling index: index of untyped nil',
    ],
    ['é{{ "a".x }}', 'template: t:1: unexpected . after term "\\"a\\""'],
  ])('%s', (text, expected) => expect(run(text, {})).toContain(expected))

  it('takes other delimiters', () => {
    const parsed = parseTemplate('t', '<< 1 >>{{ 2 }}', { delimiters: ['<<', '>>'] })
    expect(parsed.ok && parsed.value.execute(null)).toEqual({ ok: true, value: '1{{ 2 }}' })
  })

  it('tells which position wrote which text', () => {
    const parsed = parseTemplate('t', 'a\n{{ if true }}b{{ end }}\n  {{ "c" }}')
    if (!parsed.ok) throw new Error(parsed.error.message)
    const written: [string, SourcePosition][] = []
    parsed.value.execute(null, { onText: (text, position) => written.push([text, position]) })
    expect(written).toEqual([
      ['a\n', { line: 1, column: 1 }],
      ['b', { line: 2, column: 14 }],
      ['\n  ', { line: 2, column: 24 }],
      ['c', { line: 3, column: 6 }],
    ])
  })
})

describe('hostile input', () => {
  const deep = '{{ if true }}'.repeat(5_000)
  it.each([
    ['{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}', 'exceeded maximum template depth'],
    ['{{ range until 100000000 }}x{{ end }}', 'more than'],
    ['{{ repeat 1000000000 "x" }}', 'longer than'],
    ['{{ range 100000000 }}{{ end }}', 'steps'],
    ['{{ $x := "ab" }}{{ range 100 }}{{ $x = cat $x $x }}{{ end }}', 'than'],
    ['{{ $x := list 1 }}{{ range 100 }}{{ $x = list $x $x }}{{ end }}{{ $x }}', 'too large'],
    ['{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ $x }}', 'deep'],
    ['{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ mustToJson $x }}', 'cycle'],
    ['{{ range 1000 }}{{ repeat 100000 "x" }}{{ end }}', 'longer than'],
    ['{{ indent 1000000 (repeat 1000 "\\n") }}', 'longer than'],
    ['{{ printf "%1000000000d" 1 }}', '1'],
    [`{{ ${'('.repeat(2_000)} }}`, 'depth exceeded'],
    [`{{ ${'('.repeat(2_000)}1${')'.repeat(2_000)} }}`, 'depth'],
    [deep, 'nested'],
    ['{{ regexMatch (repeat 2000 "a") "a" }}', 'false'],
    ['{{ range 100 }}{{ bcrypt "x" | trunc 4 }}{{ end }}', 'works on more'],
  ])('%s', (text, expected) => expect(run(text)).toContain(expected))

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is data', name => {
    expect(run(`{{ .${name} }}|{{ index . "${name}" }}|{{ get . "${name}" }}`, { a: 1 })).toBe('<no value>|<no value>|')
    expect(run(`{{ (dict "${name}" 5).${name} }}`)).toBe('5')
    expect(run('{{ .x }}', decodedJson(JSON.parse(`{"x":{"${name}":1}}`)))).toBe(`map[${name}:1]`)
  })
})

describe('functions of the host', () => {
  it.each([
    ['{{ now | date "2006-01-02T15:04:05Z07:00" }}', '2023-11-14T22:13:20Z'],
    ['{{ env "HOME" }}{{ env "x" }}{{ expandenv "$HOME/${HOME}" }}', '/root/root//root'],
    ['{{ uuidv4 }}', '07070707-0707-4707-8707-070707070707'],
    ['{{ randInt 3 4 }}{{ randAlpha 3 | len }}', '33'],
    ['{{ encryptAES "k" "text" | decryptAES "k" }}', 'text'],
    ['{{ getHostByName "example.com" }}', ''],
    ['{{ genPrivateKey "rsa" }}', 'needs to generate keys, which this host does not do'],
  ])('%s', (text, expected) => expect(run(text)).toContain(expected))
})

const WORDS = [
  '{{',
  '}}',
  '{{-',
  '-}}',
  ' ',
  '\n',
  'if',
  'else',
  'end',
  'range',
  'with',
  'define',
  'template',
  'block',
  'break',
  'continue',
  '.',
  '.a',
  '.b.c',
  '$',
  '$x',
  ':=',
  '=',
  ',',
  '|',
  '(',
  ')',
  '"s"',
  '`r`',
  '1',
  '-2.5',
  "'c'",
  'nil',
  'true',
  'printf',
  'list',
  'dict',
  'set',
  'index',
  'len',
  'eq',
  'and',
  'or',
  'not',
  'repeat',
  'until',
  'toJson',
  'merge',
  'upper',
  'trunc',
  'regexReplaceAll',
  'splitList',
  'join',
  'quote',
  'default',
  '/*',
  '*/',
  'text',
  '"%v %d"',
  'semver',
  'toDate',
]

describe('properties', () => {
  it('any text and data end in a value or an error with a position', () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 3 })), { maxLength: 40 })
    fc.assert(
      fc.property(text, fc.jsonValue(), (words, data) => {
        const parsed = parseTemplate('f', words.join(' '), { functions })
        const result = parsed.ok ? parsed.value.execute(decodedJson(data)) : parsed
        return result.ok ? typeof result.value === 'string' : result.error.line >= 1
      }),
      { seed: 11, numRuns: 3_000 },
    )
  })

  it('every function survives every argument', () => {
    const names = Object.keys(functions).filter(name => !/^gen|bcrypt|htpasswd|derivePassword/.test(name))
    const args = fc.array(fc.oneof(fc.jsonValue(), fc.string()), { maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...names), args, (name, values) => {
        const data = Object.assign(Object.create(null), { v: decodedJson(values) }) as GoMap
        const call = values.map((_, i) => `(index .v ${i})`).join(' ')
        return typeof run(`{{ ${name} ${call} }}`, data) === 'string'
      }),
      { seed: 12, numRuns: 3_000 },
    )
  })
})
