import type { Labels } from '../config/object.js'
import type { Endpoint } from './endpoint.js'
import type { Hostname } from './hostname.js'
import type { MtlsMode } from './mtls.js'
import type { NetworkGateway } from './network.js'
import type { ConsolidatedRule } from './rule.js'
import type { Service } from './service.js'

/**
 * What a translator may ask about the mesh, for one client (its namespace and labels are known to the lookup). Each call makes the
 * resource depend on exactly its answer. Plain functions: a test gives an object literal (`emptyLookup` of test/kit/lookup.ts).
 */
export interface MeshLookup {
  /** Any service of the mesh, visible or not. */
  service(host: Hostname, namespace: string): Service | undefined
  /**
   * The rule that applies for this client to a service: client namespace, then the service's, then the root namespace; most specific
   * host; rules with a selector of this client first, completed from the one without.
   */
  bestRule(host: Hostname, serviceNamespace: string): ConsolidatedRule | undefined
  /**
   * Endpoints of a service that may be sent at all (ready), in the reference's order: by registry and cluster.
   * Cluster-local services: of the client's cluster. Filter by `servicePortName` and subset labels yourself.
   */
  endpoints(service: Service): readonly Endpoint[]
  /** Sorted SPIFFE ids of the endpoints, those of a ServiceEntry's subjectAltNames included; trust domain aliases not expanded. */
  accounts(service: Service): readonly string[]
  /** False only if policy makes mutual TLS impossible on that service port: namespace or mesh wide DISABLE. */
  serviceMtls(service: Service, port: number): MtlsMode
  /**
   * Whether a service has endpoints and all of them speak mutual TLS, ready or not. Where connections go to the address that was
   * called, nobody looks at endpoints one by one.
   */
  isMutualThroughout(service: Service, portName: string): boolean
  /** The mode that policy gives a workload's port: decides whether an endpoint's tlsMode counts. */
  endpointMtls(endpoint: Endpoint): MtlsMode
  /** Of a network, sorted; empty: none, so its endpoints are reached directly. */
  gateways(network: string): readonly NetworkGateway[]
  /** What all weights of endpoints are multiplied with (`weightScale` of networks.ts). */
  weightScale(): number
  /** All VIPs of headless services and the like: addresses of a headless service's ready pods, first IP each, by pod. */
  headless(service: Service): readonly Endpoint[]
  /** Labels of a namespace, for `sourceNamespace` and alike. */
  namespaceLabels(namespace: string): Labels | undefined
}
