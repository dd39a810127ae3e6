import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalJson, type Json } from '../lang/json.js'
import { applyJsonPatch, diffJson, type JsonPatchOptions, jsonMergePatch } from './index.js'

function apply(document: Json, operations: unknown, options: JsonPatchOptions = {}): Json {
  const result = applyJsonPatch(document, operations, options)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('applyJsonPatch', () => {
  it.each<[string, Json, unknown, Json]>([
    ['adds a key', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['adds over a key', { a: 1 }, [{ op: 'add', path: '/a', value: null }], { a: null }],
    ['inserts', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['appends by position', [1], [{ op: 'add', path: '/1', value: 2 }], [1, 2]],
    ['appends', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['adds the whole', { a: 1 }, [{ op: 'add', path: '', value: 5 }], 5],
    ['replaces', { a: [1, { b: 2 }] }, [{ op: 'replace', path: '/a/1/b', value: 3 }], { a: [1, { b: 3 }] }],
    ['removes a key', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['removes an item', [1, 2, 3], [{ op: 'remove', path: '/0' }], [2, 3]],
    ['moves', { a: { b: 1 }, c: [] }, [{ op: 'move', from: '/a/b', path: '/c/-' }], { a: {}, c: [1] }],
    ['moves nowhere', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    ['copies', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    ['tests', { a: { x: 1, y: 2 } }, [{ op: 'test', path: '/a', value: { y: 2, x: 1 } }], { a: { x: 1, y: 2 } }],
    ['unescapes', { 'a/b': { '~1': 1 } }, [{ op: 'replace', path: '/a~1b/~01', value: 2 }], { 'a/b': { '~1': 2 } }],
    ['takes the empty key', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
    [
      'runs in order',
      {},
      [
        { op: 'add', path: '/a', value: [] },
        { op: 'add', path: '/a/-', value: 1 },
      ],
      { a: [1] },
    ],
    ['ignores other members', {}, [{ op: 'add', path: '/a', value: 1, comment: 'x' }], { a: 1 }],
  ])('%s', (_, document, operations, expected) => {
    const before = JSON.stringify(document)
    expect(apply(document, operations)).toEqual(expected)
    expect(JSON.stringify(document)).toBe(before)
  })

  it.each<[string, Json, unknown, string, string | undefined]>([
    ['no list', {}, {}, 'a JSON patch must be a list of operations', undefined],
    ['no operation', {}, [null], 'operation 0: must be a map with op and path', '[0]'],
    ['no path', {}, [{ op: 'add', value: 1 }], 'operation 0: has no path', '[0]'],
    [
      'no pointer',
      {},
      [{ op: 'add', path: 'a', value: 1 }],
      'operation 0 (add a): "a" is no JSON pointer: it must be empty or start with /',
      '[0]',
    ],
    [
      'a bad escape',
      {},
      [{ op: 'remove', path: '/~2' }],
      'operation 0 (remove /~2): "/~2" is no JSON pointer: write ~ as ~0 and / as ~1',
      '[0]',
    ],
    [
      'an unknown op',
      {},
      [{ op: 'merge', path: '/a' }],
      'operation 0 (merge /a): has op the text "merge"; add, remove, replace, move, copy or test',
      '[0]',
    ],
    ['no value', {}, [{ op: 'add', path: '/a' }], 'operation 0 (add /a): has no value', '[0]'],
    ['no from', {}, [{ op: 'copy', path: '/a' }], 'operation 0 (copy /a): has no from', '[0]'],
    [
      'a missing parent',
      { a: { b: 1 } },
      [{ op: 'add', path: '/a/c/d', value: 1 }],
      'operation 0 (add /a/c/d): /a has no "c"; it has b',
      '[0]',
    ],
    [
      'a missing key',
      { a: {} },
      [
        { op: 'test', path: '', value: { a: {} } },
        { op: 'remove', path: '/a/b' },
      ],
      'operation 1 (remove /a/b): /a has no "b"; it is empty',
      '[1]',
    ],
    [
      'a scalar parent',
      { a: 'x' },
      [{ op: 'add', path: '/a/b', value: 1 }],
      'operation 0 (add /a/b): /a is the text "x", which has nothing inside',
      '[0]',
    ],
    [
      'a position too far',
      { a: [1] },
      [{ op: 'add', path: '/a/2', value: 1 }],
      'operation 0 (add /a/2): /a has 1 items, so the last place to add is 1',
      '[0]',
    ],
    [
      'no such item',
      { a: [1] },
      [{ op: 'replace', path: '/a/1', value: 1 }],
      'operation 0 (replace /a/1): /a has 1 items, none at 1',
      '[0]',
    ],
    [
      '- for what is there',
      { a: [1] },
      [{ op: 'remove', path: '/a/-' }],
      'operation 0 (remove /a/-): /a is a list: "-" must be a position',
      '[0]',
    ],
    [
      'a leading zero',
      [1],
      [{ op: 'remove', path: '/00' }],
      'operation 0 (remove /00): the document is a list: "00" must be a position',
      '[0]',
    ],
    [
      'a failed test',
      { a: 1 },
      [{ op: 'test', path: '/a', value: '1' }],
      'operation 0 (test /a): expected the text "1", found the number 1',
      '[0]',
    ],
    [
      'a move into itself',
      { a: {} },
      [{ op: 'move', from: '/a', path: '/a/b' }],
      'operation 0 (move /a/b): cannot move /a into itself',
      '[0]',
    ],
    [
      'the end of the document',
      {},
      [{ op: 'remove', path: '' }],
      'operation 0 (remove ""): the whole document cannot be removed',
      '[0]',
    ],
  ])('refuses %s', (_, document, operations, message, path) => {
    const result = applyJsonPatch(document, operations)
    expect(result.ok ? undefined : result.error.message).toBe(message)
    expect(result.ok ? undefined : result.error.path).toBe(path)
  })

  it('is all or nothing', () => {
    const document = { a: 1 }
    expect(
      applyJsonPatch(document, [
        { op: 'add', path: '/b', value: 1 },
        { op: 'remove', path: '/c' },
      ]).ok,
    ).toBe(false)
    expect(document).toEqual({ a: 1 })
  })

  it('makes parents when asked to', () => {
    const options = { createMissingParents: true }
    expect(apply({}, [{ op: 'add', path: '/a/b/c', value: 1 }], options)).toEqual({ a: { b: { c: 1 } } })
    expect(apply({}, [{ op: 'add', path: '/a/b/-', value: 1 }], options)).toEqual({ a: { b: [1] } })
    expect(applyJsonPatch({ a: [] }, [{ op: 'add', path: '/a/0/b', value: 1 }], options).ok).toBe(false)
    expect(applyJsonPatch({}, [{ op: 'replace', path: '/a/b', value: 1 }], options).ok).toBe(false)
  })

  it('takes prototype names as data', () => {
    const document = apply({}, [{ op: 'add', path: '/__proto__', value: { x: 1 } }])
    expect(JSON.stringify(document)).toBe('{"__proto__":{"x":1}}')
    expect(applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]).ok).toBe(false)
    expect(applyJsonPatch({}, [{ op: 'test', path: '/constructor/name', value: 'Object' }]).ok).toBe(false)
    expect(apply(document, [{ op: 'remove', path: '/__proto__' }])).toEqual({})
  })

  it('bounds what copies can grow to', () => {
    const doubling = Array.from({ length: 40 }, () => [
      { op: 'copy', from: '', path: '/a' },
      { op: 'copy', from: '', path: '/b' },
    ]).flat()
    const result = applyJsonPatch({}, doubling)
    expect(result.ok ? '' : result.error.message).toContain('copies more than 1000000 values')
    expect(applyJsonPatch({}, new Array(100_001).fill({ op: 'test', path: '', value: {} })).ok).toBe(false)
    expect(
      applyJsonPatch({}, [{ op: 'add', path: '/a'.repeat(1001), value: 1 }], { createMissingParents: true }).ok,
    ).toBe(false)
  })
})

describe('jsonMergePatch', () => {
  it.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', null],
      ['c', null],
    ],
    [{ a: 'b' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j', (base, patch, expected) => {
    const before = JSON.stringify([base, patch])
    expect(jsonMergePatch(base, patch)).toEqual(expected)
    expect(JSON.stringify([base, patch])).toBe(before)
  })

  it('takes prototype names as data', () => {
    const patch = JSON.parse('{"__proto__":{"x":1},"constructor":{"y":2}}') as Json
    expect(JSON.stringify(jsonMergePatch({}, patch))).toBe('{"__proto__":{"x":1},"constructor":{"y":2}}')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('diffJson', () => {
  it.each<[string, Json, Json, unknown]>([
    ['nothing', { a: [1] }, { a: [1] }, []],
    ['escapes', { 'a/b~': 1 }, { 'a/b~': 2 }, [{ op: 'replace', path: '/a~1b~0', value: 2 }]],
    ['the whole', 1, {}, [{ op: 'replace', path: '', value: {} }]],
    [
      'items by name',
      [{ name: 'a', v: 1 }, { name: 'b' }],
      [{ name: 'n' }, { name: 'a', v: 2 }, { name: 'b' }],
      [
        { op: 'replace', path: '/0/v', value: 2 },
        { op: 'add', path: '/0', value: { name: 'n' } },
      ],
    ],
    [
      'what is gone, from the end',
      ['a', 'b', 'c', 'd'],
      ['a', 'd'],
      [
        { op: 'remove', path: '/2' },
        { op: 'remove', path: '/1' },
      ],
    ],
  ])('writes %s', (_, from, to, operations) => {
    expect(diffJson(from, to)).toEqual(operations)
    expect(apply(from, diffJson(from, to))).toEqual(to)
  })

  const key = fc.constantFrom('a', 'name', 'b/c', '~', '', '0', '-', '__proto__', 'constructor')
  const json = fc.letrec<{ value: Json }>(tie => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<Json>(null, 'a', 'b', 0, 1, true),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map(entries => Object.fromEntries(entries) as Json),
    ),
  })).value

  it('applied gives the second value, with inputs as they were', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const before = JSON.stringify([from, to])
        const result = apply(from, JSON.parse(JSON.stringify(diffJson(from, to))))
        expect(equalJson(result, to)).toBe(true)
        expect(JSON.stringify([from, to])).toBe(before)
      }),
      { seed: 20261121, numRuns: 500 },
    )
  })

  it('any patch ends', () => {
    const pointer = fc.array(key, { maxLength: 4 }).map(keys => keys.map(part => `/${part}`).join(''))
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: pointer,
      from: pointer,
      value: json,
    })
    fc.assert(
      fc.property(
        json,
        fc.array(operation, { maxLength: 5 }),
        fc.boolean(),
        (document, operations, createMissingParents) => {
          const before = JSON.stringify(document)
          const result = applyJsonPatch(document, operations, { createMissingParents })
          expect(result.ok || result.error.message.length > 0).toBe(true)
          expect(JSON.stringify(document)).toBe(before)
        },
      ),
      { seed: 20261121, numRuns: 400 },
    )
  })
})
