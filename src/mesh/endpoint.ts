import type { Labels } from '../config/object.js'
import type { Hostname } from './hostname.js'

/** One address and port that serves one port of a service. */
export interface Endpoint {
  readonly host: Hostname
  /** Of the service. */
  readonly namespace: string
  /** IPs (several for a dual-stack workload), a DNS name, or `unix:///path`. The first is its identity. */
  readonly addresses: readonly string[]
  /** Port of the workload; 0 for a unix socket. */
  readonly port: number
  /** Which port of the service it serves: `name` of a `ServicePort`. */
  readonly servicePortName: string
  /** Of the workload, with topology labels added: subsets and failoverPriority match on them. */
  readonly labels: Labels
  readonly cluster: string
  readonly network: string
  /** `region/zone/subzone`, empty parts at the end left out; empty: not known. */
  readonly locality: string
  /** Kubernetes node, for node-local services and PreferSameNode. */
  readonly nodeName: string
  /** 0: not given, counts as 1. */
  readonly weight: number
  readonly health: Health
  /** `istio` if the workload can speak mutual TLS, from its label. */
  readonly tlsMode: 'istio' | 'disabled'
  readonly isTunnelCapable: boolean
  /** Full SPIFFE id, or empty. */
  readonly identity: string
  /** For telemetry (`istio.workload`) */
  readonly workloadName: string
  readonly workloadNamespace: string
  readonly hostname: string
  readonly subDomain: string
  /** Who told of it: endpoints of one service are sent by cluster, then registry, then the order in the source. */
  readonly registry: 'Kubernetes' | 'External'
  /** Position in its source, so that lists keep the order of slices and entries. */
  readonly order: string
}

/** `unknown`: nobody checks it (ServiceEntry, WorkloadEntry); it counts as healthy and is sent without a status. */
export type Health = 'healthy' | 'unhealthy' | 'draining' | 'unknown'
