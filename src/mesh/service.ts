import type { Labels } from '../config/object.js'
import type { Hostname } from './hostname.js'
import type { Protocol } from './protocol.js'

/** Where a service is known from. */
export type Registry = 'Kubernetes' | 'External'

/**
 * How a proxy gets from a service to an endpoint. `client`: it load-balances over endpoints that it is told (EDS); `none`: to the
 * address that was called (headless services, NONE); `dns`: every address of the names in the endpoints; `dns-round-robin`: one at a
 * time; `dynamic-dns`: the name that the request carries; `alias`: it is another name (ExternalName), see `aliases` of that service.
 */
export type Resolution = 'client' | 'none' | 'dns' | 'dns-round-robin' | 'dynamic-dns' | 'alias'

export interface ServicePort {
  /** Never empty for ServiceEntry; may be for a Kubernetes Service with one port. */
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
}

/** A name that may be called, with its ports and addresses. Identity: `host` and `namespace`. */
export interface Service {
  readonly host: Hostname
  readonly namespace: string
  /** Of the Kubernetes Service or, for a ServiceEntry, the host: `name` of the cluster's service metadata. */
  readonly name: string
  readonly registry: Registry
  /** RFC 3339, seconds; empty: not known, sorts first. */
  readonly creationTimestamp: string
  /** In the order of the config. UDP ports are among them; no translator sends them. */
  readonly ports: readonly ServicePort[]
  readonly resolution: Resolution
  /**
   * The address of the service in most clusters: first VIP, or `0.0.0.0` when it has none (headless, ServiceEntry without
   * addresses). A ServiceEntry's may be a prefix `10.0.0.0/8`. Use `addressesFor` for what a proxy should see.
   */
  readonly address: string
  /** All VIPs by cluster id: ServiceEntries stand under the id of the config cluster. */
  readonly clusterAddresses: Readonly<Record<string, readonly string[]>>
  /** Auto-allocated from 240.240.0.0/16 and 2001:2::/48 where the entry has no address of its own; empty: none. */
  readonly autoAddress: string
  readonly autoAddressV6: string
  /** They are in the entry's status. */
  readonly hasGivenAddress: boolean
  readonly isHeadless: boolean
  readonly isMeshExternal: boolean
  /** For labels of metrics and for selection of policies by service. */
  readonly labels: Labels
  /** Of the Service or workloadSelector; empty: none. */
  readonly selector: Labels
  /** Normalised: mesh default applied; `*`, namespaces, or `~` alone for nowhere. `.` is resolved. */
  readonly exportTo: readonly string[]
  /** ServiceEntry's subjectAltNames: names that a peer may have beside the identities of endpoints. */
  readonly subjectAltNames: readonly string[]
  /** Kubernetes only: internalTrafficPolicy Local. */
  readonly isNodeLocal: boolean
  /** From mesh `serviceSettings` or being in kube-system: endpoints of other clusters are not used. */
  readonly isClusterLocal: boolean
  readonly trafficDistribution: TrafficDistribution
  /** Of both IP families: a pod with addresses of both is one endpoint. */
  readonly hasBothFamilies: boolean
  /** publishNotReadyAddresses. */
  readonly publishesUnready: boolean
  /** Names of ExternalName Services that lead here, in the order of names. */
  readonly aliases: readonly ServiceAlias[]
  /** Value of the annotation `networking.istio.io/…` sets that clusters read, kept narrow: only those read. */
  readonly sessionAffinity: 'None' | 'ClientIP'
  /** Ports with `appProtocol` etc. are in `ports`; ExternalName's own target, for `alias`. */
  readonly externalName: string
  /** Target port by service port (number or name), Kubernetes' and ServiceEntry's `targetPort`; absent: the same number. */
  readonly targetPorts: Readonly<Record<number, number | string>>
}

export type TrafficDistribution =
  | 'any'
  | 'prefer-same-zone'
  | 'prefer-same-node'
  | 'prefer-same-network'
  | 'prefer-close'

export interface ServiceAlias {
  readonly host: Hostname
  readonly namespace: string
}

/** Key of a service in tables and lookups: hosts are lower case and have no slash. */
export type ServiceKey = `${string}/${string}`

export function serviceKey(service: { readonly host: Hostname; readonly namespace: string }): ServiceKey {
  return `${service.host}/${service.namespace}`
}

export const UNSPECIFIED_V4 = '0.0.0.0'
export const UNSPECIFIED_V6 = '::'
