import type { MeshConfig } from '../config/istio-types.generated.js'
import { compareSpecificity, type Hostname, hostCovers } from './hostname.js'

/**
 * Mesh configuration with defaults applied. Reading a field is what makes a resource depend on it (the wiring passes an object whose
 * fields are read one by one), so take the fields you need and do not spread or walk it.
 */
export type MeshSettings = Readonly<MeshConfig>

/** What is fixed for one control plane. */
export interface MeshIdentity {
  /** `cluster.local` */
  readonly domain: string
  /** Id of the cluster that configuration belongs to: `Kubernetes`. */
  readonly configCluster: string
}

export const DEFAULT_IDENTITY: MeshIdentity = { domain: 'cluster.local', configCluster: 'Kubernetes' }

export function rootNamespaceOf(mesh: MeshSettings): string {
  return mesh.rootNamespace || 'istio-system'
}

export function trustDomainOf(mesh: MeshSettings): string {
  return mesh.trustDomain || 'cluster.local'
}

/** Both IP families are used where there are both: https://istio.io/latest/docs/setup/additional-setup/dual-stack/ */
export function isDualStack(mesh: MeshSettings): boolean {
  return mesh.defaultConfig?.proxyMetadata?.['ISTIO_DUAL_STACK'] === 'true'
}

const CLUSTER_LOCAL_NAMESPACES = ['kube-system']

/** Whether only endpoints of the client's own cluster serve a host: by `serviceSettings`, or as the API server and kube-system do. */
export function isClusterLocalHost(host: Hostname, mesh: MeshSettings, { domain }: MeshIdentity): boolean {
  let isLocal = CLUSTER_LOCAL_NAMESPACES.some(ns => hostCovers(`*.${ns}.svc.${domain}`, host))
  isLocal ||= host === `kubernetes.default.svc.${domain}`
  let best: Hostname | undefined
  for (const { settings, hosts } of mesh.serviceSettings ?? [])
    for (const pattern of hosts ?? [])
      if (hostCovers(pattern, host) && (best === undefined || compareSpecificity(pattern, best) < 0)) {
        best = pattern
        isLocal = settings?.clusterLocal === true
      }
  return isLocal
}
