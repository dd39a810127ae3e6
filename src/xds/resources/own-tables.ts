import type { Family, Graph, Lookup } from '../../engine/index.js'
import { serviceKey } from '../../mesh/index.js'
import type { ProxyContext } from '../../proxy/view.js'
import { type Batch, encodeAssignments, encodeClusters, encodeListeners, SAME_RESOURCE } from './encoded.js'
import {
  listOf,
  narrowedScope,
  type PartFacts,
  type PartTables,
  partContext,
  reachableIn,
  SAME_LIST,
  touchSidecar,
} from './part-tables.js'
import type { OwnKey } from './proxy-parts.js'
import { type OwnKind, ownKindAssignment } from './self-discovery.js'

/** Inbound clusters, and listeners that are there whatever the proxy may call. */
export function declareOwn(graph: Graph, parts: PartFacts): Family<OwnKey, PartTables> {
  return graph.family(
    'own',
    ({ key }) => key,
    (key, inner) => ownTables(inner, key, parts),
  )
}

function ownTables(graph: Graph, key: OwnKey, parts: PartFacts): PartTables {
  const { tables, scopes, translators } = parts
  const { once } = tables
  const scope = graph.member(scopes, key.scope)
  const context = (read: Lookup): ProxyContext => {
    touchSidecar(read, parts, key.scope)
    for (const { service } of key.own) read.one(tables.service, serviceKey(service))
    return partContext(read, parts, key.facts, {
      client: key.client,
      own: key.own,
      scope: () => narrowedScope(read, scope, []),
      reachable: reachableIn(read, scope),
    })
  }
  const one = (name: string, make: (context: ProxyContext) => Batch) =>
    graph.derive(name, once, (_, id, read) => [[id, listOf(make(context(read)))]], SAME_LIST)
  const clusters = one('list/CDS', ctx => encodeClusters(translators.inboundClusters(ctx)))
  const listeners = one('list/LDS', ctx => encodeListeners(translators.fixedListeners(ctx)))
  const kind = key.kind && kindTables(graph, key.kind, parts)
  return {
    resource: {
      CDS: graph.derive('cluster', clusters, list => list, SAME_RESOURCE),
      LDS: graph.derive('listener', listeners, list => list, SAME_RESOURCE),
      ...kind?.resource,
    },
    list: { CDS: clusters, LDS: listeners, ...kind?.list },
  }
}

/** Endpoints of the proxies of one kind. */
function kindTables(graph: Graph, kind: OwnKind, { tables }: PartFacts): PartTables {
  const list = graph.derive(
    'list/EDS',
    tables.once,
    (_, id, read) => {
      const endpoints = kind.service === undefined ? [] : read.where(tables.endpointService, kind.service)
      const usable = endpoints.filter(({ health }) => health === 'healthy' || health === 'unknown')
      return [[id, listOf(encodeAssignments([ownKindAssignment(kind, usable)]))]]
    },
    SAME_LIST,
  )
  return { resource: { EDS: graph.derive('assignment', list, row => row, SAME_RESOURCE) }, list: { EDS: list } }
}
