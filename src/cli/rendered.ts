import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { CDS, EDS, LDS, NDS, RDS } from '../xds/delivery/index.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import { openSource } from '../xds/resources/source.js'

/** By what `proxy-config` calls them. */
const KINDS = { clusters: CDS, endpoints: EDS, listeners: LDS, routes: RDS, nameTable: NDS } as const

export type RenderedKind = keyof typeof KINDS

/** What a proxy would be sent, as proto3 JSON. */
export function resourcesOf(graph: XdsGraph, node: ProxyNode): Readonly<Record<RenderedKind, readonly JsonObject[]>> {
  using source = openSource(graph, node)
  const list = (kind: RenderedKind): readonly JsonObject[] => {
    const type = KINDS[kind]
    return [...source.list(type).values()].map(
      ({ bytes }) => decode(type.slice(type.indexOf('/') + 1), bytes) as JsonObject,
    )
  }
  return {
    clusters: list('clusters'),
    endpoints: list('endpoints'),
    listeners: list('listeners'),
    routes: list('routes'),
    nameTable: list('nameTable'),
  }
}

/** `name`, or `clusterName` of an assignment. */
export function nameOf(resource: JsonObject): string {
  const name = resource['name'] ?? resource['clusterName']
  return typeof name === 'string' ? name : ''
}
