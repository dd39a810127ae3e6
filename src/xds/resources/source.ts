import type { Changes, Hold, MemoHold, Pin, Revision, Table } from '../../engine/index.js'
import { encode } from '../../proto/index.js'
import type { ProxyNode } from '../../proxy/node.js'
import { type GraphResource, type GraphType, holdPart, type ProxyParts, type XdsGraph } from './graph.js'
import { HTTP_PROXY_ROUTE } from './names.js'
import type { Follower } from './news.js'
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

/** A source, as the news are told it. */
export interface FollowingSource extends Follower {
  readonly source: ProxySource
}

type Resources = Table<string, GraphResource>

/** What the proxy has of one type. */
interface Share {
  readonly tables: readonly Resources[]
  /** The revision at which each became the proxy's. */
  readonly since: readonly Revision[]
}

interface State {
  readonly graph: XdsGraph
  readonly proxy: MemoHold<ProxyParts>
  /** Everything up to here was told, or need not be. */
  readonly pin: Pin
  readonly follower: FollowingSource
  /** The revision at which the proxy came. */
  readonly start: Revision
  /** Something may be new for it that was not told: up to this revision. */
  concernedAt: Revision | undefined
  /** In which tables; undefined: in any. */
  concernedBy: Set<Resources> | undefined
  readonly held: Map<PartName, Hold<PartTables>>
  /** Of parts that came in place of others: tables know nothing of what was before they were read. */
  readonly cameAt: Map<PartName, Revision>
  readonly shares: Map<GraphType, Share>
  /** Since the revision that all of its types were told. */
  moves: readonly Move[]
  row: ProxyParts | undefined
  lookedAt: Revision | undefined
  types: ReadonlyMap<string, GraphType>
  referred: Referred | undefined
}

/** Route configurations that the proxy's listeners refer to, and what that was found from. */
interface Referred {
  readonly of: ResourceList
  readonly names: object | undefined
  readonly list: ResourceList
}

export function openSource(
  graph: XdsGraph,
  node: ProxyNode,
  { discoversHosts = false }: SourceOptions = {},
): ProxySource {
  const { engine } = graph
  const proxy = graph.proxies.hold(node)
  const source: ProxySource = {
    revision: () => engine.revision,
    get: (url, name) => resourceOf(state, url, name),
    list: url => listOf(state, url),
    changes: (url, from) => changesOf(state, url, from as Revision),
    returns: (url, versions) => {
      // What it holds, it holds whole. Envoy would go without any of its hosts from the shell's coming to that of the first host.
      if (state.types.get(url) === 'SHELL' && !holdsShells(versions)) state.types = TYPES
    },
    told: revision => {
      if (state.concernedAt !== undefined && state.concernedAt <= revision) {
        state.concernedAt = undefined
        state.concernedBy = new Set()
      }
      moveOn(state, revision as Revision)
    },
    [Symbol.dispose]: () => release(state),
  }
  const follower: FollowingSource = {
    key: proxy.key,
    source,
    concern: (revision, table) => {
      state.concernedAt = revision
      if (table === undefined) state.concernedBy = undefined
      else state.concernedBy?.add(table)
      look(state)
    },
    quiet: revision => {
      if (state.concernedAt === undefined && state.pin.revision < revision) moveOn(state, revision)
    },
  }
  const state: State = {
    graph,
    proxy,
    follower,
    pin: engine.pin(),
    start: engine.revision,
    concernedAt: undefined,
    concernedBy: new Set(),
    held: new Map(),
    cameAt: new Map(),
    shares: new Map(),
    moves: [],
    row: undefined,
    lookedAt: undefined,
    types: discoversHosts ? DISCOVERING : TYPES,
    referred: undefined,
  }
  graph.news.join(follower)
  return source
}

function moveOn(state: State, revision: Revision): void {
  state.pin.moveTo(revision)
  if (state.moves.length > 0) state.moves = state.moves.filter(move => move.revision > revision)
}

function release(state: State): void {
  const { graph, follower, held, proxy, pin } = state
  graph.news.leave(follower)
  dropShares(state)
  for (const hold of held.values()) hold[Symbol.dispose]()
  held.clear()
  proxy[Symbol.dispose]()
  pin[Symbol.dispose]()
}

function dropShares({ graph, follower, shares }: State): void {
  for (const { tables } of shares.values()) for (const table of tables) graph.news.unfollow(follower, table)
  shares.clear()
}

/** The facts are a row of the engine, the same object while they are the same. */
function look(state: State): void {
  const { engine } = state.graph
  if (state.lookedAt === engine.revision) return
  state.lookedAt = engine.revision
  const now = state.proxy.value
  if (now === state.row) return
  for (const name of PART_NAMES) if (state.row?.[name].key !== now[name].key) holdOther(state, now, name)
  state.row = now
  const asked = [...state.shares.keys()]
  dropShares(state)
  // What it asked for it follows, wherever that is now.
  for (const type of asked) shareOf(state, type)
}

/** A part in place of the one that the proxy had. */
function holdOther(state: State, now: ProxyParts, name: PartName): void {
  const { graph, held, cameAt, pin, types } = state
  const { engine } = graph
  const before = held.get(name)
  const after = holdPart(graph.parts, now, name)
  held.set(name, after)
  if (before === undefined) return
  cameAt.set(name, engine.revision)
  const mover = { types: [...types.values()].flatMap(withBefore), told: pin.revision }
  const names = movedNames(engine, before.value, after.value, mover)
  state.moves = [...state.moves, { revision: engine.revision, names }]
  before[Symbol.dispose]()
}

