import type { MeshProxyConfig } from '../../config/istio-types.generated.js'
import { formatProtoDuration, parseDuration } from '../../lang/duration.js'
import type { Hostname, MeshSettings, Service, SidecarScope } from '../../mesh/index.js'
import type { HttpConnectionManager_Tracing } from '../../proto/envoy-types.generated.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'
import { type AccessLogs, accessLogsOf } from './access-log.js'
import { tracingOf } from './tracing.js'

const FIELDS = [
  'defaultInboundHttpRetryPolicy',
  'inboundClusterStatName',
  'meshMTLS',
  'outboundClusterStatName',
  'pathNormalization',
  'proxyHttpPort',
  'trustDomain',
  'trustDomainAliases',
] as const satisfies readonly (keyof MeshSettings)[]

/** What all listeners of one proxy share, worked out once. */
export interface ListenerFacts {
  readonly context: ProxyContext
  readonly view: ProxyView
  /** Read once: each reading of a field is looked up, and recorded. */
  readonly mesh: Pick<MeshSettings, (typeof FIELDS)[number]>
  readonly scope: SidecarScope
  /** The proxy's own ProxyConfig, else the mesh's. */
  readonly config: MeshProxyConfig
  readonly tracing: HttpConnectionManager_Tracing | undefined
  readonly logs: AccessLogs
  /** Of connections without data, from metadata IDLE_TIMEOUT. */
  readonly idleTimeout: string | undefined
  /** The addresses that stand for any, the one of the listener's name first. */
  readonly wildcards: Addresses
  readonly loopbacks: Addresses
  /** How long to wait for the first bytes of a client that may have to be sniffed. */
  readonly detectionTimeout: string
  readonly ports: { readonly outbound: number; readonly inbound: number }
  readonly service: (host: Hostname) => Service | undefined
}

/** A listener's address, then its additional ones. */
export type Addresses = readonly [string, ...string[]]

const WILDCARDS: Readonly<Record<ProxyView['ipMode'], Addresses>> = {
  v4: ['0.0.0.0'],
  v6: ['::'],
  dual: ['0.0.0.0', '::'],
}
const LOOPBACKS: Readonly<Record<ProxyView['ipMode'], Addresses>> = {
  v4: ['127.0.0.1'],
  v6: ['::1'],
  dual: ['127.0.0.1', '::1'],
}

const VIRTUAL_OUTBOUND_PORT = 15_001
const VIRTUAL_INBOUND_PORT = 15_006

export function listenerFactsOf(context: ProxyContext): ListenerFacts {
  const { view, mesh, scope } = context
  const config = (view.meta.proxyConfig as MeshProxyConfig | undefined) ?? mesh.defaultConfig ?? {}
  return {
    context,
    view,
    mesh: Object.fromEntries(FIELDS.map(field => [field, mesh[field]])),
    scope,
    config,
    tracing: tracingOf(view, mesh, config),
    logs: accessLogsOf(mesh),
    idleTimeout: durationOf(view.meta.idleTimeout),
    wildcards: WILDCARDS[view.ipMode],
    loopbacks: LOOPBACKS[view.ipMode],
    detectionTimeout: mesh.protocolDetectionTimeout ?? '0s',
    ports: {
      outbound: mesh.proxyListenPort || VIRTUAL_OUTBOUND_PORT,
      inbound: mesh.proxyInboundListenPort || VIRTUAL_INBOUND_PORT,
    },
    service: byHost(context),
  }
}

/** What is no duration is as good as not said: metadata is not the operator's to correct. */
function durationOf(text: string): string | undefined {
  const parsed = text === '' ? undefined : parseDuration(text)
  return parsed?.ok === true ? formatProtoDuration(parsed.value) : undefined
}

/** Of a Kubernetes service, whose host says its namespace. */
const KUBERNETES_HOST = /^[^.]+\.([^.]+)\.svc\./

/**
 * Made when it is first asked for: few listeners have routes to other services. A scope that was narrowed to the port of a listener
 * may lack them.
 */
function byHost({ scope, lookup }: ProxyContext): ListenerFacts['service'] {
  let hosts: ReadonlyMap<Hostname, Service> | undefined
  return host => {
    hosts ??= new Map([...scope.services].reverse().map(service => [service.host, service]))
    return hosts.get(host) ?? lookup.service(host, KUBERNETES_HOST.exec(host)?.[1] ?? scope.namespace)
  }
}
