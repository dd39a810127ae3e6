import type { ConsolidatedRule, Service } from '../../mesh/index.js'
import type { JsonObject, Metadata } from '../../proto/envoy-types.generated.js'

export interface MetadataFacts {
  /** Whose traffic it is; several for an inbound port that serves several. */
  readonly services: readonly Service[]
  readonly rule?: ConsolidatedRule | undefined
  readonly subset?: string
  /** The proxy starts TLS itself, with a rule's own settings: the ALPN of the mesh must not be offered. */
  readonly originatesTls?: boolean
  readonly isExternal?: boolean
}

/** `metadata.filter_metadata.istio`: what filters and access logs say of the destination (reference: xds.md section 9). */
export function clusterMetadataOf({
  services,
  rule,
  subset = '',
  originatesTls = false,
  isExternal = false,
}: MetadataFacts): Metadata {
  const istio: JsonObject = {
    ...(rule !== undefined && {
      config: `/apis/networking.istio.io/v1/namespaces/${rule.namespace}/destination-rule/${rule.name}`,
    }),
    ...(isExternal && { external: true }),
    ...(originatesTls && { alpn_override: 'false' }),
    ...(subset !== '' && { subset }),
    ...(services.length > 0 && {
      services: services.map(({ host, name, namespace }) => ({ host, name, namespace })),
    }),
  }
  return { filterMetadata: { istio } }
}
