/** Names of resources as the reference makes them (reference: xds.md section 9). No other module puts one together. */

export const PASSTHROUGH_CLUSTER = 'PassthroughCluster'
export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster'
/** For hosts that nobody knows, where proxies ask DNS for them. */
export const DYNAMIC_DNS_CLUSTER = 'AllowAnyDynamicDNSCluster'
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster'
export const VIRTUAL_OUTBOUND_LISTENER = 'virtualOutbound'
export const VIRTUAL_INBOUND_LISTENER = 'virtualInbound'
export const HTTP_PROXY_ROUTE = 'http_proxy'
/** Of the proxies of its own kind: static in the bootstrap of one that asks for them, its endpoints from EDS. */
export const LOCAL_CLUSTER = 'local_cluster'
/** Where SDS is served to a proxy by its own agent: static in the bootstrap. */
export const SDS_CLUSTER = 'sds-grpc'

/** `outbound|<port>|<subset>|<host>`; the subset may be empty. */
export function outboundClusterName(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`
}

/** Server name of mutual TLS between proxies, and the cluster name at a gateway that passes it through. */
export function outboundSni(port: number, subset: string, host: string): string {
  return `outbound_.${port}_.${subset}_.${host}`
}

/** `inbound|<port of the workload>||`, of the cluster and of its inline route. */
export function inboundClusterName(port: number): string {
  return `inbound|${port}||`
}

/** `<address>_<port>`, IPv6 in brackets as an address and port are written; `unix://path_0` for a socket. */
export function listenerName(bind: string, port: number): string {
  if (bind.startsWith('unix://')) return `${bind}_0`
  return bind.includes(':') ? `[${bind}]_${port}` : `${bind}_${port}`
}

/** Of the ports of HTTP services that share one listener: the port, in decimal. */
export function portRouteName(port: number): string {
  return String(port)
}

/** Of a port whose protocol is found out: one per service. */
export function sniffedRouteName(host: string, port: number): string {
  return `${host}:${port}`
}

/** Of a listener on a unix socket: its address. */
export function unixRouteName(path: string): string {
  return path
}

/** Statistics names keep what follows the last dot apart unless they end so. */
export function altStatName(name: string): string {
  return `${name};`
}

/** Name of a domain's virtual host. */
export function virtualHostName(host: string, port: number): string {
  return `${host}:${port}`
}

/**
 * Of a virtual host that is a resource of its own: Envoy finds by it which route configuration the host belongs to, and the message
 * has to have the same name, or Envoy does not find it again when it is removed.
 */
export function discoveredHostName(route: string, host: string): string {
  return `${route}/${host}`
}

/** Route configurations at sockets have slashes in their names, virtual hosts have none. */
export function parseDiscoveredHostName(name: string): { readonly route: string; readonly host: string } {
  const at = name.lastIndexOf('/')
  return { route: name.slice(0, Math.max(0, at)), host: name.slice(at + 1) }
}

export interface OutboundName {
  readonly port: number
  readonly subset: string
  readonly host: string
}

/** The parts of `outbound|…` or of its server name form. */
export function parseOutboundName(name: string): OutboundName | undefined {
  const match =
    /^outbound\|(\d{1,5})\|([^|]*)\|([^|]+)$/.exec(name) ?? /^outbound_\.(\d{1,5})_\.(.*?)_\.(.+)$/.exec(name)
  return match === null ? undefined : { port: Number(match[1]), subset: match[2] ?? '', host: match[3] ?? '' }
}
