import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseYamlStream, stringifyYaml } from '../lang/yaml/index.js'
import { clusterFacts, explainCall, locatedObjects, subjectOf } from './index.js'

const root = resolve(import.meta.dirname, '../..')
const data = join(process.env['PILLION_CONFORMANCE_DIR'] ?? join(root, '../shared/conformance'), 'injection')

interface Row {
  readonly install: string
  readonly namespaceLabels: Record<string, string>
  readonly podLabels: Record<string, string>
  readonly matches: readonly string[]
}

function objectsOf(text: string, file = 'test.yaml') {
  return locatedObjects({ file, documents: parseYamlStream(text, { file }) })
}

function webhooksOf(install: string) {
  const folder = join(data, 'install', install)
  const files = readdirSync(folder).filter(name => name.startsWith('MutatingWebhookConfiguration'))
  return files.flatMap(name => objectsOf(readFileSync(join(folder, name), 'utf8'), name))
}

const matrix = join(data, 'selector-matrix.json')
const rows: readonly Row[] = existsSync(matrix) ? JSON.parse(readFileSync(matrix, 'utf8')) : []

describe.skipIf(!existsSync(matrix))('which webhooks an API server calls', () => {
  const installs = new Map<string, ReturnType<typeof webhooksOf>>()
  for (const { install } of rows) if (!installs.has(install)) installs.set(install, webhooksOf(install))

  it(`agrees with every recorded row`, () => {
    const wrong = rows.filter(row => {
      const name = row.namespaceLabels['kubernetes.io/metadata.name'] ?? 'ns1'
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: row.namespaceLabels } }
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: name, labels: row.podLabels } }
      const { cluster, problems } = clusterFacts([
        ...installs.get(row.install)!,
        ...objectsOf(stringifyYaml(namespace)),
      ])
      expect(problems).toEqual([])
      const call = explainCall(cluster, subjectOf(objectsOf(stringifyYaml(pod))[0]!)!)
      const calling = call.entries.filter(({ outcome }) => outcome === 'calls')
      const found = calling.map(({ configuration, entry }) => `${configuration}/${entry}`).sort()
      expect(call.outcome === 'not-called').toBe(row.matches.length === 0)
      return JSON.stringify(found) !== JSON.stringify([...row.matches].sort())
    })
    expect(rows.length).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })

  it('names changes of labels that do lead to a call', () => {
    let tried = 0
    for (const row of rows.filter(({ matches }) => matches.length === 0)) {
      const name = row.namespaceLabels['kubernetes.io/metadata.name'] ?? 'ns1'
      const answer = (namespaceLabels: Record<string, string>, podLabels: Record<string, string>) => {
        const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: namespaceLabels } }
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: name, labels: podLabels } }
        const objects = [...installs.get(row.install)!, ...objectsOf(stringifyYaml(namespace))]
        return explainCall(clusterFacts(objects).cluster, subjectOf(objectsOf(stringifyYaml(pod))[0]!)!)
      }
      for (const { changes } of answer(row.namespaceLabels, row.podLabels).nearest) {
        const labels = { namespace: { ...row.namespaceLabels }, pod: { ...row.podLabels } }
        for (const { on, key, value } of changes) {
          if (value === null) delete labels[on][key]
          else labels[on][key] = value
        }
        expect(answer(labels.namespace, labels.pod).outcome).toBe('called')
        tried++
      }
    }
    expect(tried).toBeGreaterThan(0)
  })
})
