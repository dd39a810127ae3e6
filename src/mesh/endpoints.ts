import type { ServiceEntry, WorkloadEntry } from '../config/istio-types.generated.js'
import type { KubeEndpointSlice, KubeEndpoints, KubeSliceEndpoint } from '../config/kinds/kubernetes/endpoints.js'
import type { ConfigObject, Labels } from '../config/object.js'
import type { Endpoint, Health } from './endpoint.js'
import { localityOfLabels, NETWORK_LABEL, withTopology } from './locality.js'
import type { Service, ServicePort } from './service.js'
import type { Workload } from './workload.js'

const TLS_MODE = 'security.istio.io/tlsMode'
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/** Facts of the cluster and mesh that endpoints carry. */
export interface EndpointFacts {
  readonly cluster: string
  readonly trustDomain: string
  /** Proxies of the mesh speak both IP families where they have both. */
  readonly isDualStack: boolean
  readonly networkOf: (address: string) => string
  /** By address, and if it is known by the pod it belongs to. */
  readonly pod: (namespace: string, name: string, address: string) => Workload | undefined
}

/** Of a slice; the service is the one that its label names, in its own namespace. Endpoints whose pod is not known yet are left out. */
export function endpointsOfSlice(
  object: ConfigObject<KubeEndpointSlice>,
  service: Service,
  facts: EndpointFacts,
): readonly Endpoint[] {
  const { endpoints = [], ports = [], addressType } = object.spec
  if (addressType === 'FQDN') return []
  const out: Endpoint[] = []
  for (const [index, entry] of endpoints.entries())
    for (const address of entry.addresses ?? []) {
      const pod = podOf(entry, address, object.namespace, facts)
      if (pod === 'missing') continue
      const addresses = addressesOf(address, service, pod, facts)
      // Another slice has the pod by its first address.
      if (addresses[0] !== address) continue
      for (const port of ports)
        if (port.protocol !== 'UDP')
          out.push(
            kubernetesEndpoint(service, pod, {
              addresses,
              port: port.port,
              portName: port.name ?? '',
              health: healthOf(entry),
              nodeName: entry.nodeName ?? '',
              facts,
              order: `a/${object.name}/${String(index).padStart(6, '0')}`,
            }),
          )
    }
  return out
}

/** Of the older Endpoints object, which clusters without slices have. */
export function endpointsOfEndpoints(
  object: ConfigObject<KubeEndpoints>,
  service: Service,
  facts: EndpointFacts,
): readonly Endpoint[] {
  const slices = (object.spec.subsets ?? []).map((subset, index) => {
    const ready = (subset.addresses ?? []).map(({ ip, ...rest }) => ({ ...rest, addresses: [ip], ready: true }))
    const unready = (subset.notReadyAddresses ?? []).map(({ ip, ...rest }) => ({
      ...rest,
      addresses: [ip],
      ready: false,
    }))
    const spec: KubeEndpointSlice = {
      addressType: 'IPv4',
      endpoints: [...ready, ...unready],
      ports: subset.ports ?? [],
    }
    return { ...object, name: `${object.name}/${index}`, spec }
  })
  return slices.flatMap(slice => endpointsOfSlice(slice, service, facts))
}

function podOf(
  entry: KubeSliceEndpoint,
  address: string,
  namespace: string,
  { pod }: EndpointFacts,
): Workload | 'missing' | undefined {
  const ref = entry.targetRef
  const isPod = ref?.kind === 'Pod'
  const found = pod(ref?.namespace ?? namespace, isPod ? (ref.name ?? '') : '', address)
  return found === undefined && isPod ? 'missing' : found
}

function healthOf({ ready, serving, terminating }: KubeSliceEndpoint): Health {
  if (ready !== false) return 'healthy'
  return serving !== false && terminating === true ? 'draining' : 'unhealthy'
}

/** The first is what the endpoint is known by. */
function addressesOf(
  address: string,
  service: Service,
  pod: Workload | undefined,
  { isDualStack }: EndpointFacts,
): readonly string[] {
  const all = pod?.addresses ?? []
  return isDualStack && service.hasBothFamilies && all.length > 1 ? all : [address]
}

