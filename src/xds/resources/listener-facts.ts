import type { MeshProxyConfig, ProxyConfig_ConnectionSettings } from '../../config/istio-types.generated.js'
import { formatProtoDuration, parseDuration } from '../../lang/duration.js'
import type { Hostname, MeshSettings, Service, SidecarScope } from '../../mesh/index.js'
import { connectionSettingsOf } from '../../proxy/connection-settings.js'
import type { ProxyContext, ProxyView } from '../../proxy/view.js'
import { type AccessLogs, accessLogsOf } from './access-log.js'
import type { TelemetryMode } from './access-log-policy.js'
import { tokenFilters } from './jwt-authentication.js'
import { outboundClusterName } from './names.js'
import { type AuthorizationFilters, authorizationFilters } from './rbac.js'
import { type StatsFilters, statsFilters } from './stats.js'
import { type TracingFields, tracingOf } from './tracing.js'
import type { ClusterOf } from './tracing-provider.js'

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
  /** Of the connections that it accepts. */
  readonly settings: ProxyConfig_ConnectionSettings
  readonly tracing: TracingFields
  /** Of traffic in the direction that these facts are for. */
  readonly logs: AccessLogs
  /** What measures that traffic. */
  readonly stats: StatsFilters
  /** In front of what the workload serves: whose token is good, and who may ask for what. */
  readonly admission: AuthorizationFilters
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
  both: ['0.0.0.0'],
  v6: ['::'],
  dual: ['0.0.0.0', '::'],
}
const LOOPBACKS: Readonly<Record<ProxyView['ipMode'], Addresses>> = {
  v4: ['127.0.0.1'],
  both: ['127.0.0.1'],
  v6: ['::1'],
  dual: ['127.0.0.1', '::1'],
}

const VIRTUAL_OUTBOUND_PORT = 15_001
const VIRTUAL_INBOUND_PORT = 15_006

/** `mode`: for listeners that the workload calls others through, or that others call it through. */
export function listenerFactsOf(context: ProxyContext, mode: TelemetryMode): ListenerFacts {
  const { view, mesh, scope } = context
  const reachable = reachableBy(context)
  const service = byHost(context, reachable)
  const cluster = clusterOf(service, reachable)
  const config = (view.meta.proxyConfig as MeshProxyConfig | undefined) ?? mesh.defaultConfig ?? {}
  return {
    context,
    view,
    mesh: Object.fromEntries(FIELDS.map(field => [field, mesh[field]])),
    scope,
    config,
    settings: connectionSettingsOf(config),
    tracing: tracingOf({ view, mesh, config, telemetry: context.telemetry, mode, cluster }),
    logs: accessLogsOf({ mesh, telemetry: context.telemetry, mode, cluster }),
    stats: statsFilters({ view, mesh, telemetry: context.telemetry, mode }),
    admission: admissionOf(context, mode, cluster),
    idleTimeout: durationOf(view.meta.idleTimeout),
    wildcards: WILDCARDS[view.ipMode],
    loopbacks: LOOPBACKS[view.ipMode],
    detectionTimeout: mesh.protocolDetectionTimeout ?? '0s',
    ports: {
      outbound: mesh.proxyListenPort || VIRTUAL_OUTBOUND_PORT,
      inbound: mesh.proxyInboundListenPort || VIRTUAL_INBOUND_PORT,
    },
    service,
  }
}

/** Nobody is admitted to outbound listeners. */
function admissionOf(context: ProxyContext, mode: TelemetryMode, cluster: ClusterOf): AuthorizationFilters {
  if (mode === 'CLIENT') return { http: [], tcp: [] }
  const { http, tcp } = authorizationFilters({ policies: context.authorization, mesh: context.mesh, cluster })
  return { http: [...tokenFilters({ policies: context.tokens, cluster }), ...http], tcp }
}

/** What is no duration is as good as not said: metadata is not the operator's to correct. */
function durationOf(text: string): string | undefined {
  const parsed = text === '' ? undefined : parseDuration(text)
  return parsed?.ok === true ? formatProtoDuration(parsed.value) : undefined
}

/** Of a Kubernetes service, whose host says its namespace. */
const KUBERNETES_HOST = /^[^.]+\.([^.]+)\.svc\./

/** What the proxy has clusters for. Made when it is first asked for: few listeners have routes to other services. */
function reachableBy({ scope, reachable }: ProxyContext): ListenerFacts['service'] {
  if (reachable !== undefined) return reachable
  let hosts: ReadonlyMap<Hostname, Service> | undefined
  return host => {
    hosts ??= new Map([...scope.services].reverse().map(each => [each.host, each]))
    return hosts.get(host)
  }
}

/** Others of the mesh too: a scope that was narrowed to the port of a listener may lack them. */
function byHost({ scope, lookup }: ProxyContext, reachable: ListenerFacts['service']): ListenerFacts['service'] {
  return host => reachable(host) ?? lookup.service(host, KUBERNETES_HOST.exec(host)?.[1] ?? scope.namespace)
}

/** Where providers of mesh config are reached, which name their service `[<namespace>/]<host>`. */
function clusterOf(service: ListenerFacts['service'], reachable: ListenerFacts['service']): ClusterOf {
  return (name, port) => {
    const found = service(name.slice(name.indexOf('/') + 1))
    if (found === undefined) return undefined
    const { host } = found
    return {
      host,
      name: outboundClusterName(port, '', host),
      get isReachable() {
        return reachable(host)?.ports.some(each => each.port === port) === true
      },
    }
  }
}
