import { describe, expect, it } from 'vitest'
import { translated } from '../../../test/kit/translated.js'
import type { JsonObject } from '../../lang/json.js'
import type { Cluster, HttpHttpProtocolOptions } from '../../proto/envoy-types.generated.js'

const OBJECTS = `
apiVersion: v1
kind: Service
metadata: {name: a, namespace: default}
spec:
  clusterIP: 10.0.0.1
  selector: {app: client}
  ports: [{name: http, port: 80}, {name: grpc, port: 81}, {name: what, port: 82}, {name: tcp, port: 90}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: default}
spec: {hosts: [a], http: [{rewrite: {authority: other}, route: [{destination: {host: a}}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: a, namespace: default}
spec: {host: a, trafficPolicy: {connectionPool: {tcp: {maxConnectionDuration: 60s}}}}
`
const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** What a ProxyConfig makes, of the mesh or of the proxy itself. */
function made(config: JsonObject, from: 'mesh' | 'proxy' = 'mesh') {
  const { clusters, listeners, routes } = translated({
    objects: OBJECTS,
    mesh: from === 'mesh' ? { defaultConfig: config } : {},
    proxy: from === 'proxy' ? { metadata: { PROXY_CONFIG: config } } : {},
  })
  return {
    clusters,
    listeners,
    routes,
    managers: Object.values(listeners).flatMap(listener => found(listener, 'httpFilters')),
  }
}

/** Objects somewhere inside that have a field. */
function found(value: unknown, field: string): readonly JsonObject[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(each => found(each, field))
  return Object.hasOwn(value, field) ? [value as JsonObject, ...inner] : inner
}

describe.each(['mesh', 'proxy'] as const)('ProxyConfig of the %s', from => {
  it('keeps the case of HTTP/1 headers, received and sent', () => {
    const { managers, clusters } = made({ proxyHeaders: { preserveHttp1HeaderCase: true } }, from)
    const kept = { headerKeyFormat: { statefulFormatter: { name: 'preserve_case' } } }
    for (const manager of managers) expect(manager['httpProtocolOptions']).toMatchObject(kept)
    const options = (name: string): HttpHttpProtocolOptions =>
      (clusters[name] as Cluster).typedExtensionProtocolOptions?.[OPTIONS] as HttpHttpProtocolOptions
    const host = 'a.default.svc.cluster.local'
    expect(options(`outbound|80||${host}`).explicitHttpConfig).toMatchObject({ httpProtocolOptions: kept })
    expect(options(`outbound|81||${host}`).explicitHttpConfig).toEqual({ http2ProtocolOptions: {} })
    expect(options(`outbound|82||${host}`).useDownstreamProtocolConfig).toMatchObject({ httpProtocolOptions: kept })
    expect(options('PassthroughCluster').useDownstreamProtocolConfig).toMatchObject({ httpProtocolOptions: kept })
    expect(options('inbound|80||').explicitHttpConfig).toMatchObject({ httpProtocolOptions: kept })
  })

  it('limits what is buffered of a connection', () => {
    const limits = { listenerPerConnectionBufferLimitBytes: 1000, clusterPerConnectionBufferLimitBytes: 2000 }
    const { clusters, listeners } = made({ connectionSettings: limits }, from)
    const limitOf = ({ perConnectionBufferLimitBytes }: JsonObject) => perConnectionBufferLimitBytes
    expect(new Set(Object.values(listeners).map(limitOf))).toEqual(new Set([1000]))
    const { BlackHoleCluster: _, ...others } = clusters
    expect(new Set(Object.values(others).map(limitOf))).toEqual(new Set([2000]))
  })

  it('tells the server which host was asked for', () => {
    const tells = (config: JsonObject) => found(made(config, from).routes['80'], 'hostRewriteLiteral')[0]
    expect(tells({ proxyHeaders: { xForwardedHost: { enabled: true } } })?.['appendXForwardedHost']).toBe(true)
    expect(tells({})?.['appendXForwardedHost']).toBeUndefined()
  })

  it('tells peers in the mesh alone who calls', () => {
    const propagated = (config: JsonObject) => JSON.stringify(made(config, from).listeners['0.0.0.0_80'])
    const own = { proxyHeaders: { metadataExchangeHeaders: { mode: 'IN_MESH' } } }
    expect(propagated(own)).toContain('"upstream_propagation":[{"istio_headers":{"skip_external_clusters":true}}]')
    expect(propagated({})).not.toContain('skip_external_clusters')
  })
})

