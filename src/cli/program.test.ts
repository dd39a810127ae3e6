import { describe, expect, it } from 'vitest'
import { testContext } from '../../test/kit/command.js'
import { type CommandModule, collect, type ExitCode } from './command.js'
import type { CommandRow } from './commands.js'
import { runProgram } from './program.js'

interface Loaded {
  readonly names: string[]
  readonly runs: unknown[]
}

function table(loaded: Loaded): CommandRow[] {
  const command = (name: string): CommandModule => ({
    examples: [{ line: `pillion ${name} -f x`, does: 'shows how' }],
    define: (on, act) => {
      const run = (options: object, _: unknown, args: readonly string[]): ExitCode => {
        loaded.runs.push({ name, options, args })
        return name === 'broken' ? bug() : 1
      }
      on.argument('[words...]').option('-f, --filename <path>', 'a file', collect, []).action(act(run))
      on.command('nested').action(act(() => 3))
    },
  })
  const row = (name: string, more: Partial<CommandRow> = {}): CommandRow => ({
    ...{ name, group: 'Run:', summary: `Do ${name}` },
    load: async () => {
      loaded.names.push(name)
      return { command: command(name) }
    },
    ...more,
  })
  return [
    row('one', { alias: 'uno' }),
    row('two', { group: 'Understand:' }),
    row('secret', { isHidden: true }),
    row('broken'),
  ]
}

function bug(): never {
  throw new Error('a bug')
}

async function run(...argv: string[]) {
  const loaded: Loaded = { names: [], runs: [] }
  const { context, written } = testContext({ cwd: '/' })
  const code = await runProgram(argv, context, table(loaded))
  return { code, ...written, ...loaded }
}

describe('runProgram', () => {
  it('runs what is named, with options and words, and gives its exit code', async () => {
    const { code, runs, names } = await run('one', '-f', 'a', '--filename', 'b', 'x', 'y')
    expect(runs).toEqual([{ name: 'one', options: { filename: ['a', 'b'] }, args: ['x', 'y'] }])
    expect([code, names]).toEqual([1, ['one']])
    expect((await run('uno')).runs).toMatchObject([{ name: 'one' }])
    expect((await run('one', 'nested')).code).toBe(3)
  })

  it('lists commands by group, hides what is hidden, and loads none of them for that', async () => {
    const { code, stdout, names } = await run('--help')
    expect([code, names]).toEqual([0, []])
    expect(stdout).toMatch(/Run:\n {2}one\|uno .*Do one[\s\S]*Understand:\n {2}two .*Do two/)
    expect(stdout).not.toContain('secret')
  })

  it.each([[['one', '--help']], [['help', 'one']]])('shows flags and examples for %j', async argv => {
    const { code, stdout, names } = await run(...argv)
    expect([code, names]).toEqual([0, ['one']])
    expect(stdout).toMatch(/Do one\.[\s\S]*--filename <path>[\s\S]*Examples:\n {2}pillion one -f x {2}shows how\n/)
  })

  it.each<[string[], RegExp]>([
    [[], /Usage: pillion/],
    [['twoo'], /unknown command 'twoo'\n\(Did you mean two\?\)/],
    [['one', '--nope'], /unknown option '--nope'/],
    [['one', '-f'], /'-f, --filename <path>' argument missing/],
    [['one', '-f', ''], /'-f, --filename <path>' argument '' is invalid\. It is empty\./],
  ])('%j is wrong use', async (argv, message) => {
    const { code, stderr, stdout } = await run(...argv)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('lets a bug out, for main to report', async () => {
    await expect(run('broken')).rejects.toThrow('a bug')
  })
})
