import type {
  MeshConfig_ExtensionProvider_DatadogTracingProvider as Datadog,
  MeshConfig_ExtensionProvider,
  MeshConfig_ExtensionProvider_OpenTelemetryTracingProvider as OpenTelemetry,
  MeshConfig_ExtensionProvider_HttpHeader as ProviderHeader,
  MeshConfig_ExtensionProvider_SkyWalkingTracingProvider as SkyWalking,
  MeshConfig_ExtensionProvider_ZipkinTracingProvider as Zipkin,
} from '../../config/istio-types.generated.js'
import type {
  CoreHttpService,
  HttpConnectionManager_Tracing,
  OpenTelemetryConfig,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'

/** Where a service of a provider is reached. Undefined: it is not in the mesh. */
export type ClusterOf = (service: string, port: number) => ProviderCluster | undefined

interface ProviderCluster {
  readonly host: string
  readonly name: string
  /** The proxy has that cluster: its scope has the service, and the service that port. */
  readonly isReachable: boolean
}

type Provided = Pick<
  HttpConnectionManager_Tracing,
  'provider' | 'maxPathTagLength' | 'randomSampling' | 'spawnUpstreamSpan'
>

const ZIPKIN_PATH = '/api/v2/spans'
const ZIPKIN_TIMEOUT = '5s'

/**
 * Who is told of spans. Undefined: mesh config has no such provider, its service is not in the mesh (Zipkin, Datadog: not in scope), or it is of a kind that is
 * not supported (docs/deviations.json). `serviceName`: by which the workload is known there.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 */
export function tracingProvider(
  { zipkin, opentelemetry, datadog, skywalking }: MeshConfig_ExtensionProvider,
  cluster: ClusterOf,
  serviceName: string,
): Provided | undefined {
  if (zipkin !== undefined) return zipkinTracer(zipkin, cluster)
  if (datadog !== undefined) return datadogTracer(datadog, cluster, serviceName)
  if (skywalking !== undefined) return skyWalkingTracer(skywalking, cluster)
  return opentelemetry === undefined ? undefined : openTelemetryTracer(opentelemetry, cluster, serviceName)
}

function zipkinTracer(zipkin: Zipkin, cluster: ClusterOf): Provided | undefined {
  const { service = '', port = 0, path, timeout, headers, traceContextOption = 'USE_B3' } = zipkin
  const target = cluster(service, port)
  // Envoy refuses every listener that names a collector which it does not know.
  if (target?.isReachable !== true) return undefined
  const collector = httpService(target, path || ZIPKIN_PATH, timeout ?? ZIPKIN_TIMEOUT, headers)
  return {
    ...lengthOf(zipkin),
    provider: {
      name: 'envoy.tracers.zipkin',
      typedConfig: packAny('envoy.config.trace.v3.ZipkinConfig', {
        collectorEndpointVersion: 'HTTP_JSON',
        collectorService: collector,
        traceId128bit: zipkin.enable64bitTraceId !== true,
        sharedSpanContext: false,
        ...(traceContextOption === 'USE_B3' ? {} : { traceContextOption }),
      }),
    },
  }
}

function datadogTracer(datadog: Datadog, cluster: ClusterOf, serviceName: string): Provided | undefined {
  const target = cluster(datadog.service ?? '', datadog.port ?? 0)
  if (target?.isReachable !== true) return undefined
  return {
    ...lengthOf(datadog),
    provider: {
      name: 'envoy.tracers.datadog',
      typedConfig: packAny('envoy.config.trace.v3.DatadogConfig', {
        collectorCluster: target.name,
        collectorHostname: target.host,
        serviceName,
      }),
    },
  }
}

/** Its spans are of two sides, so the proxy starts one for what it calls. */
function skyWalkingTracer(
  { service = '', port = 0, accessToken }: SkyWalking,
  cluster: ClusterOf,
): Provided | undefined {
  const target = cluster(service, port)
  if (target === undefined) return undefined
  return {
    spawnUpstreamSpan: true,
    provider: {
      name: 'envoy.tracers.skywalking',
      typedConfig: packAny('envoy.config.trace.v3.SkyWalkingConfig', {
        grpcService: { envoyGrpc: { clusterName: target.name, authority: target.host } },
        ...(accessToken ? { clientConfig: { backendToken: accessToken } } : {}),
      }),
    },
  }
}

function openTelemetryTracer(otel: OpenTelemetry, cluster: ClusterOf, serviceName: string): Provided | undefined {
  const target = cluster(otel.service ?? '', otel.port ?? 0)
  if (target === undefined) return undefined
  const sampler = samplerOf(otel, target, cluster)
  if (sampler === 'unknown') return undefined
  return {
    ...lengthOf(otel),
    // All spans come to the sampler, which has its own mind.
    ...(sampler === undefined ? {} : { randomSampling: { value: 100 } }),
    provider: {
      name: 'envoy.tracers.opentelemetry',
      typedConfig: packAny('envoy.config.trace.v3.OpenTelemetryConfig', {
        ...exporterOf(otel, target),
        serviceName,
        ...detectorsOf(otel),
        ...(sampler === undefined ? {} : { sampler }),
      }),
    },
  }
}

function exporterOf({ http, grpc }: OpenTelemetry, target: Target): OpenTelemetryConfig {
  if (http !== undefined) return { httpService: httpService(target, http.path ?? '', http.timeout, http.headers) }
  const metadata = headersOf(grpc?.initialMetadata)
  return {
    grpcService: {
      envoyGrpc: { clusterName: target.name, authority: target.host },
      ...(grpc?.timeout === undefined ? {} : { timeout: grpc.timeout }),
      ...(metadata.length === 0 ? {} : { initialMetadata: metadata }),
    },
  }
}

const DYNATRACE_API = '/api/v2/samplingConfiguration'

/** Of Dynatrace, asked where spans go to unless it says otherwise; `unknown`: of an address that is not there. */
function samplerOf(
  { dynatraceSampler: asked, http }: OpenTelemetry,
  exporter: Target,
  cluster: ClusterOf,
): OpenTelemetryConfig['sampler'] | 'unknown' {
  if (asked === undefined) return undefined
  const { tenant = '', clusterId = 0, rootSpansPerMinute = 0, httpService: own } = asked
  const target = own === undefined ? exporter : cluster(own.service ?? '', own.port ?? 0)
  const service = own === undefined ? http && { ...http, path: DYNATRACE_API } : own.http
  if (target === undefined || service === undefined) return 'unknown'
  return {
    name: 'envoy.tracers.opentelemetry.samplers.dynatrace',
    typedConfig: packAny('envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig', {
      tenant,
      clusterId,
      rootSpansPerMinute,
      httpService: httpService(target, service.path ?? '', service.timeout, service.headers),
    }),
  }
}

const DETECTOR = 'envoy.tracers.opentelemetry.resource_detectors'
const DETECTOR_TYPES = 'envoy.extensions.tracers.opentelemetry.resource_detectors.v3'

/** What a span says of where it was made: of the proxy's environment, or of a host that Dynatrace watches. */
function detectorsOf({ resourceDetectors: asked }: OpenTelemetry): Pick<OpenTelemetryConfig, 'resourceDetectors'> {
  const detectors = [
    ...(asked?.environment === undefined
      ? []
      : [
          {
            name: `${DETECTOR}.environment`,
            typedConfig: packAny(`${DETECTOR_TYPES}.EnvironmentResourceDetectorConfig`, {}),
          },
        ]),
    ...(asked?.dynatrace === undefined
      ? []
      : [
          {
            name: `${DETECTOR}.dynatrace`,
            typedConfig: packAny(`${DETECTOR_TYPES}.DynatraceResourceDetectorConfig`, {}),
          },
        ]),
  ]
  return detectors.length === 0 ? {} : { resourceDetectors: detectors }
}

type Target = NonNullable<ReturnType<ClusterOf>>

function httpService(
  { host, name }: Target,
  path: string,
  timeout: string | undefined,
  headers: readonly ProviderHeader[] | undefined,
): CoreHttpService {
  const added = headersOf(headers).map(header => ({ header, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' as const }))
  return {
    httpUri: { uri: `http://${host}${path}`, cluster: name, ...(timeout === undefined ? {} : { timeout }) },
    ...(added.length === 0 ? {} : { requestHeadersToAdd: added }),
  }
}

/** Those of the environment are the proxy's own business, which nobody here knows. */
function headersOf(headers: readonly ProviderHeader[] = []): { readonly key: string; readonly value: string }[] {
  return headers.flatMap(({ name = '', value }) => (value === undefined ? [] : [{ key: name, value }]))
}

function lengthOf({ maxTagLength }: { readonly maxTagLength?: number }): Pick<Provided, 'maxPathTagLength'> {
  return maxTagLength ? { maxPathTagLength: maxTagLength } : {}
}
