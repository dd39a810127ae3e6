import type { Listener } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { inboundListeners } from './inbound-listener.js'
import { listenerFactsOf } from './listener-facts.js'
import { claimsByPort, outboundListeners } from './listener-outbound.js'
import { httpProxy, virtualOutbound } from './listener-virtual-outbound.js'

/**
 * Outbound listeners of a sidecar, by port, or of one port: those depend on the services of the port alone. Routers have none.
 */
export function translateListeners(context: ProxyContext, port?: number): readonly Listener[] {
  if (context.view.type !== 'sidecar') return []
  const facts = listenerFactsOf(context, 'CLIENT')
  const claims = claimsByPort(facts)
  if (port !== undefined) return outboundListeners(facts, claims.get(port) ?? [])
  return [...claims.values()].flatMap(each => outboundListeners(facts, each))
}

/** Those that depend on no service but the workload's own: what redirected connections come to, and what is bound to. */
export function translateFixedListeners(context: ProxyContext): readonly Listener[] {
  if (context.view.type !== 'sidecar') return []
  const facts = listenerFactsOf(context, 'CLIENT')
  const proxy = httpProxy(facts)
  const outbound = context.view.interception === 'NONE' ? [] : [virtualOutbound(facts)]
  return [...outbound, ...inboundListeners(listenerFactsOf(context, 'SERVER')), ...(proxy === undefined ? [] : [proxy])]
}
