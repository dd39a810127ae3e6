import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT, runInProcess } from '../../test/kit/command.js'

const cwd = mkdtempSync(join(tmpdir(), 'pillion-mutate-'))
const SAMPLE = join(ROOT, 'samples/custom-webhook')
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
writeFileSync(
  join(cwd, 'failing.yaml'),
  `apiVersion: pillion.dev/v1alpha1
kind: InterceptionRules
rules:
- name: broken
  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]}
  patch: {operations: [{op: replace, path: /spec/nodeName, value: x}]}
  failurePolicy: POLICY
`,
)

const POD =
  'kind: Pod\napiVersion: v1\nmetadata: {name: a, labels: {example.com/envoy: enabled}} # mine\nspec: {containers: [{name: a}]}\n'
const EMPTIED = 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: envoy-config, namespace: demo}\n'
const DEPLOYMENT =
  'kind: Deployment\napiVersion: apps/v1\nmetadata: {name: a}\nspec: {template: {metadata: {labels: {example.com/envoy: enabled}}}}\n'

const mutate = (stdin: string, ...flags: string[]) =>
  runInProcess({ args: ['mutate', '--rules', join(SAMPLE, 'rules.yaml'), '-f', '-', ...flags], cwd, stdin })

describe('pillion mutate', () => {
  it('does what the sample says', async () => {
    const { code, stdout, stderr } = await mutate(readFileSync(join(SAMPLE, 'web.yaml'), 'utf8'))
    expect(code).toBe(0)
    expect(stdout.match(/^ {2}- .*|^ {4}name: .*|^kind: .*/gm)).toContain('    name: envoy')
    expect(stderr).toBe(
      'Pod demo/web: rule envoy: changed\nConfigMap demo/envoy-config: rule configmaps: recorded: create of demo/envoy-config with 1 keys\n',
    )
  })

  it('leaves what no rule changes byte for byte, and what is denied out', async () => {
    const { code, stdout, stderr } = await mutate(
      `${EMPTIED}---\n# as it is\nkind: Service\nspec: {}\n`,
      '--operation',
      'UPDATE',
    )
    expect(code).toBe(1)
    expect(stdout).toBe('# as it is\nkind: Service\nspec: {}\n---\n')
    expect(stderr).toContain('rule keep-envoy-config: denied: ConfigMap demo/envoy-config must keep its key envoy.yaml')
  })

  it('goes through a List', async () => {
    const items = [POD, DEPLOYMENT].map(text => `- ${text.trim().replaceAll('\n', '\n  ')}`).join('\n')
    const { code, stdout } = await mutate(`kind: List\nitems:\n${items}\n`)
    expect(code).toBe(0)
    expect(stdout.match(/name: envoy$/gm)).toHaveLength(1)
  })

  it.each([
    ['a workload for a pod', DEPLOYMENT, /^pillion: no rule matched any object; rules for pods .* a Deployment makes/],
    ['something else', 'kind: Service\n', /^pillion: no rule matched any object \(-v tells/],
    ['nothing', '', /^pillion: no rule matched any object \(-v tells/],
  ])('says so when nothing matches: %s', async (_, text, says) => {
    const { code, stdout, stderr } = await mutate(text)
    expect(stdout).toBe(text === '' ? '' : `${text}---\n`)
    expect(stderr).toMatch(says)
    expect(code).toBe(0)
  })

  it.each([
    ['Ignore', 0, `${POD}---\n`],
    ['Fail', 1, ''],
  ])('a rule that fails leaves the object as it was, or keeps it out: %s', async (policy, code, stdout) => {
    const rules = join(cwd, `${policy}.yaml`)
    writeFileSync(rules, readFileSync(join(cwd, 'failing.yaml'), 'utf8').replace('POLICY', policy))
    const answer = await runInProcess({ args: ['mutate', '--rules', rules, '-f', '-'], cwd, stdin: POD })
    expect(answer).toMatchObject({ code, stdout })
    expect(answer.stderr).toMatch(/^Pod default\/a: rule broken: failed: .*\/spec\/nodeName/)
  })

  it.each([
    [['--operation', 'PATCH'], 2, '--operation must be one of CREATE, UPDATE, DELETE, not PATCH'],
    [['--rule', 'none'], 2, 'there is no rule none; there are envoy, configmaps, keep-envoy-config'],
    [['-o', 'none/out.yaml'], 3, 'open none/out.yaml: no such file or directory'],
  ])('wants flags that can be meant: %j', async (flags, code, says) => {
    const answer = await mutate(POD, ...flags)
    expect(answer).toMatchObject({ code, stdout: '', stderr: `pillion: ${says}\n` })
  })
})
