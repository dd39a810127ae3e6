import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type InjectionConfig, parseInjectionConfig } from '../config/injection-config.js'
import { parseInjectionValues } from '../config/injection-values.js'
import { loadMeshConfig, readMeshConfig } from '../config/mesh-config.js'
import { parseProxyConfigResource } from '../config/proxy-config.js'
import { cloneJson, equalJson, type Json, type JsonObject } from '../lang/json.js'
import { parseYaml, stringifyYaml } from '../lang/yaml/index.js'
import { applyJsonPatch, normalise } from '../patch/index.js'
import { inject } from './inject.js'
import { injectStream } from './manifest.js'
import { injectionSetup } from './setup.js'
import type { InjectionSetup } from './types.js'

const data = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance'),
  'injection',
)
const isPresent = existsSync(data)

// biome-ignore lint/suspicious/noExplicitAny: rows of recorded tables, each read by one test
type Row = any

const files = new Map<string, string>()
function text(path: string): string {
  const known = files.get(path)
  if (known !== undefined) return known
  const read = readFileSync(join(data, path), 'utf8')
  files.set(path, read)
  return read
}

const json = (path: string): Row => JSON.parse(text(path))
const rows = (name: string): Row[] => (isPresent ? json(`${name}.json`) : [])

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const setups = new Map<string, InjectionSetup>()
const configs = new Map<string, InjectionConfig>()

function setupOf(row: Row, revision: string): InjectionSetup {
  const key = JSON.stringify([row.config, revision, row.env, row.nodeKubeletVersions, row.proxyConfigs])
  const known = setups.get(key)
  if (known !== undefined) return known
  const file = row.config.config
  if (!configs.has(file)) configs.set(file, value(parseInjectionConfig(text(file), { file })))
  const kubelets: string[] = row.nodeKubeletVersions ?? []
  const setup = value(
    injectionSetup({
      config: configs.get(file)!,
      values: value(parseInjectionValues(text(row.config.values))),
      mesh: value(loadMeshConfig(row.config.mesh ? text(row.config.mesh) : '')),
      proxyConfigs: (row.proxyConfigs ?? []).map((resource: Row) =>
        value(
          parseProxyConfigResource(
            { name: resource.Name, namespace: resource.Namespace, creationTimestamp: '' },
            value(parseYaml(resource.Spec)),
          ),
        ),
      ),
      revision,
      environment: {
        nativeSidecars: row.env.ENABLE_NATIVE_SIDECARS ?? 'auto',
        nodes: new Map([['Kubernetes', kubelets.map((kubeletVersion, i) => ({ name: `n${i}`, kubeletVersion }))]]),
        platform: row.env.PLATFORM ?? '',
        compliancePolicy: row.env.COMPLIANCE_POLICY ?? '',
      },
    }),
  )
  setups.set(key, setup)
  return setup
}

/** The webhook's reading of its URL, in both of its forms. */
function parametersOf(path: string): Map<string, string> {
  const parameters = new Map<string, string>()
  const names: Record<string, string> = { cluster: 'ISTIO_META_CLUSTER_ID', net: 'ISTIO_META_NETWORK' }
  const set = (key: string, given: string) =>
    parameters.set(names[key] ?? key.toUpperCase(), given.replaceAll('--slash--', '/'))
  const rest = path.replace(/^\/inject\/?/, '').replace(/\/$/, '')
  const parts = rest.split('/')
  if (rest.startsWith(':ENV:')) {
    for (const pair of rest.split(':ENV:').filter(Boolean))
      set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  } else {
    for (let i = 0; i + 1 < parts.length; i += 2) set(parts[i]!, parts[i + 1]!)
  }
  return parameters
}

function namespaceAnnotations(row: Row, name: string): ReadonlyMap<string, string> | undefined {
  const isKnown = row.namespaces?.includes(name) === true
  const found = isKnown ? rows('namespaces').find(namespace => namespace.metadata.name === name) : undefined
  return found === undefined ? undefined : new Map(Object.entries(found.metadata.annotations ?? {}))
}

