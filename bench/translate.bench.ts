import { DEFAULT_IDENTITY, type Endpoint, type Service } from '../src/mesh/index.js'
import { encode } from '../src/proto/index.js'
import type { ProxyContext } from '../src/proxy/view.js'
import { translateClusters } from '../src/xds/resources/clusters.js'
import { translateAssignments } from '../src/xds/resources/endpoints.js'
import { emptyLookup } from '../test/kit/lookup.js'

const SERVICES = 1_000
const ENDPOINTS = 3
const ROUNDS = 10

const services = Array.from({ length: SERVICES }, (_, i) => ({
  host: `service-${i}.default.svc.cluster.local`,
  namespace: 'default',
  name: `service-${i}`,
  ports: [{ name: 'http', port: 80, protocol: 'http' }],
  resolution: 'client',
  isMeshExternal: false,
  isNodeLocal: false,
  trafficDistribution: 'any',
})) as unknown as readonly Service[]

const endpoints = Array.from({ length: ENDPOINTS }, (_, i) => ({
  addresses: [`10.0.0.${i}`],
  port: 8080,
  servicePortName: 'http',
  labels: { app: 'a', version: 'v1' },
  cluster: 'Kubernetes',
  network: '',
  locality: `region/zone-${i}`,
  nodeName: 'n',
  weight: 0,
  health: 'healthy',
  tlsMode: 'istio',
  workloadName: 'w',
  workloadNamespace: 'default',
})) as unknown as readonly Endpoint[]

const trafficPolicy = { outlierDetection: { interval: '10s' }, connectionPool: { tcp: { maxConnections: 10 } } }
const RULE = {
  namespace: 'default',
  name: 'r',
  trafficPolicy,
  subsets: [],
  from: [],
  exportTo: ['*'],
  selector: undefined,
}
const context: ProxyContext = {
  view: {
    type: 'sidecar',
    network: '',
    networkView: [],
    locality: { region: 'region', zone: 'zone-1', subZone: '' },
    labels: {},
    ipMode: 'v4',
    extensions: undefined,
    meta: { tlsClient: { certChain: '', key: '', rootCert: '' } },
  } as unknown as ProxyContext['view'],
  mesh: { connectTimeout: '10s', localityLbSetting: { enabled: true } },
  lookup: {
    ...emptyLookup,
    bestRule: host => ({ ...RULE, host }),
    endpoints: () => endpoints,
    accounts: () => ['spiffe://cluster.local/ns/default/sa/a'],
  },
  identity: DEFAULT_IDENTITY,
  own: [],
  mtls: { mode: 'PERMISSIVE', ports: {}, from: [] },
  authorization: [],
  tokens: [],
  telemetry: [],
  get scope(): never {
    throw new Error('no scope is asked for here')
  },
}

/** µs of CPU per resource, the best of a few rounds. */
function measure(name: string, count: number, body: () => void): void {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    body()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, user + system)
  }
  console.log(`${name.padEnd(24)} ${(best / count).toFixed(1)} µs each, ${(best / 1000).toFixed(1)} ms for ${count}`)
}

/** Clusters and assignments of 1,000 services with a rule and three endpoints each, for one scope; encoding apart. */
export async function run(): Promise<void> {
  const clusters = services.flatMap(service => translateClusters(context, service))
  const assignments = services.flatMap(service => translateAssignments(context, service))
  measure('translate clusters', clusters.length, () => {
    for (const service of services) translateClusters(context, service)
  })
  measure('encode clusters', clusters.length, () => {
    for (const cluster of clusters) encode('envoy.config.cluster.v3.Cluster', cluster)
  })
  measure('translate assignments', assignments.length, () => {
    for (const service of services) translateAssignments(context, service)
  })
  measure('encode assignments', assignments.length, () => {
    for (const assignment of assignments) encode('envoy.config.endpoint.v3.ClusterLoadAssignment', assignment)
  })
}
