import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseInjectionConfig } from '../config/injection-config.js'
import { loadMeshConfig, type MeshConfig } from '../config/mesh-config.js'
import { parseJson } from '../lang/gojson.js'
import type { Json, JsonObject } from '../lang/json.js'
import { stringifyYaml } from '../lang/yaml/index.js'
import { validateAnnotations } from './annotations.js'
import { setClusterEnv } from './cluster-env.js'
import { decide } from './decide.js'
import { workloadOf } from './deploy-meta.js'
import { isNativeCluster } from './native.js'
import { proxyIds } from './openshift.js'
import { isHoldingApplication } from './pipeline.js'
import { annotationsOf, containersOf, findContainer, nameOf } from './pod.js'
import { collectProbers, isRewritingProbes, redirectHandlers, withProbers } from './probes.js'
import { isMergingMetrics, mergePrometheus, RESERVED_PORTS, scrapeOf, setSecurePort } from './prometheus.js'
import { proxyImage } from './proxy-image.js'
import { reorderContainers } from './reorder.js'
import { parseStatus } from './status.js'

const data = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance'),
  'injection',
)
const isPresent = existsSync(data)

// biome-ignore lint/suspicious/noExplicitAny: rows of recorded tables, each read by one test
type Row = any

function table(name: string): Row {
  return isPresent ? JSON.parse(readFileSync(join(data, `${name}.json`), 'utf8')) : []
}

function rows(name: string, key?: string): Row[] {
  const whole = table(name)
  return key === undefined ? whole : (whole[key] ?? [])
}

function numbered(list: Row[]): [string, Row][] {
  return list.map((row, i) => [`${i} ${row.name ?? ''}`, row])
}

const strings = (object: Record<string, string> | null | undefined): Map<string, string> =>
  new Map(Object.entries(object ?? {}))

function mesh(text: string): MeshConfig {
  const loaded = loadMeshConfig(text)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  return loaded.value
}

