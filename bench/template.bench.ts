import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { injectionFunctions } from '../src/inject/functions/index.js'
import { MessageView } from '../src/inject/views/message.js'
import { RecordView } from '../src/inject/views/record.js'
import { StructView } from '../src/inject/views/struct.js'
import type { JsonObject } from '../src/lang/json.js'
import { parseYaml } from '../src/lang/yaml/index.js'
import { decodedJson, GoInt, type GoValue, parseTemplate } from '../src/template/index.js'

const ROUNDS = 20_000

/** CPU of one rendering of the stock sidecar template, after warm-up; views are made anew, as for every request. */
export async function run(): Promise<void> {
  const root = process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(import.meta.dirname, '../../../shared/conformance')
  const folder = join(root, 'injection')
  if (!existsSync(folder)) return console.log('template: no conformance data, nothing to render')
  const rows = read<readonly Row[]>(join(folder, 'render.json'))
  const row = rows.find(({ templateName, config }) => templateName === 'sidecar' && config !== undefined)
  if (row === undefined) return console.log('template: no stock sidecar template')
  const config = parseYaml(readFileSync(join(folder, row.config), 'utf8'))
  if (!config.ok) throw new Error(config.error.message)
  const text = ((config.value as JsonObject)['templates'] as JsonObject)['sidecar'] as string
  const parseStart = process.cpuUsage()
  const template = parseTemplate('inject', text, { functions: injectionFunctions() })
  const parsed = process.cpuUsage(parseStart)
  if (!template.ok) throw new Error(template.error.message)
  const context = contexts(folder, row)
  const render = (): void => {
    const result = template.value.execute(context())
    if (!result.ok) throw new Error(result.error.message)
  }
  for (let i = 0; i < ROUNDS / 4; i++) render()
  const start = process.cpuUsage()
  for (let i = 0; i < ROUNDS; i++) render()
  const { user, system } = process.cpuUsage(start)
  console.log(
    `template: sidecar renders in ${((user + system) / ROUNDS).toFixed(1)} us of CPU; first parse ${parsed.user / 1000} ms`,
  )
}

interface Row {
  readonly templateName: string
  readonly config: string
  readonly values: string
  readonly meshEffective: string
  readonly data: string
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}

/** Values and mesh config stay between requests, the pod does not. */
function contexts(folder: string, row: Row): () => GoValue {
  const data = read<JsonObject>(join(folder, row.data))
  const values = decodedJson(read(join(folder, row.values)))
  const mesh = new MessageView('istio.mesh.v1alpha1.MeshConfig', read(join(folder, row.meshEffective)))
  return () => {
    const makers = new Map<string, () => GoValue>([
      ['Values', () => values],
      ['MeshConfig', () => mesh],
    ])
    for (const key of Object.keys(data)) makers.set(key, () => fieldOf(key, data[key] as JsonObject))
    return new RecordView('inject.SidecarTemplateData', makers, undefined)
  }
}

function fieldOf(key: string, value: JsonObject): GoValue {
  if (key === 'ObjectMeta') return new StructView('v1.ObjectMeta', value)
  if (key === 'Spec') return new StructView('v1.PodSpec', value)
  if (key === 'ProxyConfig') return new MessageView('istio.mesh.v1alpha1.ProxyConfig', value)
  return typeof value === 'number' ? new GoInt(BigInt(value), 'int64') : value
}
