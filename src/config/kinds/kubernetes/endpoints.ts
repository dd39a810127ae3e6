import type { JsonObject } from '../../../lang/json.js'
import { kubernetesKind } from '../kind.js'
import { boolAt, child, numberAt, objectsAt, textAt, textsAt, withoutEmpty } from './reader.js'

export interface KubeTargetRef {
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
}

export interface KubeEndpointPort {
  readonly name?: string
  readonly protocol: string
  readonly port: number
  readonly appProtocol?: string
}

export interface KubeEndpointAddress {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string
  readonly targetRef?: KubeTargetRef
}

/** What the mesh reads of an Endpoints object. */
export interface KubeEndpoints {
  readonly subsets: readonly {
    readonly addresses: readonly KubeEndpointAddress[]
    readonly notReadyAddresses: readonly KubeEndpointAddress[]
    readonly ports: readonly KubeEndpointPort[]
  }[]
}

/** What the mesh reads of an EndpointSlice. Its service is the label `kubernetes.io/service-name`. */
export interface KubeEndpointSlice {
  /** `IPv4`, `IPv6` or `FQDN`. */
  readonly addressType: string
  readonly endpoints: readonly KubeSliceEndpoint[]
  readonly ports: readonly KubeEndpointPort[]
}

export interface KubeSliceEndpoint {
  readonly addresses: readonly string[]
  /** Absent: unknown, which consumers read as ready. */
  readonly ready?: boolean
  readonly serving?: boolean
  readonly terminating?: boolean
  readonly hostname?: string
  readonly nodeName?: string
  readonly zone?: string
  readonly targetRef?: KubeTargetRef
}

export const endpointsKind = kubernetesKind<KubeEndpoints>({
  kind: 'Endpoints',
  group: '',
  versions: ['v1'],
  isNamespaced: true,
  view: document => ({
    subsets: objectsAt(document, 'subsets').map(subset => ({
      addresses: objectsAt(subset, 'addresses').map(address),
      notReadyAddresses: objectsAt(subset, 'notReadyAddresses').map(address),
      ports: objectsAt(subset, 'ports').map(port),
    })),
  }),
})

export const endpointSliceKind = kubernetesKind<KubeEndpointSlice>({
  kind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  versions: ['v1', 'v1beta1'],
  isNamespaced: true,
  view: document => ({
    addressType: textAt(document, 'addressType') || 'IPv4',
    endpoints: objectsAt(document, 'endpoints').map(sliceEndpoint),
    ports: objectsAt(document, 'ports').map(port),
  }),
})

function address(entry: JsonObject): KubeEndpointAddress {
  return withoutEmpty({
    ip: textAt(entry, 'ip'),
    hostname: textAt(entry, 'hostname'),
    nodeName: textAt(entry, 'nodeName'),
    ...targetRef(entry),
  })
}

function sliceEndpoint(entry: JsonObject): KubeSliceEndpoint {
  const conditions = child(entry, 'conditions')
  const [ready, serving, terminating] = ['ready', 'serving', 'terminating'].map(name => boolAt(conditions, name))
  return {
    ...withoutEmpty({
      addresses: textsAt(entry, 'addresses'),
      hostname: textAt(entry, 'hostname'),
      nodeName: textAt(entry, 'nodeName'),
      zone: textAt(entry, 'zone'),
      ...targetRef(entry),
    }),
    ...(ready === undefined ? {} : { ready }),
    ...(serving === undefined ? {} : { serving }),
    ...(terminating === undefined ? {} : { terminating }),
  }
}

function targetRef(entry: JsonObject): { readonly targetRef?: KubeTargetRef } {
  const ref = child(entry, 'targetRef')
  if (Object.keys(ref).length === 0) return {}
  const [kind, name, namespace] = ['kind', 'name', 'namespace'].map(key => textAt(ref, key))
  return { targetRef: withoutEmpty({ kind: kind ?? '', name: name ?? '', namespace: namespace ?? '' }) }
}

function port(entry: JsonObject): KubeEndpointPort {
  return withoutEmpty({
    name: textAt(entry, 'name'),
    protocol: textAt(entry, 'protocol') || 'TCP',
    port: numberAt(entry, 'port'),
    appProtocol: textAt(entry, 'appProtocol'),
  })
}
