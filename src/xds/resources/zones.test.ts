import { describe, expect, it } from 'vitest'
import { type SmallMesh, translated } from '../../../test/kit/translated.js'
import type { JsonObject } from '../../lang/json.js'
import type { Cluster, ClusterLoadAssignment } from '../../proto/envoy-types.generated.js'

const HOST = 'a.example'
const CLUSTER = `outbound|80||${HOST}`

/** An external service with an endpoint at each place. */
const entry = (places: readonly string[], labels: readonly string[] = []): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: a, namespace: default}
spec:
  hosts: [${HOST}]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints:
${places.map((place, index) => `  - {address: 10.0.0.${index + 1}, locality: ${place}, labels: {${labels[index] ?? ''}}}`).join('\n')}
---
`
const rule = (policy: string): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: a, namespace: default}
spec: {host: ${HOST}, trafficPolicy: ${policy}}
---
`

function made(objects: string, call: { readonly mesh?: JsonObject; readonly isSelfDiscovering?: boolean } = {}) {
  const { mesh = {}, isSelfDiscovering = true } = call
  const proxy: NonNullable<SmallMesh['proxy']> = {
    metadata: {
      LABELS: { 'istio-locality': 'us.a', tier: 'x' },
      ...(isSelfDiscovering ? { ENABLE_SELF_DISCOVERY: 'true' } : {}),
    },
  }
  const { clusters, endpoints } = translated({ objects, mesh, proxy })
  const cluster = clusters[CLUSTER] as Cluster
  const assignment = endpoints[CLUSTER] as ClusterLoadAssignment
  return {
    specifier: cluster.commonLbConfig?.zoneAwareLbConfig ?? cluster.commonLbConfig?.localityWeightedLbConfig,
    cluster,
    endpoints,
    priorities: (assignment.endpoints ?? []).map(
      ({ locality, priority = 0 }) => `${locality?.region}/${locality?.zone}@${priority}`,
    ),
  }
}

const ON = '{loadBalancer: {zoneAwareLbSetting: {enabled: true}}}'
const OFF = '{loadBalancer: {zoneAwareLbSetting: {enabled: false}}}'
const PLACES = ['us/a', 'us/b', 'eu/a', 'ap/a']
const off = { routingEnabled: {} }
const on = { routingEnabled: { value: 100 } }

describe('load balancing by zones', () => {
  it.each<[string, string, JsonObject, object]>([
    ['of a rule', rule(ON), {}, on],
    [
      'of a rule, from a size on',
      rule(ON.replace('true', 'true, minClusterSize: 3')),
      {},
      { ...on, minClusterSize: '3' },
    ],
    ['of the mesh', '', { zoneAwareLbSetting: { enabled: true } }, on],
    ['of the mesh, not for a rule that says no', rule(OFF), { zoneAwareLbSetting: { enabled: true } }, off],
    [
      'of the mesh, before preferences of the mesh',
      '',
      { zoneAwareLbSetting: { enabled: true }, localityLbSetting: {} },
      on,
    ],
    ['that nobody asks for', '', {}, off],
    ['that has to be asked for', rule('{loadBalancer: {zoneAwareLbSetting: {minClusterSize: 3}}}'), {}, off],
  ])('%s', (_, rules, mesh, expected) => {
    expect(made(entry(PLACES) + rules, { mesh }).specifier).toMatchObject(expected)
  })

  it('gives way to shares that a rule gives localities', () => {
    const shares = rule('{loadBalancer: {localityLbSetting: {distribute: [{from: us/*, to: {eu/*: 100}}]}}}')
    const { cluster } = made(entry(PLACES) + shares, { mesh: { zoneAwareLbSetting: { enabled: true } } })
    expect(cluster.commonLbConfig).toEqual({ healthyPanicThreshold: {}, localityWeightedLbConfig: {} })
  })

  it('is nothing for a proxy that does not ask for its own kind', () => {
    const { specifier, priorities, endpoints } = made(entry(PLACES) + rule(ON), { isSelfDiscovering: false })
    expect(specifier).toBeUndefined()
    expect(priorities).toEqual(['ap/a@0', 'eu/a@0', 'us/a@0', 'us/b@0'])
    expect(endpoints['local_cluster']).toBeUndefined()
  })

  it.each<[string, string, readonly string[]]>([
    ['own region first', ON, ['ap/a@1', 'eu/a@1', 'us/a@0', 'us/b@0']],
    [
      'then the one to fail over to, then others',
      ON.replace('true', 'true, failover: [{from: us, to: eu}]'),
      ['ap/a@2', 'eu/a@1', 'us/a@0', 'us/b@0'],
    ],
    [
      '… of the own region',
      ON.replace('true', 'true, failover: [{from: eu, to: us}]'),
      ['ap/a@1', 'eu/a@1', 'us/a@0', 'us/b@0'],
    ],
  ])('%s, without outlier detection', (_, policy, expected) => {
    expect(made(entry(PLACES) + rule(policy)).priorities).toEqual(expected)
  })

  it('orders by labels before regions', () => {
    const labels = ['tier: other', 'tier: x', 'tier: x', 'tier: other']
    const { priorities } = made(entry(PLACES, labels) + rule(ON.replace('true', 'true, failoverPriority: [tier]')))
    expect(priorities).toEqual(['ap/a@3', 'eu/a@1', 'us/a@2', 'us/b@0'])
  })
})

