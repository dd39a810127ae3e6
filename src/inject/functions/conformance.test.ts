import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../lang/json.js'
import { parseYaml } from '../../lang/yaml/index.js'
import { decodedJson, GoInt, GoSlice, type GoValue, parseTemplate, StringMap } from '../../template/index.js'
import { DurationView, MessageView } from '../views/message.js'
import { RecordView } from '../views/record.js'
import { StructView } from '../views/struct.js'
import { injectionFunctions, istioFunctions } from './index.js'
import { parseImage } from './otel.js'
import { portsOf } from './ports.js'

const folder = join(
  process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/conformance'),
  'injection',
)
const isHere = existsSync(folder)
const functions = injectionFunctions({})
const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T

interface EngineFile {
  readonly data: JsonObject
  readonly cases: readonly {
    name: string
    template: string
    output?: string
    parseError?: string
    execError?: string
  }[]
}

/** Text that Go prints for a function value, of which nothing is promised. */
function run(template: string, data: GoValue): string {
  const parsed = parseTemplate('inject', template, { functions })
  if (!parsed.ok) return parsed.error.message
  const result = parsed.value.execute(data)
  return result.ok ? result.value : result.error.message
}

describe.runIf(isHere)('recorded templates', () => {
  const file = isHere ? read<EngineFile>('template-engine.json') : { data: {}, cases: [] }
  it.each(file.cases)('$name $template', row => {
    expect(run(row.template, decodedJson(file.data))).toBe(row.output ?? row.parseError ?? row.execError)
  })
})

interface RenderRow {
  readonly case: string
  readonly templateName: string
  readonly data: string
  readonly output: string | null
  readonly error: string | null
  readonly config?: string
  readonly values?: string
  readonly meshEffective?: string
  readonly template?: string
}

const templates = new Map<string, ReturnType<typeof parseTemplate>>()

function templateOf(row: RenderRow): ReturnType<typeof parseTemplate> {
  const key = `${row.config}/${row.templateName}/${row.template}`
  const known = templates.get(key)
  if (known !== undefined) return known
  const parsed = parseTemplate('inject', row.template ?? configTemplate(row), { functions })
  templates.set(key, parsed)
  return parsed
}

function configTemplate(row: RenderRow): string {
  const config = parseYaml(readFileSync(join(folder, row.config ?? ''), 'utf8'))
  if (!config.ok) throw new Error(config.error.message)
  return ((config.value as JsonObject)['templates'] as JsonObject)[row.templateName] as string
}

function contextOf(row: RenderRow): GoValue {
  const data = read<JsonObject>(row.data)
  const makers = new Map<string, () => GoValue>()
  for (const key of Object.keys(data)) makers.set(key, () => contextField(key, data[key] as JsonObject))
  if (row.values !== undefined) makers.set('Values', () => decodedJson(read(row.values ?? '')))
  if (row.meshEffective !== undefined) {
    makers.set('MeshConfig', () => new MessageView('istio.mesh.v1alpha1.MeshConfig', read(row.meshEffective ?? '')))
  }
  return new RecordView('inject.SidecarTemplateData', makers, undefined)
}

function contextField(key: string, value: JsonObject): GoValue {
  switch (key) {
    case 'ObjectMeta':
      return new StructView('v1.ObjectMeta', value)
    case 'Spec':
      return new StructView('v1.PodSpec', value)
    case 'ProxyConfig':
      return new MessageView('istio.mesh.v1alpha1.ProxyConfig', value)
    case 'MeshConfig':
      return new MessageView('istio.mesh.v1alpha1.MeshConfig', value)
    case 'TypeMeta':
    case 'DeploymentMeta':
      return new RecordView(
        'v1.Meta',
        new Map(['Name', 'Namespace', 'Kind', 'APIVersion'].map(name => [name, () => (value[name] as string) ?? ''])),
        undefined,
      )
    case 'ProxyUID':
    case 'ProxyGID':
      return new GoInt(BigInt(value as unknown as number), 'int64')
  }
  return value
}

describe.runIf(isHere)('recorded renderings', () => {
  const rows = isHere ? read<readonly RenderRow[]>('render.json') : []
  it.each(rows)('$case $templateName', row => {
    const template = templateOf(row)
    if (!template.ok) throw new Error(template.error.message)
    const result = template.value.execute(contextOf(row))
    if (row.error !== null) return expect(result.ok ? '' : result.error.message).toBe(row.error)
    if (!result.ok) throw new Error(result.error.message)
    expect(result.value).toBe(readFileSync(join(folder, row.output ?? ''), 'utf8'))
  })
})

