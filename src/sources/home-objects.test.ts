import { describe, expect, it } from 'vitest'
import { err, ok } from '../lang/result.js'
import { homeObjects } from './home-objects.js'

const objects = (text: string) => homeObjects(new Map([['a.yaml', ok(text)]]))

describe('homeObjects', () => {
  it('reads nodes, namespaces and ProxyConfigs, in lists too, and leaves the rest alone', () => {
    const found = objects(`
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {nodeInfo: {kubeletVersion: v1.33.2}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: demo, annotations: {openshift.io/sa.scc.uid-range: 1/2}}}
- {apiVersion: v1, kind: Secret, metadata: {name: s}}
- {apiVersion: example.com/v1, kind: Node, metadata: {name: other}}
---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: {name: p, namespace: demo, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {concurrency: 3, selector: {matchLabels: {app: x}}, environmentVariables: {A: b}}
`)
    expect(found.problems).toEqual([])
    expect(found.nodes).toEqual([{ name: 'n1', kubeletVersion: 'v1.33.2' }])
    expect(Object.fromEntries(found.namespaces.get('demo') ?? [])).toEqual({ 'openshift.io/sa.scc.uid-range': '1/2' })
    expect(found.proxyConfigs).toMatchObject([
      { name: 'p', namespace: 'demo', selector: { app: 'x' }, config: { concurrency: 3 } },
    ])
  })

  it('reports what it cannot use, with its place, and goes on', () => {
    const found = objects(`
apiVersion: networking.istio.io/v1
kind: ProxyConfig
metadata: {name: p, namespace: demo}
spec: {concurrency: many}
---
a: [
---
apiVersion: v1
kind: Node
metadata: {name: n1}
`)
    expect(found.nodes).toEqual([{ name: 'n1', kubeletVersion: '' }])
    expect(found.proxyConfigs).toEqual([])
    const codes = Object.fromEntries(found.problems.map(problem => [problem.code, problem.position?.line]))
    expect(codes).toMatchObject({ 'invalid-proxy-config': 5 })
    expect(found.problems).toHaveLength(2)
  })

  it.each<[string, string, number]>([
    ['as everybody does', 'kind: Node', 1],
    ['in JSON', '"kind":"Node"', 1],
    ['in escapes', 'kind: "\\x4eode"', 1],
    ['in base64', 'kind: !!binary Tm9kZQ==', 1],
    ['not at all', 'kind: Service', 0],
  ])('finds a kind that is written %s, also where others have checked the files', (_, kind, count) => {
    const files = new Map([['a.yaml', ok(`{apiVersion: v1, ${kind}, metadata: {name: n1}}`)]])
    expect([homeObjects(files), homeObjects(files, true)].map(({ nodes }) => nodes.length)).toEqual([count, count])
  })

  it('says nothing of files without such objects that others have checked', () => {
    const files = new Map([['a.yaml', ok('a: [')]])
    expect([homeObjects(files), homeObjects(files, true)].map(({ problems }) => problems.length)).toEqual([1, 0])
  })

  it('reports files that cannot be read', () => {
    expect(homeObjects(new Map([['a.yaml', err('permission denied')]])).problems).toMatchObject([
      { code: 'unreadable', message: 'a.yaml: permission denied' },
    ])
  })
})
