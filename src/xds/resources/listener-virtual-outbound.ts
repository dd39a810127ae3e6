import type { Listener } from '../../proto/envoy-types.generated.js'
import { httpConnectionManager } from './http-connection-manager.js'
import { addressFields } from './listener-bind.js'
import type { ListenerFacts } from './listener-facts.js'
import { fallbackFilters } from './listener-fallback.js'
import { balanceFields, SOCKET_FIELDS } from './listener-slot.js'
import { unknownHostChains, unknownHostListening } from './listener-unknown-hosts.js'
import { BLACK_HOLE_CLUSTER, HTTP_PROXY_ROUTE, listenerName, VIRTUAL_OUTBOUND_LISTENER } from './names.js'
import { tcpProxyTo } from './tcp-proxy.js'

/** The socket that redirected connections come to; each is then given to the listener of the address it was for. */
export function virtualOutbound(facts: ListenerFacts): Listener {
  const port = facts.ports.outbound
  return {
    name: VIRTUAL_OUTBOUND_LISTENER,
    ...addressFields(facts.wildcards, port),
    trafficDirection: 'OUTBOUND',
    useOriginalDst: true,
    ...transparentFields(facts),
    ...unknownHostListening(facts),
    ...SOCKET_FIELDS,
    ...balanceFields(facts.view.meta.hasOutboundExactBalance),
    ...listenerLog(facts),
    filterChains: [
      {
        // Called at its own port, Envoy would be sent on to itself, for ever.
        name: 'virtualOutbound-blackhole',
        filterChainMatch: { destinationPort: port },
        filters: tcpProxyTo(facts, BLACK_HOLE_CLUSTER, true),
      },
      ...unknownHostChains(facts),
      { name: 'virtualOutbound-catchall-tcp', filters: fallbackFilters(facts) },
    ],
  }
}

/** Under TPROXY packets arrive with the address they were for. */
export function transparentFields({ view }: ListenerFacts): Listener {
  return view.interception === 'TPROXY' ? { transparent: true } : {}
}

export function listenerLog({ logs }: ListenerFacts): Listener {
  return logs.listener.length === 0 ? {} : { accessLog: logs.listener }
}

/** A forward proxy for HTTP on loopback, where mesh config or the proxy's metadata gives it a port. */
export function httpProxy(facts: ListenerFacts): Listener | undefined {
  const port = Number(facts.view.meta.httpProxyPort) || facts.mesh.proxyHttpPort || 0
  if (port === 0) return undefined
  const [loopback] = facts.loopbacks
  const name = listenerName(loopback, port)
  const manager = httpConnectionManager(facts, {
    direction: 'outbound',
    name: `outbound_${name}`,
    protocol: 'http-proxy',
    routes: HTTP_PROXY_ROUTE,
    acceptsAbsoluteUrls: true,
  })
  return {
    name,
    ...addressFields([loopback], port),
    trafficDirection: 'OUTBOUND',
    continueOnListenerFiltersTimeout: true,
    listenerFiltersTimeout: '0s',
    ...SOCKET_FIELDS,
    filterChains: [{ filters: [manager], transportSocketConnectTimeout: '15s' }],
  }
}
