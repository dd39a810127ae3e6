import { describe, expect, it } from 'vitest'
import { loadMeshNetworks } from './mesh-networks.js'

describe('loadMeshNetworks', () => {
  it('reads networks in any spelling', () => {
    const text =
      'networks:\n  east:\n    endpoints: [{from_registry: c1}, {fromCidr: 10.0.0.0/8}]\n    gateways: [{address: 1.1.1.1, port: 15443}]\n'
    const read = loadMeshNetworks(text)
    expect(read.ok && JSON.parse(JSON.stringify(read.value))).toEqual({
      networks: {
        east: {
          endpoints: [{ fromRegistry: 'c1' }, { fromCidr: '10.0.0.0/8' }],
          gateways: [{ address: '1.1.1.1', port: 15443 }],
        },
      },
    })
    expect(loadMeshNetworks('')).toEqual({ ok: true, value: {} })
  })

  it.each([
    ['networks:\n  a:\n    endpoints: [{fromCidr: 10.0.0.0}]\n', 'networks.a.endpoints[0].fromCidr', 3],
    [
      'networks:\n  a:\n    endpoints: [{fromRegistry: r}]\n    gateways:\n    - port: 0\n',
      'networks.a.gateways[0].port',
      5,
    ],
    ['networks:\n  a: {}\n', 'networks.a.endpoints', 2],
    ['nets: {}\n', 'nets', 1],
  ])('finds what is wrong in %j', (text, path, line) => {
    const read = loadMeshNetworks(text, { file: 'n.yaml' })
    expect(!read.ok && read.error[0]).toMatchObject({ path, position: { file: 'n.yaml', line } })
  })
})
