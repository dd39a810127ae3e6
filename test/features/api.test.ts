import { readFileSync, writeFileSync } from 'node:fs'
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
