import type {
  ConnectionPoolSettings,
  Destination,
  IstioIngressListener,
  VirtualService,
} from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import type { Hostname } from './hostname.js'
import type { Protocol } from './protocol.js'
import type { Service } from './service.js'

/**
 * What proxies of one namespace (and one Sidecar) may reach. Lists are in the order of the reference, which decides conflicts:
 * services private to the namespace, then those exported to it, then public ones, each oldest first, then by name and namespace.
 */
export interface SidecarScope<V = VirtualServiceConfig> {
  /** `<namespace>/<name of the Sidecar>`, or `<namespace>/` for the default one: everything that is exported. */
  readonly key: string
  /** The proxies' namespace, also where the Sidecar is of the root namespace. */
  readonly namespace: string
  /** `<namespace>/<name>`; undefined: default scope. */
  readonly sidecar: string | undefined
  readonly egress: readonly EgressListener<V>[]
  /** Every service within reach, once per host: the services of all listeners, then those reached by VirtualServices alone. */
  readonly services: readonly Service[]
  readonly outbound: OutboundPolicy
  /** As written; undefined: inbound is built from the services that select the workload. */
  readonly ingress: readonly IstioIngressListener[] | undefined
  readonly inboundConnectionPool: ConnectionPoolSettings | undefined
}

export interface EgressListener<V = VirtualServiceConfig> {
  /** Position in the Sidecar's `egress`. */
  readonly index: number
  /** Undefined: a catch-all listener, for all ports of its services that no other listener claims. */
  readonly port: EgressPort | undefined
  /** As written: an address, `unix://path`, or empty. */
  readonly bind: string
  readonly captureMode: 'DEFAULT' | 'IPTABLES' | 'NONE'
  /** With only the ports that this listener may serve. A host stands here once (in a default scope it may stand twice: the first wins). */
  readonly services: readonly Service[]
  /** Imported, for gateway `mesh`, delegates merged, hosts fully qualified, oldest first. */
  readonly virtualServices: readonly V[]
}

export interface EgressPort {
  readonly number: number
  readonly name: string
  readonly protocol: Protocol
}

export interface OutboundPolicy {
  readonly mode: 'REGISTRY_ONLY' | 'ALLOW_ANY' | 'ALLOW_ANY_DYNAMIC_DNS'
  /** Host fully qualified. */
  readonly egressProxy: Destination | undefined
}

/** Hosts, destinations, gateways and delegates are fully qualified; delegates are merged in. */
export type VirtualServiceConfig = ConfigObject<VirtualService>

/**
 * What scopes look at of a VirtualService. Most changes of one (weights, timeouts, matches) are none of this, and none of the scopes
 * that have it.
 */
export interface VirtualOutline {
  readonly namespace: string
  readonly name: string
  readonly creationTimestamp: string
  readonly spec: Pick<VirtualService, 'hosts' | 'gateways' | 'exportTo'>
  /** Whether it has routes of HTTP, and of connections. */
  readonly hasHttp: boolean
  readonly hasStreams: boolean
  /** In its order. */
  readonly leadsTo: readonly Lead[]
}

/** Where a VirtualService may send to, mirrors included. */
export interface Lead {
  readonly host: Hostname
  /** 0: any. */
  readonly port: number
  /** Of clients in these namespaces; undefined: of all. */
  readonly from: readonly string[] | undefined
}

export type OutlinedListener = EgressListener<VirtualOutline>
export type OutlinedScope = SidecarScope<VirtualOutline>

export type HostSet = ReadonlySet<Hostname>
