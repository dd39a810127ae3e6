import { describe, expect, it } from 'vitest'
import type { MeshProxyConfig, TelemetryTracing } from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import { decode, encode } from '../../proto/index.js'
import type { ProxyView } from '../../proxy/view.js'
import { tracingOf } from './tracing.js'

const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const MESH: MeshSettings = {
  extensionProviders: [
    {
      name: 'zip',
      zipkin: {
        service: 'zip.example',
        port: 9411,
        maxTagLength: 64,
        traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION',
      },
    },
    { name: 'grpc', opentelemetry: { service: 'otel.example', port: 4317, resourceDetectors: { environment: {} } } },
    {
      name: 'http',
      opentelemetry: {
        service: 'otel.example',
        port: 4318,
        http: { path: '/v1', timeout: '3s', headers: [{ name: 'k', value: 'v' }] },
      },
    },
    { name: 'lost', zipkin: { service: 'lost.example', port: 1 } },
    { name: 'far-zip', zipkin: { service: 'far.example', port: 9411 } },
    { name: 'far-otel', opentelemetry: { service: 'far.example', port: 4317 } },
    { name: 'dog', datadog: { service: 'dog.example', port: 8126, maxTagLength: 9 } },
    { name: 'far-dog', datadog: { service: 'far.example', port: 8126 } },
    { name: 'sky', skywalking: { service: 'sky.example', port: 11800, accessToken: 'secret' } },
    {
      name: 'dynatrace',
      opentelemetry: {
        service: 'dt.example',
        port: 443,
        http: { path: '/otlp', headers: [{ name: 'k', value: 'v' }] },
        dynatraceSampler: { tenant: 't', clusterId: 7 },
      },
    },
    {
      name: 'dynatrace-apart',
      opentelemetry: {
        service: 'otel.example',
        port: 4317,
        dynatraceSampler: { httpService: { service: 'dt.example', port: 443, http: { path: '/api' } } },
      },
    },
    {
      name: 'dynatrace-nowhere',
      opentelemetry: { service: 'otel.example', port: 4317, dynatraceSampler: { tenant: 't' } },
    },
    { name: 'light', lightstep: { service: 'zip.example', port: 1 } },
  ],
}

interface Case {
  readonly levels?: readonly (readonly TelemetryTracing[])[]
  readonly mesh?: MeshSettings
  readonly mode?: 'CLIENT' | 'SERVER'
  readonly config?: MeshProxyConfig
}

function fieldsOf({ levels = [], mesh = {}, mode = 'CLIENT', config = {} }: Case) {
  const labels = { app: 'web', 'service.istio.io/canonical-name': 'web-canonical' }
  const fields = tracingOf({
    view: { labels, namespace: 'shop', cluster: 'c1', meta: { meshId: 'm' } } as unknown as ProxyView,
    mesh: { ...MESH, ...mesh },
    config,
    telemetry: levels.map(tracing => ({ spec: { tracing } }) as unknown as TelemetryObject),
    mode,
    cluster: (host, port) =>
      host === 'lost.example'
        ? undefined
        : { host, name: `outbound|${port}||${host}`, isReachable: !host.startsWith('far.') },
  })
  // What cannot be encoded is no connection manager.
  decode(MANAGER, encode(MANAGER, fields))
  return fields
}

const by = (name: string): TelemetryTracing => ({ providers: [{ name }] })
const tagsOf = (made: ReturnType<typeof fieldsOf>) => made.tracing?.customTags?.map(({ tag }) => tag) ?? []

