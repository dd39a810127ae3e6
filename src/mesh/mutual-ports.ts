import { type Graph, type Index, isSameData, type Table } from '../engine/index.js'
import type { Endpoint } from './endpoint.js'
import type { ServiceKey } from './service.js'

/**
 * Sorted names of a service's ports that have endpoints, all of which speak mutual TLS. A table of its own, so that what asks for it
 * is not made again for each endpoint that comes or goes.
 */
export function declareMutualPorts(
  graph: Graph,
  endpointService: Index<ServiceKey, string, Endpoint>,
): Table<ServiceKey, readonly string[]> {
  return graph.derive(
    'mutualPorts',
    endpointService,
    (endpoints, key) => {
      const ports = new Set(endpoints.map(({ servicePortName }) => servicePortName))
      for (const { servicePortName, tlsMode } of endpoints) if (tlsMode !== 'istio') ports.delete(servicePortName)
      return [[key, [...ports].sort()]]
    },
    { equals: isSameData },
  )
}
