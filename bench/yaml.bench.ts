// Reading and printing YAML: the everyday reader against the whole one, on text like a rendered sidecar template, and the
// printer on what was read.
import { performance } from 'node:perf_hooks'
import { readFast } from '../src/lang/yaml/fast.js'
import { readFull } from '../src/lang/yaml/full.js'
import { stringifyYaml } from '../src/lang/yaml/index.js'

/** Long enough for the compiler to have done its work. */
const WARM_UP = 300
const ROUNDS = 2_000
const FULL_ROUNDS = 30

export async function run(): Promise<void> {
  const text = rendered()
  const value = readFast(text, false)
  if (value === undefined) throw new Error('the everyday reader has no opinion on the bench document')
  const fast = microseconds(() => readFast(text, false), ROUNDS)
  const full = microseconds(() => readFull(text, false), FULL_ROUNDS)
  const print = microseconds(() => stringifyYaml(value), ROUNDS)
  console.log(`yaml: a document of ${(text.length / 1_000).toFixed(1)} kB`)
  report('everyday reader', fast, text.length)
  report('full reader', full, text.length)
  report('printer', print, text.length)
  console.log(`  everyday : full = 1 : ${(full / fast).toFixed(0)}`)
}

function report(name: string, time: number, length: number): void {
  console.log(`  ${name.padEnd(16)} ${time.toFixed(0).padStart(6)} us  ${(length / time).toFixed(1).padStart(6)} MB/s`)
}

/** CPU time a call, which another busy process does not change. */
function microseconds(work: () => unknown, rounds: number): number {
  for (let i = 0; i < Math.min(WARM_UP, rounds); i++) work()
  const [started, before] = [performance.now(), process.cpuUsage()]
  for (let i = 0; i < rounds; i++) work()
  const cpu = process.cpuUsage(before)
  // The collector's threads count as CPU; wall time is the lower bound on an idle machine.
  return Math.min(cpu.user + cpu.system, (performance.now() - started) * 1_000) / rounds
}

/** Shaped like a rendered template: flow annotations, many small list items, quoted numbers, blank lines. */
function rendered(): string {
  const container = (name: string): string => `  - name: ${name}
    image: "registry.example/proxy:latest"
    args:
    - proxy
    - sidecar
    - --domain
    - $(POD_NAMESPACE).svc.cluster.local
    - "--proxyLogLevel=warning"

    env:
${Array.from({ length: 24 }, (_, i) => `    - name: VARIABLE_${i}\n${i % 3 === 0 ? `      value: "${i}"` : `      valueFrom:\n        fieldRef:\n          fieldPath: metadata.name`}\n`).join('')}
    resources:
      limits:
        cpu: 2000m
        memory: 1024Mi
    securityContext:
      capabilities:
        drop:
        - ALL
      runAsUser:  1337
      runAsNonRoot: true
    volumeMounts:
${Array.from({ length: 8 }, (_, i) => `    - mountPath: /var/run/secrets/volume-${i}\n      name: volume-${i}\n`).join('')}`
  return `metadata:
  annotations: {
    istio.io/rev: "default",
    sidecar.istio.io/interceptionMode: "REDIRECT",

  }
spec:
  initContainers:
${container('init')}
  containers:
${container('proxy')}
  volumes:
${Array.from({ length: 8 }, (_, i) => `  - emptyDir:\n      medium: Memory\n    name: volume-${i}\n`).join('')}`
}
