import type { ServiceEntry } from '../config/istio-types.generated.js'
import type { KubeEndpointSlice } from '../config/kinds/kubernetes/endpoints.js'
import type { ConfigObject } from '../config/object.js'
import type { Endpoint, Service } from '../mesh/index.js'
import type { Cluster, ClusterLoadAssignment } from '../proto/envoy-types.generated.js'
import { translateClusters, translateFixedClusters, translateInboundClusters } from '../xds/resources/clusters.js'
import { translateAssignments } from '../xds/resources/endpoints.js'
import { DYNAMIC_DNS_CLUSTER, LOCAL_CLUSTER, parseOutboundName } from '../xds/resources/names.js'
import { recordReads } from './resources-reads.js'
import { importOrigin, outboundPolicyOrigin, sidecarOf } from './resources-scope.js'
import { ruleFields, servicePlace } from './resources-services.js'
import type { FieldOrigin, ResourceOrigins, Tracer } from './resources-trace.js'

/** Of an outbound cluster: its service's port, what of DestinationRules made it, and by which egress host it is in scope. */
export function traceClusters(tracer: Tracer, resource: Cluster): ResourceOrigins | undefined {
  const { name = '' } = resource
  if (name === DYNAMIC_DNS_CLUSTER) return traceUnknownHosts(tracer)
  const outbound = parseOutboundName(name)
  if (outbound === undefined) return traceInbound(tracer, name)
  const service = serviceOf(tracer, outbound.host)
  if (service === undefined) return undefined
  const recorder = recordReads(tracer.context)
  translateClusters(recorder.context, service)
  return tracer.collect(recorder.take(), outboundFields(tracer, service, outbound))
}

function traceUnknownHosts(tracer: Tracer): ResourceOrigins {
  const recorder = recordReads(tracer.context)
  translateFixedClusters(recorder.context)
  return tracer.collect(recorder.take(), outboundPolicyOrigin(tracer, ''))
}

function serviceOf({ context }: Tracer, host: string): Service | undefined {
  return context.scope.services.find(service => service.host === host)
}

function outboundFields(
  tracer: Tracer,
  service: Service,
  { port, subset }: { readonly port: number; readonly subset: string },
): FieldOrigin[] {
  const rule = tracer.context.lookup.bestRule(service.host, service.namespace)
  return [
    ...servicePlace(tracer, service, port).map(place => tracer.fieldOrigin('', ...place)),
    ...ruleFields(tracer, rule, { field: '', port, subset }),
    ...importOrigin(tracer, service, ''),
  ]
}

function traceInbound(tracer: Tracer, name: string): ResourceOrigins {
  const port = Number(/^inbound\|(\d+)\|/.exec(name)?.[1] ?? 0)
  const recorder = recordReads(tracer.context)
  if (port === 0) return tracer.collect(recorder.take(), [])
  translateInboundClusters(recorder.context)
  const reads = recorder.take()
  const fields = servedFields(tracer, port, '')
  // The other ports' services are read by the same step, and have no part in this cluster.
  return tracer.collect({ ...reads, services: new Set() }, fields)
}

/** What makes a port of the workload served: the Sidecar's ingress listener, else the ports of its services. */
export function servedFields(tracer: Tracer, port: number, field: string): FieldOrigin[] {
  const sidecar = sidecarOf(tracer)
  const ingress = sidecar?.spec.ingress ?? []
  const at = ingress.findIndex(listener => listener.port?.number === port)
  if (sidecar !== undefined && ingress.length > 0)
    return at === -1 ? [] : [tracer.fieldOrigin(field, sidecar.origin, `spec.ingress[${at}]`)]
  return tracer.context.own
    .filter(own => own.targetPort === port)
    .flatMap(own => servicePlace(tracer, own.service, own.port.port))
    .map(place => tracer.fieldOrigin(field, ...place))
}

/** Of an assignment: each endpoint from the line of its EndpointSlice, ServiceEntry or WorkloadEntry. */
export function traceAssignment(tracer: Tracer, resource: ClusterLoadAssignment): ResourceOrigins | undefined {
  if (resource.clusterName === LOCAL_CLUSTER) return traceOwnKind(tracer)
  const outbound = parseOutboundName(resource.clusterName ?? '')
  const service = outbound === undefined ? undefined : serviceOf(tracer, outbound.host)
  if (outbound === undefined || service === undefined) return undefined
  const recorder = recordReads(tracer.context)
  translateAssignments(recorder.context, service)
  const reads = recorder.take()
  const portName = service.ports.find(({ port }) => port === outbound.port)?.name
  const byAddress = new Map(
    [...reads.endpoints]
      .filter(({ servicePortName }) => servicePortName === portName)
      .flatMap(endpoint => endpoint.addresses.map(address => [address, endpoint] as const)),
  )
  const sent = new Set<Endpoint>()
  const fields = (resource.endpoints ?? []).flatMap(({ lbEndpoints = [] }, group) =>
    lbEndpoints.flatMap(({ endpoint }, index): FieldOrigin[] => {
      const { socketAddress, pipe } = endpoint?.address ?? {}
      const address = socketAddress?.address ?? (pipe === undefined ? '' : `unix://${pipe.path ?? ''}`)
      const found = byAddress.get(address)
      if (found === undefined) return []
      sent.add(found)
      const field = `endpoints[${group}].lbEndpoints[${index}]`
      return tracer.ofEndpoint(found).flatMap(origin => endpointField(tracer, field, origin, address))
    }),
  )
  // Endpoints of other subsets were looked at, and left out; those of other networks count in weights, or stand behind a gateway.
  const { network } = tracer.context.view
  const spansNetworks = [...reads.endpoints].some(endpoint => endpoint.network !== network)
  const endpoints = spansNetworks ? reads.endpoints : sent
  // Where there is none, those that are not ready are the answer to why.
  const accountsOf = sent.size > 0 ? reads.accountsOf : new Set([...reads.accountsOf, service])
  return tracer.collect({ ...reads, endpoints, accountsOf }, [...fields, ...outboundFields(tracer, service, outbound)])
}

/** Of proxies of its own kind, which its first service knows. */
function traceOwnKind(tracer: Tracer): ResourceOrigins {
  const [first] = tracer.context.own
  const places = first === undefined ? [] : servicePlace(tracer, first.service, first.port.port)
  return tracer.collect(
    recordReads(tracer.context).take(),
    places.map(place => tracer.fieldOrigin('', ...place)),
  )
}

const SOURCES: ReadonlySet<string> = new Set(['EndpointSlice', 'Endpoints', 'ServiceEntry', 'WorkloadEntry'])

function endpointField(tracer: Tracer, field: string, origin: FieldOrigin['origin'], address: string): FieldOrigin[] {
  if (!SOURCES.has(origin.type)) return []
  const path = endpointPath(tracer.object(origin), address)
  return path === undefined ? [] : [tracer.fieldOrigin(field, origin, path)]
}

/** Undefined: the object only selects the workload that has the address. */
function endpointPath(object: ConfigObject | undefined, address: string): string | undefined {
  if (object?.type === 'EndpointSlice') {
    const { endpoints } = object.spec as KubeEndpointSlice
    const index = endpoints.findIndex(({ addresses }) => addresses.includes(address))
    return index === -1 ? undefined : `endpoints[${index}]`
  }
  if (object?.type === 'ServiceEntry') {
    const index = ((object.spec as ServiceEntry).endpoints ?? []).findIndex(each => each.address === address)
    return index === -1 ? undefined : `spec.endpoints[${index}]`
  }
  return object?.type === 'WorkloadEntry' ? 'spec.address' : ''
}
