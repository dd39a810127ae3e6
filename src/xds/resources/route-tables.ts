import type { Family, Graph } from '../../engine/index.js'
import { factsOf, viewOfFacts } from '../../proxy/facts.js'
import { byName, SAME_RESOURCE } from './encoded.js'
import type { PartFacts, PartTables } from './part-tables.js'
import type { RoutesKey } from './proxy-parts.js'
import {
  type BaseFamily,
  declareRouteBases,
  type NearBase,
  nearBase,
  nearRoutes,
  type RouteBase,
} from './route-base.js'
import { discoveredHosts, shellOf } from './route-virtual-hosts.js'
import { namespaceOfDomain, strangersDomain } from './virtual-host-domains.js'

/** Outbound routes by name, of clients of one namespace: the base that they share with others, and names of their own. */
export function declareRoutes(graph: Graph, parts: PartFacts): Family<RoutesKey, PartTables> {
  const bases = declareRouteBases(graph, parts)
  return graph.family(
    'routes',
    ({ key }) => key,
    (key, inner) => routeTables(inner, key, bases),
  )
}

function routeTables(graph: Graph, key: RoutesKey, bases: BaseFamily): PartTables {
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
  const near = (row: RouteBase): NearBase => nearBase(row, namespace, view)
  const route = graph.derive('route', base, (row, name) => [[name, nearRoutes(near(row))]], SAME_RESOURCE)
  // Nobody reads these two, and nothing is made of them, unless a proxy discovers its virtual hosts.
  const shell = graph.derive('shell', base, (row, name) => [[name, shellOf(row)]], SAME_RESOURCE)
  const host = graph.derive('virtualHost', base, row => byName(discoveredHosts(near(row))), SAME_RESOURCE)
  return { resource: { RDS: route, SHELL: shell, VHDS: host } }
}
