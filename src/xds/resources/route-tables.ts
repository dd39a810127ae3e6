import type { Family, Graph } from '../../engine/index.js'
import { factsOf, viewOfFacts } from '../../proxy/facts.js'
import { SAME_RESOURCE } from './encoded.js'
import { listOf, type PartFacts, type PartTables, SAME_LIST } from './part-tables.js'
import type { RoutesKey } from './proxy-parts.js'
import { type BaseFamily, declareRouteBases, nearRoutes } from './route-base.js'
import { namespaceOfDomain, strangersDomain } from './virtual-host-domains.js'

/** Outbound routes by name, of clients of one namespace: the base that they share with others, and names of their own. */
export function declareRoutes(graph: Graph, parts: PartFacts): Family<RoutesKey, PartTables> {
  const bases = declareRouteBases(graph, parts)
  return graph.family(
    'routes',
    ({ key }) => key,
    (key, inner) => routeTables(inner, key, bases, parts),
  )
}

function routeTables(graph: Graph, key: RoutesKey, bases: BaseFamily, { tables }: PartFacts): PartTables {
  const { scope, client, hasHttpProxy } = key
  const view = viewOfFacts(key.facts)
  const facts = factsOf('routes', view, { dnsDomain: strangersDomain(view.dnsDomain) })
  const namespace = namespaceOfDomain(view.dnsDomain)
  const base = graph.member(bases, {
    key: `${key.base}|${facts.key}|${hasHttpProxy}`,
    scope,
    client,
    facts,
    hasHttpProxy,
  })
  const route = graph.derive(
    'route',
    base,
    (row, name) => [[name, namespace === undefined ? row.resource : nearRoutes(row, namespace, view)]],
    SAME_RESOURCE,
  )
  const list = graph.derive(
    'list/RDS',
    tables.once,
    (_, id, read) => [[id, listOf(read.all(route).values())]],
    SAME_LIST,
  )
  return { resource: { RDS: route }, list: { RDS: list } }
}
