import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lang/json.js'
import { asksForDiscovery, hostDiscovery } from './discovers-hosts.js'
import { parseNode } from './node.js'

const on = { PILLION_VHDS: 'true' }
const off = { PILLION_VHDS: 'false' }

interface Circumstances {
  readonly protocol?: 'delta' | 'sotw'
  readonly minor?: number
  readonly mesh?: object
  readonly type?: 'sidecar' | 'router'
}

function discovery(
  metadata: JsonObject,
  { protocol = 'delta', minor = 40, mesh = {}, type = 'sidecar' }: Circumstances = {},
): string {
  const version = minor === 0 ? {} : { userAgentBuildVersion: { version: { majorNumber: 1, minorNumber: minor } } }
  const node = parseNode({ id: `${type}~10.0.0.1~a.ns~ns.svc.cluster.local`, metadata, ...version })
  if (!node.ok) throw new Error(node.error)
  const found = hostDiscovery(node.value, protocol, {
    defaultConfig: { proxyMetadata: mesh as Record<string, string> },
  })
  return found.kind === 'impossible' ? found.reason : found.kind
}

describe('virtual hosts', () => {
  it.each<[string, JsonObject, Parameters<typeof discovery>[1], string]>([
    ['in routes, where nobody asks', {}, {}, 'inline'],
    ['discovered, by the environment of its agent', { PROXY_CONFIG: { proxyMetadata: on } }, {}, 'discovered'],
    ['discovered, by its own metadata', on, {}, 'discovered'],
    ['discovered, by a switch without quotes', { PILLION_VHDS: true }, {}, 'discovered'],
    ["discovered, by the mesh's configuration", {}, { mesh: on }, 'discovered'],
    ['in routes, as its own metadata has it', off, { mesh: on }, 'inline'],
    ['in routes, as its own ProxyConfig has it', { PROXY_CONFIG: {} }, { mesh: on }, 'inline'],
    ['in routes at a gateway', on, { type: 'router' }, 'inline'],
    ['in routes, where the switch is no switch', { PILLION_VHDS: 'yes' }, {}, 'inline'],
    ['discovered by an Envoy of unknown release', on, { minor: 0 }, 'discovered'],
    ['discovered by the first release that can', on, { minor: 37 }, 'discovered'],
    [
      'in routes for the release before',
      on,
      { minor: 36 },
      'PILLION_VHDS is on, but it needs Envoy 1.37 or later, and this is 1.36',
    ],
    [
      'in routes on a SotW stream',
      on,
      { protocol: 'sotw' },
      'PILLION_VHDS is on, but it needs a delta stream, and this one is state of the world',
    ],
  ])('are %s', (_, metadata, more, expected) => {
    expect(discovery(metadata, more)).toBe(expected)
  })

  it('are asked for by a Node', () => {
    expect([{}, { metadata: on }, { metadata: { PROXY_CONFIG: { proxyMetadata: on } } }].map(asksForDiscovery)).toEqual(
      [false, true, true],
    )
  })
})
