// Random messages of Envoy's types, made from their descriptors: what we write protobuf-es reads, and the reverse.
import {
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  ScalarType,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { registry, schema } from '../../test/kit/descriptors.js'
import { decode, encode } from './index.js'

const TYPES = [
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.config.core.v3.Node',
  'envoy.config.rbac.v3.RBAC',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.service.discovery.v3.DeltaDiscoveryRequest',
  'envoy.service.discovery.v3.DiscoveryResponse',
  'istio.networking.nds.v1.NameTable',
  'google.protobuf.Struct',
]
const RUNS = 150
/** How deep messages nest, and how many of its fields one has at most. */
const DEPTH = 4
const FIELDS = 5
const WORDS = ['', 'a', 'outbound|80||a.b.svc.cluster.local', 'ä€😀', 'x'.repeat(47), 'é'.repeat(60), 'z'.repeat(300)]
/** In an Any: a type with fields, one whose JSON is not an object, one without fields. */
const PACKED = ['envoy.config.core.v3.SocketAddress', 'google.protobuf.Duration', 'google.protobuf.Empty']

type Random = (below: number) => number

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * below)
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T
}

function randomJson(desc: DescMessage, random: Random, depth: number): JsonValue {
  const special = SPECIAL[desc.typeName]
  if (special !== undefined) return special(random, depth)
  const json: Record<string, JsonValue> = {}
  const taken = new Set<unknown>()
  const count = depth <= 0 ? 0 : random(FIELDS + 1)
  for (let i = 0; i < count && desc.fields.length > 0; i++) {
    const field = pick(random, desc.fields)
    if (field.oneof !== undefined && taken.has(field.oneof)) continue
    if (Object.hasOwn(json, field.jsonName)) continue
    taken.add(field.oneof)
    json[field.jsonName] = randomField(field, random, depth)
  }
  return json
}

function randomField(field: DescField, random: Random, depth: number): JsonValue {
  const value = (): JsonValue => {
    if (field.message !== undefined) return randomJson(field.message, random, depth - 1)
    if (field.enum !== undefined) return pick(random, field.enum.values).name
    return randomScalar(field.scalar ?? ScalarType.STRING, random)
  }
  if (field.fieldKind === 'list') return Array.from({ length: random(4) }, value)
  if (field.fieldKind !== 'map') return value()
  const keys = Array.from({ length: random(3) }, () => String(randomScalar(field.mapKey, random)))
  return Object.fromEntries(keys.map(key => [key, value()]))
}

function randomScalar(scalar: ScalarType, random: Random): string | number | boolean {
  const wide = (): bigint => (BigInt(random(2 ** 31)) << BigInt(random(33))) + BigInt(random(2))
  switch (scalar) {
    case ScalarType.STRING:
      return pick(random, WORDS)
    case ScalarType.BYTES:
      return Buffer.from(pick(random, WORDS)).toString('base64')
    case ScalarType.BOOL:
      return random(2) === 1
    // Eighths: every such number is the same in 32 and in 64 bits, and prints alike.
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return pick<string | number>(random, ['NaN', 'Infinity', '-Infinity', 0, (random(10_000) - 5000) / 8])
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return String(pick(random, [0n, 2n ** 64n - 1n, wide()]))
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return String(pick(random, [0n, -(2n ** 63n), 2n ** 63n - 1n, -wide(), wide()]))
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return pick(random, [0, 127, 128, 16_383, 16_384, 2 ** 32 - 1, random(2 ** 32)])
    default:
      return pick(random, [0, -1, -(2 ** 31), 2 ** 31 - 1, random(2 ** 31) - 2 ** 30])
  }
}

const wrapped =
  (scalar: ScalarType) =>
  (random: Random): JsonValue =>
    randomScalar(scalar, random)

/** Types with a JSON form of their own. */
const SPECIAL: Readonly<Record<string, (random: Random, depth: number) => JsonValue>> = {
  'google.protobuf.Any': (random, depth) => {
    const type = schema(pick(random, PACKED))
    const inner = randomJson(type, random, depth - 1)
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    const url = `type.googleapis.com/${type.typeName}`
    return isObject ? { '@type': url, ...inner } : { '@type': url, value: inner }
  },
  'google.protobuf.Duration': random =>
    pick(random, ['0s', '1s', '15s', '-3s', '0.250s', '-1.000001s', '315576000000s']),
  'google.protobuf.Timestamp': random => pick(random, ['1970-01-01T00:00:00Z', '2026-02-03T04:05:06.789Z']),
  'google.protobuf.Empty': () => ({}),
  'google.protobuf.FieldMask': random => pick(random, ['', 'a', 'fooBar,b.cD']),
  'google.protobuf.Struct': randomStruct,
  'google.protobuf.ListValue': (random, depth) =>
    Array.from({ length: random(3) }, () => randomValue(random, depth - 1)),
  'google.protobuf.Value': randomValue,
  'google.protobuf.BoolValue': wrapped(ScalarType.BOOL),
  'google.protobuf.StringValue': wrapped(ScalarType.STRING),
  'google.protobuf.BytesValue': wrapped(ScalarType.BYTES),
  'google.protobuf.Int64Value': wrapped(ScalarType.INT64),
  'google.protobuf.UInt64Value': wrapped(ScalarType.UINT64),
  'google.protobuf.Int32Value': wrapped(ScalarType.INT32),
  'google.protobuf.UInt32Value': wrapped(ScalarType.UINT32),
  'google.protobuf.DoubleValue': wrapped(ScalarType.DOUBLE),
  'google.protobuf.FloatValue': wrapped(ScalarType.FLOAT),
}

function randomStruct(random: Random, depth: number): JsonValue {
  const keys = Array.from({ length: depth <= 0 ? 0 : random(4) }, () => pick(random, WORDS))
  return Object.fromEntries(keys.map(key => [key, randomValue(random, depth - 1)]))
}

function randomValue(random: Random, depth: number): JsonValue {
  const plain: JsonValue[] = [null, true, false, 0, -1.5, 1e300, '', 'text']
  if (depth <= 0 || random(3) > 0) return pick(random, plain)
  return random(2) === 0 ? randomStruct(random, depth) : [randomValue(random, depth - 1)]
}

describe.each(TYPES)('%s', typeName => {
  it('is written and read as protobuf-es does it', () => {
    const desc = schema(typeName)
    const options = { registry: registry() }
    let bytesSeen = 0
    for (let seed = 0; seed < RUNS; seed++) {
      const json = randomJson(desc, randomOf(seed), DEPTH)
      const reference = fromJson(desc, json, options)
      const canonical = toJson(desc, reference, options)
      const where = `seed ${seed}: ${JSON.stringify(json)}`
      const bytes = encode(typeName, json as object)
      expect(toJson(desc, fromBinary(desc, bytes), options), where).toEqual(canonical)
      expect(decode(typeName, toBinary(desc, reference)), where).toEqual(canonical)
      expect(decode(typeName, bytes), where).toEqual(canonical)
      bytesSeen += bytes.length
    }
    expect(bytesSeen).toBeGreaterThan(RUNS)
  })
})
