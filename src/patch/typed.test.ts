import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../lang/json.js'
import { canonicalQuantity } from '../lang/quantity.js'
import { decodeTyped, encodeTyped, normalise } from './typed.js'

const testdata = resolve(import.meta.dirname, '../../testdata/patch')

function print(typeName: string, value: Json, fromYaml = false): Json {
  const result = normalise(typeName, value, { fromYaml })
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function read(value: Json): Json {
  const result = decodeTyped('v1.Pod', value)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('normalise', () => {
  it('prints zero values of fields without omitempty, in declaration order', () => {
    expect(JSON.stringify(print('apps/v1.Deployment', {}))).toBe(
      '{"metadata":{},"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}}',
    )
    expect(JSON.stringify(print('v1.Pod', { spec: { containers: [{ image: 'i', name: 'a' }] }, kind: 'Pod' }))).toBe(
      '{"kind":"Pod","metadata":{},"spec":{"containers":[{"name":"a","image":"i","resources":{}}]},"status":{}}',
    )
  })

  const container = (fields: Json): Json => ({ metadata: {}, spec: { containers: [fields] }, status: {} })

  it.each<[string, Json, Json]>([
    ['unknown fields go', { x: 1, env: [{ name: 'A', x: [] }] }, { name: '', env: [{ name: 'A' }], resources: {} }],
    ['names without case', { Name: 'a', IMAGE: 'i' }, { name: 'a', image: 'i', resources: {} }],
    ['null is zero', { name: null, args: null, tty: null }, { name: '', resources: {} }],
    ['empty is left out', { name: 'a', args: [], tty: false, image: '' }, { name: 'a', resources: {} }],
    [
      'null items',
      { name: 'a', args: [null], env: [null] },
      { name: 'a', args: [''], env: [{ name: '' }], resources: {} },
    ],
    [
      'quantities',
      { name: 'a', resources: { limits: { memory: '1024Mi', cpu: 2 }, requests: { cpu: '2000m', x: null } } },
      { name: 'a', resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '2', x: '0' } } },
    ],
    [
      'ports by number or name',
      { name: 'a', livenessProbe: { httpGet: {} }, readinessProbe: { httpGet: { port: 'http' } } },
      {
        name: 'a',
        resources: {},
        livenessProbe: { httpGet: { port: 0 } },
        readinessProbe: { httpGet: { port: 'http' } },
      },
    ],
    [
      'a pointer to zero stays',
      { name: 'a', securityContext: { runAsUser: 0, privileged: false } },
      { name: 'a', resources: {}, securityContext: { privileged: false, runAsUser: 0 } },
    ],
  ])('reads as Go does: %s', (_, input, expected) => {
    expect(JSON.stringify(print('v1.Pod', container(input)))).toBe(JSON.stringify(container(expected)))
  })

  it.each<[Json, Json | undefined]>([
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00Z'],
    ['2026-01-31T23:59:59.999Z', '2026-01-31T23:59:59Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    [null, undefined],
  ])('prints times in UTC and seconds: %s', (input, expected) => {
    const metadata = (print('v1.Pod', { metadata: { creationTimestamp: input } }) as { metadata: Json }).metadata
    expect(metadata).toEqual(expected === undefined ? {} : { creationTimestamp: expected })
  })

  const misfits: [Json, string, string][] = [
    [{ metadata: { labels: { a: 5 } } }, 'metadata.labels.a', 'must be text, not the number 5'],
    [{ metadata: { labels: ['a'] } }, 'metadata.labels', 'must be a map, not a list'],
    [{ metadata: { annotations: { 'a/b': true } } }, 'metadata.annotations["a/b"]', 'not the boolean true'],
    [{ spec: { containers: { a: 'b' } } }, 'spec.containers', 'must be a list, not a map'],
    [{ spec: { containers: [{}, { tty: 'yes' }] } }, 'spec.containers[1].tty', 'true or false'],
    [{ spec: { priority: 2 ** 31 } }, 'spec.priority', '32 bits'],
    [{ spec: { priority: 1.5 } }, 'spec.priority', 'whole number'],
    [{ spec: { activeDeadlineSeconds: 2n ** 63n } }, 'spec.activeDeadlineSeconds', '64 bits'],
    [{ spec: { overhead: { cpu: '1x' } } }, 'spec.overhead.cpu', 'quantity'],
    [{ metadata: { creationTimestamp: '2026-02-30T00:00:00Z' } }, 'metadata.creationTimestamp', 'a time'],
    [
      { spec: { containers: [{ livenessProbe: { httpGet: { port: [] } } }] } },
      'spec.containers[0].livenessProbe.httpGet.port',
      'or text',
    ],
  ]

  it.each(misfits.map(([value, path, message]) => [path, message, value] as const))(
    'refuses with its path: %s',
    (path, message, value) => {
      const result = normalise('v1.Pod', value)
      expect(result.ok ? undefined : [result.error.code, result.error.path]).toEqual(['wrong-type', path])
      expect(result.ok ? '' : result.error.message).toContain(`${path} must be`)
      expect(result.ok ? '' : result.error.message).toContain(message)
    },
  )

  it('refuses what is no map at all', () => {
    const result = normalise('v1.Pod', ['x'])
    expect(result.ok ? '' : result.error.message).toBe('v1.Pod must be a map, not a list')
  })

  it('keeps integers beyond 2^53', () => {
    expect(print('v1.Pod', { metadata: { generation: 2n ** 62n } })).toMatchObject({
      metadata: { generation: 2n ** 62n },
    })
  })

  it('returns a canonical value itself', () => {
    const value = print(
      'v1.Pod',
      container({ name: 'a', env: [{ name: 'A', value: 'b' }], resources: { limits: { cpu: '1' } } }),
    )
    expect(print('v1.Pod', value)).toBe(value)
  })

  it('takes prototype names as data', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"metadata":{"labels":{"constructor":"1","__proto__":"2"}}}') as Json
    const printed = print('v1.Pod', value)
    expect(JSON.stringify(printed)).toBe(
      '{"metadata":{"labels":{"__proto__":"2","constructor":"1"}},"spec":{"containers":null},"status":{}}',
    )
  })

  it.each<[Json, string]>([
    [false, 'false'],
    [10, '10'],
    [1.1, '1.1'],
    [1e-7, '1e-07'],
    [1234567.5, '1.2345675e+06'],
    [1e21, '1e+21'],
    [2n ** 60n, '1152921504606846976'],
  ])('turns the bare YAML scalar %s into text for text fields', (scalar, text) => {
    const value = { metadata: { name: scalar, labels: { a: scalar } } }
    expect(print('v1.Pod', value, true)).toMatchObject({ metadata: { name: text, labels: { a: text } } })
    expect(normalise('v1.Pod', value).ok).toBe(false)
  })

  it('turns no scalar into text where the YAML reader does not see the type', () => {
    const source = { configMapKeyRef: { name: 5, key: 'k' } }
    const value: Json = { spec: { containers: [{ name: 'a', env: [{ name: 'A', valueFrom: source }] }] } }
    expect(normalise('v1.Pod', value, { fromYaml: true }).ok).toBe(false)
    expect(normalise('v1.Pod', { kind: 5 }, { fromYaml: true }).ok).toBe(false)
  })

  // Recorded from k8s.io/api v0.36.6 with encoding/json and sigs.k8s.io/yaml, on seeded random values with mistakes in them.
  it.each(['json', 'yaml'])('agrees with Go on recorded %s values', format => {
    const text = readFileSync(join(testdata, `typed-${format}.json`), 'utf8')
    const rows = JSON.parse(text) as { type: string; value: Json; typed?: Json; refused?: boolean }[]
    expect(rows.length).toBeGreaterThan(60)
    for (const { type, value, typed, refused } of rows) {
      const before = JSON.stringify(value)
      const result = normalise(type, value, { fromYaml: format === 'yaml' })
      if (refused === true) expect(result.ok, before).toBe(false)
      else expect(JSON.stringify(result.ok ? result.value : result.error), before).toBe(JSON.stringify(typed))
      expect(JSON.stringify(value)).toBe(before)
      if (!result.ok) continue
      const decoded = decodeTyped(type, value, { fromYaml: format === 'yaml' })
      expect(decoded.ok && JSON.stringify(encodeTyped(type, decoded.value)), before).toBe(JSON.stringify(typed))
    }
  })

  it('knows plain quantities by sight', () => {
    const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'n', 'E')
    fc.assert(
      fc.property(fc.nat(2_000_000), suffix, (digits, suffix) => {
        const text = `${digits}${suffix}`
        const canonical = canonicalQuantity(text)
        const printed = print('v1.Pod', { spec: { overhead: { cpu: text } } }) as { spec: { overhead: { cpu: Json } } }
        expect(printed.spec.overhead.cpu).toBe(canonical.ok ? canonical.value : undefined)
      }),
      {
        seed: 20261121,
        numRuns: 500,
        examples: [
          [1024, 'Ki'],
          [1000, 'm'],
          [0, 'm'],
          [0, ''],
        ],
      },
    )
  })
})

describe('decodeTyped', () => {
  it('keeps what was written and nothing else', () => {
    const value: Json = {
      x: 1,
      spec: { hostNetwork: false, nodeSelector: {}, volumes: null, containers: [{ Name: 'a' }] },
    }
    expect(read(value)).toEqual({ spec: { hostNetwork: false, nodeSelector: {}, containers: [{ name: 'a' }] } })
  })

  it('and encodeTyped are normalise', () => {
    const value: Json = { spec: { containers: [{ name: 'a', resources: { limits: { cpu: '1000m' } } }] } }
    expect(encodeTyped('v1.Pod', read(value))).toEqual(print('v1.Pod', value))
  })
})

describe('encodeTyped', () => {
  it('throws on a value that was never decoded', () => {
    expect(() => encodeTyped('v1.Pod', { spec: 5 })).toThrow('spec must be a map')
  })

  it('shares zero values that nobody can change', () => {
    const { status } = encodeTyped('v1.Pod', {}) as { status: Record<string, Json> }
    expect(() => Object.assign(status, { phase: 'Running' })).toThrow()
  })
})
