import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runInProcess } from '../kit/command.js'
import { ENVOY_PATH } from '../kit/envoy.js'

// What `pillion bootstrap` prints is for `envoy -c /dev/fd/0`, and for a file.

const folder = mkdtempSync(join(tmpdir(), 'pillion-bootstrap-'))
afterAll(() => rmSync(folder, { recursive: true }))

const QUIET = { encoding: 'utf8', stdio: 'pipe' } as const

const NODE = {
  id: 'router~10.0.0.9~gateway.edge~edge.svc.cluster.local',
  cluster: 'gateway.edge',
  locality: { region: 'r' },
  metadata: {
    NAMESPACE: 'edge',
    LABELS: { app: 'gateway', note: 'a"b\\\n{{ $(X) }}' },
    PROXY_CONFIG: { concurrency: 2 },
  },
}

describe('a real Envoy accepts what pillion bootstrap prints', () => {
  it.each([
    ['a sidecar', ['--proxy', 'web-1.shop', '--label', 'app=web', '--ip', '127.0.0.11']],
    ['a router over SotW', ['--proxy', 'gateway.edge', '--type', 'router', '--sotw', '--network', 'n']],
    [
      'a control plane by name, SDS elsewhere',
      ['--proxy', 'a.b', '--xdsAddress', 'pillion.example:15010', '--sdsAddress', '[::1]:9'],
    ],
    ['a node that was recorded', ['--node', join(folder, 'nodes.json#gateway')]],
  ])('%s', async (_, args) => {
    writeFileSync(join(folder, 'nodes.json'), JSON.stringify([{ name: 'gateway', node: NODE }]))
    const { code, stdout, stderr } = await runInProcess({ cwd: folder, args: ['bootstrap', ...args] })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, stdout)
    // Through a shell: /dev/fd/0 cannot be opened where it is one of the sockets that Node gives its children.
    const piped = 'cat "$1" | "$0" --mode validate -c /dev/fd/0'
    expect(execFileSync('sh', ['-c', piped, ENVOY_PATH, file], QUIET)).toContain('OK')
    expect(execFileSync(ENVOY_PATH, ['--mode', 'validate', '-c', file], QUIET)).toContain('OK')
  })
})
