import type { Subset } from '../../config/istio-types.generated.js'
import type { ConsolidatedRule, Service, ServicePort } from '../../mesh/index.js'
import type { ProxyContext } from '../../proxy/view.js'
import { outboundClusterName, outboundSni } from './names.js'

/** What one cluster is for. */
export interface Outbound {
  readonly service: Service
  readonly port: ServicePort
  readonly rule: ConsolidatedRule | undefined
  readonly subset: Subset | undefined
  /** `sni-dnat`: at a gateway that passes mutual TLS through by server name; it neither opens nor starts TLS. */
  readonly mode: 'plain' | 'sni-dnat'
}

/** In the order of the wire. */
export function outboundsOf(context: ProxyContext, service: Service): readonly Outbound[] {
  if (service.resolution === 'alias') return []
  const rule = context.lookup.bestRule(service.host, service.namespace)
  const subsets = rule?.subsets ?? []
  return service.ports
    .filter(port => port.protocol !== 'udp')
    .flatMap(port => [undefined, ...subsets].map(subset => ({ service, port, rule, subset, mode: 'plain' as const })))
}

export function outboundNameOf({ port, subset, service, mode }: Outbound): string {
  const name = mode === 'plain' ? outboundClusterName : outboundSni
  return name(port.port, subset?.name ?? '', service.host)
}
