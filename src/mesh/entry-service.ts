import type {
  ServiceEntry,
  ServiceEntry_Resolution,
  ServiceEntryVisibility_Visibility as Visibility,
} from '../config/istio-types.generated.js'
import type { ConfigObject } from '../config/object.js'
import { parseCidr } from '../lang/cidr.js'
import type { AutoAddress } from './auto-addresses.js'
import { limitedExport, normaliseExportTo } from './export-to.js'
import { parseProtocol } from './protocol.js'
import {
  type Resolution,
  type Service,
  type ServiceKey,
  serviceKey,
  type TrafficDistribution,
  UNSPECIFIED_V4,
} from './service.js'
import { isClusterLocalHost, type MeshIdentity, type MeshSettings } from './settings.js'

const RESOLUTIONS: Readonly<Record<ServiceEntry_Resolution, Resolution>> = {
  NONE: 'none',
  STATIC: 'client',
  DNS: 'dns',
  DNS_ROUND_ROBIN: 'dns-round-robin',
  DYNAMIC_DNS: 'dynamic-dns',
}

export interface EntrySurroundings {
  /** What stands for a host without addresses. */
  readonly autoAddress?: (key: ServiceKey) => AutoAddress | undefined
  /** How far the mesh lets it be seen. */
  readonly visibility?: Visibility
}

/** One service for each host of the entry. */
export function servicesOfEntry(
  object: ConfigObject<ServiceEntry>,
  mesh: MeshSettings,
  identity: MeshIdentity,
  { autoAddress = () => undefined, visibility = 'PUBLIC' }: EntrySurroundings = {},
): readonly Service[] {
  const { spec, namespace } = object
  const ports = spec.ports ?? []
  const exportTo = limitedExport(
    normaliseExportTo(spec.exportTo, mesh.defaultServiceExportTo, namespace),
    visibility,
    namespace,
  )
  const addresses = (spec.addresses ?? []).map(withoutFullPrefix)
  return [...new Set((spec.hosts ?? []).map(host => host.toLowerCase()))].map(host => ({
    host,
    namespace,
    name: host,
    registry: 'External',
    creationTimestamp: object.creationTimestamp,
    ports: ports.map(port => ({
      name: port.name ?? '',
      port: port.number ?? 0,
      protocol: parseProtocol(port.protocol ?? ''),
    })),
    resolution: RESOLUTIONS[spec.resolution ?? 'NONE'],
    address: addresses[0] ?? UNSPECIFIED_V4,
    clusterAddresses: addresses.length === 0 ? {} : { [identity.configCluster]: addresses },
    autoAddress: autoAddress(serviceKey({ host, namespace }))?.v4 ?? '',
    autoAddressV6: autoAddress(serviceKey({ host, namespace }))?.v6 ?? '',
    hasGivenAddress: autoAddress(serviceKey({ host, namespace }))?.isGiven === true,
    isHeadless: false,
    isMeshExternal: spec.location !== 'MESH_INTERNAL',
    labels: object.labels,
    selector: spec.workloadSelector?.labels ?? {},
    exportTo,
    subjectAltNames: spec.subjectAltNames ?? [],
    isNodeLocal: false,
    isClusterLocal: isClusterLocalHost(host, mesh, identity),
    trafficDistribution:
      distributions.get((object.annotations['networking.istio.io/traffic-distribution'] ?? '').toLowerCase()) ?? 'any',
    hasBothFamilies: false,
    publishesUnready: false,
    aliases: [],
    sessionAffinity: 'None',
    externalName: '',
    targetPorts: Object.fromEntries(ports.map(port => [port.number ?? 0, port.targetPort || (port.number ?? 0)])),
  }))
}

const distributions: ReadonlyMap<string, TrafficDistribution> = new Map([
  ['preferclose', 'prefer-same-zone'],
  ['prefersamezone', 'prefer-same-zone'],
  ['prefersamenode', 'prefer-same-node'],
  ['prefersamenetwork', 'prefer-same-network'],
])

/** `10.0.0.1/32` is an address. Anything that is no prefix stays as it is. */
function withoutFullPrefix(address: string): string {
  const prefix = parseCidr(address)
  if (!prefix.ok) return address
  const slash = address.indexOf('/')
  const bits = Number(address.slice(slash + 1))
  return bits === (address.includes(':') ? 128 : 32) ? address.slice(0, slash) : address
}