interface Placed {
  readonly addresses: readonly string[]
  readonly port: number
  readonly portName: string
  readonly health: Health
  readonly nodeName: string
  readonly facts: EndpointFacts
  readonly order: string
}

function kubernetesEndpoint(service: Service, pod: Workload | undefined, placed: Placed): Endpoint {
  const { facts, addresses } = placed
  const labels = pod?.labels ?? {}
  const network = labels[NETWORK_LABEL] || facts.networkOf(addresses[0] ?? '')
  const locality = pod?.locality ?? ''
  const node = pod?.nodeName || placed.nodeName
  return {
    host: service.host,
    namespace: service.namespace,
    addresses,
    port: placed.port,
    servicePortName: placed.portName,
    labels: withTopology(labels, facts.cluster, locality, node, network),
    cluster: facts.cluster,
    network,
    locality,
    nodeName: node,
    weight: 0,
    health: placed.health,
    tlsMode: labels[TLS_MODE] === 'istio' ? 'istio' : 'disabled',
    isTunnelCapable: labels['networking.istio.io/tunnel'] === 'http',
    identity: pod === undefined ? '' : spiffe(facts.trustDomain, pod.namespace, pod.serviceAccount),
    workloadName: pod?.workloadName ?? '',
    workloadNamespace: pod?.namespace ?? '',
    hostname: pod?.hostname ?? '',
    subDomain: pod?.subDomain ?? '',
    registry: 'Kubernetes',
    order: placed.order,
  }
}

