import type { MeshSettings } from '../../mesh/index.js'
import type { RouteConfiguration } from '../../proto/envoy-types.generated.js'

export interface InboundRouteOptions {
  readonly cluster: string
  /** Of the service; 0 where none is known. */
  readonly servicePort: number
  /** Empty where none is known. */
  readonly host: string
}

/** A request that never reached the workload may be sent again, twice. */
const RETRY = { numRetries: 2, retryOn: 'reset-before-request' }

/** The routes of a port of the workload: everything to its cluster, without a time limit (callers have theirs). */
export function inboundRoutes(_mesh: MeshSettings, options: InboundRouteOptions): RouteConfiguration {
  const { cluster, servicePort, host } = options
  return {
    name: cluster,
    validateClusters: false,
    virtualHosts: [
      {
        name: `inbound|http|${servicePort}`,
        domains: ['*'],
        routes: [
          {
            name: 'default',
            match: { prefix: '/' },
            decorator: { operation: `${host}:${servicePort}/*` },
            route: {
              cluster,
              timeout: '0s',
              maxStreamDuration: { maxStreamDuration: '0s', grpcTimeoutHeaderMax: '0s' },
              retryPolicy: RETRY,
            },
          },
        ],
      },
    ],
  }
}
