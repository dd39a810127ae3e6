import type { Hold, Pin, Revision, Table } from '../../engine/index.js'
import { encode } from '../../proto/index.js'
import type { ProxyNode } from '../../proxy/node.js'
import { type GraphResource, type GraphType, holdPart, type ProxyParts, type XdsGraph } from './graph.js'
import { HTTP_PROXY_ROUTE } from './names.js'
import { overlaidLists } from './overlaid-list.js'
import { type Move, movedNames } from './part-moves.js'
import type { PartTables } from './part-tables.js'
import { PART_NAMES, type PartName } from './proxy-parts.js'
import { joinLists, type ResourceList } from './resource-list.js'
import { holdsShells } from './route-virtual-hosts.js'

const TYPES: ReadonlyMap<string, GraphType> = new Map([
  ['type.googleapis.com/envoy.config.cluster.v3.Cluster', 'CDS'],
  ['type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment', 'EDS'],
  ['type.googleapis.com/envoy.config.listener.v3.Listener', 'LDS'],
  ['type.googleapis.com/envoy.config.route.v3.RouteConfiguration', 'RDS'],
  ['type.googleapis.com/istio.networking.nds.v1.NameTable', 'NDS'],
])

/** For proxies that discover virtual hosts. */
const DISCOVERING: ReadonlyMap<string, GraphType> = new Map([
  ...TYPES,
  ['type.googleapis.com/envoy.config.route.v3.RouteConfiguration', 'SHELL'],
  ['type.googleapis.com/envoy.config.route.v3.VirtualHost', 'VHDS'],
])

/** What some proxies have otherwise than others goes before what all have. */
const BEFORE: { readonly [T in GraphType]?: GraphType } = { VHDS: 'NEAR' }

function withBefore(type: GraphType): readonly GraphType[] {
  const before = BEFORE[type]
  return before === undefined ? [type] : [before, type]
}

/** Parts that have something of a type, in the order to list them. */
const PARTS_OF: Readonly<Record<GraphType, readonly PartName[]>> = {
  CDS: ['upstream', 'fixed', 'own'],
  EDS: ['upstream', 'own'],
  LDS: ['listeners', 'own'],
  RDS: ['routes'],
  SHELL: ['routes'],
  VHDS: ['routes'],
  NEAR: ['routes'],
  NDS: ['names'],
}

/**
 * What delivery reads for one proxy (`ResourceSource` of src/xds/delivery, which this layer may not import): the tables of its
 * parts, and those of others once the facts about the proxy have changed. To be disposed when the stream ends.
 */
export interface ProxySource extends Disposable {
  revision(): number
  get(type: string, name: string): GraphResource | undefined
  list(type: string): ResourceList
  changes(
    type: string,
    since: number,
  ):
    | { readonly kind: 'delta'; readonly changed: readonly string[]; readonly removed: readonly string[] }
    | { readonly kind: 'reset' }
  told(revision: number): void
  returns(type: string, versions: ReadonlyMap<string, string>): void
}

export interface SourceOptions {
  /** Virtual hosts are resources of their own, beside route configurations without them (docs/adr/0009-vhds.md). */
  readonly discoversHosts?: boolean
}

const NOTHING: ResourceList = new Map()
const NO_CHANGES = { kind: 'delta', changed: [], removed: [] } as const
const RESET = { kind: 'reset' } as const

/** What the proxy has of one type. */
interface Share {
  readonly tables: readonly Table<string, GraphResource>[]
  /** The revision at which each became the proxy's. */
  readonly since: readonly number[]
}

