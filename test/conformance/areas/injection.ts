import type { Area, RunSettings, Table } from '../area.js'
import type { DataFolder } from '../data.js'
import { commandLineTable, documentTable, goldenTable } from '../injection/commands.js'
import { functionTables } from '../injection/functions.js'
import { meshTables } from '../injection/mesh.js'
import { probeTables, prometheusTables } from '../injection/metrics.js'
import { mergePatchTables, selectorTable } from '../injection/patches.js'
import { renderTable } from '../injection/render.js'
import {
  decisionTable,
  imageTable,
  mergeTable,
  nativeTable,
  openshiftTable,
  reorderTable,
  statusTable,
  validationTables,
  workloadTable,
} from '../injection/steps.js'
import { engineTable } from '../injection/templates.js'
import { extraTable, httpTables, pathTables, type Servers, webhookServers, webhookTable } from '../injection/webhook.js'

/** Which file of the data gives which tables. A file that is absent gives none. */
type Reader = (data: DataFolder, settings: RunSettings, servers: Servers) => Table | Table[]

const READERS: readonly (readonly [file: string, read: Reader])[] = [
  ['cases.json', (data, settings, servers) => [goldenTable(data, settings), webhookTable(data, servers)]],
  ['extra.json', (data, _, servers) => extraTable(data, servers)],
  ['kube-inject-extra.json', documentTable],
  ['kube-inject-cli/cases.json', commandLineTable],
  ['http.json', (data, _, servers) => httpTables(data, servers)],
  ['inject-path.json', (data, _, servers) => pathTables(data, servers)],
  ['decisions.json', decisionTable],
  ['selector-matrix.json', selectorTable],
  ['validate.json', validationTables],
  ['probes.json', probeTables],
  ['prometheus.json', prometheusTables],
  ['reorder.json', reorderTable],
  ['native-sidecar.json', nativeTable],
  ['proxy-image.json', imageTable],
  ['status.json', statusTable],
  ['deploy-meta.json', workloadTable],
  ['openshift-ids.json', openshiftTable],
  ['mesh-config.json', meshTables],
  ['merge-templates.json', mergeTable],
  ['strategic-merge.json', mergePatchTables],
  ['template-engine.json', engineTable],
  ['template-funcs.json', functionTables],
  ['render.json', renderTable],
]

let servers: Servers | undefined

export const area: Area = {
  notTables: {
    'cabundle.json': 'belongs to the Kubernetes work',
    'pod-go-types.json': 'reference, not a table',
    'template-usage.json': 'reference, not a table',
    'namespaces.json': 'input of other tables',
    'install.json': 'input of selector-matrix',
  },
  *tables(data, settings) {
    servers = webhookServers(data, settings)
    for (const [file, read] of READERS) {
      if (!data.has(file)) continue
      const tables = read(data, settings, servers)
      yield* Array.isArray(tables) ? tables : [tables]
    }
  },
  async close() {
    await servers?.close()
  },
}
