import type { MeshNetworks } from '../config/istio-types.generated.js'
import { type ConfigObject, isSameObject, objectKey } from '../config/object.js'
import type { SpecByType, TypedName } from '../config/specs.js'
import type { Graph, Input, Transaction } from '../engine/index.js'
import { isSameData } from '../engine/index.js'
import type { MeshSettings } from './settings.js'

/** Kinds that belong to a cluster of Kubernetes; the others are the mesh's, whichever cluster they came from. */
const CLUSTER_KINDS = ['Service', 'Endpoints', 'EndpointSlice', 'Pod', 'Node', 'Namespace'] as const
const MESH_KINDS = [
  'ServiceEntry',
  'WorkloadEntry',
  'Sidecar',
  'VirtualService',
  'DestinationRule',
  'PeerAuthentication',
  'AuthorizationPolicy',
  'RequestAuthentication',
  'Telemetry',
] as const

export type ClusterKind = (typeof CLUSTER_KINDS)[number]
export type MeshKind = (typeof MESH_KINDS)[number]
export type MeshTableKind = ClusterKind | MeshKind

/** An object of a cluster: its key in tables is `<cluster>/<namespace>/<name>`. */
export interface ClusterObject<Spec> {
  readonly cluster: string
  readonly object: ConfigObject<Spec>
}

/** What sources write. Everything else is derived. */
export interface MeshInputs {
  readonly cluster: { readonly [K in ClusterKind]: Input<string, ClusterObject<SpecByType[K]>> }
  readonly config: { readonly [K in MeshKind]: Input<string, ConfigObject<SpecByType[K]>> }
  /** One row `mesh`. */
  readonly settings: Input<'mesh', MeshSettings>
  readonly networks: Input<'mesh', MeshNetworks>
}

export function declareInputs(graph: Graph): MeshInputs {
  const clusterInput = (kind: ClusterKind) =>
    graph.input<string, ClusterObject<unknown>>(`config/${kind}`, {
      equals: (a, b) => a.cluster === b.cluster && isSameObject(a.object, b.object),
    })
  const meshInput = (kind: MeshKind) => graph.input<string, ConfigObject>(`config/${kind}`, { equals: isSameObject })
  return {
    cluster: Object.fromEntries(CLUSTER_KINDS.map(kind => [kind, clusterInput(kind)])) as MeshInputs['cluster'],
    config: Object.fromEntries(MESH_KINDS.map(kind => [kind, meshInput(kind)])) as MeshInputs['config'],
    settings: graph.input<'mesh', MeshSettings>('meshConfig', { equals: isSameData }),
    networks: graph.input<'mesh', MeshNetworks>('networks', { equals: isSameData }),
  }
}

/** Whether the mesh reads objects of this type at all. */
export function isMeshType(type: string): type is MeshTableKind & TypedName {
  return isClusterType(type) || (MESH_KINDS as readonly string[]).includes(type)
}

function isClusterType(type: string): type is ClusterKind {
  return (CLUSTER_KINDS as readonly string[]).includes(type)
}

/** Writes one object; `cluster` is where it was read, which counts for Kubernetes' own kinds only. Others are ignored. */
export function putObject(tx: Transaction, inputs: MeshInputs, object: ConfigObject, cluster: string): void {
  const { type } = object
  if (isClusterType(type)) {
    const input = inputs.cluster[type] as Input<string, ClusterObject<unknown>>
    tx.put(input, clusterKey(cluster, object), { cluster, object })
  } else if (isMeshType(type)) {
    const input = inputs.config[type as MeshKind] as unknown as Input<string, ConfigObject>
    tx.put(input, objectKey(object), object)
  }
}

/** Takes an object out again. */
export function removeObject(
  tx: Transaction,
  inputs: MeshInputs,
  object: Pick<ConfigObject, 'type' | 'namespace' | 'name'>,
  cluster: string,
): void {
  const { type } = object
  if (isClusterType(type))
    tx.remove(inputs.cluster[type] as Input<string, ClusterObject<unknown>>, clusterKey(cluster, object))
  else if (isMeshType(type))
    tx.remove(inputs.config[type as MeshKind] as unknown as Input<string, ConfigObject>, objectKey(object))
}

export function clusterKey(cluster: string, object: { readonly namespace: string; readonly name: string }): string {
  return `${cluster}/${objectKey(object)}`
}
