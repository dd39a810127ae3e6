import type { Lookup } from '../../engine/index.js'
import { byAge, compare, type MeshTables, serviceKey } from '../../mesh/index.js'
import { type Finding, type FindingMesh, grouped } from './finding.js'
import { isAskedOfDns, unknownPods, unready, withoutEndpoints } from './findings-endpoints.js'
import { inboundConflicts, outboundConflicts } from './findings-listeners.js'
import { repeatedEntries, repeatedHosts, repeatedSubsets } from './findings-rules.js'

/** What the reference counts of configuration that is not carried out as its author may think; metrics of these names. */
export const FINDINGS = {
  pilot_conflict_inbound_listener: 'Services of different protocols for one port of a workload.',
  pilot_conflict_outbound_listener_tcp_over_current_tcp:
    'TCP services that share an address and port with an older one.',
  pilot_destrule_subsets: 'Subsets that an older DestinationRule for the same host has too.',
  pilot_dns_cluster_without_endpoints: 'Clusters whose names DNS is asked for, and that have none.',
  pilot_duplicate_envoy_clusters: 'Hosts and ports that several ServiceEntries name.',
  pilot_eds_no_instances: 'Clusters without an endpoint that may be used.',
  pilot_endpoint_not_ready: 'Endpoints that are not ready.',
  pilot_no_ip: 'Pods without an address, and pods with a sidecar that no service has.',
  pilot_vservice_dup_domain: 'Hosts of VirtualServices that an older one has too.',
} as const

export type FindingKind = keyof typeof FINDINGS

export type Findings = Readonly<Record<FindingKind, readonly Finding[]>>

/**
 * Looks through the whole mesh, for who asks: nothing is kept for it. What proxies may see is not looked at one by one: configuration that
 * nobody could see together is not told, and some may be told that no proxy sees.
 */
export function findingsOf(read: Lookup, tables: MeshTables): Findings {
  const entries = [...read.all(tables.inputs.config.ServiceEntry).values()]
  const mesh: FindingMesh = {
    read,
    tables,
    services: [...read.all(tables.service).values()].filter(({ resolution }) => resolution !== 'alias').sort(byAge),
    entriesOf: grouped(entries, ({ spec, namespace }) =>
      (spec.hosts ?? []).map(host => serviceKey({ host: host.toLowerCase(), namespace })),
    ),
    endpoints: [...read.all(tables.endpoint).values()],
  }
  const { services } = mesh
  return {
    pilot_conflict_inbound_listener: inboundConflicts(mesh),
    pilot_conflict_outbound_listener_tcp_over_current_tcp: outboundConflicts(mesh),
    pilot_destrule_subsets: repeatedSubsets(mesh),
    pilot_dns_cluster_without_endpoints: withoutEndpoints(mesh, services.filter(isAskedOfDns)),
    pilot_duplicate_envoy_clusters: repeatedEntries(mesh, entries),
    pilot_eds_no_instances: withoutEndpoints(
      mesh,
      services.filter(({ resolution }) => resolution === 'client'),
    ),
    pilot_endpoint_not_ready: unready(mesh),
    pilot_no_ip: unknownPods(mesh),
    pilot_vservice_dup_domain: repeatedHosts(mesh),
  }
}

/** In the order of keys, for who prints them. */
export function sortedFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => compare(a.key, b.key))
}
