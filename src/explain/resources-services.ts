import type { DestinationRule, ServiceEntry } from '../config/istio-types.generated.js'
import type { KubeService } from '../config/kinds/kubernetes/service.js'
import type { ConfigObject } from '../config/object.js'
import type { ConsolidatedRule, Service } from '../mesh/index.js'
import type { ConfigOrigin } from './resources.js'
import type { FieldOrigin, Tracer } from './resources-trace.js'

type Place = readonly [origin: ConfigOrigin, path: string]

const KINDS = { Kubernetes: 'Service', External: 'ServiceEntry' } as const

/** Whether a service is written in this object; others may have had a part in it too, such as those whose address it must not get. */
export function isWrittenIn(service: Service, object: ConfigObject | undefined): boolean {
  if (object?.type !== KINDS[service.registry] || object.namespace !== service.namespace) return false
  if (service.registry === 'Kubernetes') return object.name === service.name
  return ((object.spec as ServiceEntry).hosts ?? []).some(host => host.toLowerCase() === service.host)
}

/** Where a port of a service is written (0: all of them): in its Service (of each cluster) or ServiceEntry. */
export function servicePlace(tracer: Tracer, service: Service, port: number): readonly Place[] {
  const own = tracer.ofService(service).filter(origin => isWrittenIn(service, tracer.object(origin)))
  if (port === 0) return own.map(origin => [origin, 'spec.ports'])
  return own.flatMap((origin): Place[] => {
    const { ports = [] } = (tracer.object(origin)?.spec ?? {}) as KubeService & ServiceEntry
    const index = (ports as readonly { readonly port?: number; readonly number?: number }[]).findIndex(
      each => (each.port ?? each.number) === port,
    )
    return index === -1 ? [] : [[origin, `spec.ports[${index}]`]]
  })
}

/** What of a DestinationRule makes a cluster: the policy of the port, else of all, and the subset. */
export function ruleFields(
  tracer: Tracer,
  rule: ConsolidatedRule | undefined,
  { field, port, subset }: { readonly field: string; readonly port: number; readonly subset: string },
): FieldOrigin[] {
  const found: FieldOrigin[] = []
  let hasPolicy = false
  let hasSubset = subset === ''
  for (const key of rule?.from ?? []) {
    const origin = tracer.named('DestinationRule', key)
    const { trafficPolicy, subsets = [] } =
      (tracer.object(origin) as ConfigObject<DestinationRule> | undefined)?.spec ?? {}
    const at = subsets.findIndex(({ name }) => name === subset)
    if (!hasSubset && at !== -1) {
      hasSubset = true
      found.push(tracer.fieldOrigin(field, origin, `spec.subsets[${at}]`))
    }
    if (!hasPolicy && trafficPolicy !== undefined) {
      hasPolicy = true
      const level = (trafficPolicy.portLevelSettings ?? []).findIndex(each => each.port?.number === port)
      const path = level === -1 ? 'spec.trafficPolicy' : `spec.trafficPolicy.portLevelSettings[${level}]`
      found.push(tracer.fieldOrigin(field, origin, path))
    }
  }
  return found
}
