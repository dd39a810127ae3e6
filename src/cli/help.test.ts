import { describe, expect, it } from 'vitest'
import { ROOT, runInProcess } from '../../test/kit/command.js'
import { COMMANDS } from './commands.js'

/** Commands that only have commands. */
const NESTED: Readonly<Record<string, readonly string[]>> = {
  explain: ['injection', 'visibility', 'request'],
  'proxy-config': ['clusters', 'listeners', 'routes', 'endpoints', 'all'],
  webhook: ['manifest'],
}

const LINES = COMMANDS.filter(({ isHidden }) => isHidden !== true).flatMap(({ name }) =>
  (NESTED[name] ?? ['']).map(nested => [`${name} ${nested}`.trim()]),
)

describe('--help', () => {
  it.each(LINES)('%s tells each exit code once, on a line of its own', async line => {
    const { code, stdout } = await runInProcess({ args: [...line.split(' '), '--help'], cwd: ROOT })
    expect(code).toBe(0)
    const codes = /\nExit codes:\n((?: {2}\d.*\n)+)/.exec(stdout)?.[1] ?? ''
    const told = codes.match(/^ {2}\d+/gm)?.map(Number) ?? []
    expect(told).toEqual(expect.arrayContaining([0, 2, 3]))
    expect(new Set(told).size).toBe(told.length)
    expect(stdout).not.toContain('\n\n\n')
  })
})

describe('the proxy of a Pod', () => {
  const render = (...flags: string[]) =>
    runInProcess({ args: ['render', '--proxy', 'productpage-v1.shop', ...flags], cwd: ROOT })

  it('is reached as its annotation says, unless a flag says otherwise', async () => {
    const annotated = await render()
    expect(annotated.stdout).not.toContain('virtualOutbound')
    expect((await render('--interceptionMode', 'NONE')).stdout).toBe(annotated.stdout)
    expect((await render('--interceptionMode', 'REDIRECT')).stdout).toContain('virtualOutbound')
  })
})

describe('what is not there', () => {
  const cases: readonly (readonly [string, string[], number, RegExp])[] = [
    ['a folder', ['--configDir', 'nope'], 3, /^pillion: cannot read nope: no such file\n$/],
    ['a mesh config', ['--meshConfig', 'nope.yaml'], 3, /nope\.yaml: no such file/],
    ['objects', ['--configDir', 'docs/adr'], 0, /^pillion: there are no Istio or Kubernetes objects in docs\/adr\n$/],
  ]
  it.each(cases)('%s', async (_, flags, exit, says) => {
    const { code, stderr } = await runInProcess({ args: ['render', '--proxy', 'a.b', ...flags], cwd: ROOT })
    expect(code).toBe(exit)
    expect(stderr).toMatch(says)
  })

  it('the translation of gateways', async () => {
    const args = ['render', '--proxy', 'gateway.shop', '--type', 'router', '--configDir', 'samples/bookinfo/kubernetes']
    const { code, stderr } = await runInProcess({ args, cwd: ROOT })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^pillion: of a gateway only clusters and endpoints are made: .*\n$/)
  })

  it('clusters that fit the filters', async () => {
    const args = ['proxy-config', 'clusters', 'productpage-v1.shop', '--configDir', 'samples/bookinfo/this-machine']
    const found = await runInProcess({ args: [...args, '--port', '1'], cwd: ROOT })
    expect([found.code, found.stderr]).toEqual([0, expect.stringMatching(/none of the \d+ clusters .* fits/)])
    const wrong = await runInProcess({ args: [...args, '--port', 'http'], cwd: ROOT })
    expect([wrong.code, wrong.stderr]).toEqual([2, 'pillion: --port takes a number, not "http"\n'])
  })
})
