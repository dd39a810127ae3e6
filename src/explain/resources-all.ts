import type { JsonObject } from '../lang/json.js'
import type { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration } from '../proto/envoy-types.generated.js'
import type { ViewRow, XdsGraph } from '../xds/resources/graph.js'
import type { NameTable } from '../xds/resources/nametable.js'
import { traceAssignment, traceClusters } from './resources-clusters.js'
import { traceListener } from './resources-listeners.js'
import { traceNames } from './resources-names.js'
import { traceRoutes } from './resources-routes.js'
import { openTracer, type ResourceOrigins, type Tracer } from './resources-trace.js'
import type { Places } from './visibility-facts.js'

/** Kinds of resources, as a proxy's are listed; all have origins. */
export type TracedKind = 'clusters' | 'endpoints' | 'listeners' | 'routes' | 'nameTable'

const TRACE: { readonly [K in TracedKind]: (tracer: Tracer, resource: JsonObject) => ResourceOrigins | undefined } = {
  clusters: (tracer, resource) => traceClusters(tracer, resource as Cluster),
  endpoints: (tracer, resource) => traceAssignment(tracer, resource as ClusterLoadAssignment),
  listeners: (tracer, resource) => traceListener(tracer, resource as Listener),
  routes: (tracer, resource) => traceRoutes(tracer, resource as RouteConfiguration),
  nameTable: (tracer, resource) => traceNames(tracer, resource as NameTable),
}

const NONE: ResourceOrigins = { origins: [], meshFields: [], fields: [] }

/**
 * What resources of one proxy were made from, in their order: the translators run once more on a context that notes what they ask.
 * Resources are proto3 JSON, as they were made at this revision.
 */
export function traceResources(
  graph: XdsGraph,
  row: ViewRow,
  kind: TracedKind,
  resources: readonly JsonObject[],
  places: Places,
): readonly ResourceOrigins[] {
  return graph.engine.read(read => {
    const tracer = openTracer(graph, read, graph.context(read, row), places)
    return resources.map(resource => TRACE[kind](tracer, resource) ?? NONE)
  })
}
