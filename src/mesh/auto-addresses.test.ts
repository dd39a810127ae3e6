import { describe, expect, test } from 'vitest'
import type { ServiceEntry } from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { type AddressCandidate, addressCandidates, allocateAddresses } from './auto-addresses.js'

function entry(spec: ServiceEntry, labels: Record<string, string> = {}): ConfigObject<ServiceEntry> {
  return {
    type: 'ServiceEntry',
    group: 'networking.istio.io',
    version: 'v1',
    kind: 'ServiceEntry',
    namespace: 'shop',
    name: 'entry',
    labels,
    annotations: {},
    creationTimestamp: '2026-01-01T00:00:00Z',
    spec,
    source: undefined,
  } as ConfigObject<ServiceEntry>
}

describe('which hosts get an address', () => {
  test.each([
    ['DNS without addresses', entry({ hosts: ['DB.example.com'], resolution: 'DNS' }), ['db.example.com/shop']],
    ['STATIC without addresses', entry({ hosts: ['a', 'b'], resolution: 'STATIC' }), ['a/shop', 'b/shop']],
    ['its own addresses', entry({ hosts: ['a'], resolution: 'DNS', addresses: ['10.0.0.1'] }), []],
    ['NONE', entry({ hosts: ['a'], resolution: 'NONE' }), []],
    ['NONE by default', entry({ hosts: ['a'] }), []],
    ['a wildcard', entry({ hosts: ['*.example.com', 'example.com'], resolution: 'DNS' }), ['example.com/shop']],
    ['a wildcard resolved later', entry({ hosts: ['*.a.com'], resolution: 'DYNAMIC_DNS' }), ['*.a.com/shop']],
    [
      'opted out',
      entry({ hosts: ['a'], resolution: 'DNS' }, { 'networking.istio.io/enable-autoallocate-ip': 'false' }),
      [],
    ],
  ])('%s', (_, object, keys) => {
    expect(addressCandidates(object).map(({ key }) => key)).toEqual(keys)
  })
})

describe('addresses', () => {
  const many = (count: number): AddressCandidate[] =>
    Array.from({ length: count }, (_, index) => ({ key: `host-${index}.example.com/shop` as const, since: '' }))

  test('are of the ranges set aside for them, each once', () => {
    const given = [...allocateAddresses(many(5_000)).values()]
    expect(new Set(given.map(({ v4 }) => v4)).size).toBe(5_000)
    for (const { v4, v6 } of given) {
      const [a, b, c, d] = v4.split('.').map(Number)
      expect([a, b]).toEqual([240, 240])
      expect((c ?? 0) * 256 + (d ?? 0)).toBeGreaterThan(0)
      expect(v6).toMatch(/^2001:2::f0f0:[0-9a-f]{1,4}$/)
    }
  })

  test('do not depend on the order of the entries', () => {
    const candidates = many(2_000)
    expect(allocateAddresses([...candidates].reverse())).toEqual(allocateAddresses(candidates))
  })

  test('stay when younger entries come', () => {
    const before = allocateAddresses(many(2_000))
    const young = many(4_000)
      .slice(2_000)
      .map(each => ({ ...each, since: '2026-02-01T00:00:00Z' }))
    const after = allocateAddresses([...young, ...many(2_000)])
    for (const [key, address] of before) expect(after.get(key)).toEqual(address)
  })

  test('end where the range ends', () => {
    expect(allocateAddresses(many(66_000)).size).toBe(65_534)
  })
})
