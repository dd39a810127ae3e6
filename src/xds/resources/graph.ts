import type { Engine, Family, Hold, Lookup, Memo, Table } from '../../engine/index.js'
import {
  declareMesh,
  declareScopes,
  type MeshIdentity,
  type MeshTables,
  type ScopeKey,
  type SidecarScope,
} from '../../mesh/index.js'
import type { ProxyNode } from '../../proxy/node.js'
import type { ProxyContext } from '../../proxy/view.js'
import { ReadContext } from './context.js'
import type { GraphResource, GraphType } from './encoded.js'
import { declareListeners } from './listener-tables.js'
import { declareNames } from './name-tables.js'
import { createNews, type News } from './news.js'
import { declareOwn } from './own-tables.js'
import { type PartTables, wholeScope } from './part-tables.js'
import { declareProxies, PART_NAMES, type PartName, type ProxyParts, type ViewRow, viewRowOf } from './proxy-parts.js'
import { declareRoutes } from './route-tables.js'
import type { FollowingSource } from './source.js'
import type { Translators } from './translators.js'
import { declareFixed, declareUpstream } from './upstream-tables.js'

export type { GraphResource, GraphType } from './encoded.js'
export { type ProxyParts, type ViewRow, workloadOf } from './proxy-parts.js'
export type { ResourceList } from './resource-list.js'

/** The tables of each part, shared by all proxies that have the part's key. */
export type PartFamilies = { readonly [N in PartName]: Family<ProxyParts[N], PartTables> }

/** The mesh and everything derived from it for proxies. */
export interface XdsGraph {
  readonly engine: Engine
  readonly tables: MeshTables
  /** In which parts a proxy's resources are. A node is one proxy: two equal nodes are two. */
  readonly proxies: Memo<ProxyNode, ProxyParts>
  readonly parts: PartFamilies
  /** Which of the open sources something is new for. */
  readonly news: News<FollowingSource>
  /** What is known of a node at this revision. */
  viewRow(read: Lookup, node: ProxyNode): ViewRow
  /** All facts about a proxy, which no resource has: for those who look on. Only to be used inside the read. */
  context(read: Lookup, row: ViewRow): ProxyContext
  /** The tables that have a proxy's resources of a type, by name: `engine.explain` of the one that has the name says why it is so. */
  resourceTables(node: ProxyNode, type: GraphType): Hold<readonly Table<string, GraphResource>[]>
}

export function createXdsGraph(engine: Engine, identity: MeshIdentity, translators: Translators): XdsGraph {
  const tables = declareMesh(engine, identity)
  const scopes = declareScopes(engine, tables)
  const facts = { tables, scopes, translators }
  const parts: PartFamilies = {
    upstream: declareUpstream(engine, facts),
    fixed: declareFixed(engine, facts),
    listeners: declareListeners(engine, facts),
    routes: declareRoutes(engine, facts),
    own: declareOwn(engine, facts),
    names: declareNames(engine, facts),
  }
  const proxies = declareProxies(engine, tables)
  const wholeScopes: Memo<ScopeKey, SidecarScope> = engine.memo(
    'wholeScope',
    ({ namespace, sidecar }) => `${namespace}|${sidecar}`,
    (key, read) => {
      const { egress, ...rest } = wholeScope(read, tables, read.member(scopes, key))
      return { ...rest, egress }
    },
  )
  const resourceTables = (node: ProxyNode, type: GraphType): Hold<readonly Table<string, GraphResource>[]> => {
    const row = engine.read(read => read.memo(proxies, node))
    const holds = PART_NAMES.map(name => holdPart(parts, row, name))
    const value = holds.flatMap(({ value: { resource } }) => resource[type] ?? [])
    const release = (): void => {
      for (const hold of holds) hold[Symbol.dispose]()
    }
    return { key: '', value, [Symbol.dispose]: release }
  }
  return {
    engine,
    tables,
    proxies,
    parts,
    news: createNews(engine, proxies),
    viewRow: (read, node) => viewRowOf(read, node, tables),
    context: (read, { view, scope }) =>
      new ReadContext(read, tables, { view, scope: () => read.memo(wholeScopes, scope) }),
    resourceTables,
  }
}

/** Holds the tables of one part of a proxy. */
export function holdPart<N extends PartName>(parts: PartFamilies, row: ProxyParts, name: N): Hold<PartTables> {
  return parts[name].hold(row[name])
}
