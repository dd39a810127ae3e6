import type { Endpoint } from '../../mesh/index.js'
import type { ProxyContext } from '../../proxy/view.js'
import type { Outbound } from './cluster-outbound.js'
import { tlsModeOf } from './cluster-policy.js'

/**
 * Which endpoints the client is to speak mutual TLS to: those whose label says that they can, unless the DestinationRule asks for
 * another TLS mode or PeerAuthentication switches it off at that port. A rule that asks for ISTIO_MUTUAL goes before policy.
 */
export function mutualTlsTest(
  { lookup }: ProxyContext,
  { rule, subset, port }: Outbound,
): (endpoint: Endpoint) => boolean {
  const mode = tlsModeOf(rule, subset, port.port)
  if (mode !== undefined && mode !== 'ISTIO_MUTUAL') return () => false
  return endpoint =>
    endpoint.tlsMode === 'istio' && (mode === 'ISTIO_MUTUAL' || lookup.endpointMtls(endpoint) !== 'DISABLE')
}
