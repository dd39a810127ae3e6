import { describe, expect, it } from 'vitest'
import { sprigFunctions } from './sprig/index.js'
import { parseTemplate } from './template.js'
import { type FieldAnswer, GoObject, NO_FIELD } from './value.js'

/** `.Open` differs between executions, and tells when it is read. */
class Data extends GoObject {
  readonly goType = 'test.Data'
  readonly goKind = 'struct'
  open = 'first'
  isTouched = false

  field(name: string): FieldAnswer {
    if (name === 'Fixed') return 'fixed'
    if (name === 'Self') return this
    if (name === 'List') return ['x', 'y']
    if (name !== 'Open') return NO_FIELD
    this.isTouched = true
    return this.open
  }

  override json() {
    return null
  }

  wasTouched(): boolean {
    const was = this.isTouched
    this.isTouched = false
    return was
  }
}

const functions = sprigFunctions()

function parsed(text: string) {
  const template = parseTemplate('t', text, { functions })
  if (!template.ok) throw new Error(template.error.message)
  return template.value
}

/** What the template writes for each value, by running it and by running what is left of it. */
function bothWays(text: string, values: readonly string[]) {
  const data = new Data()
  const special = parsed(text).specialise(data, () => data.wasTouched())
  return values.map(value => {
    data.open = value
    const plain = parsed(text).execute(data)
    const parts = special?.execute()
    const own = parts === undefined || special === undefined ? undefined : special.compose(parts).texts.join('')
    return { plain: plain.ok ? plain.value : undefined, own, run: parts?.ends.length }
  })
}

const VALUES = ['first', 'b', '', 'true', 'first']

/** How many parts have to be run each time; the rest is settled. */
const CASES: [name: string, text: string, run: number][] = [
  ['nothing of what differs', 'a {{ .Fixed }} {{ len .List }}', 0],
  ['a value', 'a {{ .Open }} b {{ .Fixed }}', 1],
  [
    'a variable of it, and one of that',
    '{{ $a := .Open }}{{ $b := printf "%s!" $a }}{{ $c := .Fixed }}{{ $c }}{{ $b }}',
    3,
  ],
  ['a condition on it', '{{ if eq .Open "b" }}yes{{ else }}no{{ end }} {{ .Fixed }}', 1],
  ['a value in a settled branch', '{{ if eq .Fixed "fixed" }}a {{ .Open }} c{{ else }}{{ .Open }}{{ end }}', 1],
  ['a variable that is set in a branch', '{{ $a := 1 }}{{ if eq .Open "b" }}{{ $a = 2 }}{{ end }}{{ $a }}', 2],
  ['… and again, settled', '{{ $a := .Open }}{{ $a }}{{ $a = "x" }}{{ $a }}{{ if .Open }}{{ $a }}{{ end }}', 3],
  ['… or not, in a settled one', '{{ $a := .Open }}{{ if eq .Fixed "no" }}{{ $a = "x" }}{{ end }}{{ $a }}', 2],
  [
    '… or not, in a loop',
    '{{ $a := .Open }}{{ range .List }}{{ if eq . "z" }}{{ $a = . }}{{ end }}{{ end }}{{ $a }}',
    3,
  ],
  ['a loop that reads it', '{{ range $i, $x := .List }}{{ $i }}{{ $x }}{{ $.Open }}{{ end }}', 1],
  [
    'a loop that does not',
    '{{ $all := list }}{{ range .List }}{{ $all = append $all . }}{{ end }}{{ $all | join "," }}{{ .Open }}',
    1,
  ],
  ['an object that is asked later', '{{ $self := .Self }}{{ $self.Fixed }}{{ $self.Open }}{{ $self.Open }}', 2],
  [
    'a part of its own',
    '{{ define "p" }}{{ .Fixed }}{{ .Open }}{{ end }}a{{ template "p" . }}b{{ template "p" .Self }}',
    2,
  ],
  ['with', '{{ with .Open }}{{ . }}{{ else }}none{{ end }}{{ with .Fixed }}{{ . }}{{ end }}', 1],
  [
    'the condition that declares',
    '{{ if $a := .Open }}{{ $a }}{{ end }}{{ if $b := .Fixed }}{{ $b }}{{ .Open }}{{ end }}',
    2,
  ],
]

describe('a specialised template', () => {
  it.each(CASES)('writes the same: %s', (_, text, run) => {
    for (const { plain, own, run: parts } of bothWays(text, VALUES)) expect([own, parts]).toEqual([plain, run])
  })

  it.each([
    ['a dictionary that is changed', '{{ $d := dict "n" 0 }}{{ $_ := set $d "n" (add1 $d.n) }}{{ $d.n }}{{ .Open }}'],
    [
      '… depending on what differs',
      '{{ $d := dict "n" "0" }}{{ $d.n }}{{ if .Open }}{{ $_ := set $d "n" .Open }}{{ end }}{{ $d.n }}',
    ],
    [
      '… between two that read it',
      '{{ $d := dict "n" "0" }}{{ $d.n }}{{ .Open }}{{ $_ := set $d "n" "1" }}{{ $d.n }}{{ .Open }}',
    ],
  ])('leaves nothing behind: %s', (_, text) => {
    for (const { plain, own } of bothWays(text, VALUES)) expect(own).toBe(plain)
  })

  it('is none where the template fails, and gives nothing where it fails later', () => {
    expect(bothWays('{{ fail "no" }}', ['a'])[0]).toEqual({ plain: undefined, own: undefined, run: undefined })
    const [good, bad] = bothWays('{{ if eq .Open "b" }}{{ fail "no" }}{{ end }}x', ['a', 'b'])
    expect([good?.own, bad]).toEqual(['x', { plain: undefined, own: undefined, run: undefined }])
  })
})
