import type { Family, Graph, Table } from '../../engine/index.js'
import { factsOf, viewOfFacts } from '../../proxy/facts.js'
import { byName, type GraphResource, SAME_RESOURCE } from './encoded.js'
import type { PartFacts, PartTables } from './part-tables.js'
import type { RoutesKey } from './proxy-parts.js'
import {
  type BaseFamily,
  type BaseKey,
  declareRouteBases,
  type NearBase,
  nearBase,
  nearRoutes,
  type RouteBase,
} from './route-base.js'
import { discoveredHosts, nearHosts, shellOf } from './route-virtual-hosts.js'
import { namespaceOfDomain, strangersDomain } from './virtual-host-domains.js'

/** Outbound routes by name, of clients of one namespace: the base that they share with others, and names of their own. */
export function declareRoutes(graph: Graph, parts: PartFacts): Family<RoutesKey, PartTables> {
  const bases = declareRouteBases(graph, parts)
  const discovered = declareDiscovered(graph, bases)
  return graph.family(
    'routes',
    ({ key }) => key,
    (key, inner) => routeTables(inner, key, { bases, discovered }),
  )
}

interface Discovered {
  readonly shell: Table<string, GraphResource>
  readonly host: Table<string, GraphResource>
}

/** Nothing is made of it unless a proxy discovers its virtual hosts. */
function declareDiscovered(graph: Graph, bases: BaseFamily): Family<BaseKey, Discovered> {
  return graph.family(
    'discovered',
    ({ key }) => key,
    (key, inner) => {
      const base = inner.member(bases, key)
      return {
        shell: inner.derive('shell', base, (row, name) => [[name, shellOf(row)]], SAME_RESOURCE),
        host: inner.derive('virtualHost', base, row => byName(discoveredHosts(row)), SAME_RESOURCE),
      }
    },
  )
}

interface Families {
  readonly bases: BaseFamily
  readonly discovered: Family<BaseKey, Discovered>
}

function routeTables(graph: Graph, key: RoutesKey, { bases, discovered }: Families): PartTables {
  const { scope, client, hasHttpProxy } = key
  const view = viewOfFacts(key.facts)
  const facts = factsOf('routes', view, { dnsDomain: strangersDomain(view.dnsDomain) })
  const namespace = namespaceOfDomain(view.dnsDomain)
  const baseKey = { key: `${key.base}|${facts.key}|${hasHttpProxy}`, scope, client, facts, hasHttpProxy }
  const base = graph.member(bases, baseKey)
  const { shell, host } = graph.member(discovered, baseKey)
  const near = (row: RouteBase): NearBase => nearBase(row, namespace, view)
  return {
    resource: {
      RDS: graph.derive('route', base, (row, name) => [[name, nearRoutes(near(row))]], SAME_RESOURCE),
      SHELL: shell,
      VHDS: host,
      NEAR: graph.derive('nearHost', base, row => byName(nearHosts(row, near(row))), SAME_RESOURCE),
    },
  }
}
