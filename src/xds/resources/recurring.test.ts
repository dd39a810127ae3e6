import { describe, expect, it } from 'vitest'
import { encode } from '../../proto/index.js'
import { recurring } from './recurring.js'

const socketOf = (name: string) => recurring(['a test', { name }], () => ({ name }))

describe('a message that recurs', () => {
  it('is one object for all that is made of the same, and another for anything else', () => {
    expect(socketOf('a')).toBe(socketOf('a'))
    expect(socketOf('a')).not.toBe(socketOf('b'))
    expect(recurring(['another test', { name: 'a' }], () => ({ name: 'a' }))).not.toBe(socketOf('a'))
  })

  it('is what it would be by itself when it is written, the first time and later, also after many others', () => {
    const written = (transportSocket: { readonly name: string }) =>
      encode('envoy.config.listener.v3.FilterChain', { transportSocket })
    for (let i = 0; i < 2000; i++) {
      const name = `socket-${i % 700}`
      expect(written(socketOf(name))).toEqual(written({ name }))
    }
  })
})
