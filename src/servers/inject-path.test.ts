import { describe, expect, it } from 'vitest'
import { parseInjectPath } from './inject-path.js'

describe('parseInjectPath', () => {
  it.each<[string, Record<string, string>]>([
    ['/inject', {}],
    ['/inject/', {}],
    ['/', {}],
    ['/inject/cluster/c1/net/n1', { ISTIO_META_CLUSTER_ID: 'c1', ISTIO_META_NETWORK: 'n1' }],
    ['/inject/cluster/c1/net/n1/', { ISTIO_META_CLUSTER_ID: 'c1', ISTIO_META_NETWORK: 'n1' }],
    ['/inject/cluster/a--slash--b', { ISTIO_META_CLUSTER_ID: 'a/b' }],
    ['/inject/a--slash--b/c', { 'A--SLASH--B': 'c' }],
    ['/inject/custom_env/foo', { CUSTOM_ENV: 'foo' }],
    ['/inject/cluster', {}],
    ['/inject/cluster/c1/net', { ISTIO_META_CLUSTER_ID: 'c1' }],
    ['/inject/x/1/x/2', { X: '2' }],
    ['/inject/__proto__/1', { __PROTO__: '1' }],
    ['/inject/:ENV:cluster=c2:ENV:rootpage=/foo/bar', { ISTIO_META_CLUSTER_ID: 'c2', ROOTPAGE: '/foo/bar' }],
    ['/inject/:ENV:a=b=c:ENV:empty=:ENV:=x:ENV:novalue', { A: 'b=c', EMPTY: '' }],
    ['/inject/a/:ENV:b=c', { A: ':ENV:b=c' }],
  ])('%s', (path, expected) => {
    expect(Object.fromEntries(parseInjectPath(path))).toEqual(expected)
  })
})
