// Raw output of injection templates. The rows record the template's whole context; it is put together here from the same
// views that injection gives to templates.
import { injectionSetup } from '../../../src/inject/index.js'
import type { InjectionSetup } from '../../../src/inject/types.js'
import { MessageView } from '../../../src/inject/views/message.js'
import { RecordView } from '../../../src/inject/views/record.js'
import { StructView } from '../../../src/inject/views/struct.js'
import type { Json, JsonObject } from '../../../src/lang/json.js'
import { decodeTyped } from '../../../src/patch/index.js'
import { decodedJson, type GoValue } from '../../../src/template/index.js'
import type { Failure, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { expectedError, textDifference } from '../difference.js'
import { configOf, must, parsedSetup } from './core.js'
import { tableOf } from './steps.js'
import { errorFailure } from './templates.js'

interface RenderRow {
  readonly case: string
  readonly templateName: string
  readonly data: string
  readonly output?: string
  readonly error?: string | null
  readonly config?: string
  readonly values?: string
  readonly meshEffective?: string
  readonly template?: string
}

type Context = Readonly<Record<string, Json>>

export function renderTable(data: DataFolder): Table {
  const setups = new Map<string, InjectionSetup>()
  const setupOf = (config: string): InjectionSetup => {
    let setup = setups.get(config)
    if (setup === undefined) setups.set(config, (setup = must(injectionSetup(parsedSetup({ config })))))
    return setup
  }
  const rows = data.json<RenderRow[]>('render.json').map(row => ({ ...row, name: `${row.case} ${row.templateName}` }))
  return tableOf('render', rows, row => checkRender(data, setupOf, row))
}

function checkRender(data: DataFolder, setupOf: (config: string) => InjectionSetup, row: RenderRow): Failure {
  // A row without a configuration brings the template's text, which stands alone under the usual name.
  const isAlone = row.config === undefined
  const setup = setupOf(isAlone ? configOf(row.template ?? '') : data.text(row.config))
  const template = setup.templates.get(isAlone ? 'sidecar' : row.templateName)?.template
  if (template === undefined) return `the configuration has no template ${row.templateName}`
  const recorded = data.json<Context>(row.data)
  const values = row.values === undefined ? recorded['Values'] : (JSON.parse(data.text(row.values)) as Json)
  const mesh = row.meshEffective === undefined ? recorded['MeshConfig'] : data.json<Json>(row.meshEffective)
  const result = template.execute(contextOf({ ...recorded, Values: values ?? {}, MeshConfig: mesh ?? null }))
  if (!result.ok) return errorFailure(row.error, result.error, row.output)
  if (typeof row.error === 'string') return expectedError(row.error, result.value)
  return textDifference(data.text(row.output ?? ''), result.value)
}

/** How each part of the context is typed in Go; the others are strings, booleans, and numbers below. */
const TYPED: Readonly<Record<string, (value: Json) => GoValue>> = {
  TypeMeta: value => recordOf('v1.TypeMeta', value),
  DeploymentMeta: value => recordOf('types.NamespacedName', value),
  ObjectMeta: value => new StructView('v1.ObjectMeta', structOf('v1.ObjectMeta', value)),
  Spec: value => new StructView('v1.PodSpec', structOf('v1.PodSpec', value)),
  ProxyConfig: value => new MessageView('istio.mesh.v1alpha1.ProxyConfig', value as JsonObject | null),
  MeshConfig: value => new MessageView('istio.mesh.v1alpha1.MeshConfig', value as JsonObject | null),
  Values: value => decodedJson(value),
}

function contextOf(context: Context): GoValue {
  return recordOf('inject.SidecarTemplateData', context as JsonObject)
}

function recordOf(goType: string, value: Json): GoValue {
  const makers = Object.entries(value as JsonObject).map(([name, part]) => {
    const make = TYPED[name]
    return [name, () => (make === undefined ? scalar(part) : make(part))] as const
  })
  return new RecordView(goType, new Map(makers), undefined)
}

/** ProxyUID and ProxyGID are integers in Go. */
function scalar(value: Json): GoValue {
  return typeof value === 'number' ? BigInt(value) : decodedJson(value)
}

function structOf(name: string, value: Json): JsonObject {
  return must(decodeTyped(name, value)) as JsonObject
}
