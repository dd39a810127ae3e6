import type { Json } from '../src/lang/json.js'
import type { Result } from '../src/lang/result.js'
import { applyJsonPatch, decodeTyped, diffJson, normalise, strategicMerge } from '../src/patch/index.js'

// What an injection spends on patching: a sidecar of the usual size laid over a pod of the usual size, typed, and the
// difference written as a JSON patch. Time is given next to reading and printing the same pod as JSON, on the same machine.

const ROUNDS = 2_000

const env = (count: number): Json[] =>
  Array.from({ length: count }, (_, i) =>
    i % 3 === 0
      ? { name: `FIELD_${i}`, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }
      : { name: `VALUE_${i}`, value: `some-value-${i}` },
  )
const mounts = (count: number): Json[] =>
  Array.from({ length: count }, (_, i) => ({ name: `volume-${i}`, mountPath: `/var/run/${i}`, readOnly: i % 2 === 0 }))

const pod = (): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app-1', namespace: 'shop', labels: { app: 'shop', version: 'v1' }, annotations: { note: 'x' } },
  spec: {
    volumes: [
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }], defaultMode: 420 } },
    ],
    containers: [
      {
        name: 'app',
        image: 'shop:1',
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: env(8),
        resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
        volumeMounts: mounts(2),
        livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 10 },
      },
    ],
    restartPolicy: 'Always',
    serviceAccountName: 'shop',
  },
  status: {},
})

const overlay = (): Json => ({
  metadata: { labels: { 'service.istio.io/canonical-name': 'shop' }, annotations: { 'istio.io/rev': 'default' } },
  spec: {
    initContainers: [
      {
        name: 'istio-init',
        image: 'proxy:1',
        args: ['istio-iptables', '-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-b', '*'],
        resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
        securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] }, runAsUser: 0 },
      },
    ],
    containers: [
      {
        name: 'istio-proxy',
        image: 'proxy:1',
        args: ['proxy', 'sidecar', '--domain', 'shop.svc.cluster.local'],
        ports: [{ name: 'http-envoy-prom', containerPort: 15090, protocol: 'TCP' }],
        env: env(30),
        resources: { limits: { cpu: '2000m', memory: '1024Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/healthz/ready', port: 15021 }, periodSeconds: 15 },
        securityContext: { privileged: false, readOnlyRootFilesystem: true, runAsUser: 1337, runAsGroup: 1337 },
        volumeMounts: mounts(9),
      },
    ],
    volumes: Array.from({ length: 8 }, (_, i) => ({ name: `volume-${i}`, emptyDir: {} })),
  },
})

export async function run(): Promise<void> {
  const [base, patch] = [pod(), overlay()]
  const text = JSON.stringify(must(normalise('v1.Pod', must(strategicMerge(base, patch, 'v1.Pod')))))
  const unit = microseconds(() => JSON.parse(JSON.stringify(JSON.parse(text))))
  const report = (name: string, work: () => unknown): void => {
    const time = microseconds(work)
    console.log(
      `${name.padEnd(34)} ${time.toFixed(1).padStart(6)} µs, ${(time / unit).toFixed(2)} of two readings and a printing`,
    )
  }
  const merged = must(strategicMerge(base, patch, 'v1.Pod'))
  const typed = must(normalise('v1.Pod', merged))
  const operations = diffJson(base, typed)
  console.log(
    `a pod of ${text.length} bytes; ${operations.length} operations of ${JSON.stringify(operations).length} bytes`,
  )
  report('overlay on nothing', () => must(strategicMerge({}, patch, 'v1.Pod')))
  report('overlay on the pod', () => must(strategicMerge(base, patch, 'v1.Pod')))
  report('typed, as merged', () => must(normalise('v1.Pod', merged)))
  report('typed, canonical already', () => must(normalise('v1.Pod', typed)))
  report('read for templates', () => must(decodeTyped('v1.Pod', base)))
  report('difference', () => diffJson(base, typed))
  report('difference applied', () => must(applyJsonPatch(base, operations)))
  report('all of an injection', () => {
    must(strategicMerge({}, patch, 'v1.Pod'))
    return diffJson(base, must(normalise('v1.Pod', must(strategicMerge(base, patch, 'v1.Pod')))))
  })
}

/** Processor time, because other work on the machine is no matter of ours; the best of three, because collections are. */
function microseconds(work: () => unknown): number {
  for (let i = 0; i < ROUNDS; i++) work()
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage()
    for (let i = 0; i < ROUNDS; i++) work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / ROUNDS
  })
  return Math.min(...times)
}

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
