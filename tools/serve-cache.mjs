// Runs `pillion serve` in this process for a moment, with the sample mesh, and asks it what proxies and API servers ask, so that V8
// compiles what they need; what it has compiled then is written beside the bundled files. Called by tools/bundle.mjs.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { expectServe, keepCompiled, load } from '../bin/bundle.mjs'
import { decode, encode } from '../dist/proto/index.js'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'dist')
const folder = mkdtempSync(join(tmpdir(), 'pillion-cache-'))
const mesh = join(folder, 'mesh')
const ready = join(folder, 'ready.json')
/** For what takes long on a machine that is busy, in ms; the build goes on without the cache. */
const PATIENCE = 60_000

const DISCOVERY = 'envoy.service.discovery.v3'
const TYPE = 'type.googleapis.com/envoy.config'
const CDS = `${TYPE}.cluster.v3.Cluster`
const EDS = `${TYPE}.endpoint.v3.ClusterLoadAssignment`
const LDS = `${TYPE}.listener.v3.Listener`
const RDS = `${TYPE}.route.v3.RouteConfiguration`
/** Pods of the sample mesh, by name and namespace. */
const PODS = [
  ['productpage-v1', 'shop'],
  ['details-v1', 'books'],
]

function node(name, namespace) {
  const [app, version] = name.split('-')
  return {
    id: `sidecar~10.1.0.9~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${app}.${namespace}`,
    metadata: {
      NAME: name,
      NAMESPACE: namespace,
      CLUSTER_ID: 'Kubernetes',
      INSTANCE_IPS: '10.1.0.9',
      ISTIO_VERSION: '1.30.0',
      LABELS: { app, version },
      SERVICE_ACCOUNT: 'default',
      INTERCEPTION_MODE: 'REDIRECT',
      PROXY_CONFIG: { concurrency: 2 },
    },
  }
}

/** Asks as Envoy does, and acknowledges what comes, for as long as the session is open. Resolves when routes came. */
function ask(port, isDelta, node) {
  const session = connect(`http://127.0.0.1:${port}`)
  const method = isDelta ? 'DeltaAggregatedResources' : 'StreamAggregatedResources'
  const kind = isDelta ? 'Delta' : ''
  const stream = session.request({
    ':method': 'POST',
    ':path': `/${DISCOVERY}.AggregatedDiscoveryService/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  const send = message => {
    const bytes = encode(`${DISCOVERY}.${kind}DiscoveryRequest`, message)
    const head = Buffer.alloc(5)
    head.writeUInt32BE(bytes.length, 1)
    stream.write(Buffer.concat([head, bytes]))
  }
  const subscribe = (typeUrl, names, more) => {
    send({ ...more, typeUrl, [isDelta ? 'resourceNamesSubscribe' : 'resourceNames']: names })
  }
  const asked = new Map()
  const follow = (type, found) => {
    if (type === CDS)
      subscribe(
        EDS,
        found.filter(({ type }) => type === 'EDS').map(({ name }) => name),
      )
    if (type === EDS && !asked.has(LDS)) subscribe(LDS, [])
    if (type === LDS) subscribe(RDS, [...new Set(JSON.stringify(found).match(/(?<="routeConfigName":")[^"]+/g))])
    asked.set(type, true)
  }
  const routes = new Promise((done, fail) => {
    let buffer = Buffer.alloc(0)
    stream.on('data', chunk => {
      buffer = Buffer.concat([buffer, chunk])
      while (buffer.length >= 5 && buffer.length >= 5 + buffer.readUInt32BE(1)) {
        const end = 5 + buffer.readUInt32BE(1)
        const {
          typeUrl,
          nonce,
          versionInfo,
          resources = [],
        } = decode(`${DISCOVERY}.${kind}DiscoveryResponse`, buffer.subarray(5, end))
        buffer = buffer.subarray(end)
        const found = resources.map(item => (isDelta ? item.resource : item))
        const names = found.map(({ name, clusterName }) => name ?? clusterName)
        send({
          typeUrl,
          responseNonce: nonce,
          ...(isDelta ? {} : { versionInfo, resourceNames: typeUrl === CDS || typeUrl === LDS ? [] : names }),
        })
        follow(typeUrl, found)
        if (typeUrl === RDS) done()
      }
    })
    for (const source of [stream, session]) source.on('error', fail)
  })
  subscribe(CDS, [], { node })
  return { routes, close: () => session.close() }
}

/** One pod for the webhook, as an API server sends it. */
function review(port) {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'web-', labels: { app: 'web', 'pod-template-hash': 'a1' } },
    spec: { containers: [{ name: 'app', image: 'example.com/app:1', ports: [{ containerPort: 8080 }] }] },
  }
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      operation: 'CREATE',
      namespace: 'shop',
      resource: { version: 'v1', resource: 'pods' },
      object,
    },
  })
  return new Promise((done, fail) => {
    const options = {
      port,
      host: '127.0.0.1',
      path: '/inject',
      method: 'POST',
      rejectUnauthorized: false,
      agent: false,
    }
    const sent = request({ ...options, headers: { 'content-type': 'application/json' } }, answer => {
      answer.resume().on('end', done)
    })
    sent.on('error', fail).end(body)
  })
}

async function visit() {
  while (!existsSync(ready)) {
    // It said why on standard error.
    if (process.exitCode !== undefined) process.exit()
    await sleep(10)
  }
  const bound = JSON.parse(readFileSync(ready, 'utf8'))
  const port = address => Number(address.split(':').at(-1))
  const proxies = PODS.flatMap(pod => [true, false].map(isDelta => ask(port(bound.grpc), isDelta, node(...pod))))
  await Promise.all(proxies.map(({ routes }) => routes))
  // A change, and time for it to be pushed.
  appendFileSync(join(mesh, 'canary.yaml'), '\n')
  const changed = readFileSync(join(mesh, 'services.yaml'), 'utf8').replace('port: 9080', 'port: 9081')
  appendFileSync(join(mesh, 'services.yaml'), '')
  appendFileSync(join(mesh, 'more.yaml'), changed)
  await sleep(300)
  for (const pod of [0, 1, 2]) await review(port(bound.https), pod)
  await (await fetch(`http://${bound.monitoring}/metrics`)).text()
  for (const { close } of proxies) close()
}

const isUsual = process.versions.node.startsWith('20.')
// Code that has not run for a while would be dropped otherwise.
if (isUsual) setFlagsFromString('--no-flush-bytecode')
expectServe(dist)
cpSync(join(root, 'samples/bookinfo/kubernetes'), mesh, { recursive: true })
setTimeout(() => process.exit(1), PATIENCE).unref()
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const free = '127.0.0.1:0'
process.argv = [
  ...[process.execPath, join(root, 'bin/pillion.mjs'), 'serve', '--configDir', mesh, '--readyFile', ready],
  ...[
    '--stateDir',
    join(folder, 'state'),
    '--httpsAddr',
    free,
    '--httpAddr',
    free,
    '--monitoringAddr',
    free,
    '--grpcAddr',
    free,
  ],
]
load(join(dist, 'bin/main.cjs'))
await visit()
process.once('beforeExit', () => {
  if (isUsual) setFlagsFromString('--flush-bytecode')
  // As when `serve` starts: the webhook has released it.
  load(join(dist, 'bin/compiler.cjs')).holdBackCompiler()
  keepCompiled()
})
process.kill(process.pid, 'SIGTERM')
