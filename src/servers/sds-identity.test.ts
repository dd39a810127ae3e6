import { describe, expect, it } from 'vitest'
import { createEngine } from '../engine/index.js'
import { ok } from '../lang/result.js'
import { createMeshSource } from './mesh-source.js'
import { type Identity, openIdentities } from './sds-identity.js'

const CONFIG = `
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop}
spec: {serviceAccountName: web, containers: [{name: web, image: web}]}
status: {podIP: 10.0.0.7, phase: Running}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: vm, namespace: shop}
spec: {address: 10.0.0.8, serviceAccount: machine}
`

const paths = { homeCluster: 'Kubernetes', objects: ['/config.yaml'], clusters: [], mesh: '/mesh', networks: undefined }

function identity(node: { id: string; metadata?: Record<string, string> }, mesh = '{}') {
  const { graph, apply } = createMeshSource(paths)
  const problems = apply(
    new Map([
      ['/config.yaml', ok(CONFIG)],
      ['/mesh', ok(mesh)],
    ]),
  )
  expect(problems).toEqual([])
  const found = openIdentities(graph)(node)
  return found.ok ? found.value.current : found
}

describe('identityOf', () => {
  it.each([
    ['a pod that is known', 'sidecar~10.0.0.7~web-1.shop~shop.svc.cluster.local', { NAME: 'web-1' }, 'shop/sa/web'],
    [
      '… whatever it says',
      'sidecar~127.0.0.1~web-1.shop~shop.svc.cluster.local',
      { SERVICE_ACCOUNT: 'x' },
      'shop/sa/web',
    ],
    ['a WorkloadEntry, by its address', 'sidecar~10.0.0.8~vm-x.shop~shop.svc.cluster.local', {}, 'shop/sa/machine'],
    ['one of another namespace', 'sidecar~10.0.0.8~vm-x.far~far.svc.cluster.local', {}, 'far/sa/default'],
    ['what nobody knows', 'router~10.0.0.9~gw.edge~edge.svc.cluster.local', { SERVICE_ACCOUNT: 'gw' }, 'edge/sa/gw'],
    ['the namespace of the metadata', 'router~10.0.0.9~gw.a~a.svc.cluster.local', { NAMESPACE: 'b' }, 'b/sa/default'],
  ])('is of %s', (_, id, metadata, expected) => {
    expect(identity({ id, metadata })).toEqual(ok(`spiffe://cluster.local/ns/${expected}`))
  })

  it('is in the trust domain of the mesh', () => {
    const node = { id: 'sidecar~10.0.0.7~web-1.shop~shop.svc.cluster.local' }
    expect(identity(node, 'trustDomain: example.org')).toEqual(ok('spiffe://example.org/ns/shop/sa/web'))
  })

  it.each([
    ['an id of another form', { id: 'web' }, 'parts'],
    ['a namespace that is a path', { id: 'sidecar~10.0.0.9~a.b~b.svc', metadata: { NAMESPACE: '../x' } }, 'namespace'],
    [
      'an account that is a path',
      { id: 'sidecar~10.0.0.9~a.b~b.svc', metadata: { SERVICE_ACCOUNT: 'a/b' } },
      'account',
    ],
  ])('is not to be had for %s', (_, node, reason) => {
    expect(identity(node)).toMatchObject({ ok: false, error: expect.stringContaining(reason) })
  })
})

describe('who Nodes stand for', () => {
  const pod = (name: string, account: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop}
spec: {serviceAccountName: ${account}, containers: [{name: web, image: web}]}
status: {podIP: 10.0.1.${name.slice(-1)}, phase: Running}
---`

  it('is found out again for those alone that a change is about, and for nobody who is gone', () => {
    const runs: string[] = []
    const engine = createEngine({ onRun: (table, key) => table === 'identity' && runs.push(key) })
    const mesh = createMeshSource(paths, engine)
    const apply = (...pods: readonly string[]): void => {
      mesh.apply(
        new Map([
          ['/config.yaml', ok(pods.join('\n'))],
          ['/mesh', ok('{}')],
        ]),
      )
    }
    apply(pod('a1', 'one'), pod('a2', 'two'))
    const identify = openIdentities(mesh.graph)
    const hold = (name: string): Identity => {
      const found = identify({ id: `sidecar~127.0.0.1~${name}.shop~shop.svc`, metadata: { NAME: name } })
      if (!found.ok) throw new Error(found.error)
      return found.value
    }
    const held = ['a1', 'a2'].map(hold)
    const accounts = (): readonly unknown[] =>
      held.map(({ current }) => (current.ok ? current.value.split('/').at(-1) : current.error))
    expect(accounts()).toEqual(['one', 'two'])
    expect(runs.splice(0)).toHaveLength(2)

    apply(pod('a1', 'other'), pod('a2', 'two'))
    expect(accounts()).toEqual(['other', 'two'])
    expect(runs.splice(0)).toEqual([expect.stringContaining('a1')])

    for (const each of held) each[Symbol.dispose]()
    const last = hold('a3')
    apply(pod('a1', 'again'), pod('a2', 'again'), pod('a3', 'again'))
    runs.splice(0)
    expect(last.current).toEqual(ok('spiffe://cluster.local/ns/shop/sa/again'))
    expect(runs).toEqual([expect.stringContaining('a3')])
  })
})