interface FunctionsFile {
  readonly [table: string]: readonly never[]
}

interface Call {
  readonly func: string
  readonly args: readonly unknown[]
  readonly expected: unknown
}

/** A recorded argument as the Go value of the parameter's type. */
function argument(type: string, value: unknown): unknown {
  switch (type.replace('...', '')) {
    case 'map[string]string':
      return new StringMap(value as Record<string, string> | null)
    case 'v1.ObjectMeta':
      return new StructView('v1.ObjectMeta', value as JsonObject)
    case '[]v1.Container':
      return containers(value as readonly JsonObject[] | null)
    case '*durationpb.Duration':
      return value === null ? null : new DurationView(`${(Number(value) / 1e9).toFixed(9)}s`)
    case 'any':
      return isPort(value) ? new StructView('v1.ContainerPort', value) : decodedJson(value)
  }
  return value
}

function isPort(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'containerPort')
}

function containers(list: readonly JsonObject[] | null): GoSlice {
  return new GoSlice(
    '[]v1.Container',
    (list ?? []).map(item => new StructView('v1.Container', item)),
    list === null,
  )
}

function call(name: string, args: readonly unknown[]): GoValue {
  const fn = istioFunctions()[name]
  if (fn === undefined) throw new Error(`no function ${name}`)
  const values = args.map((value, i) => argument(fn.params[Math.min(i, fn.params.length - 1)] ?? 'any', value))
  return fn.call(...(values as never[]))
}

function plain(value: GoValue): unknown {
  return value instanceof StringMap ? (value.isNil ? null : { ...value.entries }) : value
}

describe.runIf(isHere)('recorded calls', () => {
  const file = isHere ? read<FunctionsFile>('template-funcs.json') : {}
  const rows = <T>(name: string): readonly T[] => (file[name] ?? []) as unknown as readonly T[]

  it.each(rows<Call>('typed'))('$func $args', ({ func, args, expected }) => {
    if (func === 'parseImageTagDigest') {
      const { tag, digest } = parseImage(args[0] as string)
      return expect([tag, digest]).toEqual(expected)
    }
    expect(plain(call(func, args))).toEqual(expected)
  })
  it.each(rows<{ name: string; in: unknown; expected: unknown }>('omitNil'))('omitNil $name', row => {
    expect(call('omitNil', [row.in])).toEqual(decodedJson(row.expected))
  })
  it.each(rows<{ name: string; in: string; network: string; expected: string }>('appendMultusNetwork'))(
    'appendMultusNetwork $name',
    row => expect(call('appendMultusNetwork', [row.in, row.network])).toBe(row.expected),
  )
  it.each(rows<{ container: JsonObject; expected: unknown }>('portsForContainer'))('ports of $container', row => {
    expect(portsOf(new StructView('v1.Container', row.container))).toEqual(row.expected ?? [])
  })
  it.each(rows<{ name: string; proxyConfig: JsonObject; expected: string }>('protoToJSON'))(
    'protoToJSON $name',
    row => {
      const view = new MessageView('istio.mesh.v1alpha1.ProxyConfig', row.proxyConfig)
      expect(call('protoToJSON', [view])).toBe(row.expected)
    },
  )
  it.each(
    rows<{
      name: string
      meshConfig: JsonObject
      annotations: unknown
      labels: unknown
      namespace: string
      containers: unknown
      expected: string
    }>('otelResourceAttributes'),
  )('otelResourceAttributes $name', row => {
    const mesh = new MessageView('istio.mesh.v1alpha1.MeshConfig', row.meshConfig)
    const args = [mesh, row.annotations, row.labels, row.namespace, row.containers]
    expect(call('otelResourceAttributes', args)).toBe(row.expected)
  })
  it('has every function of the inventory', () => {
    const wanted = [
      ...rows<{ name: string }>('istioFunctions').map(({ name }) => name),
      ...rows<string>('sprigTxtFuncMap'),
    ]
    expect(wanted.filter(name => !Object.hasOwn(functions, name))).toEqual([])
  })
})
