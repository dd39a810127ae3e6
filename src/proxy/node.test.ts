import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import { type ProxyNode, parseIstioVersion, parseNode } from './node.js'

const node = (metadata: JsonObject = {}, id = 'sidecar~10.0.0.1~a.ns~ns.svc.cluster.local'): JsonObject => ({
  id,
  metadata,
})

function parsed(value: JsonObject): ProxyNode {
  const result = parseNode(value)
  if (!result.ok) throw new Error(result.error)
  return result.value
}

describe('parseNode', () => {
  it('reads what stands in the id', () => {
    expect(parsed(node())).toMatchObject({
      type: 'sidecar',
      addresses: ['10.0.0.1'],
      ipMode: 'v4',
      instance: 'a.ns',
      dnsDomain: 'ns.svc.cluster.local',
      configNamespace: 'ns',
      metadata: { interceptionMode: 'REDIRECT', podPorts: [], statusPort: undefined, hasDnsCapture: false },
      version: undefined,
      extensions: undefined,
    })
  })

  it.each<[string, JsonObject, object]>([
    ['NAMESPACE over the domain', { NAMESPACE: 'other' }, { configNamespace: 'other' }],
    [
      'INSTANCE_IPS over the id',
      { INSTANCE_IPS: '10.1.1.1, 2001:db8::1' },
      { addresses: ['10.1.1.1', '2001:db8::1'], ipMode: 'both' },
    ],
    [
      'that it is to use both IP families',
      {
        INSTANCE_IPS: '10.1.1.1,2001:db8::1',
        PROXY_CONFIG: { proxyMetadata: { ISTIO_DUAL_STACK: 'true' } },
      },
      { ipMode: 'dual' },
    ],
    ['INSTANCE_IPS of one family', { INSTANCE_IPS: '::1' }, { addresses: ['::1'], ipMode: 'v6' }],
    [
      'the id over INSTANCE_IPS that are not all addresses',
      { INSTANCE_IPS: '10.1.1.1,x' },
      { addresses: ['10.0.0.1'] },
    ],
    [
      'switches as text',
      { DNS_CAPTURE: 'true', ENABLE_HBONE: 'False', UNPRIVILEGED_POD: '1' },
      { metadata: { hasDnsCapture: true, hasHbone: false, isUnprivilegedPod: true } },
    ],
    [
      'ports as numbers and as text',
      { ENVOY_STATUS_PORT: 15021, ENVOY_PROMETHEUS_PORT: '15090' },
      { metadata: { statusPort: 15021, prometheusPort: 15090 } },
    ],
    [
      'POD_PORTS, which is JSON in a text',
      { POD_PORTS: '[{"name":"http","containerPort":80,"protocol":"TCP"},{"containerPort":81}]' },
      {
        metadata: {
          podPorts: [
            { name: 'http', containerPort: 80, protocol: 'TCP' },
            { name: '', containerPort: 81, protocol: 'TCP' },
          ],
        },
      },
    ],
    [
      'labels',
      { LABELS: { app: 'a' }, STATIC_LABELS: { b: 'c' } },
      { metadata: { labels: new Map([['app', 'a']]), staticLabels: new Map([['b', 'c']]) } },
    ],
    ['an interception mode', { INTERCEPTION_MODE: 'NONE' }, { metadata: { interceptionMode: 'NONE' } }],
    [
      'an interception mode that is none',
      { INTERCEPTION_MODE: 'other' },
      { metadata: { interceptionMode: 'REDIRECT' } },
    ],
    ['a version', { ISTIO_VERSION: '1.24.3' }, { version: { major: 1, minor: 24, patch: 3 } }],
    [
      'lists',
      { PILOT_SAN: ['a'], REQUESTED_NETWORK_VIEW: 'n1,n2' },
      { metadata: { pilotSan: ['a'], requestedNetworkView: ['n1', 'n2'] } },
    ],
  ])('reads %s', (_, metadata, expected) => {
    expect(parsed(node(metadata))).toMatchObject(expected)
  })

  it('lists the extensions that are not disabled', () => {
    const extensions = [{ name: 'envoy.filters.http.router' }, { name: 'x', disabled: true }]
    expect(parsed({ ...node(), extensions }).extensions).toEqual(new Set(['envoy.filters.http.router']))
  })

  it.each<[string, JsonObject, string]>([
    ['no id', {}, 'the node id "" has 1 parts, not the 4 of type~ip~name.namespace~domain'],
    [
      'an id without end',
      node({}, `sidecar~${'a'.repeat(2_000)}`),
      `the node id "sidecar~${'a'.repeat(192)}…" has 2008 characters, more than 1024`,
    ],
    ['too many parts', node({}, 'sidecar~10.0.0.1~a.ns~x~y'), 'has 5 parts'],
    ['an unknown type', node({}, 'proxy~10.0.0.1~a.ns~x'), 'has the type "proxy", not one of sidecar, router'],
    ['no address', node({}, 'sidecar~~a.ns~x'), 'has no valid address'],
    ['an address that is none', node({ INSTANCE_IPS: 'a' }, 'sidecar~10.0.0.256~a.ns~x'), 'has no valid address'],
    ['labels that are none', node({ LABELS: { a: 1 } }), 'LABELS is not an object of texts'],
    ['a switch that is none', node({ DNS_CAPTURE: 'perhaps' }), 'DNS_CAPTURE is not "true" or "false"'],
    [
      'several faults',
      node({ ENVOY_STATUS_PORT: 1e9, POD_PORTS: '[' }),
      'POD_PORTS is not a list of container ports; ENVOY_STATUS_PORT is not a port',
    ],
  ])('refuses %s', (_, value, message) => {
    const result = parseNode(value)
    expect(result.ok ? '' : result.error).toContain(message)
  })

  it('does not repeat a node id of any length', () => {
    const result = parseNode(node({}, 'x'.repeat(1_000_000)))
    expect(result.ok ? Number.NaN : result.error.length).toBeLessThan(300)
  })

  it('takes keys as data', () => {
    const metadata = JSON.parse('{"__proto__": {"NAMESPACE": "evil"}, "LABELS": {"__proto__": "x"}}') as JsonObject
    const { configNamespace, metadata: read } = parsed(node(metadata))
    expect([configNamespace, [...read.labels]]).toEqual(['ns', [['__proto__', 'x']]])
  })
})

it.each([
  ['1.32.0', { major: 1, minor: 32, patch: 0 }],
  ['1.32-alpha.0123', { major: 1, minor: 32, patch: 0 }],
  ['1.32', { major: 1, minor: 32, patch: 0 }],
  ['master', undefined],
  ['', undefined],
])('reads the version %j', (text, expected) => {
  expect(parseIstioVersion(text)).toEqual(expected)
})

const data = resolve(process.env['PILLION_CONFORMANCE_DIR'] ?? join(import.meta.dirname, '../../../shared/conformance'))
it.skipIf(!existsSync(data))('reads every recorded node', () => {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('/proxy.json'))
  const nodes = files.flatMap(name => JSON.parse(readFileSync(join(data, name), 'utf8')) as { node: JsonObject }[])
  expect(nodes.length).toBeGreaterThan(50)
  for (const each of nodes) expect(parseNode(each.node)).toMatchObject({ ok: true })
})
