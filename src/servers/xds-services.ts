import { decode, encode } from '../proto/index.js'
import { type Protocol, SDS } from '../xds/delivery/index.js'
import { grpcStatus } from './grpc/status.js'
import type { GrpcServer, GrpcStatus, StreamCall, StreamHandler, UnaryCall } from './grpc/types.js'

/** `ads`: all types on one stream. `sds`: secrets alone, as the static cluster `sds-grpc` of a proxy asks for them. */
export type XdsService = 'ads' | 'sds'

type Open = (call: StreamCall, protocol: Protocol) => StreamHandler

const STREAMS: Readonly<Record<XdsService, Readonly<Record<Protocol, string>>>> = {
  ads: {
    sotw: '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
    delta: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
  },
  sds: {
    sotw: '/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets',
    delta: '/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets',
  },
}
const FETCH_SECRETS = '/envoy.service.secret.v3.SecretDiscoveryService/FetchSecrets'
const REQUEST = 'envoy.service.discovery.v3.DiscoveryRequest'

export function registerXds(server: GrpcServer, service: XdsService, open: Open): void {
  for (const protocol of ['sotw', 'delta'] as const) {
    server.add(STREAMS[service][protocol], { kind: 'stream', open: call => open(call, protocol) })
  }
  if (service === 'sds') {
    server.add(FETCH_SECRETS, { kind: 'unary', handle: (request, call) => fetchOnce(request, call, open) })
  }
}

/** A stream of one request and one answer. */
function fetchOnce(request: Uint8Array, { peer, signal }: UnaryCall, open: Open): Promise<Uint8Array | GrpcStatus> {
  return new Promise(resolve => {
    let isDone = false
    const finish = (answer: Uint8Array | GrpcStatus): void => {
      if (isDone) return
      isDone = true
      resolve(answer)
      const status = answer instanceof Uint8Array ? grpcStatus('OK', '') : answer
      // Not from within the handler's own call: it is not ready for its end yet.
      queueMicrotask(() => handler.closed(status))
    }
    const handler = open(
      {
        peer,
        write: ({ parts }) => {
          finish(Buffer.concat(parts))
          return false
        },
        isWritable: () => !isDone,
        end: status => finish(status),
      },
      'sotw',
    )
    signal.addEventListener('abort', () => finish(grpcStatus('CANCELLED', 'the client went away')))
    handler.message(withSecretType(request))
  })
}

/** On this service the type may be left out. Malformed bytes go on as they are, to be refused like any others. */
function withSecretType(request: Uint8Array): Uint8Array {
  try {
    const json = decode(REQUEST, request) as { typeUrl?: string }
    return json.typeUrl === undefined ? encode(REQUEST, { ...json, typeUrl: SDS }) : request
  } catch {
    return request
  }
}
