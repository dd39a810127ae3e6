import { type Graph, type Index, isSameData, type Lookup, type Table } from '../engine/index.js'
import type { Endpoint } from './endpoint.js'
import { selects } from './selection.js'
import type { Service, ServiceKey } from './service.js'
import type { Workload } from './workload.js'

interface AccountFacts {
  readonly service: Table<ServiceKey, Service>
  readonly endpointService: Index<ServiceKey, string, Endpoint>
  readonly workloadNamespace: Index<string, string, Workload>
  readonly identityOf: (read: Lookup, workload: Workload) => string
}

/**
 * Sorted identities that a service answers with: those of its endpoints. While it has none, those of the pods that it selects:
 * they are what comes back, and a service that loses its last endpoint for a moment is no reason to send its clusters again.
 */
export function declareAccounts(graph: Graph, facts: AccountFacts): Table<ServiceKey, readonly string[]> {
  const { service, endpointService, workloadNamespace, identityOf } = facts
  const ofPods = (read: Lookup, { namespace, registry, selector }: Service): string[] => {
    if (registry !== 'Kubernetes' || Object.keys(selector).length === 0) return []
    return read
      .where(workloadNamespace, namespace)
      .filter(({ kind, isAlive, labels }) => kind === 'Pod' && isAlive && selects(selector, labels))
      .map(pod => identityOf(read, pod))
  }
  return graph.derive(
    'accounts',
    service,
    (row, key, read) => {
      const endpoints = read.where(endpointService, key)
      const identities = endpoints.length > 0 ? endpoints.map(({ identity }) => identity) : ofPods(read, row)
      return [[key, [...new Set(identities.filter(Boolean))].sort()]]
    },
    { equals: isSameData },
  )
}
