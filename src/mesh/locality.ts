import type { Labels } from '../config/object.js'

export const CLUSTER_LABEL = 'topology.istio.io/cluster'
export const NETWORK_LABEL = 'topology.istio.io/network'
export const REGION_LABEL = 'topology.kubernetes.io/region'
export const ZONE_LABEL = 'topology.kubernetes.io/zone'
export const SUBZONE_LABEL = 'topology.istio.io/subzone'
export const HOSTNAME_LABEL = 'kubernetes.io/hostname'
const OLD_REGION_LABEL = 'failure-domain.beta.kubernetes.io/region'
const OLD_ZONE_LABEL = 'failure-domain.beta.kubernetes.io/zone'

/** `region/zone/subzone`, parts at the end left out. */
export function localityText(region: string, zone: string, subZone: string): string {
  if (region === '' && zone === '' && subZone === '') return ''
  return [region, zone, subZone].join('/').replace(/\/+$/, '')
}

/** From a node's topology labels. */
export function localityOfNode(labels: Labels): string {
  return localityText(
    labels[REGION_LABEL] ?? labels[OLD_REGION_LABEL] ?? '',
    labels[ZONE_LABEL] ?? labels[OLD_ZONE_LABEL] ?? '',
    labels[SUBZONE_LABEL] ?? '',
  )
}

/** `istio-locality` of a workload has dots, as labels cannot have slashes. */
export function localityOfLabels(labels: Labels): string {
  const own = labels['istio-locality'] ?? ''
  if (own !== '') return own.includes('/') ? own : own.split('.').join('/')
  return localityOfNode(labels)
}

/** A workload's labels with those of where it runs: what is known elsewhere wins over what a label says. */
export function withTopology(labels: Labels, cluster: string, locality: string, node: string, network: string): Labels {
  const [region = '', zone = '', subZone = ''] = locality.split('/')
  const added: Record<string, string> = { ...labels }
  if (region !== '') added[REGION_LABEL] = region
  if (zone !== '') added[ZONE_LABEL] = zone
  if (subZone !== '') added[SUBZONE_LABEL] = subZone
  if (cluster !== '') added[CLUSTER_LABEL] = cluster
  if (node !== '') added[HOSTNAME_LABEL] = node
  if (network !== '') added[NETWORK_LABEL] = network
  return added
}
