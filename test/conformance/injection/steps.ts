// Tables of single steps of injection, each through the library's `inject` or `decide` with the smallest configuration that
// shows the step.
import { DEFAULT_MESH_CONFIG, type MeshConfig } from '../../../src/config/mesh-config.js'
import type { JsonObject } from '../../../src/lang/json.js'
import type { Failure, Row, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, jsonDifference } from '../difference.js'
import { configOf, injectedPod, injectPod, type Pod, printed } from './core.js'

const PROXY = 'spec:\n  containers:\n  - name: istio-proxy\n'

/** Turns a list of recorded rows into a table; a row's name is its own, or its place. */
export function tableOf<R extends object>(
  name: string,
  rows: readonly R[] | undefined,
  check: (row: R) => Failure,
): Table {
  const nameOf = (row: R, index: number): string =>
    'name' in row && typeof row.name === 'string' ? row.name : `#${index}`
  return { name, rows: (rows ?? []).map((row, index): Row => ({ name: nameOf(row, index), check: () => check(row) })) }
}

type Annotations = Readonly<Record<string, string>> | null

interface DecisionRow {
  readonly name: string
  readonly namespace: string
  readonly policy: string
  readonly podSpec: JsonObject
  readonly annotations: Annotations
  readonly labels: Annotations
  readonly neverInjectSelector: readonly JsonObject[] | null
  readonly alwaysInjectSelector: readonly JsonObject[] | null
  readonly expected: boolean
}

export function decisionTable(data: DataFolder): Table {
  return tableOf('decisions', data.json<DecisionRow[]>('decisions.json'), row => {
    const { policy, neverInjectSelector, alwaysInjectSelector, namespace, annotations, labels, podSpec } = row
    const templates = { sidecar: PROXY }
    const config = JSON.stringify({ policy, neverInjectSelector, alwaysInjectSelector, templates })
    const pod = { metadata: { name: 'p', namespace, annotations, labels }, spec: podSpec }
    const { verdict, decision } = injectPod({ config, pod })
    if (decision.inject !== row.expected) return `expected ${row.expected}, got ${decision.inject} (${decision.reason})`
    return (verdict === 'injected') === row.expected ? undefined : `decided as expected, but the verdict is ${verdict}`
  })
}

interface AnnotationRow {
  readonly annotation: string
  readonly value: string
  readonly valid: boolean
  readonly error?: string
}

export function validationTables(data: DataFolder): Table[] {
  const file = data.json<{
    annotations?: AnnotationRow[]
    quantityUpstream?: (Omit<AnnotationRow, 'annotation'> & { name: string })[]
    annotationMapsUpstream?: { name: string; annotations: Record<string, string>; valid: boolean }[]
  }>('validate.json')
  const named = (file.annotations ?? []).map(row => ({
    ...row,
    name: `${row.annotation}=${JSON.stringify(row.value)}`,
  }))
  return [
    tableOf('validate/annotations', named, row => checkValid({ [row.annotation]: row.value }, row.valid)),
    tableOf('validate/quantityUpstream', file.quantityUpstream, row =>
      checkValid({ 'sidecar.istio.io/proxyCPU': row.value }, row.valid),
    ),
    tableOf('validate/annotationMapsUpstream', file.annotationMapsUpstream, row =>
      checkValid(row.annotations, row.valid),
    ),
  ]
}

/** An invalid annotation denies admission; whether a valid one then works out is another table's matter. */
function checkValid(annotations: Record<string, string>, valid: boolean): Failure {
  const pod = { metadata: { name: 'p', annotations }, spec: { containers: [{ name: 'app' }] } }
  const outcome = injectPod({ config: configOf(PROXY), pod })
  const isInvalid = outcome.verdict === 'failed' && outcome.failure.code === 'invalid-annotations'
  if (isInvalid !== valid) return undefined
  return valid
    ? `expected it to be valid, got ${outcome.verdict === 'failed' && outcome.failure.message}`
    : 'expected it to be refused'
}

