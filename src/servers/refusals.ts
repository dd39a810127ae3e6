import { type ConfigObject, objectId } from '../config/object.js'
import { openPlaces } from '../explain/places.js'
import { quotedBy, type RefusedFacts, type Suspect, suspectsOf, suspectText } from '../explain/refusal.js'
import type { ConfigOrigin } from '../explain/resources.js'
import { type TracedKind, traceResources } from '../explain/resources-all.js'
import { meshFields } from '../explain/visibility-facts.js'
import type { JsonObject } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import { CDS, EDS, LDS, RDS, type TypeUrl } from '../xds/delivery/index.js'
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
  note(connection: string, node: ProxyNode, type: TypeUrl, nack: Nack): readonly RefusedResource[]
  /** Of the newest refusal of that type. */
  of(connection: string, type: TypeUrl): readonly RefusedResource[]
  forget(connection: string): void
}

/** Of one refusal: Envoy may list hundreds of resources that share one mistake. */
const MAX_TRACED = 5
/** Thousands of proxies refuse the same at once; what is known of this many different refusals is kept until the next change. */
const MAX_KNOWN = 1_000

export function createRefusals(mesh: MeshSource): Refusals {
  const standing = new Map<string, Map<TypeUrl, readonly RefusedResource[]>>()
  const known = new Map<string, RefusedResource>()
  const { engine } = mesh.graph
  let revision = engine.revision
  const traced = (node: ProxyNode, type: TypeUrl, name: string, message: string): RefusedResource => {
    if (revision !== engine.revision || known.size >= MAX_KNOWN) known.clear()
    revision = engine.revision
    const row = engine.read(read => mesh.graph.viewRow(read, node))
    const key = JSON.stringify([row.scope, type, name, message])
    const found = known.get(key) ?? trace(mesh, { node, row, type, name, message })
    known.set(key, found)
    return found
  }
  return {
    note: (connection, node, type, { resources, message }) => {
      const names = resources.length === 0 ? [''] : resources.slice(0, MAX_TRACED)
      const found = names.map(name => traced(node, type, name, message))
      const types = standing.get(connection) ?? new Map()
      standing.set(connection, types.set(type, found))
      return found
    },
    of: (connection, type) => standing.get(connection)?.get(type) ?? [],
    forget: connection => void standing.delete(connection),
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
])

function trace(mesh: MeshSource, { node, row, type, name, message }: Refused): RefusedResource {
  if (name === '') return { name, origins: quotedBy(steering(mesh), { message, ...lookup(mesh) }) }
  const kind = KINDS.get(type)
  const resource = resourceOf(mesh, node, type, name)
  if (kind === undefined || resource === undefined) return { name, origins: [] }
  const { place, specOf } = lookup(mesh)
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
  using source = openSource(graph, node)
  const found = source.get(url, name)
  return found === undefined ? undefined : (decode(url.slice(url.indexOf('/') + 1), found.bytes) as JsonObject)
}

function lookup(mesh: MeshSource): Pick<RefusedFacts, 'specOf' | 'place'> {
  const objects = new Map<string, ConfigObject>()
  for (const { object } of mesh.objects()) objects.set(objectId(object), object)
  return { specOf: origin => objects.get(objectId(origin))?.spec, place: openPlaces(mesh.textOf) }
}
