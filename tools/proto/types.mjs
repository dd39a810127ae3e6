// Maintainer's tool: writes TypeScript interfaces of protobuf messages in their proto3 JSON form, from the descriptors in
// tools/proto/mesh.fds.gz. `node tools/proto/types.mjs`. Types only: the code that uses them imports nothing at run time.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

const root = join(import.meta.dirname, '..', '..')
const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, gunzipSync(readFileSync(join(root, 'tools/proto/mesh.fds.gz')))),
)

/** What is written where: everything reachable from the roots. */
const OUTPUTS = [
  {
    file: 'src/config/istio-types.generated.ts',
    what: "Istio's resources and mesh configuration (istio.io/api)",
    roots: [
      ...[
        'VirtualService',
        'DestinationRule',
        'ServiceEntry',
        'WorkloadEntry',
        'WorkloadGroup',
        'Sidecar',
        'Gateway',
        'EnvoyFilter',
      ].map(name => `istio.networking.v1alpha3.${name}`),
      'istio.networking.v1beta1.ProxyConfig',
      'istio.security.v1beta1.AuthorizationPolicy',
      'istio.security.v1beta1.RequestAuthentication',
      'istio.security.v1beta1.PeerAuthentication',
      'istio.telemetry.v1alpha1.Telemetry',
      'istio.extensions.v1alpha1.WasmPlugin',
      'istio.extensions.v1alpha1.TrafficExtension',
      'istio.mesh.v1alpha1.MeshConfig',
      'istio.mesh.v1alpha1.MeshNetworks',
    ],
  },
  {
    file: 'src/proto/envoy-types.generated.ts',
    what: "Envoy's resources and the extensions that translators configure (Envoy 1.40)",
    byFullName: true,
    roots: [
      'envoy.config.bootstrap.v3.Bootstrap',
      'envoy.config.cluster.v3.Cluster',
      'envoy.config.core.v3.Node',
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
      'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
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
      'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
      'envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig',
      'envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin',
      'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
      'envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality',
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
      'envoy.service.discovery.v3.DeltaDiscoveryRequest',
      'envoy.service.discovery.v3.DiscoveryRequest',
      'istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
      'istio.networking.nds.v1.NameTable',
      'stats.PluginConfig',
      'udpa.type.v1.TypedStruct',
      'xds.type.v3.TypedStruct',
    ],
  },
]

const WELL_KNOWN = {
  'google.protobuf.Duration': 'string',
  'google.protobuf.Timestamp': 'string',
  'google.protobuf.FieldMask': 'string',
  'google.protobuf.Struct': 'JsonObject',
  'google.protobuf.Value': 'Json',
  'google.protobuf.ListValue': 'readonly Json[]',
  'google.protobuf.Any': 'Any',
  'google.protobuf.Empty': 'Readonly<Record<string, never>>',
  'google.protobuf.DoubleValue': 'number',
  'google.protobuf.FloatValue': 'number',
  'google.protobuf.Int64Value': 'number | string',
  'google.protobuf.UInt64Value': 'number | string',
  'google.protobuf.Int32Value': 'number',
  'google.protobuf.UInt32Value': 'number',
  'google.protobuf.BoolValue': 'boolean',
  'google.protobuf.StringValue': 'string',
  'google.protobuf.BytesValue': 'string',
}
const LONG = new Set([ScalarType.INT64, ScalarType.UINT64, ScalarType.FIXED64, ScalarType.SFIXED64, ScalarType.SINT64])

function scalar(type) {
  if (type === ScalarType.BOOL) return 'boolean'
  if (type === ScalarType.STRING || type === ScalarType.BYTES) return 'string'
  return LONG.has(type) ? 'number | string' : 'number'
}

/** Every message and enum reachable from the roots, in the order of discovery. */
function reach(roots) {
  const [messages, enums] = [new Set(), new Set()]
  const queue = roots.map(name => {
    const found = registry.getMessage(name)
    if (found === undefined) throw new Error(`no message ${name}`)
    return found
  })
  for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
    if (messages.has(message) || WELL_KNOWN[message.typeName] !== undefined) continue
    messages.add(message)
    for (const field of message.fields) {
      if (field.message !== undefined) queue.push(field.message)
      if (field.enum !== undefined) enums.add(field.enum)
    }
  }
  return { messages: [...messages], enums: [...enums] }
}

