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
