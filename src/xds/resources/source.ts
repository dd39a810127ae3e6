import type { Hold, Pin, Revision } from '../../engine/index.js'
import { encode } from '../../proto/index.js'
import type { ProxyNode } from '../../proxy/node.js'
import {
  type GraphResource,
  type GraphType,
  keyOfView,
  type ResourceList,
  type ViewTables,
  type XdsGraph,
} from './graph.js'

const TYPES: ReadonlyMap<string, GraphType> = new Map([
  ['type.googleapis.com/envoy.config.cluster.v3.Cluster', 'CDS'],
  ['type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment', 'EDS'],
  ['type.googleapis.com/envoy.config.listener.v3.Listener', 'LDS'],
  ['type.googleapis.com/envoy.config.route.v3.RouteConfiguration', 'RDS'],
  ['type.googleapis.com/istio.networking.nds.v1.NameTable', 'NDS'],
])

/**
 * What delivery reads for one proxy (`ResourceSource` of src/xds/delivery, which this layer may not import): the tables of its
 * view, and those of another view once the facts about the proxy have changed. To be disposed when the stream ends.
 */
export interface ProxySource extends Disposable {
  revision(): number
  get(type: string, name: string): GraphResource | undefined
  list(type: string): ResourceList
  changes(
    type: string,
    since: number,
  ):
    | { readonly kind: 'delta'; readonly changed: Iterable<string>; readonly removed: Iterable<string> }
    | { readonly kind: 'reset' }
  told(revision: number): void
}

const NOTHING: ResourceList = new Map()

export function openSource(graph: XdsGraph, node: ProxyNode): ProxySource {
  const { engine } = graph
  let hold: Hold<ViewTables> | undefined
  let viewKey = ''
  /** Revision at which the facts were last looked at, and at which this view became the proxy's. */
  let seen = -1
  let since: number = engine.revision
  const pin: Pin = engine.pin()
  const current = (): ViewTables => {
    if (hold !== undefined && seen === engine.revision) return hold.value
    const row = engine.read(read => graph.viewRow(read, node))
    const key = keyOfView(row)
    seen = engine.revision
    if (hold !== undefined && key === viewKey) return hold.value
    const next = graph.views.hold(row)
    hold?.[Symbol.dispose]()
    hold = next
    viewKey = key
    since = engine.revision
    return next.value
  }
  return {
    revision: () => engine.revision,
    get: (url, name) => {
      const type = TYPES.get(url)
      if (type === undefined) return undefined
      const { resource } = current()
      const found = engine.read(read => read.one(resource[type], name))
      return found ?? (type === 'EDS' ? emptyAssignment(name) : undefined)
    },
    list: url => {
      const type = TYPES.get(url)
      if (type === undefined) return NOTHING
      const { list, resource } = current()
      // The table of names keeps history from its first reading on: later changes are told against this list.
      engine.refresh([resource[type]], () => false)
      return engine.read(read => read.one(list[type], 'mesh')) ?? NOTHING
    },
    changes: (url, from) => {
      const type = TYPES.get(url)
      if (type === undefined) return { kind: 'delta', changed: [], removed: [] }
      const table = current().resource[type]
      if (from < since) return { kind: 'reset' }
      const changes = engine.changes(table, from as Revision)
      if (changes.kind === 'reset') return { kind: 'reset' }
      return { kind: 'delta', changed: changes.put.keys(), removed: changes.removed }
    },
    told: revision => pin.moveTo(revision as Revision),
    [Symbol.dispose]: () => {
      hold?.[Symbol.dispose]()
      hold = undefined
      pin[Symbol.dispose]()
    },
  }
}

/** Of a cluster that is not there: Envoy waits for an answer to every name that it asked for. */
function emptyAssignment(name: string): GraphResource {
  const bytes = encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { clusterName: name })
  return { name, version: 'empty', bytes }
}
