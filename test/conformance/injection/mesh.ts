// Mesh and proxy configuration: loading, merging, and which one a pod gets.
import { applyMeshConfig, loadMeshConfig, meshConfigJson, readMeshConfig } from '../../../src/config/mesh-config.js'
import {
  applyProxyConfig,
  DEFAULT_PROXY_CONFIG,
  effectiveProxyConfig,
  mergeProxyConfig,
  type ProxyConfig,
  parseProxyConfigResource,
  toJson,
} from '../../../src/config/proxy-config.js'
import type { Json, JsonObject } from '../../../src/lang/json.js'
import { parseYaml } from '../../../src/lang/yaml/index.js'
import type { Failure, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, jsonDifference } from '../difference.js'
import { must } from './core.js'
import { tableOf } from './steps.js'

interface MeshFile {
  readonly apply?: { name: string; yaml: string; effective?: JsonObject; error?: string }[]
  readonly deepMerge?: { name: string; in: string; out: string }[]
  readonly proxyConfigMerge?: { name: string; base: string; overlay: string; result: string }[]
  readonly mergePrecedence?: {
    name: string
    first: JsonObject | null
    second: JsonObject | null
    expected: JsonObject
  }[]
  readonly effectiveProxyConfig?: EffectiveRow[]
}

interface EffectiveRow {
  readonly name: string
  readonly namespace: string
  readonly rootNamespace: string
  readonly labels: Readonly<Record<string, string>> | null
  readonly annotations: Readonly<Record<string, string>> | null
  readonly meshDefaultConfig: JsonObject | null
  readonly proxyConfigs: { name: string; namespace: string; creationTimestamp: string; spec: JsonObject }[] | null
  readonly effective: JsonObject
}

/** What the upstream test of deep merging starts from; the rows' outputs name it in full. */
const MERGE_BASE = `
defaultProviders:
  metrics: [stackdriver]
extensionProviders:
- name: stackdriver
  stackdriver:
    maxNumberOfAttributes: 3
trustDomainAliases: [both, default]
`

export function meshTables(data: DataFolder): Table[] {
  const file = data.json<MeshFile>('mesh-config.json')
  return [
    tableOf('mesh-config/apply', file.apply, ({ yaml, effective, error }) => {
      const loaded = loadMeshConfig(yaml)
      if (error !== undefined) return loaded.ok ? expectedError(error, meshConfigJson(loaded.value)) : undefined
      return jsonDifference(effective, meshConfigJson(must(loaded)))
    }),
    tableOf('mesh-config/deepMerge', file.deepMerge, row => {
      const base = must(readMeshConfig(yaml(MERGE_BASE)))
      const merged = must(applyMeshConfig(base, yaml(row.in)))
      return jsonDifference(meshConfigJson(must(readMeshConfig(yaml(row.out)))), meshConfigJson(merged))
    }),
    tableOf('mesh-config/proxyConfigMerge', file.proxyConfigMerge, row => {
      const base = must(applyProxyConfig({}, yaml(row.base)))
      return jsonDifference(yaml(row.result), toJson(must(applyProxyConfig(base, yaml(row.overlay)))))
    }),
    tableOf('mesh-config/mergePrecedence', file.mergePrecedence, ({ first, second, expected }) =>
      jsonDifference(expected, toJson(mergeProxyConfig(proxyConfig(second), proxyConfig(first)))),
    ),
    tableOf('mesh-config/effectiveProxyConfig', file.effectiveProxyConfig, checkEffective),
  ]
}

function proxyConfig(json: JsonObject | null): ProxyConfig {
  return must(applyProxyConfig({}, json ?? {}))
}

function checkEffective(row: EffectiveRow): Failure {
  const resources = (row.proxyConfigs ?? []).map(({ spec, ...meta }) => must(parseProxyConfigResource(meta, spec)))
  const annotation = row.annotations?.['proxy.istio.io/config']
  const effective = effectiveProxyConfig(
    must(applyProxyConfig(DEFAULT_PROXY_CONFIG, row.meshDefaultConfig ?? {})),
    resources,
    {
      namespace: row.namespace,
      rootNamespace: row.rootNamespace,
      labels: row.labels ?? {},
      annotation: annotation === undefined ? undefined : yaml(annotation),
    },
  )
  return jsonDifference(row.effective, toJson(must(effective)))
}

function yaml(text: string): Json {
  return must(parseYaml(text))
}
