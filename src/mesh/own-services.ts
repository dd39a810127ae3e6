import type { Labels } from '../config/object.js'
import type { Endpoint } from './endpoint.js'
import { portOfWorkload, targetPortOf } from './endpoints.js'
import { compare, selects } from './selection.js'
import type { Service, ServicePort } from './service.js'
import type { Workload } from './workload.js'

/** A service port that a proxy's workload serves. */
export interface OwnTarget {
  readonly service: Service
  readonly port: ServicePort
  /** Port of the workload. */
  readonly targetPort: number
}

/** What is known of the workload behind a proxy. */
export interface OwnWorkload {
  readonly namespace: string
  /** Undefined: no pod or entry of the proxy's is known, so its own labels and ports are all there is. */
  readonly workload: Pick<Workload, 'kind' | 'labels' | 'ports'> | undefined
  readonly labels: Labels
  /** Of services that do not select workloads by label ({@link targetOfEndpoint}). */
  readonly named: readonly OwnTarget[]
  readonly ports: Readonly<Record<string, number>>
}

/** Which service ports the workload serves, by the age of services, then by host. */
export function ownTargets(own: OwnWorkload, services: readonly Service[]): readonly OwnTarget[] {
  const labels = own.workload?.labels ?? own.labels
  const selected = services
    .filter(
      service =>
        service.resolution !== 'alias' && service.namespace === own.namespace && selects(service.selector, labels),
    )
    .flatMap(service => targetsOf(service, own))
  return withoutRepeats([...selected, ...own.named]).sort(
    (a, b) =>
      compare(a.service.creationTimestamp, b.service.creationTimestamp) || compare(a.service.host, b.service.host),
  )
}

function targetsOf(service: Service, { workload, ports }: OwnWorkload): readonly OwnTarget[] {
  return service.ports.flatMap(port => {
    const targetPort =
      workload === undefined ? targetPortOf(service, port.port, { ports }) : portOfWorkload(workload, service, port)
    return targetPort ? [{ service, port, targetPort }] : []
  })
}

/** What a workload serves because an endpoint has its address. */
export function targetOfEndpoint(endpoint: Endpoint, service: Service | undefined): readonly OwnTarget[] {
  const port = service?.ports.find(({ name }) => name === endpoint.servicePortName)
  if (service === undefined || port === undefined || Object.keys(service.selector).length > 0) return []
  return [{ service, port, targetPort: endpoint.port }]
}

function withoutRepeats(targets: readonly OwnTarget[]): OwnTarget[] {
  const seen = new Set<string>()
  return targets.filter(({ service, port, targetPort }) => {
    const key = `${service.host}/${service.namespace}/${port.port}/${targetPort}`
    return !seen.has(key) && seen.add(key)
  })
}
