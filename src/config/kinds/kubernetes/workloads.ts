import type { JsonObject } from '../../../lang/json.js'
import { kubernetesKind } from '../kind.js'
import { boolAt, child, numberAt, objectsAt, textAt, textMap, withoutEmpty } from './reader.js'

/** What the mesh reads of a Pod. */
export interface KubePod {
  readonly serviceAccountName: string
  readonly nodeName?: string
  readonly hostNetwork?: boolean
  readonly hostname?: string
  readonly subdomain?: string
  /** Ports of all containers, init containers that keep running included. */
  readonly ports?: readonly KubePodPort[]
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`; absent when the document has no status. */
  readonly phase?: string
  /** First the one that `podIP` names. */
  readonly podIPs?: readonly string[]
  /** The condition Ready; absent without one. */
  readonly isReady?: boolean
  /** The owner that manages it, by which its workload is named. */
  readonly controller?: { readonly apiVersion: string; readonly kind: string; readonly name: string }
  readonly generateName?: string
  readonly isDeleting?: boolean
}

export interface KubePodPort {
  readonly name?: string
  readonly protocol: string
  readonly containerPort: number
}

/** What the mesh reads of a Node; its locality is in labels. */
export interface KubeNode {
  readonly addresses: readonly { readonly type: string; readonly address: string }[]
}

/** A Namespace is its labels and annotations. */
export interface KubeNamespace {
  readonly phase?: string
}

export interface KubeSecret {
  readonly type?: string
  /** Base64, `stringData` included. */
  readonly data: Readonly<Record<string, string>>
}

export interface KubeConfigMap {
  readonly data: Readonly<Record<string, string>>
}

export const podKind = kubernetesKind<KubePod>({
  kind: 'Pod',
  group: '',
  versions: ['v1'],
  isNamespaced: true,
  view: podView,
})

function podView(document: JsonObject): KubePod {
  const [spec, status, meta] = [child(document, 'spec'), child(document, 'status'), child(document, 'metadata')]
  const isReady = objectsAt(status, 'conditions').find(({ type }) => type === 'Ready')?.['status']
  const view: KubePod = withoutEmpty({
    serviceAccountName: textAt(spec, 'serviceAccountName') || 'default',
    nodeName: textAt(spec, 'nodeName'),
    hostNetwork: boolAt(spec, 'hostNetwork') ?? false,
    hostname: textAt(spec, 'hostname'),
    subdomain: textAt(spec, 'subdomain'),
    ports: podPorts(spec),
    phase: textAt(status, 'phase'),
    podIPs: podAddresses(status),
    ...controllerOf(meta),
    generateName: textAt(meta, 'generateName'),
    isDeleting: textAt(meta, 'deletionTimestamp') !== '',
  })
  return isReady === undefined ? view : { ...view, isReady: isReady === 'True' }
}

function podPorts(spec: JsonObject): KubePodPort[] {
  const running = objectsAt(spec, 'initContainers').filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...objectsAt(spec, 'containers'), ...running].flatMap(container =>
    objectsAt(container, 'ports').map(port =>
      withoutEmpty({
        name: textAt(port, 'name'),
        protocol: textAt(port, 'protocol') || 'TCP',
        containerPort: numberAt(port, 'containerPort'),
      }),
    ),
  )
}

function podAddresses(status: JsonObject): string[] {
  const all = [textAt(status, 'podIP'), ...objectsAt(status, 'podIPs').map(entry => textAt(entry, 'ip'))]
  return [...new Set(all)].filter(ip => ip !== '')
}

function controllerOf(meta: JsonObject): Pick<KubePod, 'controller'> {
  const owner = objectsAt(meta, 'ownerReferences').find(({ controller }) => controller === true)
  if (owner === undefined) return {}
  return {
    controller: { apiVersion: textAt(owner, 'apiVersion'), kind: textAt(owner, 'kind'), name: textAt(owner, 'name') },
  }
}

export const nodeKind = kubernetesKind<KubeNode>({
  kind: 'Node',
  group: '',
  versions: ['v1'],
  isNamespaced: false,
  view: document => ({
    addresses: objectsAt(child(document, 'status'), 'addresses').map(entry => ({
      type: textAt(entry, 'type'),
      address: textAt(entry, 'address'),
    })),
  }),
})

export const namespaceKind = kubernetesKind<KubeNamespace>({
  kind: 'Namespace',
  group: '',
  versions: ['v1'],
  isNamespaced: false,
  view: document => withoutEmpty({ phase: textAt(child(document, 'status'), 'phase') }),
})

export const secretKind = kubernetesKind<KubeSecret>({
  kind: 'Secret',
  group: '',
  versions: ['v1'],
  isNamespaced: true,
  view: document => {
    const data = Object.assign(Object.create(null) as Record<string, string>, textMap(document['data']))
    const plain = textMap(document['stringData'])
    for (const key of Object.keys(plain)) data[key] = Buffer.from(plain[key] ?? '', 'utf8').toString('base64')
    return withoutEmpty({ type: textAt(document, 'type'), data })
  },
})

export const configMapKind = kubernetesKind<KubeConfigMap>({
  kind: 'ConfigMap',
  group: '',
  versions: ['v1'],
  isNamespaced: true,
  view: document => ({ data: textMap(document['data']) }),
})
