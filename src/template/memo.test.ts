import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FunctionMap, fn, type GoValue, type MemoInputs, parseTemplate, sprigFunctions } from './index.js'
import { type FieldAnswer, type GoKind, GoObject, NO_FIELD, StringMap } from './value.js'

class Data extends GoObject {
  readonly goType = 'test.Data'
  readonly goKind: GoKind = 'struct'
  readonly #values: Readonly<Record<string, GoValue>>
  constructor(values: Readonly<Record<string, GoValue>>) {
    super()
    this.#values = values
  }
  field(name: string): FieldAnswer {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : NO_FIELD
  }
}

const MEMO = { constant: ['Config'], steady: ['Notes', 'Flag'] }
/** The same, told that `index` asks `.Notes` for one entry. */
const entries = (data: GoValue): StringMap => (data as Data).field('Notes') as StringMap
const MEMO_OF_ENTRIES: MemoInputs = { ...MEMO, lookups: { functions: ['index'], entries } }
const CONFIGS = [
  { a: 'x', list: ['p', 'q'], yes: true },
  { a: 'y', list: [], yes: false },
] as const

/** Lines of templates: constants, steady inputs, others, variables, calls, loops and errors. */
const lines = [
  '{{ .Config.a }}|{{ if .Config.yes }}Y{{ else }}N{{ end }}',
  '{{ range $i, $x := .Config.list }}{{ $i }}{{ $x }}{{ if eq $x "p" }}{{ continue }}{{ end }},{{ end }}',
  '{{ index .Notes "k" | default "none" | quote }}{{ with index .Notes "l" }}<{{ . }}{{ $.Config.a }}>{{ end }}',
  '{{ $v := index .Notes "k" }}{{ if $v }}{{ $v }}{{ else if .Flag }}flag{{ end }}',
  '{{ $w := .Flag }}{{ if index .Notes "k" }}{{ $w = "set" }}{{ end }}{{ $w }}',
  '{{ $o := .Name }}{{ $o }}{{ if .Flag }}{{ $o = .Config.a }}{{ end }}{{ $o }}',
  '{{ $n := list }}{{ range .Items }}{{ $n = append $n . }}{{ end }}{{ len $n }}{{ if ge (len $n) 1 }}{{ index $n 0 }}{{ end }}',
  '{{ template "part" . }}{{ template "part" .Config.a }}',
  '{{ with .Config }}{{ .a }}{{ $.Name }}{{ end }}{{ with . }}{{ .Name }}{{ end }}',
  '{{ range .Items }}{{ . }}{{ $.Config.a }}{{ else }}nothing{{ end }}',
  '{{ if .Name }}{{ .Config.a }}{{ $s := index .Notes "l" }}{{ $s }}{{ end }}',
  '{{ count }}{{ .Config.a }}',
  '{{ if index .Notes "bad" }}{{ fail "no" }}{{ end }}{{ $z := .Flag }}{{ $z := .Config.a }}{{ $z }}',
  '{{ if eq (index .Notes "k") "go" }}{{ .Flag.None }}{{ end }}',
  '{{ len .Notes }}{{ index .Notes "k" }}{{ with index $.Notes "other" }}{{ . }}{{ end }}',
  '{{ $v := .Flag }}{{ $v }}{{ if .Config.yes }}{{ $v := .Name }}{{ $v }}{{ end }}{{ $v }}',
]
const PART =
  '{{ define "part" }}[{{ if eq (printf "%T" .) "string" }}{{ . }}{{ else }}{{ index .Notes "k" }}{{ .Config.a }}{{ end }}]{{ end }}'

const notes = fc.dictionary(fc.constantFrom('k', 'l', 'bad', 'other'), fc.constantFrom('', 'go', '1:t', 't', '"', 'x'))
const data = fc.record({
  config: fc.constantFrom(...CONFIGS),
  Notes: notes.map(entries => new StringMap(entries)),
  Flag: fc.constantFrom<GoValue>(true, false, 'true', '', null, 1n, 1),
  Name: fc.constantFrom('', 'a', 'b'),
  Items: fc.array(fc.constantFrom('i', 'j'), { maxLength: 2 }),
})

/** `count` tells how often parts ran; it is not pure, so it must run every time. */
const SPRIG = sprigFunctions()
function withCounter(): FunctionMap {
  let calls = 0
  return { ...SPRIG, count: fn('', () => String(calls++)) }
}

describe('a template with a memo', () => {
  it('writes what it writes without one', () => {
    const text = fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(text, fc.array(data, { minLength: 2, maxLength: 8 }), (chosen, executions) => {
        const source = `${PART}${chosen.join('\n')}`
        const plain = parseTemplate('t', source, { functions: withCounter() })
        const kept = parseTemplate('t', source, { functions: withCounter(), memo: MEMO })
        const asking = parseTemplate('t', source, { functions: withCounter(), memo: MEMO_OF_ENTRIES })
        if (!plain.ok || !kept.ok || !asking.ok) throw new Error('a line of this test does not parse')
        for (const { config, ...rest } of executions) {
          const value = new Data({ ...rest, Config: config as unknown as GoValue })
          const expected = plain.value.execute(value)
          expect(kept.value.execute(value)).toEqual(expected)
          expect(asking.value.execute(value)).toEqual(expected)
        }
      }),
      { seed: 5, numRuns: 1_500 },
    )
  })

  it('runs a part again only when something that it asks for is different', () => {
    let runs = 0
    const seen = fn('string', (text: string) => {
      runs++
      return text
    })
    const functions: FunctionMap = { seen: { ...seen, isPure: true } }
    const parsed = parseTemplate('t', '{{ seen (index .Notes "k") }}{{ seen .Config.a }}', { functions, memo: MEMO })
    if (!parsed.ok) throw new Error(parsed.error.message)
    const run = (config: object, k: string, other: string): number => {
      runs = 0
      const result = parsed.value.execute(new Data({ Config: config as GoValue, Notes: new StringMap({ k, other }) }))
      expect(result).toEqual({ ok: true, value: `${k}${(config as { a: string }).a}` })
      return runs
    }
    const [first, second] = CONFIGS
    const rounds = [
      run(first, '1', ''),
      run(first, '1', 'x'),
      run(first, '2', ''),
      run(second, '1', ''),
      run(first, '1', ''),
    ]
    // The first execution is only that; the second begins to keep.
    expect(rounds).toEqual([2, 2, 2, 2, 0])
  })
})
