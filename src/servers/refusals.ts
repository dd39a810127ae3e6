import type { ConfigObject } from '../config/object.js'
import { configsNamedIn, suspectsOf } from '../explain/refusal.js'
import { type ConfigName, type ConfigOrigin, explainResource, originsOf, originText } from '../explain/resources.js'
import type { Json } from '../lang/json.js'
import { decode } from '../proto/index.js'
import type { ProxyNode } from '../proxy/node.js'
import type { TypeUrl } from '../xds/delivery/index.js'
import type { GraphType } from '../xds/resources/graph.js'
import { openSource } from '../xds/resources/source.js'
import type { Nack } from './ads-status.js'
import type { MeshSource } from './mesh-source.js'
import { shortOf } from './xds-types.js'

/** A resource that a proxy refused, and the objects to look at. */
export interface RefusedResource {
  readonly name: string
  readonly origins: readonly ConfigOrigin[]
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

export function createRefusals(mesh: MeshSource): Refusals {
  const known = new Map<
    string,
    Map<TypeUrl, { readonly message: string; readonly found: readonly RefusedResource[] }>
  >()
  return {
    note: (connection, node, type, nack) => {
      const ofConnection = known.get(connection) ?? new Map()
      known.set(connection, ofConnection)
      const before = ofConnection.get(type)
      // A proxy that is sent the same again refuses it again: once is enough.
      if (before?.message === nack.message) return before.found
      const found = nack.resources.slice(0, MAX_TRACED).map(name => trace(mesh, node, type, name, nack.message))
      ofConnection.set(type, { message: nack.message, found })
      return found
    },
    of: (connection, type) => (known.get(connection)?.get(type)?.found ?? []).map(each => located(each, mesh)),
    forget: connection => void known.delete(connection),
  }
}

/** Documents move while a refusal stands. */
function located({ name, origins }: RefusedResource, { sourceOf }: MeshSource): RefusedResource {
  return { name, origins: origins.map(origin => ({ ...origin, source: sourceOf(origin) ?? origin.source })) }
}

/** `VirtualService shop/web (mesh/shop.yaml:12), …`; undefined where nothing was found. */
export function causeText(refused: readonly RefusedResource[]): string | undefined {
  const texts = new Set(refused.flatMap(({ origins }) => origins.map(originText)))
  return texts.size === 0 ? undefined : [...texts].join(', ')
}

function trace(mesh: MeshSource, node: ProxyNode, url: TypeUrl, name: string, message: string): RefusedResource {
  const type = graphTypeOf(url)
  if (type === undefined) return { name, origins: [] }
  const resource = resourceOf(mesh, node, url, name)
  const read = originsOf(explainResource(mesh.graph, node, type, name), mesh.sourceOf)
  // What many resources read in bulk is left out of an explanation: the proxy's Sidecar, and what parts of this one name.
  const named = [...configsNamedIn(resource), ...sidecarOf(mesh, node)].filter(
    each => !read.some(origin => isSameName(origin, each)),
  )
  const origins = [...named.map(each => ({ ...each, source: mesh.sourceOf(each) })), ...read]
  return { name, origins: suspectsOf(origins, { message, resource, specOf: specs(mesh) }) }
}

function sidecarOf({ graph }: MeshSource, node: ProxyNode): readonly ConfigName[] {
  const { sidecar } = graph.engine.read(read => graph.viewRow(read, node)).scope
  const [namespace = '', name = ''] = sidecar.split('/')
  return sidecar === '' ? [] : [{ type: 'Sidecar', cluster: '', namespace, name }]
}

function isSameName(a: ConfigName, b: ConfigName): boolean {
  return a.type === b.type && a.namespace === b.namespace && a.name === b.name
}

function resourceOf({ graph }: MeshSource, node: ProxyNode, url: TypeUrl, name: string): Json | undefined {
  const source = openSource(graph, node)
  const found = source.get(url, name)
  source[Symbol.dispose]()
  return found === undefined ? undefined : (decode(url.slice(url.indexOf('/') + 1), found.bytes) as Json)
}

function specs(mesh: MeshSource): (origin: ConfigOrigin) => unknown {
  const objects = new Map<string, ConfigObject>()
  for (const { object } of mesh.objects()) objects.set(`${object.type}/${object.namespace}/${object.name}`, object)
  return ({ type, namespace, name }) => objects.get(`${type}/${namespace}/${name}`)?.spec
}

const GRAPH_TYPES: readonly GraphType[] = ['CDS', 'EDS', 'LDS', 'RDS', 'NDS']

function graphTypeOf(url: TypeUrl): GraphType | undefined {
  return GRAPH_TYPES.find(type => type === shortOf(url))
}
