import { describe, expect, it } from 'vitest'
import { formatProblem, type Problem } from '../lang/problem.js'
import type { Result } from '../lang/result.js'
import { parseBuiltinValues } from './builtin-values.js'
import { parseInjectionConfig } from './injection-config.js'
import { parseInjectionValues } from './injection-values.js'
import { loadMeshConfig } from './mesh-config.js'

const MAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: mesh}
data:
  config: "policy: enabled"
`
const file = 'cm.yaml'

type Read = (text: string) => Result<unknown, readonly Problem[]>

describe('a whole ConfigMap is not taken for an empty configuration', () => {
  it.each<[key: string, Read]>([
    ['config', text => parseInjectionConfig(text, { file })],
    ['config', text => parseInjectionConfig(text, { file, allowsBareTemplate: true })],
    ['values', text => parseInjectionValues(text, { file })],
    ['values', text => parseBuiltinValues(text, '', { file })],
    ['mesh', text => loadMeshConfig(text, { file })],
  ])('%s', (key, read) => {
    const refused = read(MAP)
    expect(refused.ok ? [] : refused.error.map(formatProblem)).toEqual([
      `cm.yaml:2:1: this is a whole ConfigMap, and only the text of its key ${key} is wanted: ` +
        `kubectl get configmap istio -n mesh -o jsonpath='{.data.${key}}'`,
    ])
  })

  it('but what has no data is none, whatever it calls itself', () => {
    expect(parseInjectionConfig('kind: ConfigMap\npolicy: enabled').ok).toBe(true)
  })
})
