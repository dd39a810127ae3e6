import type { JsonObject } from '../../src/lang/json.js'

// Objects of a mesh as test/kit/mesh.ts lays it out, from a few words each.

/** A program at an address, maybe with a sidecar. */
export interface Pod {
  readonly name: string
  readonly ip: string
  readonly labels: Readonly<Record<string, string>>
  /** Default: `shop`. */
  readonly namespace?: string
  /** Service account. */
  readonly account?: string
  /** It has a sidecar that takes mutual TLS: the label that injection writes. */
  readonly isMutual?: boolean
  /** Of the sidecar's node, above what every one has. */
  readonly metadata?: JsonObject
  readonly locality?: { readonly region: string; readonly zone: string }
}

/** Where programs and sidecars listen. */
export const PORTS = { out: 9080, in: 8080, program: 3000 } as const

export function podObject({
  name,
  namespace = 'shop',
  ip,
  labels,
  account = 'default',
  isMutual = false,
}: Pod): object {
  const tls = isMutual ? { 'security.istio.io/tlsMode': 'istio' } : {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...labels, ...tls } },
    spec: { serviceAccountName: account, containers: [{ name: 'app', image: 'app' }] },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

export interface ServiceSpec {
  readonly name: string
  readonly pods: readonly Pod[]
  /** Its address, which nobody calls here; headless services would be a matter of their own. */
  readonly clusterIP?: string
  readonly namespace?: string
  /** Of the service; its name says the protocol. Default: `http-web` 9080. */
  readonly port?: { readonly name: string; readonly port: number }
  /** Default: that of the program, past any sidecar. */
  readonly targetPort?: number
}

const DEFAULT_PORT = { name: 'http-web', port: PORTS.out }

/** A Service selecting `app: <name>`, its EndpointSlice, and the pods. */
export function serviceObjects(spec: ServiceSpec): object[] {
  const {
    name,
    pods,
    clusterIP = '10.96.0.1',
    namespace = 'shop',
    port = DEFAULT_PORT,
    targetPort = PORTS.program,
  } = spec
  const labels = { 'kubernetes.io/service-name': name }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { clusterIP, selector: { app: name }, ports: [{ ...port, targetPort, protocol: 'TCP' }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, namespace, labels },
      addressType: 'IPv4',
      ports: [{ name: port.name, port: targetPort, protocol: 'TCP' }],
      endpoints: pods.map(pod => ({
        addresses: [pod.ip],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name: pod.name, namespace },
      })),
    },
    ...pods.map(podObject),
  ]
}

/** The Sidecar of one pod: what it offers its program, on which port, and by which rule hosts that it does not know are treated. */
export interface SidecarSpec {
  readonly pod: Pod
  /** Listeners for the program's calls; default: HTTP on 9080 to every service of that port. */
  readonly egress?: readonly object[]
  /** Listeners for calls of the program. */
  readonly ingress?: readonly object[]
  readonly outboundTrafficPolicy?: object
}

export function sidecarObject({ pod, egress, ingress, outboundTrafficPolicy }: SidecarSpec): object {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: pod.name, namespace: pod.namespace ?? 'shop' },
    spec: {
      workloadSelector: { labels: pod.labels },
      egress: egress ?? [egressAt(pod, { number: PORTS.out, protocol: 'HTTP', name: 'http-out' })],
      ...(ingress === undefined ? {} : { ingress }),
      ...(outboundTrafficPolicy === undefined ? {} : { outboundTrafficPolicy }),
    },
  }
}

export interface PortSpec {
  readonly number: number
  readonly protocol: string
  readonly name: string
}

export function egressAt({ ip }: Pod, port: PortSpec, hosts: readonly string[] = ['*/*']): object {
  return { port, bind: ip, captureMode: 'NONE', hosts }
}

/** HTTP for the program: on 8080 of the pod, passed on to 3000 or to another place. */
export function ingressAt({ ip }: Pod, defaultEndpoint = `0.0.0.0:${PORTS.program}`): object {
  return { port: { number: PORTS.in, protocol: 'HTTP', name: 'http-in' }, bind: ip, defaultEndpoint }
}
