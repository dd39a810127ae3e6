/** What a port speaks. `auto`: not declared, so Envoy finds out (sniffing). */
export type Protocol =
  | 'http'
  | 'http2'
  | 'grpc'
  | 'grpc-web'
  | 'http-proxy'
  | 'https'
  | 'tls'
  | 'hbone'
  | 'double-hbone'
  | 'tcp'
  | 'udp'
  | 'mongo'
  | 'redis'
  | 'mysql'
  | 'auto'

const BY_NAME: Readonly<Record<string, Protocol>> = {
  http: 'http',
  http2: 'http2',
  grpc: 'grpc',
  'grpc-web': 'grpc-web',
  http_proxy: 'http-proxy',
  https: 'https',
  tls: 'tls',
  hbone: 'hbone',
  'double-hbone': 'double-hbone',
  tcp: 'tcp',
  udp: 'udp',
  mongo: 'mongo',
  redis: 'redis',
  mysql: 'mysql',
}

/** A protocol as Istio's own kinds write it (`HTTP`, `GRPC-Web`); what is not known is `auto`. */
export function parseProtocol(text: string): Protocol {
  const key = text.toLowerCase()
  return Object.hasOwn(BY_NAME, key) ? (BY_NAME[key] ?? 'auto') : 'auto'
}

/** Values of `appProtocol` that are not protocol names (Kubernetes' standard ones). */
const APP_PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'https',
  'istio.io/hbone': 'hbone',
}

/** Ports whose protocol is server-first, so that sniffing would time out. */
const WELL_KNOWN_TCP: ReadonlySet<number> = new Set([25, 53, 3306, 27017])
const GRPC_WEB = 'grpc-web'

/** Of a Kubernetes Service's port: appProtocol, else the name's first part, else a few port numbers. */
export function kubernetesProtocol(
  port: number,
  name: string,
  transport: string,
  appProtocol: string | undefined,
): Protocol {
  if (transport === 'UDP') return 'udp'
  if (appProtocol !== undefined && Object.hasOwn(APP_PROTOCOLS, appProtocol))
    return APP_PROTOCOLS[appProtocol] ?? 'auto'
  const text = appProtocol ?? name
  if (text.length >= GRPC_WEB.length && text.slice(0, GRPC_WEB.length).toLowerCase() === GRPC_WEB) return 'grpc-web'
  const dash = text.indexOf('-')
  const found = parseProtocol(dash >= 0 ? text.slice(0, dash) : text)
  if (found !== 'auto') return found
  return WELL_KNOWN_TCP.has(port) ? 'tcp' : 'auto'
}

export function isHttp(protocol: Protocol): boolean {
  return (
    protocol === 'http' ||
    protocol === 'http2' ||
    protocol === 'grpc' ||
    protocol === 'grpc-web' ||
    protocol === 'http-proxy'
  )
}

export function isHttp2(protocol: Protocol): boolean {
  return protocol === 'http2' || protocol === 'grpc' || protocol === 'grpc-web'
}

/** Passed on as bytes, TLS or not. */
export function isTcp(protocol: Protocol): boolean {
  return (
    protocol === 'tcp' ||
    protocol === 'https' ||
    protocol === 'tls' ||
    protocol === 'mongo' ||
    protocol === 'redis' ||
    protocol === 'mysql' ||
    protocol === 'hbone' ||
    protocol === 'double-hbone'
  )
}

/** TLS from the client on: routed by server name. */
export function isTls(protocol: Protocol): boolean {
  return protocol === 'https' || protocol === 'tls'
}

export function isSniffed(protocol: Protocol): boolean {
  return protocol === 'auto'
}
