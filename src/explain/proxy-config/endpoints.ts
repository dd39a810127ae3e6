import type { JsonObject } from '../../lang/json.js'
import { columns, NOTHING } from './columns.js'
import { compareText, listAt, textAt } from './names.js'

/** Each one that is given must fit. */
export interface EndpointFilter {
  readonly address?: string
  readonly port?: string
  readonly cluster?: string
  readonly status?: string
}

/** One address of one cluster. */
interface EndpointRow {
  readonly address: string
  readonly port: string
  readonly status: string
  readonly locality: string
  readonly cluster: string
}

/** Assignments with the endpoints that fit, those without any left out. */
export function selectEndpoints(assignments: readonly JsonObject[], filter: EndpointFilter): readonly JsonObject[] {
  return assignments.flatMap(assignment => {
    const cluster = textAt(assignment, 'clusterName')
    const localities = listAt(assignment, 'endpoints').flatMap(locality => {
      const fitting = listAt(locality, 'lbEndpoints').filter(endpoint =>
        fits(rowOf(cluster, locality, endpoint), filter),
      )
      return fitting.length === 0 ? [] : [{ ...locality, lbEndpoints: [...fitting] }]
    })
    return localities.length === 0 ? [] : [{ ...assignment, endpoints: localities }]
  })
}

function fits({ address, port, cluster, status }: EndpointRow, filter: EndpointFilter): boolean {
  return (
    (filter.address === undefined || address === filter.address) &&
    (filter.port === undefined || port === filter.port) &&
    (filter.cluster === undefined || cluster === filter.cluster) &&
    (filter.status === undefined || status === filter.status.toUpperCase())
  )
}

/** By cluster, in the order in which Envoy has them. */
export function endpointsTable(assignments: readonly JsonObject[]): string {
  const sorted = [...assignments].sort((a, b) => compareText(textAt(a, 'clusterName'), textAt(b, 'clusterName')))
  const rows = sorted.flatMap(assignment =>
    listAt(assignment, 'endpoints').flatMap(locality =>
      listAt(locality, 'lbEndpoints').map(endpoint => rowOf(textAt(assignment, 'clusterName'), locality, endpoint)),
    ),
  )
  return columns(
    ['ENDPOINT', 'STATUS', 'LOCALITY', 'CLUSTER'],
    rows.map(({ address, port, status, locality, cluster }) => [
      port === '' ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`,
      status,
      locality || NOTHING,
      cluster,
    ]),
  )
}

function rowOf(cluster: string, locality: JsonObject, lbEndpoint: JsonObject): EndpointRow {
  const endpoint = ['endpoint', 'address']
  const pipe = textAt(lbEndpoint, ...endpoint, 'pipe', 'path')
  const internal = textAt(lbEndpoint, ...endpoint, 'envoyInternalAddress', 'serverListenerName')
  const parts = ['region', 'zone', 'subZone'].map(part => textAt(locality, 'locality', part)).filter(Boolean)
  return {
    address: textAt(lbEndpoint, ...endpoint, 'socketAddress', 'address') || (pipe ? `unix://${pipe}` : internal),
    port: textAt(lbEndpoint, ...endpoint, 'socketAddress', 'portValue'),
    // As Envoy counts it: what nobody says anything about is used.
    status: (textAt(lbEndpoint, 'healthStatus') || 'HEALTHY').replace('UNKNOWN', 'HEALTHY'),
    locality: parts.join('/'),
    cluster,
  }
}