interface ReorderRow {
  readonly name: string
  readonly containers: readonly string[] | null
  readonly initContainers: readonly string[] | null
  readonly hold: string
  readonly proxyConfigAnnotation: string
  readonly error: string
  readonly expectedContainers: readonly string[] | null
  readonly expectedInitContainers: readonly string[] | null
}

export function reorderTable(data: DataFolder): Table {
  return tableOf('reorder', data.json<ReorderRow[]>('reorder.json'), row => {
    const annotation = row.proxyConfigAnnotation
    const outcome = injectPod({
      config: configOf('spec: {}\n'),
      values: { global: { proxy: { holdApplicationUntilProxyStarts: row.hold.includes('values') } } },
      mesh: row.hold.includes('mesh') ? 'defaultConfig:\n  holdApplicationUntilProxyStarts: true\n' : '',
      pod: {
        metadata: { name: 'p', annotations: annotation === '' ? {} : { 'proxy.istio.io/config': annotation } },
        spec: { containers: namedItems(row.containers ?? []), initContainers: namedItems(row.initContainers ?? []) },
      },
    })
    if (row.error !== '') return outcome.verdict === 'failed' ? undefined : expectedError(row.error, outcome.verdict)
    if (outcome.verdict !== 'injected') return outcome.verdict === 'failed' ? outcome.failure.message : 'refused'
    const { spec } = outcome.pod as unknown as Pod
    const namesOf = (list: readonly { readonly name: string }[] | null | undefined) =>
      (list ?? []).map(({ name }) => name)
    return jsonDifference(
      { containers: row.expectedContainers ?? [], initContainers: row.expectedInitContainers ?? [] },
      { containers: namesOf(spec.containers), initContainers: namesOf(spec.initContainers) },
    )
  })
}

function namedItems(names: readonly string[]): { name: string }[] {
  return names.map(name => ({ name }))
}

interface NativeRow {
  readonly name: string
  readonly mode: string
  readonly kubeletVersions: readonly string[]
  readonly podNodeName: string
  readonly expected: boolean
}

export function nativeTable(data: DataFolder): Table {
  return tableOf('native-sidecar', data.json<NativeRow[]>('native-sidecar.json'), row => {
    const nodes = row.kubeletVersions.map((kubeletVersion, index) => ({ name: `node-${index}`, kubeletVersion }))
    const nodeName = row.podNodeName === '' ? {} : { nodeName: row.podNodeName }
    const said = printed(
      {
        environment: { nativeSidecars: row.mode, nodes: new Map([['Kubernetes', nodes]]) },
        pod: { metadata: { name: 'p' }, spec: { ...nodeName, containers: [{ name: 'app' }] } },
      },
      '{{ .NativeSidecars }}',
    )
    return jsonDifference(String(row.expected), said)
  })
}

interface ImageRow {
  readonly name: string
  readonly hub: string
  readonly tag: string | number
  readonly annotations: Annotations
  readonly proxyConfigImage: { readonly imageType?: string } | null
  readonly expected: string
}

export function imageTable(data: DataFolder): Table {
  return tableOf('proxy-image', data.json<ImageRow[]>('proxy-image.json'), row => {
    const { hub, tag, annotations, proxyConfigImage: image } = row
    const said = printed(
      {
        values: { global: { hub, tag } },
        mesh: image === null ? '' : JSON.stringify({ defaultConfig: { image } }),
        pod: { metadata: { name: 'p', annotations }, spec: { containers: [{ name: 'app' }] } },
      },
      '{{ .ProxyImage }}',
    )
    return jsonDifference(row.expected, said)
  })
}

interface StatusRow {
  readonly name: string
  readonly status: string
  readonly expectedContainers: readonly string[] | null
  readonly expectedInitContainers: readonly string[] | null
}

