import { describe, expect, it } from 'vitest'
import { constant, encode, packAny } from './index.js'

const HTTP_FILTER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'
const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const filter = (name: string) => ({
  name,
  typedConfig: packAny('envoy.extensions.filters.http.cors.v3.Cors', {}),
})

describe('constant', () => {
  it('has the bytes that it has as any message, each time, between others and alone', () => {
    const shared = constant(filter('a'))
    const manager = (first: ReturnType<typeof filter>) => ({ httpFilters: [filter('b'), first, filter('c')] })
    for (let time = 0; time < 3; time++) {
      expect(encode(MANAGER, manager(shared))).toEqual(encode(MANAGER, manager(filter('a'))))
      expect(encode(HTTP_FILTER, shared)).toEqual(encode(HTTP_FILTER, filter('a')))
    }
  })

  it('is written as the type of the field where it stands', () => {
    const empty = constant({})
    const named = constant({ name: 'x' })
    const config = { httpFilters: [named], routeConfig: named, upgradeConfigs: [empty] }
    const plain = { httpFilters: [{ name: 'x' }], routeConfig: { name: 'x' }, upgradeConfigs: [{}] }
    for (let time = 0; time < 3; time++) expect(encode(MANAGER, config)).toEqual(encode(MANAGER, plain))
  })

  it('cannot be changed, nor anything in it', () => {
    const shared = constant({ name: 'a', typedConfig: { list: [1] } })
    expect(() => shared.typedConfig.list.push(2)).toThrow(TypeError)
    expect(() => Object.assign(shared, { name: 'b' })).toThrow(TypeError)
  })
})
