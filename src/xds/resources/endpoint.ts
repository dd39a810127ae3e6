import type { Endpoint } from '../../mesh/index.js'
import type { Address, JsonObject, LbEndpoint, Locality } from '../../proto/envoy-types.generated.js'

const UNIX = 'unix://'

/** An endpoint on its way into an assignment: with what it came from, where later steps ask for it. */
export interface Placed {
  readonly lb: LbEndpoint
  readonly labels: Readonly<Record<string, string>>
}

/** `lb_endpoint`. `isMutual`: the client is to speak mutual TLS to it. */
export function lbEndpointOf(endpoint: Endpoint, isMutual: boolean): LbEndpoint {
  const health = healthOf(endpoint)
  return {
    endpoint: endpointAddresses(endpoint),
    ...(health !== undefined && { healthStatus: health }),
    loadBalancingWeight: weightOf(endpoint),
    metadata: { filterMetadata: endpointMetadata(isMutual, telemetryOf(endpoint)) },
  }
}

export function weightOf({ weight }: Endpoint): number {
  return weight || 1
}

/**
 * `filter_metadata` of an endpoint: whether mutual TLS is spoken to it (matched by the cluster's transport_socket_matches), and
 * `<workload>;<namespace>;<canonical name>;<revision>;<cluster>` for telemetry.
 */
export function endpointMetadata(isMutual: boolean, workload: string): Record<string, JsonObject> {
  return {
    ...(isMutual && { 'envoy.transport_socket_match': { tlsMode: 'istio' } }),
    istio: { workload },
  }
}

/** Of an endpoint of which nothing is known. */
export const NO_WORKLOAD = ';;;;'

function telemetryOf({ workloadName, workloadNamespace, labels, cluster }: Endpoint): string {
  const label = (...keys: readonly string[]) => keys.map(key => labelOf(labels, key)).find(value => value !== '') ?? ''
  const name = label('service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app') || workloadName
  const revision = label('service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version')
  return [workloadName, workloadNamespace, name, revision, cluster].join(';')
}

export function labelOf(labels: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : ''
}

/** Unknown, which Envoy takes for healthy, is what is said of workloads whose readiness nobody reports. */
function healthOf(endpoint: Endpoint): LbEndpoint['healthStatus'] {
  switch (endpoint.health) {
    case 'unhealthy':
      return 'UNHEALTHY'
    case 'draining':
      return 'DRAINING'
    case 'healthy':
      return 'HEALTHY'
    default:
      return undefined
  }
}

function endpointAddresses({ addresses, port }: Endpoint): NonNullable<LbEndpoint['endpoint']> {
  const [first = '', ...others] = addresses
  return {
    address: addressOf(first, port),
    ...(others.length > 0 && { additionalAddresses: others.map(other => ({ address: addressOf(other, port) })) }),
  }
}

export function addressOf(host: string, port: number): Address {
  if (host.startsWith(UNIX)) return { pipe: { path: host.slice(UNIX.length) } }
  return { socketAddress: { address: host, portValue: port } }
}

/** `region/zone/subzone`, as far as it goes. */
export function localityOf(text: string): Locality {
  const [region = '', zone = '', subZone = ''] = text.split('/')
  return { ...(region && { region }), ...(zone && { zone }), ...(subZone && { subZone }) }
}