function checkPart(
  row: Row,
  request: JsonObject & { object: JsonObject },
  wanted: JsonObject | null,
  revision: string,
): void {
  const known = namespaceAnnotations(row, String(request['namespace'] ?? ''))
  const before = cloneJson(request.object)
  const outcome = inject(setupOf(row, revision), {
    pod: request.object,
    namespace: String(request['namespace'] ?? ''),
    parameters: parametersOf(row.path ?? '/inject'),
    ...(known === undefined ? {} : { namespaceAnnotations: known }),
  })
  expect(equalJson(request.object, before)).toBe(true)
  if (row.allowed === false || wanted === null) {
    expect(outcome.verdict).toBe(row.allowed === false ? 'failed' : 'refused')
    return
  }
  if (outcome.verdict !== 'injected')
    throw new Error(outcome.verdict === 'failed' ? outcome.failure.message : 'refused')
  expect(plain(outcome.pod)).toEqual(wanted)
  const applied = value(applyJsonPatch(request.object, outcome.patch))
  expect(plain(value(normalise('v1.Pod', applied)))).toEqual(wanted)
}

const plain = (item: unknown): unknown => JSON.parse(JSON.stringify(item))

function stream(row: Row, input: string, revision: string) {
  const documents = injectStream(setupOf(row, revision), input)
  const last = documents.at(-1)
  return {
    output: documents
      .filter(({ result }) => result !== 'failed')
      .map(({ output }) => `${output}---\n`)
      .join(''),
    warnings: documents.flatMap(({ warnings }) => warnings),
    failure: last?.result === 'failed' ? last.message : undefined,
  }
}

describe.skipIf(!isPresent)('webhook goldens, recorded', () => {
  const parts = rows('cases').flatMap(row =>
    row.webhook ? row.webhookParts.map((part: Row, i: number) => [`${row.name} ${i}`, row, part]) : [],
  )
  it.each(parts)('%s', (_, row, part) => {
    const { request } = typeof part.request === 'string' ? json(part.request) : part.request
    checkPart(row, request, part.pod === null ? null : json(part.pod), row.webhookRevision)
  })
})

describe.skipIf(!isPresent)('webhook requests beyond the goldens, recorded', () => {
  const known = rows('extra').filter(row => typeof json(row.request).request?.object?.metadata === 'object')
  it.each(known.map(row => [row.name, row]))('%s', (_, row) => {
    const { request } = json(row.request)
    checkPart(row, request, row.pod === null ? null : json(row.pod), row.revision)
  })
})

describe.skipIf(!isPresent)('kube-inject goldens, recorded', () => {
  const goldens = rows('cases').filter(row => row.kubeInject)
  it.each(goldens.map(row => [row.name, row]))('%s', (_, row) => {
    const { output, warnings, failure } = stream(row, text(row.input), row.kubeInjectRevision)
    if (row.expected === null) return expect(failure?.toLowerCase()).toContain(row.expectedErrorContainsLower)
    expect(failure).toBeUndefined()
    expect(output.trim()).toBe(text(row.expected).trim())
    expect(warnings).toEqual(row.kubeInjectWarnings ?? [])
  })
  it.each(rows('kube-inject-extra').map(row => [row.name, row]))('extra: %s', (_, row) => {
    const { output, warnings, failure } = stream(row, row.input, row.revision)
    expect(failure === undefined).toBe(row.error === null || row.error === undefined)
    if (failure === undefined) expect(output).toBe(row.output)
    expect(warnings).toEqual(row.warnings ?? [])
  })
})

describe.skipIf(!isPresent)('merging templates, recorded', () => {
  it.each(rows('merge-templates').map(row => [row.name, row]))('%s', (_, row) => {
    const setup = value(
      injectionSetup({
        config: value(parseInjectionConfig(stringifyYaml(row.config))),
        values: value(parseInjectionValues(JSON.stringify(row.values))),
        mesh: row.mesh === null ? value(readMeshConfig({})) : value(loadMeshConfig(stringifyYaml(row.mesh))),
        environment: { nativeSidecars: 'false' },
      }),
    )
    const outcome = inject(setup, { pod: row.pod, namespace: row.namespace })
    if (outcome.verdict !== 'injected') throw new Error(JSON.stringify(outcome))
    expect(withoutStatus(outcome.pod)).toEqual(withoutStatus(row.patchedPod))
  })
  function withoutStatus(pod: Json): unknown {
    const copy = plain(pod) as Row
    delete copy.metadata.annotations['sidecar.istio.io/status']
    return copy
  }
})
