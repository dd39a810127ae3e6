// The bundled command keeps compiled code beside its files (bin/bundle.mjs). It may never matter for what a command does.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const LOADER = JSON.stringify(pathToFileURL(join(ROOT, 'bin/bundle.mjs')).href)
const folder = mkdtempSync(join(tmpdir(), 'pillion-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

writeFileSync(
  join(folder, 'main.cjs'),
  "const { name } = require('./other.cjs'); exports.text = name + require('node:path').sep",
)
writeFileSync(join(folder, 'other.cjs'), "exports.name = require('./main.cjs').text === undefined ? 'other' : 'late'")

/** Runs code in a process of its own, with the loader's exports as `bundle` and the path of the entry as `entry`. */
function run(code: string): string {
  const entry = JSON.stringify(join(folder, 'main.cjs'))
  const script = `import * as bundle from ${LOADER}; import { writeFileSync } from 'node:fs'; const entry = ${entry}; ${code}`
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
}

const WRITE = 'bundle.load(entry); bundle.keepCompiled();'
const SHOW =
  'process.stdout.write(JSON.stringify([bundle.load(entry).text, ...[...bundle.scripts.values()].map(s => s.cachedDataRejected)]))'

describe('the loader of bundled files', () => {
  it('runs files that require each other, with and without a cache', () => {
    expect(run(SHOW.replace('s.cachedDataRejected', '1'))).toBe('["other/",1,1]')
    run(`bundle.expectShortRun(); ${WRITE}`)
    expect(run(`bundle.expectShortRun(); ${SHOW}`)).toBe('["other/",false,false]')
  })

  it('does without a cache that V8 made with other flags, or that is none', () => {
    run(`bundle.expectShortRun(); ${WRITE}`)
    expect(run(SHOW)).toBe('["other/",true,true]')
    for (const name of ['main.cjs', 'other.cjs']) writeFileSync(join(folder, `${name}.cache`), 'not a cache')
    expect(run(`bundle.expectShortRun(); ${SHOW}`)).toBe('["other/",true,true]')
  })

  it('finds caches for the command in a build', () => {
    const built = join(ROOT, 'dist/bin')
    const caches = existsSync(built) ? readdirSync(built).filter(name => name.endsWith('.cache')) : []
    expect(caches).toContain('main.cjs.cache')
    const rejected =
      'bundle.expectShortRun(); bundle.load(MAIN); process.on("exit", () => { for (const [path, s] of bundle.scripts) if (s.cachedDataRejected !== false) throw new Error(path) })'
    const entry = JSON.stringify(join(built, 'main.cjs'))
    expect(run(`process.argv = ['node', 'pillion', '--version']; ${rejected.replace('MAIN', entry)}`)).toMatch(
      /^\d+\.\d+/,
    )
  })

  it('finds caches for serve in a build, made with the flags that serve has', () => {
    const ready = join(folder, 'ready.json')
    const free = ['--httpsAddr', '--httpAddr', '--monitoringAddr', '--grpcAddr'].flatMap(name => [name, '127.0.0.1:0'])
    const argv = [
      'node',
      'pillion',
      'serve',
      '--readyFile',
      ready,
      '--stateDir',
      join(folder, 'state'),
      '--log_output_level',
      'none',
      ...free,
    ]
    const told = run(`
      import { existsSync } from 'node:fs'
      bundle.expectServe(${JSON.stringify(join(ROOT, 'dist'))})
      process.argv = ${JSON.stringify(argv)}
      bundle.load(${JSON.stringify(join(ROOT, 'dist/bin/main.cjs'))})
      const poll = setInterval(() => {
        if (!existsSync(${JSON.stringify(ready)}) && process.exitCode === undefined) return
        clearInterval(poll)
        process.kill(process.pid, 'SIGTERM')
      }, 20)
      process.on('exit', () => {
        const count = { used: 0, without: [] }
        for (const [path, { cachedDataRejected }] of bundle.scripts) {
          if (cachedDataRejected === false) count.used++
          // This one sets the flags, and is loaded before they are.
          else if (!/compiler[^/]*$/.test(path)) count.without.push(path)
        }
        process.stdout.write('\\n' + JSON.stringify(count))
      })
    `)
    const count = JSON.parse(told.slice(told.lastIndexOf('\n'))) as { used: number; without: string[] }
    expect(count.without).toEqual([])
    expect(count.used).toBeGreaterThan(40)
  })

  it('has the licenses of the packages in it', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object }
    const licenses = readFileSync(join(ROOT, 'dist/bin/LICENSES.txt'), 'utf8')
    for (const name of Object.keys(dependencies)) expect(licenses).toMatch(new RegExp(`^${name} \\d.*\\(\\S+\\)$`, 'm'))
  })
})
