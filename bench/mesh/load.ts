// The proxies of bench/mesh.bench.ts, in a process of its own so that their work is not the server's. Each has a connection of
// its own and asks as Envoy does: clusters, then the endpoints of those that have them, then listeners, then their routes. It
// counts, acknowledges, and reads no more of a response than that takes.
import { connect } from 'node:http2'
import { encode } from '../../src/proto/index.js'
import { createFrameReader, frameHead } from '../../src/servers/grpc/frames.js'
import { CDS, EDS, LDS, RDS, VHDS } from '../../src/xds/delivery/index.js'
import type { ProxyPod } from './files.js'
import { endpointsOf, type Response, readResponse, routesOf } from './wire.js'

export interface LoadJob {
  readonly port: number
  readonly protocol: 'delta' | 'sotw'
  readonly pods: readonly ProxyPod[]
  /** PILLION_VHDS: virtual hosts are resources of their own. */
  readonly discoversHosts: boolean
}

export interface LoadReport {
  /** Proxies that have everything that they asked for at first. */
  readonly warm: number
  readonly messages: number
  readonly bytes: number
  readonly resources: number
  readonly removed: number
  /** Proxies that were sent something since the last mark. */
  readonly reached: number
  /** Of the last message, on the clock of `process.hrtime`, in ms; 0: none since the mark. */
  readonly lastAt: number
  readonly byType: Readonly<Record<string, number>>
  /** Streams that ended. */
  readonly ended: number
}

const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
/** More than any response of the largest mesh. */
const MAX_MESSAGE = 1 << 29
const nothing = { messages: 0, bytes: 0, resources: 0, removed: 0, lastAt: 0 }
let totals = { ...nothing }
let byType: Record<string, number> = {}
let reached = new Set<object>()
let warm = 0
let ended = 0

function node({ name, namespace, ip, labels, serviceAccount }: ProxyPod, discoversHosts: boolean): object {
  const proxyMetadata = discoversHosts ? { proxyMetadata: { PILLION_VHDS: 'true' } } : {}
  return {
    id: `sidecar~${ip}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${labels['app']}.${namespace}`,
    userAgentName: 'envoy',
    metadata: {
      NAME: name,
      NAMESPACE: namespace,
      CLUSTER_ID: 'Kubernetes',
      INSTANCE_IPS: ip,
      ISTIO_VERSION: '1.30.0',
      LABELS: labels,
      SERVICE_ACCOUNT: serviceAccount,
      WORKLOAD_NAME: labels['app'],
      MESH_ID: 'cluster.local',
      NODE_NAME: 'node-1',
      INTERCEPTION_MODE: 'REDIRECT',
      PROXY_CONFIG: {
        concurrency: 2,
        discoveryAddress: 'istiod.istio-system.svc:15012',
        statusPort: 15020,
        ...proxyMetadata,
      },
    },
  }
}

function runProxy({ port, protocol, discoversHosts }: LoadJob, pod: ProxyPod): void {
  const isDelta = protocol === 'delta'
  const request = `envoy.service.discovery.v3.${isDelta ? 'DeltaDiscoveryRequest' : 'DiscoveryRequest'}`
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 16 << 20 } })
  session.on('connect', () => session.setLocalWindowSize(24 << 20))
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': `${PATH}/${isDelta ? 'DeltaAggregatedResources' : 'StreamAggregatedResources'}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const frames = createFrameReader(MAX_MESSAGE)
  const asked = new Map<string, Set<string>>()
  const last = new Map<string, Response>()
  const answered = new Set<string>()
  const me = {}
  const send = (message: object): void => {
    const bytes = encode(request, message)
    stream.write(Buffer.concat([frameHead(bytes.length), bytes]))
  }
  const ask = (typeUrl: string, names: readonly string[], first: object = {}): void => {
    const known = asked.get(typeUrl) ?? new Set()
    const fresh = names.filter(name => !known.has(name))
    const isNew = !asked.has(typeUrl)
    if (!isNew && fresh.length === 0) return
    for (const name of fresh) known.add(name)
    asked.set(typeUrl, known)
    if (isDelta) send({ ...first, typeUrl, resourceNamesSubscribe: fresh })
    else send({ ...first, typeUrl, resourceNames: [...known], ...answerTo(last.get(typeUrl)) })
  }
  const answerTo = (response: Response | undefined): object =>
    response === undefined ? {} : { responseNonce: response.nonce, versionInfo: response.version }
  const acknowledge = (response: Response): void => {
    const { type: typeUrl, nonce } = response
    if (isDelta) send({ typeUrl, responseNonce: nonce })
    else send({ typeUrl, resourceNames: [...(asked.get(typeUrl) ?? [])], ...answerTo(response) })
  }
  const follow = (response: Response, bytes: Buffer): void => {
    const { type, bodies } = response
    if (type === CDS) {
      ask(
        EDS,
        bodies.flatMap(body => endpointsOf(bytes, body) ?? []),
      )
    } else if (type === EDS) ask(LDS, [])
    else if (type === LDS) ask(RDS, [...new Set(bodies.flatMap(body => routesOf(bytes, body)))])
    else if (type === RDS && discoversHosts) ask(VHDS, [])
    if (answered.has(type)) return
    answered.add(type)
    if (answered.size === (discoversHosts ? 5 : 4)) warm++
  }
  stream.on('error', () => {})
  stream.on('close', () => {
    ended++
    session.close()
  })
  stream.on('data', (chunk: Buffer) => {
    totals.bytes += chunk.length
    const fault = frames.push(chunk, message => {
      const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
      const response = readResponse(protocol, bytes)
      totals.messages++
      totals.resources += response.bodies.length
      totals.removed += response.removed
      totals.lastAt = Number(process.hrtime.bigint()) / 1e6
      const short = response.type.slice(response.type.lastIndexOf('.') + 1)
      byType[short] = (byType[short] ?? 0) + 1
      reached.add(me)
      last.set(response.type, response)
      acknowledge(response)
      follow(response, bytes)
    })
    if (fault !== undefined) throw new Error(fault.kind)
  })
  ask(CDS, [], { node: node(pod, discoversHosts) })
}

function report(): LoadReport {
  return { ...totals, byType, warm, ended, reached: reached.size }
}

process.on('message', (message: LoadJob | 'report' | 'mark') => {
  if (message === 'report') process.send?.(report())
  else if (message === 'mark') {
    totals = { ...nothing }
    byType = {}
    reached = new Set()
    process.send?.(report())
  } else {
    for (const pod of message.pods) runProxy(message, pod)
  }
})
// The registry of messages is read before the clock starts.
encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', { typeUrl: CDS })
process.send?.(report())
