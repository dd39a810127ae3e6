import type { ViewRow, XdsGraph } from '../xds/resources/graph.js'
import { nameOf } from './proxy-resources.js'
import type { RenderedProxy, RequestStep, RequestTrace } from './request.js'
import { traceResources } from './resources-all.js'
import type { FieldOrigin } from './resources-trace.js'
import type { Places } from './visibility-facts.js'

interface ExplainedTrace extends RequestTrace {
  readonly steps: readonly (RequestStep & { readonly origins: readonly FieldOrigin[] })[]
}

/** Adds to each step the lines that made the very part of the resource that the request went through. */
export function withOrigins(
  graph: XdsGraph,
  row: ViewRow,
  proxy: RenderedProxy,
  trace: RequestTrace,
  places: Places,
): ExplainedTrace {
  const known = new Map<string, readonly FieldOrigin[]>()
  const fieldsOf = (kind: keyof RenderedProxy, name: string): readonly FieldOrigin[] => {
    const id = `${kind} ${name}`
    const found = known.get(id)
    if (found !== undefined) return found
    const resource = proxy[kind].find(each => nameOf(each) === name)
    const [traced] = resource === undefined ? [] : traceResources(graph, row, kind, [resource], places)
    const fields = traced?.fields ?? []
    known.set(id, fields)
    return fields
  }
  const steps = trace.steps.map(step => {
    const { at } = step
    const origins = at === undefined ? [] : fieldsOf(at.resource, at.name).filter(({ field }) => field === at.field)
    // By which egress host a service is in reach is said once, at the virtual host.
    const isRepeated = step.kind === 'chain' || step.kind === 'cluster'
    return { ...step, origins: origins.filter(({ origin }) => !(isRepeated && origin.type === 'Sidecar')) }
  })
  return { ...trace, steps }
}
