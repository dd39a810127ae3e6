import type { Family, Graph, Lookup, Table } from '../../engine/index.js'
import { serviceKey } from '../../mesh/index.js'
import type { ProxyContext } from '../../proxy/view.js'
import {
  type Batch,
  byName,
  encodeAssignments,
  encodeClusters,
  encodeListeners,
  type GraphResource,
  SAME_RESOURCE,
} from './encoded.js'
import {
  narrowedScope,
  type PartFacts,
  type PartTables,
  partContext,
  reachableIn,
  touchSidecar,
} from './part-tables.js'
import type { OwnKey } from './proxy-parts.js'
import { type OwnKind, ownKindAssignment } from './self-discovery.js'

/** Inbound clusters and listeners. */
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
      scope: () => narrowedScope(read, parts, scope, []),
      reachable: reachableIn(read, scope),
    })
  }
  const made = (name: string, make: (context: ProxyContext) => Batch) =>
    graph.derive(name, once, (_, __, read) => byName(make(context(read))), SAME_RESOURCE)
  return {
    resource: {
      CDS: made('cluster', ctx => encodeClusters(translators.inboundClusters(ctx))),
      LDS: made('listener', ctx => encodeListeners(translators.inboundListeners(ctx))),
      ...(key.kind && { EDS: kindTable(graph, key.kind, parts) }),
    },
  }
}

/** Endpoints of the proxies of one kind. */
function kindTable(graph: Graph, kind: OwnKind, { tables }: PartFacts): Table<string, GraphResource> {
  return graph.derive(
    'assignment',
    tables.once,
    (_, __, read) => {
      const endpoints = kind.service === undefined ? [] : read.where(tables.endpointService, kind.service)
      const usable = endpoints.filter(({ health }) => health === 'healthy' || health === 'unknown')
      return byName(encodeAssignments([ownKindAssignment(kind, usable)]))
    },
    SAME_RESOURCE,
  )
}
