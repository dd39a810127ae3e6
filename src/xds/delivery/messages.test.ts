import { describe, expect, it } from 'vitest'
import { type Content, createMessageCache } from './messages.js'
import type { EncodedResource } from './resource.js'
import { CDS, EDS } from './types.js'
import { encodeHead, encodeResources } from './wire.js'

const resource = (name: string, size = 1, version = `v-${name}`): EncodedResource => ({
  name,
  version,
  bytes: Buffer.alloc(size, name),
})

function content(changes: Partial<Content> = {}): Content {
  return { protocol: 'delta', type: CDS, version: '7', resources: [resource('a')], removed: [], ...changes }
}

describe('a message', () => {
  it.each<[string, Partial<Content>]>([
    ['of resources', { resources: [resource('a'), resource('b')] }],
    ['of what is gone', { resources: [], removed: ['x', 'y'] }],
    ['of both', { removed: ['x'] }],
    ['of nothing', { resources: [] }],
    ['of something large', { resources: [resource('a'), resource('b', 100_000)] }],
    ['over SotW', { protocol: 'sotw' }],
  ])('%s says what it is asked to', (_, changes) => {
    const asked = content(changes)
    const { protocol, type, version, resources, removed } = asked
    const { parts, bytes, sent, ack, ...said } = createMessageCache().message(asked, 0)
    const head = encodeHead(protocol, { type, version, nonce: said.nonce, removed })
    const all = Buffer.concat([head, encodeResources(protocol, type, resources)])
    expect(Buffer.concat(parts).equals(all)).toBe(true)
    expect(bytes).toBe(all.length)
    expect(said).toEqual({ type, version, nonce: '1', resources: resources.length, removed: removed.length })
    expect(ack?.request).toEqual(protocol === 'delta' ? expect.objectContaining({ type, nonce: '1' }) : undefined)
    expect(sent).toEqual({ nonce: '1', serial: 1, version, names: resources.map(({ name }) => name), removed })
  })

  it('is the same for all who are told the same, and for nobody else', () => {
    const cache = createMessageCache()
    const others: readonly Partial<Content>[] = [
      {},
      { type: EDS },
      { protocol: 'sotw' },
      { version: '8' },
      { resources: [resource('a'), resource('b')] },
      { resources: [resource('a', 1, 'v2')] },
      { removed: ['x'] },
      { resources: [] },
    ]
    const first = others.map(changes => cache.message(content(changes), 0))
    const again = others.map(changes => cache.message(content(changes), 0))
    expect(new Set(first.map(({ nonce }) => nonce)).size).toBe(others.length)
    expect(first.map((message, i) => message === again[i])).toEqual([true, true, true, true, true, true, false, false])
  })

  it('has a nonce beyond the last that its stream saw; who comes later shares that', () => {
    const cache = createMessageCache()
    const one = cache.message(content(), 0)
    const two = cache.message(content(), one.sent.serial)
    expect(two.sent.serial).toBeGreaterThan(one.sent.serial)
    expect(cache.message(content(), one.sent.serial)).toBe(two)
    expect(cache.message(content(), 0)).toBe(two)
  })
})

describe('messages that are kept', () => {
  it('take no more than they may: the oldest go', () => {
    const cache = createMessageCache(2000)
    const all = ['a', 'b', 'c', 'd'].map(name => content({ resources: [resource(name, 500)] }))
    const messages = all.map(each => cache.message(each, 0))
    expect(cache.bytes).toBeLessThan(2000 + 4 * 600)
    expect(cache.message(all[3] as Content, 0)).toBe(messages[3])
    expect(cache.message(all[0] as Content, 0)).not.toBe(messages[0])
  })

  it('go when they are cleared, and nonces go on', () => {
    const cache = createMessageCache()
    const { sent } = cache.message(content(), 0)
    cache.clear()
    expect(cache.bytes).toBe(0)
    expect(cache.message(content(), 0).sent.serial).toBeGreaterThan(sent.serial)
  })
})