describe('tracingOf', () => {
  it.each<[string, Case, string | undefined]>([
    ['nobody asks for it', {}, undefined],
    ['Telemetry names a provider', { levels: [[by('zip')]] }, 'envoy.tracers.zipkin'],
    ['the mesh has a provider', { mesh: { defaultProviders: { tracing: ['grpc'] } } }, 'envoy.tracers.opentelemetry'],
    ['a narrower level replaces it', { levels: [[by('zip')], [by('grpc')]] }, 'envoy.tracers.opentelemetry'],
    ['a narrower level switches it off', { levels: [[by('zip')], [{ disableSpanReporting: true }]] }, undefined],
    [
      'and a still narrower one on',
      { levels: [[by('zip')], [{ disableSpanReporting: true }], [{ disableSpanReporting: false }]] },
      'envoy.tracers.zipkin',
    ],
    ['only of the other direction', { levels: [[{ ...by('zip'), match: { mode: 'SERVER' } }]] }, undefined],
    ['a provider that is not there', { levels: [[by('gone')]] }, undefined],
    ['a provider whose service is not there', { levels: [[by('lost')]] }, undefined],
    ['a Zipkin that is out of scope, which Envoy would refuse', { levels: [[by('far-zip')]] }, undefined],
    ['another that is out of scope', { levels: [[by('far-otel')]] }, 'envoy.tracers.opentelemetry'],
    ['a Datadog that is out of scope', { levels: [[by('far-dog')]] }, undefined],
    ['a sampler that is nowhere', { levels: [[by('dynatrace-nowhere')]] }, undefined],
    ['a kind of provider that is not supported', { levels: [[by('light')]] }, undefined],
    ['Telemetry that names none, though the mesh traces', { levels: [[{}]], mesh: { enableTracing: true } }, undefined],
  ])('%s', (_, given, expected) => {
    expect(fieldsOf(given).tracing?.provider?.name).toBe(expected)
    expect(fieldsOf(given).tracing === undefined).toBe(expected === undefined)
  })

  it("the mesh's own way names no provider", () => {
    const { tracing } = fieldsOf({ mesh: { enableTracing: true }, config: { tracing: { sampling: 30 } } })
    expect(tracing).toMatchObject({ randomSampling: { value: 30 } })
    expect(tracing?.provider).toBeUndefined()
  })

  it.each<[string, TelemetryTracing, MeshProxyConfig, number]>([
    ['nobody says', {}, {}, 1],
    ["the proxy's configuration", {}, { tracing: { sampling: 30 } }, 30],
    ['Telemetry', { randomSamplingPercentage: 12.5 }, { tracing: { sampling: 30 } }, 12.5],
    ['Telemetry, none', { randomSamplingPercentage: 0 }, { tracing: { sampling: 30 } }, 0],
  ])('samples as %s', (_, entry, config, expected) => {
    expect(fieldsOf({ levels: [[{ ...by('zip'), ...entry }]], config }).tracing?.randomSampling).toEqual({
      value: expected,
    })
  })

  it('leaves to a sampler which spans are kept, and starts a span for what is called where the provider needs two', () => {
    expect(fieldsOf({ levels: [[by('dynatrace')]] }).tracing?.randomSampling).toEqual({ value: 100 })
    expect(fieldsOf({ levels: [[by('sky')]] }).tracing?.spawnUpstreamSpan).toBe(true)
    expect(fieldsOf({ levels: [[by('dog')]] }).tracing).toMatchObject({ maxPathTagLength: 9 })
  })

  it("has the tags of Telemetry in place of the proxy's own, and those of Istio unless refused", () => {
    const customTags = { lit: { literal: { value: 'x' } }, form: { formatter: { value: '%PROTOCOL%' } } }
    const config = { tracing: { customTags: { own: { literal: { value: 'y' } } } } }
    const made = fieldsOf({ levels: [[{ ...by('zip'), customTags, enableIstioTags: false }]], config })
    expect(tagsOf(made).filter(tag => !tag?.startsWith('istio.'))).toEqual(['form', 'lit'])
    expect(tagsOf(made)).not.toContain('istio.namespace')
    expect(tagsOf(fieldsOf({ levels: [[by('zip')]], config }))).toEqual(
      expect.arrayContaining(['own', 'istio.namespace']),
    )
  })

  it('says what else Telemetry asks for', () => {
    const entry = { useRequestIdForTraceSampling: false, disableContextPropagation: true }
    const { tracing, requestIdExtension } = fieldsOf({ levels: [[{ ...by('zip'), ...entry }]] })
    expect(tracing?.noContextPropagation).toBe(true)
    expect(requestIdExtension?.typedConfig).toMatchObject({ useRequestIdForTraceSampling: false })
  })

  it.each<[string, object]>([
    [
      'zip',
      {
        collectorEndpointVersion: 'HTTP_JSON',
        traceId128bit: true,
        traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION',
        collectorService: {
          httpUri: { uri: 'http://zip.example/api/v2/spans', cluster: 'outbound|9411||zip.example', timeout: '5s' },
        },
      },
    ],
    [
      'grpc',
      {
        serviceName: 'web.shop',
        grpcService: { envoyGrpc: { clusterName: 'outbound|4317||otel.example', authority: 'otel.example' } },
        resourceDetectors: [{ name: 'envoy.tracers.opentelemetry.resource_detectors.environment' }],
      },
    ],
    [
      'http',
      {
        httpService: {
          httpUri: { uri: 'http://otel.example/v1', cluster: 'outbound|4318||otel.example', timeout: '3s' },
          requestHeadersToAdd: [{ header: { key: 'k', value: 'v' } }],
        },
      },
    ],
    [
      'dog',
      { collectorCluster: 'outbound|8126||dog.example', collectorHostname: 'dog.example', serviceName: 'web.shop' },
    ],
    [
      'sky',
      {
        grpcService: { envoyGrpc: { clusterName: 'outbound|11800||sky.example', authority: 'sky.example' } },
        clientConfig: { backendToken: 'secret' },
      },
    ],
    [
      'dynatrace',
      {
        sampler: {
          typedConfig: {
            tenant: 't',
            clusterId: 7,
            httpService: {
              httpUri: { uri: 'http://dt.example/api/v2/samplingConfiguration', cluster: 'outbound|443||dt.example' },
              requestHeadersToAdd: [{ header: { key: 'k', value: 'v' } }],
            },
          },
        },
      },
    ],
    ['dynatrace-apart', { sampler: { typedConfig: { httpService: { httpUri: { uri: 'http://dt.example/api' } } } } }],
  ])('tells the provider %s', (name, expected) => {
    expect(fieldsOf({ levels: [[by(name)]] }).tracing?.provider?.typedConfig).toMatchObject(expected)
  })

  it.each<[MeshProxyConfig['tracingServiceName'], string]>([
    [undefined, 'web.shop'],
    ['CANONICAL_NAME_ONLY', 'web-canonical'],
    ['CANONICAL_NAME_AND_NAMESPACE', 'web-canonical.shop'],
  ])('names the workload as %s', (tracingServiceName, expected) => {
    const config = tracingServiceName === undefined ? {} : { tracingServiceName }
    const { tracing } = fieldsOf({ levels: [[by('grpc')]], config })
    expect(tracing?.provider?.typedConfig).toMatchObject({ serviceName: expected })
  })
})
