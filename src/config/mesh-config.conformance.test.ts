import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../lang/json.js'
import { parseYaml } from '../lang/yaml/index.js'
import { applyMeshConfig, loadMeshConfig, meshConfigJson, readMeshConfig } from './mesh-config.js'
import { decodeProto } from './proto-json.js'
import {
  applyProxyConfig,
  DEFAULT_PROXY_CONFIG,
  effectiveProxyConfig,
  mergeProxyConfig,
  PROXY_CONFIG,
  type ProxyConfig,
  parseProxyConfigResource,
  toJson,
} from './proxy-config.js'

const data = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance'),
  'injection',
)

interface Tables {
  apply: { name: string; yaml: string; effective?: JsonObject; error?: string }[]
  deepMerge: { name: string; in: string; out: string }[]
  proxyConfigMerge: { name: string; base: string; overlay: string; result: string }[]
  mergePrecedence: { name: string; first: Json; second: Json; expected: JsonObject }[]
  effectiveProxyConfig: {
    name: string
    namespace: string
    rootNamespace: string
    labels: Record<string, string> | null
    annotations: Record<string, string> | null
    meshDefaultConfig: Json
    proxyConfigs: { name: string; namespace: string; creationTimestamp: string; spec: Json }[]
    effective: JsonObject
  }[]
}

function yaml(text: string): Json {
  const read = parseYaml(text)
  if (!read.ok) throw new Error(read.error.message)
  return read.value
}

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json))
const proxy = (json: Json): ProxyConfig => value(applyProxyConfig({}, json ?? {}))

describe.skipIf(!existsSync(data))('mesh config, recorded', () => {
  const tables = existsSync(data)
    ? (JSON.parse(readFileSync(join(data, 'mesh-config.json'), 'utf8')) as Tables)
    : ({ apply: [], deepMerge: [], proxyConfigMerge: [], mergePrecedence: [], effectiveProxyConfig: [] } as Tables)

  it.each(tables.apply)('apply: $name', row => {
    const loaded = loadMeshConfig(row.yaml)
    expect(loaded.ok).toBe(row.error === undefined)
    if (loaded.ok) expect(JSON.stringify(meshConfigJson(loaded.value))).toBe(JSON.stringify(row.effective))
  })

  it.each(tables.deepMerge)('deepMerge: $name', row => {
    const base = value(
      readMeshConfig(
        yaml(`
defaultProviders:
  metrics: [stackdriver]
extensionProviders:
- name: stackdriver
  stackdriver: {maxNumberOfAttributes: 3}
trustDomainAliases: [default, both]`),
      ),
    )
    expect(plain(value(applyMeshConfig(base, yaml(row.in))))).toEqual(plain(value(readMeshConfig(yaml(row.out)))))
  })

  it.each(tables.proxyConfigMerge)('proxyConfigMerge: $name', row => {
    const merged = applyProxyConfig(proxy(yaml(row.base)), yaml(row.overlay))
    expect(plain(value(merged))).toEqual(plain(value(decodeProto(PROXY_CONFIG, yaml(row.result)))))
  })

  it.each(tables.mergePrecedence)('mergePrecedence: $name', row => {
    expect(plain(mergeProxyConfig(proxy(row.second), proxy(row.first)))).toEqual(row.expected)
  })

  it.each(tables.effectiveProxyConfig)('effectiveProxyConfig: $name', row => {
    const resources = row.proxyConfigs.map(({ spec, ...meta }) => value(parseProxyConfigResource(meta, spec)))
    const annotation = row.annotations?.['proxy.istio.io/config']
    const effective = effectiveProxyConfig(
      value(applyProxyConfig(DEFAULT_PROXY_CONFIG, row.meshDefaultConfig ?? {})),
      resources,
      {
        namespace: row.namespace,
        rootNamespace: row.rootNamespace,
        labels: row.labels ?? {},
        annotation: annotation === undefined ? undefined : yaml(annotation),
      },
    )
    expect(JSON.stringify(toJson(value(effective)))).toBe(JSON.stringify(row.effective))
  })
})
