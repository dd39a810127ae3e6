import { ok } from '../../lang/result.js'
import { type Endpoint, type Service, serviceKey } from '../../mesh/index.js'
import type { DebugFacts, DebugPage } from './page.js'

/** Services and endpoints, from whichever source. */
export const registryPages: readonly DebugPage[] = [
  {
    name: 'registryz',
    summary: 'every service: hosts, ports, addresses, who may see it',
    proxy: 'none',
    answer: facts => ok(servicesOf(facts).map(service => serviceOf(service, facts))),
  },
  {
    name: 'endpointz',
    summary: 'the endpoints of every port of every service',
    proxy: 'none',
    answer: facts => ok(servicesOf(facts).flatMap(service => portsOf(service, facts))),
  },
]

function servicesOf({ mesh: { graph } }: DebugFacts): readonly Service[] {
  return graph.engine.read(read => read.one(graph.tables.serviceOrder, 'mesh')) ?? []
}

const RESOLUTIONS: Readonly<Record<Service['resolution'], number>> = {
  client: 0,
  dns: 1,
  none: 2,
  'dns-round-robin': 3,
  alias: 4,
  'dynamic-dns': 5,
}

/** With the field names of the reference's own model; `Resolution` is its number, `resolution` says it in words. */
function serviceOf(service: Service, { mesh: { graph } }: DebugFacts): object {
  const { engine, tables } = graph
  const { host, namespace, name, registry, ports, exportTo, labels, selector, resolution } = service
  return {
    Attributes: {
      ServiceRegistry: registry,
      Name: name,
      Namespace: namespace,
      Labels: labels,
      ExportTo: exportTo,
      LabelSelectors: selector,
    },
    ports: ports.map(port => ({ name: port.name, port: port.port, protocol: port.protocol })),
    serviceAccounts: engine.read(read => read.one(tables.accounts, serviceKey(service))) ?? [],
    creationTime: service.creationTimestamp,
    hostname: host,
    clusterVIPs: { Addresses: service.clusterAddresses },
    defaultAddress: service.address,
    ...(service.autoAddress === '' ? {} : { autoAllocatedIPv4Address: service.autoAddress }),
    ...(service.autoAddressV6 === '' ? {} : { autoAllocatedIPv6Address: service.autoAddressV6 }),
    Resolution: RESOLUTIONS[resolution],
    MeshExternal: service.isMeshExternal,
    resolution,
  }
}

function portsOf(service: Service, { mesh: { graph } }: DebugFacts): readonly object[] {
  const { engine, tables } = graph
  const endpoints = engine.read(read => read.where(tables.endpointService, serviceKey(service)))
  return service.ports.map(port => ({
    svc: `${service.host}:${port.name}`,
    namespace: service.namespace,
    port: port.port,
    ep: endpoints.filter(({ servicePortName }) => servicePortName === port.name).map(endpointOf),
  }))
}

function endpointOf(endpoint: Endpoint): object {
  return {
    Addresses: endpoint.addresses,
    EndpointPort: endpoint.port,
    ServicePortName: endpoint.servicePortName,
    HealthStatus: endpoint.health,
    Labels: endpoint.labels,
    Locality: { Label: endpoint.locality, ClusterID: endpoint.cluster },
    Network: endpoint.network,
    ServiceAccount: endpoint.identity,
    TLSMode: endpoint.tlsMode,
    Namespace: endpoint.workloadNamespace,
    WorkloadName: endpoint.workloadName,
    NodeName: endpoint.nodeName,
    LbWeight: endpoint.weight,
  }
}
