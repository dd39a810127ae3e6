import { hostsOverlap, isHttp, type Service, type SidecarScope } from '../mesh/index.js'
import type { Listener } from '../proto/envoy-types.generated.js'
import type { ProxyContext } from '../proxy/view.js'
import { translateFixedListeners, translateInboundListeners, translateListeners } from '../xds/resources/listeners.js'
import { BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER, parseOutboundName } from '../xds/resources/names.js'
import { servedFields } from './resources-clusters.js'
import { recordReads } from './resources-reads.js'
import { importOrigin, outboundPolicyOrigin, sidecarOf } from './resources-scope.js'
import { servicePlace } from './resources-services.js'
import type { FieldOrigin, ResourceOrigins, Tracer } from './resources-trace.js'

const UNIX = 'unix://'
/** Where traffic goes that is meant for nobody who is known. */
const FOR_UNKNOWN: ReadonlySet<string> = new Set([BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER])

/** Of an outbound listener: each filter chain from the service port (and VirtualService) that it serves; of an inbound one from what is served. */
export function traceListener(tracer: Tracer, resource: Listener): ResourceOrigins | undefined {
  const { name = '', address, trafficDirection } = resource
  const chains = chainsOf(resource)
  const recorder = recordReads(tracer.context)
  if (trafficDirection === 'INBOUND') {
    translateInboundListeners(recorder.context)
    return tracer.collect(
      recorder.take(),
      chains.flatMap(({ chain, field }) => inboundFields(tracer, chain, field)),
    )
  }
  if (tracer.fixedListeners().has(name)) {
    translateFixedListeners(recorder.context)
    return tracer.collect(recorder.take(), outboundPolicyOrigin(tracer, ''))
  }
  const port = address?.socketAddress?.portValue ?? 0
  const bind = address?.pipe?.path === undefined ? '' : `${UNIX}${address.pipe.path}`
  const services = new Map(
    chains.flatMap(({ chain }) => servicesIn(tracer, chain, port)).map(each => [each.host, each]),
  )
  translateListeners(narrowed(recorder.context, new Set(services.keys())))
  return tracer.collect(recorder.take(), [
    ...chains.flatMap(({ chain, field }) => outboundFields(tracer, chain, field, port)),
    ...listenerOfSidecar(tracer, port, bind),
  ])
}

interface Chain {
  readonly chain: unknown
  readonly field: string
}

function chainsOf({ filterChains = [], defaultFilterChain }: Listener): Chain[] {
  const chains = filterChains.map((chain, index) => ({ chain, field: `filterChains[${index}]` }))
  return defaultFilterChain === undefined
    ? chains
    : [...chains, { chain: defaultFilterChain, field: 'defaultFilterChain' }]
}

function inboundFields(tracer: Tracer, chain: unknown, field: string): FieldOrigin[] {
  const ports = textsAt(chain, 'cluster').flatMap(name => /^inbound\|(\d+)\|/.exec(name)?.[1] ?? [])
  return [...new Set(ports)].flatMap(port => servedFields(tracer, Number(port), field))
}

/** Services that a chain leads to: by its clusters, or by the route configuration of a port. */
function servicesIn({ context }: Tracer, chain: unknown, port: number): Service[] {
  const names = [...textsAt(chain, 'cluster'), ...textsAt(chain, 'name')]
  const hosts = new Set(names.flatMap(name => parseOutboundName(name)?.host ?? []))
  const routes = textsAt(chain, 'routeConfigName')
  const onSocket = context.scope.egress.flatMap(({ bind, services }) => (routes.includes(bind) ? services : []))
  if (onSocket.length > 0) return onSocket
  return context.scope.services.filter(
    service =>
      hosts.has(service.host) ||
      routes.includes(`${service.host}:${port}`) ||
      service.ports.some(each => isHttp(each.protocol) && routes.includes(String(each.port))),
  )
}

function outboundFields(tracer: Tracer, chain: unknown, field: string, port: number): FieldOrigin[] {
  const services = servicesIn(tracer, chain, port)
  const ofServices = services.flatMap(service => [
    ...servicePlace(tracer, service, port).map(place => tracer.fieldOrigin(field, ...place)),
    ...importOrigin(tracer, service, field),
  ])
  const isForUnknown = textsAt(chain, 'cluster').some(name => FOR_UNKNOWN.has(name))
  return [
    ...virtualFields(tracer, chain, field, services),
    ...ofServices,
    ...(isForUnknown ? outboundPolicyOrigin(tracer, field) : []),
  ]
}

/** Rules for TCP and TLS of the VirtualServices that a chain names as its configuration. */
function virtualFields(tracer: Tracer, chain: unknown, field: string, services: readonly Service[]): FieldOrigin[] {
  const named = new Set(textsAt(chain, 'config'))
  const virtuals = new Map(
    tracer.context.scope.egress
      .flatMap(({ virtualServices }) => virtualServices)
      .filter(({ namespace, name }) =>
        named.has(`/apis/networking.istio.io/v1/namespaces/${namespace}/virtual-service/${name}`),
      )
      .map(virtual => [`${virtual.namespace}/${virtual.name}`, virtual]),
  )
  const routesTo = new Set(textsAt(chain, 'cluster').flatMap(name => parseOutboundName(name)?.host ?? []))
  return [...virtuals].flatMap(([key, { spec }]) => {
    const rules = (['tls', 'tcp'] as const).flatMap(kind =>
      (spec[kind] ?? []).map((rule, index) => ({ kind, rule, index })),
    )
    const fitting = rules.filter(({ rule }) =>
      (rule.route ?? []).some(({ destination }) => routesTo.has(destination?.host ?? '')),
    )
    const only = fitting.length === 1 ? fitting[0] : undefined
    const path =
      only !== undefined
        ? `spec.${only.kind}[${only.index}]`
        : services.some(({ host }) => (spec.hosts ?? []).some(own => hostsOverlap(own, host)))
          ? 'spec.hosts'
          : ''
    return [tracer.fieldOrigin(field, tracer.named('VirtualService', key), path)]
  })
}

/** The egress listener that has the port for itself. */
function listenerOfSidecar(tracer: Tracer, port: number, bind: string): FieldOrigin[] {
  const sidecar = sidecarOf(tracer)
  const index = (sidecar?.spec.egress ?? []).findIndex(
    each => each.port !== undefined && (bind === '' ? each.port.number === port : each.bind === bind),
  )
  return sidecar === undefined || index === -1 ? [] : [tracer.fieldOrigin('', sidecar.origin, `spec.egress[${index}]`)]
}

/** A scope of those services alone. */
function narrowed(context: ProxyContext, hosts: ReadonlySet<string>): ProxyContext {
  const { scope } = context
  const only = (services: readonly Service[]): readonly Service[] => services.filter(({ host }) => hosts.has(host))
  const egress = scope.egress.map(listener => ({ ...listener, services: only(listener.services) }))
  const small: SidecarScope = { ...scope, egress, services: only(scope.services) }
  return Object.create(context, { scope: { value: small } }) as ProxyContext
}

/** Texts of all fields of that name, however deep. */
function textsAt(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap(item => textsAt(item, name))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    key === name && typeof item === 'string' ? [item] : textsAt(item, name),
  )
}
