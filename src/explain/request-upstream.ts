import type { JsonObject } from '../lang/json.js'
import type { Connection } from './request-chain.js'
import { objectAt, objectsAt, textAt, textsAt } from './request-json.js'
import type { SentRequest } from './request-sent.js'

/** What a proxy sends to an address. */
export interface Arrival {
  readonly connection: Connection & { readonly address: string }
  readonly security: UpstreamSecurity
  /** Undefined: no proxy can read it, since the program encrypted it. */
  readonly request: SentRequest | undefined
}

/** How a proxy secures the connections that it makes. */
export interface UpstreamSecurity {
  /** `mutual`: with the certificate of the workload, as the mesh does; `other`: TLS with settings of a rule's own. */
  readonly kind: 'plaintext' | 'mutual' | 'other'
  readonly serverName: string
  /** Offered by ALPN. */
  readonly protocols: readonly string[]
  /** Identities that the server has to have one of; empty: whichever. */
  readonly peers: readonly string[]
}

const PLAINTEXT: UpstreamSecurity = { kind: 'plaintext', serverName: '', protocols: [], peers: [] }
/** By which proxies of a mesh know each other. */
const MESH_PROTOCOL = 'istio'

/** What a cluster speaks to an endpoint (`item` of its assignment); `manager` is the HTTP filter that the request came by, if any. */
export function securityOf(cluster: JsonObject, item: JsonObject, manager: JsonObject | undefined): UpstreamSecurity {
  const socket = socketFor(cluster, item)
  const context = objectAt(socket, 'typedConfig')
  if (!textAt(context, '@type').endsWith('.UpstreamTlsContext')) return PLAINTEXT
  const common = objectAt(context, 'commonTlsContext')
  const offered = textsAt(common, 'alpnProtocols')
  const isMesh = offered.includes(MESH_PROTOCOL) && objectsAt(common, 'tlsCertificateSdsSecretConfigs').length > 0
  const validation = objectAt(objectAt(common, 'combinedValidationContext'), 'defaultValidationContext')
  return {
    kind: isMesh ? 'mutual' : 'other',
    serverName: textAt(context, 'sni'),
    protocols: (isMesh ? overridden(cluster, manager) : undefined) ?? offered,
    peers: objectsAt(validation, 'matchSubjectAltNames').map(name => textAt(name, 'exact')),
  }
}

/** Of the first match whose labels the endpoint has, else the cluster's own; what wraps another is opened. */
function socketFor(cluster: JsonObject, item: JsonObject): JsonObject {
  const labels = objectAt(objectAt(objectAt(item, 'metadata'), 'filterMetadata'), 'envoy.transport_socket_match')
  const fitting = objectsAt(cluster, 'transportSocketMatches').find(each =>
    Object.entries(objectAt(each, 'match')).every(([key, value]) => labels[key] === value),
  )
  const socket = objectAt(fitting ?? cluster, 'transportSocket')
  const inner = objectAt(objectAt(socket, 'typedConfig'), 'transportSocket')
  return Object.keys(inner).length === 0 ? socket : inner
}

/** What the HTTP filter `istio.alpn` offers instead, by the version of HTTP that the cluster speaks. */
function overridden(cluster: JsonObject, manager: JsonObject | undefined): readonly string[] | undefined {
  const filter = objectsAt(manager ?? {}, 'httpFilters').find(each => textAt(each, 'name') === 'istio.alpn')
  const isOff = textAt(objectAt(objectAt(objectAt(cluster, 'metadata'), 'filterMetadata'), 'istio'), 'alpn_override')
  if (filter === undefined || isOff === 'false') return undefined
  const version = isHttp2(cluster) ? 'HTTP2' : 'HTTP11'
  const found = objectsAt(objectAt(filter, 'typedConfig'), 'alpnOverride').find(
    each => each['upstreamProtocol'] === version,
  )
  return found === undefined ? undefined : textsAt(found, 'alpnOverride')
}

export function isHttp2(cluster: JsonObject): boolean {
  const options = objectAt(cluster, 'typedExtensionProtocolOptions')
  const http = objectAt(options, 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions')
  return objectAt(http, 'explicitHttpConfig')['http2ProtocolOptions'] !== undefined
}
