import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, runInProcess } from '../../test/kit/command.js'

const RULE = 'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec:\n  host: a\n'
const DOUBTFUL = `${RULE}  workloadSelector: {}\n`
const cwd = mkdtempSync(join(tmpdir(), 'validate-'))

const run = (stdin: string, ...args: string[]) => runInProcess({ args: ['validate', '-f', '-', ...args], cwd, stdin })

describe('pillion validate', () => {
  it('is silent about what is right', async () => {
    expect(await run(RULE)).toEqual({ code: 0, stdout: '', stderr: '1 valid object, 0 errors, 0 warnings\n' })
  })

  it('prints a finding on each line, as editors link it', async () => {
    const { code, stdout } = await run(`${RULE}  color: blue\n---\napiVersion: v1\nkind: Event\nmetadata: {name: e}\n`)
    expect(code).toBe(1)
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^-:6:3: unknown field "color"; expected one of host, .* \(spec\.color\)$/),
      '-:8:1: note: Event (v1) is not read',
      '',
    ])
  })

  it('checks a mesh config beside the objects, and has no word for what a cluster only runs', async () => {
    const folder = mkdtempSync(join(cwd, 'mesh-'))
    const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n'
    writeFileSync(join(folder, 'objects.yaml'), `${RULE}---\n${deployment}`)
    writeFileSync(join(folder, 'mesh.yaml'), 'trustDomain: a.example\n')
    const validate = () => runInProcess({ args: ['validate', '-f', folder], cwd })
    expect(await validate()).toEqual({ code: 0, stdout: '', stderr: '1 valid object, 0 errors, 0 warnings\n' })
    writeFileSync(join(folder, 'mesh.yaml'), 'trustDomain: a.example\nproxyListenPort: 70000\n')
    expect(await validate()).toMatchObject({ code: 1, stdout: expect.stringMatching(/mesh\.yaml:2:\d+: /) })
  })

  it('checks networks, and warns of fields that a mesh config has not', async () => {
    const network =
      'networks:\n  n1:\n    endpoints: [{fromRegistry: a}]\n    gateways: [{address: 192.0.2.1, port: 15443}]\n'
    expect(await run(network, '--strict')).toMatchObject({ code: 0, stdout: '' })
    expect(await run(network.replace('15443', '0'))).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^-:4:\d+: /),
    })
    const misspelt = await run('trustDomain: a.example\noutboundTraficPolicy: {mode: ALLOW_ANY}\n')
    expect(misspelt).toMatchObject({
      code: 0,
      stdout:
        '-:2:1: warning: unknown field "outboundTraficPolicy"; did you mean outboundTrafficPolicy? (outboundTraficPolicy)\n',
    })
  })

  it('finds nothing to say about the sample mesh', async () => {
    const { code, stdout } = await runInProcess({ args: ['validate', '-f', join(ROOT, 'samples/bookinfo')], cwd })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })

  it('lets warnings pass, unless told to be strict', async () => {
    expect(await run(DOUBTFUL)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^-:6:3: warning: /) })
    expect(await run(DOUBTFUL, '--strict')).toMatchObject({ code: 1 })
  })

  it('prints JSON', async () => {
    const { stdout } = await run(DOUBTFUL, '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [{ severity: 'warning', code: 'empty-selector', path: 'spec.workloadSelector', position: { line: 6 } }],
      ignored: [],
    })
  })

  it('reads folders, and finds what two files define', async () => {
    const folder = mkdtempSync(join(cwd, 'config-'))
    for (const name of ['one.yaml', 'two.yaml']) writeFileSync(join(folder, name), RULE)
    const { code, stdout } = await runInProcess({ args: ['validate', '-f', folder], cwd })
    expect(code).toBe(1)
    expect(stdout).toMatch(/two\.yaml:1:1: DestinationRule default\/a is defined at .*one\.yaml:1 already/)
  })

  it.each([
    [2, []],
    [2, ['-f', '-', '-o', 'xml']],
    [3, ['-f', 'absent.yaml']],
  ])('exits with %i for %j', async (code, args) => {
    expect(await runInProcess({ args: ['validate', ...args], cwd, stdin: '' })).toMatchObject({ code, stdout: '' })
  })
})
