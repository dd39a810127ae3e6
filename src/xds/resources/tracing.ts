import type { MeshProxyConfig } from '../../config/istio-types.generated.js'
import type { MeshSettings } from '../../mesh/index.js'
import type { CustomTag, HttpConnectionManager_Tracing } from '../../proto/envoy-types.generated.js'
import type { ProxyView } from '../../proxy/view.js'

/** In percent of requests, where neither the mesh nor the proxy says how many are traced. */
const DEFAULT_SAMPLING = 1

/** Metadata that a dry run of policies leaves, by the tag that shows it. */
const DRY_RUN_TAGS: readonly (readonly [tag: string, key: string])[] = [
  ['istio.authorization.dry_run.allow_policy.name', 'istio_dry_run_allow_shadow_effective_policy_id'],
  ['istio.authorization.dry_run.allow_policy.result', 'istio_dry_run_allow_shadow_engine_result'],
  ['istio.authorization.dry_run.deny_policy.name', 'istio_dry_run_deny_shadow_effective_policy_id'],
  ['istio.authorization.dry_run.deny_policy.result', 'istio_dry_run_deny_shadow_engine_result'],
]

/** Undefined where the mesh does not trace at all. Which collector gets the spans is the bootstrap's business. */
export function tracingOf(
  view: ProxyView,
  mesh: MeshSettings,
  config: MeshProxyConfig,
): HttpConnectionManager_Tracing | undefined {
  if (mesh.enableTracing !== true) return undefined
  const { sampling, maxPathTagLength, customTags = {}, enableIstioTags } = config.tracing ?? {}
  const tags = [
    ...DRY_RUN_TAGS.map(([tag, key]) => dryRunTag(tag, key)),
    ...(enableIstioTags === false ? [] : workloadTags(view)),
    ...Object.entries(customTags).flatMap(([tag, value]) => customTag(tag, value)),
  ]
  return {
    clientSampling: { value: 100 },
    overallSampling: { value: 100 },
    randomSampling: { value: Math.min(sampling || DEFAULT_SAMPLING, 100) },
    customTags: tags.sort((a, b) => ((a.tag ?? '') < (b.tag ?? '') ? -1 : 1)),
    ...(maxPathTagLength ? { maxPathTagLength } : {}),
  }
}

function dryRunTag(tag: string, key: string): CustomTag {
  return {
    tag,
    metadata: { kind: { request: {} }, metadataKey: { key: 'envoy.filters.http.rbac', path: [{ key }] } },
  }
}

function workloadTags({ labels, cluster, namespace, meta }: ProxyView): CustomTag[] {
  const labelOf = (name: string): string => (Object.hasOwn(labels, name) ? (labels[name] ?? '') : '')
  return [
    literal('istio.canonical_revision', labelOf('service.istio.io/canonical-revision') || 'latest'),
    literal('istio.canonical_service', labelOf('service.istio.io/canonical-name') || 'unknown'),
    literal('istio.cluster_id', cluster || 'unknown'),
    literal('istio.mesh_id', meta.meshId || 'unknown'),
    literal('istio.namespace', namespace || 'default'),
  ]
}

function literal(tag: string, value: string): CustomTag {
  return { tag, literal: { value } }
}

type CustomTags = NonNullable<NonNullable<MeshProxyConfig['tracing']>['customTags']>

function customTag(tag: string, value: CustomTags[string]): CustomTag[] {
  if (value.literal !== undefined) return [literal(tag, value.literal.value ?? '')]
  if (value.environment !== undefined) return [{ tag, environment: { ...value.environment } }]
  if (value.header !== undefined) return [{ tag, requestHeader: { ...value.header } }]
  return []
}
