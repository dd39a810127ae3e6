import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { registry, schema } from '../../test/kit/descriptors.js'
import type { JsonObject } from './envoy-types.generated.js'
import { decode, encode, ProtoError, typeUrl } from './index.js'

const data = resolve(process.env['PILLION_CONFORMANCE_DIR'] ?? join(import.meta.dirname, '../../../shared/conformance'))

const FILES: Record<string, string> = {
  'clusters.json': 'envoy.config.cluster.v3.Cluster',
  'endpoints.json': 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'listeners.json': 'envoy.config.listener.v3.Listener',
  'routes.json': 'envoy.config.route.v3.RouteConfiguration',
  'extensions.json': 'envoy.config.core.v3.TypedExtensionConfig',
  'secrets.json': 'envoy.extensions.transport_sockets.tls.v3.Secret',
  'nametable.json': 'istio.networking.nds.v1.NameTable',
}

interface Recorded {
  readonly where: string
  readonly type: string
  readonly message: JsonValue
}

function* recorded(): Generator<Recorded> {
  for (const entry of readdirSync(data, { recursive: true, encoding: 'utf8' }).sort()) {
    const type = FILES[entry.slice(entry.lastIndexOf('/') + 1)]
    if (type === undefined) continue
    const value = JSON.parse(readFileSync(join(data, entry), 'utf8')) as JsonValue
    const messages = Array.isArray(value) ? value : [value]
    for (const [i, message] of messages.entries()) yield { where: `${entry}[${i}]`, type, message }
  }
}

describe.skipIf(!existsSync(data))('the recorded resources', () => {
  it('are read and printed again as they were, with the bytes that protobuf-es makes of them', () => {
    let count = 0
    for (const { where, type, message } of recorded()) {
      const bytes = encode(type, message as object)
      expect(decode(type, bytes), where).toEqual(message)
      // protobuf-es is the judge of some: it takes most of this test's time.
      if (count % 5 === 0) {
        const reference = fromJson(schema(type), message, { registry: registry() })
        expect(fromBinary(schema(type), bytes), where).toEqual(reference)
        expect(decode(type, toBinary(schema(type), reference)), where).toEqual(message)
        expect(toJson(schema(type), fromBinary(schema(type), bytes), { registry: registry() }), where).toEqual(message)
      }
      count++
    }
    expect(count).toBeGreaterThan(1000)
  }, 60_000)
})

