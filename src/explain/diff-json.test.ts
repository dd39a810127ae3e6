import { describe, expect, it } from 'vitest'
import type { Json } from '../lang/json.js'
import { differencesOf } from './diff-json.js'

/** `+ path`, `- path`, `~ path before after`, `> path`. */
function changes(before: Json, after: Json): string[] {
  return differencesOf(before, after).map(change => {
    const { kind, path } = change
    if (kind === 'changed') return `~ ${path} ${JSON.stringify(change.before)} ${JSON.stringify(change.after)}`
    return `${{ added: '+', removed: '-', moved: '>' }[kind]} ${path}`
  })
}

const host = (name: string, more: object = {}): Json => ({ name, ...more }) as Json
const endpoint = (address: string, more: object = {}): Json =>
  ({ endpoint: { address: { socketAddress: { address, portValue: 80 } } }, ...more }) as Json

describe('differences of documents', () => {
  it.each<[string, Json, Json, string[]]>([
    ['equal, in another order of fields', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['fields', { a: 1, b: 2 }, { a: 2, c: 3 }, ['~ a 1 2', '- b', '+ c']],
    ['keys with dots', { m: { 'a.b': 1 } }, { m: { 'a.b': 2 } }, ['~ m["a.b"] 1 2']],
    ['another type', { a: [1] }, { a: { b: 1 } }, ['~ a [1] {"b":1}']],
    [
      'items by name, wherever they stand',
      { hosts: [host('a'), host('b', { x: 1 })] },
      { hosts: [host('new'), host('b', { x: 2 })] },
      ['- hosts[a]', '~ hosts[b].x 1 2', '+ hosts[new]'],
    ],
    ['items in another order', { h: [host('a'), host('b')] }, { h: [host('b'), host('a')] }, ['> h']],
    [
      'endpoints by address',
      { e: [endpoint('10.0.0.1'), endpoint('10.0.0.2')] },
      { e: [endpoint('10.0.0.2', { weight: 2 }), endpoint('10.0.0.3')] },
      ['- e[10.0.0.1:80]', '+ e[10.0.0.2:80].weight', '+ e[10.0.0.3:80]'],
    ],
    ['texts', { d: ['a', 'b'] }, { d: ['a', 'c'] }, ['- d[b]', '+ d[c]']],
    ['one route more in front', { r: [{ m: 1 }, { m: 2 }] }, { r: [{ m: 0 }, { m: 1 }, { m: 2 }] }, ['+ r[0]']],
    ['one route less', { r: [{ m: 0 }, { m: 1 }, { m: 2 }] }, { r: [{ m: 0 }, { m: 2 }] }, ['- r[1]']],
    [
      'a route between equal ones',
      { r: [{ m: 1 }, { m: 2 }, { m: 3 }] },
      { r: [{ m: 1 }, { m: 9 }, { m: 3 }] },
      ['~ r[1].m 2 9'],
    ],
    [
      'a route that stands further back, and changes',
      { r: [{ match: { prefix: '/' }, w: 1 }] },
      { r: [{ match: { prefix: '/new' } }, { match: { prefix: '/' }, w: 2 }] },
      ['~ r[1].w 1 2', '+ r[0]'],
    ],
    ['names that stand twice', { r: [host('a'), host('a')] }, { r: [host('a'), host('a', { x: 1 })] }, ['+ r[1].x']],
    ['data of the prototype', {}, { ['__proto__x']: 1, constructor: 2 }, ['+ __proto__x', '+ constructor']],
  ])('%s', (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected)
  })
})
