import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import type { SimulatedRequest } from './request-match.js'
import { sentBy } from './request-sent.js'

const request: SimulatedRequest = {
  ...{ method: 'GET', scheme: 'http', host: 'reviews', port: 9080, path: '/old/a?x=1' },
  headers: new Map([
    ['x-user', 'jo'],
    ['x-gone', '1'],
  ]),
}
const add = (key: string, value: string, appendAction = 'APPEND_IF_EXISTS_OR_ADD'): JsonObject => ({
  requestHeadersToAdd: [{ header: { key, value }, appendAction }],
})

describe('a request that a route sends on', () => {
  it.each<[JsonObject, JsonObject, string]>([
    [{ prefix: '/old/' }, {}, '/old/a?x=1'],
    [{ prefix: '/old/' }, { prefixRewrite: '/' }, '/a?x=1'],
    [{ path: '/old/a' }, { prefixRewrite: '/new' }, '/new?x=1'],
    [{ pathSeparatedPrefix: '/old' }, { prefixRewrite: '/v1' }, '/v1/a?x=1'],
  ])('of %j by %j has the path %s', (match, route, path) => {
    expect(sentBy(request, { match, route }, []).path).toBe(path)
  })

  it.each<[JsonObject, string, string | undefined]>([
    [add('X-User', 'al'), 'x-user', 'jo,al'],
    [add('x-user', 'al', 'OVERWRITE_IF_EXISTS_OR_ADD'), 'x-user', 'al'],
    [add('x-user', 'al', 'ADD_IF_ABSENT'), 'x-user', 'jo'],
    [add('x-new', 'al'), 'x-new', 'al'],
    [add(':authority', 'other'), 'host', 'other'],
    [{ requestHeadersToRemove: ['X-Gone'] }, 'x-gone', undefined],
  ])('with %j has %s: %s', (change, name, value) => {
    expect(sentBy(request, {}, [change]).headers.get(name)).toBe(value)
  })

  it.each<[JsonObject, JsonObject, string]>([
    [{ route: { regexRewrite: {} } }, {}, ':path'],
    [{ route: { autoHostRewrite: true } }, {}, ':authority'],
    [{}, add('x-from', '%DOWNSTREAM_REMOTE_ADDRESS%'), 'x-from'],
  ])('by %j and %j has what only the proxy knows: %s', (route, change, name) => {
    expect([...sentBy(request, route, [change]).unknown]).toEqual([name])
  })
})
