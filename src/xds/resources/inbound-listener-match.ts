import { isHttp, isTcp, type MtlsMode, type Protocol } from '../../mesh/index.js'
import type { FilterChainMatch } from '../../proto/envoy-types.generated.js'
import { PLAIN_HTTP_MATCH } from './filter-chain.js'

/** A way into a port: who takes it, what it carries, and whether mutual TLS ends here. */
export interface InboundWay {
  readonly match: FilterChainMatch
  readonly carries: 'http' | 'tcp'
  readonly isMutualTls: boolean
}

/** Sent by the proxies of clients whose filter names the HTTP version behind TLS. */
const MESH_HTTP = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2']
const MESH_TCP = ['istio-peer-exchange', 'istio']
/** Whatever proxies of the mesh offer. Other TLS is the workload's own and passed through. */
const MESH_ANY = ['istio', 'istio-peer-exchange', ...MESH_HTTP]

const TLS: FilterChainMatch = { transportProtocol: 'tls' }
const PLAIN: FilterChainMatch = { transportProtocol: 'raw_buffer' }

function way(match: FilterChainMatch, carries: InboundWay['carries'], isMutualTls = false): InboundWay {
  return { match, carries, isMutualTls }
}

const WAYS: Readonly<Record<'http' | 'tcp' | 'auto', Readonly<Record<MtlsMode, readonly InboundWay[]>>>> = {
  http: {
    STRICT: [way(TLS, 'http', true)],
    PERMISSIVE: [way({ ...TLS, applicationProtocols: MESH_ANY }, 'http', true), way(PLAIN, 'http')],
    DISABLE: [way(PLAIN, 'http')],
  },
  tcp: {
    STRICT: [way(TLS, 'tcp', true)],
    PERMISSIVE: [way({ ...TLS, applicationProtocols: MESH_ANY }, 'tcp', true), way(TLS, 'tcp'), way(PLAIN, 'tcp')],
    DISABLE: [way(PLAIN, 'tcp')],
  },
  auto: {
    STRICT: [way({ ...TLS, applicationProtocols: MESH_HTTP }, 'http', true), way(TLS, 'tcp', true)],
    PERMISSIVE: [
      way({ ...TLS, applicationProtocols: MESH_HTTP }, 'http', true),
      way(PLAIN_HTTP_MATCH, 'http'),
      way({ ...TLS, applicationProtocols: MESH_TCP }, 'tcp', true),
      way(PLAIN, 'tcp'),
      way(TLS, 'tcp'),
    ],
    DISABLE: [way(PLAIN_HTTP_MATCH, 'http'), way(PLAIN, 'tcp')],
  },
}

/** In the order of the filter chains (reference: xds.md section 12). */
export function inboundWays(protocol: Protocol, mode: MtlsMode): readonly InboundWay[] {
  return WAYS[isHttp(protocol) ? 'http' : isTcp(protocol) ? 'tcp' : 'auto'][mode]
}
