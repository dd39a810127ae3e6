// What `npx pillion` does first in a clone (bin/pillion.mjs), with a build that is known by what it prints.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const NOON = new Date('2026-01-01T12:00:00Z')
const LATER = new Date('2026-01-01T12:00:01Z')
const REBUILD = `import { mkdirSync, writeFileSync } from 'node:fs'
const dist = new URL('../dist/', import.meta.url)
mkdirSync(dist, { recursive: true })
writeFileSync(new URL('main.js', dist), 'process.stdout.write("built again")')
writeFileSync(new URL('.checked', dist), '')
`
let clone = ''

function file(path: string, text: string, modified = NOON): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true })
  writeFileSync(join(clone, path), text)
  utimesSync(join(clone, path), modified, modified)
}

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'pillion-clone-'))
  mkdirSync(join(clone, 'bin'))
  for (const name of ['pillion.mjs', 'bundle.mjs']) copyFileSync(join(ROOT, 'bin', name), join(clone, 'bin', name))
  file('package.json', '{"type": "module"}')
  file('dist/main.js', 'process.stdout.write("as it was")')
  file('dist/.checked', '')
  file('.git/logs/HEAD', '')
  file('tools/ensure.mjs', REBUILD)
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

/** By default with what npx puts into the environment. */
function run(env: Record<string, string> = { npm_lifecycle_script: "'pillion'" }): string {
  return execFileSync(process.execPath, [join(clone, 'bin/pillion.mjs')], { encoding: 'utf8', env })
}

describe('npx pillion', () => {
  it.each<[string, () => void, string]>([
    ['takes the build that is there', () => {}, 'as it was'],
    ['builds after git pull', () => file('.git/logs/HEAD', '', LATER), 'built again'],
    ['builds where nobody looked yet', () => rmSync(join(clone, 'dist/.checked')), 'built again'],
    ['builds in a fresh clone', () => rmSync(join(clone, 'dist'), { recursive: true }), 'built again'],
    [
      'looks at nothing in an installed package',
      () => {
        for (const path of ['.git', 'tools', 'dist/.checked']) rmSync(join(clone, path), { recursive: true })
      },
      'as it was',
    ],
  ])('%s', (_, change, printed) => {
    change()
    expect(run()).toBe(printed)
    expect(run()).toBe(printed)
  })

  it('is what looks: a script of package.json has done so already', () => {
    file('.git/logs/HEAD', '', LATER)
    expect(run({})).toBe('as it was')
    expect(run({ npm_lifecycle_script: 'vitest run pillion' })).toBe('as it was')
    expect(run({ npm_lifecycle_script: 'node bin/pillion.mjs serve' })).toBe('as it was')
    expect(existsSync(join(clone, 'dist/.checked'))).toBe(true)
  })
})

describe('setting a clone up', () => {
  it('leaves a node_modules alone that is a link to that of another clone', () => {
    copyFileSync(join(ROOT, 'tools/ensure.mjs'), join(clone, 'tools/ensure.mjs'))
    file('package-lock.json', '{}')
    file('tsconfig.json', '{}')
    file('other/node_modules/theirs.js', '')
    symlinkSync(join(clone, 'other/node_modules'), join(clone, 'node_modules'))
    const { stderr } = spawnSync(process.execPath, [join(clone, 'tools/ensure.mjs')], { encoding: 'utf8' })
    expect(stderr).toContain('node_modules is a link')
    expect(existsSync(join(clone, 'other/node_modules/theirs.js'))).toBe(true)
  })
})
