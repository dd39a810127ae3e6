// Wall time and CPU of `pillion inject` as a process, for one Deployment and for 500 that are more or less alike, with the stock
// configuration of the conformance data where it is there and the built-in one otherwise.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'

/** This file is compiled to build/bench/. */
const root = resolve(import.meta.dirname, '../..')

/** The reference's command on two cores of the kind that this is measured on. */
const REFERENCE = { one: { wallMs: 213 }, many: { wallMs: 2_670, cpuMs: 2_900 } }
const MANY = 500
const KINDS = 20
/** Odd, so that the median is one of them. */
const RUNS = 7

interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pillion-bench-'))
  try {
    const flags = configuration()
    for (const [name, count, kinds, reference] of [
      ['one Deployment', 1, 1, REFERENCE.one],
      [`${MANY} Deployments that are alike`, MANY, 1, REFERENCE.many],
      [`${MANY} Deployments of ${KINDS} kinds`, MANY, KINDS, REFERENCE.many],
      [`${MANY} Deployments, each of a kind of its own`, MANY, MANY, REFERENCE.many],
    ] as const) {
      const file = join(folder, 'in.yaml')
      writeFileSync(file, Array.from({ length: count }, (_, index) => deployment(index, index % kinds)).join('---\n'))
      const cost = await measure([...flags, '-f', file, '-o', join(folder, 'out.yaml')])
      const injected = readFileSync(join(folder, 'out.yaml'), 'utf8').match(/sidecar\.istio\.io\/status/g)?.length ?? 0
      if (injected !== count) throw new Error(`${injected} of ${count} Deployments were injected`)
      report(name, cost, reference)
    }
    report('start-up alone (--version)', await measure(undefined), REFERENCE.one)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function configuration(): string[] {
  const data = join(process.env['PILLION_CONFORMANCE_DIR'] ?? resolve(root, '../shared/conformance'), 'injection')
  if (!existsSync(join(data, 'extra.json'))) {
    console.log('with the built-in configuration (the conformance data is not there)')
    return []
  }
  const cases = JSON.parse(readFileSync(join(data, 'extra.json'), 'utf8')) as { config: Record<string, string> }[]
  const { config = '', values = '', mesh = '' } = cases[0]?.config ?? {}
  const flags = { '--injectConfigFile': config, '--valuesFile': values, '--meshConfigFile': mesh }
  return Object.entries(flags).flatMap(([flag, path]) => [flag, join(data, path)])
}

/** Ports are among what plans are exact about (src/inject/plan): those of one kind have the same. */
function deployment(index: number, kind: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${index}
  namespace: bench
  labels:
    app: app-${index}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: app-${index}
  template:
    metadata:
      labels:
        app: app-${index}
        version: v1
    spec:
      containers:
      - name: app
        image: registry.example.com/app:${index}
        ports:
        - name: http
          containerPort: ${8080 + kind}
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
`
}

/** The median by wall time of some runs; the first warms the file cache and does not count. */
async function measure(args: readonly string[] | undefined): Promise<Cost> {
  const costs: Cost[] = []
  for (let index = 0; index <= RUNS; index++) {
    const cost = await once(args === undefined ? ['--version'] : ['inject', ...args])
    if (index > 0) costs.push(cost)
  }
  return costs.sort((a, b) => a.wallMs - b.wallMs)[Math.floor(RUNS / 2)]!
}

/** Loaded before the command: says at the end how much CPU the process took, all of its threads together. */
const CPU_AT_EXIT = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => { const { user, system } = process.cpuUsage(); process._rawDebug(`cpu-us ${user + system}`) })',
)}`

function once(args: readonly string[]): Promise<Cost> {
  const start = performance.now()
  return new Promise((done, failed) => {
    const command = ['--import', CPU_AT_EXIT, join(root, 'bin', 'pillion.mjs'), ...args]
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', failed)
    child.on('close', code => {
      const wallMs = performance.now() - start
      const cpu = /^cpu-us (\d+)$/m.exec(stderr)?.[1]
      if (code === 0 && cpu !== undefined) done({ wallMs, cpuMs: Number(cpu) / 1000 })
      else failed(new Error(`pillion ${args.join(' ')} ended with ${code}: ${stderr}`))
    })
  })
}

function report(name: string, cost: Cost, reference: { readonly wallMs: number; readonly cpuMs?: number }): void {
  const cpu = reference.cpuMs === undefined ? '' : `, ${(cost.cpuMs / reference.cpuMs).toFixed(2)} of its CPU`
  console.log(
    `${name}: ${cost.wallMs.toFixed(0)} ms, ${cost.cpuMs.toFixed(0)} ms CPU; ` +
      `${(cost.wallMs / reference.wallMs).toFixed(2)} of the reference's time${cpu}`,
  )
}
