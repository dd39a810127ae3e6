import type { MeshSettings, Protocol } from '../../mesh/index.js'
import type { RouteAction, RouteConfiguration } from '../../proto/envoy-types.generated.js'
import { constant } from '../../proto/index.js'

type InboundRouteSettings = Pick<MeshSettings, 'defaultInboundHttpRetryPolicy'>

export interface InboundRouteOptions {
  readonly cluster: string
  readonly protocol: Protocol
  /** Of the service; 0 where none is known. */
  readonly servicePort: number
  /** Empty where none is known. */
  readonly host: string
}

/** A request that never reached the workload may be sent again. */
const DEFAULT_RETRIES = constant({ numRetries: 2, retryOn: 'reset-before-request' })
const ANY_PATH = constant({ prefix: '/' })
const NO_LIMIT = constant({ maxStreamDuration: '0s', grpcTimeoutHeaderMax: '0s' })

/** A gRPC stream is not kept for another try: it may never end, and all of it would have to be remembered. */
function retryFields({ defaultInboundHttpRetryPolicy: policy }: InboundRouteSettings, protocol: Protocol): RouteAction {
  if (protocol === 'grpc' || protocol === 'grpc-web') return {}
  if (policy === undefined) return { retryPolicy: DEFAULT_RETRIES }
  const { attempts = 0, retryOn = '', backoff } = policy
  if (attempts <= 0) return {}
  return {
    retryPolicy: {
      numRetries: attempts,
      retryOn: retryOn || DEFAULT_RETRIES.retryOn,
      ...(backoff === undefined ? {} : { retryBackOff: { baseInterval: backoff } }),
    },
  }
}

/** The routes of a port of the workload: everything to its cluster, without a time limit (callers have theirs). */
export function inboundRoutes(mesh: InboundRouteSettings, options: InboundRouteOptions): RouteConfiguration {
  const { cluster, protocol, servicePort, host } = options
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
            match: ANY_PATH,
            decorator: { operation: `${host}:${servicePort}/*` },
            route: {
              cluster,
              timeout: '0s',
              maxStreamDuration: NO_LIMIT,
              ...retryFields(mesh, protocol),
            },
          },
        ],
      },
    ],
  }
}
