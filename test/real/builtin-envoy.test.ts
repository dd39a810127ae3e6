import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/lang/yaml/index.js'
import { runSpawned } from '../kit/command.js'
import { ENVOY_PATH } from '../kit/envoy.js'

// What the built-in template `envoy` tells a plain Envoy, with the kubelet's part done here.

const KUBELET: Readonly<Record<string, string>> = {
  POD_NAME: 'plain-1',
  POD_NAMESPACE: 'demo',
  INSTANCE_IP: '10.0.0.1',
  SERVICE_ACCOUNT: 'default',
  NODE_NAME: 'node-1',
}
const expand = (text: string): string =>
  text.replace(/\$\$|\$\((\w+)\)/g, (all, name?: string) => (name === undefined ? '$' : (KUBELET[name] ?? all)))

const folder = mkdtempSync(join(tmpdir(), 'pillion-envoy-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function argumentsOf(values: string, labels: object): Promise<string[]> {
  const files = { values: join(folder, 'values.yaml'), pod: join(folder, 'pod.json') }
  writeFileSync(files.values, values)
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'plain', labels, annotations: { 'inject.istio.io/templates': 'envoy' } },
    spec: { containers: [{ name: 'web', image: 'web' }] },
  }
  writeFileSync(files.pod, JSON.stringify(pod))
  const { code, stdout, stderr } = await runSpawned({
    cwd: folder,
    args: ['inject', '-f', files.pod, '--valuesFile', files.values],
  })
  if (code !== 0) throw new Error(stderr)
  const read = parseYaml(stdout.replace(/---\n$/, ''))
  if (!read.ok) throw new Error(read.error.message)
  const { spec } = read.value as unknown as { spec: { containers: { name: string; args: string[] }[] } }
  return spec.containers.find(({ name }) => name === 'envoy')!.args.map(expand)
}

describe('a real Envoy accepts what the built-in template tells it', () => {
  it.each([
    ['defaults', '{}', { app: 'web' }],
    ['IPv6 control plane', 'global: {proxy: {envoyXdsAddress: "[::1]:15010"}}', { app: 'web' }],
    ['labels of any content', '{}', { app: 'a"b\\\n{{ $(X) }}', version: '\u0085: #' }],
  ])('%s', async (_, values, labels) => {
    const args = await argumentsOf(values, labels)
    const output = execFileSync(ENVOY_PATH, ['--mode', 'validate', ...args], { encoding: 'utf8', stdio: 'pipe' })
    expect(output).toContain('OK')
  })
})
