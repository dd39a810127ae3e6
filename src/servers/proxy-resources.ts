import type { ProxyResources, VersionedResource } from '../explain/config-dump.js'
import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { CDS, EDS, LDS, NDS, RDS, SDS, type TypeUrl } from '../xds/delivery/index.js'
import type { XdsGraph } from '../xds/resources/graph.js'
import { openSource } from '../xds/resources/source.js'

/** All that a proxy would be sent now, decoded. */
export function resourcesOf(graph: XdsGraph, node: ProxyNode): ProxyResources {
  using source = openSource(graph, node)
  const list = (type: TypeUrl): readonly VersionedResource[] => decoded(type, source.list(type).values())
  return {
    clusters: list(CDS),
    endpoints: list(EDS),
    listeners: list(LDS),
    routes: list(RDS),
    secrets: list(SDS),
  }
}

/** The name table; undefined: the proxy is sent none. */
export function namesOf(graph: XdsGraph, node: ProxyNode): JsonObject | undefined {
  using source = openSource(graph, node)
  const [table] = decoded(NDS, source.list(NDS).values())
  return table?.value
}

function decoded(
  type: TypeUrl,
  resources: Iterable<{ readonly version: string; readonly bytes: Uint8Array }>,
): readonly VersionedResource[] {
  const message = type.slice(type.indexOf('/') + 1)
  return [...resources].map(({ version, bytes }) => ({ version, value: decode(message, bytes) as JsonObject }))
}
