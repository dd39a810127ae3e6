import type { Family, Graph, Lookup } from '../../engine/index.js'
import type { PortScope } from '../../mesh/index.js'
import type { Listener } from '../../proto/envoy-types.generated.js'
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

/** Outbound listeners: a row for each port, which depends on what is at that port. */
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
  const { scopes, translators } = parts
  const scope = graph.member(scopes, key.scope)
  const translate = (read: Lookup, { port, egress }: PortScope): readonly Listener[] => {
    const isByAddress = egress.some(({ services }) => services.some(({ resolution }) => resolution === 'none'))
    const context = partContext(read, parts, isByAddress ? key.facts : key.elsewhere, {
      client: key.client,
      scope: () => narrowedScope(read, parts, scope, egress),
      reachable: reachableIn(read, scope),
    })
    return translators.listeners(context, port)
  }
  const port = graph.derive<string, PortScope, string, PortRow>(
    'port',
    scope.listenerPort,
    (row, id, read) => {
      touchSidecar(read, parts, key.scope)
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
  const listener = graph.derive('listener', port, row => byName(row.listeners), SAME_RESOURCE)
  return {
    resource: { LDS: listener },
    routeName: graph.derive('routeName', port, row => row.routes.map(name => [name, name] as const)),
  }
}