/** `envoy.config.core.v3.RetryPolicy` is RetryPolicy where that is unique, else CoreRetryPolicy; nested names are joined by _. */
function namesOf(descriptors) {
  const short = d => d.typeName.slice(d.file.proto.package.length + 1).replaceAll('.', '_')
  const long = (d, depth) => {
    const parts = d.file.proto.package.split('.').filter(part => !/^v\d/.test(part))
    return (
      parts
        .slice(-depth)
        .map(part =>
          part
            .split('_')
            .map(w => w[0].toUpperCase() + w.slice(1))
            .join(''),
        )
        .join('') + short(d)
    )
  }
  const names = new Map()
  for (let depth = 0, left = descriptors; left.length > 0; depth++) {
    const name = d => (depth === 0 ? short(d) : long(d, depth))
    const count = left.reduce((m, d) => m.set(name(d), (m.get(name(d)) ?? 0) + 1), new Map())
    const taken = new Set(names.values())
    const next = []
    for (const d of left) {
      if (count.get(name(d)) === 1 && !taken.has(name(d))) names.set(d, name(d))
      else next.push(d)
    }
    left = next
    if (depth > 8) throw new Error(`no unique names for ${left.map(d => d.typeName)}`)
  }
  return names
}

function typeOf(field, names) {
  const single = () => {
    if (field.message !== undefined) return WELL_KNOWN[field.message.typeName] ?? names.get(field.message)
    if (field.enum !== undefined)
      return field.enum.typeName === 'google.protobuf.NullValue' ? 'null' : names.get(field.enum)
    return scalar(field.scalar)
  }
  if (field.fieldKind === 'map') return `Readonly<Record<string, ${single()}>>`
  if (field.fieldKind !== 'list') return single()
  const type = single()
  return `readonly ${type.includes(' ') ? `(${type})` : type}[]`
}

function write({ file, what, roots, byFullName = false }) {
  const { messages, enums } = reach(roots)
  const names = namesOf([...messages, ...enums])
  const lines = [
    `// Generated by tools/proto/types.mjs: ${what}, as proto3 JSON. Do not edit.`,
    `import type { Json, JsonObject } from '../lang/json.js'`.replace(
      '../lang',
      file.startsWith('src/proto/') ? 'LANG' : '../lang',
    ),
    '',
    '/** A packed message: its type URL, and its fields beside it. */',
    "export interface Any {\n  readonly '@type': string\n}",
  ]
  for (const message of messages) {
    lines.push('', `/** ${message.typeName} */`, `export interface ${names.get(message)} {`)
    for (const field of message.fields)
      lines.push(`  readonly ${field.jsonName}?: ${typeOf(field, names)}${byFullName ? ' | undefined' : ''}`)
    lines.push('}')
  }
  for (const item of enums) {
    const values = item.values.map(value => `'${value.name}'`)
    lines.push('', `/** ${item.typeName} */`, `export type ${names.get(item)} = ${values.join(' | ')}`)
  }
  if (byFullName) {
    lines.push('', '/** Messages by full name. What is undefined is absent; of a oneof one member may be set. */')
    lines.push('export interface Messages {', ...messages.map(m => `  '${m.typeName}': ${names.get(m)}`), '}')
  }
  let text = `${lines.join('\n')}\n`
  // The proto layer imports nothing of ours, so it has its own names for plain JSON.
  text = text.replace(
    "import type { Json, JsonObject } from 'LANG/json.js'\n",
    '\nexport type Json = null | boolean | number | string | readonly Json[] | JsonObject\nexport interface JsonObject {\n  readonly [key: string]: Json\n}\n',
  )
  if (!/\bJson\b(?!Object)/.test(text.replace(/^import.*$/m, '')))
    text = text.replace('{ Json, JsonObject }', '{ JsonObject }')
  writeFileSync(join(root, file), text)
  console.log(`${file}: ${messages.length} messages, ${enums.length} enums, ${text.length} bytes`)
}

OUTPUTS.forEach(write)
