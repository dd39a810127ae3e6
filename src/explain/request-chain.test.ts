import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import { type Connection, chainFor } from './request-chain.js'

const plain: Connection = {
  port: 8080,
  address: '10.0.0.1',
  transport: 'raw_buffer',
  serverName: '',
  protocols: ['http/1.1'],
}
const tls: Connection = { ...plain, transport: 'tls', serverName: 'a.b.c', protocols: ['istio-http/1.1', 'istio'] }

function fieldOf(matches: JsonObject[], connection: Connection, more: JsonObject = {}): string | undefined {
  const filterChains = matches.map(filterChainMatch => ({ filterChainMatch }))
  return chainFor({ filterChains, ...more }, connection)?.field
}

describe('a filter chain', () => {
  const port = { destinationPort: 8080 }
  it.each<[string, Connection, JsonObject[], string | undefined]>([
    ['any', plain, [{}], 'filterChains[0]'],
    ['the port before any', plain, [{}, port], 'filterChains[1]'],
    ['the longest prefix', plain, [range(8), range(16), {}], 'filterChains[1]'],
    ['the address before the protocol', plain, [{ transportProtocol: 'raw_buffer' }, range(8)], 'filterChains[1]'],
    ['a name before a wildcard', tls, [{ serverNames: ['*.b.c'] }, { serverNames: ['a.b.c'] }], 'filterChains[1]'],
    ['the longest wildcard', tls, [{ serverNames: ['*.c'] }, { serverNames: ['*.b.c'] }], 'filterChains[1]'],
    ['no name without TLS', plain, [{ serverNames: ['*'] }, {}], 'filterChains[1]'],
    ['TLS', tls, [{ transportProtocol: 'raw_buffer' }, { transportProtocol: 'tls' }], 'filterChains[1]'],
    ['the protocol that is offered', tls, [{}, { applicationProtocols: ['istio'] }], 'filterChains[1]'],
    ['whatever is offered', plain, [{}, { applicationProtocols: ['istio'] }], 'filterChains[0]'],
    // The port has chains of its own: STRICT there is not made up for by what takes any other port.
    ['none', plain, [{ transportProtocol: 'raw_buffer' }, { ...port, transportProtocol: 'tls' }], undefined],
    ['none', plain, [], undefined],
  ])('takes %s', (_, connection, matches, field) => {
    expect(fieldOf(matches, connection)).toBe(field)
  })

  it('is the default one where no other takes the connection', () => {
    expect(fieldOf([{ destinationPort: 1 }], plain, { defaultFilterChain: {} })).toBe('defaultFilterChain')
  })

  function range(prefixLen: number): JsonObject {
    return { prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen }] }
  }
})
