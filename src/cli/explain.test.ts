import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, runInProcess, testContext } from '../../test/kit/command.js'
import { WHAT_IF_FORMS } from '../explain/index.js'
import { runProgram } from './program.js'

/** Every folder has `commands`, one a line, and `output`: what they print. PILLION_REWRITE=1 writes the outputs anew. */
const cases = join(ROOT, 'testdata/explain')
const folders = readdirSync(cases, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []))

async function transcriptOf(folder: string): Promise<string> {
  const cwd = join(cases, folder)
  const lines = readFileSync(join(cwd, 'commands'), 'utf8').split('\n').filter(Boolean)
  const parts: string[] = []
  for (const line of lines) {
    const { code, stdout, stderr } = await runInProcess({ args: line.split(' ').slice(1), cwd })
    const errors = stderr.replace(/^(?=.)/gm, '! ')
    parts.push(`$ ${line}\n${stdout}${errors}${code === 0 ? '' : `[exit ${code}]\n`}`)
  }
  return parts.join('\n')
}

describe('pillion explain injection', () => {
  it.each(folders)('%s', async folder => {
    const transcript = await transcriptOf(folder)
    const golden = join(cases, folder, 'output')
    if (process.env['PILLION_REWRITE'] === '1') writeFileSync(golden, transcript)
    expect(transcript).toBe(readFileSync(golden, 'utf8'))
  })

  it('lists every what-if change in its help', async () => {
    const { stdout } = await runInProcess({ args: ['explain', 'injection', '--help'], cwd: ROOT })
    const verbs = WHAT_IF_FORMS.map(([form]) => /^[A-Za-z-]+[:=]/.exec(form)![0])
    expect(verbs.filter(verb => !stdout.includes(verb))).toEqual([])
  })

  it.each<[string, { columns?: number; env: Record<string, string> }, number]>([
    ['of the terminal', { columns: 80, env: { COLUMNS: '200' } }, 80],
    ['that COLUMNS says', { env: { COLUMNS: '90' } }, 90],
    ['of 100 where nobody says', { env: {} }, 100],
    ['of 100 where COLUMNS is no number', { env: { COLUMNS: 'wide' } }, 100],
    ['of 100 on a terminal that does not know', { columns: 0, env: {} }, 100],
  ])('has lines %s', async (_, { columns, env }, width) => {
    const flags = ['--injectConfigFile', '../config.yaml', '--valuesFile', '../values.yaml', '-n', 'shop']
    const { context, written } = testContext({ cwd: join(cases, 'overruled'), env })
    const stdout = { ...context.stdout, ...(columns === undefined ? {} : { columns }) }
    await runProgram(['explain', 'injection', '-f', 'pods.yaml', '-o', 'text', ...flags], { ...context, stdout })
    const sentences = written.stdout.split('\n').filter(line => /^ {10}.*[a-z] [a-z]/.test(line))
    const longest = Math.max(...sentences.map(line => line.length))
    expect(longest).toBeLessThanOrEqual(width)
    expect(longest).toBeGreaterThan(width - 30)
  })

  it('calls the built-in templates by a short name in text, and says where they are', async () => {
    const file = join(cases, 'mistakes/pod.yaml')
    const run = (...flags: string[]) =>
      runInProcess({ args: ['explain', 'injection', '-f', file, ...flags], cwd: cases })
    const folder = join(ROOT, 'src/inject/builtin')
    const text = await run()
    expect(text.stdout).toMatch(/istio-proxy +sidecar +built-in\/config\.yaml:\d+:\d+/)
    expect(text.stderr).toContain(`values and mesh config (built-in/ is ${folder})`)
    const json = await run('-o', 'json')
    expect(json.stdout).toContain(`"file": "${folder}/config.yaml"`)
    expect(json.stderr).not.toContain('built-in/')
  })

  it('is coloured on a terminal that did not say NO_COLOR, and nowhere else', async () => {
    const file = join(cases, 'mistakes/pod.yaml')
    const flags = ['--injectConfigFile', join(cases, 'config.yaml'), '--valuesFile', join(cases, 'values.yaml')]
    const run = async (isTTY: boolean, env: Record<string, string>): Promise<string> => {
      const { context, written } = testContext({ cwd: cases, env })
      const stdout = { ...context.stdout, isTTY }
      await runProgram(['explain', 'injection', '-f', file, ...flags], { ...context, stdout })
      return written.stdout
    }
    const start = String.fromCharCode(27)
    expect(await run(true, {})).toContain(`${start}[32minjected`)
    expect(await run(false, {})).not.toContain(start)
    expect(await run(true, { NO_COLOR: '1' })).not.toContain(start)
  })
})
