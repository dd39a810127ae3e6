import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { ok } from '../lang/result.js'
import type { DebugFacts } from './debug/index.js'
import { pushStatusPages } from './debug/push-status.js'
import { declareMeshMetrics } from './mesh-metrics.js'
import { createMeshSource } from './mesh-source.js'

const routes = (name: string, year: number, host: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: shop, creationTimestamp: '${year}-01-01T00:00:00Z'}
spec: {hosts: [${host}], http: [{directResponse: {status: 400}}]}
`

it('findings are counted, and named with the places of the objects, and go with what they are of', async () => {
  const paths = { homeCluster: 'Kubernetes', objects: ['/mesh'], clusters: [], mesh: undefined, networks: undefined }
  const mesh = createMeshSource(paths)
  const registry = new Registry()
  declareMeshMetrics(registry, mesh, '0')
  const put = (host: string) =>
    mesh.apply(
      new Map([
        ['/mesh/a.yaml', ok(routes('a', 2020, 'a.example'))],
        ['/mesh/b.yaml', ok(`# younger\n${routes('b', 2021, host)}`)],
      ]),
    )
  const status = (): unknown => {
    const facts = { mesh, streams: () => [], problems: () => [] } as unknown as DebugFacts
    const answer = pushStatusPages[0]?.answer(facts, new URLSearchParams())
    return answer?.ok ? (answer.value as { readonly ProxyStatus: object }).ProxyStatus : answer
  }
  const count = async () => (await registry.getSingleMetric('pilot_vservice_dup_domain')?.get())?.values[0]?.value
  put('a.example')
  expect(await count()).toBe(1)
  expect(status()).toMatchObject({
    pilot_vservice_dup_domain: {
      'a.example shop/b': {
        message: 'VirtualService shop/b has no effect on requests for a.example: shop/a is older and has the host too',
        configs: ['VirtualService shop/b (/mesh/b.yaml:3)', 'VirtualService shop/a (/mesh/a.yaml:2)'],
      },
    },
  })
  put('b.example')
  expect(await count()).toBe(0)
  expect(status()).not.toHaveProperty('pilot_vservice_dup_domain')
})