describe('load balancing by what backends report', () => {
  const NAME = 'envoy.load_balancing_policies.client_side_weighted_round_robin'
  const policyOf = (settings: string, more = '') =>
    made(entry(PLACES) + rule(`{${more}loadBalancer: {backendUtilization: ${settings}}}`), { isSelfDiscovering: false })
      .cluster

  it('has the defaults of Envoy', () => {
    const { loadBalancingPolicy, lbPolicy, commonLbConfig } = policyOf('{}')
    expect([lbPolicy, commonLbConfig]).toEqual([undefined, { healthyPanicThreshold: {} }])
    expect(loadBalancingPolicy?.policies?.map(each => each.typedExtensionConfig?.name)).toEqual([NAME])
  })

  it('takes every setting', () => {
    const settings = `{weightStabilizationPeriod: 1s, weightExpirationPeriod: 2s, weightUpdatePeriod: 0.500s,
      errorUtilizationPenaltyPercent: 150, metricNamesForComputingUtilization: [named_metrics.foo]}`
    expect(policyOf(settings).loadBalancingPolicy?.policies?.[0]?.typedExtensionConfig?.typedConfig).toMatchObject({
      blackoutPeriod: '1s',
      weightExpirationPeriod: '2s',
      weightUpdatePeriod: '0.500s',
      errorUtilizationPenalty: 1.5,
      metricNamesForComputingUtilization: ['named_metrics.foo'],
    })
  })

  it('keeps the shares of localities', () => {
    const shares = `{backendUtilization: {}, localityLbSetting: {distribute: [{from: us/*, to: {eu/*: 100}}]}}`
    const { cluster } = made(entry(PLACES) + rule(`{loadBalancer: ${shares}}`))
    expect(cluster.commonLbConfig).toEqual({ healthyPanicThreshold: {} })
    expect(JSON.stringify(cluster.loadBalancingPolicy)).toMatch(/wrr_locality.*client_side_weighted_round_robin/)
  })
})

describe('the proxies of a kind', () => {
  const pod = (
    n: number,
    change: { readonly zone?: string; readonly hash?: string; readonly port?: string } = {},
  ): string => `
apiVersion: v1
kind: Pod
metadata:
  name: client-${change.hash ?? 'h1'}-${n}
  namespace: default
  generateName: client-${change.hash ?? 'h1'}-
  labels: {app: client, pod-template-hash: ${change.hash ?? 'h1'}, istio-locality: ${change.zone ?? 'us.a'}}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: client-${change.hash ?? 'h1'}, controller: true}]
spec: {containers: [{name: app, image: app}]}
status: {phase: Running, podIP: 10.9.9.${n}, podIPs: [{ip: 10.9.9.${n}}], conditions: [{type: Ready, status: 'True'}]}
---
`
  const service = (pods: readonly number[]): string => `
apiVersion: v1
kind: Service
metadata: {name: client, namespace: default}
spec: {clusterIP: 10.0.0.9, selector: {app: client}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: client-1, namespace: default, labels: {kubernetes.io/service-name: client}}
addressType: IPv4
ports: [{name: http, port: 8080, protocol: TCP}]
endpoints:
${pods.map(n => `- {addresses: [10.9.9.${n}], conditions: {ready: ${n !== 8}}}`).join('\n')}
---
`
  const kindOf = (objects: string) => {
    const proxy = {
      name: 'client-h1-9',
      metadata: { ENABLE_SELF_DISCOVERY: 'true', WORKLOAD_NAME: 'client', NAME: 'client-h1-9' },
    }
    const assignment = translated({ objects, proxy }).endpoints['local_cluster'] as ClusterLoadAssignment | undefined
    return (assignment?.endpoints ?? []).map(({ locality, lbEndpoints = [] }) => {
      const addresses = lbEndpoints.map(({ endpoint }) => endpoint?.address?.socketAddress?.address)
      return `${locality?.region}/${locality?.zone}: ${addresses.join(' ')}`
    })
  }

  it('are the ready ones of the workload and version in its region, by zone', () => {
    const others = pod(1, { zone: 'us.b' }) + pod(2, { zone: 'eu.a' }) + pod(3, { hash: 'h2' }) + pod(8)
    expect(kindOf(service([9, 1, 2, 3, 8]) + pod(9) + others)).toEqual(['us/a: 10.9.9.9', 'us/b: 10.9.9.1'])
  })

  it('are nobody where no service has it', () => {
    expect(kindOf(pod(9))).toEqual([])
  })
})