/** What an earlier status lists is stripped before templates see the pod; everything else stays. */
export function statusTable(data: DataFolder): Table {
  const rows = data.json<{ parse?: StatusRow[] }>('status.json').parse
  return tableOf('status/parse', rows, row => {
    const listed = [row.expectedContainers ?? [], row.expectedInitContainers ?? []]
    const all = listed.map(names => [...new Set([...names, 'istio-proxy', 'istio-init', 'app'])])
    const metadata = { name: 'p', annotations: { 'sidecar.istio.io/status': row.status } }
    const spec = { containers: namedItems(all[0] ?? []), initContainers: namedItems(all[1] ?? []) }
    const said = printed(
      { pod: { metadata, spec } },
      '{{ range .Spec.Containers }}{{ .Name }} {{ end }}| {{ range .Spec.InitContainers }}{{ .Name }} {{ end }}',
    )
    const left = all.map((names, index) => names.filter(name => !listed[index]?.includes(name)))
    return jsonDifference(left.map(names => names.map(name => `${name} `).join('')).join('| '), said)
  })
}

interface MetaRow {
  readonly name: string
  readonly pod: JsonObject
  readonly wantName: { readonly Namespace: string; readonly Name: string }
  readonly wantType: { readonly kind: string; readonly apiVersion: string }
}

export function workloadTable(data: DataFolder): Table {
  return tableOf('deploy-meta', data.json<MetaRow[]>('deploy-meta.json'), row => {
    const text =
      '{{ .DeploymentMeta.Namespace }}/{{ .DeploymentMeta.Name }} {{ .TypeMeta.APIVersion }} {{ .TypeMeta.Kind }}'
    const { wantName, wantType } = row
    const expected = `${wantName.Namespace}/${wantName.Name} ${wantType.apiVersion} ${wantType.kind}`
    return jsonDifference(expected, printed({ pod: row.pod }, text))
  })
}

interface IdRow {
  readonly namespaceAnnotations?: Readonly<Record<string, string>> | null
  readonly uid: number
  readonly gid: number
}

export function openshiftTable(data: DataFolder): Table {
  return tableOf('openshift-ids', data.json<IdRow[]>('openshift-ids.json'), row => {
    // `namespace: null` in place of annotations: the Namespace object is not known.
    const isKnown = row.namespaceAnnotations !== undefined
    const said = printed(
      {
        environment: { platform: 'openshift' },
        namespaceAnnotations: isKnown ? (row.namespaceAnnotations ?? {}) : undefined,
        pod: { metadata: { name: 'p' }, spec: { containers: [{ name: 'app' }] } },
      },
      '{{ .ProxyUID }} {{ .ProxyGID }}',
    )
    return jsonDifference(`${row.uid} ${row.gid}`, said)
  })
}

interface MergeRow {
  readonly name: string
  readonly config: JsonObject
  readonly values: JsonObject
  readonly namespace: string
  readonly mesh: MeshConfig | null
  readonly pod: JsonObject
  readonly patchedPod: Pod
}

/** A mesh config that is null is the empty message: no defaults at all. */
const NO_MESH_CONFIG: MeshConfig = { defaultConfig: {} }

export function mergeTable(data: DataFolder): Table {
  return tableOf('merge-templates', data.json<MergeRow[]>('merge-templates.json'), row => {
    const mesh = row.mesh === null ? NO_MESH_CONFIG : { ...DEFAULT_MESH_CONFIG, ...row.mesh }
    const pod = injectedPod({ ...row, config: JSON.stringify(row.config), mesh })
    return jsonDifference(withoutStatus(row.patchedPod), withoutStatus(pod))
  })
}

function withoutStatus(pod: Pod): object {
  const { 'sidecar.istio.io/status': _status, ...annotations } = pod.metadata.annotations ?? {}
  return { ...pod, metadata: { ...pod.metadata, annotations } }
}
