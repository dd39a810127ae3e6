import type { HTTPRoute, VirtualService } from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { delegateKey, mergeRoutes, resolveDelegates } from '../mesh/delegates.js'
import type { VirtualServiceConfig } from '../mesh/index.js'
import type { RouteConfiguration } from '../proto/envoy-types.generated.js'
import { virtualHostName } from '../xds/resources/names.js'
import { type RouteFacts, routeFactsOf } from '../xds/resources/route-facts.js'
import { tracedRoutes } from '../xds/resources/route-http.js'
import { planRoutes } from '../xds/resources/routes.js'
import { sourceOf, translateVirtualHost, type VirtualHostPlan } from '../xds/resources/virtual-host.js'
import { type Reads, recordReads } from './resources-reads.js'
import { importOrigin, outboundPolicyOrigin } from './resources-scope.js'
import { servicePlace } from './resources-services.js'
import type { FieldOrigin, ResourceOrigins, Tracer } from './resources-trace.js'

/** Of a route configuration: each virtual host from its service or VirtualService, each route from its rule. */
export function traceRoutes(tracer: Tracer, resource: RouteConfiguration): ResourceOrigins | undefined {
  const recorder = recordReads(tracer.context)
  const plan = planRoutes(recorder.context, resource.name ?? '')
  if (plan === undefined) return undefined
  const facts = routeFactsOf(recorder.context)
  const at = new Map((resource.virtualHosts ?? []).map((host, index) => [host.name ?? '', index]))
  const fields = plan.hosts.flatMap(host => {
    const index = at.get(virtualHostName(host.host, host.port))
    return index === undefined ? [] : traceHost(tracer, host, facts, `virtualHosts[${index}]`)
  })
  // A headless service's listeners, and with them the routes, are there as long as it has endpoints.
  for (const { service } of plan.isSniffed ? plan.hosts : [])
    if (service?.resolution === 'none') recorder.context.lookup.headless(service)
  return tracer.collect(withoutIdleRules(tracer, recorder.take()), [...fields, ...traceCatchAll(tracer, resource)])
}

/** Of a DestinationRule routes take what to hash by, and nothing else. */
function withoutIdleRules(tracer: Tracer, reads: Reads): Reads {
  const rules = [...(reads.objects.get('DestinationRule') ?? [])].filter(key =>
    JSON.stringify(tracer.object(tracer.named('DestinationRule', key))?.spec ?? '').includes('consistentHash'),
  )
  return { ...reads, objects: new Map([...reads.objects, ['DestinationRule', new Set(rules)]]) }
}

function traceHost(tracer: Tracer, plan: VirtualHostPlan, facts: RouteFacts, field: string): FieldOrigin[] {
  const { service, virtual, port, isAnyPort } = plan
  const ofService =
    service === undefined
      ? []
      : [
          ...servicePlace(tracer, service, port).map(place => tracer.fieldOrigin(field, ...place)),
          ...importOrigin(tracer, service, field),
        ]
  if (virtual === undefined) {
    translateVirtualHost(plan, facts)
    return ofService
  }
  const places = httpPlaces(tracer, virtual)
  const routes = tracedRoutes(virtual, sourceOf(plan, facts), { ...facts, port, isAnyPort })
  return [
    tracer.fieldOrigin(field, tracer.named('VirtualService', `${virtual.namespace}/${virtual.name}`), 'spec.hosts'),
    ...delegateFields(tracer, virtual, field),
    ...ofService,
    ...routes.flatMap(({ rule, match }, index) => {
      const place = places.get(rule)
      if (place === undefined) return []
      const matchIndex = match === undefined ? -1 : (rule.match ?? []).indexOf(match)
      const path = matchIndex === -1 || place.isMerged ? place.path : `${place.path}.match[${matchIndex}]`
      return [tracer.fieldOrigin(`${field}.routes[${index}]`, tracer.named('VirtualService', place.key), path)]
    }),
  ]
}

/** Rules that delegate, and what they delegate to: without it there would be other routes, even where it gives none here. */
function delegateFields(tracer: Tracer, { namespace, name }: VirtualServiceConfig, field: string): FieldOrigin[] {
  const key = `${namespace}/${name}`
  return (objectOf(tracer, key)?.spec.http ?? []).flatMap((rule, index) => {
    if (rule.delegate === undefined) return []
    const from = tracer.fieldOrigin(field, tracer.named('VirtualService', key), `spec.http[${index}].delegate`)
    const to = delegateKey(rule, namespace)
    return objectOf(tracer, to) === undefined
      ? [from]
      : [from, tracer.fieldOrigin(field, tracer.named('VirtualService', to), '')]
  })
}

interface HttpPlace {
  readonly key: string
  readonly path: string
  /** With a rule that delegates to it: its conditions are of both. */
  readonly isMerged: boolean
}

/** Where each rule of a VirtualService in force is written: in it, or in one that it delegates to. */
function httpPlaces(tracer: Tracer, virtual: VirtualServiceConfig): ReadonlyMap<HTTPRoute, HttpPlace> {
  const { namespace, name, spec } = virtual
  const written = objectOf(tracer, `${namespace}/${name}`)
  const places = (written?.spec.http ?? []).flatMap((rule, index): HttpPlace[] => {
    if (rule.delegate === undefined)
      return [{ key: `${namespace}/${name}`, path: `spec.http[${index}]`, isMerged: false }]
    const key = delegateKey(rule, namespace)
    const alone = { ...virtual, spec: { ...spec, http: [rule] } }
    const seen = resolveDelegates(alone, each => objectOf(tracer, each), tracer.context.mesh)
    if ((seen.spec.http ?? []).length === 0) return []
    return (objectOf(tracer, key)?.spec.http ?? []).flatMap((inner, at) =>
      mergeRoutes(rule, [inner]).map(() => ({ key, path: `spec.http[${at}]`, isMerged: true })),
    )
  })
  const rules = spec.http ?? []
  // Should the two ever not come out the same, only the list as a whole is known.
  const isAligned = places.length === rules.length
  return new Map(
    rules.map((rule, index) => [
      rule,
      (isAligned ? places[index] : undefined) ?? { key: `${namespace}/${name}`, path: 'spec.http', isMerged: true },
    ]),
  )
}

function objectOf({ object }: Tracer, key: string): ConfigObject<VirtualService> | undefined {
  const [namespace = '', name = ''] = key.split('/')
  return object({ type: 'VirtualService', cluster: '', namespace, name }) as ConfigObject<VirtualService> | undefined
}

const CATCH_ALL = new Set(['allow_any', 'block_all'])

function traceCatchAll(tracer: Tracer, { virtualHosts = [] }: RouteConfiguration): FieldOrigin[] {
  const index = virtualHosts.findIndex(({ name = '' }) => CATCH_ALL.has(name))
  return index === -1 ? [] : outboundPolicyOrigin(tracer, `virtualHosts[${index}]`)
}
