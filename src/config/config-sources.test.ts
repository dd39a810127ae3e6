import { describe, expect, it } from 'vitest'
import { formatProblem } from '../lang/problem.js'
import { configSourcePaths } from './config-sources.js'

const read = (...addresses: string[]) => {
  const text = `trustDomain: a\nconfigSources:\n${addresses.map(address => `  - address: ${address}\n`).join('')}`
  const paths = configSourcePaths(text, 'mesh.yaml')
  return paths.ok ? paths.value : paths.error.map(formatProblem)
}

describe('configSources of a mesh config', () => {
  it.each([
    [['fs:///etc/mesh'], ['/etc/mesh']],
    [
      ['fs:///etc/mesh/', 'fs:///a%20b/c.yaml'],
      ['/etc/mesh/', '/a b/c.yaml'],
    ],
    [['"fs:///50%"'], ['/50%']],
  ])('%j', (addresses, paths) => expect(read(...addresses)).toEqual(paths))

  it.each([
    ['k8s://', /^mesh\.yaml:4:5: "k8s:\/\/": configuration from a cluster is not read yet; use fs:/],
    ['xds://istiod:15010', /configuration over xDS is not read yet/],
    ['http://a/b', /unknown kind of source/],
    ['fs://etc/mesh', /names the host etc: a path begins with a third slash, fs:\/\/\/etc\/mesh/],
    ['fs:///', /names no folder/],
    ['mesh/', /is no address of a source/],
    ['""', /is no address of a source/],
  ])('%s is refused', (address, message) => expect(read('fs:///a', address)).toEqual([expect.stringMatching(message)]))

  it('has none where the mesh config has none, or cannot be read', () => {
    for (const text of ['', 'trustDomain: a', 'proxyListenPort: x', '[']) {
      expect(configSourcePaths(text, 'mesh.yaml')).toEqual({ ok: true, value: [] })
    }
  })
})