export function spiffe(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`
}

export interface EntryFacts {
  readonly cluster: string
  readonly trustDomain: string
  readonly networkOf: (address: string) => string
}

/** Endpoints written in a ServiceEntry, or its hosts themselves where names are resolved and no endpoint is given. */
export function endpointsOfEntry(
  object: ConfigObject<ServiceEntry>,
  services: readonly Service[],
  facts: EntryFacts,
): readonly Endpoint[] {
  const { endpoints = [], workloadSelector, resolution } = object.spec
  const isResolved = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN'
  if (endpoints.length === 0 && workloadSelector === undefined && isResolved)
    return services.flatMap(service =>
      service.ports.map(({ name, port }) =>
        namedHost(object, { service, portName: name, port: targetPortOf(service, port, undefined), facts }),
      ),
    )
  return services.flatMap(service =>
    endpoints.flatMap((entry, index) =>
      service.ports.map(({ name, port }) => {
        const target = entry.ports?.[name] ?? targetPortOf(service, port, undefined)
        return inlineEndpoint(object, entry, index, { service, portName: name, port: target, facts })
      }),
    ),
  )
}

function namedHost(object: ConfigObject<ServiceEntry>, { service, portName, port, facts }: Target): Endpoint {
  return {
    host: service.host,
    namespace: service.namespace,
    addresses: [service.host],
    port,
    servicePortName: portName,
    labels: {},
    cluster: facts.cluster,
    network: '',
    locality: '',
    nodeName: '',
    weight: 0,
    health: 'unknown',
    tlsMode: 'disabled',
    isTunnelCapable: false,
    identity: '',
    workloadName: object.name,
    workloadNamespace: object.namespace,
    hostname: '',
    subDomain: '',
    registry: 'External',
    order: `a/${object.name}`,
  }
}

interface Target {
  readonly service: Service
  readonly portName: string
  readonly port: number
  readonly facts: EntryFacts
}

function inlineEndpoint(
  object: ConfigObject<ServiceEntry>,
  entry: WorkloadEntry,
  index: number,
  { service, portName, port, facts }: Target,
): Endpoint {
  const address = entry.address ?? ''
  const labels = entry.labels ?? {}
  const network = entry.network || labels[NETWORK_LABEL] || facts.networkOf(address)
  const locality = entry.locality || localityOfLabels(labels)
  const isSocket = address.startsWith('unix://')
  return {
    host: service.host,
    namespace: service.namespace,
    addresses: [address],
    port: isSocket ? 0 : port,
    servicePortName: portName,
    labels: withTopology(labels, facts.cluster, locality, '', network),
    cluster: facts.cluster,
    network,
    locality,
    nodeName: '',
    weight: entry.weight ?? 0,
    health: 'unknown',
    tlsMode: tlsModeOfEntry(labels, entry.serviceAccount),
    isTunnelCapable: labels['networking.istio.io/tunnel'] === 'http',
    identity: entry.serviceAccount ? spiffe(facts.trustDomain, object.namespace, entry.serviceAccount) : '',
    workloadName: `${object.name}-${index}`,
    workloadNamespace: object.namespace,
    hostname: '',
    subDomain: '',
    registry: 'External',
    order: `${object.name}/${String(index).padStart(6, '0')}`,
  }
}

/** A workload with an identity is taken to speak mutual TLS unless its label says otherwise. */
function tlsModeOfEntry(labels: Labels, serviceAccount: string | undefined): 'istio' | 'disabled' {
  const label = labels[TLS_MODE]
  if (label !== undefined) return label === 'istio' ? 'istio' : 'disabled'
  return serviceAccount ? 'istio' : 'disabled'
}

/** Endpoints that a workload gives a service whose selector it matches. */
export function endpointsOfWorkload(workload: Workload, service: Service, trustDomain: string): readonly Endpoint[] {
  const address = workload.addresses[0]
  if (address === undefined) return []
  const { labels, cluster, locality, nodeName, network } = workload
  const isPod = workload.kind === 'Pod'
  return service.ports
    .filter(({ protocol }) => protocol !== 'udp')
    .map(each => ({ ...each, target: address.startsWith('unix://') ? 0 : portOfWorkload(workload, service, each) }))
    .filter(({ target }) => target !== undefined)
    .map(({ name, target = 0 }) => ({
      host: service.host,
      namespace: service.namespace,
      addresses: [address],
      port: target,
      servicePortName: name,
      labels: withTopology(labels, cluster, locality, nodeName, network),
      cluster,
      network,
      locality,
      nodeName,
      weight: workload.weight,
      health: isPod ? 'healthy' : workload.isReady ? 'unknown' : 'unhealthy',
      tlsMode: isPod
        ? labels[TLS_MODE] === 'istio'
          ? 'istio'
          : 'disabled'
        : tlsModeOfEntry(labels, workload.serviceAccount),
      isTunnelCapable: labels['networking.istio.io/tunnel'] === 'http',
      identity: workload.serviceAccount === '' ? '' : spiffe(trustDomain, workload.namespace, workload.serviceAccount),
      workloadName: workload.workloadName,
      workloadNamespace: workload.namespace,
      hostname: workload.hostname,
      subDomain: workload.subDomain,
      registry: service.registry,
      order: `${isPod ? 'a' : 'b'}/${workload.name}`,
    }))
}

/**
 * The port of a workload that a service port leads to. Workloads may name ports as the service does: entries always, pods where a
 * ServiceEntry selects them. A target port that is a name has to be one of the workload's: undefined without it.
 */
export function portOfWorkload(
  workload: Pick<Workload, 'kind' | 'ports'>,
  service: Service,
  { name, port }: ServicePort,
): number | undefined {
  const target = service.targetPorts[port]
  const isNamed = typeof target === 'string' && !Number.isInteger(Number(target))
  const hasNames = workload.kind === 'WorkloadEntry' || service.registry === 'External'
  const own = hasNames && !isNamed && Object.hasOwn(workload.ports, name) ? workload.ports[name] : undefined
  return own || targetPortOf(service, port, workload) || undefined
}

/** A number as it stands; a name is looked up among the workload's ports. 0: not found. */
export function targetPortOf(service: Service, port: number, workload: Pick<Workload, 'ports'> | undefined): number {
  const target = service.targetPorts[port] ?? port
  if (typeof target === 'number') return target === 0 ? port : target
  const number = Number(target)
  if (Number.isInteger(number) && number > 0) return number
  return workload?.ports[target] ?? 0
}
