import type { Family, Graph, Table } from '../engine/index.js'
import { isSameData } from '../engine/index.js'
import type { SidecarScope } from './scope.js'
import { type Service, type ServiceKey, serviceKey } from './service.js'
import { buildScope, visibleServices, visibleVirtualServices } from './sidecar-scope.js'
import { lazySettings, type MeshTables } from './tables.js'

/** Which scope: the namespace of the proxies and the Sidecar that applies to them (`<namespace>/<name>`; empty: none). */
export interface ScopeKey {
  readonly namespace: string
  readonly sidecar: string
}

export interface ScopeTables {
  /** One row `mesh`. */
  readonly scope: Table<'mesh', SidecarScope>
  /** The services in reach, each a row of its own: what depends on one service reads this. */
  readonly reach: Table<ServiceKey, Service>
}

export type ScopeFamily = Family<ScopeKey, ScopeTables>

export function declareScopes(graph: Graph, tables: MeshTables): ScopeFamily {
  return graph.family(
    'scope',
    ({ namespace, sidecar }) => `${namespace}|${sidecar}`,
    (key, inner) => scopeTables(inner, key, tables),
  )
}

function scopeTables(graph: Graph, { namespace, sidecar }: ScopeKey, tables: MeshTables): ScopeTables {
  const scope = graph.derive(
    'scope',
    tables.inputs.settings,
    (_, key, read) => {
      const mesh = lazySettings(read, tables.facet)
      const facts = {
        namespace,
        services: visibleServices(read.one(tables.serviceOrder, 'mesh') ?? [], namespace),
        virtualServices: visibleVirtualServices(read.one(tables.virtualOrder, 'mesh') ?? [], namespace, mesh),
        servicesOfHost: (host: string) => read.where(tables.serviceHost, host),
        mesh,
        identity: tables.identity,
      }
      const object = sidecar === '' ? undefined : read.one(tables.inputs.config.Sidecar, sidecar)
      return [[key, buildScope(object, facts)]]
    },
    { equals: isSameData },
  )
  return {
    scope,
    reach: graph.derive('reach', scope, row => row.services.map(service => [serviceKey(service), service]), {
      equals: isSameData,
    }),
  }
}
