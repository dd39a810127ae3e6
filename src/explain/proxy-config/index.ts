import type { JsonObject } from '../../lang/json.js'
import type { ProxyResources } from '../config-dump.js'
import { type ClusterFilter, clustersTable, selectClusters } from './clusters.js'
import { type EndpointFilter, endpointsTable, selectEndpoints } from './endpoints.js'
import { type ListenerFilter, listenersTable, selectListeners } from './listeners.js'
import { type RouteFilter, routesTable, selectRoutes } from './routes.js'

export { LISTENER_TYPES } from './listeners.js'

export type SectionName = 'clusters' | 'listeners' | 'routes' | 'endpoints'

/** What of a section is wanted; each section looks at the fields that are its own. */
export interface ProxyConfigFilter extends ClusterFilter, ListenerFilter, RouteFilter, EndpointFilter {}

interface Section {
  /** Resources that fit, as they are. */
  readonly select: (resources: readonly JsonObject[], filter: ProxyConfigFilter) => readonly JsonObject[]
  /** For people, with headings. */
  readonly table: (resources: readonly JsonObject[]) => string
}

/** In the order of `proxy-config all`. */
const SECTIONS: Readonly<Record<SectionName, Section>> = {
  clusters: { select: selectClusters, table: clustersTable },
  listeners: { select: selectListeners, table: listenersTable },
  routes: { select: selectRoutes, table: routesTable },
  endpoints: { select: selectEndpoints, table: endpointsTable },
}

/** The resources of one section that fit, in proto3 JSON. */
export function sectionOf(
  resources: ProxyResources,
  section: SectionName,
  filter: ProxyConfigFilter,
): readonly JsonObject[] {
  return SECTIONS[section].select(
    resources[section].map(({ value }) => value),
    filter,
  )
}

/** One section as a table. */
export function sectionTable(resources: ProxyResources, section: SectionName, filter: ProxyConfigFilter): string {
  return SECTIONS[section].table(sectionOf(resources, section, filter))
}

/** Every section as a table, with a blank line between them. */
export function allTables(resources: ProxyResources): string {
  return (Object.keys(SECTIONS) as SectionName[]).map(section => sectionTable(resources, section, {})).join('\n')
}
