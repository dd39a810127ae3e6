import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import * as library from '../../src/index.js'
import * as templates from '../../src/template/index.js'
import { ROOT } from '../kit/command.js'

const document = readFileSync(join(ROOT, 'docs/api.md'), 'utf8')

/** The code of the example, and what the document says it prints. */
function example(): { readonly code: string; readonly printed: string } {
  const [, code = ''] = /## Example[\s\S]*?```js\n([\s\S]*?)```/.exec(document) ?? []
  const [, printed = ''] = /It prints:\n\n```text\n([\s\S]*?)```/.exec(document) ?? []
  return { code, printed }
}

/** Runs the code with its imports served from the sources, and its console collected. */
function run(code: string): string {
  const lines: string[] = []
  const console = { log: (...values: unknown[]) => lines.push(values.map(shown).join(' ')) }
  const modules: Record<string, object> = { pillion: library, 'pillion/template': templates }
  const body = code.replace(
    /import (\{[^}]*\}) from '([^']+)'/g,
    (_, names: string, from: string) => `const ${names} = modules[${JSON.stringify(from)}]`,
  )
  new Function('modules', 'console', body)(modules, console)
  return lines.map(line => `${line}\n`).join('')
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY })
}

describe('docs/api.md', () => {
  it('has an example that prints what it says', () => {
    const { code, printed } = example()
    const found = run(code)
    if (process.env['PILLION_REWRITE'] === '1') {
      writeFileSync(
        join(ROOT, 'docs/api.md'),
        document.replace(/(It prints:\n\n```text\n)[\s\S]*?```/, `$1${found}\`\`\``),
      )
    } else expect(found).toBe(printed)
    expect(found.split('\n').length).toBeGreaterThan(5)
  })

  it('names only what the library has', () => {
    const names = [...document.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => [
      ...cell.matchAll(/`([A-Za-z]+)/g),
    ])
    const missing = names.map(([, name = '']) => name).filter(name => !Object.hasOwn(library, name))
    expect(names.length).toBeGreaterThan(15)
    expect(missing).toEqual([])
  })
})

/** What somebody writes in a project of their own, whose compiler knows nothing but this package. */
const PROGRAM = `
import { type Decision, decide, DEFAULT_MESH_CONFIG, inject, injectionSetup, type JsonObject, parseInjectionConfig,
  parseInjectionValues, parseTemplate, type Result } from 'pillion'
import { decodedJson, sprigFunctions } from 'pillion/template'

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const config = must(parseInjectionConfig('policy: enabled', { file: 'config.yaml' }))
const setup = must(injectionSetup({ config, values: must(parseInjectionValues('{}')), mesh: DEFAULT_MESH_CONFIG }))
const pod: JsonObject = { kind: 'Pod', spec: { containers: [{ name: 'web' }] } }
export const decision: Decision = decide(setup, { pod, namespace: 'shop' })
const outcome = inject(setup, { pod, namespace: 'shop' })
export const said: string = outcome.verdict === 'failed' ? outcome.failure.code : outcome.verdict
// @ts-expect-error: an outcome that is not known to be injected has no pod
export const wrong = outcome.pod
const template = must(parseTemplate('t', '{{ upper .x }}', { functions: sprigFunctions() }))
export const text: string = must(template.execute(decodedJson({ x: 'y' })))
`
const STRICT = { strict: true, target: 'es2022', noEmit: true, skipLibCheck: false, types: [] }

describe('the types of the package', () => {
  it.each([
    ['NodeNext', { module: 'NodeNext', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }],
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('check strictly, libraries too and without those of Node, with %s', (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'pillion-types-'))
    try {
      mkdirSync(join(folder, 'node_modules'))
      symlinkSync(ROOT, join(folder, 'node_modules/pillion'))
      writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
      writeFileSync(join(folder, 'program.ts'), PROGRAM)
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...STRICT, ...options } }))
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
      expect(stdout).toBe('')
      expect(status).toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
