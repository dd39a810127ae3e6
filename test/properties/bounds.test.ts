// What hostile input may cost in memory: each case runs in a process of its own whose heap is bounded, and has to come to an
// answer there, of whatever kind. V8 ends a process that needs more. No clock: a hang is the test runner's to report.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const url = (path: string): string => JSON.stringify(pathToFileURL(join(ROOT, 'dist', path)).href)

/** MB of old space. Node itself and the modules take some 10. */
const HEAP_MB = 160

const PRELUDE = `
import { parseTemplate, sprigFunctions } from ${url('template/index.js')}
import { parseYaml, parseYamlStream, YamlMemo, YamlShapes } from ${url('lang/yaml/index.js')}
import { strategicMerge, applyJsonPatch, decodeTyped } from ${url('patch/index.js')}
import { decodeReview } from ${url('servers/review.js')}
const functions = sprigFunctions()
const template = text => {
  const parsed = parseTemplate('t', text, { functions })
  const result = parsed.ok ? parsed.value.execute({ __proto__: null, a: 'x' }) : parsed
  return result.ok ? 'done' : result.error.message
}
const yaml = text => { const read = parseYaml(text); return read.ok ? 'done' : read.error.message }
const merge = (base, patch) => { const read = strategicMerge(base, patch, 'v1.Pod'); return read.ok ? 'done' : read.error.message }
const review = text => { const read = decodeReview(Buffer.from(text)); return read.ok ? 'done' : read.error }
const nested = (depth, open, close, inner = '') => open.repeat(depth) + inner + close.repeat(depth)
`

/** Name, expression, and what it says: `done` where there is nothing to refuse. */
const CASES: readonly (readonly [string, string, RegExp])[] = [
  // The template engine.
  [
    'a text that doubles',
    'template(\'{{ $x := "x" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}\')',
    /too large/,
  ],
  [
    'a list that doubles',
    "template('{{ $x := list 1 }}{{ range until 60 }}{{ $x = concat $x $x }}{{ end }}')",
    /longer than|more than/,
  ],
  [
    'output without end',
    "template('{{ range until 1000000 }}{{ range until 1000000 }}xxxxxxxxxxxxxxxx{{ end }}{{ end }}')",
    /longer than|more than/,
  ],
  [
    'a template that calls itself',
    'template(\'{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}\')',
    /depth/,
  ],
  ['a dictionary in itself', 'template(\'{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}{{ $d }}\')', /./],
  ['repeat', 'template(\'{{ repeat 100000000 "ab" | len }}\')', /longer than/],
  [
    'indentation of many lines',
    'template(\'{{ repeat 100000 "\\\\n" | indent 100000 | len }}\')',
    /longer than|more than/,
  ],
  ['parentheses', "template('{{ ' + nested(100_000, '(', ')', '1') + ' }}')", /too deep|depth exceeded/],
  ['nested blocks', "template(nested(10_000, '{{ if .a }}', '{{ end }}'))", /nest/],
  ['many actions', "template('{{ .a }}'.repeat(20_000))", /./],
  ['printf of a wide field', 'template(\'{{ printf "%1000000000d" 1 | len }}\')', /./],
  // The YAML reader.
  [
    'an alias bomb',
    "yaml('a0: &a0 [x]\\n' + Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\\n`).join(''))",
    /./,
  ],
  [
    'aliases of a large map',
    "yaml('a: &a {' + Array.from({ length: 5_000 }, (_, i) => `k${i}: v`).join(', ') + '}\\nb: [' + '*a, '.repeat(50_000) + ']')",
    /./,
  ],
  [
    'merge keys',
    "yaml('a0: &a0 {x: 1}\\n' + Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}]}\\n`).join(''))",
    /./,
  ],
  ['brackets', "yaml(nested(1_000_000, '[', ']'))", /deep|nest/],
  ['indentation', "yaml(Array.from({ length: 5_000 }, (_, i) => ' '.repeat(i) + 'a:').join('\\n'))", /deep|nest/],
  ['dashes', "yaml('- '.repeat(500_000))", /deep|nest/],
  ['a stream of separators', "parseYamlStream('---\\n'.repeat(200_000)).length > 0 ? 'done' : ''", /done/],
  ['quotes that do not end', "yaml('a: \"' + 'x\\n'.repeat(500_000))", /./],
  [
    'shapes and blocks that are all different',
    `(() => {
    const [shapes, memo] = [new YamlShapes(), new YamlMemo()]
    for (let i = 0; i < 30_000; i++) {
      const texts = ['k' + i + ':\\n', '  a: 1\\n  b: ', 'v' + i, '\\n  c: |\\n    ' + 'x'.repeat(400) + i + '\\n']
      for (let turn = 0; turn < 3; turn++) if (shapes.read({ texts, values: [2] }) === undefined) parseYaml(texts.join(''), { memo })
    }
    return 'done'
  })()`,
    /done/,
  ],
  // Patches.
  [
    'a merge of deep maps',
    `(() => { let deep = {}; for (let i = 0; i < 5_000; i++) deep = { a: deep }; return merge({ metadata: { labels: deep } }, { metadata: { labels: deep } }) })()`,
    /./,
  ],
  [
    'a merge of long lists',
    "merge({ spec: { containers: Array.from({ length: 20_000 }, (_, i) => ({ name: 'a' + i })) } }, { spec: { containers: Array.from({ length: 20_000 }, (_, i) => ({ name: 'b' + i })) } })",
    /done/,
  ],
  [
    'a patch that copies itself',
    "(() => { const ops = []; for (let i = 0; i < 1_000; i++) ops.push({ op: 'copy', from: '', path: '/a' + i }); const read = applyJsonPatch({ x: 1 }, ops); return read.ok ? 'done' : read.error.message })()",
    /copies more/,
  ],
  [
    'a pod of any shape',
    "(() => { const read = decodeTyped('v1.Pod', JSON.parse(nested(900, '{\"spec\":', '}', '1'))); return read.ok ? 'done' : read.error.message })()",
    /./,
  ],
  // AdmissionReviews.
  ['a review of brackets', "review(nested(3_000_000, '[', ']'))", /deep/],
  ['a review of maps', "review(nested(1_000_000, '{\"a\":', '}', '1'))", /deep/],
  [
    'a review as YAML with aliases',
    "review('kind: AdmissionReview\\na0: &a0 [x]\\n' + Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\\n`).join(''))",
    /./,
  ],
  [
    'a review with long numbers',
    'review(\'{"kind":"AdmissionReview","a":[\' + \'12345678901234567890,\'.repeat(250_000) + \'1]}\')',
    /./,
  ],
  [
    'a review of six megabytes',
    'review(\'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","object":{"a":"\' + \'x\'.repeat(6_000_000) + \'"}}}\')',
    /done/,
  ],
]

function answerOf(expression: string): string {
  const script = `${PRELUDE}\nprocess.stdout.write(String(${expression}).slice(0, 300))`
  const args = [`--max-old-space-size=${HEAP_MB}`, '--input-type=module', '-e', script]
  // The time is only there to end what would never end; it is far beyond what any case takes.
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 })
  return status === 0 ? stdout : `ended with ${status ?? signal}: ${stderr.slice(-600)}`
}

describe(`in ${HEAP_MB} MB`, () => {
  it.each(CASES)('%s', (_, expression, answer) => {
    const text = answerOf(expression)
    expect(text).not.toMatch(/^ended with/)
    expect(text).toMatch(answer)
  })
})
