import type { WorkloadEntry } from '../config/istio-types.generated.js'
import type { KubePod } from '../config/kinds/kubernetes/workloads.js'
import { isHealthChecked } from '../config/kinds/workload-entry.js'
import type { ConfigObject, Labels } from '../config/object.js'
import { localityOfLabels, NETWORK_LABEL } from './locality.js'
import type { Workload } from './workload.js'

/** What a workload's surroundings say of it. */
export interface Surroundings {
  readonly cluster: string
  /** Of its node. */
  readonly nodeLocality: string
  /** Network of an address without a label of its own. */
  readonly networkOf: (address: string) => string
}

export function workloadOfPod(pod: ConfigObject<KubePod>, around: Surroundings): Workload {
  const { spec, labels } = pod
  const addresses = spec.podIPs ?? []
  return {
    kind: 'Pod',
    name: pod.name,
    namespace: pod.namespace,
    cluster: around.cluster,
    addresses,
    labels,
    serviceAccount: spec.serviceAccountName,
    network: labels[NETWORK_LABEL] || around.networkOf(addresses[0] ?? ''),
    locality: localityOfPod(labels) || around.nodeLocality,
    nodeName: spec.nodeName ?? '',
    isReady: spec.isReady === true,
    isAlive: spec.phase !== 'Succeeded' && spec.phase !== 'Failed',
    isTerminating: spec.isDeleting === true,
    hostname: spec.hostname ?? '',
    subDomain: spec.subdomain ?? '',
    workloadName: ownerName(pod),
    creationTimestamp: pod.creationTimestamp,
    weight: 0,
    ports: namedPorts(spec),
  }
}

/** The first of a name, as Kubernetes has it; services of UDP are not carried. */
function namedPorts({ ports = [] }: KubePod): Workload['ports'] {
  const carried = ports.filter(({ name, protocol }) => name !== undefined && (protocol ?? 'TCP') === 'TCP')
  return Object.fromEntries(carried.map(({ name, containerPort }) => [name, containerPort] as const).reverse())
}

/** Only its own label: topology labels of a pod are its node's business. */
function localityOfPod(labels: Labels): string {
  const own = labels['istio-locality'] ?? ''
  return own === '' ? '' : localityOfLabels(labels)
}

export function workloadOfEntry(
  entry: ConfigObject<WorkloadEntry>,
  { cluster, networkOf }: Pick<Surroundings, 'cluster' | 'networkOf'>,
): Workload {
  const { spec } = entry
  // Labels are those of the spec; the object's own are added below them.
  const labels = { ...entry.labels, ...spec.labels }
  return {
    kind: 'WorkloadEntry',
    name: entry.name,
    namespace: entry.namespace,
    cluster,
    addresses: spec.address === undefined || spec.address === '' ? [] : [spec.address],
    labels,
    serviceAccount: spec.serviceAccount ?? '',
    network: spec.network || labels[NETWORK_LABEL] || networkOf(spec.address ?? ''),
    locality: spec.locality || localityOfLabels(labels),
    nodeName: '',
    isReady: !isHealthChecked(entry) || entry.status?.isHealthy === true,
    isAlive: true,
    isTerminating: false,
    hostname: '',
    subDomain: '',
    workloadName: entry.annotations['istio.io/autoRegistrationGroup'] ?? entry.name,
    creationTimestamp: entry.creationTimestamp,
    weight: spec.weight ?? 0,
    ports: spec.ports ?? {},
  }
}

const CRON_JOB = /^(.+)-\d{8,10}$/

/** The deployment behind a pod, by its controller's name; the pod's own name without one. */
function ownerName(pod: ConfigObject<KubePod>): string {
  const { controller, generateName } = pod.spec
  if (controller === undefined || generateName === undefined) return pod.name
  const hash = pod.labels['pod-template-hash'] ?? pod.labels['rollouts-pod-template-hash']
  if (controller.kind === 'ReplicaSet' && hash !== undefined && controller.name.endsWith(`-${hash}`))
    return controller.name.slice(0, -hash.length - 1)
  if (controller.kind === 'Job') return CRON_JOB.exec(controller.name)?.[1] ?? controller.name
  return controller.name
}
