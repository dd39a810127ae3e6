// The load of webhook.bench.ts, in a process of its own so that its work is not the server's. It speaks HTTP/1.1 over TLS by
// hand: requests are ready-made bytes, and of an answer only its length and verdict are read.
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'

interface Job {
  readonly port: number
  readonly connections: number
  readonly requests: number
}

const WORKLOADS = 1000

/** A pod as a Deployment makes it; what differs is what differs between real workloads. */
function pod(index: number): object {
  const name = `workload-${index}`
  const labels = { app: name, version: `v${index % 7}`, 'pod-template-hash': `${index % 9}b4d8f` }
  const probe = { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10, timeoutSeconds: 1 }
  const mount = { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      generateName: `${name}-${index % 9}b4d8f-`,
      labels,
      annotations: { 'example.com/revision': String(index) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${index % 9}b4d8f`, uid: 'u', controller: true },
      ],
    },
    spec: {
      volumes: [{ name: 'token', emptyDir: {} }],
      containers: [
        {
          name: 'app',
          image: `registry.example.com/team/${name}:1.${index}.0`,
          ports: [{ containerPort: 8080 + (index % 10), protocol: 'TCP' }],
          env: [{ name: 'INDEX', value: String(index) }],
          resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: [mount],
          ...(index % 2 === 0 ? { livenessProbe: probe, readinessProbe: probe } : {}),
        },
      ],
      restartPolicy: 'Always',
      serviceAccountName: name,
    },
    status: {},
  }
}

function requestBytes(index: number): Buffer {
  const request = { uid: `uid-${index}`, namespace: `team-${index % 20}`, operation: 'CREATE', object: pod(index) }
  const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request })
  const head = `POST /inject?timeout=10s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.from(head + body)
}

/** Waits for one whole answer; throws if it is not an injected pod. */
async function readAnswer(socket: TLSSocket): Promise<number> {
  const chunks: Buffer[] = []
  let size = 0
  let wanted = Number.POSITIVE_INFINITY
  while (size < wanted) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    chunks.push(chunk)
    size += chunk.length
    if (wanted !== Number.POSITIVE_INFINITY) continue
    const text = Buffer.concat(chunks).toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end === -1) continue
    wanted = end + 4 + Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1])
  }
  const text = Buffer.concat(chunks).toString('latin1')
  if (!text.includes('"patchType":"JSONPatch"')) throw new Error(`not injected: ${text.slice(0, 600)}`)
  return size
}

async function main(job: Job): Promise<void> {
  const bodies = Array.from({ length: WORKLOADS }, (_, index) => requestBytes(index))
  const times: number[] = []
  let sent = 0
  const drive = async (): Promise<void> => {
    const socket = connect({ port: job.port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    socket.setNoDelay(true)
    while (sent < job.requests) {
      const start = performance.now()
      socket.write(bodies[sent++ % WORKLOADS]!)
      await readAnswer(socket)
      times.push(performance.now() - start)
    }
    socket.destroy()
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: job.connections }, drive))
  const seconds = (performance.now() - start) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0
  console.log(JSON.stringify({ seconds, p50: at(0.5), p99: at(0.99) }))
}

await main(JSON.parse(process.argv[2] ?? '{}') as Job)
