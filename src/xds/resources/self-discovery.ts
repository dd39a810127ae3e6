import type { Endpoint, OwnTarget } from '../../mesh/index.js'
import { type ServiceKey, serviceKey } from '../../mesh/index.js'
import type { ClusterLoadAssignment } from '../../proto/envoy-types.generated.js'
import type { ProxyView } from '../../proxy/view.js'
import { addressOf, labelOf, localityOf, weightOf } from './endpoint.js'
import { LOCAL_CLUSTER } from './names.js'

/** Which endpoints are proxies of one kind: of a workload, in a region. */
export interface OwnKind {
  /** The first service of the proxy's; undefined: it serves none. */
  readonly service: ServiceKey | undefined
  readonly portName: string
  readonly region: string
  readonly workloadName: string
  /** Values of labels that tell one version of a deployment from the next. */
  readonly versions: readonly string[]
}

const VERSION_LABELS = ['pod-template-hash', 'rollouts-pod-template-hash'] as const

/** For proxies whose bootstrap has the cluster of their own kind; undefined: this one's has not. */
export function ownKindOf({ meta, locality, labels }: ProxyView, own: readonly OwnTarget[]): OwnKind | undefined {
  if (!meta.hasSelfDiscovery) return undefined
  const [first] = own
  return {
    service: first && serviceKey(first.service),
    portName: first?.port.name ?? '',
    region: locality.region,
    workloadName: meta.workloadName,
    versions: VERSION_LABELS.map(label => labelOf(labels, label)),
  }
}

/**
 * How the proxies of a kind are spread over zones: from it Envoy knows which part of a service's endpoints is theirs. Nobody connects to
 * them by this. `endpoints`: of the service.
 */
export function ownKindAssignment(kind: OwnKind, endpoints: readonly Endpoint[]): ClusterLoadAssignment {
  const byLocality = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    if (!isOfKind(kind, endpoint)) continue
    const group = byLocality.get(endpoint.locality)
    if (group === undefined) byLocality.set(endpoint.locality, [endpoint])
    else group.push(endpoint)
  }
  const groups = [...byLocality].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  if (groups.length === 0) return { clusterName: LOCAL_CLUSTER }
  return {
    clusterName: LOCAL_CLUSTER,
    endpoints: groups.map(([locality, group]) => ({
      locality: localityOf(locality),
      lbEndpoints: group.map(endpoint => ({
        endpoint: { address: addressOf(endpoint.addresses[0] ?? '', endpoint.port) },
        loadBalancingWeight: weightOf(endpoint),
      })),
      loadBalancingWeight: group.reduce((sum, endpoint) => sum + weightOf(endpoint), 0),
    })),
  }
}

function isOfKind(kind: OwnKind, endpoint: Endpoint): boolean {
  return (
    endpoint.servicePortName === kind.portName &&
    endpoint.workloadName === kind.workloadName &&
    (localityOf(endpoint.locality).region ?? '') === kind.region &&
    VERSION_LABELS.every((label, index) => labelOf(endpoint.labels, label) === kind.versions[index])
  )
}
