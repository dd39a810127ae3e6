import { objectKey } from '../../config/object.js'
import type { Lookup, Table } from '../../engine/index.js'
import type {
  EgressListener,
  Hostname,
  MeshTables,
  OutlinedListener,
  ScopeFamily,
  ScopeKey,
  ScopeSettings,
  ScopeTables,
  Service,
  SidecarScope,
  VirtualOutline,
  VirtualServiceConfig,
} from '../../mesh/index.js'
import { type SomeFacts, viewOfFacts } from '../../proxy/facts.js'
import type { ProxyContext } from '../../proxy/view.js'
import { type ContextParts, ReadContext } from './context.js'
import type { GraphResource, GraphType } from './encoded.js'
import type { Translators } from './translators.js'

/** The tables of one part of some proxies: of the types that it has anything of. */
export interface PartTables {
  /** By name, which is also the order to send them in. */
  readonly resource: { readonly [T in GraphType]?: Table<string, GraphResource> }
  /** Routes that its listeners refer to. */
  readonly routeName?: Table<string, string>
}

/** What the tables of parts are made with. */
export interface PartFacts {
  readonly tables: MeshTables
  readonly scopes: ScopeFamily
  readonly translators: Translators
}

/** A context for the facts of one part. */
export function partContext(
  read: Lookup,
  { tables }: PartFacts,
  facts: SomeFacts,
  parts: Omit<ContextParts, 'view'>,
): ProxyContext {
  return new ReadContext(read, tables, { ...parts, view: viewOfFacts(facts) })
}

/** For what depends on no scope. */
export function noScope(): never {
  throw new Error('this part is shared by proxies of different scopes: it may not read one')
}

/** The scope as far as it holds for everything in it, with what is in `egress`. */
export function narrowedScope(
  read: Lookup,
  { tables }: PartFacts,
  { settings }: ScopeTables,
  egress: readonly OutlinedListener[],
): SidecarScope {
  const row = read.one(settings, 'mesh')
  if (row === undefined) throw new Error('no scope: the mesh configuration has not been written')
  return new NarrowedScope(
    row,
    egress.map(listener => wholeListener(read, tables, listener)),
  )
}

class NarrowedScope implements SidecarScope {
  readonly key: string
  readonly namespace: string
  readonly sidecar: string | undefined
  readonly egress: readonly EgressListener[]
  readonly outbound: SidecarScope['outbound']
  readonly ingress: SidecarScope['ingress']
  readonly inboundConnectionPool: SidecarScope['inboundConnectionPool']

  constructor(settings: ScopeSettings, egress: readonly EgressListener[]) {
    this.key = settings.key
    this.namespace = settings.namespace
    this.sidecar = settings.sidecar
    this.egress = egress
    this.outbound = settings.outbound
    this.ingress = settings.ingress
    this.inboundConnectionPool = settings.inboundConnectionPool
  }

  get services(): never {
    throw new Error('services of a narrowed scope are asked for by their hosts')
  }
}

/** All of it; who asks for its listeners depends on all that VirtualServices say. */
export function wholeScope(read: Lookup, tables: MeshTables, { scope }: ScopeTables): SidecarScope {
  const row = read.one(scope, 'mesh')
  if (row === undefined) throw new Error('no scope: the mesh configuration has not been written')
  let egress: SidecarScope['egress'] | undefined
  return {
    ...row,
    get egress() {
      egress ??= row.egress.map(listener => wholeListener(read, tables, listener))
      return egress
    },
  }
}

/** With VirtualServices in place of their outlines. */
function wholeListener(read: Lookup, tables: MeshTables, listener: OutlinedListener): EgressListener {
  return { ...listener, virtualServices: listener.virtualServices.map(outline => virtualOf(read, tables, outline)) }
}

export function virtualOf(read: Lookup, { virtual }: MeshTables, outline: VirtualOutline): VirtualServiceConfig {
  const row = read.one(virtual, objectKey(outline))
  if (row === undefined) throw new Error(`an outline of no VirtualService: ${objectKey(outline)}`)
  return row
}

export function reachableIn(read: Lookup, { reachHost }: ScopeTables): (host: Hostname) => Service | undefined {
  return host => read.where(reachHost, host)[0]
}

/** The Sidecar itself, so that what it shapes is explained by it. */
export function touchSidecar(read: Lookup, { tables }: PartFacts, { sidecar }: ScopeKey): void {
  if (sidecar !== '') read.one(tables.inputs.config.Sidecar, sidecar)
}
