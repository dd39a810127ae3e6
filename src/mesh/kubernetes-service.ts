import type { KubeService } from '../config/kinds/kubernetes/service.js'
import type { ConfigObject } from '../config/object.js'
import { normaliseExportTo } from './export-to.js'
import { kubernetesHost } from './hostname.js'
import { kubernetesProtocol } from './protocol.js'
import { type Resolution, type Service, type TrafficDistribution, UNSPECIFIED_V4 } from './service.js'
import { isClusterLocalHost, type MeshIdentity, type MeshSettings } from './settings.js'

const EXPORT_TO = 'networking.istio.io/exportTo'
const TRAFFIC_DISTRIBUTION = 'networking.istio.io/traffic-distribution'

/** A Service of one cluster, as the mesh sees it. */
export function serviceOfKubernetes(
  object: ConfigObject<KubeService>,
  cluster: string,
  mesh: MeshSettings,
  identity: MeshIdentity,
): Service {
  const { spec, namespace, name } = object
  const host = kubernetesHost(name, namespace, identity.domain)
  const vips = addressesOf(spec)
  const isHeadless = spec.clusterIP === 'None'
  const externalName = spec.type === 'ExternalName' ? (spec.externalName ?? '').toLowerCase() : ''
  return {
    host,
    namespace,
    name,
    registry: 'Kubernetes',
    creationTimestamp: object.creationTimestamp,
    ports: (spec.ports ?? []).map(port => ({
      name: port.name ?? '',
      port: port.port,
      protocol: kubernetesProtocol(port.port, port.name ?? '', port.protocol, port.appProtocol),
    })),
    resolution: resolutionOf(externalName, isHeadless),
    address: vips[0] ?? UNSPECIFIED_V4,
    clusterAddresses: vips.length === 0 ? {} : { [cluster]: vips },
    autoAddress: '',
    autoAddressV6: '',
    hasGivenAddress: false,
    isHeadless,
    isMeshExternal: externalName !== '',
    labels: object.labels,
    selector: spec.selector ?? {},
    exportTo: normaliseExportTo(annotatedExportTo(object), mesh.defaultServiceExportTo, namespace),
    subjectAltNames: (object.annotations['alpha.istio.io/canonical-serviceaccounts'] ?? '').split(',').filter(Boolean),
    isNodeLocal: spec.internalTrafficPolicy === 'Local',
    isClusterLocal: isClusterLocalHost(host, mesh, identity),
    trafficDistribution: distributionOf(spec.trafficDistribution, object.annotations[TRAFFIC_DISTRIBUTION]),
    hasBothFamilies: hasBothFamilies(spec, vips),
    publishesUnready: spec.publishNotReadyAddresses === true,
    aliases: [],
    sessionAffinity: spec.sessionAffinity === 'ClientIP' ? 'ClientIP' : 'None',
    externalName,
    targetPorts: targetPortsOf(spec.ports ?? []),
  }
}

/** A number may stand twice, for TCP and for UDP, which no proxy carries. */
function targetPortsOf(ports: NonNullable<KubeService['ports']>): Service['targetPorts'] {
  const carried = [...ports].sort((a, b) => Number(b.protocol === 'UDP') - Number(a.protocol === 'UDP'))
  return Object.fromEntries(carried.map(({ port, targetPort }) => [port, targetPort ?? port]))
}

function addressesOf(spec: KubeService): readonly string[] {
  if (spec.clusterIPs !== undefined && spec.clusterIPs.length > 0) return spec.clusterIPs.filter(ip => ip !== 'None')
  return spec.clusterIP === undefined || spec.clusterIP === 'None' ? [] : [spec.clusterIP]
}

function hasBothFamilies({ ipFamilies = [] }: KubeService, vips: readonly string[]): boolean {
  if (ipFamilies.length > 0) return ipFamilies.length > 1
  return vips.some(ip => ip.includes(':')) && vips.some(ip => !ip.includes(':'))
}

function resolutionOf(externalName: string, isHeadless: boolean): Resolution {
  if (externalName !== '') return 'alias'
  return isHeadless ? 'none' : 'client'
}

function annotatedExportTo(object: ConfigObject<KubeService>): readonly string[] | undefined {
  return object.annotations[EXPORT_TO]
    ?.split(',')
    .map(part => part.trim())
    .filter(Boolean)
}

/** The field knows three values, the annotation one more and no case. */
function distributionOf(field: string | undefined, annotation: string | undefined): TrafficDistribution {
  return distributions.get((field ?? annotation ?? '').toLowerCase()) ?? 'any'
}

const distributions: ReadonlyMap<string, TrafficDistribution> = new Map([
  ['preferclose', 'prefer-same-zone'],
  ['prefersamezone', 'prefer-same-zone'],
  ['prefersamenode', 'prefer-same-node'],
  ['prefersamenetwork', 'prefer-same-network'],
])

/** Clusters that have the same Service: the config cluster's describes it, and each adds its addresses. */
export function mergeClusters(services: readonly Service[]): Service {
  const [first] = services
  if (first === undefined) throw new Error('no service to merge')
  if (services.length === 1) return first
  const clusterAddresses: Record<string, readonly string[]> = {}
  for (const service of services) Object.assign(clusterAddresses, service.clusterAddresses)
  return { ...first, clusterAddresses }
}
