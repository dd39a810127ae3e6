import type { MeshConfig } from '../config/mesh-config.js'
import { type ProxyConfig, toJson } from '../config/proxy-config.js'
import type { Json } from '../lang/json.js'
import { decodedJson, type GoMap, GoObject, type GoValue, type MemoInputs } from '../template/index.js'
import { GoPointer, int64 } from '../template/value.js'
import { mapField } from './functions/object.js'
import { PROXY_IMAGE_TYPE_ANNOTATION } from './names.js'
import { DEFAULT_PROXY_ID, proxyIds } from './openshift.js'
import { annotationOf, metadataOf, type Pod, specOf } from './pod.js'
import { proxyImage, proxyInitImage } from './proxy-image.js'
import type { InjectionSetup, WorkloadIdentity } from './types.js'
import { MessageView } from './views/message.js'
import { RecordView } from './views/record.js'
import { type OnRead, StructView } from './views/struct.js'

/** What templates get as `.`, besides what is the same for all pods. */
export interface ContextInput {
  /** Without what an earlier injection added. */
  readonly pod: Pod
  readonly workload: WorkloadIdentity
  readonly proxyConfig: ProxyConfig
  readonly isNative: boolean
  readonly namespaceAnnotations: ReadonlyMap<string, string> | undefined
  /** Told of every text of the pod that the template gets to see. */
  readonly onRead?: OnRead
}

/**
 * What templates read that is mostly the same for one pod and the next (template/memo.ts). Annotations differ, but not those
 * that templates ask for.
 */
export const MEMO_INPUTS: MemoInputs = {
  constant: [
    ...['ProxyConfig', 'MeshConfig', 'Values', 'Revision', 'ProxyUID', 'ProxyGID'],
    ...['InboundTrafficPolicyMode', 'CompliancePolicy'],
  ],
  steady: ['ObjectMeta', 'ObjectMeta.Annotations', 'NativeSidecars', 'ProxyImage', 'ProxyInitImage'],
  lookups: {
    functions: ['annotation', 'index', 'isset'],
    entries: data => mapField(data instanceof GoObject ? (data.field('ObjectMeta') as GoValue) : null, 'Annotations'),
  },
}

/** Fields and their Go names are public: users' templates read them. */
export function templateContext(setup: InjectionSetup, input: ContextInput): GoValue {
  const { pod, workload, proxyConfig, onRead } = input
  const read = (text: string): string => {
    onRead?.(text)
    return text
  }
  const imageType = annotationOf(pod, PROXY_IMAGE_TYPE_ANNOTATION)
  const ids = proxyIds(input.namespaceAnnotations)
  const record = (type: string, fields: Record<string, () => GoValue>): RecordView =>
    new RecordView(type, new Map(Object.entries(fields)))
  return record('inject.SidecarTemplateData', {
    TypeMeta: () =>
      record('v1.TypeMeta', { Kind: () => read(workload.type.kind), APIVersion: () => read(workload.type.apiVersion) }),
    DeploymentMeta: () =>
      record('types.NamespacedName', { Namespace: () => read(workload.namespace), Name: () => read(workload.name) }),
    ObjectMeta: () => new StructView('v1.ObjectMeta', metadataOf(pod), false, onRead),
    Spec: () => new StructView('v1.PodSpec', specOf(pod), false, onRead),
    ProxyConfig: () => proxyConfigView(proxyConfig),
    MeshConfig: () => meshView(setup.mesh),
    Values: () => valuesView(setup.values.raw),
    Revision: () => setup.revision,
    NativeSidecars: () => input.isNative,
    ProxyImage: () => read(proxyImage(setup.values, proxyConfig.image?.imageType, imageType)),
    ProxyInitImage: () => read(proxyInitImage(setup.values, imageType)),
    ProxyUID: () => idPointer(ids.uid),
    ProxyGID: () => idPointer(ids.gid),
    InboundTrafficPolicyMode: () => trafficMode(setup.mesh),
    CompliancePolicy: () => setup.environment.compliancePolicy,
  })
}

function trafficMode(mesh: MeshConfig): string {
  return mesh.inboundTrafficPolicy?.mode === 'LOCALHOST' ? 'localhost' : 'passthrough'
}

// Views of configuration are immutable and the same for every pod: made once per configuration object.
const meshViews = new WeakMap<object, MessageView>()
const proxyConfigViews = new WeakMap<object, MessageView>()
const valuesViews = new WeakMap<object, GoMap>()

function meshView(mesh: MeshConfig): MessageView {
  const known = meshViews.get(mesh)
  if (known !== undefined) return known
  const view = new MessageView('istio.mesh.v1alpha1.MeshConfig', mesh as unknown as Record<string, Json>)
  meshViews.set(mesh, view)
  return view
}

function proxyConfigView(config: ProxyConfig): MessageView {
  const known = proxyConfigViews.get(config)
  if (known !== undefined) return known
  const view = new MessageView('istio.mesh.v1alpha1.ProxyConfig', toJson(config))
  proxyConfigViews.set(config, view)
  return view
}

function idPointer(id: number): GoPointer {
  return id === DEFAULT_PROXY_ID ? DEFAULT_ID_POINTER : new GoPointer(int64(BigInt(id)), 'int64')
}

const DEFAULT_ID_POINTER = new GoPointer(int64(BigInt(DEFAULT_PROXY_ID)), 'int64')

function valuesView(raw: object): GoMap {
  const known = valuesViews.get(raw)
  if (known !== undefined) return known
  const view = decodedJson(raw) as GoMap
  valuesViews.set(raw, view)
  return view
}
