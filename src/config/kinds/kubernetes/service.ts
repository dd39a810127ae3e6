import type { JsonObject } from '../../../lang/json.js'
import type { Labels } from '../../object.js'
import { kubernetesKind } from '../kind.js'
import { boolAt, child, numberAt, objectsAt, textAt, textMap, textsAt, withoutEmpty } from './reader.js'

/** What the mesh reads of a Service. Empty fields are absent. */
export interface KubeService {
  /** `ClusterIP` when not written. */
  readonly type: string
  /** `None` for a headless service. */
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly externalIPs?: readonly string[]
  /** Of type ExternalName. */
  readonly externalName?: string
  /** Absent for a service without selector. */
  readonly selector?: Labels
  readonly ports?: readonly KubeServicePort[]
  readonly sessionAffinity?: string
  readonly internalTrafficPolicy?: string
  readonly externalTrafficPolicy?: string
  readonly trafficDistribution?: string
  readonly publishNotReadyAddresses?: boolean
  readonly ipFamilies?: readonly string[]
  readonly ipFamilyPolicy?: string
  readonly loadBalancerIP?: string
  /** Addresses and names that a load balancer gave (status). */
  readonly loadBalancerIngress?: readonly { readonly ip?: string; readonly hostname?: string }[]
}

export interface KubeServicePort {
  readonly name?: string
  /** `TCP` when not written. */
  readonly protocol: string
  readonly port: number
  /** A number, or the name of a container's port; absent: the same as `port`. */
  readonly targetPort?: number | string
  readonly nodePort?: number
  readonly appProtocol?: string
}

export const serviceKind = kubernetesKind<KubeService>({
  kind: 'Service',
  group: '',
  versions: ['v1'],
  isNamespaced: true,
  view: document => {
    const spec = child(document, 'spec')
    const selector = textMap(spec['selector'])
    return withoutEmpty({
      type: textAt(spec, 'type') || 'ClusterIP',
      clusterIP: textAt(spec, 'clusterIP'),
      clusterIPs: textsAt(spec, 'clusterIPs'),
      externalIPs: textsAt(spec, 'externalIPs'),
      externalName: textAt(spec, 'externalName'),
      ...(Object.keys(selector).length === 0 ? {} : { selector }),
      ports: objectsAt(spec, 'ports').map(servicePort),
      sessionAffinity: textAt(spec, 'sessionAffinity'),
      internalTrafficPolicy: textAt(spec, 'internalTrafficPolicy'),
      externalTrafficPolicy: textAt(spec, 'externalTrafficPolicy'),
      trafficDistribution: textAt(spec, 'trafficDistribution'),
      publishNotReadyAddresses: boolAt(spec, 'publishNotReadyAddresses') ?? false,
      ipFamilies: textsAt(spec, 'ipFamilies'),
      ipFamilyPolicy: textAt(spec, 'ipFamilyPolicy'),
      loadBalancerIP: textAt(spec, 'loadBalancerIP'),
      loadBalancerIngress: objectsAt(child(child(document, 'status'), 'loadBalancer'), 'ingress').map(entry =>
        withoutEmpty({ ip: textAt(entry, 'ip'), hostname: textAt(entry, 'hostname') }),
      ),
    })
  },
})

function servicePort(port: JsonObject): KubeServicePort {
  const target = port['targetPort']
  const nodePort = numberAt(port, 'nodePort')
  return withoutEmpty({
    name: textAt(port, 'name'),
    protocol: textAt(port, 'protocol') || 'TCP',
    port: numberAt(port, 'port'),
    ...(typeof target === 'number' || typeof target === 'string' ? { targetPort: target } : {}),
    ...(nodePort === 0 ? {} : { nodePort }),
    appProtocol: textAt(port, 'appProtocol'),
  })
}