describe('encode', () => {
  it.each<[string, string, object, string]>([
    [
      'a field that the type does not have',
      'envoy.config.cluster.v3.Cluster',
      { nam: 'a' },
      'envoy.config.cluster.v3.Cluster has no field "nam"',
    ],
    ['a wrong kind', 'envoy.config.cluster.v3.Cluster', { name: 5 }, 'name: a string is expected, not 5'],
    [
      'an unknown enum value',
      'envoy.config.cluster.v3.Cluster',
      { type: 'X' },
      'type: envoy.config.cluster.v3.Cluster.DiscoveryType has no value "X"',
    ],
    [
      'a number out of range',
      'envoy.config.core.v3.SocketAddress',
      { portValue: -1 },
      'portValue: an integer from 0 to 4294967295 is expected, not -1',
    ],
    [
      'a fraction',
      'envoy.config.core.v3.SocketAddress',
      { portValue: 1.5 },
      'portValue: an integer from 0 to 4294967295 is expected, not 1.5',
    ],
    [
      'a bad duration',
      'envoy.config.cluster.v3.Cluster',
      { connectTimeout: 10 },
      'connectTimeout: a duration is expected, such as "1.5s", not 10',
    ],
    [
      'two members of a oneof',
      'envoy.config.core.v3.DataSource',
      { filename: 'a', inlineString: 'b' },
      'filename: is set, but only one of it and inlineString may be',
    ],
    [
      'a field under both names',
      'envoy.config.cluster.v3.Cluster',
      { altStatName: 'a', alt_stat_name: 'b' },
      'altStatName: is given twice, under both of its names',
    ],
    [
      'a list that is none',
      'envoy.config.listener.v3.Listener',
      { filterChains: {} },
      'filterChains: a list is expected, not an object',
    ],
    [
      'something deep inside',
      'envoy.config.listener.v3.Listener',
      {
        filterChains: [
          {},
          {
            filters: [
              {
                typedConfig: { '@type': typeUrl('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'), cluster: 1 },
              },
            ],
          },
        ],
      },
      'filterChains[1].filters[0].typedConfig.cluster: a string is expected, not 1',
    ],
    [
      'an Any of no type',
      'envoy.config.listener.v3.Filter',
      { typedConfig: { a: 1 } },
      'typedConfig: @type is expected, such as type.googleapis.com/…',
    ],
    [
      'fields of an unknown type',
      'envoy.config.listener.v3.Filter',
      { typedConfig: { '@type': 'x/a.B', a: 1 } },
      'typedConfig: the type x/a.B is not known, so it cannot have a',
    ],
  ])('refuses %s', (_, type, message, expected) => {
    expect(() => encode(type, message)).toThrow(expect.objectContaining({ name: 'ProtoError', message: expected }))
  })

  it.each<[string, string, object, object]>([
    [
      'names of the .proto file',
      'envoy.config.cluster.v3.Cluster',
      { connect_timeout: '1s' },
      { connectTimeout: '1s' },
    ],
    ['enum numbers', 'envoy.config.cluster.v3.Cluster', { type: 3 }, { type: 'EDS' }],
    ['enum numbers unknown here', 'envoy.config.cluster.v3.Cluster', { type: 99 }, { type: 99 }],
    ['zero in any notation', 'envoy.config.core.v3.Locality', { region: '', zone: null }, {}],
    ['a zero enum by name', 'envoy.config.cluster.v3.Cluster', { dnsLookupFamily: 'AUTO' }, {}],
    [
      'wrappers of zero',
      'envoy.config.endpoint.v3.LocalityLbEndpoints',
      { loadBalancingWeight: 0 },
      { loadBalancingWeight: 0 },
    ],
    [
      'an Any of an unknown type',
      'envoy.config.listener.v3.Filter',
      { typedConfig: { '@type': 'x/a.B', value: 'AQI=' } },
      { typedConfig: { '@type': 'x/a.B', value: 'AQI=' } },
    ],
    [
      'an Any of a well-known type',
      'envoy.config.listener.v3.Filter',
      { typedConfig: { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '-0.5s' } },
      { typedConfig: { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '-0.500s' } },
    ],
    [
      'text that looks like zero',
      'envoy.config.core.v3.Node',
      { id: '0', cluster: 'false' },
      { id: '0', cluster: 'false' },
    ],
    [
      'a struct of every kind',
      'envoy.config.core.v3.Metadata',
      { filterMetadata: { a: { n: null, l: [1, [true], {}], s: 'ü', f: 1.5, o: { p: {} } } } },
      { filterMetadata: { a: { n: null, l: [1, [true], {}], s: 'ü', f: 1.5, o: { p: {} } } } },
    ],
    [
      'text that is long and not ASCII',
      'envoy.config.cluster.v3.Cluster',
      { name: 'ä€😀'.repeat(50) },
      { name: 'ä€😀'.repeat(50) },
    ],
  ])('accepts %s', (_, type, message, expected) => {
    expect(decode(type, encode(type, message))).toEqual(expected)
  })

  it('makes equal bytes of equal messages, whatever the order of keys', () => {
    const type = 'envoy.config.core.v3.Node'
    const one = encode(type, { id: 'a', cluster: 'b', metadata: { x: 1, y: [2] } })
    expect(encode(type, { metadata: { y: [2], x: 1 }, cluster: 'b', id: 'a' })).toEqual(one)
  })

  it('takes keys as data', () => {
    const metadata = JSON.parse('{"__proto__": {"a": 1}, "constructor": "b"}') as JsonObject
    const decoded = decode('envoy.config.core.v3.Node', encode('envoy.config.core.v3.Node', { metadata }))
    expect(JSON.stringify(decoded)).toBe('{"metadata":{"__proto__":{"a":1},"constructor":"b"}}')
  })
})

describe('decode', () => {
  it.each<[string, string]>([
    ['a length beyond the end', '0a05'],
    ['a number that does not end', '0affffffffffffffffffff'],
    ['a field number of zero', '0000'],
    ['a string that is not UTF-8', '0a02c328'],
    ['a wire type that does not exist', '0f'],
  ])('refuses %s', (_, hex) => {
    expect(() => decode('envoy.config.core.v3.Node', Buffer.from(hex, 'hex'))).toThrow(ProtoError)
  })

  it('refuses messages that nest without end', () => {
    let value: unknown = 1
    for (let i = 0; i < 200; i++) value = [value]
    const bytes = encode('google.protobuf.Value', value as object)
    expect(() => decode('google.protobuf.Value', bytes)).toThrow('nest more than 100 deep')
  })

  it('skips what the type does not have, and merges a message that comes twice', () => {
    const type = 'envoy.config.core.v3.Node'
    const a = encode(type, { locality: { region: 'r' } })
    const b = encode(type, { locality: { zone: 'z' } })
    expect(decode(type, Buffer.concat([a, Buffer.from('f87f01', 'hex'), b]))).toEqual({
      locality: { region: 'r', zone: 'z' },
    })
  })
})
