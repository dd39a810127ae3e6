// Maintainer's tool: writes src/proto/messages.generated.ts, the JSON types of the messages that Pillion makes, from the blob
// of descriptors. Run it after descriptors.mjs, or when ROOTS grows: `node tools/proto/messages.mjs` (after a build).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { registry, schema } from '../../dist/proto/index.js'

/** What translators build or pack into an Any; what these refer to comes along. */
const ROOTS = [
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.core.v3.TypedExtensionConfig',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.trace.v3.DatadogConfig',
  'envoy.config.trace.v3.LightstepConfig',
  'envoy.config.trace.v3.OpenTelemetryConfig',
  'envoy.config.trace.v3.SkyWalkingConfig',
  'envoy.config.trace.v3.ZipkinConfig',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter',
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig',
  'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig',
  'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig',
  'envoy.extensions.compression.brotli.compressor.v3.Brotli',
  'envoy.extensions.compression.gzip.compressor.v3.Gzip',
  'envoy.extensions.compression.zstd.compressor.v3.Zstd',
  'envoy.extensions.filters.http.compressor.v3.Compressor',
  'envoy.extensions.filters.http.cors.v3.Cors',
  'envoy.extensions.filters.http.cors.v3.CorsPolicy',
  'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig',
  'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.lua.v3.Lua',
  'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession',
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute',
  'envoy.extensions.filters.http.wasm.v3.Wasm',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst',
  'envoy.extensions.filters.listener.original_src.v3.OriginalSrc',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit',
  'envoy.extensions.filters.network.ext_authz.v3.ExtAuthz',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
  'envoy.extensions.filters.network.rbac.v3.RBAC',
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
  'envoy.extensions.filters.network.sni_cluster.v3.SniCluster',
  'envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.filters.network.wasm.v3.Wasm',
  'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState',
  'envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState',
  'envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality',
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
  'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
  'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
  'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
  'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
  'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig',
  'envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport',
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
  'istio.networking.nds.v1.NameTable',
  'stats.PluginConfig',
  'udpa.type.v1.TypedStruct',
]

const SPECIAL = {
  Any: 'Any',
  Duration: 'string',
  Timestamp: 'string',
  FieldMask: 'string',
  Struct: 'Record<string, unknown>',
  Value: 'unknown',
  ListValue: 'unknown[]',
  Empty: 'Record<string, never>',
  BoolValue: 'boolean',
  StringValue: 'string',
  BytesValue: 'string',
  Int32Value: 'number',
  UInt32Value: 'number',
  Int64Value: 'string | number',
  UInt64Value: 'string | number',
  DoubleValue: 'number',
  FloatValue: 'number',
}
/** By number of ScalarType; 64-bit integers are printed as text and read as either. */
const SCALARS = {
  1: 'number',
  2: 'number',
  8: 'boolean',
  9: 'string',
  12: 'string',
  3: 'string | number',
  4: 'string | number',
  6: 'string | number',
  16: 'string | number',
  18: 'string | number',
}

const known = new Set()
const waiting = [...ROOTS]

function valueType({ message, enum: enumeration, scalar }) {
  if (message !== undefined) {
    const special = /^google\.protobuf\.(\w+)$/.exec(message.typeName)
    if (special !== null && SPECIAL[special[1]] !== undefined) return SPECIAL[special[1]]
    waiting.push(message.typeName)
    return `Messages['${message.typeName}']`
  }
  if (enumeration !== undefined) return enumeration.values.map(({ name }) => `'${name}'`).join(' | ')
  return SCALARS[scalar] ?? 'number'
}

function fieldType(field) {
  const type = valueType(field)
  if (field.fieldKind === 'map') return `Record<string, ${type}>`
  if (field.fieldKind === 'list') return `(${type})[]`.replace(/^\(([\w.'[\]]+)\)\[\]$/, '$1[]')
  return type
}

for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
  if (known.has(name)) continue
  known.add(name)
  for (const field of schema(name).fields) valueType(field)
}
const lines = [
  '// Made by tools/proto/messages.mjs from the descriptors in mesh.fds.gz. Do not edit.',
  '',
  '/** Any message, with its type. */',
  'export interface Any {',
  "  '@type': string",
  '}',
  '',
  '/** Messages in proto3 JSON by full name. What is undefined is absent; of a oneof one member may be set. */',
  'export interface Messages {',
]
for (const name of [...known].sort()) {
  lines.push(`  '${name}': {`)
  for (const field of schema(name).fields) lines.push(`    ${field.jsonName}?: ${fieldType(field)} | undefined`)
  lines.push('  }')
}
lines.push('}', '')
const out = join(import.meta.dirname, '..', '..', 'src', 'proto', 'messages.generated.ts')
writeFileSync(out, lines.join('\n'))
console.log(
  `${known.size} messages of ${[...registry()].filter(type => type.kind === 'message').length}, ${lines.length} lines, ${lines.join('\n').length} bytes`,
)