function config(parts: JsonObject) {
  const parsed = parseInjectionConfig(stringifyYaml(parts))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.value
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const proxyPod = (env: Json): JsonObject => ({ spec: { containers: [{ name: 'istio-proxy', env: env ?? [] }] } })

describe.skipIf(!isPresent)('decisions, recorded', () => {
  it.each(numbered(rows('decisions')))('%s', (_, row) => {
    const pod = {
      metadata: { labels: row.labels ?? {}, annotations: row.annotations ?? {} },
      spec: { hostNetwork: row.podSpec.hostNetwork },
    }
    const { policy, neverInjectSelector, alwaysInjectSelector } = row
    const setup = { config: config({ policy, neverInjectSelector, alwaysInjectSelector }) }
    const decision = decide(setup, { pod, namespace: row.namespace })
    expect(decision.inject).toBe(row.expected)
    expect(decision.gates.filter(gate => gate.role === 'decides')).toHaveLength(1)
    expect(decision.gates).toHaveLength(6)
  })
})

describe.skipIf(!isPresent)('annotations, recorded', () => {
  it.each(rows('validate', 'annotations').map(row => [`${row.annotation} ${JSON.stringify(row.value)}`, row] as const))(
    '%s',
    (_, row) => {
      expect(validateAnnotations(new Map([[row.annotation, row.value]]))).toHaveLength(row.valid ? 0 : 1)
    },
  )
  it.each(numbered(rows('validate', 'quantityUpstream')))('quantity %s', (_, row) => {
    expect(validateAnnotations(new Map([['sidecar.istio.io/proxyCPU', row.value]])).length === 0).toBe(row.valid)
  })
  it.each(numbered(rows('validate', 'annotationMapsUpstream')))('maps %s', (_, row) => {
    expect(validateAnnotations(strings(row.annotations)).length === 0).toBe(row.valid)
  })
})

describe.skipIf(!isPresent)('steps, recorded', () => {
  it.each(numbered(rows('reorder')))('reorder %s', (_, row) => {
    const list = (names: string[] | null) => (names ?? []).map(name => ({ name }))
    const annotations = row.proxyConfigAnnotation === '' ? {} : { 'proxy.istio.io/config': row.proxyConfigAnnotation }
    const pod = {
      metadata: { annotations },
      spec: { containers: list(row.containers), initContainers: list(row.initContainers) },
    }
    const byMesh = row.hold.startsWith('mesh')
    const holding = isHoldingApplication(
      mesh(byMesh ? 'defaultConfig: {holdApplicationUntilProxyStarts: true}' : '').defaultConfig,
      row.hold.startsWith('values'),
      pod,
    )
    const ordered = reorderContainers(pod, holding)
    expect(containersOf(ordered, 'containers').map(nameOf)).toEqual(row.expectedContainers)
    expect(containersOf(ordered, 'initContainers').map(nameOf)).toEqual(row.expectedInitContainers)
  })

  it.each(numbered(rows('native-sidecar')))('native %s', (_, row) => {
    const nodes = row.kubeletVersions.map((kubeletVersion: string, i: number) => ({ name: `n${i}`, kubeletVersion }))
    const environment = { nativeSidecars: row.mode, nodes: new Map([['Kubernetes', nodes]]) }
    expect(isNativeCluster(environment, '', row.podNodeName)).toBe(row.expected)
  })

  it.each(numbered(rows('proxy-image')))('proxy image %s', (_, row) => {
    const values = { hub: row.hub, tag: String(row.tag), variant: '', proxyImage: '' }
    const type = row.annotations?.['sidecar.istio.io/proxyImageType']
    expect(proxyImage(values, row.proxyConfigImage?.imageType, type)).toBe(row.expected)
  })

  it.each(numbered(rows('status', 'parse')))('status %s', (_, row) => {
    const status = parseStatus(row.status)
    expect(status?.containers ?? []).toEqual(row.expectedContainers)
    expect(status?.initContainers ?? []).toEqual(row.expectedInitContainers)
  })

  it.each(numbered(rows('deploy-meta')))('workload %s', (_, row) => {
    const workload = workloadOf(row.pod)
    expect(workload.name).toBe(row.wantName.Name)
    expect(workload.namespace).toBe(row.wantName.Namespace)
    expect(workload.type).toEqual(row.wantType)
  })

  it.each(numbered(rows('openshift-ids')))('openshift %s', (_, row) => {
    expect(proxyIds(row.namespaceAnnotations ? strings(row.namespaceAnnotations) : undefined)).toEqual({
      uid: row.uid,
      gid: row.gid,
    })
  })

  it.each(numbered(rows('inject-path', 'updateClusterEnvs')))('cluster env %s', (_, row) => {
    const pod = setClusterEnv(proxyPod(row.env), strings(row.newKVs))
    expect(plain(findContainer(pod, 'containers', 'istio-proxy')?.['env'])).toEqual(row.expected)
  })
})

describe.skipIf(!isPresent)('probes, recorded', () => {
  it.each(numbered(rows('probes', 'shouldRewrite')))('shouldRewrite %s', (_, row) => {
    expect(isRewritingProbes(strings(row.annotations), row.rewriteAppHTTPProbe)).toBe(row.expected)
  })
  it.each(numbered(rows('probes', 'dumpAppProbers')))('dumpAppProbers %s', (_, row) => {
    expect(JSON.stringify(collectProbers(row.pod, row.targetPort))).toBe(row.expected)
  })
  it.each(numbered(rows('probes', 'patchRewriteProbe')))('patchRewriteProbe %s', (_, row) => {
    expect(plain(redirectHandlers(row.pod, row.defaultPort))).toEqual(row.expected)
  })
  it.each(numbered(rows('probes', 'mergeOrAppendProbers')))('mergeOrAppendProbers %s', (_, row) => {
    const probers = parseJson(row.newProbers)
    if (!probers.ok) throw new Error('not JSON')
    const proxy = withProbers(
      { name: 'istio-proxy', env: row.env },
      probers.value as JsonObject,
      row.previouslyInjected,
    )
    expect(plain(proxy['env'])).toEqual(row.expected)
  })
})

describe.skipIf(!isPresent)('Prometheus, recorded', () => {
  it.each(numbered(rows('prometheus', 'enableMerge')))('enableMerge %s', (_, row) => {
    expect(isMergingMetrics(row.mesh ?? {}, strings(row.annotations))).toBe(row.expected)
  })
  it.each(numbered(rows('prometheus', 'scrapeConfiguration')))('scrapeConfiguration %s', (_, row) => {
    const { port, path, targets } = scrapeOf(strings(row.annotations))
    expect({ port, path, targets: targets ?? null }).toEqual(row.expected)
  })
  it.each(numbered(rows('prometheus', 'applyMerge')))('applyMerge %s', (_, row) => {
    const name = row.hasProxy ? 'istio-proxy' : 'app'
    const pod = { metadata: { annotations: row.annotations }, spec: { containers: [{ name }] } }
    const merged = mergePrometheus(pod, mesh(row.meshYAML))
    expect(merged.ok ? '' : merged.error).toBe(row.error)
    const result = merged.ok ? merged.value : pod
    expect(Object.fromEntries(annotationsOf(result))).toEqual(row.expectedAnnotations)
    expect(plain(containersOf(result, 'containers')[0]?.['env'] ?? [])).toEqual(row.expectedProxyEnv)
  })
  it.each(numbered(rows('prometheus', 'securePort')))('securePort %s', (_, row) => {
    const pod = setSecurePort({ ...proxyPod(row.proxyEnv), metadata: { annotations: row.annotations ?? {} } })
    expect(Object.fromEntries(annotationsOf(pod))).toEqual(row.expectedAnnotations)
  })
  it('reserves the same ports', () => {
    expect([...RESERVED_PORTS]).toEqual(rows('prometheus', 'reservedPorts').map(row => [row.port, row.reason]))
  })
})

it.skipIf(!isPresent)('reads every recorded configuration', () => {
  const files = new Set(rows('cases').map(row => row.config.config))
  for (const file of files) expect(parseInjectionConfig(readFileSync(join(data, file), 'utf8')).ok).toBe(true)
})
