import type { Listener } from '../../proto/envoy-types.generated.js'
import type { ProxyContext } from '../../proxy/view.js'
import { inboundListeners } from './inbound-listener.js'
import { type ListenerFacts, listenerFactsOf } from './listener-facts.js'
import { claimsByPort, outboundListeners } from './listener-outbound.js'
import { httpProxy, virtualOutbound } from './listener-virtual-outbound.js'

/**
 * Outbound listeners of a sidecar, by port, or of one port: those depend on the services of the port alone. Routers have none.
 */
export function translateListeners(context: ProxyContext, port?: number): readonly Listener[] {
  if (context.view.type !== 'sidecar') return []
  const facts = listenerFactsOf(context, 'CLIENT')
  const claims = claimsByPort(facts)
  const asked = port === undefined ? [...claims.values()] : [claims.get(port) ?? []]
  return asked.flatMap(each => outboundListeners(facts, each)).map(buffered(facts))
}

/** Outbound listeners that are there whatever may be called: what redirected connections come to, and the proxy for HTTP. */
export function translateFixedListeners(context: ProxyContext): readonly Listener[] {
  if (context.view.type !== 'sidecar') return []
  const facts = listenerFactsOf(context, 'CLIENT')
  const proxy = httpProxy(facts)
  const redirected = context.view.interception === 'NONE' ? [] : [virtualOutbound(facts)]
  return [...redirected, ...(proxy === undefined ? [] : [proxy])].map(buffered(facts))
}

/** Those that depend on no service but the workload's own: virtualInbound, and what is bound to. */
export function translateInboundListeners(context: ProxyContext): readonly Listener[] {
  if (context.view.type !== 'sidecar') return []
  const facts = listenerFactsOf(context, 'SERVER')
  return inboundListeners(facts).map(buffered(facts))
}

/** With the limit of what is buffered of a connection; absent: Envoy's own. */
function buffered({ settings }: ListenerFacts): (listener: Listener) => Listener {
  const limit = settings.listenerPerConnectionBufferLimitBytes ?? 0
  return limit > 0 ? listener => ({ ...listener, perConnectionBufferLimitBytes: limit }) : listener => listener
}
