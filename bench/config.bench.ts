/**
 * Configuration files into typed, valid objects. Printed: documents per second with and without the CRDs' schemas, the time to
 * read them again when one of many files changed, and the memory of an object.
 */
import { openCrdChecker } from '../src/config/crd/index.js'
import { ok } from '../src/lang/result.js'
import { openConfigFiles } from '../src/sources/config-files.js'

const DOCUMENTS = 10_000
const PER_FILE = 10

export function run(): Promise<void> {
  const files = new Map(
    Array.from({ length: DOCUMENTS / PER_FILE }, (_, i) => [`/config/${i}.yaml`, ok(fileText(i))] as const),
  )
  openConfigFiles({ schemas: openCrdChecker() }).read(new Map([...files].slice(0, 50)))
  for (const [name, options] of [
    ['types and rules', {}],
    ['with CRD schemas', { schemas: openCrdChecker() }],
  ] as const) {
    const before = heap()
    const start = performance.now()
    const reader = openConfigFiles(options)
    const { problems, accept } = reader.read(files)
    accept()
    const ms = performance.now() - start
    const bytes = (heap() - before) / reader.objects.size
    if (problems.length > 0 || reader.objects.size !== DOCUMENTS) throw new Error(`unexpected: ${problems[0]?.message}`)
    print(
      `${name}: ${Math.round((DOCUMENTS / ms) * 1000)} documents/s (${Math.round(ms)} ms), ${Math.round(bytes)} bytes each`,
    )
    const changed = new Map(files).set('/config/7.yaml', ok(fileText(7).replaceAll('3s', '4s')))
    const again = performance.now()
    const change = reader.read(changed, ['/config/7.yaml'])
    print(
      `  one of ${files.size} files changed: ${(performance.now() - again).toFixed(1)} ms, ${change.put.length} objects`,
    )
  }
  return Promise.resolve()
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fileText(file: number): string {
  return Array.from({ length: PER_FILE }, (_, i) => document(file * PER_FILE + i)).join('---\n')
}

function document(n: number): string {
  const meta = `metadata:\n  name: svc-${n}\n  namespace: ns-${n % 50}\n  labels:\n    app: svc-${n}\n`
  if (n % 3 === 0) {
    return `apiVersion: networking.istio.io/v1\nkind: VirtualService\n${meta}spec:\n  hosts:\n  - svc-${n}.ns-${n % 50}.svc.cluster.local\n  http:\n  - match:\n    - uri:\n        prefix: /api/${n}\n      headers:\n        x-user:\n          regex: "user-[0-9]+"\n    timeout: 3s\n    retries:\n      attempts: 2\n      perTryTimeout: 1s\n      retryOn: 5xx,reset\n    route:\n    - destination:\n        host: svc-${n}\n        subset: v1\n      weight: 90\n    - destination:\n        host: svc-${n}\n        subset: v2\n      weight: 10\n  - route:\n    - destination:\n        host: svc-${n}\n`
  }
  if (n % 3 === 1) {
    return `apiVersion: networking.istio.io/v1\nkind: DestinationRule\n${meta}spec:\n  host: svc-${n}.ns-${n % 50}.svc.cluster.local\n  trafficPolicy:\n    connectionPool:\n      tcp:\n        maxConnections: 100\n        connectTimeout: 3s\n    outlierDetection:\n      consecutive5xxErrors: 5\n      interval: 10s\n  subsets:\n  - name: v1\n    labels:\n      version: v1\n  - name: v2\n    labels:\n      version: v2\n`
  }
  return `apiVersion: v1\nkind: Service\n${meta}spec:\n  clusterIP: 10.0.${(n >> 8) % 256}.${n % 256}\n  selector:\n    app: svc-${n}\n  ports:\n  - name: http\n    port: 80\n    targetPort: 8080\n`
}
