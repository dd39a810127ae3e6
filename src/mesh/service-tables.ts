import type { Graph, Index, Table } from '../engine/index.js'
import { type AliasOf, aliasOf, withAliases } from './aliases.js'
import { type AutoAddress, addressCandidates, allocateAddresses } from './auto-addresses.js'
import { servicesOfEntry } from './entry-service.js'
import { mergeClusters, serviceOfKubernetes } from './kubernetes-service.js'
import { mergeEntries } from './merge-services.js'
import { firstOf, type Places, SAME } from './places.js'
import { compare } from './selection.js'
import { type Service, type ServiceKey, serviceKey } from './service.js'

/** Services of all registries: Kubernetes before ServiceEntries of the same host and namespace. */
export function declareServices(graph: Graph, places: Places): Table<ServiceKey, Service> {
  const { inputs, identity, settingsOf, discovery } = places
  const first = (cluster: string): string => (cluster === identity.configCluster ? '' : cluster)
  const kubernetes = graph.derive(
    'serviceOfKubernetes',
    inputs.cluster.Service,
    ({ cluster, object }, _, read) => {
      if (!discovery.isDiscovered(read, cluster, object.namespace)) return []
      const service = serviceOfKubernetes(object, cluster, settingsOf(read), identity)
      return [[serviceKey(service), { cluster, service }]]
    },
    {
      ...SAME,
      merge: claims => {
        const rows = claims.map(({ row }) => row).sort((a, b) => compare(first(a.cluster), first(b.cluster)))
        return { cluster: rows[0]?.cluster ?? '', service: mergeClusters(rows.map(({ service }) => service)) }
      },
    },
  )
  const aliases = declareAliases(graph, kubernetes)
  const known = graph.derive(
    'serviceWithAliases',
    kubernetes,
    ({ service }, key, read) => [[key, withAliases(service, read.where(aliases, service.host))]],
    SAME,
  )
  const autoAddress = declareAutoAddresses(graph, places)
  const entries = graph.derive(
    'serviceOfEntry',
    inputs.config.ServiceEntry,
    (object, _, read) => {
      if (!discovery.isDiscovered(read, identity.configCluster, object.namespace)) return []
      const services = servicesOfEntry(object, settingsOf(read), identity, {
        autoAddress: key => read.one(autoAddress, key),
        visibility: discovery.visibilityOf(read, object.namespace),
      })
      return services.map(service => [serviceKey(service), service] as const)
    },
    { ...SAME, merge: claims => mergeEntries(claims.map(({ row }) => row)) },
  )
  const knownEntries = graph.derive(
    'entryWithAliases',
    entries,
    (service, key, read) => [[key, withAliases(service, read.where(aliases, service.host))]],
    SAME,
  )
  return graph.union('service', [known, knownEntries], { merge: ([claim]) => firstOf(claim?.row) })
}

/** Names that ExternalName Services give, by the host that they lead to. */
function declareAliases(
  graph: Graph,
  services: Table<ServiceKey, { readonly service: Service }>,
): Index<string, ServiceKey, AliasOf> {
  const byHost = services.index('alias', ({ service }) => (service.externalName === '' ? [] : [service.host]))
  const resolved = graph.derive(
    'alias',
    services,
    ({ service }, key, read) => {
      const alias = aliasOf(service, host => read.where(byHost, host)[0]?.service.externalName)
      return alias === undefined ? [] : [[key, alias]]
    },
    SAME,
  )
  return resolved.index('target', ({ target }) => [target])
}

/** All at once, since they must differ; what comes out of it for a host changes only where two want one address. */
function declareAutoAddresses(graph: Graph, { inputs, identity, discovery }: Places): Table<ServiceKey, AutoAddress> {
  const candidates = graph.derive(
    'addressCandidate',
    inputs.config.ServiceEntry,
    (object, _, read) =>
      discovery.isDiscovered(read, identity.configCluster, object.namespace)
        ? addressCandidates(object).map(candidate => [candidate.key, candidate] as const)
        : [],
    { ...SAME, merge: claims => firstOf(claims.map(({ row }) => row).sort((a, b) => compare(a.since, b.since))[0]) },
  )
  const all = candidates.index('mesh', () => ['mesh' as const])
  return graph.derive('autoAddress', all, rows => allocateAddresses(rows), SAME)
}
