import { describe, expect, it } from 'vitest'
import { parseConfigDocuments } from '../config/parse.js'
import { createEngine } from '../engine/index.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { putObject } from './inputs.js'
import { DEFAULT_IDENTITY } from './settings.js'
import { declareMesh } from './tables.js'

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{name: http, port: 80}]}`

function pod(name: string, account: string, app = 'web', phase = 'Running'): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {app: ${app}}}
spec: {serviceAccountName: ${account}}
status: {phase: ${phase}, podIP: 10.1.0.${name.length}}`
}

function slice(...pods: readonly string[]): string {
  const endpoints = pods.map(
    name => `{addresses: [10.1.0.${name.length}], targetRef: {kind: Pod, name: ${name}, namespace: shop}}`,
  )
  return `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 80}]
endpoints: [${endpoints.join(', ')}]`
}

function accounts(...documents: readonly string[]): readonly string[] {
  const engine = createEngine()
  const { inputs, accounts } = declareMesh(engine, DEFAULT_IDENTITY)
  const { objects, problems } = parseConfigDocuments(parseYamlStream(documents.join('\n---')))
  expect(problems).toEqual([])
  engine.commit(tx => {
    tx.put(inputs.settings, 'mesh', {})
    for (const object of objects) putObject(tx, inputs, object, DEFAULT_IDENTITY.configCluster)
  })
  const found = engine.read(read => read.one(accounts, 'web.shop.svc.cluster.local/shop')) ?? []
  return found.map(identity => identity.split('/').at(-1) ?? '')
}

describe('accounts of a service', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['are those of its endpoints', [pod('a', 'one'), pod('bb', 'two'), slice('a', 'bb')], ['one', 'two']],
    ['are no other pods while it has endpoints', [pod('a', 'one'), pod('bb', 'two'), slice('a')], ['one']],
    ['are those of its pods while it has none', [pod('a', 'one'), pod('bb', 'two'), slice()], ['one', 'two']],
    ['are never those of others', [pod('a', 'one', 'other'), slice()], []],
    ['are never those of pods that are done', [pod('a', 'one', 'web', 'Succeeded'), slice()], []],
  ])('%s', (_, documents, expected) => {
    expect(accounts(SERVICE, ...documents)).toEqual(expected)
  })
})
