import { type ConfigObject, objectId } from '../config/object.js'
import { asInline } from '../explain/discovered-hosts.js'
import { openPlaces } from '../explain/places.js'
import {
  configsNamedIn,
  quotedBy,
  type RefusedFacts,
  type Suspect,
  suspectsOf,
  suspectText,
} from '../explain/refusal.js'
import type { ConfigOrigin } from '../explain/resources.js'
import { type TracedKind, traceResources } from '../explain/resources-all.js'
import { meshFields } from '../explain/visibility-facts.js'
import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { CDS, EDS, LDS, RDS, type TypeUrl, VHDS } from '../xds/delivery/index.js'
import type { ViewRow } from '../xds/resources/graph.js'
import { openSource } from '../xds/resources/source.js'
import type { Nack } from './ads-status.js'
import type { MeshSource } from './mesh-source.js'

/** A resource that a proxy refused, and the objects to look at. */
export interface RefusedResource {
  /** Empty: the message names none, and the objects are whatever holds what it quotes. */
  readonly name: string
  readonly origins: readonly Suspect[]
}

/** What proxies refuse, traced to the configuration at that moment: by the time somebody asks, it may have changed. */
export interface Refusals {
  /** Undefined: tracing has taken enough of the server's time for now; `of` does it when somebody asks. */
  note(connection: string, node: ProxyNode, type: TypeUrl, nack: Nack): readonly RefusedResource[] | undefined
  /** Of the newest refusal of that type. */
  of(connection: string, type: TypeUrl): readonly RefusedResource[]
  forget(connection: string): void
}

/** Of one refusal: Envoy may list hundreds of resources that share one mistake. */
const MAX_TRACED = 5
/** Thousands of proxies refuse the same at once; what is known of this many different refusals is kept until the next change. */
const MAX_KNOWN = 1_000
/** Of a message, in characters: what it quotes stands in the first of them, and it is kept. */
const MAX_MESSAGE = 8_192

/**
 * A listener of a big mesh takes half a second to trace, and a proxy may refuse with other words each time: tracing may take this
 * share of the time, and this much at once, in ms.
 */
const SHARE = 0.1
const BURST_MS = 1_000

export function createRefusals(mesh: MeshSource, burstMs = BURST_MS): Refusals {
  const standing = new Map<string, Map<TypeUrl, () => readonly RefusedResource[]>>()
  const budget = createBudget(burstMs)
  const known = new Map<string, RefusedResource>()
  const { engine } = mesh.graph
  let revision = engine.revision
  const refusedBy = (node: ProxyNode, type: TypeUrl, message: string) => (name: string) => {
    const row = engine.read(read => mesh.graph.viewRow(read, node))
    return { node, row, type, name, message, key: JSON.stringify([row.scope, type, name, message]) }
  }
  const traced = (refused: Refused & { readonly key: string }): RefusedResource => {
    const found = known.get(refused.key) ?? trace(mesh, refused)
    known.set(refused.key, found)
    return found
  }
  return {
    note: (connection, node, type, { resources, message }) => {
      if (revision !== engine.revision || known.size >= MAX_KNOWN) known.clear()
      revision = engine.revision
      const names = resources.length === 0 ? [''] : resources.slice(0, MAX_TRACED)
      const refused = names.map(refusedBy(node, type, message.slice(0, MAX_MESSAGE)))
      const find = once(() => refused.map(traced))
      standing.set(connection, (standing.get(connection) ?? new Map()).set(type, find))
      return refused.every(({ key }) => known.has(key)) ? find() : budget.spend(find)
    },
    of: (connection, type) => standing.get(connection)?.get(type)?.() ?? [],
    forget: connection => void standing.delete(connection),
  }
}

/** Work that is done only while there is time for it. */
function createBudget(burstMs: number) {
  let left = burstMs
  let seen = performance.now()
  return {
    spend: <T>(work: () => T): T | undefined => {
      const start = performance.now()
      left = Math.min(burstMs, left + (start - seen) * SHARE)
      seen = start
      if (left <= 0) return undefined
      const done = work()
      left -= performance.now() - start
      return done
    },
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** `VirtualService shop/web (mesh/shop.yaml:12), …`; undefined where nothing was found. */
export function causeText(refused: readonly RefusedResource[]): string | undefined {
  const texts = new Set(refused.flatMap(({ origins }) => origins.map(suspectText)))
  return texts.size === 0 ? undefined : [...texts].join(', ')
}

interface Refused {
  readonly node: ProxyNode
  readonly row: ViewRow
  readonly type: TypeUrl
  readonly name: string
  readonly message: string
}

const KINDS: ReadonlyMap<TypeUrl, TracedKind> = new Map([
  [CDS, 'clusters'],
  [EDS, 'endpoints'],
  [LDS, 'listeners'],
  [RDS, 'routes'],
  [VHDS, 'routes'],
])

function trace(mesh: MeshSource, { node, row, type, name, message }: Refused): RefusedResource {
  if (name === '') return { name, origins: quotedBy(steering(mesh), { message, ...lookup(mesh) }) }
  const kind = KINDS.get(type)
  const resource = resourceOf(mesh, node, type, name)
  if (kind === undefined || resource === undefined) return { name, origins: [] }
  const { place, specOf } = lookup(mesh)
  // Most messages quote something of an object that the resource names; only else is everything behind it looked for.
  const named = configsNamedIn(resource).map(each => ({ ...each, source: mesh.sourceOf(each) }))
  const quoted = quotedBy(named, { message, specOf, place })
  if (quoted.length > 0) return { name, origins: quoted }
  const places = { sourceOf: mesh.sourceOf, place, meshField: meshFields(mesh.sourceOf, place) }
  const [found] = traceResources(mesh.graph, row, kind, [resource], places)
  return { name, origins: suspectsOf(found?.origins ?? [], { message, resource, specOf, place }) }
}

/** What people write to steer traffic. */
function steering(mesh: MeshSource): readonly ConfigOrigin[] {
  return [...mesh.objects()].flatMap(({ object: { type, group, namespace, name, source } }) =>
    group.endsWith('.istio.io') ? [{ type, cluster: '', namespace, name, source }] : [],
  )
}

/** What it was made of; undefined: it is gone by now. */
function resourceOf({ graph }: MeshSource, node: ProxyNode, url: TypeUrl, name: string): JsonObject | undefined {
  using source = openSource(graph, node, { discoversHosts: url === VHDS })
  const found = source.get(url, name)
  if (found === undefined) return undefined
  const resource = decode(url.slice(url.indexOf('/') + 1), found.bytes) as JsonObject
  return url === VHDS ? asInline(resource) : resource
}

function lookup(mesh: MeshSource): Pick<RefusedFacts, 'specOf' | 'place'> {
  const objects = new Map<string, ConfigObject>()
  for (const { object } of mesh.objects()) objects.set(objectId(object), object)
  return { specOf: origin => objects.get(objectId(origin))?.spec, place: openPlaces(mesh.textOf) }
}
