import type { MeshProxyConfig, TelemetryTracing_CustomTag } from '../../config/istio-types.generated.js'
import type { MeshSettings, TelemetryObject } from '../../mesh/index.js'
import type {
  CustomTag,
  HttpConnectionManager,
  HttpConnectionManager_Tracing,
} from '../../proto/envoy-types.generated.js'
import { packAny } from '../../proto/index.js'
import type { ProxyView } from '../../proxy/view.js'
import type { TelemetryMode } from './access-log-policy.js'
import { recurring } from './recurring.js'
import { type TracingChoice, tracingChoice } from './tracing-policy.js'
import { type ClusterOf, tracingProvider } from './tracing-provider.js'

/** In percent of requests, where neither the mesh nor the proxy says how many are traced. */
const DEFAULT_SAMPLING = 1

/** Metadata that a dry run of policies leaves, by the tag that shows it. */
const DRY_RUN_TAGS: readonly CustomTag[] = [
  dryRunTag('istio.authorization.dry_run.allow_policy.name', 'istio_dry_run_allow_shadow_effective_policy_id'),
  dryRunTag('istio.authorization.dry_run.allow_policy.result', 'istio_dry_run_allow_shadow_engine_result'),
  dryRunTag('istio.authorization.dry_run.deny_policy.name', 'istio_dry_run_deny_shadow_effective_policy_id'),
  dryRunTag('istio.authorization.dry_run.deny_policy.result', 'istio_dry_run_deny_shadow_engine_result'),
]

/** What a connection manager has of tracing; without `tracing` it does not trace. */
export type TracingFields = Pick<HttpConnectionManager, 'tracing' | 'requestIdExtension'>

export interface TracingFacts {
  readonly view: ProxyView
  readonly mesh: Pick<MeshSettings, 'enableTracing' | 'defaultProviders' | 'extensionProviders'>
  readonly config: MeshProxyConfig
  readonly telemetry: readonly TelemetryObject[]
  readonly mode: TelemetryMode
  readonly cluster: ClusterOf
}

/**
 * By Telemetry, which names who is told of spans; else by the mesh's `enableTracing`, where the collector is the bootstrap's business.
 */
export function tracingOf(facts: TracingFacts): TracingFields {
  const choice = tracingChoice(facts.telemetry, facts.mesh, facts.mode)
  if (choice === undefined) return facts.mesh.enableTracing === true ? { tracing: tracingByConfig(facts) } : {}
  const { provider, isDisabled, usesRequestId } = choice
  const found = (facts.mesh.extensionProviders ?? []).find(({ name }) => name === provider)
  const provided = found && tracingProvider(found, facts.cluster, serviceNameOf(facts))
  if (isDisabled || provided === undefined) return {}
  return {
    tracing: {
      ...tracingByConfig(facts, choice),
      ...provided,
      ...(choice.isKeptToItself ? { noContextPropagation: true } : {}),
    },
    ...(usesRequestId ? {} : { requestIdExtension: IGNORED_REQUEST_ID }),
  }
}

/** `useRequestIdForTraceSampling` is not only left out: true is what Envoy takes it for. */
const IGNORED_REQUEST_ID = {
  typedConfig: packAny('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
    useRequestIdForTraceSampling: false,
  }),
}

function tracingByConfig({ view, config }: TracingFacts, choice?: TracingChoice): HttpConnectionManager_Tracing {
  const { sampling, maxPathTagLength, customTags = {}, enableIstioTags } = config.tracing ?? {}
  const own = (choice?.hasIstioTags ?? enableIstioTags) === false ? [] : workloadTags(view)
  const asked = choice?.customTags ?? customTags
  const percent = Math.min(choice?.sampling ?? (sampling || DEFAULT_SAMPLING), 100)
  return recurring(['tracing', percent, own, asked, maxPathTagLength], () => {
    const customs = Object.entries(asked).flatMap(([tag, value]) => customTag(tag, value))
    const tags = [...DRY_RUN_TAGS, ...own.map(([tag, value]) => literal(tag, value)), ...customs]
    return {
      clientSampling: { value: 100 },
      overallSampling: { value: 100 },
      randomSampling: { value: percent },
      customTags: tags.sort((a, b) => ((a.tag ?? '') < (b.tag ?? '') ? -1 : 1)),
      ...(maxPathTagLength ? { maxPathTagLength } : {}),
    }
  })
}

/** As the proxy's agent makes it, which tells Envoy so at its start. */
function serviceNameOf({ view, config }: TracingFacts): string {
  const canonical = labelOf(view, CANONICAL_NAME)
  if (config.tracingServiceName === 'CANONICAL_NAME_ONLY') return canonical
  if (config.tracingServiceName === 'CANONICAL_NAME_AND_NAMESPACE') return `${canonical}.${view.namespace}`
  return `${labelOf(view, 'app') || 'istio-proxy'}.${view.namespace}`
}

const CANONICAL_NAME = 'service.istio.io/canonical-name'

function labelOf({ labels }: Pick<ProxyView, 'labels'>, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''
}

function dryRunTag(tag: string, key: string): CustomTag {
  return {
    tag,
    metadata: { kind: { request: {} }, metadataKey: { key: 'envoy.filters.http.rbac', path: [{ key }] } },
  }
}

function workloadTags(view: ProxyView): (readonly [tag: string, value: string])[] {
  const { cluster, namespace, meta } = view
  return [
    ['istio.canonical_revision', labelOf(view, 'service.istio.io/canonical-revision') || 'latest'],
    ['istio.canonical_service', labelOf(view, CANONICAL_NAME) || 'unknown'],
    ['istio.cluster_id', cluster || 'unknown'],
    ['istio.mesh_id', meta.meshId || 'unknown'],
    ['istio.namespace', namespace || 'default'],
  ]
}

function literal(tag: string, value: string): CustomTag {
  return { tag, literal: { value } }
}

function customTag(tag: string, value: TelemetryTracing_CustomTag): CustomTag[] {
  if (value.literal !== undefined) return [literal(tag, value.literal.value ?? '')]
  if (value.environment !== undefined) return [{ tag, environment: { ...value.environment } }]
  if (value.header !== undefined) return [{ tag, requestHeader: { ...value.header } }]
  return value.formatter === undefined ? [] : [{ tag, value: value.formatter.value ?? '' }]
}
