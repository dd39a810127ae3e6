import type { Family, Graph, Index, Lookup, Table } from '../engine/index.js'
import { isSameData } from '../engine/index.js'
import type { Hostname } from './hostname.js'
import { hostScopes, listenerShare, type PortScope, portScopes } from './port-scope.js'
import type { OutlinedScope, VirtualOutline } from './scope.js'
import { byAge } from './selection.js'
import { type Service, type ServiceKey, serviceKey } from './service.js'
import {
  buildScope,
  type EgressHost,
  parseEgressHosts,
  type SidecarObject,
  visibleServices,
  visibleVirtualServices,
} from './sidecar-scope.js'
import { lazySettings, type MeshTables } from './tables.js'

/** Which scope: the namespace of the proxies and the Sidecar that applies to them (`<namespace>/<name>`; empty: none). */
export interface ScopeKey {
  /** Empty: any that no private or limited export is for, without a Sidecar; see {@link scopeKeyOf}. */
  readonly namespace: string
  readonly sidecar: string
}

/** What holds for the scope as a whole, whatever is in it. */
export type ScopeSettings = Omit<OutlinedScope, 'egress' | 'services'>

export interface ScopeTables {
  /** One row `mesh`. Wide: what depends on some of it reads the others. */
  readonly scope: Table<'mesh', OutlinedScope>
  /** One row `mesh`. */
  readonly settings: Table<'mesh', ScopeSettings>
  /** The services in reach, each a row of its own: what depends on one service reads this. */
  readonly reach: Table<ServiceKey, Service>
  readonly reachHost: Index<Hostname, ServiceKey, Service>
  /** By port number: what routes of that port are made of. */
  readonly port: Table<string, PortScope>
  /** By port number: what listeners of that port are made of. */
  readonly listenerPort: Table<string, PortScope>
  /** By `<host>:<port>`, for hosts that have a configuration of their own at a port: those whose protocol is found out. */
  readonly hostPort: Table<string, PortScope>
}

export type ScopeFamily = Family<ScopeKey, ScopeTables>

export function declareScopes(graph: Graph, tables: MeshTables): ScopeFamily {
  return graph.family(
    'scope',
    ({ namespace, sidecar }) => `${namespace}|${sidecar}`,
    (key, inner) => scopeTables(inner, key, tables),
  )
}

/** Namespaces without a Sidecar see the same unless something is exported to them by name. */
export function scopeKeyOf(
  read: Lookup,
  { interest }: MeshTables,
  namespace: string,
  sidecar: SidecarObject | undefined,
): ScopeKey {
  if (sidecar !== undefined) return { namespace, sidecar: `${sidecar.namespace}/${sidecar.name}` }
  const isAsked =
    read.one(interest, `serviceTo/${namespace}`) !== undefined ||
    read.one(interest, `virtualTo/${namespace}`) !== undefined
  return { namespace: isAsked ? namespace : '', sidecar: '' }
}

function scopeTables(graph: Graph, { namespace, sidecar }: ScopeKey, tables: MeshTables): ScopeTables {
  const scope = graph.derive(
    'scope',
    tables.once,
    (_, key, read) => {
      const mesh = lazySettings(read, tables.facet)
      const object = sidecar === '' ? undefined : read.one(tables.inputs.config.Sidecar, sidecar)
      const candidates = candidatesOf(read, tables, object, namespace)
      const facts = {
        namespace,
        services: visibleServices(candidates.services, namespace),
        virtualServices: visibleVirtualServices(candidates.virtualServices, namespace, mesh),
        servicesOfHost: (host: string) => read.where(tables.serviceHost, host),
        mesh,
        identity: tables.identity,
      }
      return [[key, buildScope(object, facts)]]
    },
    { equals: isSameData, isWide: true },
  )
  const reach = graph.derive(
    'reach',
    scope,
    row => row.services.map(service => [serviceKey(service), service] as const),
    { equals: isSameData },
  )
  const port = graph.derive('port', scope, row => portScopes(row), { equals: isSameData })
  return {
    scope,
    settings: graph.derive('settings', scope, ({ egress: _, services: __, ...rest }, key) => [[key, rest]], {
      equals: isSameData,
    }),
    reach,
    reachHost: reach.index('host', row => [row.host]),
    port,
    listenerPort: graph.derive('listenerPort', port, (row, key) => [[key, listenerShare(row)]], { equals: isSameData }),
    hostPort: graph.derive('hostPort', port, hostScopes, { equals: isSameData }),
  }
}

interface Candidates {
  readonly services: readonly Service[]
  readonly virtualServices: readonly VirtualOutline[]
}

/** Everything that the Sidecar's hosts could name, oldest first: of the namespaces that it names, or of the whole mesh. */
function candidatesOf(
  read: Lookup,
  tables: MeshTables,
  sidecar: SidecarObject | undefined,
  namespace: string,
): Candidates {
  const egress = sidecar?.spec.egress ?? []
  const imports = egress.flatMap(({ hosts }) => parseEgressHosts(hosts ?? [], namespace).imports)
  if (egress.length === 0 || imports.some(isWhole)) {
    return {
      services: read.one(tables.serviceOrder, 'mesh') ?? [],
      virtualServices: read.one(tables.virtualOrder, 'mesh') ?? [],
    }
  }
  const namespaces = [...new Set(imports.map(item => item.namespace))]
  return {
    services: namespaces.flatMap(each => read.where(tables.serviceNamespace, each)).sort(byAge),
    virtualServices: namespaces.flatMap(each => read.where(tables.virtualNamespace, each)).sort(byAge),
  }
}

function isWhole({ namespace }: EgressHost): boolean {
  return namespace === '*'
}
