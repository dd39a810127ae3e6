import type { JsonObject } from '../../lang/json.js'
import { columns, NOTHING } from './columns.js'
import { clusterName, comparePorts, compareText, configOf, textAt } from './names.js'

/** Each one that is given must fit. */
export interface ClusterFilter {
  readonly fqdn?: string
  readonly port?: string
  readonly direction?: string
  readonly subset?: string
}

export function selectClusters(clusters: readonly JsonObject[], filter: ClusterFilter): readonly JsonObject[] {
  return clusters.filter(cluster => {
    const { host, port, direction, subset } = clusterName(textAt(cluster, 'name'))
    return (
      (filter.fqdn === undefined || host.includes(filter.fqdn)) &&
      (filter.port === undefined || port === filter.port) &&
      (filter.direction === undefined || direction === filter.direction.toLowerCase()) &&
      (filter.subset === undefined || subset === filter.subset)
    )
  })
}

/** By host, port, subset and direction. */
export function clustersTable(clusters: readonly JsonObject[]): string {
  const named = clusters.map(cluster => ({ cluster, ...clusterName(textAt(cluster, 'name')) }))
  named.sort(
    (a, b) =>
      compareText(a.host, b.host) ||
      comparePorts(a.port, b.port) ||
      compareText(a.subset, b.subset) ||
      compareText(a.direction, b.direction),
  )
  return columns(
    ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'],
    named.map(({ cluster, host, port, subset, direction }) => [
      host || NOTHING,
      port || NOTHING,
      subset || NOTHING,
      direction || NOTHING,
      typeOf(cluster),
      configOf(cluster, 'destination-rule'),
    ]),
  )
}

/** Clusters of an extension, such as Envoy's dynamic forward proxy, have its name instead of a type. */
function typeOf(cluster: JsonObject): string {
  return textAt(cluster, 'clusterType', 'name') || textAt(cluster, 'type') || 'STATIC'
}
