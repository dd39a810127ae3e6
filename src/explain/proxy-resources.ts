import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { CDS, EDS, LDS, NDS, RDS, SDS, type TypeUrl, VHDS } from '../xds/delivery/index.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import { openSource, type SourceOptions } from '../xds/resources/source.js'
import type { ProxyResources, VersionedResource } from './config-dump.js'
import { assembled } from './discovered-hosts.js'
import { compareNames } from './reading-order.js'

/** What a proxy would be sent, as proto3 JSON. */
export type RenderedResources = Readonly<
  Record<'clusters' | 'endpoints' | 'listeners' | 'routes' | 'nameTable', readonly JsonObject[]>
>

/**
 * All that a proxy would be sent now, each with its version. Virtual hosts that it discovers stand in their route configurations, as
 * in Envoy's own dump.
 */
export function resourcesOf(graph: XdsGraph, node: ProxyNode, options: SourceOptions = {}): ProxyResources {
  using source = openSource(graph, node, options)
  const list = (type: TypeUrl): readonly VersionedResource[] => decoded(type, source.list(type).values())
  return {
    clusters: list(CDS),
    endpoints: list(EDS),
    listeners: list(LDS),
    routes: assembled(list(RDS), list(VHDS)),
    secrets: list(SDS),
  }
}

/** The name table; undefined: the proxy is sent none. */
export function namesOf(graph: XdsGraph, node: ProxyNode): JsonObject | undefined {
  using source = openSource(graph, node)
  const [table] = decoded(NDS, source.list(NDS).values())
  return table?.value
}

/** The same without versions, and with the name table. */
export function renderedOf(graph: XdsGraph, node: ProxyNode): RenderedResources {
  const { clusters, endpoints, listeners, routes } = resourcesOf(graph, node)
  const names = namesOf(graph, node)
  return {
    clusters: clusters.map(({ value }) => value),
    endpoints: endpoints.map(({ value }) => value),
    listeners: listeners.map(({ value }) => value),
    routes: routes.map(({ value }) => value),
    nameTable: names === undefined ? [] : [names],
  }
}

/** `name`, or `clusterName` of an assignment. */
export function nameOf(resource: JsonObject): string {
  const name = resource['name'] ?? resource['clusterName']
  return typeof name === 'string' ? name : ''
}

function decoded(
  type: TypeUrl,
  resources: Iterable<{ readonly version: string; readonly bytes: Uint8Array }>,
): readonly VersionedResource[] {
  const message = type.slice(type.indexOf('/') + 1)
  return [...resources]
    .map(({ version, bytes }) => ({ version, value: decode(message, bytes) as JsonObject }))
    .sort((a, b) => compareNames(nameOf(a.value), nameOf(b.value)))
}