describe('connectionSettings', () => {
  const all: JsonObject = {
    httpIdleTimeout: '1s',
    httpMaxConnectionDuration: '2s',
    httpDrainTimeout: '3s',
    httpRequestTimeout: '4s',
    httpRequestHeadersTimeout: '5s',
    httpStreamIdleTimeout: '6s',
    httpMaxStreamDuration: '7s',
    httpMaxConcurrentStreams: 8,
    http2InitialStreamWindowSize: 65_535,
    http2InitialConnectionWindowSize: 65_536,
    httpHeadersWithUnderscoresAction: 'HEADERS_WITH_UNDERSCORES_DROP_HEADER',
    httpMergeSlashes: true,
    httpPathWithEscapedSlashesAction: 'REJECT_REQUEST',
  }
  it.each<[string, JsonObject, JsonObject]>([
    [
      'are what requests are received by',
      all,
      {
        commonHttpProtocolOptions: {
          idleTimeout: '1s',
          maxConnectionDuration: '2s',
          maxStreamDuration: '7s',
          headersWithUnderscoresAction: 'DROP_HEADER',
        },
        drainTimeout: '3s',
        requestTimeout: '4s',
        requestHeadersTimeout: '5s',
        streamIdleTimeout: '6s',
        http2ProtocolOptions: {
          maxConcurrentStreams: 8,
          initialStreamWindowSize: 65_535,
          initialConnectionWindowSize: 65_536,
        },
        mergeSlashes: true,
        pathWithEscapedSlashesAction: 'REJECT_REQUEST',
      },
    ],
    [
      'have defaults for the edge, which what is said goes before',
      { profile: 'EDGE', httpIdleTimeout: '9s' },
      {
        commonHttpProtocolOptions: { idleTimeout: '9s', headersWithUnderscoresAction: 'REJECT_REQUEST' },
        requestTimeout: '300s',
        streamIdleTimeout: '300s',
        http2ProtocolOptions: {
          maxConcurrentStreams: 100,
          initialStreamWindowSize: 65_536,
          initialConnectionWindowSize: 1_048_576,
        },
        mergeSlashes: true,
        pathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
      },
    ],
    ['are nothing by default', {}, { streamIdleTimeout: '0s', pathWithEscapedSlashesAction: 'KEEP_UNCHANGED' }],
  ])('%s', (_, connectionSettings, expected) => {
    const { managers } = made({ connectionSettings })
    expect(managers.length).toBeGreaterThan(2)
    for (const manager of managers) expect(manager).toMatchObject(expected)
  })
})

it('connections of bytes end when the rule says so', () => {
  const { listeners } = made({})
  expect(found(listeners['10.0.0.1_90'], 'maxDownstreamConnectionDuration')).toMatchObject([
    { cluster: 'outbound|90||a.default.svc.cluster.local', maxDownstreamConnectionDuration: '60s' },
  ])
})

it('requests that never reached the workload are sent again after a while that the mesh gives', () => {
  const mesh = { defaultInboundHttpRetryPolicy: { attempts: 3, backoff: '1s' } }
  const { listeners } = translated({ objects: OBJECTS, mesh })
  expect(found(listeners['virtualInbound'], 'retryBackOff')[0]).toMatchObject({
    numRetries: 3,
    retryOn: 'reset-before-request',
    retryBackOff: { baseInterval: '1s' },
  })
})

it('no request is sent again by a mesh whose policy for that is empty', () => {
  const { listeners } = translated({ objects: OBJECTS, mesh: { defaultInboundHttpRetryPolicy: {} } })
  expect(found(listeners['virtualInbound'], 'retryPolicy')).toEqual([])
})
