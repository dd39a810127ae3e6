import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../proto/index.js'
import { parseRequest, parseWhole, plainAck, type XdsRequest } from './request.js'
import { EDS } from './types.js'
import type { Protocol } from './wire.js'

const MESSAGES: Readonly<Record<Protocol, string>> = {
  sotw: 'envoy.service.discovery.v3.DiscoveryRequest',
  delta: 'envoy.service.discovery.v3.DeltaDiscoveryRequest',
}
const NODE = { id: 'sidecar~10.0.0.1~a.b~c', extensions: [{ name: 'x' }] }

/** What a client may say, by the fields that both protocols know and those of its own. */
function requests(protocol: Protocol): fc.Arbitrary<object> {
  const text = fc.oneof(fc.constantFrom('', EDS, 'a', 'x'.repeat(200)), fc.string({ unit: 'binary', maxLength: 5 }))
  const names = fc.array(text, { maxLength: 4 })
  const error = fc.option(fc.record({ code: fc.nat(20), message: text }), { nil: undefined })
  const common = { typeUrl: text, responseNonce: text, errorDetail: error, node: fc.constantFrom(undefined, NODE) }
  return protocol === 'sotw'
    ? fc.record({ ...common, versionInfo: text, resourceNames: names })
    : fc.record({
        ...common,
        resourceNamesSubscribe: names,
        resourceNamesUnsubscribe: names,
        initialResourceVersions: fc.dictionary(fc.constantFrom('a', 'b'), text, { maxKeys: 2 }),
      })
}

describe('the acknowledgement that a message expects', () => {
  it('is what clients send, and says what reading it would', () => {
    fc.assert(
      fc.property(fc.constantFrom(EDS, 'x'.repeat(200)), fc.stringMatching(/^[0-9a-z]{1,6}$/), (type, nonce) => {
        const { bytes, request } = plainAck(type, nonce)
        const sent = encode(MESSAGES.delta, { typeUrl: type, responseNonce: nonce })
        expect(Buffer.compare(bytes, sent)).toBe(0)
        expect(request).toEqual(parseWhole('delta', sent))
      }),
      { seed: 14 },
    )
  })
})

describe.each<Protocol>(['sotw', 'delta'])('a %s request', protocol => {
  it('says the same whichever way it is read', () => {
    fc.assert(
      fc.property(requests(protocol), request => {
        const bytes = encode(MESSAGES[protocol], request)
        const whole = parseWhole(protocol, bytes)
        expect(parseRequest(protocol, bytes, true)).toEqual(whole)
        // With a node, or anything else that is no text, the long way reads the node as well.
        const later = parseRequest(protocol, bytes, false) as XdsRequest
        expect({ ...later, node: undefined }).toEqual({ ...(whole as XdsRequest), node: undefined })
      }),
      { seed: 12, numRuns: 300 },
    )
  })

  it('is refused for the same reason, wherever its bytes are wrong', () => {
    const good = encode(MESSAGES[protocol], { typeUrl: EDS, responseNonce: '1' })
    fc.assert(
      fc.property(fc.nat(good.length), fc.uint8Array({ maxLength: 6 }), fc.nat(4), (at, noise, dropped) => {
        const bytes = Buffer.concat([good.subarray(0, at), noise, good.subarray(Math.min(good.length, at + dropped))])
        expect(parseRequest(protocol, bytes, true)).toEqual(parseWhole(protocol, bytes))
      }),
      { seed: 13, numRuns: 1000 },
    )
  })

  it('has a node that is read once', () => {
    const bytes = encode(MESSAGES[protocol], { node: NODE, typeUrl: EDS, responseNonce: '2' })
    expect(parseRequest(protocol, bytes, true)).toMatchObject({ node: NODE, type: EDS, nonce: '2' })
    expect(parseRequest(protocol, bytes, false)).toMatchObject({ node: undefined, type: EDS, nonce: '2' })
  })
})
