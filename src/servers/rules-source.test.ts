import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatProblem, type Problem } from '../lang/problem.js'
import { applyRules, type InterceptionRequest, ruleFunctions } from '../rules/index.js'
import { type LiveRules, openRules, type RulesSource } from './rules-source.js'

let folder: string
let source: RulesSource | undefined
let reloads: LiveRules[]
let refusals: (readonly Problem[])[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pillion-rules-'))
  reloads = []
  refusals = []
})
afterEach(() => {
  source?.close()
  rmSync(folder, { recursive: true })
})

const put = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const RULES = `apiVersion: pillion.dev/v1alpha1
kind: InterceptionRules
rules:
- name: a
  match: {resources: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}]}
  merge: {strategy: json, templateFrom: {file: content.yaml}}
`
const request = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  subResource: '',
  kind: 'ConfigMap',
  operation: 'CREATE',
} as const
const configMap: InterceptionRequest = {
  ...request,
  ...{ name: 'c', namespace: 'd', object: {}, oldObject: null, request: {}, namespaceLabels: undefined },
}

async function open() {
  const opened = await openRules(
    { rules: join(folder, 'rules.yaml'), objects: [join(folder, 'objects')] },
    ruleFunctions({}),
    {
      onReload: (_, live) => reloads.push(live),
      onProblems: problems => refusals.push(problems),
    },
  )
  if (opened.ok) source = opened.value
  return opened
}

/** What the rules in force make of an empty ConfigMap. */
const made = () => applyRules(source!.current().rules, configMap).object

/** Waits for what the watch reports; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 10))
}

describe('rules on disk', () => {
  it('follow the files that they refer to; a bad edit is named and the rules in force stay', async () => {
    put('rules.yaml', RULES)
    put('content.yaml', 'data: {v: "1"}')
    put('objects', '')
    expect((await open()).ok).toBe(true)
    expect(made()).toEqual({ data: { v: '1' } })

    put('content.yaml', 'data: {v: "2"}')
    await until(() => reloads.length === 1)
    expect(made()).toEqual({ data: { v: '2' } })

    put('content.yaml', 'data: {v: {{ nope }}}')
    await until(() => refusals.length === 1)
    expect(refusals[0]?.map(formatProblem).join()).toMatch(/rules\.yaml:6:\d+: .*function "nope" not defined/)
    expect(made()).toEqual({ data: { v: '2' } })

    put('rules.yaml', RULES.replace('content.yaml', 'other.yaml'))
    await until(() => refusals.length === 2)
    expect(refusals[1]?.map(formatProblem).join()).toContain('no such file')

    put('other.yaml', 'data: {v: "3"}')
    await until(() => reloads.length === 2)
    expect(made()).toEqual({ data: { v: '3' } })
  })

  it('are refused at the start with every problem', async () => {
    put('rules.yaml', `${RULES}- name: B\n  record: {}\n`)
    put('objects', '')
    const opened = await open()
    expect(opened.ok).toBe(false)
    const text = opened.ok ? '' : opened.error.map(formatProblem).join('\n')
    expect(text).toContain('no such file')
    expect(text).toContain('"B" is not a name')
    expect(text).toContain('names the resources to intercept')
  })

  it('know the namespaces among the objects', async () => {
    put('rules.yaml', RULES)
    put('content.yaml', '')
    put('objects', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: d, labels: {team: shop}}\n')
    await open()
    expect(source?.current().namespaces.get('d')).toEqual({ 'kubernetes.io/metadata.name': 'd', team: 'shop' })
  })
})