function shareOf(state: State, type: GraphType): Share {
  look(state)
  const { graph, follower, shares, held, cameAt, start } = state
  const known = shares.get(type)
  if (known !== undefined) return known
  const tables: Resources[] = []
  const since: Revision[] = []
  for (const each of withBefore(type))
    for (const name of PARTS_OF[each]) {
      const table = held.get(name)?.value.resource[each]
      if (table === undefined) continue
      tables.push(table)
      since.push(cameAt.get(name) ?? start)
      graph.news.follow(follower, table)
    }
  const share: Share = { tables, since }
  shares.set(type, share)
  return share
}

function resourceOf(state: State, url: string, name: string): GraphResource | undefined {
  const type = state.types.get(url)
  if (type === undefined) return undefined
  const { tables } = shareOf(state, type)
  return state.graph.engine.read(read => {
    for (const table of tables) {
      const found = read.one(table, name)
      if (found !== undefined) return found.isAbsent === true ? undefined : found
    }
    return type === 'EDS' ? emptyAssignment(name) : undefined
  })
}

function listOf(state: State, url: string): ResourceList {
  const type = state.types.get(url)
  if (type === undefined) return NOTHING
  const { tables } = shareOf(state, type)
  const lists = state.graph.engine.read(read => tables.map(table => read.all(table)))
  const found = BEFORE[type] === undefined ? joinLists(lists) : overlaidLists(lists)
  return type === 'RDS' || type === 'SHELL' ? referredTo(state, found) : found
}

/** A scope may have configurations that no listener of this proxy refers to. */
function referredTo(state: State, list: ResourceList): ResourceList {
  const { graph, held, row, referred } = state
  const table = held.get('listeners')?.value.routeName
  const names = table && graph.engine.read(read => read.all(table))
  if (referred?.of === list && referred.names === names) return referred.list
  const isReferredTo = (name: string): boolean =>
    name === HTTP_PROXY_ROUTE ? row?.routes.hasHttpProxy === true : names?.has(name) === true
  const found = new Map([...list].filter(([name]) => isReferredTo(name)))
  state.referred = { of: list, names, list: found }
  return found
}

interface Named {
  readonly changed: string[]
  readonly removed: string[]
}

function changesOf(state: State, url: string, from: Revision): ReturnType<ProxySource['changes']> {
  const type = state.types.get(url)
  if (type === undefined) return NO_CHANGES
  if (from < state.start) return RESET
  const told = state.pin.revision
  const start = told > from ? told : from
  if (start === state.graph.engine.revision) return NO_CHANGES
  const { tables, since } = shareOf(state, type)
  if (isElsewhere(state, tables)) return NO_CHANGES
  const moved = movedSince(state, type, start)
  if (moved === 'unknown') return RESET
  let found = moved
  for (const [index, table] of tables.entries()) {
    const after = since[index] ?? state.start
    const changes = changesIn(state, table, after > start ? after : start)
    if (changes.kind === 'reset') return RESET
    if (changes.put.size + changes.removed.length === 0) continue
    found ??= { changed: [], removed: [] }
    found.changed.push(...changes.put.keys())
    found.removed.push(...changes.removed)
  }
  return found === undefined ? NO_CHANGES : { kind: 'delta', ...found }
}

/** All that is new for it is in other tables: that is known after a round of news, until something changes. */
function isElsewhere({ graph, concernedAt, concernedBy }: State, tables: Share['tables']): boolean {
  const { revision } = graph.engine
  if (concernedAt !== revision || graph.news.finished !== revision || concernedBy === undefined) return false
  return !tables.some(table => concernedBy.has(table))
}

interface Asked {
  readonly since: Revision
  readonly at: Revision
  readonly changes: Changes<string, GraphResource>
}

/** Of each table the last question: a push asks the same for every proxy that shares it. */
const asked = new WeakMap<Resources, Asked>()

function changesIn({ graph: { engine } }: State, table: Resources, since: Revision): Asked['changes'] {
  const last = asked.get(table)
  if (last?.since === since && last.at === engine.revision) return last.changes
  const changes = engine.changes(table, since)
  // A reset has all rows, which would stay in memory.
  if (changes.kind === 'delta') asked.set(table, { since, at: engine.revision, changes })
  return changes
}

/** What differs between parts and those that came in their place: whether it is there now is seen by who asks for it. */
function movedSince({ moves }: State, type: GraphType, from: Revision): Named | 'unknown' | undefined {
  let found: Named | undefined
  for (const { revision, names } of moves) {
    if (revision <= from) continue
    for (const moved of withBefore(type).map(names)) {
      if (moved === 'unknown') return 'unknown'
      if (moved.length === 0) continue
      found ??= { changed: [], removed: [] }
      found.changed.push(...moved)
    }
  }
  return found
}

/** Of a cluster that is not there: Envoy waits for an answer to every name that it asked for. */
function emptyAssignment(name: string): GraphResource {
  const bytes = encode('envoy.config.endpoint.v3.ClusterLoadAssignment', { clusterName: name })
  return { name, version: 'empty', bytes, isFiller: true }
}
