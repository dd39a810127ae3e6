import { describe, expect, it } from 'vitest'
import { formatProblem } from '../lang/problem.js'
import { settingsKind, unknownMeshFields } from './settings-files.js'

describe('settings among files', () => {
  it.each<[string, object, string | undefined]>([
    ['a mesh config', { trustDomain: 'a', enable_auto_mtls: true }, 'mesh'],
    ['one with a misspelt field', { trustDomain: 'a', rootNamespace: 'b', enableAutoMtlz: true }, 'mesh'],
    ['networks', { networks: { a: {} } }, 'networks'],
    ['an object', { apiVersion: 'v1', kind: 'Service', trustDomain: 'a' }, undefined],
    ['a broken object', { spec: {}, trustDomain: 'a', rootNamespace: 'b' }, undefined],
    ['something else', { global: {}, pilot: {}, trustDomain: 'a' }, undefined],
    ['networks of something else', { services: {}, networks: {} }, undefined],
    ['nothing', {}, undefined],
  ])('%s', (_, json, kind) => {
    expect(settingsKind(json as never)).toBe(kind)
  })

  it('warns of fields that there are not, however deep', () => {
    const text = `trustDomain: a
outboundTrafficPolicyX: {mode: ALLOW_ANY}
defaultConfig:
  holdAplicationUntilProxyStarts: true
  proxyMetadata: {ANY: thing}
`
    expect(unknownMeshFields(text, { file: 'm.yaml' }).map(formatProblem)).toEqual([
      'm.yaml:2:1: unknown field "outboundTrafficPolicyX"; did you mean outboundTrafficPolicy? (outboundTrafficPolicyX)',
      'm.yaml:4:3: unknown field "holdAplicationUntilProxyStarts"; did you mean holdApplicationUntilProxyStarts? (defaultConfig.holdAplicationUntilProxyStarts)',
    ])
    expect(unknownMeshFields('')).toEqual([])
    expect(unknownMeshFields('a: [')).toEqual([])
  })
})
