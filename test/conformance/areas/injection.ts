import type { Area, RunSettings, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import type { Servers } from '../injection/webhook.js'

type Reader = (data: DataFolder, settings: RunSettings, servers: () => Promise<Servers>) => Promise<Table | Table[]>

const commands = () => import('../injection/commands.js')
const webhook = () => import('../injection/webhook.js')
const steps = () => import('../injection/steps.js')
const metrics = () => import('../injection/metrics.js')
const patches = () => import('../injection/patches.js')

/** Which file of the data gives which tables. A file that is absent gives none; what its rows need is loaded for it alone. */
const READERS: readonly (readonly [file: string, read: Reader])[] = [
  ['cases.json', async (data, settings) => (await commands()).goldenTable(data, settings)],
  ['cases.json', async (data, _, servers) => (await webhook()).webhookTable(data, await servers())],
  ['extra.json', async (data, _, servers) => (await webhook()).extraTable(data, await servers())],
  ['kube-inject-extra.json', async (data, settings) => (await commands()).documentTable(data, settings)],
  ['kube-inject-cli/cases.json', async (data, settings) => (await commands()).commandLineTable(data, settings)],
  ['http.json', async (data, _, servers) => (await webhook()).httpTables(data, await servers())],
  ['inject-path.json', async (data, _, servers) => (await webhook()).pathTables(data, await servers())],
  ['decisions.json', async data => (await steps()).decisionTable(data)],
  ['selector-matrix.json', async data => (await patches()).selectorTable(data)],
  ['validate.json', async data => (await steps()).validationTables(data)],
  ['probes.json', async data => (await metrics()).probeTables(data)],
  ['prometheus.json', async data => (await metrics()).prometheusTables(data)],
  ['reorder.json', async data => (await steps()).reorderTable(data)],
  ['native-sidecar.json', async data => (await steps()).nativeTable(data)],
  ['proxy-image.json', async data => (await steps()).imageTable(data)],
  ['status.json', async data => (await steps()).statusTable(data)],
  ['deploy-meta.json', async data => (await steps()).workloadTable(data)],
  ['openshift-ids.json', async data => (await steps()).openshiftTable(data)],
  ['mesh-config.json', async data => (await import('../injection/mesh.js')).meshTables(data)],
  ['merge-templates.json', async data => (await steps()).mergeTable(data)],
  ['strategic-merge.json', async data => (await patches()).mergePatchTables(data)],
  ['template-engine.json', async data => (await import('../injection/templates.js')).engineTable(data)],
  ['template-funcs.json', async data => (await import('../injection/functions.js')).functionTables(data)],
  ['render.json', async data => (await import('../injection/render.js')).renderTable(data)],
]

let servers: Servers | undefined

/** A file whose rows cannot even be read is one row that fails, and does not hide the other files. */
function unreadable(file: string, error: unknown): Table {
  return { name: file, rows: [{ name: '(reading the rows)', check: () => Promise.reject(error) }] }
}

export const area: Area = {
  notTables: {
    'cabundle.json': 'belongs to the Kubernetes work',
    'pod-go-types.json': 'reference, not a table',
    'template-usage.json': 'reference, not a table',
    'namespaces.json': 'input of other tables',
    'install.json': 'input of selector-matrix',
  },
  async *tables(data, settings) {
    const sharedServers = async (): Promise<Servers> => (servers ??= (await webhook()).webhookServers(data, settings))
    for (const [file, read] of READERS) {
      if (!data.has(file)) continue
      const tables = await read(data, settings, sharedServers).catch(error => unreadable(file, error))
      yield* Array.isArray(tables) ? tables : [tables]
    }
  },
  async close() {
    await servers?.close()
    servers = undefined
  },
}
