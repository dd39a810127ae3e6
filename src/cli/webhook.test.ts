import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT, runInProcess } from '../../test/kit/command.js'
import { servingPair } from '../servers/development-ca.js'

const cwd = mkdtempSync(join(tmpdir(), 'pillion-webhook-'))
const rules = join(ROOT, 'samples/custom-webhook/rules.yaml')
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const manifest = (...flags: string[]) =>
  runInProcess({ args: ['webhook', 'manifest', '--rules', rules, ...flags], cwd })

describe('pillion webhook manifest', () => {
  it('needs the authority of a server that was started once', async () => {
    const { code, stderr } = await manifest('--service', 'demo/pillion', '--stateDir', 'none')
    expect(code).toBe(3)
    expect(stderr).toBe(
      'pillion: cannot read none/ca.pem: no such file or directory; `pillion serve` makes it at its first start, or name one with --caFile\n',
    )
  })

  it.each([
    [['--service', 'demo/pillion'], ''],
    [['--url', 'https://10.0.0.5:8443'], ''],
    [['--url', 'https://[2001:db8::5]:8443/hooks'], ''],
    [['--service', 'demo/other:8443'], 'other.demo.svc'],
    [['--url', 'https://hooks.example.com'], 'hooks.example.com'],
    [['--url', 'https://[2001:db8::6]'], '2001:db8::6'],
  ])('warns if the certificate is not for %s', async (client, missing) => {
    const names = ['localhost', 'pillion.demo.svc', '10.0.0.5', '2001:db8::5']
    const stateDir = join(cwd, '.pillion')
    expect((await servingPair({ stateDir, names, now: new Date() })).ok).toBe(true)
    const { code, stdout, stderr } = await manifest(...client)
    expect(code).toBe(0)
    expect(stdout).toContain('name: envoy.rules.pillion.dev')
    expect(stderr).toBe(
      missing === ''
        ? ''
        : `pillion: warning: the certificate in ./.pillion is not for ${missing}, so the API server would refuse it: pillion serve --dnsName ${missing} makes one that is\n`,
    )
  })
})
