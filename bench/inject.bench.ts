// Work per pod of the injection core, in CPU microseconds, on the recorded stock templates; skipped where they are absent.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseInjectionConfig } from '../src/config/injection-config.js'
import { parseInjectionValues } from '../src/config/injection-values.js'
import { loadMeshConfig } from '../src/config/mesh-config.js'
import { decide, inject, injectionSetup } from '../src/inject/index.js'

const PODS = 2_000
const WARM_UP = 1_000

export async function run(): Promise<void> {
  const shared = resolve(import.meta.dirname, '../../../shared/conformance')
  const data = join(process.env['PILLION_CONFORMANCE_DIR'] ?? shared, 'injection')
  if (!existsSync(data)) return console.log('inject: no recorded templates here')
  const [row] = JSON.parse(readFileSync(join(data, 'cases.json'), 'utf8'))
  const text = (path: string): string => readFileSync(join(data, path), 'utf8')
  const config = parseInjectionConfig(text(row.config.config))
  const values = parseInjectionValues(text(row.config.values))
  const mesh = loadMeshConfig(text(row.config.mesh))
  if (!config.ok || !values.ok || !mesh.ok) throw new Error('the recorded configuration does not load')
  const setup = injectionSetup({ config: config.value, values: values.value, mesh: mesh.value })
  if (!setup.ok) throw new Error('the recorded templates do not compile')
  const pod = (index: number) => ({
    metadata: { name: `app-${index}`, labels: { app: `app-${index}` } },
    spec: { containers: [{ name: 'app', image: 'app:1', resources: {}, ports: [{ containerPort: 8080 }] }] },
    status: {},
  })
  measure('inject', index => inject(setup.value, { pod: pod(index), namespace: 'shop' }))
  measure('decide', index => decide(setup.value, { pod: pod(index), namespace: 'shop' }))
}

function measure(name: string, work: (index: number) => unknown): void {
  for (let i = 0; i < WARM_UP; i++) work(i)
  const before = process.cpuUsage()
  for (let i = 0; i < PODS; i++) work(i)
  const { user, system } = process.cpuUsage(before)
  console.log(`${name}: ${((user + system) / PODS).toFixed(1)} CPU-us per pod`)
}
