import type { TypeRule } from './resource.js'

const GOOGLE = 'type.googleapis.com/'

export const CDS = `${GOOGLE}envoy.config.cluster.v3.Cluster`
export const EDS = `${GOOGLE}envoy.config.endpoint.v3.ClusterLoadAssignment`
export const LDS = `${GOOGLE}envoy.config.listener.v3.Listener`
export const RDS = `${GOOGLE}envoy.config.route.v3.RouteConfiguration`
/** Virtual hosts of route configurations that say so (docs/adr/0009-vhds.md). */
export const VHDS = `${GOOGLE}envoy.config.route.v3.VirtualHost`
export const SDS = `${GOOGLE}envoy.extensions.transport_sockets.tls.v3.Secret`
export const ECDS = `${GOOGLE}envoy.config.core.v3.TypedExtensionConfig`
export const NDS = `${GOOGLE}istio.networking.nds.v1.NameTable`
export const PCDS = `${GOOGLE}istio.mesh.v1alpha1.ProxyConfig`
/** Only ever sent by clients, before or after their first subscription; it is reported, never answered. */
export const HEALTH = `${GOOGLE}istio.v1.HealthInformation`

/**
 * In the order of a push: what is referred to comes before what refers to it (make), and clusters go away only after the
 * listeners and routes that named them (break). Types that are not listed are pushed last, in the order they were subscribed.
 */
export const ADS_TYPES: readonly TypeRule[] = [
  { url: CDS, short: 'CDS', isWildcard: true, warms: EDS, removesAfter: [LDS, RDS, VHDS] },
  { url: EDS, short: 'EDS', isWildcard: false },
  { url: LDS, short: 'LDS', isWildcard: true, waitsFor: CDS },
  { url: RDS, short: 'RDS', isWildcard: false, waitsFor: CDS, isRefusedWhole: true },
  { url: VHDS, short: 'VHDS', isWildcard: true, waitsFor: CDS, within: RDS, isRefusedWhole: true },
  { url: SDS, short: 'SDS', isWildcard: false },
  { url: ECDS, short: 'ECDS', isWildcard: false, isNeverRemoved: true },
  { url: NDS, short: 'NDS', isWildcard: true },
  { url: PCDS, short: 'PCDS', isWildcard: true },
]
