import type { Claim, Graph, Index, Lookup, Table } from '../engine/index.js'
import type { Endpoint } from './endpoint.js'
import {
  type EndpointFacts,
  endpointsOfEndpoints,
  endpointsOfEntry,
  endpointsOfSlice,
  endpointsOfWorkload,
  SERVICE_NAME_LABEL,
} from './endpoints.js'
import { servicesOfEntry } from './entry-service.js'
import { kubernetesHost } from './hostname.js'
import { clusterKey } from './inputs.js'
import { localityOfNode } from './locality.js'
import { firstOf, type Places, SAME } from './places.js'
import { selects } from './selection.js'
import { type Service, type ServiceKey, serviceKey } from './service.js'
import { isDualStack, trustDomainOf } from './settings.js'
import type { Workload } from './workload.js'
import { workloadOfEntry, workloadOfPod } from './workloads.js'

type Services = Table<ServiceKey, Service>
type Workloads = Table<string, Workload>
type Endpoints = Table<string, Endpoint>

/** Pods and WorkloadEntries. */
export function declareWorkloads(graph: Graph, { inputs, identity, networkOf }: Places): Table<string, Workload> {
  const nodeLocality = graph.derive('node', inputs.cluster.Node, ({ cluster, object }) => [
    [`${cluster}/${object.name}`, localityOfNode(object.labels)],
  ])
  const pods = graph.derive(
    'workloadOfPod',
    inputs.cluster.Pod,
    ({ cluster, object }, key, read) => {
      const locality = read.one(nodeLocality, `${cluster}/${object.spec.nodeName ?? ''}`) ?? ''
      const around = { cluster, nodeLocality: locality, networkOf: networkOf(read, cluster) }
      return [[`pod/${key}`, workloadOfPod(object, around)]]
    },
    SAME,
  )
  const cluster = identity.configCluster
  const entries = graph.derive(
    'workloadOfEntry',
    inputs.config.WorkloadEntry,
    (object, key, read) => [
      [`entry/${key}`, workloadOfEntry(object, { cluster, networkOf: networkOf(read, cluster) })],
    ],
    SAME,
  )
  return graph.union('workload', [pods, entries])
}

/** Of slices, of Endpoints where there are no slices, of ServiceEntries, and of workloads that services select. */
export function declareEndpoints(
  graph: Graph,
  places: Places,
  service: Services,
  workload: Workloads,
  workloadAddress: Index<string, string, Workload>,
): Endpoints {
  const facts = (read: Lookup, cluster: string): EndpointFacts => ({
    cluster,
    trustDomain: trustDomainOf(places.settingsOf(read)),
    isDualStack: isDualStack(places.settingsOf(read)),
    networkOf: places.networkOf(read, cluster),
    pod: (namespace: string, name: string, address: string) =>
      name === ''
        ? read.where(workloadAddress, `${cluster}/${address}`).find(({ kind }) => kind === 'Pod')
        : read.one(workload, `pod/${cluster}/${namespace}/${name}`),
  })
  const tables = [
    ...ofKubernetes(graph, places, service, facts),
    ofEntries(graph, places),
    ofWorkloads(graph, places, service, workload),
  ]
  return graph.union('endpoint', tables, { merge: FIRST.merge })
}

/** The first of those that claim one key. */
const FIRST = { ...SAME, merge: ([claim]: readonly Claim<Endpoint>[]) => firstOf(claim?.row) }

function ofKubernetes(
  graph: Graph,
  { inputs, identity }: Places,
  service: Services,
  facts: (read: Lookup, cluster: string) => EndpointFacts,
): readonly [Endpoints, Endpoints] {
  const serviceNamed = (read: Lookup, namespace: string, name: string): Service | undefined =>
    read.one(service, `${kubernetesHost(name, namespace, identity.domain)}/${namespace}`)
  const ofSlice = graph.derive(
    'endpointOfSlice',
    inputs.cluster.EndpointSlice,
    ({ cluster, object }, _, read) => {
      const owner = serviceNamed(read, object.namespace, object.labels[SERVICE_NAME_LABEL] ?? '')
      return owner === undefined ? [] : keyed(endpointsOfSlice(object, owner, facts(read, cluster)))
    },
    FIRST,
  )
  const sliceOf = inputs.cluster.EndpointSlice.index<string>('service', ({ cluster, object }) => [
    clusterKey(cluster, { namespace: object.namespace, name: object.labels[SERVICE_NAME_LABEL] ?? '' }),
  ])
  const ofEndpoints = graph.derive(
    'endpointOfEndpoints',
    inputs.cluster.Endpoints,
    ({ cluster, object }, key, read) => {
      const owner = serviceNamed(read, object.namespace, object.name)
      if (owner === undefined || read.where(sliceOf, key).length > 0) return []
      return keyed(endpointsOfEndpoints(object, owner, facts(read, cluster)))
    },
    FIRST,
  )
  return [ofSlice, ofEndpoints]
}

function ofEntries(graph: Graph, { inputs, identity, settingsOf, discovery, networkOf }: Places): Endpoints {
  const cluster = identity.configCluster
  return graph.derive(
    'endpointOfEntry',
    inputs.config.ServiceEntry,
    (object, _, read) => {
      if (!discovery.isDiscovered(read, cluster, object.namespace)) return []
      const settings = settingsOf(read)
      const facts = { cluster, trustDomain: trustDomainOf(settings), networkOf: networkOf(read, cluster) }
      return keyed(endpointsOfEntry(object, servicesOfEntry(object, settings, identity), facts))
    },
    FIRST,
  )
}

function ofWorkloads(graph: Graph, { settingsOf }: Places, service: Services, workload: Workloads): Endpoints {
  const selecting = service.index('selecting', row => (Object.keys(row.selector).length === 0 ? [] : [row.namespace]))
  return graph.derive(
    'endpointOfWorkload',
    workload,
    (row, _, read) => {
      if (!isServing(row)) return []
      const trustDomain = trustDomainOf(settingsOf(read))
      return read
        .where(selecting, row.namespace)
        .filter(candidate => isFor(candidate, row) && selects(candidate.selector, row.labels))
        .flatMap(candidate => keyed(endpointsOfWorkload(row, candidate, trustDomain)))
    },
    FIRST,
  )
}

function isServing(workload: Workload): boolean {
  return workload.kind === 'WorkloadEntry' || (workload.isReady && workload.isAlive && !workload.isTerminating)
}

/** Pods come to Kubernetes Services by slices; WorkloadEntries come to both. */
function isFor(service: Service, workload: Workload): boolean {
  return service.registry === 'External' || workload.kind === 'WorkloadEntry'
}

/** Sorted by cluster, source and place in it: keys are the order in which endpoints are listed. */
function keyed(endpoints: readonly Endpoint[]): readonly (readonly [string, Endpoint])[] {
  return endpoints.map(row => [
    `${serviceKey(row)}/${row.cluster}/${row.registry}/${row.servicePortName}/${row.order}/${row.addresses[0] ?? ''}:${row.port}`,
    row,
  ])
}