export function openSource(
  graph: XdsGraph,
  node: ProxyNode,
  { discoversHosts = false }: SourceOptions = {},
): ProxySource {
  const { engine } = graph
  const proxy = graph.proxies.hold(node)
  const held = new Map<PartName, Hold<PartTables>>()
  /** Of parts that came in place of others: tables know nothing of what was before they were read. */
  const cameAt = new Map<PartName, number>()
  /** Since the revision that all of its types were told. */
  let moves: Move[] = []
  const pin: Pin = engine.pin()
  const start = engine.revision
  let row: ProxyParts | undefined
  let lookedAt: Revision | undefined
  const shares = new Map<GraphType, Share>()
  let types = discoversHosts ? DISCOVERING : TYPES
  /** The facts are a row of the engine, the same object while they are the same. */
  const look = (): void => {
    if (lookedAt === engine.revision) return
    lookedAt = engine.revision
    const now = proxy.value
    if (now === row) return
    for (const name of PART_NAMES) {
      if (row?.[name].key === now[name].key) continue
      const before = held.get(name)
      const after = holdPart(graph.parts, now, name)
      held.set(name, after)
      if (before === undefined) continue
      cameAt.set(name, engine.revision)
      const mover = { types: [...types.values()].flatMap(withBefore), told: pin.revision }
      const names = movedNames(engine, before.value, after.value, mover)
      moves.push({ revision: engine.revision, names })
      before[Symbol.dispose]()
    }
    row = now
    shares.clear()
  }
  const shareOf = (type: GraphType): Share => {
    look()
    const known = shares.get(type)
    if (known !== undefined) return known
    const found = withBefore(type).flatMap(each =>
      PARTS_OF[each].flatMap(name => {
        const table = held.get(name)?.value.resource[each]
        return table === undefined ? [] : [{ table, since: cameAt.get(name) ?? start }]
      }),
    )
    const share: Share = { tables: found.map(({ table }) => table), since: found.map(({ since }) => since) }
    shares.set(type, share)
    return share
  }
  let routes: { readonly of: ResourceList; readonly names: object | undefined; readonly list: ResourceList } | undefined
  /** A scope may have configurations that no listener of this proxy refers to. */
  const referredTo = (list: ResourceList): ResourceList => {
    const table = held.get('listeners')?.value.routeName
    const names = table && engine.read(read => read.all(table))
    if (routes?.of === list && routes.names === names) return routes.list
    const isReferredTo = (name: string): boolean =>
      name === HTTP_PROXY_ROUTE ? row?.routes.hasHttpProxy === true : names?.has(name) === true
    routes = { of: list, names, list: new Map([...list].filter(([name]) => isReferredTo(name))) }
    return routes.list
  }
  return {
    revision: () => engine.revision,
    get: (url, name) => {
      const type = types.get(url)
      if (type === undefined) return undefined
      const { tables } = shareOf(type)
      return engine.read(read => {
        for (const table of tables) {
          const found = read.one(table, name)
          if (found !== undefined) return found.isAbsent === true ? undefined : found
        }
        return type === 'EDS' ? emptyAssignment(name) : undefined
      })
    },
    list: url => {
      const type = types.get(url)
      if (type === undefined) return NOTHING
      const { tables } = shareOf(type)
      const lists = engine.read(read => tables.map(table => read.all(table)))
      const found = BEFORE[type] === undefined ? joinLists(lists) : overlaidLists(lists)
      return type === 'RDS' || type === 'SHELL' ? referredTo(found) : found
    },
    changes: (url, from) => {
      const type = types.get(url)
      if (type === undefined) return NO_CHANGES
      const { tables, since } = shareOf(type)
      if (from < start) return RESET
      let found: { readonly changed: string[]; readonly removed: string[] } | undefined
      for (const { revision, names } of moves) {
        if (revision <= from) continue
        for (const moved of withBefore(type).map(names)) {
          if (moved === 'unknown') return RESET
          // Whether they are there now is seen by who asks for them.
          if (moved.length > 0) found = { changed: [...(found?.changed ?? []), ...moved], removed: [] }
        }
      }
      for (const [index, table] of tables.entries()) {
        const changes = engine.changes(table, Math.max(from, since[index] ?? start) as Revision)
        if (changes.kind === 'reset') return RESET
        if (changes.put.size + changes.removed.length === 0) continue
        found ??= { changed: [], removed: [] }
        found.changed.push(...changes.put.keys())
        found.removed.push(...changes.removed)
      }
      return found === undefined ? NO_CHANGES : { kind: 'delta', ...found }
    },
    returns: (url, versions) => {
      // What it holds, it holds whole. Envoy would go without any of its hosts from the shell's coming to that of the first host.
      if (types.get(url) === 'SHELL' && !holdsShells(versions)) types = TYPES
    },
    told: revision => {
      pin.moveTo(revision as Revision)
      moves = moves.filter(move => move.revision > revision)
    },
    [Symbol.dispose]: () => {
      for (const hold of held.values()) hold[Symbol.dispose]()
      held.clear()
      proxy[Symbol.dispose]()
      pin[Symbol.dispose]()
    },
  }
}

/** Of a cluster that is not there: Envoy waits for an answer to every name that it asked for. */
function emptyAssignment(name: string): GraphResource {
  const bytes = encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { clusterName: name })
  return { name, version: 'empty', bytes, isFiller: true }
}
