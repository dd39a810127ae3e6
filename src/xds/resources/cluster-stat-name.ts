import type { Service, ServicePort } from '../../mesh/index.js'
import { altStatName } from './names.js'

export interface StatNameFacts {
  /** The cluster's own name, for a mesh that sets no pattern. */
  readonly name: string
  readonly service: Service | undefined
  readonly port: ServicePort | undefined
  readonly subset: string
  readonly targetPort?: number
}

/**
 * `alt_stat_name`: by the mesh's pattern (`outboundClusterStatName`, `inboundClusterStatName`), else the cluster's name.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
 */
export function statNameOf(pattern: string | undefined, facts: StatNameFacts): string {
  return altStatName(plainStatNameOf(pattern, facts))
}

/** The same as the prefix of a TCP proxy has it, which needs no end. */
export function plainStatNameOf(pattern: string | undefined, facts: StatNameFacts): string {
  const { service, port } = facts
  if (pattern === undefined || pattern === '' || service === undefined || port === undefined) return facts.name
  const values: Readonly<Record<string, string>> = {
    SERVICE: service.registry === 'Kubernetes' ? `${service.name}.${service.namespace}` : service.host,
    SERVICE_FQDN: service.host,
    SERVICE_NAME: service.name,
    SERVICE_PORT: String(port.port),
    SERVICE_PORT_NAME: port.name,
    TARGET_PORT: String(facts.targetPort ?? port.port),
    SUBSET_NAME: facts.subset,
  }
  return pattern.replace(/%([A-Z_]+)%/g, (whole, key: string) => (Object.hasOwn(values, key) ? values[key]! : whole))
}
