import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../lang/json.js'
import { normalise, strategicMerge } from './index.js'

const root = resolve(import.meta.dirname, '../..')
const recorded = join(
  resolve(root, process.env['PILLION_CONFORMANCE_DIR'] ?? '../shared/conformance'),
  'injection/strategic-merge.json',
)

/** Keys sorted, for comparing as text: maps have no order, lists do. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key]!)]),
  )
}

function deepFreeze<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value) as T
}

function merged(base: Json, patch: Json): Json {
  const result = strategicMerge(deepFreeze(base), deepFreeze(patch), 'v1.Pod')
  if (!result.ok) throw new Error(`${result.error.path}: ${result.error.message}`)
  return result.value
}

const names = (spec: Json, list: string): unknown =>
  ((spec as { spec: Record<string, { name: string }[]> }).spec[list] ?? []).map(({ name }) => name).join(' ')
const containers = (...list: (string | Record<string, Json>)[]): Json => ({
  spec: { containers: list.map(item => (typeof item === 'string' ? { name: item } : item)) },
})

describe('strategicMerge', () => {
  it.each<[string, Json, Json, string]>([
    ['new items come before the base', containers('app'), containers('new'), 'new app'],
    [
      'but not before items that stand ahead of a named one',
      containers('a', 'b', 'c'),
      containers('b', 'new'),
      'a b new c',
    ],
    ['the patch orders what it names', containers('a', 'b'), containers('b', 'a'), 'b a'],
    ['an empty list changes nothing', containers('a', 'b'), containers(), 'a b'],
    ['deleted by name', containers('a', 'b'), containers({ name: 'a', $patch: 'delete' }), 'b'],
    ['replaced as a whole', containers('a', 'b'), containers({ $patch: 'replace' }, 'c'), 'c'],
    ['named twice, one item', containers('a'), containers('x', 'x'), 'x a'],
    [
      'an order list rules',
      containers('a', 'b', 'c'),
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
          containers: [{ name: 'a', image: 'i' }],
        },
      },
      'b c a',
    ],
  ])('orders lists: %s', (_, base, patch, expected) => {
    expect(names(merged(base, patch), 'containers')).toBe(expected)
  })

  it.each<[string, Json, Json, Json]>([
    ['null deletes', { labels: { a: '1', b: '2' } }, { labels: { a: null } }, { labels: { b: '2' } }],
    ['null for nothing is nothing', {}, { labels: { a: null } }, { labels: {} }],
    ['replace', { labels: { a: '1' } }, { labels: { $patch: 'replace', b: '2' } }, { labels: { b: '2' } }],
    ['delete', { labels: { a: '1' } }, { labels: { $patch: 'delete' } }, { labels: {} }],
    ['sets', { finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, { finalizers: ['c', 'a', 'b'] }],
    [
      'deletion lists',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a'] },
      { finalizers: ['b'] },
    ],
    ['no list to delete from', {}, { '$deleteFromPrimitiveList/finalizers': ['a'] }, {}],
    ['kept keys', { name: 'n', uid: 'u' }, { $retainKeys: ['name', 'labels'], labels: {} }, { name: 'n', labels: {} }],
    ['case in keys', { Labels: { a: '1' } }, { Labels: { b: '2' } }, { Labels: { a: '1', b: '2' } }],
  ])('merges maps: %s', (_, base, patch, expected) => {
    expect(merged({ metadata: base }, { metadata: patch })).toEqual({ metadata: expected })
  })

  it.each<[string, Json, Json, RegExp, string | undefined]>([
    ['an item without its key', containers('a'), containers({ image: 'i' }), /no name/, 'spec.containers'],
    ['a base item without its key', containers({ image: 'i' }), containers('a'), /no name/, 'spec.containers'],
    ['a null item', containers('a'), { spec: { containers: [null] } }, /null/, 'spec.containers'],
    [
      'mixed items',
      { metadata: { finalizers: ['a'] } },
      { metadata: { finalizers: [1] } },
      /different kinds/,
      'metadata.finalizers',
    ],
    ['an unknown directive', { spec: {} }, { spec: { $patch: 'merge' } }, /"merge"/, 'spec'],
    ['an unknown field in both', { spec: { x: {} } }, { spec: { x: {} } }, /v1\.PodSpec has no field "x"/, 'spec.x'],
    [
      'an item inside an item without its key',
      containers({ name: 'a', env: [{ name: 'A' }] }),
      containers({ name: 'a', env: [{}] }),
      /no name/,
      'spec.containers[name=a].env',
    ],
    ['a key outside $retainKeys', { spec: {} }, { spec: { $retainKeys: [], os: {} } }, /os/, 'spec'],
    ['a list as patch', {}, [], /must be a map, not a list/, undefined],
    ['a text as base', 'x', {}, /not the text "x"/, undefined],
    [
      'an order that leaves an item out',
      containers('a'),
      { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] } },
      /"b"/,
      'spec["$setElementOrder/containers"]',
    ],
  ])('refuses %s', (_, base, patch, message, path) => {
    const result = strategicMerge(base, patch, 'v1.Pod')
    expect(result.ok ? 'merged' : result.error.message).toMatch(message)
    expect(result.ok ? undefined : result.error.path).toBe(path)
  })

  it('takes prototype names as data', () => {
    const base = JSON.parse('{"metadata":{"labels":{"__proto__":"1","constructor":"2"}}}') as Json
    const patch = JSON.parse('{"metadata":{"labels":{"__proto__":"3","toString":"4"}}}') as Json
    const text = JSON.stringify(merged(base, patch))
    expect(text).toBe('{"metadata":{"labels":{"__proto__":"3","constructor":"2","toString":"4"}}}')
    expect(({} as Record<string, unknown>)['3']).toBeUndefined()
    expect(merged({}, JSON.parse('{"__proto__":{"a":1}}') as Json)).not.toHaveProperty('a')
  })

  it('shares what it does not touch', () => {
    const base = { metadata: { labels: { a: '1' } }, spec: { containers: [{ name: 'a' }, { name: 'b' }] } }
    const result = merged(base, { spec: { containers: [{ name: 'b', image: 'i' }] } }) as typeof base
    expect(result.metadata).toBe(base.metadata)
    expect(result.spec.containers[0]).toBe(base.spec.containers[0])
  })

  // Recorded from k8s.io/apimachinery v0.36.6 on seeded random pods. Not covered: a set with duplicates in the base, where
  // the reference's order depends on the spare capacity of a slice.
  it('agrees with the reference on recorded pairs', () => {
    const text = readFileSync(join(root, 'testdata/patch/strategic-merge.json'), 'utf8')
    const rows = JSON.parse(text) as { base: Json; patch: Json; merged?: Json; refused?: boolean }[]
    expect(rows.length).toBeGreaterThan(100)
    for (const { base, patch, merged: expected, refused } of rows) {
      const result = strategicMerge(deepFreeze(base), deepFreeze(patch), 'v1.Pod')
      const row = JSON.stringify({ base, patch })
      if (refused === true) expect(result.ok, row).toBe(false)
      else
        expect(result.ok ? JSON.stringify(sorted(result.value)) : result.error, row).toBe(
          JSON.stringify(sorted(expected!)),
        )
    }
  })

  it('ends on any JSON, with inputs as they were', () => {
    const key = fc.constantFrom(
      'spec',
      'containers',
      'name',
      'env',
      'volumes',
      'metadata',
      'finalizers',
      'labels',
      '$patch',
      '$retainKeys',
      '$setElementOrder/env',
      '$deleteFromPrimitiveList/finalizers',
      '__proto__',
    )
    const leaf = fc.constantFrom<Json>(null, 'a', 'delete', 'replace', 1, 1.5, true)
    const json = fc.letrec<{ value: Json }>(tie => ({
      value: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(entries => Object.fromEntries(entries) as Json),
      ),
    })).value
    fc.assert(
      fc.property(json, json, (spec, patch) => {
        const result = strategicMerge(deepFreeze({ spec }), deepFreeze({ spec: patch }), 'v1.Pod')
        expect(result.ok || result.error.message.length > 0).toBe(true)
      }),
      { seed: 20261121, numRuns: 400 },
    )
  })
})

describe.skipIf(!existsSync(recorded))('recorded overlays on a pod', () => {
  interface Row {
    name: string
    patch: Json
    merged?: Json
    typed?: Json
    error?: string
    typedError?: string
  }
  const data = existsSync(recorded)
    ? (JSON.parse(readFileSync(recorded, 'utf8')) as { base: Json; cases: Row[] })
    : { base: null, cases: [] }

  it.each(data.cases.map(row => [row.name, row] as const))('%s', (_, row) => {
    const untyped = strategicMerge(deepFreeze(data.base), deepFreeze(row.patch), 'v1.Pod')
    expect(untyped.ok).toBe(row.error === undefined)
    if (!untyped.ok) return
    expect(sorted(untyped.value)).toEqual(sorted(row.merged!))
    const typed = normalise('v1.Pod', untyped.value)
    expect(typed.ok).toBe(row.typedError === undefined)
    if (typed.ok) expect(JSON.stringify(typed.value)).toBe(JSON.stringify(row.typed))
  })
})
