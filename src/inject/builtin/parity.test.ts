import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../../config/injection-config.js'
import { type InjectionValues, parseInjectionValues } from '../../config/injection-values.js'
import { loadMeshConfig } from '../../config/mesh-config.js'
import { parseProxyConfigResource } from '../../config/proxy-config.js'
import { parseYaml } from '../../lang/yaml/index.js'
import { inject } from '../inject.js'
import { injectStream } from '../manifest.js'
import { injectionSetup } from '../setup.js'
import type { InjectionSetup } from '../types.js'

// Pillion's own sidecar and gateway give, for the same values and mesh, the pods that the reference's templates give.
// The rest of the configuration (policy, selectors, defaults, templates of other names) stays the recorded one.

const data = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/conformance'),
  'injection',
)
const isPresent = existsSync(data)
const OWN = ['sidecar', 'gateway'] as const

// biome-ignore lint/suspicious/noExplicitAny: rows of recorded tables, each read by one test
type Row = any

const text = (path: string): string => readFileSync(join(data, path), 'utf8')
const json = (path: string): Row => JSON.parse(text(path))
const rows = (name: string): Row[] => (isPresent ? json(`${name}.json`) : [])
const plain = (item: unknown): unknown => JSON.parse(JSON.stringify(item))

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const own = value(
  parseInjectionConfig(readFileSync(join(import.meta.dirname, 'config.yaml'), 'utf8'), { file: 'config.yaml' }),
)

/** Whether the recorded configuration has the reference's own two templates, and not some of the test's. */
function isStock(row: Row): boolean {
  const { templates } = value(parseInjectionConfig(text(row.config.config)))
  return OWN.every(name => templates.has(name)) && templates.get('sidecar')!.text.includes('istio-iptables')
}

function valuesOf(row: Row): InjectionValues {
  return value(parseInjectionValues(text(row.config.values)))
}

function setupOf(row: Row, revision: string): InjectionSetup {
  const recorded = value(parseInjectionConfig(text(row.config.config)))
  const templates = new Map(recorded.templates)
  for (const name of OWN) templates.set(name, own.templates.get(name)!)
  const kubelets: string[] = row.nodeKubeletVersions ?? []
  return value(
    injectionSetup({
      config: { ...recorded, templates },
      values: valuesOf(row),
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
}

/** The recorded URLs that carry parameters, in the form name/value. */
function parametersOf(path = '/inject'): Map<string, string> {
  const names: Record<string, string> = { cluster: 'ISTIO_META_CLUSTER_ID', net: 'ISTIO_META_NETWORK' }
  const set = (key: string, given: string): [string, string] => [
    names[key] ?? key.toUpperCase(),
    given.replaceAll('--slash--', '/'),
  ]
  const rest = path.replace(/^\/inject\/?/, '').replace(/\/$/, '')
  if (rest.startsWith(':ENV:')) {
    const pairs = rest.split(':ENV:').filter(Boolean)
    return new Map(pairs.map(pair => set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))))
  }
  const parts = rest.split('/')
  return new Map(
    parts.flatMap((key, i) => (i % 2 === 0 && parts[i + 1] !== undefined ? [set(key, parts[i + 1]!)] : [])),
  )
}

function namespaceAnnotations(row: Row, name: string): ReadonlyMap<string, string> | undefined {
  if (row.namespaces?.includes(name) !== true) return undefined
  const found = rows('namespaces').find(namespace => namespace.metadata.name === name)
  return found === undefined ? undefined : new Map(Object.entries(found.metadata.annotations ?? {}))
}

function check(row: Row, request: Row, wanted: Row, revision: string): void {
  const namespace = String(request.namespace ?? '')
  const annotations = namespaceAnnotations(row, namespace)
  const outcome = inject(setupOf(row, revision), {
    pod: request.object,
    namespace,
    parameters: parametersOf(row.path),
    ...(annotations === undefined ? {} : { namespaceAnnotations: annotations }),
  })
  if (outcome.verdict === 'failed') throw new Error(outcome.failure.message)
  if (outcome.verdict !== 'injected') throw new Error('not injected')
  expect(plain(outcome.pod)).toEqual(wanted)
}

describe.skipIf(!isPresent)('the built-in sidecar and gateway against recorded pods', () => {
  const goldens = rows('cases').filter(row => row.webhook && isStock(row))
  const parts = goldens.flatMap(row =>
    row.webhookParts
      .filter((part: Row) => part.pod !== null)
      .map((part: Row, i: number): [string, Row, Row] => [`${row.name} ${i}`, row, part]),
  )
  it.each(parts)('%s', (_, row, part) => {
    const { request } = typeof part.request === 'string' ? json(part.request) : part.request
    check(row, request, json(part.pod), row.webhookRevision)
  })

  const extras = rows('extra').filter(row => row.pod !== null && isStock(row))
  it.each(extras.map((row): [string, Row] => [row.name, row]))('extra: %s', (_, row) => {
    check(row, json(row.request).request, json(row.pod), row.revision)
  })
})

describe.skipIf(!isPresent)('the built-in sidecar and gateway against recorded manifests', () => {
  const goldens = rows('cases').filter(row => row.kubeInject && row.expected !== null && isStock(row))
  it.each(goldens.map((row): [string, Row] => [row.name, row]))('%s', (_, row) => {
    const documents = injectStream(setupOf(row, row.kubeInjectRevision), text(row.input))
    const output = documents.map(document => `${document.output}---\n`).join('')
    expect(output.trim()).toBe(text(row.expected).trim())
  })
})
