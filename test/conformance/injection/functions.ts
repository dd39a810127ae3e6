// Template functions, called by templates through the library's `inject`: what they see has Go's types there.
import { DEFAULT_MESH_CONFIG, type MeshConfig } from '../../../src/config/mesh-config.js'
import { injectionSetup } from '../../../src/inject/index.js'
import type { JsonObject } from '../../../src/lang/json.js'
import type { Failure, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { jsonDifference } from '../difference.js'
import { configOf, containerOf, type Injection, injectedPod, parsedSetup } from './core.js'
import { tableOf } from './steps.js'

type Strings = Readonly<Record<string, string>> | null

interface FunctionFile {
  readonly istioFunctions?: readonly { name: string }[]
  readonly sprigTxtFuncMap?: readonly string[]
  readonly omitNil?: { name: string; in: unknown; expected: unknown }[]
  readonly otelResourceAttributes?: OtelRow[]
  readonly appendMultusNetwork?: { name: string; in: string; network: string; expected: string }[]
  readonly portsForContainer?: { container: JsonObject; expected: readonly string[] | null }[]
  readonly protoToJSON?: { name: string; proxyConfig: JsonObject; expected: string }[]
  readonly typed?: TypedRow[]
  readonly nativeSidecarAnnotation?: NativeRow[]
}

interface OtelRow {
  readonly name: string
  readonly annotations: Strings
  readonly labels: Strings
  readonly namespace: string
  readonly containers: readonly JsonObject[] | null
  readonly meshConfig: JsonObject
  readonly expected: string
}

interface TypedRow {
  readonly func: string
  readonly args: readonly unknown[]
  readonly expected: unknown
}

interface NativeRow {
  readonly name: string
  readonly annotations: Record<string, string>
  readonly nativeSidecar: boolean
  readonly expectContainer: 'containers' | 'initContainers'
}

export function functionTables(data: DataFolder): Table[] {
  const file = data.json<FunctionFile>('template-funcs.json')
  const sprig = (file.sprigTxtFuncMap ?? []).map(name => ({ name }))
  const typed = (file.typed ?? []).map(row => ({
    ...row,
    name: `${row.func} ${JSON.stringify(row.args)}`.slice(0, 100),
  }))
  return [
    tableOf('template-funcs/istioFunctions', file.istioFunctions, checkExists),
    tableOf('template-funcs/sprigTxtFuncMap', sprig, checkExists),
    tableOf('template-funcs/omitNil', file.omitNil, row =>
      jsonDifference(
        row.expected,
        evaluated('omitNil (index .Values.args 0)', { values: { args: [row.in] } as never }),
      ),
    ),
    tableOf('template-funcs/otelResourceAttributes', file.otelResourceAttributes, row =>
      jsonDifference(row.expected, otelAttributes(row)),
    ),
    tableOf('template-funcs/appendMultusNetwork', file.appendMultusNetwork, row =>
      jsonDifference(row.expected, evaluated(`appendMultusNetwork ${literal(row.in)} ${literal(row.network)}`)),
    ),
    tableOf('template-funcs/portsForContainer', file.portsForContainer, row =>
      jsonDifference(
        (row.expected ?? []).join(),
        evaluated('includeInboundPorts .Spec.Containers', podWith([row.container])),
      ),
    ),
    tableOf('template-funcs/protoToJSON', file.protoToJSON, row =>
      jsonDifference(row.expected, evaluated('protoToJSON .ProxyConfig', { mesh: { defaultConfig: row.proxyConfig } })),
    ),
    tableOf('template-funcs/typed', typed, checkTyped),
    nativeAnnotationTable(data, file.nativeSidecarAnnotation ?? []),
  ]
}

/** A template that names a function which does not exist does not parse; nothing is called. */
function checkExists({ name }: { readonly name: string }): Failure {
  const config = configOf(`{{ define "x" }}{{ ${name} }}{{ end }}`)
  const setup = injectionSetup(parsedSetup({ config }))
  return setup.ok ? undefined : setup.error.map(({ message }) => message).join('\n')
}

/** The value of a template expression, by way of JSON in an annotation. */
function evaluated(expression: string, given: Omit<Partial<Injection>, 'config'> = {}): unknown {
  const config = configOf(`metadata:\n  annotations:\n    printed: {{ ${expression} | toJson | toJson }}\n`)
  const pod = injectedPod({ pod: podOf({}), ...given, config })
  return JSON.parse(pod.metadata.annotations?.['printed'] ?? 'null')
}

function podOf(metadata: object, containers: readonly object[] = [{ name: 'app' }]): object {
  return { metadata: { name: 'p', ...metadata }, spec: { containers } }
}

function podWith(containers: readonly object[]): { readonly pod: object } {
  return { pod: podOf({}, containers) }
}

/** Go and JSON agree on these literals. */
function literal(value: string | number | boolean): string {
  return JSON.stringify(value)
}

function otelAttributes(
  row: Pick<OtelRow, 'meshConfig' | 'namespace' | 'annotations' | 'labels' | 'containers'>,
): unknown {
  const { annotations, labels, containers } = row
  const mesh = { ...DEFAULT_MESH_CONFIG, ...(row.meshConfig as Partial<MeshConfig>) }
  const expression = `otelResourceAttributes .MeshConfig .ObjectMeta.Annotations .ObjectMeta.Labels ${literal(row.namespace)} .Spec.Containers`
  return evaluated(expression, { mesh, pod: podOf({ annotations, labels }, containers ?? []) })
}

/** Functions whose arguments have Go types that JSON does not show: where in the context such a value stands. */
const IN_CONTEXT: Readonly<Record<string, (row: TypedRow) => unknown>> = {
  annotation: ({ args: [meta, key, value] }) =>
    evaluated(`annotation .ObjectMeta ${literal(String(key))} (index .Values.args 0)`, {
      values: { args: [value] } as never,
      pod: podOf(meta as object),
    }),
  isset: ({ args: [labels, key] }) =>
    evaluated(`isset .ObjectMeta.Labels ${literal(String(key))}`, { pod: podOf({ labels }) }),
  toJSON: ({ args: [labels] }) => evaluated('toJSON .ObjectMeta.Labels', { pod: podOf({ labels }) }),
  formatDuration: ({ args: [nanoseconds] }) =>
    evaluated('formatDuration .ProxyConfig.DrainDuration', {
      mesh: { defaultConfig: nanoseconds === null ? {} : { drainDuration: seconds(Number(nanoseconds)) } },
    }),
  includeInboundPorts: ({ args: [containers] }) =>
    evaluated('includeInboundPorts .Spec.Containers', podWith(containers as object[])),
  applicationPorts: ({ args: [containers] }) =>
    evaluated('applicationPorts .Spec.Containers', podWith(containers as object[])),
  structToJSON: row =>
    isPort(row.args[0])
      ? evaluated('structToJSON (index (index .Spec.Containers 0).Ports 0)', podWith([{ name: 'a', ports: row.args }]))
      : evaluatedCall(row),
  // Not a function of templates; what it finds is the version in these attributes.
  parseImageTagDigest: ({ args: [image] }) => versionParts(String(image)),
}

function checkTyped(row: TypedRow): Failure {
  return jsonDifference(row.expected, (IN_CONTEXT[row.func] ?? evaluatedCall)(row))
}

/** Scalars as literals, everything else from the values. */
function evaluatedCall({ func, args }: TypedRow): unknown {
  const words = args.map((value, index) =>
    typeof value === 'object' ? `(index .Values.args ${index})` : literal(value as string | number | boolean),
  )
  return evaluated(`${func} ${words.join(' ')}`, { values: { args } as never })
}

function isPort(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'containerPort' in value
}

/** Nanoseconds as proto3 JSON writes a duration. */
function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(9)}s`
}

const OTEL_MESH = {
  extensionProviders: [
    { name: 'o', opentelemetry: { service: 's', port: 1, serviceAttributeEnrichment: 'OTEL_SEMANTIC_CONVENTIONS' } },
  ],
}

function versionParts(image: string): readonly string[] {
  const row = {
    meshConfig: OTEL_MESH,
    namespace: '',
    annotations: null,
    labels: null,
    containers: [{ name: 'a', image }],
  }
  const attributes = String(otelAttributes(row)).split(',')
  const version = attributes.find(text => text.startsWith('service.version='))?.slice('service.version='.length) ?? ''
  if (version === '') return ['', '']
  // `tag`, `tag@digest`, or a digest alone, which always has a colon, while a tag never does.
  const [tag = '', digest] = version.split('@')
  return digest !== undefined ? [tag, digest] : tag.includes(':') ? ['', tag] : [tag, '']
}

/** Where the stock template puts the proxy, given the injector's own setting and the pod's annotation. */
function nativeAnnotationTable(data: DataFolder, rows: readonly NativeRow[]): Table {
  return tableOf('template-funcs/nativeSidecarAnnotation', rows, row => {
    const paths = ['extra.json', 'cases.json'].find(data.has)
    if (paths === undefined) throw new Error('this data set has no stock configuration to evaluate the row with')
    const { config, values, mesh } =
      data.json<{ config: Record<'config' | 'values' | 'mesh', string> }[]>(paths)[0]!.config
    const pod = injectedPod({
      config: data.text(config),
      values: JSON.parse(data.text(values)),
      mesh: data.text(mesh),
      environment: { nativeSidecars: String(row.nativeSidecar) },
      pod: podOf({ annotations: row.annotations }),
    })
    const place = pod.spec.initContainers?.some(({ name }) => name === 'istio-proxy') ? 'initContainers' : 'containers'
    if (containerOf(pod, 'istio-proxy') === undefined) return 'there is no proxy'
    return jsonDifference(row.expectContainer, place)
  })
}
