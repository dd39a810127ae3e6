import type { MeshConfig } from '../config/istio-types.generated.js'

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
