import type { Family, Graph, Lookup } from '../../engine/index.js'
import type { OutlinedListener, PortScope } from '../../mesh/index.js'
import type { Listener } from '../../proto/envoy-types.generated.js'
import type { Facts } from '../../proxy/facts.js'
import type { ProxyContext } from '../../proxy/view.js'
import { type Batch, byName, encodeListeners, isSameBatch, SAME_RESOURCE } from './encoded.js'
import {
  narrowedScope,
  type PartFacts,
  type PartTables,
  partContext,
  reachableIn,
  touchSidecar,
} from './part-tables.js'
import type { ListenersKey, ProxyParts } from './proxy-parts.js'
import { routeNamesIn } from './route-names.js'

/** Outbound listeners: a row for each port, which depends on what is at that port, and those that depend on no service. */
export function declareListeners(graph: Graph, parts: PartFacts): Family<ListenersKey, PartTables> {
  return graph.family(
    'listeners',
    ({ key }) => key,
    (key, inner) => listenerTables(inner, key, parts),
  )
}

interface PortRow {
  readonly listeners: Batch
  readonly routes: readonly string[]
}

function listenerTables(graph: Graph, key: ProxyParts['listeners'], parts: PartFacts): PartTables {
  const { tables, scopes, translators } = parts
  const scope = graph.member(scopes, key.scope)
  const contextOf = (read: Lookup, facts: Facts<'listeners'>, egress: readonly OutlinedListener[]): ProxyContext => {
    touchSidecar(read, parts, key.scope)
    return partContext(read, parts, facts, {
      client: key.client,
      scope: () => narrowedScope(read, parts, scope, egress),
      reachable: reachableIn(read, scope),
    })
  }
  const translate = (read: Lookup, { port, egress }: PortScope): readonly Listener[] => {
    const isByAddress = egress.some(({ services }) => services.some(({ resolution }) => resolution === 'none'))
    return translators.listeners(contextOf(read, isByAddress ? key.facts : key.elsewhere, egress), port)
  }
  const port = graph.derive<string, PortScope, string, PortRow>(
    'port',
    scope.listenerPort,
    (row, id, read) => {
      const listeners = translate(read, row)
      return [[id, { listeners: encodeListeners(listeners), routes: routeNamesIn(listeners) }]]
    },
    {
      equals: (a, b) =>
        isSameBatch(a.listeners, b.listeners) &&
        a.routes.length === b.routes.length &&
        a.routes.every((name, index) => name === b.routes[index]),
    },
  )
  const atPort = graph.derive('portListener', port, row => byName(row.listeners), SAME_RESOURCE)
  const fixed = graph.derive(
    'fixedListener',
    tables.once,
    (_, __, read) => byName(encodeListeners(translators.fixedListeners(contextOf(read, key.elsewhere, [])))),
    SAME_RESOURCE,
  )
  return {
    resource: { LDS: graph.union('listener', [atPort, fixed], SAME_RESOURCE) },
    routeName: graph.derive('routeName', port, row => row.routes.map(name => [name, name] as const)),
  }
}
